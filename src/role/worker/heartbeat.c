#include "salesreg/role/worker/heartbeat.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/log.h"
#include "salesreg/supervise/child.h"
#include "salesreg/supervise/control.h"
#include "salesreg/supervise/memory.h"
#include "salesreg/supervise/notify.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BEAT_MS = 1000, BEATS_A_LOOK = 5 };

struct presence {
	uv_loop_t *loop;
	struct presence_options options;
	bool supervised;
	struct ipc_channel channel; /* supervised */
	struct control control;     /* alone */
	uv_timer_t beat;
	int64_t beat_due_us, ready_us /* wall clock */;
	uint32_t lag_ms;
	unsigned beats;
	int64_t pss_kib; /* as of the last look: it takes a while in a large process */
	int closing;
};

static void look(const struct presence *p, struct worker_report *report)
{
	*report = (struct worker_report){.outbox_backlog = -1, .outbox_oldest_ms = -1};
	if (p->options.report)
		p->options.report(report, p->options.data);
}

/* Supervised -------------------------------------------------------------------------------------------------------------*/

static void send_message(struct presence *p, const struct ipc_message *message)
{
	if (ipc_channel_send(&p->channel, message) == ERR_BUSY)
		log_debug(
		    "the supervisor does not read; %s is not sent", ipc_type_name(message->type));
}

static void send_beat(struct presence *p)
{
	struct worker_report report;
	look(p, &report);
	if (p->beats++ % BEATS_A_LOOK == 0)
		p->pss_kib = memory_of(getpid()).pss_kib;
	struct ipc_message message = {.type = IPC_BEAT,
	    .beat = {.progress = report.progress,
		.health = report.health,
		.leads = report.leads,
		.outbox_backlog = report.outbox_backlog,
		.outbox_oldest_ms = report.outbox_oldest_ms,
		.lag_ms = p->lag_ms,
		.pss_kib = p->pss_kib}};
	memcpy(message.beat.why, report.why, sizeof report.why);
	send_message(p, &message);
}

static void on_order(struct ipc_channel *channel, const struct ipc_message *message, void *data)
{
	(void)channel;
	struct presence *p = data;
	if (message->type == IPC_LOG_LEVEL) {
		log_set_level(message->log_level.level);
	} else if (message->type == IPC_DRAIN) {
		log_info("asked to stop");
		p->options.stop(p->options.data);
	}
}

static void on_hung_up(struct ipc_channel *channel, enum err why, void *data)
{
	(void)channel;
	(void)why;
	struct presence *p = data;
	log_error("the supervisor is gone: stopping");
	p->options.stop(p->options.data);
}

/* Alone ------------------------------------------------------------------------------------------------------------------*/

static void answer_status(const struct presence *p, struct ipc_channel *client)
{
	struct worker_report report;
	look(p, &report);
	struct memory memory = memory_of(getpid());
	struct ipc_message row = {.type = IPC_STATUS,
	    .status = {.state = "ready",
		.up = true,
		.pid = (uint32_t)getpid(),
		.since_us = p->ready_us,
		.health = report.health,
		.pss_kib = memory.pss_kib,
		.rss_kib = memory.rss_kib,
		.progress = report.progress,
		.leads = report.leads,
		.outbox_backlog = report.outbox_backlog,
		.outbox_oldest_ms = report.outbox_oldest_ms,
		.lag_ms = p->lag_ms}};
	(void)snprintf(row.status.role, sizeof row.status.role, "%s", p->options.role);
	memcpy(row.status.why, report.why, sizeof report.why);
	control_answer(client, &row);
}

static void on_request(struct ipc_channel *client, const struct ipc_message *request, void *data)
{
	struct presence *p = data;
	char what[IPC_TEXT_SIZE];
	if (request->type == IPC_ASK_STATUS) {
		answer_status(p, client);
		control_done(client, true, "");
	} else if (request->type == IPC_SET_LOG_LEVEL) {
		log_set_level(request->set_log_level.level);
		(void)snprintf(what, sizeof what, "%s logs from level %s on until it ends",
		    p->options.role, log_level_name(request->set_log_level.level));
		control_done(client, true, what);
	} else {
		control_done(client, false, "that is not for a control socket");
	}
}

static void open_control(struct presence *p)
{
	char dir[RUN_DIR_MAX + 1], message[300];
	p->control.request = on_request;
	p->control.data = p;
	if (!run_dir_find(p->options.run_dir, dir, message, sizeof message) ||
	    control_open(&p->control, p->loop, dir, p->options.role, message, sizeof message) !=
		ERR_OK)
		log_warn(
		    "no control socket, so `status` and `healthcheck` do not see this process: %s",
		    message);
}

/* Life -------------------------------------------------------------------------------------------------------------------*/

static void on_beat(uv_timer_t *timer)
{
	struct presence *p = timer->data;
	int64_t now = clock_monotonic_us(), late_us = now - p->beat_due_us;
	p->lag_ms = late_us > 0 ? (uint32_t)(late_us / 1000) : 0;
	p->beat_due_us = now + (int64_t)BEAT_MS * 1000;
	if (!p->supervised) {
		notify_send("WATCHDOG=1");
		return;
	}
	send_beat(p);
}

/* The loop runs. */
static void on_running(uv_timer_t *timer)
{
	struct presence *p = timer->data;
	p->ready_us = clock_wall_us();
	p->beat_due_us = clock_monotonic_us();
	struct ipc_message ready = {.type = IPC_READY, .ready = {.pid = (uint32_t)getpid()}};
	if (p->supervised)
		send_message(p, &ready);
	else
		notify_send("READY=1");
	on_beat(timer);
	(void)uv_timer_start(&p->beat, on_beat, BEAT_MS, BEAT_MS);
}

static bool is_supervised(void)
{
	const char *fd = getenv("SALESREG_IPC_FD");
	return fd && strcmp(fd, "3") == 0 && fcntl(CHILD_IPC_FD, F_GETFD) >= 0;
}

struct presence *presence_create(uv_loop_t *loop, const struct presence_options *options)
{
	struct presence *p = calloc(1, sizeof *p);
	if (!p)
		abort();
	p->loop = loop;
	p->options = *options;
	p->supervised = is_supervised();
	(void)uv_timer_init(loop, &p->beat);
	p->beat.data = p;
	if (p->supervised) {
		(void)fcntl(CHILD_IPC_FD, F_SETFD, FD_CLOEXEC);
		p->channel.message = on_order;
		p->channel.hung_up = on_hung_up;
		p->channel.data = p;
		if (ipc_channel_open(&p->channel, loop, CHILD_IPC_FD) != ERR_OK)
			log_error("descriptor 3 is no socket to the supervisor");
	} else {
		open_control(p);
	}
	(void)uv_timer_start(&p->beat, on_running, 0, 0);
	return p;
}

bool presence_is_supervised(const struct presence *p)
{
	return p->supervised;
}

uint32_t presence_lag_ms(const struct presence *p)
{
	return p->lag_ms;
}

static void count_down(struct presence *p)
{
	if (--p->closing == 0)
		free(p);
}

static void on_timer_closed(uv_handle_t *handle)
{
	count_down(handle->data);
}

static void on_channel_closed(struct ipc_channel *channel, void *data)
{
	(void)channel;
	count_down(data);
}

static void on_control_closed(void *data)
{
	count_down(data);
}

void presence_destroy(struct presence *p)
{
	if (!p)
		return;
	p->closing = 1;
	uv_close((uv_handle_t *)&p->beat, on_timer_closed);
	if (p->channel.open) {
		p->closing++;
		ipc_channel_close(&p->channel, on_channel_closed);
	}
	if (p->control.open) {
		p->closing++;
		control_close(&p->control, on_control_closed);
	}
}
