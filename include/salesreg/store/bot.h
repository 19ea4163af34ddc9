/*
 * The bot's own state: how far it has read, whether it stopped in order, what it could not digest.
 * Ownership: as in store/people.h. Units: microseconds. Errors: those of the run.
 */
#pragma once
#include "salesreg/db/conn.h"

struct bot_row {
	bool clean; /* the last one stopped in order */
	bool told;  /* it was not clean, and who found that has said it and stopped in order */
	bool has_next;
	int64_t next_update_id;
	int64_t in_hand_update_id; /* 0: none */
	int64_t in_hand_count;
	int64_t home;       /* which making of our tables this is: another one after a restore */
	int64_t blocked_us; /* Telegram's retry_after for everything, still to wait */
};
/*
 * Reads the state and marks it unclean until bot_mark_clean(). marked: the update this process had in hand
 * when it lost the leadership: it lives, so that was no death. NULL: none.
 */
size_t bot_claim(struct db_plan *plan, struct arena *a, int64_t bot_id, const int64_t *marked);
/* What Telegram calls the bot. */
void bot_name(struct db_plan *plan, struct arena *a, int64_t bot_id, const char *username);
/* The same as others read it: one row with the name, or none. */
size_t bot_username(struct db_plan *plan);
struct bot_row bot_parse(const PGresult *result);
void bot_mark_clean(struct db_plan *plan, struct arena *a, int64_t bot_id);
/* Stopped in order before what a dead one had in hand was met: it still is to be, and nothing new to be said. */
void bot_mark_careful(struct db_plan *plan, struct arena *a, int64_t bot_id);
/* The fence: fails with ERR_CONFLICT unless the next id is still as expected (expected NULL: not known yet). */
void bot_advance(
    struct db_plan *plan, struct arena *a, int64_t bot_id, const int64_t *expected, int64_t next);
void bot_in_hand(struct db_plan *plan, struct arena *a, int64_t bot_id, int64_t update_id);
void bot_block(struct db_plan *plan, struct arena *a, int64_t bot_id, int64_t pause_us);
void bot_park(struct db_plan *plan, struct arena *a, int64_t bot_id, const int64_t *update_id,
    int64_t user_id, const char *payload_json, bool is_message, const char *reason);
/* What could not be read. update_id NULL: not even its number. */
void bot_park_bytes(struct db_plan *plan, struct arena *a, int64_t bot_id, const int64_t *update_id,
    const char *bytes, size_t size, const char *reason);

/* One parked update that somebody asks to be retried, and the asking is used up; `reason` stands until the retry ends. */
size_t parked_claim(struct db_plan *plan, struct arena *a, int64_t bot_id, const char *reason);
struct parked_bytes {
	const char *bytes; /* NUL-terminated besides; NULL: it could be read, so it is JSON */
	size_t size;
};
/* False: there is none. One of payload_json and raw is set. too_late: it is a message, and its writer has gone on since. */
bool parked_claim_parse(const PGresult *result, struct arena *a, int64_t *id,
    const char **payload_json, struct parked_bytes *raw, bool *too_late);
/* Handled: goes with the transaction, which fails with ERR_CONFLICT if the row has gone. */
void parked_done(struct db_plan *plan, struct arena *a, int64_t id);
void parked_failed(struct db_plan *plan, struct arena *a, int64_t id, const char *reason);

/* What the bot has yet to send, and what it could not: for people who ask how it is. */
struct bot_backlog_part {
	int64_t messages;  /* never more than 10,000; -1: not counted yet */
	int64_t oldest_ms; /* -1: there is none */
};
struct bot_backlog {
	struct bot_backlog_part queued, sending, failed;
	int64_t parked; /* updates; as messages above */
};
/* Two steps, to be run alone; the result is that of the second, whose index is returned. */
size_t bot_backlog(struct db_plan *plan);
struct bot_backlog bot_backlog_parse(const PGresult *result);
/* Before it was ever counted. */
struct bot_backlog bot_backlog_unknown(void);
