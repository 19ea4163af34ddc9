#include "salesreg/store/invites.h"
#include "rows.h"

size_t invites_read(struct db_plan *plan, struct arena *a, const char *const *hashes,
    size_t hash_count, const int64_t *people, size_t people_count)
{
	return db_plan_add(plan, SQL_INVITES_READ, db_text_array(a, hashes, hash_count),
	    db_i64_array(a, people, people_count));
}

size_t invites_parse(const PGresult *result, struct arena *a, struct invite_row **rows)
{
	static const struct column columns[] = {COL(invite_row, hash, TEXT),
	    COL(invite_row, holder, I64), COL(invite_row, ended, BOOL), COL(invite_row, used, BOOL),
	    COL(invite_row, email_key, TEXT)};
	return ROWS_PARSE(result, a, columns, rows);
}

bool invites_create_now(
    struct db_session *session, struct arena *a, const struct invite_new *invite, int64_t *ends_us)
{
	const PGresult *r = db_session_run(session, SQL_INVITES_CREATE,
	    TEXT_COLUMN(a, invite, 1, hash), TEXT_COLUMN(a, invite, 1, email_key),
	    I64_COLUMN(a, invite, 1, days), I64_COLUMN(a, invite, 1, admin));
	*ends_us = r ? db_get_i64(r, 0, 0, 0) : 0;
	return r;
}
