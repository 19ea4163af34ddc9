#include "salesreg/store/managers.h"
#include "rows.h"

bool managers_find(struct db_session *s, struct arena *a, const char *words, int64_t limit,
    struct listed_prospect **rows, size_t *count)
{
	const struct prospect_search search = prospect_search(words, 0, NULL, a);
	const char *v[PROSPECTS_FOUND_PARAMETERS];
	prospects_found_values(a, &search, 1, limit, v);
	const PGresult *r = db_session_ask(s, SQL_PROSPECTS_FOUND, v, PROSPECTS_FOUND_PARAMETERS);
	struct found_row *found;
	*count = r ? prospects_found_parse(r, a, &found) : 0;
	*rows = ARENA_ARRAY(a, struct listed_prospect, *count);
	for (size_t i = 0; i < *count; i++)
		(*rows)[i] = found[i].listed;
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
