#include "salesreg/role/settings.h"
#include "salesreg/app/doctor/exposures.h"
#include "salesreg/base/log.h"
#include "salesreg/base/seal.h"
#include "salesreg/base/value_doubts.h"
#include "salesreg/role/database.h"
#include "salesreg/role/workers.h"
#include "salesreg/telegram/api.h"
#include <stdlib.h>
#include <string.h>

enum { WORKER_NAME_BYTES = 32 };

bool settings_is_worker(const char *name)
{
#ifdef SALESREG_TESTS
	if (strncmp(name, "test-", 5) == 0)
		return true;
#endif
	return worker_kind_of(name) != NULL;
}

static void check_workers(const char *list, struct buf *problems)
{
	for (const char *s = list; s && *s;) {
		s += strspn(s, " \t,");
		size_t n = strcspn(s, " \t,");
		char name[WORKER_NAME_BYTES] = "";
		memcpy(name, s, n < sizeof name ? n : sizeof name - 1);
		if (*name && !settings_is_worker(name))
			buf_addf(problems,
			    "WORKERS names %s, which is not a worker; use a comma-separated list "
			    "of " WORKER_NAMES "\n",
			    name);
		s += n;
	}
}

/* What main.c knows; test_config.py holds the two lists together. */
static void check_role(struct buf *problems)
{
	static const char *const commands[] = {
	    "supervise",
	    "bot",
	    "outreach",
	    "oauth",
	    "migrate",
	    "check-config",
	    "sandbox",
	    "demo",
	    "status",
	    "healthcheck",
	    "log-level",
	    "outbox",
	    "adopt-bot",
	    "doctor",
	    "parked",
	    "audit",
	    "rep",
	    "prospect",
	    "link",
	    "stats",
	    "calendar",
	    "version",
	    "help",
#ifdef SALESREG_TESTS
	    "test-worker",
#endif
	};
	const char *role = getenv("SALESREG_ROLE");
	if (!role || !*role)
		return;
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (strcmp(role, commands[i]) == 0)
			return;
	/* what is no command may be anything, and has been named, then */
	if (value_secret(role) || value_has_user(role))
		return;
	buf_addf(problems,
	    "SALESREG_ROLE=%.80s is not usable; it must be: a command, as supervise, bot or "
	    "outreach; see salesreg help\n",
	    role);
}

static void check_keys(const struct secret *secret, struct buf *problems)
{
	struct seal_keys keys;
	if (secret_is_set(secret) && seal_keys_parse(&keys, secret_reveal(secret)) != ERR_OK)
		buf_adds(problems, "TOKEN_ENCRYPTION_KEY is not usable; it must be: 32 bytes, "
				   "base64, as `openssl rand -base64 32` makes them\n");
	seal_keys_finish(&keys);
}

enum err settings_load(struct config *c, unsigned needs, unsigned readers, struct buf *problems)
{
	size_t before = problems->size;
	enum err err = config_load_for(c, needs, readers, problems);
	const char *fault =
	    needs == 0 || needs & CONFIG_NEEDS_DATABASE
		? secret_is_set(&c->database_url) ? database_uri_fault(&c->database_url) : NULL
		: NULL;
	if (fault)
		buf_addf(problems, "%s\n", fault);
	if (secret_is_set(&c->bot_token) && !telegram_token_is_well_formed(&c->bot_token))
		buf_adds(problems, "REGISTRY_BOT_TOKEN is not of the form 123456:ABC…; copy the "
				   "token again from @BotFather\n");
	exposures_say(c, readers & CONFIG_READ_BY_ALL, problems, NULL);
	check_workers(c->workers, problems);
	check_role(problems);
	check_keys(&c->token_encryption_key, problems);
	return err == ERR_OK && problems->size == before ? ERR_OK : ERR_CONFIG;
}

void settings_warn(const struct config *c, unsigned readers)
{
	struct buf warnings;
	buf_init(&warnings, 64 * 1024);
	exposures_say(c, readers, NULL, &warnings);
	(void)buf_text(&warnings);
	char *rest = warnings.data;
	for (char *line; (line = strsep(&rest, "\n"));)
		if (*line)
			log_warn("%s", line);
	buf_finish(&warnings);
}
