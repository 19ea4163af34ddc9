#include "salesreg/base/clock.h"
#include "salesreg/base/log.h"
#include "salesreg/supervise/memory.h"
#include "salesreg/supervise/notify.h"
#include "supervisor_private.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char own_name[] = "supervise";

const char *child_state_name(enum child_state state)
{
	switch (state) {
#define X(name, text)                                                                              \
	case CHILD_##name:                                                                         \
		return text;
		CHILD_STATE_MAP(X)
#undef X
	}
	return "?";
}

static void put(char *out, size_t size, const char *text)
{
	(void)snprintf(out, size, "%s", text);
}

/* Who may not be looked into (PR_SET_DUMPABLE) tells it by beats. */
struct memory child_memory(const struct child *c)
{
	struct memory memory = {-1, -1};
	if (c->pid > 0)
		memory = memory_of(c->pid);
	if (c->pid > 0 && memory.pss_kib < 0 && c->state == CHILD_READY && !c->spec->foreign &&
	    c->beat.pss_kib > 0)
		memory.pss_kib = c->beat.pss_kib;
	return memory;
}

static void answer_child(struct ipc_channel *client, const struct child *c)
{
	struct memory memory = child_memory(c);
	bool beats = c->state == CHILD_READY && !c->spec->foreign;
	struct ipc_message row = {
	    .type = IPC_STATUS,
	    .status = {.up = c->state == CHILD_READY,
		.pid = (uint32_t)c->pid,
		.since_us = c->since_us,
		.restarts = c->restarts,
		.health = beats ? c->beat.health : IPC_HEALTH_OK,
		.last_death_us = c->died_us,
		.pss_kib = memory.pss_kib,
		.rss_kib = memory.rss_kib,
		.progress = c->beat.progress,
		.leads = beats && c->beat.leads,
		.outbox_backlog = beats ? c->beat.outbox_backlog : -1,
		.outbox_oldest_ms = beats ? c->beat.outbox_oldest_ms : -1,
		.lag_ms = c->beat.lag_ms},
	};
	put(row.status.role, sizeof row.status.role, c->spec->name);
	put(row.status.state, sizeof row.status.state, child_state_name(c->state));
	put(row.status.why, sizeof row.status.why, beats ? c->beat.why : "");
	put(row.status.last_death, sizeof row.status.last_death, c->death);
	control_answer(client, &row);
}

static void answer_self(struct ipc_channel *client, const struct supervisor *s)
{
	struct memory memory = memory_of(getpid());
	struct ipc_message row = {
	    .type = IPC_STATUS,
	    .status = {.up = !s->stopping,
		.pid = (uint32_t)getpid(),
		.since_us = s->started_us,
		.pss_kib = memory.pss_kib,
		.rss_kib = memory.rss_kib,
		.outbox_backlog = -1,
		.outbox_oldest_ms = -1},
	};
	put(row.status.role, sizeof row.status.role, own_name);
	put(row.status.state, sizeof row.status.state, s->stopping ? "stopping" : "ready");
	control_answer(client, &row);
}

static void answer_status(struct ipc_channel *client, const struct supervisor *s, const char *role)
{
	bool found = !*role || strcmp(role, own_name) == 0;
	if (found)
		answer_self(client, s);
	for (size_t i = 0; i < s->count; i++) {
		const struct child *c = &s->children[i];
		if (*role && strcmp(role, c->spec->name) != 0)
			continue;
		found = true;
		answer_child(client, c);
	}
	char what[IPC_TEXT_SIZE];
	(void)snprintf(
	    what, sizeof what, "no worker %.31s here; WORKERS says which supervise starts", role);
	control_done(client, found, found ? "" : what);
}

static void set_log_level(
    struct ipc_channel *client, struct supervisor *s, const struct ipc_set_log_level *request)
{
	struct ipc_message order = {.type = IPC_LOG_LEVEL, .log_level = {.level = request->level}};
	bool everyone = strcmp(request->role, "all") == 0, found = false;
	if (everyone || strcmp(request->role, own_name) == 0) {
		log_set_level(request->level);
		found = true;
	}
	for (size_t i = 0; i < s->count; i++) {
		struct child *c = &s->children[i];
		if (c->spec->foreign || (!everyone && strcmp(request->role, c->spec->name) != 0))
			continue;
		found = c->level_set = true;
		c->level = request->level;
		/* one that is not ready yet is told when it is */
		if (c->state == CHILD_READY && ipc_channel_send(&c->channel, &order) != ERR_OK)
			log_warn("%s could not be told its log level; say it again", c->spec->name);
	}
	char what[IPC_TEXT_SIZE];
	(void)snprintf(what, sizeof what,
	    found ? "%.31s logs from level %s on until supervise ends"
		  : "no worker %.31s here (asked for level %s)",
	    request->role, log_level_name(request->level));
	control_done(client, found, what);
}

void supervisor_answer(struct ipc_channel *client, const struct ipc_message *request, void *data)
{
	struct supervisor *s = data;
	switch (request->type) {
	case IPC_ASK_STATUS:
		answer_status(client, s, request->ask_status.role);
		return;
	case IPC_SET_LOG_LEVEL:
		set_log_level(client, s, &request->set_log_level);
		return;
	case IPC_READY:
	case IPC_BEAT:
	case IPC_LOG_LEVEL:
	case IPC_DRAIN:
	case IPC_STATUS:
	case IPC_DONE:
	case IPC_TYPES:
		break;
	}
	control_done(client, false, "that is not for a control socket");
}

void supervisor_notify_status(struct supervisor *s)
{
	char text[sizeof s->told];
	size_t n = (size_t)snprintf(text, sizeof text, "STATUS=");
	for (size_t i = 0; i < s->count && n < sizeof text; i++) {
		const struct child *c = &s->children[i];
		bool degraded = c->state == CHILD_READY && c->beat.health == IPC_HEALTH_DEGRADED;
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%s: %s%s%.60s", i ? ", " : "",
		    c->spec->name, child_state_name(c->state), degraded ? ", degraded: " : "",
		    degraded ? c->beat.why : "");
	}
	if (strcmp(text, s->told) == 0)
		return;
	memcpy(s->told, text, sizeof text);
	notify_send(text);
}
