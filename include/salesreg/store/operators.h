/*
 * What operators see and do from the command line: messages of the outbox, updates that were put aside.
 * Ownership: rows and their strings live in the arena given. Units: milliseconds where a name says so.
 * Errors: false; the session says why.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/db/session.h"
#include <stdint.h>

/* bot_id NULL: any bot. */
bool operators_leader(
    struct db_session *s, struct arena *a, const int64_t *bot_id, bool *somebody_leads);

struct outbox_listed {
	int64_t id, chat_id, attempts, priority, age_ms, due_in_ms;
	const char *method, *state, *error /* may be NULL */, *payload;
	bool possible_duplicate;
};
/* state NULL: all. *total: how many there are, however few are listed. */
bool operators_outbox_list(struct db_session *s, struct arena *a, const char *state, int64_t limit,
    struct outbox_listed **rows, size_t *count, int64_t *total);

/* Ids of what was done. state: "failed" or "held"; ids NULL: everything that is in it. */
bool operators_outbox_retry(struct db_session *s, struct arena *a, const char *state,
    const int64_t *ids, size_t count, int64_t **done, size_t *done_count);
bool operators_outbox_drop(struct db_session *s, struct arena *a, const char *state,
    const int64_t *ids, size_t count, int64_t **done, size_t *done_count);
/* states[i] of ids[i]; NULL: no such message. */
bool operators_outbox_states(
    struct db_session *s, struct arena *a, const int64_t *ids, size_t count, const char **states);

struct parked_listed {
	int64_t id, update_id /* 0: none */, user_id /* 0: none */, age_ms;
	const char *reason;
	const char *payload; /* NULL: see raw */
	const char *raw;     /* hexadecimal: what could not be read; or NULL */
	bool retrying;       /* asked for, and not taken up by a bot yet */
};
/* ids NULL: all. *total: how many there are, however few are listed. */
bool operators_parked_list(struct db_session *s, struct arena *a, const int64_t *ids,
    size_t id_count, int64_t limit, struct parked_listed **rows, size_t *count, int64_t *total);
/* As those of the outbox. A bot that runs hears of it at once. */
bool operators_parked_retry(struct db_session *s, struct arena *a, const int64_t *ids, size_t count,
    int64_t **done, size_t *done_count);
bool operators_parked_drop(struct db_session *s, struct arena *a, const int64_t *ids, size_t count,
    int64_t **done, size_t *done_count);

/* The bot this database serves. *bot_id 0: none yet; *username may be NULL. */
bool operators_bot(struct db_session *s, struct arena *a, int64_t *bot_id, const char **username);
/* Gives its place to another bot. */
bool operators_adopt(struct db_session *s, struct arena *a, int64_t bot_id);
/* How many reps have to open a new bot, and how many messages wait to be sent. */
bool operators_to_tell(struct db_session *s, int64_t *reps, int64_t *messages);
