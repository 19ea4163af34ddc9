#include "salesreg/base/clock.h"
#include "salesreg/base/log.h"
#include "salesreg/base/watchdog.h"
#include "salesreg/supervise/notify.h"
#include "supervisor_private.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void ask(struct child *c, int64_t now)
{
	const struct supervisor_times *times = &c->supervisor->options.times;
	const struct child_spec *spec = c->spec;
	int64_t span = spec->foreign && spec->stop_ms
			   ? (int64_t)spec->stop_ms * 1000
			   : c->supervisor->stop_us + (int64_t)times->stop_ms * 1000 - now;
	if (spec->foreign && !spec->stop_ms)
		span = (int64_t)times->stop_ms * 1000;
	c->asked = true;
	c->asked_us = now;
	child_set_state(c, CHILD_STOPPING, span > 0 ? span : 1, "");
	struct ipc_message drain = {
	    .type = IPC_DRAIN, .drain = {.deadline_ms = (uint32_t)(span > 0 ? span / 1000 : 0)}};
	if (!spec->foreign && ipc_channel_send(&c->channel, &drain) != ERR_OK)
		log_debug("%s does not listen; the signal must do", spec->name);
	child_kill(c, spec->stop_signal ? spec->stop_signal : SIGTERM);
}

/* True: the next one need not wait for this one any more. */
static bool end_child(struct child *c, int64_t now)
{
	switch (c->state) {
	case CHILD_DOWN:
	case CHILD_WAITING:
		child_set_state(c, CHILD_STOPPED, 0, "");
		return true;
	case CHILD_STOPPED:
	case CHILD_GIVEN_UP:
		return true;
	case CHILD_STARTING:
	case CHILD_READY:
		ask(c, now);
		return false;
	case CHILD_ABORTING:
		child_set_state(c, CHILD_KILLING, c->span_us, c->cause);
		child_kill(c, SIGKILL);
		return false;
	case CHILD_STOPPING:
	case CHILD_KILLING:
		return c->asked &&
		       now - c->asked_us >= (int64_t)c->supervisor->options.times.turn_ms * 1000;
	}
	return true;
}

static bool is_gone(const struct supervisor *s, bool foreign)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->children[i].spec->foreign == foreign && s->children[i].pid != 0)
			return false;
	return true;
}

static void close_all(struct supervisor *s)
{
	s->ended = true;
	watchdog_stop();
	control_close(&s->control, NULL);
	uv_close((uv_handle_t *)&s->died, NULL);
	uv_close((uv_handle_t *)&s->terminate, NULL);
	uv_close((uv_handle_t *)&s->interrupt, NULL);
	uv_close((uv_handle_t *)&s->hang_up, NULL);
	uv_close((uv_handle_t *)&s->tick, NULL);
	for (size_t i = 0; i < s->count; i++) {
		if (s->children[i].listen_fd >= 0)
			(void)close(s->children[i].listen_fd);
		s->children[i].listen_fd = -1;
	}
	log_info("stopped");
	if (s->options.ended)
		s->options.ended(s->options.data);
}

void supervisor_advance_stop(struct supervisor *s)
{
	int64_t now = clock_monotonic_us();
	if (s->ended)
		return;
	/* workers in the reverse order of their start, then the foreign ones they lean on */
	for (int foreign = 0; foreign <= 1; foreign++) {
		for (size_t i = s->count; i-- > 0;)
			if (s->children[i].spec->foreign == (foreign == 1) &&
			    !end_child(&s->children[i], now))
				return;
		if (!is_gone(s, foreign == 1))
			return;
	}
	close_all(s);
}

void supervisor_stop(struct supervisor *s, int exit_code, const char *why)
{
	if (s->stopping)
		return;
	s->stopping = true;
	s->stop_us = clock_monotonic_us();
	s->exit_code = exit_code;
	log_info("stopping every worker: %s", why);
	notify_send("STOPPING=1");
}

void supervisor_kill_all(struct supervisor *s, int exit_code)
{
	supervisor_stop(s, exit_code, "at once");
	s->exit_code = exit_code;
	for (size_t i = 0; i < s->count; i++) {
		struct child *c = &s->children[i];
		if (c->pid == 0)
			continue;
		(void)snprintf(c->cause, sizeof c->cause, "told to end at once");
		child_set_state(
		    c, CHILD_KILLING, (int64_t)s->options.times.abort_ms * 1000, c->cause);
		child_kill(c, SIGKILL);
	}
}
