#include "salesreg/role/worker/worker.h"
#include "salesreg/base/log.h"
#include "salesreg/base/syscall_filter.h"
#include "salesreg/base/watchdog.h"
#include "salesreg/db/address.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/role/database.h"
#include "salesreg/role/settings.h"
#include "salesreg/role/worker/exposition.h"
#include "salesreg/role/worker/heartbeat.h"
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { WATCHDOG_S = 60, LINGER_MS = 500, ARENA_MAXIMUM = 16 * 1024 * 1024 };

void worker_help(void)
{
	struct buf text;
	buf_init(&text, 64 * 1024);
	config_describe(&text, false);
	cli_lines("Runs until SIGTERM; `salesreg supervise` starts it and restarts it.\n\n"
		  "Configured by environment variables, each also as NAME_FILE:\n\n",
	    0);
	cli_lines(buf_text(&text), CONFIG_DESCRIBE_INDENT);
	buf_finish(&text);
}

static void log_problems(struct buf *problems)
{
	(void)buf_text(problems);
	char *rest = problems->data;
	for (char *line; (line = strsep(&rest, "\n"));)
		if (*line)
			log_error("configuration: %s", line);
	buf_finish(problems);
}

int worker_rules(struct worker *w, struct conversation_rules *rules, struct texts *texts)
{
	struct buf problems;
	buf_init(&problems, 64 * 1024);
	enum err err = rules_load(rules, &w->config, texts, &w->arena, &problems);
	log_problems(&problems);
	return err == ERR_OK ? EXIT_CODE_OK : EXIT_CODE_CONFIG;
}

/* Alone, in a container, a worker may have been given everything that anybody needs. */
static void forget_what_is_not_needed(struct worker *w, unsigned needs)
{
	config_drop(&w->config, config_readers(needs));
	config_clear_environment();
	config_keep_environment(config_readers(needs));
	/* without a password of its own libpq asks the environment at each connection */
	if (db_address_has_password(secret_reveal(&w->config.database_url)))
		config_forget("PGPASSWORD");
}

/* The example's password is what everybody tries first. */
static void warn_of_example_password(const struct secret *uri)
{
	if (db_address_has_example_password(secret_reveal(uri)))
		log_warn("the database's password is the example's, changeme: change it in the "
			 "database (ALTER "
			 "ROLE … PASSWORD), then where it comes from: DATABASE_URL (compose: "
			 "POSTGRES_PASSWORD), PGPASSWORD, a service or a password file");
}

/* Once, whoever asks first: a signal, the supervisor's word, or its silence. */
static void ask_to_stop(void *data)
{
	struct worker *w = data;
	if (w->stop_asked)
		return;
	w->stop_asked = true;
	w->stop(w, w->data);
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct worker *w = handle->data;
	if (w->signals++ > 0) {
		log_warn("second signal: ending at once");
		_exit(128 + number);
	}
	if (!w->stop_asked)
		log_info("asked to stop");
	ask_to_stop(w);
}

static void report(struct worker_report *out, void *data)
{
	struct worker *w = data;
	if (w->report)
		w->report(out, w->data);
}

static struct worker_report look(struct worker *w)
{
	struct worker_report now = {.outbox_backlog = -1, .outbox_oldest_ms = -1};
	report(&now, w);
	if (w->stop_asked) {
		now.unready = true;
		(void)snprintf(now.why, sizeof now.why, "stopping");
	}
	return now;
}

static void expose(struct buf *out, void *data)
{
	struct worker *w = data;
	struct worker_report now = look(w);
	exposition_worker(out, &now, presence_lag_ms(w->presence));
	if (w->expose)
		w->expose(out, w->data);
}

static bool is_ready(char line[METRICS_LINE_SIZE], void *data)
{
	struct worker_report now = look(data);
	(void)snprintf(line, METRICS_LINE_SIZE, "%s%s%s%s", now.unready ? "not ready" : "ready",
	    !now.unready && now.health != IPC_HEALTH_OK ? ", degraded" : "", *now.why ? ": " : "",
	    now.why);
	return !now.unready;
}

/* Opened before anything else is begun: an address that is taken is for the operator. Who is asked to stop meanwhile needs none. */
static int open_metrics(struct worker *w)
{
	if (!w->config.metrics_listen)
		return EXIT_CODE_OK;
	enum err err = metrics_server_create(&w->metrics, &w->loop,
	    &(struct metrics_server_options){.listen = w->config.metrics_listen,
		.role = w->role,
		.write = expose,
		.ready = is_ready,
		.data = w});
	return exit_code_of_start(err);
}

int worker_init(struct worker *w, const char *role, unsigned needs)
{
	*w = (struct worker){.role = role};
	log_setup(role, LOG_INFO, LOG_FORMAT_TEXT);
	/* a supervised worker was started from /proc/self/exe and would be called "exe" in ps and top */
	char name[16];
	(void)snprintf(name, sizeof name, "salesreg-%.6s", role);
	(void)prctl(PR_SET_NAME, name);
	struct buf problems;
	buf_init(&problems, 64 * 1024);
	enum err err = settings_load(&w->config, needs, config_readers(needs), &problems);
	log_setup(role, (enum log_level)w->config.log_level, (enum log_format)w->config.log_format);
	if (err != ERR_OK) {
		log_problems(&problems);
		config_finish(&w->config);
		return EXIT_CODE_CONFIG;
	}
	buf_finish(&problems);
	/* under a supervisor it is the one who says so, once for all */
	if (!getenv("SALESREG_IPC_FD"))
		settings_warn(&w->config, config_readers(needs));
	forget_what_is_not_needed(w, needs);
	if (needs & CONFIG_NEEDS_DATABASE)
		warn_of_example_password(&w->config.database_url);
	arena_init(&w->arena, ARENA_MAXIMUM);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)uv_loop_init(&w->loop);
	(void)uv_signal_init(&w->loop, &w->terminate);
	(void)uv_signal_init(&w->loop, &w->interrupt);
	(void)uv_timer_init(&w->loop, &w->watchdog);
	w->terminate.data = w->interrupt.data = w->watchdog.data = w;
	/* whoever is asked to stop while still beginning does so in order, as soon as the loop runs */
	(void)uv_signal_start(&w->terminate, on_signal, SIGTERM);
	(void)uv_signal_start(&w->interrupt, on_signal, SIGINT);
	int code = open_metrics(w);
	if (code != EXIT_CODE_OK) {
		worker_end(w, code);
		worker_finish(w);
		return code;
	}
	return EXIT_CODE_OK;
}

/*
 * Alone, a loop that hangs does not come here; then the process ends itself, and whoever watches it starts it again.
 * A supervisor does that by its heartbeats.
 */
static void on_watchdog(uv_timer_t *timer)
{
	const struct worker *w = timer->data;
	if (!presence_is_supervised(w->presence))
		watchdog_feed(WATCHDOG_S);
	(void)malloc_trim(0); /* what a rush needed goes back to the system */
}

/* Whether tickets may be in one is Kerberos' configuration's to say, and another system's default. */
static bool needs_keyrings(const struct secret *uri)
{
	const char *cache = getenv("KRB5CCNAME");
	if (cache && strncmp(cache, "KEYRING:", 8) == 0)
		return true;
	struct db_address to;
	db_address_read(&to, secret_reveal(uri));
	return to.wants_gss;
}

void worker_filter_calls(const struct worker *w)
{
	if (!w->config.syscall_filter) {
		log_warn("SYSCALL_FILTER is false: no system call is refused");
		return;
	}
	unsigned allowed = syscall_filter_is_sanitized() ? SYSCALL_FILTER_SANITIZER : 0;
	if (needs_keyrings(&w->config.database_url)) {
		log_info(
		    "the database wants Kerberos: the system calls for keyrings are not refused");
		allowed |= SYSCALL_FILTER_KEYS;
	}
	if (syscall_filter_start(allowed) != ERR_OK)
		log_warn(
		    "system calls cannot be filtered here (%s): none is refused", strerror(errno));
	else if (syscall_filter_is_sanitized())
		log_debug("a build with sanitizers: starting programs and tracing is not refused");
}

int worker_run(struct worker *w, void (*stop)(struct worker *, void *), void *data)
{
	w->stop = stop;
	w->data = data;
	w->presence = presence_create(&w->loop, &(struct presence_options){.role = w->role,
						    .run_dir = w->config.run_dir,
						    .report = report,
						    .stop = ask_to_stop,
						    .data = w});
	(void)uv_timer_start(&w->watchdog, on_watchdog, 0, WATCHDOG_S * 1000 / 4);
	(void)uv_run(&w->loop, UV_RUN_DEFAULT);
	watchdog_stop();
	return w->exit_code;
}

/*
 * All is done, but a thread still connects to somebody who does not answer. Nothing is left that
 * would be worth the wait.
 */
static void on_lingering(uv_timer_t *timer)
{
	const struct worker *w = timer->data;
	_exit(w->exit_code);
}

void worker_end(struct worker *w, int exit_code)
{
	w->exit_code = exit_code;
	if (uv_is_closing((uv_handle_t *)&w->terminate))
		return;
	uv_close((uv_handle_t *)&w->terminate, NULL);
	uv_close((uv_handle_t *)&w->interrupt, NULL);
	metrics_server_destroy(w->metrics);
	w->metrics = NULL;
	presence_destroy(w->presence);
	w->presence = NULL;
	(void)uv_timer_start(&w->watchdog, on_lingering, LINGER_MS, 0);
	uv_unref((uv_handle_t *)&w->watchdog);
}

void worker_finish(struct worker *w)
{
	uv_close((uv_handle_t *)&w->watchdog, NULL);
	(void)uv_run(&w->loop, UV_RUN_DEFAULT);
	if (uv_loop_close(&w->loop) == UV_EBUSY)
		log_debug("handles were still open at the end");
	arena_finish(&w->arena);
	config_finish(&w->config);
}
