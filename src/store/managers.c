#include "salesreg/store/managers.h"
#include "rows.h"

static size_t parse(const PGresult *r, struct arena *a, struct listed_prospect **rows)
{
	static const struct column columns[] = {COL(listed_prospect, id, TEXT),
	    COL(listed_prospect, name, TEXT), COL(listed_prospect, telegram, TEXT),
	    COL(listed_prospect, email, TEXT), COL(listed_prospect, status, TEXT),
	    COL(listed_prospect, rep, TEXT), COL(listed_prospect, source, TEXT),
	    COL(listed_prospect, campaign, TEXT), COL(listed_prospect, owner, TEXT),
	    COL(listed_prospect, created_us, I64), COL(listed_prospect, last_contact_us, I64)};
	return ROWS_PARSE(r, a, columns, rows);
}

bool managers_find(struct db_session *s, struct arena *a, const char *words, int64_t limit,
    struct listed_prospect **rows, size_t *count)
{
	const PGresult *r = db_session_run(
	    s, SQL_OPERATOR_PROSPECTS_FIND, words, rows_like(a, words), db_i64(a, limit));
	*count = r ? parse(r, a, rows) : 0;
	return r;
}

bool managers_prospect(struct db_session *s, struct arena *a, const char *id, bool *is_there,
    struct prospect_more *more, struct given_answer **answers, size_t *count)
{
	static const struct column columns[] = {COL(prospect_more, context, TEXT),
	    COL(prospect_more, notes, TEXT), COL(prospect_more, reach, TEXT),
	    COL(prospect_more, account, I64), COL(prospect_more, stopped, BOOL),
	    COL(prospect_more, blocked, BOOL), COL(prospect_more, score, I64),
	    COL(prospect_more, asked, TEXT), COL(prospect_more, finished, BOOL),
	    COL(prospect_more, assignments, I64), COL(prospect_more, phone, TEXT),
	    COL(prospect_more, extra, TEXT)};
	static const struct column of_answers[] = {
	    COL(given_answer, question, TEXT), COL(given_answer, answer, TEXT)};
	struct prospect_more *rows;
	*count = 0;
	const PGresult *r = db_session_run(s, SQL_OPERATOR_PROSPECTS_MORE, id);
	if (!r)
		return false;
	*is_there = ROWS_PARSE(r, a, columns, &rows) > 0;
	if (!*is_there)
		return true;
	*more = rows[0];
	r = db_session_run(s, SQL_OPERATOR_PROSPECTS_ANSWERS, id);
	*count = r ? ROWS_PARSE(r, a, of_answers, answers) : 0;
	return r;
}

bool managers_history(struct db_session *s, struct arena *a, const char *id, int64_t limit,
    struct prospect_event **rows, size_t *count)
{
	static const struct column columns[] = {COL(prospect_event, at_us, I64),
	    COL(prospect_event, kind, TEXT), COL(prospect_event, rep, TEXT),
	    COL(prospect_event, assignment, I64), COL(prospect_event, detail, TEXT)};
	const PGresult *r = db_session_run(s, SQL_OPERATOR_PROSPECTS_HISTORY, id, db_i64(a, limit));
	*count = r ? ROWS_PARSE(r, a, columns, rows) : 0;
	return r;
}
