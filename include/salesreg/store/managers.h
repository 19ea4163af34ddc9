/*
 * What managers see of prospects from the command line.
 * Ownership: rows and their strings live in the arena given. Units: microseconds since 1970 where a name says so; 0: never, or not known.
 * Errors: false; the session says why.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/db/session.h"
#include <stdbool.h>
#include <stdint.h>

struct listed_prospect {
	const char *id, *name, *telegram, *email, *status; /* as the table has them, cut */
	const char *rep;                                   /* the name; NULL: nobody's */
	const char *source, *campaign, *owner;             /* see salesreg.conversations */
	int64_t created_us, last_contact_us;
	const char *place; /* in a list: where it goes on behind this one (store/lists.h) */
};
/*
 * By an id; else by an @name, number, e-mail address or account; else by a part of the name: limit at most, the newest
 * first.
 */
bool managers_find(struct db_session *s, struct arena *a, const char *words, int64_t limit,
    struct listed_prospect **rows, size_t *count);

struct prospect_more {
	const char *context, *notes;
	const char *reach;     /* NULL: the bot has not met them */
	int64_t account;       /* 0: the same */
	bool stopped, blocked; /* said STOP; the rep wants to hear no more */
	int64_t score;         /* of the answers */
	const char *asked;     /* the question that waits for an answer, or NULL */
	bool finished;         /* all were asked */
	int64_t assignments;   /* that there have ever been */
	const char *phone;     /* beside another contact; NULL: none */
	const char *extra;     /* what a file had besides: a JSON object, or NULL */
};
struct given_answer {
	const char *question, *answer;
};
/* is_there: false: it has been deleted since. */
bool managers_prospect(struct db_session *s, struct arena *a, const char *id, bool *is_there,
    struct prospect_more *more, struct given_answer **answers, size_t *count);

struct prospect_event {
	int64_t at_us, assignment;
	const char *kind, *rep, *detail;
};
/* The latest first. */
bool managers_history(struct db_session *s, struct arena *a, const char *id, int64_t limit,
    struct prospect_event **rows, size_t *count);
