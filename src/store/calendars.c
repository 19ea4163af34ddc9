#include "salesreg/store/calendars.h"
#include "rows.h"

size_t calendar_accounts_read(
    struct db_plan *plan, struct arena *a, const int64_t *people, size_t count)
{
	return db_plan_add(plan, SQL_CALENDAR_ACCOUNTS_READ, db_i64_array(a, people, count));
}

size_t calendar_accounts_parse(
    const PGresult *result, struct arena *a, struct calendar_account_row **rows)
{
	static const struct column columns[] = {COL(calendar_account_row, rep_telegram_id, I64),
	    COL(calendar_account_row, state, TEXT), COL(calendar_account_row, email, TEXT),
	    COL(calendar_account_row, unread, BOOL), COL(calendar_account_row, doubtful, BOOL)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t calendar_choices(
    struct db_plan *plan, struct arena *a, const int64_t *people, size_t count, size_t most)
{
	return db_plan_add(
	    plan, SQL_CALENDAR_CHOICES, db_i64_array(a, people, count), db_i64(a, (int64_t)most));
}

size_t calendar_choices_parse(
    const PGresult *result, struct arena *a, struct calendar_choice_row **rows)
{
	static const struct column columns[] = {COL(calendar_choice_row, rep_telegram_id, I64),
	    COL(calendar_choice_row, id, I64), COL(calendar_choice_row, summary, TEXT),
	    COL(calendar_choice_row, conflicts, BOOL), COL(calendar_choice_row, primary, BOOL),
	    COL(calendar_choice_row, writable, BOOL), COL(calendar_choice_row, target, BOOL)};
	return ROWS_PARSE(result, a, columns, rows);
}

void calendar_connect(struct db_plan *plan, struct arena *a, const struct calendar_connection *c)
{
	(void)db_plan_add(plan, SQL_CALENDAR_CONNECT_LOCK, c->rep);
	(void)db_plan_add(plan, SQL_CALENDAR_CONNECT_REPLACE, c->rep, c->sub);
	(void)db_plan_add(plan, SQL_CALENDAR_CONNECT, c->rep, db_i64(a, c->person), c->sub,
	    c->email, c->scopes, c->refresh_token, c->access_token, db_i64(a, c->expires_in_s),
	    c->key_id);
}

void calendar_revocations_drop(struct db_plan *plan, const char *sub, bool all)
{
	(void)db_plan_add(plan, SQL_CALENDAR_REVOCATIONS_DROP, sub, db_bool(all));
}

bool calendar_revocation_is_sent(const PGresult *result)
{
	return db_get_bool(result, 0, 0);
}
