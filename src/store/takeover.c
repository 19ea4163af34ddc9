#include "salesreg/store/takeover.h"
#include "rows.h"

bool takeover_begin(struct db_session *s)
{
	return db_session_run_plain(s, SQL_EXPORTS_BEGIN);
}

bool takeover_tables(struct db_session *s, struct arena *a, struct takeover_tables *out)
{
	static const struct column columns[] = {COL(takeover_tables, database, TEXT),
	    COL(takeover_tables, reps, BOOL), COL(takeover_tables, prospects, BOOL),
	    COL(takeover_tables, migrated, BOOL), COL(takeover_tables, missing, TEXT),
	    COL(takeover_tables, naive, TEXT), COL(takeover_tables, zone, TEXT)};
	const PGresult *r = db_session_run_plain(s, SQL_DOCTOR_TAKEOVER_TABLES);
	*out = (struct takeover_tables){.database = NULL};
	if (r)
		row_parse(r, 0, a, columns, COLUMN_COUNT(columns), out);
	return r;
}

static bool facts_of(const PGresult *r, struct arena *a, struct takeover_fact **rows, size_t *count)
{
	static const struct column columns[] = {COL(takeover_fact, code, TEXT),
	    COL(takeover_fact, count, I64), COL(takeover_fact, which, TEXT)};
	*count = r ? ROWS_PARSE(r, a, columns, rows) : 0;
	return r;
}

bool takeover_reps(
    struct db_session *s, struct arena *a, struct takeover_fact **rows, size_t *count)
{
	return facts_of(db_session_run_plain(s, SQL_DOCTOR_TAKEOVER_REPS), a, rows, count);
}

bool takeover_prospects(
    struct db_session *s, struct arena *a, struct takeover_fact **rows, size_t *count)
{
	return facts_of(db_session_run_plain(s, SQL_DOCTOR_TAKEOVER_PROSPECTS), a, rows, count);
}
