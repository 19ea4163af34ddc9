#include "salesreg/sandbox/sandbox.h"
#include "salesreg/app/demo_state.h"
#include "salesreg/app/rehearsal.h"
#include "salesreg/base/config.h"
#include "salesreg/base/err.h"
#include "salesreg/base/log.h"
#include "salesreg/role/role.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TOKENS_MAX = 64, HOSTS_MAX = 16, REDIRECTS_MAX = 20 };

struct arguments {
	struct sandbox_options sandbox;
	const char *tokens[TOKENS_MAX + 1];
	const char *hosts[HOSTS_MAX + 1];
	const char *redirects[REDIRECTS_MAX + 1];
	bool state, prospects;
	int ready_fd;
	enum log_level log_level;
};

struct process {
	struct sandbox *sandbox;
	struct demo_state *state; /* NULL without --state */
	struct config config;     /* read only with --state */
	uv_signal_t term, interrupt;
};

static void on_signal(uv_signal_t *signal, int number)
{
	struct process *p = signal->data;
	(void)number;
	uv_close((uv_handle_t *)&p->term, NULL);
	uv_close((uv_handle_t *)&p->interrupt, NULL);
	sandbox_destroy(p->sandbox);
	demo_state_destroy(p->state);
	p->state = NULL;
}

/* --- the state of the system: the sandbox knows no database, so it is asked for here --- */

static void on_ask(void *data)
{
	const struct process *p = data;
	demo_state_ask(p->state);
}

static void on_rest(void *data)
{
	const struct process *p = data;
	demo_state_rest(p->state);
}

static void on_add(const struct sandbox_prospect *prospect, void *data)
{
	const struct process *p = data;
	demo_state_add(p->state, prospect->name, prospect->contact, prospect->note);
}

static void on_added(const char *problem, void *data)
{
	const struct process *p = data;
	sandbox_system_added(p->sandbox, problem);
}

static void on_told(const char *json, const char *problem, void *data)
{
	const struct process *p = data;
	sandbox_system_told(p->sandbox, json, problem);
}

static bool read_config(struct config *config)
{
	struct buf problems;
	buf_init(&problems, 64 * 1024);
	enum err err = config_load(config, CONFIG_NEEDS_DATABASE, &problems);
	(void)buf_text(&problems);
	char *rest = problems.data;
	for (char *line; err != ERR_OK && (line = strsep(&rest, "\n"));)
		if (*line)
			log_error("configuration: %s", line);
	buf_finish(&problems);
	config_drop(config, CONFIG_READ_BY_OUTREACH);
	config_clear_environment();
	return err == ERR_OK;
}

static void say_ready(const struct process *p, const struct arguments *a)
{
	(void)printf("sandbox: listening on %s://127.0.0.1:%u\n", a->sandbox.tls ? "https" : "http",
	    (unsigned)sandbox_port(p->sandbox));
	if (a->sandbox.tls)
		(void)printf("sandbox: SSL_CERT_FILE=%s makes a bot trust it\n", a->sandbox.tls);
	(void)printf("sandbox: in a browser, the same address is a page to talk to the bot\n");
	(void)fflush(stdout);
	if (a->ready_fd >= 0) {
		if (write(a->ready_fd, "ready\n", 6) != 6)
			log_warn("sandbox: cannot write to --ready-fd %d", a->ready_fd);
		(void)close(a->ready_fd);
	}
}

static int emulate(const struct arguments *a)
{
	struct process p = {0};
	struct sandbox_options options = a->sandbox;
	uv_loop_t loop;
	char message[300];
	if (uv_loop_init(&loop) != 0)
		return EXIT_CODE_FAILED;
	int code = EXIT_CODE_CONFIG;
	options.system.rehearse = rehearsal_run;
	if (a->state) {
		if (!read_config(&p.config))
			goto done;
		p.state = demo_state_create(&loop, &(struct demo_state_options){
						       .uri = &p.config.database_url,
						       .told = on_told,
						       .added = on_added,
						       .data = &p,
						   });
		options.system = (struct sandbox_system){
		    .ask = on_ask, .rest = on_rest, .rehearse = rehearsal_run, .data = &p};
		if (a->prospects) {
			options.system.add = on_add;
			options.system.admin = p.config.admin_count > 0 ? p.config.admin_ids[0] : 0;
		}
	}
	if (sandbox_create(&p.sandbox, &loop, &options, message, sizeof message) != ERR_OK) {
		log_error("sandbox: %s", message);
		goto done;
	}
	code = EXIT_CODE_OK;
	(void)uv_signal_init(&loop, &p.term);
	(void)uv_signal_init(&loop, &p.interrupt);
	p.term.data = p.interrupt.data = &p;
	(void)uv_signal_start(&p.term, on_signal, SIGTERM);
	(void)uv_signal_start(&p.interrupt, on_signal, SIGINT);
	say_ready(&p, a);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
done:
	demo_state_destroy(p.state);
	config_finish(&p.config);
	(void)uv_loop_close(&loop);
	return code;
}

static enum log_level level_of(const char *word)
{
	int level = LOG_DEBUG;
	while (strcmp(word, log_level_name((enum log_level)level)) != 0)
		level++;
	return (enum log_level)level;
}

/* All that were given, NULL-terminated; NULL: none, or too many, which has been said then. */
static bool collect(struct cli *c, const char *option, const char **list, size_t most)
{
	for (size_t n = 0; cli_each(c, option, n); n++) {
		if (n == most) {
			(void)cli_wrong(c, "--%s is given more than %zu times", option, most);
			return false;
		}
		list[n] = cli_each(c, option, n);
	}
	return true;
}

static int run(struct cli *c)
{
	struct arguments a = {.sandbox = {.listen = cli_value(c, "listen", "127.0.0.1:8081"),
				  .username = cli_value(c, "username", NULL),
				  .keep = cli_value(c, "keep", NULL),
				  .tls = cli_value(c, "tls", NULL),
				  .limits = cli_has(c, "limits"),
				  .idle_s = (unsigned)cli_number(c, "idle", 0),
				  .seeded = cli_has(c, "seed"),
				  .seed = (uint64_t)cli_number(c, "seed", 0)},
	    .state = cli_has(c, "state"),
	    .prospects = cli_has(c, "prospects"),
	    .ready_fd = (int)cli_number(c, "ready-fd", -1),
	    .log_level = level_of(cli_value(c, "log-level", "info"))};
	if (a.prospects && !a.state)
		return cli_wrong(c, "--prospects needs --state");
	if (!collect(c, "token", a.tokens, TOKENS_MAX) || !collect(c, "host", a.hosts, HOSTS_MAX) ||
	    !collect(c, "google-redirect", a.redirects, REDIRECTS_MAX))
		return EXIT_CODE_USAGE;
	a.sandbox.tokens = a.tokens[0] ? a.tokens : NULL;
	a.sandbox.hosts = a.hosts[0] ? a.hosts : NULL;
	a.sandbox.redirects = a.redirects[0] ? a.redirects : NULL;
	(void)signal(SIGPIPE, SIG_IGN);
	log_setup("sandbox", a.log_level, LOG_FORMAT_TEXT);
	return emulate(&a);
}

static const char *const levels[] = {"debug", "info", "warn", "error", NULL};

static const struct cli_option options[] = {
    {.name = "listen",
	.value = "HOST:PORT",
	.help = "where (127.0.0.1:8081; port 0: any free one)"},
    {.name = "token",
	.value = "TOKEN",
	.help = "accept only this bot token; may be given several times"},
    {.name = "username", .value = "NAME", .help = "the bot's username (salesreg_sandbox_bot)"},
    {.name = "keep",
	.value = "FILE",
	.help = "remember people, chats and calendars from run to run"},
    {.name = "limits", .help = "enforce Telegram's sending limits"},
    {.name = "state",
	.help = "show the bot's database on the page, read only: DATABASE_URL says where"},
    {.name = "prospects",
	.help = "with --state: let whoever has the page add prospects to that database, which the "
		"demo does"},
    {.name = "host",
	.value = "NAME",
	.help = "another name that people and bots come by (addresses and localhost need none); "
		"may be given "
		"several times"},
    {.name = "google-redirect",
	.value = "URI",
	.help = "let Google's client be sent back here only (any http address of this machine); "
		"may be given several times"},
    {.name = "tls",
	.value = "FILE",
	.help = "HTTPS, with a certificate of its own making; the authority to trust is written to "
		"FILE: "
		"SSL_CERT_FILE=FILE makes a bot trust it"},
    {.name = "idle",
	.value = "SECONDS",
	.help = "close connections that are idle so long (500, as Telegram does)",
	.least = 1,
	.most = 86400},
    {.name = "seed",
	.value = "N",
	.help = "make identifiers repeatable",
	.least = 0,
	.most = INT64_MAX},
    {.name = "ready-fd",
	.value = "FD",
	.help = "write a line to this descriptor when listening",
	.least = 0,
	.most = 1023},
    {.name = "log-level",
	.value = "LEVEL",
	.help = "debug, info, warn or error (info)",
	.choices = levels},
    {.name = NULL},
};

const struct cli_command command_sandbox = {
    .name = "sandbox",
    .brief = "a Bot API emulator, to try everything without Telegram",
    .help = "An emulator of the Telegram Bot API: TELEGRAM_API_BASE=http://127.0.0.1:8081 makes a "
	    "bot use it. In a "
	    "browser the same address is a page to talk to the bot as several people.",
    .options = options,
    .run = run,
};
