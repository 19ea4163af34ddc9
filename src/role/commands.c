#include "salesreg/app/doctor/exposures.h"
#include "salesreg/app/rules.h"
#include "salesreg/base/log.h"
#include "salesreg/base/text.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/role/database.h"
#include "salesreg/role/role.h"
#include "salesreg/role/settings.h"
#include "salesreg/role/usage.h"
#include <curl/curl.h>
#include <jansson.h>
#include <microhttpd.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

/* Values and files of others are quoted in them. */
static void print_problems(struct buf *problems)
{
	(void)buf_text(problems);
	char *rest = problems->data;
	for (char *line; rest && (line = strsep(&rest, "\n"));)
		if (*line)
			(void)fprintf(stderr, "%s\n", text_for_terminal(line));
}

/* These take no arguments. False: there was one, which has been answered; *code is the exit code. */
static bool goes_on(int argc, char **argv, const char *what, int *code)
{
	if (argc == 1)
		return true;
	if (usage_is_help(argv[1])) {
		(void)printf("usage: salesreg %s\n", argv[0]);
		usage_show(what);
		*code = EXIT_CODE_OK;
	} else {
		*code = usage_unexpected(argv[0], argv[1]);
	}
	return false;
}

int role_version(int argc, char **argv)
{
	int code;
	if (!goes_on(argc, argv, "Versions of the program and its libraries.", &code))
		return code;
	int pq = PQlibVersion();
	(void)printf("salesreg %s\nlibuv %s\nlibpq %d.%d\nlibcurl %s\njansson %s\nlibmicrohttpd "
		     "%s\nlibsodium %s\n",
	    SALESREG_VERSION, uv_version_string(), pq / 10000, pq % 10000,
	    curl_version_info(CURLVERSION_NOW)->version, jansson_version_str(), MHD_get_version(),
	    sodium_version_string());
	return EXIT_CODE_OK;
}

static void print_usable(const struct config *config)
{
	struct buf warnings;
	buf_init(&warnings, 64 * 1024);
	exposures_say(config, CONFIG_READ_BY_STARTED, NULL, &warnings);
	for (const char *line = buf_text(&warnings); *line; line += strcspn(line, "\n") + 1)
		(void)printf("warning: %.*s\n", (int)strcspn(line, "\n"), line);
	buf_finish(&warnings);
	(void)puts("The configuration is usable.");
}

int role_check_config(int argc, char **argv)
{
	int code;
	if (!goes_on(argc, argv,
		"The configuration in force, and a line for everything wrong with it (exit code "
		"78).",
		&code))
		return code;
	struct config config;
	struct texts texts = {0};
	struct conversation_rules rules;
	struct buf problems, dump;
	struct arena arena;
	buf_init(&problems, 256 * 1024);
	buf_init(&dump, 64 * 1024);
	arena_init(&arena, 1024 * 1024);
	enum err err =
	    settings_load(&config, config_needs_of_role(), CONFIG_READ_BY_ALL, &problems);
	enum err rules_err = config.email_domains
				 ? rules_load(&rules, &config, &texts, &arena, &problems)
				 : ERR_CONFIG;
	config_dump(&config, &dump);
	(void)fputs(buf_text(&dump), stdout);
	(void)fflush(stdout);
	code = err == ERR_OK && rules_err == ERR_OK ? EXIT_CODE_OK : EXIT_CODE_CONFIG;
	if (code != EXIT_CODE_OK)
		print_problems(&problems);
	else
		print_usable(&config);
	texts_finish(&texts);
	config_finish(&config);
	arena_finish(&arena);
	buf_finish(&dump);
	buf_finish(&problems);
	return code;
}

int role_help(int argc, char **argv)
{
	struct buf text;
	buf_init(&text, 64 * 1024);
	bool markdown = argc > 1 && strcmp(argv[1], "--markdown") == 0;
	if (argc > 1 && argv[1][0] == '-' && !markdown && !usage_is_help(argv[1]))
		return usage_unexpected("help", argv[1]);
	config_describe(&text, markdown);
	if (!markdown) {
		(void)puts(
		    "salesreg: a sales team's registry over Telegram, on PostgreSQL\n\n"
		    "usage: salesreg COMMAND [--help]\n\n"
		    "  supervise     starts, monitors and restarts the workers: bot and outreach\n"
		    "  bot           talks to Telegram: conversations, outbox\n"
		    "  outreach      assigns prospects to reps\n"
		    "  migrate       brings the database up to date (--roles: for two roles)\n"
		    "  check-config  shows the configuration in force and what is wrong with it\n"
		    "  sandbox       a Bot API emulator, to try everything without Telegram\n"
		    "  demo          all of it on this machine, with a page in the browser\n"
		    "  status        what runs and how it is (--json)\n"
		    "  healthcheck   exit code 0 or 1, for containers\n"
		    "  log-level     changes what a running process logs\n"
		    "  doctor        what is wrong, why, and how to fix it (--json)\n"
		    "  outbox        messages that were not delivered: list, retry, release, drop\n"
		    "  adopt-bot     makes another bot take the place of the one served so far\n"
		    "  parked        updates the bot could not handle: list, show, retry, drop\n"
		    "  rep           invites new reps: invite [--email ADDRESS] [--days 7]\n"
		    "  version       versions of the program and its libraries\n"
		    "  help          this text\n");
		usage_show("`salesreg help COMMAND` says more of each. SALESREG_ROLE names the "
			   "command where none is given. "
			   "Configured by environment variables, each also as NAME_FILE:\n\n");
	}
	if (markdown)
		(void)fputs(buf_text(&text), stdout);
	else
		cli_lines(buf_text(&text), CONFIG_DESCRIBE_INDENT);
	buf_finish(&text);
	return EXIT_CODE_OK;
}
