#include "salesreg/store/business.h"
#include "rows.h"
#include "salesreg/store/doctor.h"

size_t business_read(struct db_plan *plan, struct arena *a, const char *const *connections,
    const int64_t *peers, const char *const *usernames, const int64_t *messages, size_t count)
{
	return db_plan_add(plan, SQL_BUSINESS_READ, db_text_array(a, connections, count),
	    db_i64_array(a, peers, count), db_text_array(a, usernames, count),
	    db_i64_array(a, messages, count));
}

size_t business_parse(const PGresult *result, struct arena *a, struct business_row **rows)
{
	static const struct column columns[] = {COL(business_row, connection, TEXT),
	    COL(business_row, peer, I64), COL(business_row, message, I64),
	    COL(business_row, rep_telegram_id, I64), COL(business_row, enabled, BOOL),
	    COL(business_row, can_reply, BOOL), COL(business_row, can_read, BOOL),
	    COL(business_row, rights, TEXT), COL(business_row, rep_locale, TEXT),
	    COL(business_row, prospect, TEXT), COL(business_row, name, TEXT),
	    COL(business_row, owner, TEXT), COL(business_row, version, I64),
	    COL(business_row, account, I64), COL(business_row, assignment, I64),
	    COL(business_row, contacted, BOOL), COL(business_row, open, BOOL),
	    COL(business_row, fresh, BOOL), COL(business_row, ours, BOOL)};
	return ROWS_PARSE(result, a, columns, rows);
}

void business_ask_all(struct db_plan *plan)
{
	(void)db_plan_add_plain(plan, SQL_BUSINESS_ASK_ALL);
}

size_t business_to_ask(struct db_plan *plan)
{
	return db_plan_add_plain(plan, SQL_BUSINESS_TO_ASK);
}

size_t business_to_ask_parse(const PGresult *result, struct arena *a, struct business_row **rows)
{
	static const struct column columns[] = {COL(business_row, connection, TEXT),
	    COL(business_row, rep_telegram_id, I64), COL(business_row, can_reply, BOOL),
	    COL(business_row, can_read, BOOL), COL(business_row, rights, TEXT),
	    COL(business_row, rep_locale, TEXT)};
	return ROWS_PARSE(result, a, columns, rows);
}

void business_asked(
    struct db_plan *plan, struct arena *a, const char *const *connections, size_t count)
{
	if (count)
		(void)db_plan_add(plan, SQL_BUSINESS_ASKED, db_text_array(a, connections, count));
}

void business_prune(struct db_plan *plan, struct arena *a, int64_t days)
{
	(void)db_plan_add(plan, SQL_BUSINESS_PRUNE, db_i64(a, days));
}

bool doctor_business(struct db_session *s, struct arena *a, struct doctor_business *out)
{
	static const struct column columns[] = {COL(doctor_business, connected, I64),
	    COL(doctor_business, mute, I64), COL(doctor_business, mute_names, TEXT),
	    COL(doctor_business, excessive, I64), COL(doctor_business, excessive_names, TEXT)};
	const PGresult *r = db_session_run_plain(s, SQL_DOCTOR_BUSINESS);
	*out = (struct doctor_business){.connected = 0};
	if (r)
		row_parse(r, 0, a, columns, COLUMN_COUNT(columns), out);
	return r;
}
