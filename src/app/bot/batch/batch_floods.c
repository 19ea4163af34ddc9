#include "batch_private.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/log.h"

/* Who writes faster than people do: see domain/event/floods.h. A parked update that is tried again has been counted. */

static bool is_counted(const struct batch *b, const struct event *event, enum flood_kind *kind)
{
	bool press = event->kind == EVENT_BUTTON;
	bool says = event->kind == EVENT_TEXT || event->kind == EVENT_START ||
		    event->kind == EVENT_CONTACT || event->kind == EVENT_PEOPLE ||
		    event->kind == EVENT_MEDIA || event->kind == EVENT_EDITED;
	*kind = press ? FLOOD_PRESS : FLOOD_MESSAGE;
	/* an album is one thing said, of ten parts at most */
	if (event->album && event->repeat == EVENT_SAME)
		return false;
	return (press || says) && !b->parked_id &&
	       !conversation_is_admin(b->options.rules, event->user_id);
}

/* A press has no time of its own; one that is older than what was counted already, or still to come, says nothing. */
static int64_t time_of(const struct event *event, int64_t full_until_us, int64_t now_us)
{
	static const int64_t window_us = INT64_C(1000000) * FLOOD_BURST / FLOOD_MESSAGES_PER_S;
	int64_t at;
	bool known = event->kind != EVENT_BUTTON &&
		     !__builtin_mul_overflow(event->date_s, INT64_C(1000000), &at);
	return known && at > full_until_us - window_us && at > 0 && at < now_us ? at : now_us;
}

void batch_mark_floods(struct batch *b)
{
	int64_t now = clock_wall_us();
	struct map used[FLOOD_KINDS];
	for (int k = 0; k < FLOOD_KINDS; k++)
		map_init(&used[k]);
	for (size_t i = b->from; i < b->to; i++) {
		struct telegram_update *update = &b->updates[i];
		enum flood_kind kind;
		update->flooded = false;
		if (!is_counted(b, &update->event, &kind))
			continue;
		int64_t user = update->event.user_id;
		struct map_slot *slot = map_find(&used[kind], user);
		if (!slot) {
			slot = map_put(&used[kind], user);
			slot->value.number = floods_full_until(&b->floods, kind, user);
		}
		int64_t at = time_of(&update->event, slot->value.number, now);
		update->flooded = !floods_lets(kind, &slot->value.number, at);
	}
	for (int k = 0; k < FLOOD_KINDS; k++)
		map_finish(&used[k]);
}

void batch_count_floods(struct batch *b, size_t taken)
{
	int64_t now = clock_wall_us();
	for (size_t i = b->from; i < b->from + taken; i++) {
		const struct telegram_update *update = &b->updates[i];
		const struct event *event = &update->event;
		enum flood_kind kind;
		if (!is_counted(b, event, &kind))
			continue;
		if (!update->flooded) {
			int64_t full = floods_full_until(&b->floods, kind, event->user_id);
			floods_add(&b->floods, kind, event->user_id, time_of(event, full, now));
			continue;
		}
		b->stats.flooded++;
		floods_refused(&b->floods, event->user_id, now);
	}
	for (size_t i = 0; i < b->writes.reported_count; i++) {
		log_warn(
		    "person %lld has written faster than people do for an hour; what comes above "
		    "one message a second is not read",
		    (long long)b->writes.reported[i]);
		floods_reported(&b->floods, b->writes.reported[i], now);
	}
	for (size_t i = 0; i < b->writes.warned_count; i++)
		floods_tell(&b->floods, b->writes.warned[i], now);
}
