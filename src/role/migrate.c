#include "salesreg/db/migrate.h"
#include "salesreg/base/log.h"
#include "salesreg/db/connect.h"
#include "salesreg/db/guard.h"
#include "salesreg/db/roles.h"
#include "salesreg/role/role.h"
#include "salesreg/role/settings.h"
#include "salesreg/role/usage.h"
#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MOST = 63 /* NAMEDATALEN - 1 */, WAIT_MOST_S = 86400 };

static const char usage[] =
    "usage: salesreg migrate [--wait SECONDS]\n"
    "       salesreg migrate --roles [--owner NAME] [--worker NAME] [--wait SECONDS]\n"
    "Brings the database of DATABASE_URL up to date; the workers do so at their start, too.\n"
    "What another session has locked is waited for, 5 s at a time so that nobody else is held up\n"
    "for long, and for 600 s at most, or --wait; who holds it is named after 10 s, then each "
    "minute.\n"
    "With --roles it makes two roles first, or brings them up to date: an owner (salesreg_owner), "
    "whose\n"
    "the tables are and who migrates, and a worker (salesreg_worker), which can read and write "
    "rows\n"
    "and nothing else; bot and outreach connect as that one. DATABASE_URL is then of somebody who "
    "may\n"
    "make roles. Passwords: MIGRATE_OWNER_PASSWORD, MIGRATE_WORKER_PASSWORD, each also as _FILE; "
    "what is\n"
    "not given stays as it is.\n";

struct arguments {
	bool roles;
	const char *owner, *worker;
	int wait_s;
};

static bool is_name(const char *name)
{
	return *name && strlen(name) <= NAME_MOST;
}

static bool is_seconds(const char *text, int *seconds)
{
	char *end;
	long value = strtol(text, &end, 10);
	*seconds = (int)value;
	return isdigit((unsigned char)*text) && !*end && value <= WAIT_MOST_S;
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
		log_info(applied ? "the database is up to date: %d migrations applied"
				 : "the database is up to date%.0d",
		    applied);
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

int role_migrate(int argc, char **argv)
{
	static const struct option options[] = {{"roles", no_argument, NULL, 'r'},
	    {"owner", required_argument, NULL, 'o'}, {"worker", required_argument, NULL, 'w'},
	    {"wait", required_argument, NULL, 't'}, {NULL, 0, NULL, 0}};
	struct arguments a = {.owner = "salesreg_owner",
	    .worker = "salesreg_worker",
	    .wait_s = MIGRATE_WAIT_MS / 1000};
	bool named = false;
	if (usage_asked(argc, argv, usage))
		return EXIT_CODE_OK;
	opterr = 0;
	for (int option; (option = getopt_long(argc, argv, ":", options, NULL)) != -1;) {
		if (option == '?' || option == ':')
			return usage_wrong_option("migrate", option, argv);
		a.roles |= option == 'r';
		named |= option == 'o' || option == 'w';
		a.owner = option == 'o' ? optarg : a.owner;
		a.worker = option == 'w' ? optarg : a.worker;
		if (option == 't' && !is_seconds(optarg, &a.wait_s))
			return usage_wrong("migrate", "--wait takes seconds, 0 to 86400");
	}
	if (optind < argc)
		return usage_unexpected("migrate", argv[optind]);
	if ((named && !a.roles) || !is_name(a.owner) || !is_name(a.worker))
		return usage_wrong(
		    "migrate", "--owner and --worker name roles, and go with --roles");
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
