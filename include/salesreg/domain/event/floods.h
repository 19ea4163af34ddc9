/*
 * Who writes faster than people do: a bucket of messages and one of presses for each person. What comes above it is not read; a press
 * is answered with nothing, and one message in ten minutes says so.
 *
 * Messages count by the time Telegram had them: what waited for the bot over an outage is no flood. Kept in memory only: a restart
 * forgets. What is counted is what was committed, so that updates which come again are not counted twice.
 * Ownership: floods_finish() frees what floods_init() began. Units: Telegram's user ids, microseconds since 1970. Errors: out of memory
 * aborts; there are no more people in it than wrote something lately.
 */
#pragma once
#include "salesreg/base/map.h"

enum { FLOOD_BURST = 20, FLOOD_MESSAGES_PER_S = 1, FLOOD_PRESSES_PER_S = 3 };
enum flood_kind { FLOOD_MESSAGE, FLOOD_PRESS, FLOOD_KINDS };

struct floods {
	struct map full_until[FLOOD_KINDS]; /* when the bucket is whole again */
	struct map told_until;              /* who has heard that they are too fast */
	struct map since;                   /* who is too fast, and has been since then */
	struct map seen;                    /* and was last, then */
	size_t prune_at;
};
void floods_init(struct floods *f);
void floods_finish(struct floods *f);
/* Whether one more may be read, of several before they are counted. *full_until: floods_full_until(), then what the last call left. */
bool floods_lets(enum flood_kind kind, int64_t *full_until, int64_t at_us);
int64_t floods_full_until(const struct floods *f, enum flood_kind kind, int64_t user_id);
/* One of those has been handled. */
void floods_add(struct floods *f, enum flood_kind kind, int64_t user_id, int64_t at_us);
/* One above them was not read. */
void floods_refused(struct floods *f, int64_t user_id, int64_t now_us);
/* Whether the person has heard of it within ten minutes. */
bool floods_told(const struct floods *f, int64_t user_id, int64_t now_us);
void floods_tell(struct floods *f, int64_t user_id, int64_t now_us);
/* Whether it has gone on for an hour, and not been reported. */
bool floods_lasts(const struct floods *f, int64_t user_id, int64_t now_us);
/* It has: a new hour begins. */
void floods_reported(struct floods *f, int64_t user_id, int64_t now_us);
