#include "salesreg/role/worker/supervise.h"
#include "salesreg/base/address.h"
#include "salesreg/base/config.h"
#include "salesreg/base/log.h"
#include "salesreg/http/listen.h"
#include "salesreg/role/role.h"
#include "salesreg/role/settings.h"
#include "salesreg/role/worker/metrics.h"
#include "salesreg/role/workers.h"
#include "salesreg/supervise/run_dir.h"
#include "salesreg/supervise/supervisor.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct supervise {
	struct config config;
	struct supervisor *supervisor;
	struct metrics_server *metrics; /* NULL: METRICS_LISTEN is not set */
	char names[SUPERVISOR_CHILDREN_MAX][32];
	char metrics_of[SUPERVISOR_CHILDREN_MAX][ADDRESS_SIZE + 16]; /* METRICS_LISTEN=… of each */
	struct child_spec children[SUPERVISOR_CHILDREN_MAX];
	size_t count;
	char dir[RUN_DIR_MAX + 1];
	struct supervisor_times times;
	char message[700];
	int exit_code;                           /* if it does not start */
	const struct supervise_company *company; /* NULL: only the workers */
};

static const char program[] = "salesreg";

#ifdef SALESREG_TESTS
/* Hidden: shorter deadlines, as "name=milliseconds,…", and workers called test-… (role/worker/test_worker.c). */
static void read_test_times(struct supervisor_times *times)
{
	int first_ms = 250, longest_ms = 30000, steady_ms = 60000;
	const struct {
		const char *name;
		int *ms;
	} known[] = {{"ready", &times->ready_ms}, {"silence", &times->silence_ms},
	    {"abort", &times->abort_ms}, {"stop", &times->stop_ms}, {"turn", &times->turn_ms},
	    {"late", &times->late_ms}, {"tick", &times->tick_ms}, {"first", &first_ms},
	    {"longest", &longest_ms}, {"steady", &steady_ms}};
	const char *text = getenv("SALESREG_TEST_TIMES");
	for (size_t i = 0; text && i < sizeof known / sizeof *known; i++) {
		char key[32];
		(void)snprintf(key, sizeof key, "%s=", known[i].name);
		const char *at = strstr(text, key);
		if (at)
			*known[i].ms = (int)strtol(at + strlen(key), NULL, 10);
	}
	times->restart.first_us = (int64_t)first_ms * 1000;
	times->restart.longest_us = (int64_t)longest_ms * 1000;
	times->restart.steady_us = (int64_t)steady_ms * 1000;
}

/* test-foreign: a program of Python, as user nobody if SALESREG_TEST_UID says so. */
static bool add_test_foreign(struct child_spec *spec)
{
	const char *uid = getenv("SALESREG_TEST_UID");
	*spec = (struct child_spec){.name = spec->name,
	    .program = "/usr/bin/python3",
	    .argv = {"python3", "-u", "-c", getenv("SALESREG_TEST_FOREIGN")},
	    .listen_fd = -1,
	    .foreign = true,
	    .accepts_path = getenv("SALESREG_TEST_FOREIGN_PATH"),
	    .stop_signal = SIGINT,
	    .death_signal = SIGQUIT,
	    .stop_ms = 30000,
	    .drops_privileges = uid != NULL,
	    .uid = uid ? (uid_t)strtoul(uid, NULL, 10) : 0,
	    .gid = uid ? (gid_t)strtoul(uid, NULL, 10) : 0};
	const char *port = getenv("SALESREG_TEST_FOREIGN_PORT");
	if (port)
		spec->accepts_port = (uint16_t)strtoul(port, NULL, 10);
	return true;
}

static bool add_test_worker(struct supervise *s, struct child_spec *spec)
{
	if (strcmp(spec->name, "test-foreign") == 0)
		return add_test_foreign(spec);
	spec->argv[1] = "test-worker";
	spec->argv[2] = spec->name;
	spec->vital = strcmp(spec->name, "test-bot") == 0;
	const char *address = getenv("SALESREG_TEST_LISTEN");
	if (!address || strcmp(spec->name, "test-listener") != 0)
		return true;
	spec->listen_fd = http_listen(address, s->message, sizeof s->message);
	return spec->listen_fd >= 0;
}
#endif

/* The port stays open over restarts of the worker, so that nobody who comes back from Google is refused. */
static bool open_calendar(struct supervise *s, struct child_spec *spec)
{
	enum err err = http_listen_patiently("OAUTH_LISTEN", s->config.oauth_listen,
	    &spec->listen_fd, s->message, sizeof s->message);
	s->exit_code = err == ERR_OK ? s->exit_code : exit_code_of_start(err);
	return err == ERR_OK;
}

static bool add_worker(struct supervise *s, const char *name)
{
	for (size_t i = 0; i < s->count; i++) {
		if (strcmp(s->names[i], name) == 0) {
			(void)snprintf(s->message, sizeof s->message,
			    "WORKERS names %.31s twice; there is only one of each", name);
			return false;
		}
	}
	if (s->count == SUPERVISOR_CHILDREN_MAX) {
		(void)snprintf(s->message, sizeof s->message, "WORKERS names more than %d workers",
		    SUPERVISOR_CHILDREN_MAX);
		return false;
	}
	char *own = s->names[s->count];
	(void)snprintf(own, sizeof s->names[0], "%.31s", name);
	const struct worker_kind *kind = worker_kind_of(name);
	struct child_spec *spec = &s->children[s->count];
	*spec = (struct child_spec){.name = own,
	    .argv = {program, own},
	    .vital = kind && kind->is_vital,
	    .readers = config_reader_of(name),
	    .listen_fd = -1};
	s->count++;
	if (kind && !kind->is_of_calendar)
		return true;
	if (kind && s->config.google_client_id)
		return open_calendar(s, spec);
#ifdef SALESREG_TESTS
	if (strncmp(name, "test-", 5) == 0)
		return add_test_worker(s, spec);
#endif
	s->count--;
	if (kind) {
		log_info(
		    "%s is not started: the calendar is off (GOOGLE_CLIENT_ID is not set)", name);
		return true;
	}
	(void)snprintf(s->message, sizeof s->message,
	    "WORKERS names %.31s, which is not a worker; use a comma-separated list "
	    "of " WORKER_NAMES,
	    name);
	return false;
}

/* place: in WORKERS, from 1 on; a worker that is not started (oauth) keeps its port free for the day it is. */
static bool set_metrics(struct supervise *s, size_t i, unsigned place)
{
	char address[ADDRESS_SIZE];
	if (!s->config.metrics_listen)
		return true;
	if (!address_shift(s->config.metrics_listen, place, address)) {
		(void)snprintf(s->message, sizeof s->message,
		    "METRICS_LISTEN=%s leaves no port for %s, which uses the port + %u; choose a "
		    "lower one",
		    s->config.metrics_listen, s->names[i], place);
		return false;
	}
	(void)snprintf(s->metrics_of[i], sizeof s->metrics_of[i], "METRICS_LISTEN=%s", address);
	s->children[i].own[0] = s->metrics_of[i];
	return true;
}

static bool read_workers(struct supervise *s)
{
	char *rest = s->config.workers;
	unsigned place = 0;
	for (char *name; (name = strsep(&rest, ","));) {
		name += strspn(name, " \t");
		name[strcspn(name, " \t")] = '\0';
		size_t before = s->count;
		if (!*name)
			continue;
		place++;
		if (!add_worker(s, name) || (s->count > before && !set_metrics(s, before, place)))
			return false;
	}
	if (s->count > (s->company ? s->company->count : 0))
		return true;
	(void)snprintf(s->message, sizeof s->message,
	    "WORKERS names nothing that can be started; it must be a list of: " WORKER_NAMES);
	return false;
}

static void log_lines(struct buf *lines)
{
	(void)buf_text(lines);
	char *rest = lines->data;
	for (char *line; (line = strsep(&rest, "\n"));)
		if (*line)
			log_error("configuration: %s", line);
}

static bool load(struct supervise *s)
{
	struct buf problems;
	buf_init(&problems, 64 * 1024);
	unsigned readers = config_readers_of_workers();
	enum err err = settings_load(&s->config, 0, readers, &problems);
	log_setup("supervise", (enum log_level)s->config.log_level,
	    (enum log_format)s->config.log_format);
	if (err != ERR_OK)
		log_lines(&problems);
	buf_finish(&problems);
	if (err != ERR_OK)
		return false;
	settings_warn(&s->config, readers);
	config_drop(&s->config, 0);
	/* of a company's other children nobody knows what they read */
	if (!s->company)
		config_keep_environment(readers);
	if (read_workers(s) &&
	    run_dir_find(s->config.run_dir, s->dir, s->message, sizeof s->message))
		return true;
	log_write(s->exit_code == EXIT_CODE_OK ? LOG_INFO : LOG_ERROR, "%s%s",
	    s->exit_code == EXIT_CODE_CONFIG ? "configuration: " : "", s->message);
	return false;
}

static void expose(struct buf *out, void *data)
{
	supervisor_expose(((struct supervise *)data)->supervisor, out);
}

static bool is_ready(char line[METRICS_LINE_SIZE], void *data)
{
	return supervisor_is_ready(((struct supervise *)data)->supervisor, line, METRICS_LINE_SIZE);
}

static void on_announced(void *data)
{
	const struct supervise *s = data;
	if (s->company && s->company->announced)
		s->company->announced(s->company->data);
}

static void close_metrics(void *data)
{
	struct supervise *s = data;
	metrics_server_destroy(s->metrics);
	s->metrics = NULL;
}

/* Before the first worker: an address that is taken is for the operator. */
static enum err open_metrics(struct supervise *s, uv_loop_t *loop)
{
	if (!s->config.metrics_listen)
		return ERR_OK;
	return metrics_server_create(&s->metrics, loop,
	    &(struct metrics_server_options){.listen = s->config.metrics_listen,
		.role = "supervise",
		.write = expose,
		.ready = is_ready,
		.data = s});
}

static int run(struct supervise *s)
{
	uv_loop_t loop;
	if (uv_loop_init(&loop) != 0)
		return EXIT_CODE_FAILED;
	s->supervisor =
	    supervisor_create(&loop, &(struct supervisor_options){.children = s->children,
					 .count = s->count,
					 .times = s->times,
					 .run_dir = s->dir,
					 .announced = on_announced,
					 .ended = close_metrics,
					 .data = s});
	enum err err = open_metrics(s, &loop);
	if (err == ERR_OK) {
		err = supervisor_start(s->supervisor, s->message, sizeof s->message);
		if (err != ERR_OK && err != ERR_CANCELLED)
			log_error("%s", s->message);
	}
	if (err != ERR_OK)
		close_metrics(s);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	int code = err == ERR_OK ? supervisor_exit_code(s->supervisor) : exit_code_of_start(err);
	supervisor_destroy(s->supervisor);
	(void)uv_loop_close(&loop);
	return code;
}

/* Whoever started us may have closed them; what is opened next must not become standard error. */
static void have_standard_descriptors(void)
{
	int fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO)
		fd = open("/dev/null", O_RDWR);
	if (fd >= 0)
		(void)close(fd);
}

int supervise_run(const struct supervise_company *company)
{
	have_standard_descriptors();
	child_reset_signals();
	(void)signal(SIGPIPE, SIG_IGN);
	log_setup("supervise", LOG_INFO, LOG_FORMAT_TEXT);
	static struct supervise s;
	s.company = company;
	for (size_t i = 0; company && i < company->count; i++)
		s.children[s.count++] = company->children[i];
	s.times = supervisor_times_default();
#ifdef SALESREG_TESTS
	read_test_times(&s.times);
#endif
	s.exit_code = EXIT_CODE_CONFIG;
	int code = load(&s) ? run(&s) : s.exit_code;
	config_finish(&s.config);
	return code;
}

static int run_command(struct cli *c)
{
	(void)c;
	return supervise_run(NULL);
}

const struct cli_command command_supervise = {
    .name = "supervise",
    .brief = "starts, monitors and restarts the workers: bot and outreach",
    .help = "Starts, monitors and restarts the workers that WORKERS names; `salesreg help` lists "
	    "every variable.",
    .run = run_command,
};
