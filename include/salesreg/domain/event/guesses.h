/*
 * Links that lead nowhere, by person: who tries ten within an hour is answered no more until some of the hour has passed. Kept in
 * memory only: a restart forgets, and a token has 128 random bits.
 * Ownership: guesses_finish() frees what guesses_init() began. Units: Telegram's user ids, microseconds of any clock that does not
 * go back. Errors: out of memory aborts; there are no more people in it than tried something lately.
 */
#pragma once
#include "salesreg/base/map.h"

enum { GUESSES_AN_HOUR = 10 };
struct guesses {
	struct map people; /* when all that they tried is forgotten */
	size_t prune_at;
};
void guesses_init(struct guesses *g);
void guesses_finish(struct guesses *g);
/* How many this person has left; 0: silence. */
unsigned guesses_left(const struct guesses *g, int64_t user_id, int64_t now_us);
void guesses_add(struct guesses *g, int64_t user_id, int64_t now_us);
