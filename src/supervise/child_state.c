#include "salesreg/base/clock.h"
#include "salesreg/base/log.h"
#include "supervisor_private.h"
#include <signal.h>

void child_set_state(struct child *c, enum child_state state, int64_t span_us, const char *why)
{
	if (c->state != state) {
		log_info("%s: %s -> %s%s%s", c->spec->name, child_state_name(c->state),
		    child_state_name(state), *why ? ": " : "", why);
		c->since_us = clock_wall_us();
	}
	c->state = state;
	c->span_us = span_us;
	c->deadline_us = span_us ? clock_monotonic_us() + span_us : 0;
}

void child_kill(struct child *c, int number)
{
	if (c->pid > 0)
		(void)kill(c->pid, number);
}
