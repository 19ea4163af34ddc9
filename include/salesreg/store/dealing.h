/*
 * What the assigner reads and writes: waiting prospects, reps with room, assignments, notifications.
 * Ownership: as in store/people.h. Units: counts. Errors: those of the run. Callbacks: none.
 * All of it happens under assignment_lock() (store/assignments.h).
 */
#pragma once
#include "salesreg/db/conn.h"

struct waiting_row {
	const char *prospect, *telegram, *name, *context, *notes, *email;
	const char *place; /* of the locked row; good for this transaction */
	const char *
	    former; /* the reps it was with before, each with + if they had contacted it; NULL: none */
	int64_t assignment_id; /* set apart for it */
	const char *known;     /* what its rep calls this person already, NULL: new to them */
	const char *colleague; /* who has this person and is out of reach, else NULL */
};
struct dealing_rep_row {
	const char *rep, *locale;
	int64_t telegram_id, last_dealt, open;
};
struct dealt_row {
	struct waiting_row prospect;
	struct dealing_rep_row rep;
};

/* Prospects that cannot be read or written: everything that assigns passes them by. */
struct left_out {
	const char *const *ids;
	size_t count;
};
size_t dealing_candidates(
    struct db_plan *plan, struct arena *a, size_t limit, struct left_out left_out);
/* The id of the first of them; NULL: there is none. */
size_t dealing_next(struct db_plan *plan, struct arena *a, struct left_out left_out);
const char *dealing_next_parse(const PGresult *result, struct arena *a);
size_t dealing_candidates_parse(const PGresult *result, struct arena *a, struct waiting_row **rows);
/* For people who ask how it goes; needs no lock. */
struct dealing_waiting {
	int64_t prospects; /* never more than 10,000; -1: not counted yet */
	int64_t oldest_ms; /* -1: there is none */
};
size_t dealing_waiting(struct db_plan *plan);
struct dealing_waiting dealing_waiting_parse(const PGresult *result);
/*
 * Longest unserved first, with how many open prospects each holds. all: everybody with room; otherwise as many as `limit`
 * prospects can need in turn. counted: of these the number is known (rep and open are read), and they are not counted.
 */
size_t dealing_reps(struct db_plan *plan, struct arena *a, int64_t capacity, bool all, size_t limit,
    const struct dealing_rep_row *counted, size_t counted_count);
size_t dealing_reps_parse(const PGresult *result, struct arena *a, struct dealing_rep_row **rows);
/* What a prospect is known by; kind and value as in domain/contact, or "none" and "". */
struct identity_row {
	const char *prospect, *kind, *value;
};
void dealing_identify(
    struct db_plan *plan, struct arena *a, const struct identity_row *rows, size_t count);
/* Whose identities are to be written; of the rows, id and contact are set. */
size_t dealing_unidentified(struct db_plan *plan, struct arena *a, size_t limit);
size_t dealing_unidentified_parse(
    const PGresult *result, struct arena *a, struct waiting_row **rows);
/* Who has another open prospect of the same person, a row for each prospect of which somebody has. */
struct known_row {
	const char *prospect;
	const char *name;      /* of the other prospect */
	const char *colleague; /* the rep's name, who is out of reach; NULL: it goes to the rep */
	struct dealing_rep_row rep; /* telegram_id 0: somebody holds the rep's row */
};
size_t dealing_known(
    struct db_plan *plan, struct arena *a, const struct identity_row *rows, size_t count);
size_t dealing_known_parse(const PGresult *result, struct arena *a, struct known_row **rows);
/* Those of these identities that so many prospects share that they are nobody's: kind and value. */
size_t dealing_shared(
    struct db_plan *plan, struct arena *a, const struct identity_row *rows, size_t count);
size_t dealing_shared_parse(const PGresult *result, struct arena *a, struct identity_row **rows);
/* The first of 1,000 turns; if nothing was counted anew or given by somebody else meanwhile, it is the one after the last. */
enum { DEALING_TURNS = 1000 };
size_t dealing_turn(struct db_plan *plan);
int64_t dealing_turn_parse(const PGresult *result);

struct deal {
	const char *prospect, *rep, *place;
	int64_t assignment_id, turn;
};
void dealing_write(struct db_plan *plan, struct arena *a, const struct deal *deals, size_t count,
    const char *detail);
/* The last turn each of these reps had. */
void dealing_served(struct db_plan *plan, struct arena *a, const struct deal *deals, size_t count);

/*
 * Which of the declined prospects are looked at: in the order they wait, at most so many beyond one of them, and at most so many
 * that came after the newest of the time before. Times in microseconds since 1970.
 */
struct apart_slice {
	int64_t since_us;
	char prospect[4 * 255 + 1]; /* with since_us; "" and 0: from the beginning */
	int64_t newest_us, most;
};
/* Where it ends: `next` begins there, or at the beginning again (false) if nothing lies beyond it. */
size_t dealing_apart_end(struct db_plan *plan, struct arena *a, const struct apart_slice *slice);
bool dealing_apart_end_parse(const PGresult *result, struct apart_slice *next);
/* One prospect that somebody declined, and its next rep; false if there is none. */
size_t dealing_declined(struct db_plan *plan, struct arena *a, int64_t capacity,
    struct left_out left_out, const struct apart_slice *slice);
bool dealing_declined_parse(const PGresult *result, struct arena *a, struct dealt_row *row);
void dealing_redealt(struct db_plan *plan, const struct deal *deal);

/* What nobody marked so far is marked no longer where somebody has come who may take it. */
void dealing_somebody_again(struct db_plan *plan);
/* Prospects that nobody is left for and that nobody knows of; with admins, those they do not know of. */
size_t dealing_nobody_left(struct db_plan *plan, struct arena *a, bool admins, size_t limit,
    const struct apart_slice *slice);
size_t dealing_nobody_left_parse(
    const PGresult *result, struct arena *a, struct waiting_row **rows);
void dealing_told(
    struct db_plan *plan, struct arena *a, const char *const *prospects, size_t count, bool admins);

/* Whether something was left although it could be dealt, for somebody holds it. */
size_t dealing_passed_over(
    struct db_plan *plan, struct arena *a, int64_t capacity, struct left_out left_out);
bool dealing_passed_over_parse(const PGresult *result);

/* Mends what was changed by hand; tells by its rows what was given to whom, rep by rep, `limit` at most. */
struct dealing_sorting {
	size_t lost, by_hand, changed, returned,
	    expiry; /* the steps whose results the functions below read */
};
struct dealing_sorting dealing_sort_out(
    struct db_plan *plan, struct arena *a, size_t limit, int64_t grace_s);
/* What reps lost, rep by rep. */
struct lost_row {
	int64_t assignment_id, telegram_id;
	const char *reason; /* assignments.reason */
	const char *rep, *locale;
	const char *prospect;  /* its name; NULL: not known any more */
	const char *holder;    /* the name of whom it was given to; NULL: nobody yet */
	bool deleted, matters; /* the latter: it was open */
};
size_t dealing_lost_parse(const PGresult *result, struct arena *a, struct lost_row **rows);
/* What another hand changed or closed while a rep has it, rep by rep, the changed ones first. */
struct changed_row {
	struct dealt_row dealt;
	bool closed, contacted;
};
size_t dealing_changed_parse(const PGresult *result, struct arena *a, struct changed_row **rows);
/* Buttons of an assignment, in its rep's chat (0) or in that of an account the rep had before. */
struct buttons_row {
	int64_t assignment_id, chat_id;
};
/* The messages under which the buttons of these assignments are. */
struct card_row {
	int64_t chat_id, message_id;
	const char *payload; /* as it was sent */
	const char *stays;   /* the callback data that may stay, each between spaces; NULL: none */
};
size_t dealing_cards(
    struct db_plan *plan, struct arena *a, const struct buttons_row *rows, size_t count);
size_t dealing_cards_parse(const PGresult *result, struct arena *a, struct card_row **rows);
/* The same of messages that are not sent yet; several rows of one message follow one another. */
struct unsent_row {
	int64_t id, assignment_id, chat_id;
	const char *payload; /* NULL: it is being sent, or held; to be looked at again */
	const char *stays;
};
size_t dealing_cards_unsent(
    struct db_plan *plan, struct arena *a, const struct buttons_row *rows, size_t count);
size_t dealing_cards_unsent_parse(
    const PGresult *result, struct arena *a, struct unsent_row **rows);
/* Their payloads are what is sent; each message once. */
void dealing_cards_rewrite(
    struct db_plan *plan, struct arena *a, const struct unsent_row *rows, size_t count);
/* Buttons that are to go since something in the conversation; taken from the table, or put back there. */
size_t dealing_cards_due(struct db_plan *plan, struct arena *a, size_t limit);
size_t dealing_cards_due_parse(const PGresult *result, struct arena *a, struct buttons_row **rows);
void dealing_cards_later(
    struct db_plan *plan, struct arena *a, const struct buttons_row *rows, size_t count);
/* The messages of this transaction carry their buttons from now on. */
void dealing_shown(struct db_plan *plan, struct arena *a, const int64_t *ids, size_t count);
/* For reps who are back: each prospect that went on meanwhile, with its rep now (NULL: nobody), rep by rep. */
struct returned_row {
	int64_t telegram_id;
	const char *locale, *prospect, *holder;
};
size_t dealing_returned_parse(const PGresult *result, struct arena *a, struct returned_row **rows);
/* Microseconds until the next one's grace is over, -1: none; held: for how many it is, and nothing is moved. */
int64_t dealing_expiry_parse(const PGresult *result, int64_t *held);
size_t dealing_by_hand_parse(const PGresult *result, struct arena *a, struct dealt_row **rows);

struct queued_row {
	int64_t chat_id;
	const char *method, *payload;
};
void outbox_queue(struct db_plan *plan, struct arena *a, const struct queued_row *rows,
    size_t count, int priority);
