#include "salesreg/store/oauth.h"
#include "rows.h"

size_t oauth_state_open(struct db_plan *plan, const char *hash)
{
	return db_plan_add(plan, SQL_OAUTH_STATE_OPEN, hash);
}

struct oauth_opened_row oauth_opened_parse(const PGresult *result, struct arena *a)
{
	return (struct oauth_opened_row){
	    .locale = db_get_text(a, result, 0, 0),
	    .name = db_get_text(a, result, 0, 1),
	    .active = db_get_bool(result, 0, 2),
	};
}

size_t oauth_state_take(struct db_plan *plan, const char *hash, bool exchanges)
{
	return db_plan_add(plan, SQL_OAUTH_STATE_TAKE, hash, db_bool(exchanges));
}

bool oauth_state_parse(const PGresult *result, struct arena *a, struct oauth_state_row *row)
{
	static const struct column columns[] = {COL(oauth_state_row, exchange, I64),
	    COL(oauth_state_row, rep, TEXT), COL(oauth_state_row, person, I64),
	    COL(oauth_state_row, ended, BOOL), COL(oauth_state_row, status, TEXT),
	    COL(oauth_state_row, email, TEXT), COL(oauth_state_row, locale, TEXT)};
	if (PQntuples(result) == 0)
		return false;
	row_parse(result, 0, a, columns, COLUMN_COUNT(columns), row);
	return true;
}

void oauth_exchange_end(struct db_plan *plan, struct arena *a, int64_t exchange)
{
	(void)db_plan_add(plan, SQL_OAUTH_EXCHANGE_END, db_i64(a, exchange));
}

size_t oauth_outcome(struct db_plan *plan, struct arena *a, int64_t exchange, const char *rep,
    const char *access_token, int64_t person)
{
	return db_plan_add(
	    plan, SQL_OAUTH_OUTCOME, db_i64(a, exchange), rep, access_token, db_i64(a, person));
}

struct oauth_outcome_row oauth_outcome_parse(const PGresult *result)
{
	return (struct oauth_outcome_row){
	    .is_open = db_get_bool(result, 0, 0),
	    .is_active = db_get_bool(result, 0, 1),
	    .is_ours = db_get_bool(result, 0, 2),
	    .has_token = db_get_bool(result, 0, 3),
	};
}

size_t oauth_exchanges_left(struct db_plan *plan, struct arena *a, int64_t seconds, int64_t limit)
{
	return db_plan_add(plan, SQL_OAUTH_EXCHANGES_LEFT, db_i64(a, seconds), db_i64(a, limit));
}

size_t oauth_states_left(struct db_plan *plan, struct arena *a, int64_t limit)
{
	return db_plan_add(plan, SQL_OAUTH_STATES_LEFT, db_i64(a, limit));
}

size_t oauth_left_parse(const PGresult *result, struct arena *a, struct oauth_left_row **rows)
{
	static const struct column columns[] = {
	    COL(oauth_left_row, person, I64), COL(oauth_left_row, locale, TEXT)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t calendar_deaths(struct db_plan *plan, struct arena *a, int64_t least)
{
	return db_plan_add(plan, SQL_CALENDAR_DEATHS, db_i64(a, least));
}

bool calendar_deaths_parse(const PGresult *result, struct calendar_deaths_row *row)
{
	if (PQntuples(result) == 0)
		return false;
	row->dead = db_get_i64(result, 0, 0, 0);
	row->had = db_get_i64(result, 0, 1, 0);
	return true;
}
