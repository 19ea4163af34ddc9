/*
 * What managers see of prospects from the command line.
 * Ownership: rows and their strings live in the arena given. Units: microseconds since 1970 where a name says so; 0: never, or not known.
 * Errors: false; the session says why.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/db/session.h"
#include "salesreg/store/managed_prospects.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * By an id; else by an @name, number, e-mail address or account, however it is written; else by the beginnings of the words of a name, and
 * of those who came last by any part of it (the statement prospects_found): limit at most, the newest first.
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
