/*
 * Prospects as managers look for them, from the command line (store/managers.h) and in the chat: who is found, cards.
 * Ownership: as in store/people.h. Units: Telegram's ids; microseconds since 1970 (_us); days. Errors: those of the run.
 * `place` is the caller's number for what it asks, and comes back in the rows that answer it.
 */
#pragma once
#include "salesreg/db/conn.h"
#include "salesreg/domain/conversation/managed_view.h"

struct listed_prospect {
	const char *id, *name, *telegram, *email, *status; /* as the table has them, cut */
	const char *rep;                                   /* the name; NULL: nobody's */
	const char *source, *campaign, *owner;             /* see salesreg.conversations */
	int64_t created_us, last_contact_us;
	const char *place; /* in a list: where it goes on behind this one (store/lists.h) */
};

struct prospect_search {
	int64_t place;
	const char *words;
	int64_t account;          /* that they may be known by; 0: none */
	const char *kind, *value; /* the same of a contact; "": none */
	const char *email;        /* the same of an e-mail address */
	const char *pattern;      /* of LIKE */
	bool begins;              /* words are long enough to be but beginnings */
	int64_t asker;     /* whose search it is, if they are asked by this phase's name; NULL: */
	const char *phase; /* in any case */
	int64_t passed;    /* so many are passed over */
};
/* words: an id, a contact, a name. phone: a number besides, or NULL. */
struct prospect_search prospect_search(
    const char *words, int64_t account, const char *phone, struct arena *a);
enum { PROSPECTS_FOUND_PARAMETERS = 12 };
/* Of the statement prospects_found, for who does not run it in a plan. */
void prospects_found_values(struct arena *a, const struct prospect_search *searches, size_t count,
    int64_t limit, const char *values[PROSPECTS_FOUND_PARAMETERS]);

struct found_row {
	int64_t place, hash;
	struct listed_prospect listed;
};
size_t prospects_found(struct db_plan *plan, struct arena *a,
    const struct prospect_search *searches, size_t count, int64_t limit);
size_t prospects_found_parse(const PGresult *result, struct arena *a, struct found_row **rows);

/* Prospects by these hashes are the transaction's. */
void managed_hold(struct db_plan *plan, struct arena *a, const int64_t *hashes, size_t count);

struct managed_reps_ask {
	int64_t place, passed; /* passed: so many are passed over */
};
struct managed_rep_row {
	int64_t place;
	struct rep_choice rep;
};
size_t managed_reps(struct db_plan *plan, struct arena *a, const struct managed_reps_ask *asks,
    size_t count, int64_t limit);
size_t managed_reps_parse(const PGresult *result, struct arena *a, struct managed_rep_row **rows);

struct managed_waits_row {
	const char *list; /* the letter; "": nothing waits */
	int64_t count, late;
	const char *oldest;
	/* in each row the same */
	int64_t failed, unreachable;
	const char *unreachable_names;
	bool partial;
};
size_t managed_waits(struct db_plan *plan, struct arena *a, int64_t most, const char *zone);
size_t managed_waits_parse(
    const PGresult *result, struct arena *a, struct managed_waits_row **rows);

struct managed_waiting_ask {
	int64_t place;
	const char *list; /* the letter */
	int64_t passed;
};
struct managed_waiting_row {
	int64_t place;
	struct managed_line line;
};
size_t managed_waiting(struct db_plan *plan, struct arena *a,
    const struct managed_waiting_ask *asks, size_t count, int64_t limit, int64_t most,
    const char *zone);
size_t managed_waiting_parse(
    const PGresult *result, struct arena *a, struct managed_waiting_row **rows);

struct managed_card_ask {
	int64_t place;
	bool has_hash; /* else: of the draft of `asker`, if they are asked by this phase's name */
	int64_t hash, asker;
	const char *phase;
	int64_t before; /* of its history what is older than this event; 0: the newest */
	int64_t events; /* so many of it at most */
};
struct managed_card_row {
	int64_t place, hash;
	const char *prospect, *name, *telegram, *email, *context, *notes, *status;
	const char *rep, *rep_name, *rep_status;
	int64_t rep_telegram_id, assignment; /* 0: none */
	const char *owner, *reach;
	int64_t account;
	bool stopped, blocked;
	const char *source, *campaign, *phone, *came, *contact;
	const char *answers, *events; /* as struct client_card_row has them */
	int64_t days;
	const char *changed_by, *changed_at;
};
/* units: how many characters of each event. */
size_t managed_card(struct db_plan *plan, struct arena *a, const struct managed_card_ask *asks,
    size_t count, size_t units, const char *zone);
size_t managed_card_parse(const PGresult *result, struct arena *a, struct managed_card_row **rows);
