#ifdef SALESREG_TESTS
#include "salesreg/base/log.h"
#include "salesreg/role/role.h"
#include "salesreg/role/worker/worker.h"
#include "salesreg/supervise/child.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * A worker that misbehaves as the tests want: `salesreg test-worker NAME` does what the file $SALESREG_TEST_DIR/NAME says,
 * read anew at each start, one word a line:
 *   exit N           at once, before it is ready          signal N        the same by a signal
 *   hang             for ever, before it is ready         late-exit N     as soon as it is ready
 *   ignore           every request to stop                busy            its loop hangs once it is ready
 *   slow-stop N      stops after N ms                     degraded TEXT   says so
 *   stranger         leaves an orphaned grandchild        nonsense        to the supervisor
 *   fickle           is degraded at every second beat
 */
struct test_worker {
	struct worker worker;
	char word[32], argument[96];
	uv_timer_t soon, stopping;
	uv_poll_t listener;
	bool listens;
	uint64_t reports;
};

static bool is(const struct test_worker *t, const char *word)
{
	return strcmp(t->word, word) == 0;
}

static int number(const struct test_worker *t)
{
	return (int)strtol(t->argument, NULL, 10);
}

static void read_behaviour(struct test_worker *t, const char *name)
{
	const char *dir = getenv("SALESREG_TEST_DIR");
	char path[256], line[128] = "";
	(void)snprintf(path, sizeof path, "%s/%s", dir ? dir : ".", name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	ssize_t n = read(fd, line, sizeof line - 1);
	line[n > 0 ? n : 0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	(void)close(fd);
	const char *space = strchrnul(line, ' ');
	(void)snprintf(t->word, sizeof t->word, "%.*s", (int)(space - line), line);
	(void)snprintf(t->argument, sizeof t->argument, "%s", *space ? space + 1 : "");
}

/* An orphan that ends at once; init has to reap it. */
static void leave_orphan(void)
{
	int pipe_ends[2];
	if (pipe(pipe_ends) != 0)
		return;
	pid_t child = fork();
	if (child == 0) {
		if (fork() == 0) {
			char byte;
			(void)close(pipe_ends[1]);
			/* until its parent has gone, and so it is an orphan */
			while (read(pipe_ends[0], &byte, 1) > 0)
				;
		}
		_exit(0);
	}
	(void)close(pipe_ends[1]);
	(void)close(pipe_ends[0]);
}

static void before_ready(struct test_worker *t)
{
	if (is(t, "exit"))
		_exit(number(t));
	if (is(t, "signal"))
		(void)raise(number(t));
	if (is(t, "stranger"))
		leave_orphan();
	while (is(t, "hang"))
		(void)pause();
}

static void on_soon(uv_timer_t *timer)
{
	struct test_worker *t = timer->data;
	if (is(t, "late-exit"))
		_exit(number(t));
	if (is(t, "nonsense") && write(CHILD_IPC_FD, "GET / HTTP/1.1", 14) != 14)
		log_error("nonsense could not be said");
	while (is(t, "busy"))
		(void)usleep(1000);
}

static void end(uv_timer_t *timer)
{
	struct test_worker *t = timer->data;
	uv_close((uv_handle_t *)&t->soon, NULL);
	uv_close((uv_handle_t *)&t->stopping, NULL);
	if (t->listens)
		uv_close((uv_handle_t *)&t->listener, NULL);
	worker_end(&t->worker, EXIT_CODE_OK);
}

static void stop(struct worker *worker, void *data)
{
	(void)worker;
	struct test_worker *t = data;
	if (is(t, "ignore")) {
		t->worker.signals = -1000;
		return;
	}
	(void)uv_timer_start(&t->stopping, end, is(t, "slow-stop") ? (uint64_t)number(t) : 0, 0);
}

static void report(struct worker_report *out, void *data)
{
	struct test_worker *t = data;
	out->progress = ++t->reports;
	bool degraded = is(t, "degraded") || (is(t, "fickle") && t->reports % 2 == 1);
	out->health = degraded ? IPC_HEALTH_DEGRADED : IPC_HEALTH_OK;
	(void)snprintf(out->why, sizeof out->why, "%s", is(t, "degraded") ? t->argument : "");
}

/* Answers everyone with its pid. */
static void on_connection(uv_poll_t *handle, int status, int events)
{
	(void)status;
	(void)events;
	uv_os_fd_t fd;
	if (uv_fileno((uv_handle_t *)handle, &fd) != 0)
		return;
	int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	if (client < 0)
		return;
	char text[32];
	int n = snprintf(text, sizeof text, "%d\n", (int)getpid());
	if (write(client, text, (size_t)n) != n)
		log_warn("the client went away");
	(void)close(client);
}

static int run(struct cli *c)
{
	static struct test_worker t;
	const char *name = c->count > 0 ? c->words[0] : "test-worker";
	read_behaviour(&t, name);
	before_ready(&t);
	int code = worker_init(&t.worker, name, 0);
	if (code != EXIT_CODE_OK)
		return code;
	(void)uv_timer_init(&t.worker.loop, &t.soon);
	(void)uv_timer_init(&t.worker.loop, &t.stopping);
	t.soon.data = t.stopping.data = &t;
	(void)uv_timer_start(&t.soon, on_soon, 10, 0);
	if (getenv("SALESREG_LISTEN_FD") &&
	    uv_poll_init(&t.worker.loop, &t.listener, CHILD_LISTEN_FD) == 0) {
		t.listens = true;
		(void)uv_poll_start(&t.listener, UV_READABLE, on_connection);
	}
	t.worker.report = report;
	code = worker_run(&t.worker, stop, &t);
	worker_finish(&t.worker);
	return code;
}

/* Hidden: misbehaves on demand, for the tests of the supervisor. */
const struct cli_command command_test_worker = {
    .name = "test-worker", .arguments = "[NAME]", .arguments_most = 1, .run = run};
#endif
