#include "salesreg/sandbox/hold.h"
#include "salesreg/sandbox/model.h"

static void on_timer(uv_timer_t *timer)
{
	struct sandbox *s = timer->data;
	/* due() may start and stop others: begin anew after each */
	for (;;) {
		int64_t now_us = sandbox_now_us(s);
		struct hold *hold;
		TAILQ_FOREACH (hold, &s->holds, entry)
			if (hold->due_us <= now_us)
				break;
		if (!hold)
			break;
		hold_stop(s, hold);
		hold->due(s, hold);
	}
	hold_rearm(s);
}

void hold_rearm(struct sandbox *s)
{
	if (s->closing)
		return;
	int64_t next_us = INT64_MAX, now_us = sandbox_now_us(s);
	struct hold *hold;
	TAILQ_FOREACH (hold, &s->holds, entry)
		if (hold->due_us < next_us)
			next_us = hold->due_us;
	if (next_us == INT64_MAX) {
		uv_timer_stop(&s->timer);
		return;
	}
	uv_update_time(s->loop);
	uint64_t ms = next_us > now_us ? (uint64_t)(next_us - now_us + 999) / 1000 : 0;
	uv_timer_start(&s->timer, on_timer, ms, 0);
}

void hold_start(struct sandbox *s, struct hold *hold)
{
	http_exchange_set_data(hold->exchange, hold);
	TAILQ_INSERT_TAIL(&s->holds, hold, entry);
	hold_rearm(s);
}

void hold_wake(struct sandbox *s, struct hold *hold)
{
	if (hold->due_us == INT64_MIN)
		return;
	hold->due_us = INT64_MIN;
	if (!s->closing)
		uv_timer_start(&s->timer, on_timer, 0, 0);
}

void hold_stop(struct sandbox *s, struct hold *hold)
{
	http_exchange_set_data(hold->exchange, NULL);
	TAILQ_REMOVE(&s->holds, hold, entry);
}

void hold_on_closed(struct sandbox *s, struct http_exchange *x)
{
	struct hold *hold = http_exchange_data(x);
	if (!hold)
		return;
	hold_stop(s, hold);
	hold->gone(s, hold);
}
