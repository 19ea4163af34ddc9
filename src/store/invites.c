#include "salesreg/store/invites.h"
#include "columns.h"

size_t invites_read(struct db_plan *plan, struct arena *a, const char *const *hashes,
    size_t hash_count, const int64_t *people, size_t people_count)
{
	return db_plan_add(plan, SQL_INVITES_READ, db_text_array(a, hashes, hash_count),
	    db_i64_array(a, people, people_count));
}

size_t invites_parse(const PGresult *result, struct arena *a, struct invite_row **rows)
{
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct invite_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = (struct invite_row){
		    .hash = db_get_text(a, result, i, 0),
		    .holder = db_get_i64(result, i, 1, 0),
		    .ended = db_get_bool(result, i, 2),
		    .used = db_get_bool(result, i, 3),
		    .email_key = db_get_text(a, result, i, 4),
		};
	return (size_t)count;
}

void invites_hold(
    struct db_plan *plan, struct arena *a, const struct invite_change *changes, size_t count)
{
	if (count)
		(void)db_plan_add(plan, SQL_INVITES_HOLD, TEXT_COLUMN(a, changes, count, hash),
		    I64_COLUMN(a, changes, count, person));
}

void invites_use(
    struct db_plan *plan, struct arena *a, const struct invite_change *changes, size_t count)
{
	if (count)
		(void)db_plan_add(plan, SQL_INVITES_USE, TEXT_COLUMN(a, changes, count, hash),
		    I64_COLUMN(a, changes, count, person));
}

void invites_create(
    struct db_plan *plan, struct arena *a, const struct invite_new *invites, size_t count)
{
	if (count)
		(void)db_plan_add(plan, SQL_INVITES_CREATE, TEXT_COLUMN(a, invites, count, hash),
		    TEXT_COLUMN(a, invites, count, email_key), I64_COLUMN(a, invites, count, days),
		    I64_COLUMN(a, invites, count, admin));
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
