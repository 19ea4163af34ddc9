/*
 * What reps' accounts are connected for now, as Telegram says it: asked at the start, because updates of more than a day ago never come, and
 * after a refusal, because a connection may end or be paused without a word (Bot API, "getBusinessConnection").
 * Ownership: the caller's until connections_destroy(); pool, client and rules are borrowed and outlive it. Errors: said in the log.
 * Callbacks: none of its own.
 */
#pragma once
#include "salesreg/db/pool.h"
#include "salesreg/domain/conversation/conversation.h"
#include "salesreg/telegram/api.h"

struct connections;
struct connections *connections_create(
    struct db_pool *leader, struct telegram *telegram, const struct conversation_rules *rules);
/* Leadership won: all are looked at. */
void connections_on_elected(struct connections *c);
/* Lost: what is under way is given up. */
void connections_step_down(struct connections *c);
/* Every few seconds; refused: how many messages were so far. */
void connections_beat(struct connections *c, uint64_t refused);
void connections_destroy(struct connections *c);
