#include "salesreg/base/clock.h"
#include "salesreg/base/log.h"
#include "salesreg/base/watchdog.h"
#include "salesreg/supervise/notify.h"
#include "supervisor_private.h"
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ACCEPT_LOOK_MS = 100, WATCHDOG_S = 60 };

struct supervisor_times supervisor_times_default(void)
{
	return (struct supervisor_times){
	    .ready_ms = 30000,
	    .silence_ms = 20000,
	    .abort_ms = 5000,
	    .stop_ms = 7000,
	    .turn_ms = 2000,
	    .late_ms = 3000,
	    .tick_ms = 1000,
	    .restart = restart_policy_default,
	};
}

static int64_t us(int ms)
{
	return (int64_t)ms * 1000;
}

/* What a child says ----------------------------------------------------------------------------------------------------*/

static void announce(struct supervisor *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->children[i].state != CHILD_READY && s->children[i].state != CHILD_GIVEN_UP)
			return;
	if (s->announced || s->stopping)
		return;
	s->announced = true;
	notify_send("READY=1");
	log_info("every worker is ready; `salesreg status` shows them");
	if (s->options.announced)
		s->options.announced(s->options.data);
}

static void on_ready(struct child *c)
{
	struct supervisor *s = c->supervisor;
	if (c->state != CHILD_STARTING)
		return;
	char why[32];
	(void)snprintf(why, sizeof why, "pid %d", (int)c->pid);
	restart_ready(&c->history, clock_monotonic_us());
	child_set_state(
	    c, CHILD_READY, c->spec->foreign ? 0 : us(s->options.times.silence_ms), why);
	struct ipc_message level = {.type = IPC_LOG_LEVEL, .log_level = {.level = c->level}};
	if (c->level_set && ipc_channel_send(&c->channel, &level) != ERR_OK)
		log_warn("%s could not be told its log level; say it again", c->spec->name);
	announce(s);
	supervisor_notify_status(s);
}

static void on_beat(struct child *c, const struct ipc_beat *beat)
{
	char over[80];
	(void)snprintf(over, sizeof over, "%s: ok", c->spec->name);
	if (c->beat.health == IPC_HEALTH_OK && beat->health != IPC_HEALTH_OK)
		fault_log_warn_as(&c->health_fault, "health", "%s: %s%s%s", c->spec->name,
		    ipc_health_name(beat->health), *beat->why ? ": " : "", beat->why);
	else if (beat->health == IPC_HEALTH_OK)
		fault_log_over(&c->health_fault, over);
	c->beat = *beat;
	supervisor_notify_status(c->supervisor);
	if (c->state == CHILD_READY)
		c->deadline_us = clock_monotonic_us() + c->span_us;
}

static void on_message(struct ipc_channel *channel, const struct ipc_message *message, void *data)
{
	struct child *c = data;
	switch (message->type) {
	case IPC_READY:
		on_ready(c);
		return;
	case IPC_BEAT:
		on_beat(c, &message->beat);
		return;
	case IPC_LOG_LEVEL:
	case IPC_DRAIN:
	case IPC_ASK_STATUS:
	case IPC_SET_LOG_LEVEL:
	case IPC_STATUS:
	case IPC_DONE:
	case IPC_TYPES:
		break;
	}
	log_warn("%s sent %s, which is not a worker's to send: not heard any more", c->spec->name,
	    ipc_type_name(message->type));
	ipc_channel_close(channel, NULL);
}

/* It is dying, or it closed what it must not close; then it will be silent. */
static void on_hung_up(struct ipc_channel *channel, enum err why, void *data)
{
	struct child *c = data;
	if (why == ERR_INVALID)
		log_warn("%s sent what is no message: not heard any more", c->spec->name);
	ipc_channel_close(channel, NULL);
}

/* Starting ---------------------------------------------------------------------------------------------------------------*/

static void not_started(struct child *c, const char *doing, int number)
{
	struct supervisor *s = c->supervisor;
	char why[160];
	(void)snprintf(why, sizeof why, "%s: %s; tried again soon", doing, strerror(number));
	log_warn("%s cannot be started: %s", c->spec->name, why);
	child_set_state(c, CHILD_WAITING,
	    restart_not_started(&c->history, &s->options.times.restart, clock_random()), why);
}

static void start(struct child *c)
{
	struct supervisor *s = c->supervisor;
	/* never two of one kind: the last one has been reaped */
	assert(c->pid == 0 && !c->channel.open && !c->channel.closing && !s->stopping);
	int ends[2] = {-1, -1};
	if (!c->spec->foreign &&
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
		not_started(c, "socketpair", errno);
		return;
	}
	pid_t pid = child_fork(c->spec, ends[1]);
	int number = errno;
	if (ends[1] >= 0)
		(void)close(ends[1]);
	if (pid < 0) {
		if (ends[0] >= 0)
			(void)close(ends[0]);
		not_started(c, "fork", number);
		return;
	}
	c->pid = pid;
	c->cause[0] = '\0';
	c->beat = (struct ipc_beat){.outbox_backlog = -1, .outbox_oldest_ms = -1};
	c->channel.message = on_message;
	c->channel.hung_up = on_hung_up;
	c->channel.data = c;
	restart_started(&c->history);
	char why[32];
	(void)snprintf(why, sizeof why, "pid %d", (int)pid);
	child_set_state(c, CHILD_STARTING, us(s->options.times.ready_ms), why);
	if (ends[0] >= 0 && ipc_channel_open(&c->channel, s->loop, ends[0]) != ERR_OK)
		log_warn("%s cannot be heard; it will be started again", c->spec->name);
}

/* A foreign program is ready when somebody answers at its address. */
static bool accepts(const struct child_spec *spec)
{
	if (spec->is_up)
		return spec->is_up(spec->data);
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_un local;
	} address = {.v4 = {.sin_family = AF_INET,
			 .sin_port = htons(spec->accepts_port),
			 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof address.v4;
	if (spec->accepts_path) {
		address.local = (struct sockaddr_un){.sun_family = AF_UNIX};
		(void)snprintf(address.local.sun_path, sizeof address.local.sun_path, "%s",
		    spec->accepts_path);
		size = sizeof address.local;
	}
	int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	struct pollfd connected = {.fd = fd, .events = POLLOUT};
	bool yes = connect(fd, &address.any, size) == 0 ||
		   (errno == EINPROGRESS && poll(&connected, 1, 0) == 1 &&
		       !(connected.revents & (POLLERR | POLLHUP)));
	(void)close(fd);
	return yes;
}

/* The workers lean on the foreign ones: they come once those accept. */
static void start_workers(struct supervisor *s)
{
	if (s->workers_begun || s->stopping)
		return;
	for (size_t i = 0; i < s->count; i++) {
		const struct child *c = &s->children[i];
		if (c->spec->foreign && c->state != CHILD_READY && c->state != CHILD_GIVEN_UP)
			return;
	}
	s->workers_begun = true;
	for (size_t i = 0; i < s->count; i++)
		if (!s->children[i].spec->foreign)
			start(&s->children[i]);
}

/* Dying ------------------------------------------------------------------------------------------------------------------*/

static void give_up(struct child *c, enum restart_verdict verdict)
{
	char why[IPC_TEXT_SIZE + 64];
	(void)snprintf(why, sizeof why, "%s: it %s", c->death, restart_verdict_text(verdict));
	child_set_state(c, CHILD_GIVEN_UP, 0, why);
	/* nobody will ever answer there: let people be refused at once */
	if (c->listen_fd >= 0)
		(void)close(c->listen_fd);
	c->listen_fd = -1;
}

/* Nothing left that could ever work: then the end, with the last one's code, is what init systems understand. */
static bool all_are_given_up(const struct supervisor *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (!s->children[i].spec->foreign && s->children[i].state != CHILD_GIVEN_UP)
			return false;
	return true;
}

static void on_death(struct child *c, int status)
{
	struct supervisor *s = c->supervisor;
	ipc_channel_drain(&c->channel); /* it may have said READY first */
	ipc_channel_close(&c->channel, NULL);
	char end[48];
	child_describe_end(status, end, sizeof end);
	bool asked = c->state == CHILD_STOPPING;
	(void)snprintf(
	    c->death, sizeof c->death, "%s%s%s", end, *c->cause ? " after it was " : "", c->cause);
	c->died_us = clock_wall_us();
	c->last_exit = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	c->pid = 0;
	if (s->stopping) {
		child_set_state(c, CHILD_STOPPED, 0, asked ? "" : c->death);
		return;
	}
	c->restarts++;
	struct restart_death death = {.by_signal = WIFSIGNALED(status),
	    .number = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status)};
	struct restart_outcome outcome = restart_died(&c->history, &s->options.times.restart, death,
	    c->spec->vital, clock_monotonic_us(), clock_random());
	if (outcome.verdict == RESTART_AGAIN) {
		char why[IPC_TEXT_SIZE + 64];
		(void)snprintf(why, sizeof why, "%s; started again in %lld ms", c->death,
		    (long long)outcome.wait_us / 1000);
		log_warn("%s died: %s", c->spec->name, why);
		child_set_state(c, CHILD_WAITING, outcome.wait_us ? outcome.wait_us : 1, c->death);
		return;
	}
	log_error("%s will not be restarted: %s, it %s", c->spec->name, c->death,
	    restart_verdict_text(outcome.verdict));
	give_up(c, outcome.verdict);
	if (outcome.ends_all)
		supervisor_stop(s, outcome.exit_code, "it cannot do without that worker");
	else if (all_are_given_up(s))
		supervisor_stop(s, outcome.exit_code, "no worker is left");
}

static struct child *find(struct supervisor *s, pid_t pid)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->children[i].pid == pid)
			return &s->children[i];
	return NULL;
}

/* Until none: signals are not counted. As PID 1, other people's orphans come here too. */
static void on_sigchld(uv_signal_t *handle, int number)
{
	(void)number;
	struct supervisor *s = handle->data;
	int status;
	for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
		struct child *c = find(s, pid);
		if (c)
			on_death(c, status);
		else
			log_debug("reaped a stranger, pid %d", (int)pid);
	}
	supervisor_tick(s);
}

/* What is due --------------------------------------------------------------------------------------------------------------*/

static void abort_child(struct child *c, const char *cause)
{
	(void)snprintf(c->cause, sizeof c->cause, "%s", cause);
	log_warn("%s was %s: aborted", c->spec->name, cause);
	child_set_state(c, CHILD_ABORTING, us(c->supervisor->options.times.abort_ms), cause);
	child_kill(c, SIGABRT);
}

static void on_deadline(struct child *c)
{
	const struct supervisor_times *times = &c->supervisor->options.times;
	char cause[64];
	switch (c->state) {
	case CHILD_STARTING:
		(void)snprintf(cause, sizeof cause, "not ready within %d ms", times->ready_ms);
		abort_child(c, cause);
		return;
	case CHILD_READY:
		(void)snprintf(cause, sizeof cause, "silent for %d ms", times->silence_ms);
		abort_child(c, cause);
		return;
	case CHILD_STOPPING:
		(void)snprintf(c->cause, sizeof c->cause, "too slow to stop");
		log_warn("%s does not stop in time: killed", c->spec->name);
		child_set_state(c, CHILD_KILLING, us(times->abort_ms), c->cause);
		child_kill(c, SIGKILL);
		return;
	case CHILD_ABORTING:
	case CHILD_KILLING:
		child_set_state(c, CHILD_KILLING, us(times->abort_ms), "it did not abort");
		child_kill(c, SIGKILL);
		return;
	case CHILD_WAITING:
		if (c->supervisor->stopping)
			child_set_state(c, CHILD_STOPPED, 0, "");
		else if (c->channel.closing) /* it still belongs to the loop, for this round only */
			c->deadline_us = clock_monotonic_us() + us(1);
		else
			start(c);
		return;
	case CHILD_DOWN:
	case CHILD_STOPPED:
	case CHILD_GIVEN_UP:
		c->deadline_us = 0;
		return;
	}
}

static void on_tick(uv_timer_t *timer)
{
	supervisor_tick(timer->data);
}

static void arm(struct supervisor *s, int64_t now)
{
	if (s->ended)
		return;
	int64_t next = now + us(s->options.times.tick_ms);
	for (size_t i = 0; i < s->count; i++) {
		const struct child *c = &s->children[i];
		if (c->deadline_us && c->deadline_us < next)
			next = c->deadline_us;
		if (c->spec->foreign && c->state == CHILD_STARTING &&
		    next > now + us(ACCEPT_LOOK_MS))
			next = now + us(ACCEPT_LOOK_MS);
	}
	if (s->watchdog_ms && s->watchdog_due_us < next)
		next = s->watchdog_due_us;
	if (s->stopping && next > now + us(s->options.times.turn_ms))
		next = now + us(s->options.times.turn_ms);
	s->tick_due_us = next;
	uv_update_time(s->loop);
	(void)uv_timer_start(
	    &s->tick, on_tick, next > now ? (uint64_t)(next - now) / 1000 + 1 : 0, 0);
}

/* The machine slept, or we were stopped: what the children said meanwhile is not read yet. */
static void extend_deadlines(struct supervisor *s, int64_t late_us, int64_t now)
{
	log_warn("the supervisor itself was held up for %lld ms: the workers' deadlines begin anew",
	    (long long)late_us / 1000);
	for (size_t i = 0; i < s->count; i++) {
		struct child *c = &s->children[i];
		if (c->deadline_us && c->state != CHILD_WAITING)
			c->deadline_us = now + c->span_us;
	}
}

void supervisor_tick(struct supervisor *s)
{
	int64_t now = clock_monotonic_us();
	if (now - s->tick_due_us > us(s->options.times.late_ms))
		extend_deadlines(s, now - s->tick_due_us, now);
	for (size_t i = 0; i < s->count; i++) {
		struct child *c = &s->children[i];
		if (c->spec->foreign && c->state == CHILD_STARTING && accepts(c->spec))
			on_ready(c);
		if (c->deadline_us && now >= c->deadline_us)
			on_deadline(c);
	}
	start_workers(s);
	announce(s);
	if (s->stopping)
		supervisor_advance_stop(s);
	if (s->watchdog_ms && now >= s->watchdog_due_us) {
		notify_send("WATCHDOG=1");
		s->watchdog_due_us = now + us(s->watchdog_ms);
	}
	supervisor_notify_status(s);
	/* In a container nobody else would end one that hangs; elsewhere systemd does, and a person may have pressed Ctrl-Z. */
	if (!s->ended && getpid() == 1)
		watchdog_feed(WATCHDOG_S);
	arm(s, now);
}

/* Life ---------------------------------------------------------------------------------------------------------------------*/

static void on_request(uv_signal_t *handle, int number)
{
	struct supervisor *s = handle->data;
	const char *name = sigabbrev_np(number);
	switch (s->requests++) {
	case 0:
		log_info("received SIG%s: stopping; send it again to kill immediately", name);
		if (!s->stopping) {
			supervisor_stop(s, EXIT_CODE_OK, "asked to");
			break;
		}
		log_info("already stopping, with exit code %d", s->exit_code);
		break;
	case 1:
		log_warn("second signal: killing every worker at once");
		supervisor_kill_all(s, 128 + number);
		break;
	default:
		_exit(128 + number); /* the kernel keeps one from dying; the death signal remains */
	}
	supervisor_tick(s);
}

struct supervisor *supervisor_create(uv_loop_t *loop, const struct supervisor_options *options)
{
	assert(options->count <= SUPERVISOR_CHILDREN_MAX);
	struct supervisor *s = calloc(1, sizeof *s);
	if (!s)
		abort();
	s->loop = loop;
	s->options = *options;
	s->count = options->count;
	for (size_t i = 0; i < s->count; i++)
		s->children[i] = (struct child){.spec = &options->children[i],
		    .supervisor = s,
		    .listen_fd = options->children[i].listen_fd};
	s->control.request = supervisor_answer;
	s->control.data = s;
	return s;
}

enum err supervisor_start(struct supervisor *s, char *message, size_t message_size)
{
	enum err err = control_open_patiently(
	    &s->control, s->loop, s->options.run_dir, "supervise", message, message_size);
	if (err != ERR_OK)
		return err;
	s->started_us = clock_wall_us();
	struct {
		uv_signal_t *handle;
		uv_signal_cb callback;
		int number;
	} signals[] = {
	    {&s->died, on_sigchld, SIGCHLD},
	    {&s->terminate, on_request, SIGTERM},
	    {&s->interrupt, on_request, SIGINT},
	    {&s->hang_up, on_request, SIGHUP},
	};
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
		(void)uv_signal_init(s->loop, signals[i].handle);
		signals[i].handle->data = s;
		(void)uv_signal_start(signals[i].handle, signals[i].callback, signals[i].number);
	}
	(void)uv_timer_init(s->loop, &s->tick);
	s->tick.data = s;
	s->watchdog_ms = notify_watchdog_ms();
	s->tick_due_us = s->watchdog_due_us = clock_monotonic_us();
	for (size_t i = 0; i < s->count; i++)
		if (s->children[i].spec->foreign)
			start(&s->children[i]);
	supervisor_tick(s);
	return ERR_OK;
}

int supervisor_exit_code(const struct supervisor *s)
{
	return s->exit_code;
}

void supervisor_destroy(struct supervisor *s)
{
	free(s);
}
