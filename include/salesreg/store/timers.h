/*
 * What is to happen later (salesreg.timers): a queue with leases, and what decides about and comes of one timer, in a transaction of
 * its caller's.
 * Ownership: as in store/people.h. Units: microseconds (_us), minutes since midnight, days since 1970. Errors: those of the run.
 */
#pragma once
#include "salesreg/store/queue.h"

enum { TIMER_LEASE_US = 60 * 1000 * 1000 };
struct timer_row {
	struct queue_row row;
	int64_t failures; /* before; what was put off is none */
	const char *phone, *contact,
	    *locale; /* of the prospect: the number they answered with, the contact in the table; NULL: none */
};
extern const struct queue timers_queue;
enum { TIMER_ZONES = 3 };

/* The words are the database's. */
#define TIMER_KIND_MAP(X)                                                                          \
	X(REACH_OUT, "reach_out")     /* the bot's first word since the prospect has a new rep */  \
	X(REMINDER, "reminder")       /* to a prospect who is silent */                            \
	X(FOLLOW_UP, "follow_up")     /* to the rep, who wanted to come back to a prospect */      \
	X(UNREACHABLE, "unreachable") /* to the rep: the bot cannot write to a prospect any more */
enum timer_kind {
#define X(name, text) TIMER_##name,
	TIMER_KIND_MAP(X)
#undef X
	    TIMER_KINDS /* of a newer version */
};
enum timer_kind timer_kind_from_name(const char *name);

struct timer_facts {
	const char *kind_name, *prospect, *name, *status, *telegram, *context, *notes, *email;
	enum timer_kind kind;
	int64_t step;
	bool has_conversation; /* else the next ones are zero */
	int64_t chat_id;       /* 0: the bot has not met the prospect */
	const char *owner, *source, *campaign, *locale;
	int64_t version;
	bool of_version;   /* that the timer was set on */
	const char *reach; /* see domain/prospect/reach.h */
	bool opted_out;
	bool of_rep; /* whom the timer was set for: still has the prospect */
	const char *rep_name, *rep_status, *rep_locale;
	int64_t rep_telegram_id, assignment_id;
	bool contacted;
	int64_t day, minute,
	    written; /* where the prospect is: now, and what was written of the bot's own accord */
	int64_t opens_us,
	    opens_tomorrow_us; /* until waking hours begin there; below 0: they have begun */
	int64_t closes_us;     /* until today's end */
	const char *assigned;  /* the rep whose prospect they are, or NULL */
	/* by which the bot may write to the prospect as that rep, and should, and where; NULL: none */
	const char *connection;
	int64_t own_account;
	const char *bot_username; /* NULL until it is known */
};

/* The step's rows: none if there is no conversation, or somebody holds it. */
size_t timers_lock(struct db_plan *plan, struct arena *a, int64_t id);
size_t timers_read(struct db_plan *plan, struct arena *a, const struct queue_row *row,
    const char *const zones[TIMER_ZONES], const char *company_zone, int64_t opens, int64_t closes);
/* False: it is not to be touched now: another claim's, ended, or locked. */
bool timers_read_parse(const PGresult *result, struct arena *a, struct timer_facts *facts);

/* A message of the bot's own accord, counted. It is dropped where it is not sent before waking hours end, or what it was decided on is
   true no more. */
void timers_write(struct db_plan *plan, struct arena *a, const struct timer_facts *facts,
    int64_t chat_id, const char *payload, const char *relay);
void timers_remind(
    struct db_plan *plan, struct arena *a, const struct timer_facts *facts, int64_t pause_us);
void timers_remind_again(struct db_plan *plan, struct arena *a, int64_t id, int64_t pause_us);
void timers_end(struct db_plan *plan, struct arena *a, int64_t id);

/* People who wrote to the bot; awaits: it has asked them something since. pause_us 0: nobody is reminded. */
struct heard_row {
	int64_t telegram_id;
	bool awaits;
};
void timers_heard(struct db_plan *plan, struct arena *a, const struct heard_row *rows, size_t count,
    int64_t pause_us);
/* Accounts that Telegram does not let the bot write to: of prospects it is noted, and their rep is told. */
struct refused_row {
	int64_t telegram_id;
	const char *reach, *error;
};
void timers_refused(
    struct db_plan *plan, struct arena *a, const struct refused_row *rows, size_t count);
/* Prospects just given to reps: whom the bot has met it writes to. phone_zone: NULL if their contact tells none. */
struct given_row {
	const char *prospect, *rep, *phone_zone;
};
struct language_zone {
	const char *locale, *zone;
};
size_t timers_reach_out(struct db_plan *plan, struct arena *a, const struct given_row *rows,
    size_t count, const struct language_zone *languages, size_t language_count,
    const char *company_zone);
/* Those that are written to: when it is there, and what they were written today. */
struct reached_row {
	const char *prospect;
	int64_t minute, written;
	const char *reach; /* unless this is "reachable" they are not written to */
};
size_t timers_reach_out_parse(const PGresult *result, struct arena *a, struct reached_row **rows);
