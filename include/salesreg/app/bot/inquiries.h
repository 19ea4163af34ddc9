/*
 * What Telegram is asked about people, outside of any message: what reps' accounts are connected for, at the start, because updates of
 * more than a day ago never come, and after a refusal, because a connection may end or be paused without a word (Bot API,
 * "getBusinessConnection"); and, once, what a prospect's settings allow, when the bot has met them (Bot API, "getChat").
 * Ownership: the caller's until inquiries_destroy(); pool, client and rules are borrowed and outlive it. Errors: said in the log; what
 * could not be asked is asked again. Callbacks: none of its own.
 */
#pragma once
#include "salesreg/db/pool.h"
#include "salesreg/domain/conversation/conversation.h"
#include "salesreg/telegram/api.h"

struct inquiries;
struct inquiries *inquiries_create(
    struct db_pool *leader, struct telegram *telegram, const struct conversation_rules *rules);
/* Leadership won: all are looked at. */
void inquiries_on_elected(struct inquiries *q);
/* Lost: what is under way is given up. */
void inquiries_step_down(struct inquiries *q);
/* Every few seconds; news: a number that has changed wherever there may be somebody to ask about. */
void inquiries_beat(struct inquiries *q, uint64_t news);
void inquiries_destroy(struct inquiries *q);
