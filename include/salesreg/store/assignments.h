/*
 * Assignments as the bot sees them: looking one up by its id, ending one.
 * Ownership: as in store/people.h. Errors: those of the run.
 * Whatever changes an assignment takes assignment_lock() first, as a step of its own, in the same transaction.
 */
#pragma once
#include "salesreg/db/conn.h"

void assignment_lock(struct db_plan *plan);
/* Taken if `certainly`, or if one of these users is just being asked whether to leave. Tells by a row. */
size_t assignment_lock_if(
    struct db_plan *plan, struct arena *a, bool certainly, const int64_t *users, size_t count);

struct assignment_row {
	int64_t id;
	const char *prospect, *owner, *prospect_locale; /* owner: of the conversation */
	int64_t version, account;
	const char *rep, *prospect_name, *prospect_telegram, *prospect_status;
	bool live, contacted, blocked, opted_out;
	bool undoable;    /* declined a moment ago, and nobody has done anything since */
	bool nobody_else; /* could take it, if this one declines */
	int64_t other_id, other_telegram_id; /* the assignment and rep that have it now; 0: none */
	const char *other_locale;
	const char *
	    connection; /* by which the bot may write to the prospect as the rep, and should; NULL: none */
	int64_t own_account;
	const char *ended; /* assignments.reason; NULL: it goes on */
	bool again;        /* it ended, and its rep has the prospect all the same */
};
size_t assignments_read(struct db_plan *plan, struct arena *a, const int64_t *ids, size_t count);
size_t assignments_parse(const PGresult *result, struct arena *a, struct assignment_row **rows);
