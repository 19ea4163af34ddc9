#include "salesreg/role/database.h"
#include "salesreg/app/doctor/exposures.h"
#include "salesreg/base/json.h"
#include "salesreg/db/address.h"
#include "salesreg/db/guard.h"
#include "salesreg/db/migrate.h"
#include "salesreg/domain/config/config_checks.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/store/operators.h"
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *database_uri_fault(const struct secret *uri)
{
	switch (uri_doubt(secret_reveal(uri))) {
	case URI_DOUBT_NONE:
	case URI_DOUBT_NO_HOST:
		return db_address_is_readable(secret_reveal(uri))
			   ? NULL
			   : "DATABASE_URL has a parameter that libpq does not know, or one "
			     "without "
			     "a value; what is wrong is not shown, for it may be a piece of a "
			     "password: write a & in one as %26, or put it into quotation marks "
			     "after password=";
	case URI_DOUBT_SCHEME:
		return "DATABASE_URL must begin with postgresql://; what another library puts "
		       "between, as in postgresql+asyncpg://, must go";
	case URI_DOUBT_UNESCAPED:
		return "DATABASE_URL has an @ or a / in its user or password; write them as %40 "
		       "and %2F";
	case URI_DOUBT_PERCENT:
		return "DATABASE_URL has a % that is followed by no two hexadecimal digits; write "
		       "a "
		       "% in its password as %25";
	case URI_DOUBT_SPACE:
		return "DATABASE_URL has white space in it; remove it, or write it as %20";
	}
	return NULL;
}

int command_database_open(struct command_database *d, const char *command)
{
	return command_database_open_for(d, command, CONFIG_NEEDS_DATABASE);
}

int command_database_open_for(struct command_database *d, const char *command, unsigned needs)
{
	struct buf problems;
	buf_init(&problems, 64 * 1024);
	d->session = (struct db_session){0};
	int code = EXIT_CODE_CONFIG;
	enum err err = config_load(&d->config, needs, &problems);
	exposures_say(&d->config, config_readers(needs), &problems, NULL);
	const char *fault = secret_is_set(&d->config.database_url)
				? database_uri_fault(&d->config.database_url)
				: NULL;
	if (fault)
		buf_addf(&problems, "%s\n", fault);
	if (err != ERR_OK || problems.size > 0) {
		(void)fputs(buf_text(&problems), stderr);
		goto out;
	}
	code = EXIT_CODE_OK;
	char hidden[GUARD_LINE];
	if (!db_session_open(&d->session, &d->config.database_url, "salesreg operator")) {
		cli_say(stderr, "salesreg %s: the database of DATABASE_URL cannot be reached: %s\n",
		    command, d->session.error);
		code = EXIT_CODE_FAILED;
	} else if (migrate_known(d->session.pg, hidden, sizeof hidden) == ERR_CONFIG) {
		/* what it means there is not known here; whoever may not look is told by what is asked for */
		cli_say(stderr, "salesreg %s: %s\n", command, hidden);
		code = EXIT_CODE_CONFIG;
	} else if (guard_rows(d->session.pg, NULL, hidden, sizeof hidden) != ERR_OK) {
		cli_say(stderr, "salesreg %s: %s\n", command, hidden);
		code = EXIT_CODE_FAILED;
	}
out:
	buf_finish(&problems);
	return code;
}

int command_database_failed(const struct command_database *d, const char *command)
{
	static const char *const missing[] = {"42P01", "3F000", "42703", "42883"};
	const char *sqlstate = d->session.sqlstate;
	if (strcmp(sqlstate, "25006") == 0) {
		cli_say(stderr,
		    "salesreg %s: the database is read only, as a standby is, so nothing can be "
		    "changed there (%s); see that DATABASE_URL names the primary\n",
		    command, d->session.error);
		return EXIT_CODE_FAILED;
	}
	for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
		if (strcmp(missing[i], sqlstate) != 0)
			continue;
		cli_say(stderr,
		    "salesreg %s: the database is not up to date (%s); run `salesreg migrate`\n",
		    command, d->session.error);
		return EXIT_CODE_FAILED;
	}
	cli_say(stderr, "salesreg %s: the database refused: %s\n", command, d->session.error);
	return EXIT_CODE_FAILED;
}

int command_bot_username(
    struct command_database *d, struct arena *a, const char *command, const char **username)
{
	int64_t id;
	if (!operators_bot(&d->session, a, &id, username))
		return command_database_failed(d, command);
	if (*username && **username)
		return EXIT_CODE_OK;
	cli_say(stderr,
	    "salesreg %s: the bot's name is not known yet; start `salesreg bot` once, then repeat "
	    "this\n",
	    command);
	return EXIT_CODE_FAILED;
}

const char *audit_json(struct arena *a, json_t *value)
{
	const char *text = json_text(a, value, NULL);
	json_decref(value);
	return text;
}

struct audit_actor command_operator(struct arena *a, const char *command)
{
	char host[HOST_NAME_MAX + 1] = "";
	const struct passwd *user =
	    getpwuid(getuid()); /* NULL in a container that has no such user */
	(void)gethostname(host, sizeof host - 1);
	return (struct audit_actor){
	    .user = user ? arena_strdup(a, user->pw_name)
			 : arena_printf(a, "uid %lld", (long long)getuid()),
	    .host = arena_strdup(a, host),
	    .pid = getpid(),
	    .command = command,
	};
}

bool audit_by_operator(struct command_database *d, struct arena *a, const char *command,
    const struct audit_entry *entry)
{
	const struct audit_actor me = command_operator(a, command);
	return audit_write(&d->session, a, &me, entry);
}

bool audit_ids_by_operator(struct command_database *d, struct arena *a, const char *command,
    const char *action, const char *kind, const int64_t *ids, size_t count)
{
	enum { IDS_MOST = 100 };
	json_t *list = json_array();
	for (size_t i = 0; i < count && i < IDS_MOST; i++)
		(void)json_array_append_new(list, json_integer(ids[i]));
	const struct audit_entry entry = {.action = action,
	    .after = audit_json(a, json_pack("{so sI}", kind, list, "count", (json_int_t)count))};
	return audit_by_operator(d, a, command, &entry);
}

void command_database_close(struct command_database *d)
{
	db_session_close(&d->session);
	config_finish(&d->config);
}
