#include "salesreg/domain/outbox/rate_limit.h"

enum { SECOND_US = 1000000, WINDOW_US = 1050000, FIRST_PRUNE = 1024 };

/* Before any time a clock can show, and far enough from INT64_MIN to be added to. */
static const int64_t never_us = INT64_MIN / 2;

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

void rate_limit_init(
    struct rate_limit *rl, unsigned overall_per_s, unsigned chat_per_s, unsigned chat_burst)
{
	*rl = (struct rate_limit){.prune_at = FIRST_PRUNE, .all_blocked_until_us = never_us};
	map_init(&rl->chats);
	if (overall_per_s > RATE_LIMIT_MAX_OVERALL)
		overall_per_s = RATE_LIMIT_MAX_OVERALL;
	rl->window = overall_per_s - overall_per_s / 20;
	for (size_t i = 0; i < rl->window; i++)
		rl->sent[i] = never_us;
	if (chat_per_s > 0) {
		rl->chat_interval_us = SECOND_US / 10 * 11 / chat_per_s;
		rl->chat_tolerance_us =
		    rl->chat_interval_us * (int64_t)(chat_burst ? chat_burst - 1 : 0);
	}
}

void rate_limit_finish(struct rate_limit *rl)
{
	map_finish(&rl->chats);
}

int64_t rate_limit_ready_at(const struct rate_limit *rl, int64_t chat, int64_t now_us)
{
	int64_t ready_us = later(now_us, rl->all_blocked_until_us);
	if (rl->window)
		ready_us = later(ready_us, rl->sent[rl->oldest] + WINDOW_US);
	const struct map_slot *slot = map_find(&rl->chats, chat);
	if (slot)
		ready_us = later(ready_us, slot->value.number - rl->chat_tolerance_us);
	return ready_us;
}

size_t rate_limit_room(const struct rate_limit *rl, int64_t now_us)
{
	if (rl->all_blocked_until_us > now_us)
		return 0;
	if (rl->window == 0)
		return SIZE_MAX;
	size_t room = 0;
	while (
	    room < rl->window && rl->sent[(rl->oldest + room) % rl->window] + WINDOW_US <= now_us)
		room++;
	return room;
}

void rate_limit_give_back(struct rate_limit *rl, int64_t chat)
{
	if (rl->window) {
		rl->oldest = (rl->oldest + rl->window - 1) % rl->window;
		rl->sent[rl->oldest] = INT64_MIN / 2;
	}
	struct map_slot *slot = map_find(&rl->chats, chat);
	if (slot)
		slot->value.number -= rl->chat_interval_us;
}

void rate_limit_take(struct rate_limit *rl, int64_t chat, int64_t now_us)
{
	if (rl->window) {
		rl->sent[rl->oldest] = now_us;
		rl->oldest = (rl->oldest + 1) % rl->window;
	}
	if (rl->chat_interval_us == 0)
		return;
	struct map_slot *slot = map_find(&rl->chats, chat);
	if (!slot) {
		if (rl->chats.count >= rl->prune_at)
			rate_limit_prune(rl, now_us);
		slot = map_put(&rl->chats, chat);
		slot->value.number = now_us;
	}
	slot->value.number = later(slot->value.number, now_us) + rl->chat_interval_us;
}

void rate_limit_block_chat(struct rate_limit *rl, int64_t chat, int64_t until_us)
{
	struct map_slot *slot = map_find(&rl->chats, chat);
	if (!slot) {
		slot = map_put(&rl->chats, chat);
		slot->value.number = never_us;
	}
	slot->value.number = later(slot->value.number, until_us + rl->chat_tolerance_us);
}

void rate_limit_block_all(struct rate_limit *rl, int64_t until_us)
{
	rl->all_blocked_until_us = later(rl->all_blocked_until_us, until_us);
}

void rate_limit_prune(struct rate_limit *rl, int64_t now_us)
{
	map_remove_over(&rl->chats, now_us);
	size_t twice = rl->chats.count * 2;
	rl->prune_at = twice > FIRST_PRUNE ? twice : FIRST_PRUNE;
}
