/*
 * What the assigner reads and writes: waiting prospects, reps with room, assignments, notifications.
 * Ownership: as in store/people.h. Units: counts. Errors: those of the run.
 * All of it happens under assignment_lock() (store/assignments.h).
 */
#pragma once
#include "salesreg/db/conn.h"

struct waiting_row {
	const char *said; /* to the bot, of late; NULL: nothing */
	const char
	    *answers; /* to its questions, as salesreg.answers_given() has them; NULL: none */
	const char *prospect, *telegram, *name, *context, *notes, *email;
	const char *place; /* of the locked row; good for this transaction */
	const char *
	    former; /* the reps it was with before, each with + if they had contacted it; NULL: none */
	const char
	    *bot; /* that a link to its chat leads to; NULL: none is needed, or can be made */
	const char
	    *reach; /* of whom the bot has met, if it was looked at; see domain/prospect/reach.h */
	const char *
	    bot_writes; /* by itself to this prospect, at "9:00" there; "": now; NULL: it does not, or nobody looked */
	bool asks_for_person;  /* and nobody was there */
	bool own;              /* a rep chose them from their own contacts */
	int64_t assignment_id; /* set apart for it */
	const char *known;     /* what its rep calls this person already, NULL: new to them */
	const char *colleague; /* who has this person and is out of reach, else NULL */
};
struct allocation_rep_row {
	const char *rep, *locale;
	int64_t telegram_id, last_assigned_turn, open, capacity;
};
struct allocated_row {
	struct waiting_row prospect;
	struct allocation_rep_row rep;
};

/* Prospects that cannot be read or written: everything that assigns passes them by. */
struct left_out {
	const char *const *ids;
	size_t count;
};
size_t allocation_candidates(
    struct db_plan *plan, struct arena *a, size_t limit, struct left_out left_out);
/* The id of the first of them; NULL: there is none. */
size_t allocation_next(struct db_plan *plan, struct arena *a, struct left_out left_out);
const char *allocation_next_parse(const PGresult *result, struct arena *a);
size_t allocation_candidates_parse(
    const PGresult *result, struct arena *a, struct waiting_row **rows);
/* For people who ask how it goes; needs no lock. */
struct allocation_waiting {
	int64_t prospects; /* never more than 10,000; -1: not counted yet */
	int64_t oldest_ms; /* -1: there is none */
};
size_t allocation_waiting(struct db_plan *plan);
struct allocation_waiting allocation_waiting_parse(const PGresult *result);
/*
 * Longest unserved first, with how many open prospects each holds. all: everybody with room; otherwise as many as `limit`
 * prospects can need in turn. counted: of these the number is known (rep and open are read), and they are not counted.
 */
size_t allocation_reps(struct db_plan *plan, struct arena *a, int64_t capacity, bool all,
    size_t limit, const struct allocation_rep_row *counted, size_t counted_count);
size_t allocation_reps_parse(
    const PGresult *result, struct arena *a, struct allocation_rep_row **rows);
/* What a prospect is known by; kind and value as in domain/contact, or "none" and "". */
struct identity_row {
	const char *prospect, *kind, *value;
};
void allocation_identify(
    struct db_plan *plan, struct arena *a, const struct identity_row *rows, size_t count);
/* Whose identities are to be written; of the rows, id and contact are set. */
size_t allocation_unidentified(struct db_plan *plan, struct arena *a, size_t limit);
size_t allocation_unidentified_parse(
    const PGresult *result, struct arena *a, struct waiting_row **rows);
/* Who has another open prospect of the same person, a row for each prospect of which somebody has. */
struct known_row {
	const char *prospect;
	const char *name;      /* of the other prospect */
	const char *colleague; /* the rep's name, who is out of reach; NULL: it goes to the rep */
	struct allocation_rep_row rep; /* telegram_id 0: somebody holds the rep's row */
};
size_t allocation_known(
    struct db_plan *plan, struct arena *a, const struct identity_row *rows, size_t count);
size_t allocation_known_parse(const PGresult *result, struct arena *a, struct known_row **rows);
/* Those of these identities that so many prospects share that they are nobody's: kind and value. */
size_t allocation_shared(
    struct db_plan *plan, struct arena *a, const struct identity_row *rows, size_t count);
size_t allocation_shared_parse(const PGresult *result, struct arena *a, struct identity_row **rows);
/* The first of 1,000 turns; if nothing was counted anew or given by somebody else meanwhile, it is the one after the last. */
enum { ALLOCATION_TURNS = 1000 };
size_t allocation_turn(struct db_plan *plan);
int64_t allocation_turn_parse(const PGresult *result);

struct allocation {
	const char *prospect, *rep, *place;
	int64_t assignment_id, turn;
};
void allocation_write(struct db_plan *plan, struct arena *a, const struct allocation *assigns,
    size_t count, const char *detail);
/* What a round was decided on, to be explained later; before its assignments are written. rule: a strategy's name, or what else it was. */
struct allocation_round {
	const char *rule;
	int64_t first_assignment, capacity;
	size_t prospects;                            /* how many are given */
	const struct allocation_rep_row *candidates; /* with room, whose turn is next */
	size_t candidate_count, others_most;
};
void allocation_round(struct db_plan *plan, struct arena *a, const struct allocation_round *round);
/* The same of one that was declined: at most so many reps are named. */
void allocation_round_declined(struct db_plan *plan, struct arena *a,
    const struct allocation *given, int64_t capacity, size_t most);
/* The last turn each of these reps had. */
void allocation_served(
    struct db_plan *plan, struct arena *a, const struct allocation *assigns, size_t count);

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
size_t allocation_apart_end(struct db_plan *plan, struct arena *a, const struct apart_slice *slice);
bool allocation_apart_end_parse(const PGresult *result, struct apart_slice *next);
/* One prospect that somebody declined, and its next rep; false if there is none. */
size_t allocation_declined(struct db_plan *plan, struct arena *a, int64_t capacity,
    struct left_out left_out, const struct apart_slice *slice);
bool allocation_declined_parse(const PGresult *result, struct arena *a, struct allocated_row *row);
void allocation_reassigned(struct db_plan *plan, const struct allocation *allocation);

/* What nobody marked so far is marked no longer where somebody has come who may take it. */
void allocation_reopen_exhausted(struct db_plan *plan);
/* Prospects that nobody is left for and that nobody knows of; with admins, those they do not know of. */
size_t allocation_exhausted(struct db_plan *plan, struct arena *a, bool admins, size_t limit,
    const struct apart_slice *slice);
size_t allocation_exhausted_parse(
    const PGresult *result, struct arena *a, struct waiting_row **rows);
void allocation_escalated(
    struct db_plan *plan, struct arena *a, const char *const *prospects, size_t count, bool admins);

/* Whether something was left although it could be assigned, for somebody holds it. */
size_t allocation_skipped_locked(
    struct db_plan *plan, struct arena *a, int64_t capacity, struct left_out left_out);
bool allocation_skipped_locked_parse(const PGresult *result);

/* Fixes what was changed by hand; tells by its rows what was given to whom, rep by rep, `limit` at most. */
struct allocation_reconciliation {
	/* the steps whose results the functions below read */
	size_t lost, by_hand, changed, returned, expiry, kept;
};
struct allocation_reconciliation allocation_reconcile(
    struct db_plan *plan, struct arena *a, size_t limit, int64_t grace_s, struct left_out left_out);
/* Those just taken back that a trigger, which runs after the whole statement, gave to a rep who is not at work again. */
size_t allocation_kept_parse(const PGresult *result, struct arena *a, const char *const **ids);
/* What reps lost, rep by rep; behind them what a trigger keeps with a rep who is not at work: reason "kept", prospect its id. */
struct lost_row {
	int64_t assignment_id, telegram_id;
	const char *reason; /* assignments.reason */
	const char *rep, *locale;
	const char *prospect;  /* its name; NULL: not known any more */
	const char *holder;    /* the name of whom it was given to; NULL: nobody yet */
	bool deleted, matters; /* the latter: it was open */
};
size_t allocation_lost_parse(const PGresult *result, struct arena *a, struct lost_row **rows);
/* What another hand changed or closed while a rep has it, rep by rep, the changed ones first. */
struct changed_row {
	struct allocated_row assigned;
	bool closed, contacted;
};
size_t allocation_changed_parse(const PGresult *result, struct arena *a, struct changed_row **rows);
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
size_t allocation_cards(
    struct db_plan *plan, struct arena *a, const struct buttons_row *rows, size_t count);
size_t allocation_cards_parse(const PGresult *result, struct arena *a, struct card_row **rows);
/* The same of messages that are not sent yet; several rows of one message follow one another. */
struct unsent_row {
	int64_t id, assignment_id, chat_id;
	const char *payload; /* NULL: it is being sent, or held; to be looked at again */
	const char *stays;
};
size_t allocation_cards_unsent(
    struct db_plan *plan, struct arena *a, const struct buttons_row *rows, size_t count);
size_t allocation_cards_unsent_parse(
    const PGresult *result, struct arena *a, struct unsent_row **rows);
/* Their payloads are what is sent; each message once. */
void allocation_cards_rewrite(
    struct db_plan *plan, struct arena *a, const struct unsent_row *rows, size_t count);
/* Buttons that are to go since something in the conversation; taken from the table, or put back there. */
size_t allocation_cards_due(struct db_plan *plan, struct arena *a, size_t limit);
size_t allocation_cards_due_parse(
    const PGresult *result, struct arena *a, struct buttons_row **rows);
void allocation_cards_later(
    struct db_plan *plan, struct arena *a, const struct buttons_row *rows, size_t count);
/* The messages of this transaction carry their buttons from now on. */
void allocation_shown(struct db_plan *plan, struct arena *a, const int64_t *ids, size_t count);
/* For reps who are back: each prospect that went on meanwhile, with its rep now (NULL: nobody), rep by rep. */
struct returned_row {
	int64_t telegram_id;
	const char *locale, *prospect, *holder;
};
size_t allocation_returned_parse(
    const PGresult *result, struct arena *a, struct returned_row **rows);
/* Microseconds until the next one's grace is over, -1: none; held: for how many it is, and nothing is moved. */
int64_t allocation_expiry_parse(const PGresult *result, int64_t *held);
size_t allocation_by_hand_parse(
    const PGresult *result, struct arena *a, struct allocated_row **rows);

struct queued_row {
	int64_t chat_id;
	const char *method, *payload;
	const char *relay; /* about whom it is (outbox.relay); NULL: nobody alone */
};
void outbox_queue(struct db_plan *plan, struct arena *a, const struct queued_row *rows,
    size_t count, int priority);
