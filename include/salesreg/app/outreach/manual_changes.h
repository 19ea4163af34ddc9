/*
 * What reps read when another hand than theirs has changed something about their prospects, and the cards whose buttons go;
 * and people who say to be a rep that is not what it was.
 * Ownership: rows are borrowed for the call; messages and payloads live in the arena.
 * Units: counts.
 * Errors: none; a payload that cannot be read loses all its buttons.
 */
#pragma once
#include "salesreg/domain/conversation/conversation.h"
#include "salesreg/store/allocation.h"

/* One message a rep. Reps out of reach are left out: they read it when they are back. */
void by_hand_tell_lost(const struct conversation_rules *rules, const struct lost_row *rows,
    size_t count, struct arena *a, struct message_list *messages);
/* That prospects were closed: a message each. */
void by_hand_tell_closed(const struct conversation_rules *rules, const struct changed_row *rows,
    size_t count, struct arena *a, struct message_list *messages);
/* Of the result of claims_over(): plans what ends those claims and tells the claimants. */
void by_hand_end_claims(const struct conversation_rules *rules, const PGresult *over,
    struct db_plan *plan, struct arena *a);
/* The editMessageReplyMarkup that leaves a card the buttons that stay. */
struct queued_row by_hand_card_edit(const struct card_row *card, struct arena *a);
/* What is sent instead of a card that has not gone out yet: the same with the buttons that stay. */
const char *by_hand_unsent_card(const struct unsent_row *card, struct arena *a);
