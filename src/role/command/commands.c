#include "salesreg/app/doctor/exposures.h"
#include "salesreg/app/rules.h"
#include "salesreg/base/log.h"
#include "salesreg/base/text.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/role/database.h"
#include "salesreg/role/role.h"
#include "salesreg/role/settings.h"
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

static int run_version(struct cli *c)
{
	(void)c;
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
	exposures_say(config, CONFIG_READ_BY_ALL, NULL, &warnings);
	for (const char *line = buf_text(&warnings); *line; line += strcspn(line, "\n") + 1)
		(void)printf("warning: %.*s\n", (int)strcspn(line, "\n"), line);
	buf_finish(&warnings);
	(void)puts("The configuration is usable.");
}

const struct cli_command command_version = {
    .name = "version",
    .brief = "versions of the program and its libraries",
    .help = "Versions of the program and its libraries.",
    .run = run_version,
};

static int run_check_config(struct cli *c)
{
	(void)c;
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
	int code = err == ERR_OK && rules_err == ERR_OK ? EXIT_CODE_OK : EXIT_CODE_CONFIG;
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

const struct cli_command command_check_config = {
    .name = "check-config",
    .brief = "shows the configuration in force and what is wrong with it",
    .help = "The configuration in force, and a line for everything wrong with it (exit code 78).",
    .run = run_check_config,
};

void help_overview(const struct cli_command *const *program)
{
	struct buf text;
	buf_init(&text, 64 * 1024);
	config_describe(&text, false);
	(void)puts("salesreg: a sales team's registry over Telegram, on PostgreSQL\n\n"
		   "usage: salesreg COMMAND [--help]\n");
	cli_help_program(program);
	cli_lines("\n`salesreg help COMMAND` says more of each. SALESREG_ROLE names the command "
		  "where none "
		  "is given. Configured by environment variables, each also as NAME_FILE:\n\n",
	    0);
	cli_lines(buf_text(&text), CONFIG_DESCRIBE_INDENT);
	buf_finish(&text);
}

static int run_help(struct cli *c)
{
	if (cli_has(c, "markdown")) {
		struct buf text;
		buf_init(&text, 64 * 1024);
		config_describe(&text, true);
		(void)fputs(buf_text(&text), stdout);
		buf_finish(&text);
		return EXIT_CODE_OK;
	}
	if (cli_has(c, "bash-completion")) {
		cli_completion_of_bash(c->program);
		return EXIT_CODE_OK;
	}
	if (c->count > 0)
		return cli_help_of(c, c->words);
	help_overview(c->program);
	return EXIT_CODE_OK;
}

static const struct cli_option help_options[] = {
    {.name = "bash-completion",
	.help = "a script that completes commands and options in bash: source <(salesreg help "
		"--bash-completion)"},
    {.name = "markdown", .help = "the table of variables, as README has it"},
    {.name = NULL},
};

const struct cli_command command_help = {
    .name = "help",
    .arguments = "[COMMAND…]",
    .brief = "this text, or that of a command",
    .help = "All commands and variables, or what one command does.",
    .options = help_options,
    .arguments_most = CLI_ANY_NUMBER,
    .run = run_help,
};
