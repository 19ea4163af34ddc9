/*
 * The outbox: messages as rows. A row is queued, sending (maybe already sent) or failed; sent ones move to the history.
 * Ownership: as in store/people.h. Units: microseconds. Errors: those of the run.
 */
#pragma once
#include "salesreg/db/conn.h"
#include "salesreg/domain/outbox/message.h"

/* Instead of a step: there is nothing to be done. */
#define OUTBOX_NO_STEP SIZE_MAX

struct outbox_new {
	int64_t chat_id;
	const char *method, *payload;
	int priority;
	bool
	    send_now; /* the limiter grants it; the row may still have to wait behind another of its chat */
	int64_t answers_to; /* the update of this chat's person that it answers; 0: none */
	/* of the conversation with this chat's person, that it was decided on: not sent once that is another; 0: none,
	 * MESSAGE_VERSION_NOW: the one in this transaction */
	int64_t version;
	bool unasked;      /* not sent to who has said STOP */
	const char *relay; /* JSON, see store/relay.h; NULL: these are the bot's own words */
	bool
	    anew; /* an edit that relay has as a new message, too, for where there is nothing to be edited */
};
/* Rows come back in the same order. */
size_t outbox_insert(
    struct db_plan *plan, struct arena *a, const struct outbox_new *rows, size_t count);
struct outbox_inserted {
	int64_t id, birth_us;
	const char *state;
	bool sending;
};
size_t outbox_inserted_parse(
    const PGresult *result, struct arena *a, struct outbox_inserted **rows);

/* A part of an album that is passed on: one row for all of it, sent when no part has come for a second. head: a message before it. */
struct outbox_album {
	int64_t chat_id, from_chat, message_id;
	const char *album, *relay, *head; /* head NULL: none */
	int priority;
};
void outbox_albums(
    struct db_plan *plan, struct arena *a, const struct outbox_album *parts, size_t count);

/* Edits of messages that a press on them may know nothing of, as it was made before; the last one last. */
struct outbox_edit {
	int64_t chat_id, message_id;
	const char *payload;
};
size_t outbox_edits(struct db_plan *plan, struct arena *a, const int64_t *chats,
    const int64_t *messages, size_t count);
size_t outbox_edits_parse(const PGresult *result, struct arena *a, struct outbox_edit **rows);

/* How many answers may wait in one chat: where it is more, all but the newest are dropped. */
enum { OUTBOX_ANSWERS_MOST = 20 };
/*
 * Of the chats of these rows, after their insert; OUTBOX_NO_STEP if no chat can have so many. waiting: some row waits already,
 * as far as the caller knows.
 */
size_t outbox_thin(struct db_plan *plan, struct arena *a, const struct outbox_new *rows,
    size_t count, bool waiting);
/* How many messages were dropped, of how many chats. */
struct outbox_thinned {
	int64_t messages, chats;
};
struct outbox_thinned outbox_thinned_parse(const PGresult *result);

struct outbox_row {
	int64_t id, chat_id;
	int64_t
	    birth_us; /* when it was made, since 1970: with id and chat it names the row, see below */
	const char *method, *payload;
	enum message_priority priority;
	int attempts; /* this one included */
	bool possible_duplicate;
	int64_t age_us;
	const char *dropped; /* why it is not to be sent, and history already; NULL: it is */
	const char *relay;   /* NULL: the bot's own words */
	bool
	    anew; /* if it edits what is gone, it is to go again as a new message (outbox_result.anew) */
};
/* The oldest unsent row of each chat but the excluded, most urgent first. home: of bot_parse(); other tables have nothing. */
size_t outbox_claim(struct db_plan *plan, struct arena *a, size_t limit, const int64_t *excluded,
    size_t count, int64_t home);
size_t outbox_claim_parse(const PGresult *result, struct arena *a, struct outbox_row **rows);
/* What a claim in the same transaction left. */
struct outbox_remaining {
	int64_t next_due_us; /* until a row that waits for its time is due; -1: none does */
	bool any;            /* some row waits, perhaps behind one of its chat that is under way */
};
size_t outbox_remaining(struct db_plan *plan);
struct outbox_remaining outbox_remaining_parse(const PGresult *result);
/* What was made longer ago becomes `held`; the answer is how many. hours 0: nothing is, and there is no step. */
size_t outbox_hold(struct db_plan *plan, struct arena *a, int64_t hours);
/* How many rows were found `sending`, and go again as possible duplicates. */
enum { OUTBOX_LEFT_MAX = 512 }; /* more than one leader ever has under way */
/* ids NULL: every row that is `sending`. */
size_t outbox_requeue_in_flight(
    struct db_plan *plan, struct arena *a, const int64_t *ids, size_t count);
/* left: those that somebody holds, which are still `sending`. */
int64_t outbox_requeue_in_flight_parse(
    const PGresult *result, int64_t left[OUTBOX_LEFT_MAX], size_t *left_count);

/* What became of rows: the step, or OUTBOX_NO_STEP where there are none. */
struct outbox_result {
	/*
	 * All three must match. An asynchronous failover may lose the last rows, and their ids are given again: what became
	 * of a lost message must not be written to another one.
	 */
	int64_t id, chat_id, birth_us;
	int64_t message_id, pause_us;
	const char
	    *message_ids; /* of an album that was copied: "{1,2}"; NULL: it was one message */
	bool maybe_delivered;
	int attempts;
	const char *error;
	/* of one that goes again */
	bool anew;           /* what it edits is gone: as a new message */
	const char *payload; /* what is sent then; NULL: the same */
};
size_t outbox_sent(
    struct db_plan *plan, struct arena *a, const struct outbox_result *results, size_t count);
size_t outbox_reschedule(
    struct db_plan *plan, struct arena *a, const struct outbox_result *results, size_t count);
/* A rep's waits for pause_us, until the rep has been out of reach for grace_s. */
size_t outbox_unreachable(struct db_plan *plan, struct arena *a,
    const struct outbox_result *results, size_t count, int64_t grace_s);
size_t outbox_failed(
    struct db_plan *plan, struct arena *a, const struct outbox_result *results, size_t count);
/* Of the four above: whether the row is as it was, because somebody holds it. */
bool outbox_is_left(const PGresult *result, int64_t id);
void outbox_prune(struct db_plan *plan, struct arena *a, int64_t days);

/* People whose profile Telegram refuses to link to by id; nothing for count 0. */
void hidden_people_add(struct db_plan *plan, struct arena *a, const int64_t *ids, size_t count);
/* One column: their ids. */
size_t hidden_people_read(struct db_plan *plan);
