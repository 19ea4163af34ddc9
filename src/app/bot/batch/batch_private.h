/* What the batch's files know of each other: batch.c is its transactions, batch_reads.c what they read, batch_write.c what they
 * write, batch_park.c what becomes of an update that cannot be handled. */
#pragma once
#include "salesreg/app/bot/batch/batch.h"
#include "salesreg/app/bot/batch/fold.h"
#include "salesreg/base/fault_log.h"

enum {
	LEASE_DEADLINE_MS = 20000,
	RUN_DEADLINE_MS = 15000,
	PAYLOAD_MOST = 512 * 1024,
};

/*
 *            lease        marked (careful only)       read, folded          committed
 *   IDLE ----------> NEXT ------> MARKING ------> READING --------> WRITING -----------> NEXT … until no update is left
 *                      |             |               ^
 *                      +-------------+-> SETTLING ---+   somebody replied: what was sent is written first
 *                      ^                             |                 |
 *                      +--- aborted: again, singly --+-----------------+
 *                      +--- alone and aborted again --> PARKING --> NEXT
 */
#define BATCH_STATE_MAP(X) X(IDLE) X(NEXT) X(MARKING) X(SETTLING) X(READING) X(WRITING) X(PARKING)
enum batch_state {
#define X(name) BATCH_##name,
	BATCH_STATE_MAP(X)
#undef X
};

struct batch {
	struct batch_options options;
	enum batch_state state;
	struct db_conn *conn;
	json_t *document;
	struct arena arena;   /* the whole batch: parsed updates */
	struct arena scratch; /* one transaction */
	struct telegram_update *updates;
	size_t count, from, to; /* [from, to): the transaction in hand */
	bool careful, single, retried, force_lock, lock_taken, inserted;
	bool has_marked, has_next; /* whether the next two hold something */
	int64_t marked, next;
	int64_t in_hand_id, in_hand_count;
	int64_t locked_user; /* somebody holds this person's row; 0: nobody's as far as we know */
	int64_t parked_id;   /* the batch is the retry of this parked update; 0: it is Telegram's */
	struct db_plan plan;
	struct fold_interests interests;
	struct fold_writes writes;
	const char *park_reason;
	struct {
		size_t sessions, reps, code_waiting, rep_pages, rep_cards, emails, assignments,
		    subjects, client_pages, chosen, client_searches, client_cards, client_histories,
		    lock, applications, untaken, missed, claims, waiting_claims, locales, invites,
		    codes, code_mails, calendars, agenda_busy, agenda_days, agenda_windows,
		    calendar_choices, hours, zones, edits, prospects, links, questions, pairs,
		    partners, business, found, managed_cards, managed_reps, managed_waits,
		    managed_waiting;
		size_t broadcasts, audience, files;
	} steps; /* of the read */
	int64_t *
	    only; /* of each update of the batch: who is the only one found, where has_only says so */
	bool *has_only;
	size_t fence_step, insert_step, thin_step;
	int64_t arrived_us, begun_us; /* the updates; the transaction in hand */
	struct {
		const char
		    *bytes; /* NULL: updates are in hand, not something that cannot be read */
		size_t size;
		bool has_id;
		int64_t id, next;
	} bytes;
	bool quiet;
	struct fault_log code_fault; /* mails that limits keep back */
	char why[512];               /* the last error */
	struct guesses guesses;
	struct scripts scripts;
	struct floods floods;
	struct batch_stats stats;
	struct histogram commits;
};

/* The only one that changes b->state; asserts that the change is one of the diagram's. */
void batch_set_state(struct batch *b, enum batch_state state);
/* The batch is over; nothing of it is kept. */
void batch_finish(struct batch *b, enum err err);
/* Ends the batch for what the database said. */
void batch_fail(struct batch *b, enum err err, const struct db_reply *reply);
/* Which updates of the transaction in hand are not read, since their people are too fast. */
void batch_mark_floods(struct batch *b);
/* The transaction is committed: what was read is counted, and what was not. */
void batch_count_floods(struct batch *b, size_t taken);
/* Goes on with the first update that is not done. */
void batch_next_transaction(struct batch *b);
/* A plan that first leaves a transaction which went wrong. */
struct db_plan *batch_fresh_plan(struct batch *b);
/* The offset behind updates [0, to), or that the parked one is done; and what is to be kept of it once it is committed. */
void batch_plan_advance(struct batch *b, struct db_plan *plan, size_t to);
void batch_advanced(struct batch *b, size_t to);
/* What a committed transaction dropped of what waits, if it looked. */
void batch_say_thinned(struct batch *b, const struct db_reply *reply);

/* What the decisions about updates [from, to) need, by the interests that they have; in one order, read and unpacked. */
void batch_plan_reads(struct batch *b, struct db_plan *plan);
/* The same of what admins send to all reps. */
void batch_plan_broadcasts(struct batch *b, struct db_plan *plan);
void batch_unpack_broadcasts(
    struct batch *b, const struct db_reply *reply, struct fold_input *input);
bool batch_has_lock(const struct batch *b, const struct db_reply *reply);
void batch_unpack(struct batch *b, const struct db_reply *reply, struct fold_input *input);

/* admin/batch_managed.c: the same of prospects that admins ask for. */
void batch_plan_managed(struct batch *b, struct db_plan *plan);
void batch_unpack_managed(struct batch *b, const struct db_reply *reply, struct fold_input *input);
/* What an earlier try of this transaction has found is wanted as a card. */
void batch_add_only(struct batch *b);
/* Whether this one has found such: then it is tried once more. */
bool batch_has_only(struct batch *b);

/* Decides over what was read, and writes it; then the next transaction. */
void batch_write(struct batch *b, const struct db_reply *reply);
/* A transaction was undone: it is tried again, smaller, or the batch ends. */
void batch_aborted(struct batch *b, const struct db_reply *reply);
/* What is in hand takes more memory than a transaction may; nothing is written yet. */
void batch_too_large(struct batch *b);

/* Puts the first update that is not done aside, and tells its writer; then the next transaction. */
void batch_park(struct batch *b, const char *reason);
/* The same of bytes that are no update; then the batch is over. */
void batch_plan_step_over(struct batch *b);
