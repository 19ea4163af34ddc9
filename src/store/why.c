#include "salesreg/store/why.h"
#include "rows.h"

bool why_assignments(struct db_session *s, struct arena *a, const char *prospect, int64_t limit,
    struct why_assignment **rows, size_t *count)
{
	static const struct column columns[] = {COL(why_assignment, id, I64),
	    COL(why_assignment, started_us, I64), COL(why_assignment, rep, TEXT),
	    COL(why_assignment, name, TEXT), COL(why_assignment, ended_us, I64),
	    COL(why_assignment, reason, TEXT), COL(why_assignment, detail, TEXT),
	    COL(why_assignment, rule, TEXT), COL(why_assignment, prospects, I64),
	    COL(why_assignment, place, I64)};
	const PGresult *r = db_session_run(s, SQL_OPERATOR_WHY, prospect, db_i64(a, limit));
	*count = r ? ROWS_PARSE(r, a, columns, rows) : 0;
	return r;
}

bool why_reps(
    struct db_session *s, struct arena *a, int64_t assignment, struct why_rep **rows, size_t *count)
{
	static const struct column columns[] = {COL(why_rep, rep, TEXT), COL(why_rep, name, TEXT),
	    COL(why_rep, open, I64), COL(why_rep, capacity, I64), COL(why_rep, given, I64),
	    COL(why_rep, chosen, BOOL), COL(why_rep, why, TEXT)};
	const PGresult *r = db_session_run(s, SQL_OPERATOR_WHY_REPS, db_i64(a, assignment));
	*count = r ? ROWS_PARSE(r, a, columns, rows) : 0;
	return r;
}
