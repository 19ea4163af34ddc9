#include "salesreg/db/migrate.h"
#include "salesreg/base/log.h"
#include "salesreg/base/text.h"
#include "salesreg/db/connect.h"
#include "salesreg/db/guard.h"
#include "salesreg/db/roles.h"
#include "salesreg/role/role.h"
#include "salesreg/role/settings.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MOST = 63 /* NAMEDATALEN - 1 */, WAIT_MOST_S = 86400 };

struct arguments {
	bool roles;
	const char *owner, *worker;
	int wait_s;
};

static bool is_name(const char *name)
{
	return *name && strlen(name) <= NAME_MOST;
}

static enum err bring_up_to_date(PGconn *pg, const struct arguments *a, const struct config *config,
    int *applied, char *error, size_t size)
{
	enum err err = guard_rows(pg, NULL, error, size);
	if (err != ERR_OK)
		return err;
	if (a->roles)
		return roles_set_up(pg,
		    &(struct db_roles){.owner = a->owner,
			.worker = a->worker,
			.owner_password = &config->owner_password,
			.worker_password = &config->worker_password},
		    a->wait_s * 1000, applied, error, size);
	err = guard_owners(pg, error, size);
	return err == ERR_OK ? migrate_apply(pg, a->wait_s * 1000, applied, error, size) : err;
}

static int migrate(const struct arguments *a, const struct config *config)
{
	char error[2 * GUARD_LINE] = "";
	int code = EXIT_CODE_FAILED, applied = 0;
	struct db_failure failure;
	enum err err;
	PGconn *pg = db_connect_blocking(
	    secret_reveal(&config->database_url), "salesreg migrate", 0, &failure);
	if (PQstatus(pg) != CONNECTION_OK) {
		log_error("the database of DATABASE_URL cannot be reached: %s", failure.why);
	} else if (!db_adopt_search_path(pg)) {
		log_error("the session cannot be prepared: %s", PQerrorMessage(pg));
	} else if ((err = bring_up_to_date(pg, a, config, &applied, error, sizeof error)) !=
		   ERR_OK) {
		log_error("%s", error);
		code = err == ERR_CONFIG ? EXIT_CODE_CONFIG : EXIT_CODE_FAILED;
	} else {
		log_info(applied ? "the database is up to date: %d %s applied"
				 : "the database is up to date%.0d%.0s",
		    applied, text_plural(applied, "migration", "migrations"));
		if (a->roles && !secret_is_set(&config->worker_password))
			log_info("MIGRATE_WORKER_PASSWORD is not set: the password of %s stays as "
				 "it is, "
				 "none if the role is new",
			    a->worker);
		if (a->roles)
			log_info("bot and outreach connect as %s; later migrations: `salesreg "
				 "migrate` as "
				 "%s, or `salesreg migrate --roles` again",
			    a->worker, a->owner);
		code = EXIT_CODE_OK;
	}
	PQfinish(pg);
	return code;
}

static int run(struct cli *c)
{
	const struct arguments a = {.roles = cli_has(c, "roles"),
	    .owner = cli_value(c, "owner", "salesreg_owner"),
	    .worker = cli_value(c, "worker", "salesreg_worker"),
	    .wait_s = (int)cli_number(c, "wait", MIGRATE_WAIT_MS / 1000)};
	bool named = cli_has(c, "owner") || cli_has(c, "worker");
	if ((named && !a.roles) || !is_name(a.owner) || !is_name(a.worker))
		return cli_wrong(c, "--owner and --worker name roles, and go with --roles");
	log_setup("migrate", LOG_INFO, LOG_FORMAT_TEXT);
	struct config config;
	struct buf problems;
	buf_init(&problems, 64 * 1024);
	int code = EXIT_CODE_CONFIG;
	if (settings_load(&config, CONFIG_NEEDS_DATABASE,
		CONFIG_READ_BY_OUTREACH | CONFIG_READ_BY_MIGRATE, &problems) == ERR_OK)
		code = migrate(&a, &config);
	else
		(void)fputs(buf_text(&problems), stderr);
	config_finish(&config);
	buf_finish(&problems);
	return code;
}

static const struct cli_option options[] = {
    {.name = "roles", .help = "makes two roles first, or brings them up to date"},
    {.name = "owner", .value = "NAME", .help = "with --roles: the owner (salesreg_owner)"},
    {.name = "worker", .value = "NAME", .help = "with --roles: the worker (salesreg_worker)"},
    {.name = "wait",
	.value = "SECONDS",
	.help = "for what another session has locked, at most (600)",
	.least = 0,
	.most = WAIT_MOST_S},
    {.name = NULL},
};

const struct cli_command command_migrate = {
    .name = "migrate",
    .brief = "brings the database up to date (--roles: for two roles)",
    .help = "Brings the database of DATABASE_URL up to date; the workers do so at their start, "
	    "too. What another "
	    "session has locked is waited for, 5 s at a time so that nobody else is held up for "
	    "long, and for 600 s "
	    "at most, or --wait; who holds it is named after 10 s, then each minute.\n"
	    "With --roles it makes two roles first, or brings them up to date: an owner "
	    "(salesreg_owner), whose the "
	    "tables are and who migrates, and a worker (salesreg_worker), which can read and write "
	    "rows and nothing "
	    "else; bot and outreach connect as that one. DATABASE_URL is then of somebody who may "
	    "make roles. "
	    "Passwords: MIGRATE_OWNER_PASSWORD, MIGRATE_WORKER_PASSWORD, each also as _FILE; what "
	    "is not given stays "
	    "as it is.",
    .options = options,
    .run = run,
};
