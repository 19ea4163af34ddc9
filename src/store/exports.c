#include "salesreg/store/exports.h"
#include "rows.h"

bool exports_begin(
    struct db_session *s, struct arena *a, size_t most, const char *const **names, size_t *count)
{
	if (!db_session_run_plain(s, SQL_EXPORTS_BEGIN))
		return false;
	const PGresult *r = db_session_run(s, SQL_EXPORTS_NAMES, db_i64(a, (int64_t)most));
	if (!r)
		return false;
	*count = (size_t)PQntuples(r);
	const char **found = ARENA_ARRAY(a, const char *, *count + 1);
	for (size_t i = 0; i < *count; i++)
		found[i] = arena_strdup(a, PQgetvalue(r, (int)i, 0));
	*names = found;
	return true;
}

bool exports_page(struct db_session *s, struct arena *a, const char *after, const char *status,
    size_t most, struct exported **rows, size_t *count)
{
	static const struct column columns[] = {COL(exported, id, TEXT), COL(exported, name, TEXT),
	    COL(exported, telegram, TEXT), COL(exported, phone, TEXT), COL(exported, email, TEXT),
	    COL(exported, status, TEXT), COL(exported, rep, TEXT), COL(exported, context, TEXT),
	    COL(exported, notes, TEXT), COL(exported, source, TEXT), COL(exported, campaign, TEXT),
	    COL(exported, created_at, TEXT), COL(exported, last_contact_at, TEXT),
	    COL(exported, extra, TEXT)};
	const PGresult *r =
	    db_session_run(s, SQL_EXPORTS_PAGE, after, db_i64(a, (int64_t)most), status);
	*count = r ? ROWS_PARSE(r, a, columns, rows) : 0;
	return r;
}

bool exports_person(struct db_session *s, struct arena *a, const char *id, const char **text)
{
	const PGresult *r = db_session_run(s, SQL_EXPORTS_PERSON, id);
	*text = r && PQntuples(r) > 0 ? db_get_text(a, r, 0, 0) : NULL;
	return r;
}
