#include "salesreg/role/sandbox.h"
#include "salesreg/app/demo_state.h"
#include "salesreg/base/config.h"
#include "salesreg/base/err.h"
#include "salesreg/base/log.h"
#include "salesreg/role/usage.h"
#include "salesreg/sandbox/sandbox.h"
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TOKENS_MAX = 64, HOSTS_MAX = 16 };

static const char usage[] =
    "usage: salesreg sandbox [options]\n"
    "An emulator of the Telegram Bot API: TELEGRAM_API_BASE=http://127.0.0.1:8081 makes a bot use "
    "it.\n"
    "In a browser the same address is a page to talk to the bot as several people.\n"
    "  --listen HOST:PORT  where (127.0.0.1:8081; port 0: any free one)\n"
    "  --token TOKEN       accept only this bot token; may be given several times\n"
    "  --username NAME     the bot's username (salesreg_sandbox_bot)\n"
    "  --keep FILE         remember people and chats from run to run\n"
    "  --limits            enforce Telegram's sending limits\n"
    "  --state             show the bot's database on the page, read only: DATABASE_URL says "
    "where\n"
    "  --host NAME         another name that people and bots come by (addresses and localhost "
    "need none);\n"
    "                      may be given several times\n"
    "  --tls FILE          HTTPS, with a certificate of its own making; the authority to trust is "
    "written\n"
    "                      to FILE: SSL_CERT_FILE=FILE makes a bot trust it\n"
    "  --idle SECONDS      close connections that are idle so long (500, as Telegram does)\n"
    "  --seed N            make identifiers repeatable\n"
    "  --ready-fd FD       write a line to this descriptor when listening\n"
    "  --log-level LEVEL   debug, info, warn or error (info)\n"
    "  --help\n";

struct arguments {
	struct sandbox_options sandbox;
	const char *tokens[TOKENS_MAX + 1];
	const char *hosts[HOSTS_MAX + 1];
	int token_count, host_count;
	bool state;
	int ready_fd;
	enum log_level log_level;
};

struct process {
	struct sandbox *sandbox;
	struct demo_state *state; /* NULL without --state */
	struct config config;     /* read only with --state */
	uv_signal_t term, interrupt;
};

static bool read_number(const char *text, uint64_t *out)
{
	char *end;
	errno = 0;
	*out = strtoull(text, &end, 10);
	return *text && !*end && errno == 0;
}

static bool read_level(const char *text, enum log_level *out)
{
	for (int level = LOG_DEBUG; level <= LOG_ERROR; level++) {
		if (strcmp(text, log_level_name((enum log_level)level)) == 0) {
			*out = (enum log_level)level;
			return true;
		}
	}
	return false;
}

/* False: the option is not understood. */
static bool read_option(struct arguments *a, int option)
{
	uint64_t number;
	switch (option) {
	case 'l':
		a->sandbox.listen = optarg;
		return true;
	case 't':
		if (a->token_count == TOKENS_MAX)
			return false;
		a->tokens[a->token_count++] = optarg;
		a->sandbox.tokens = a->tokens;
		return true;
	case 'u':
		a->sandbox.username = optarg;
		return true;
	case 'H':
		if (a->host_count == HOSTS_MAX)
			return false;
		a->hosts[a->host_count++] = optarg;
		a->sandbox.hosts = a->hosts;
		return true;
	case 'i':
		if (!read_number(optarg, &number) || number < 1 || number > 86400)
			return false;
		a->sandbox.idle_s = (unsigned)number;
		return true;
	case 'T':
		a->sandbox.tls = optarg;
		return true;
	case 'S':
		a->state = true;
		return true;
	case 'L':
		a->sandbox.limits = true;
		return true;
	case 'k':
		a->sandbox.keep = optarg;
		return true;
	case 's':
		a->sandbox.seeded = true;
		return read_number(optarg, &a->sandbox.seed);
	case 'r':
		if (!read_number(optarg, &number) || number > 1023)
			return false;
		a->ready_fd = (int)number;
		return true;
	case 'v':
		return read_level(optarg, &a->log_level);
	default:
		return false;
	}
}

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

static int run(const struct arguments *a)
{
	struct process p = {0};
	struct sandbox_options options = a->sandbox;
	uv_loop_t loop;
	char message[300];
	if (uv_loop_init(&loop) != 0)
		return EXIT_CODE_FAILED;
	int code = EXIT_CODE_CONFIG;
	if (a->state) {
		if (!read_config(&p.config))
			goto done;
		p.state = demo_state_create(&loop, &(struct demo_state_options){
						       .uri = &p.config.database_url,
						       .told = on_told,
						       .data = &p,
						   });
		options.system =
		    (struct sandbox_system){.ask = on_ask, .rest = on_rest, .data = &p};
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

int role_sandbox(int argc, char **argv)
{
	static const struct option options[] = {{"listen", required_argument, NULL, 'l'},
	    {"token", required_argument, NULL, 't'}, {"username", required_argument, NULL, 'u'},
	    {"limits", no_argument, NULL, 'L'}, {"state", no_argument, NULL, 'S'},
	    {"keep", required_argument, NULL, 'k'}, {"host", required_argument, NULL, 'H'},
	    {"tls", required_argument, NULL, 'T'}, {"idle", required_argument, NULL, 'i'},
	    {"seed", required_argument, NULL, 's'}, {"ready-fd", required_argument, NULL, 'r'},
	    {"log-level", required_argument, NULL, 'v'}, {NULL, 0, NULL, 0}};
	struct arguments a = {
	    .sandbox = {.listen = "127.0.0.1:8081"}, .ready_fd = -1, .log_level = LOG_INFO};
	int option, index = 0;
	if (usage_asked(argc, argv, usage))
		return EXIT_CODE_OK;
	optind = 0; /* GNU: begin anew, main may have used getopt */
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", options, &index)) != -1) {
		if (option == '?' || option == ':')
			return usage_wrong_option("sandbox", option, argv);
		if (!read_option(&a, option))
			return usage_wrong(
			    "sandbox", "--%s %s is out of range", options[index].name, optarg);
	}
	if (optind != argc)
		return usage_unexpected("sandbox", argv[optind]);
	(void)signal(SIGPIPE, SIG_IGN);
	log_setup("sandbox", a.log_level, LOG_FORMAT_TEXT);
	return run(&a);
}
