#include "salesreg/store/relay.h"
#include "rows.h"

size_t relay_read(struct db_plan *plan, struct arena *a, const int64_t *chats,
    const int64_t *messages, size_t count)
{
	return db_plan_add(
	    plan, SQL_RELAY_READ, db_i64_array(a, chats, count), db_i64_array(a, messages, count));
}

size_t relay_parse(const PGresult *result, struct arena *a, struct relay_row **rows)
{
	static const struct column columns[] = {COL(relay_row, chat, I64),
	    COL(relay_row, message, I64), COL(relay_row, prospect, TEXT),
	    COL(relay_row, name, TEXT), COL(relay_row, other_chat, I64),
	    COL(relay_row, other_message, I64), COL(relay_row, passed_on, BOOL),
	    COL(relay_row, caption, BOOL), COL(relay_row, account, I64),
	    COL(relay_row, owner, TEXT), COL(relay_row, version, I64),
	    COL(relay_row, blocked, BOOL), COL(relay_row, assignment, I64),
	    COL(relay_row, rep_telegram_id, I64), COL(relay_row, locale, TEXT),
	    COL(relay_row, other_connection, TEXT), COL(relay_row, connection, TEXT),
	    COL(relay_row, own_account, I64), COL(relay_row, card, BOOL),
	    COL(relay_row, note, BOOL)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t relay_partners(
    struct db_plan *plan, struct arena *a, const int64_t *reps, size_t count, size_t each)
{
	return db_plan_add(
	    plan, SQL_RELAY_PARTNERS, db_i64_array(a, reps, count), db_i64(a, (int64_t)each));
}

size_t relay_partners_parse(const PGresult *result, struct arena *a, struct relay_row **rows)
{
	static const struct column columns[] = {COL(relay_row, chat, I64),
	    COL(relay_row, prospect, TEXT), COL(relay_row, name, TEXT),
	    COL(relay_row, account, I64), COL(relay_row, owner, TEXT), COL(relay_row, version, I64),
	    COL(relay_row, blocked, BOOL), COL(relay_row, assignment, I64),
	    COL(relay_row, last, I64), COL(relay_row, locale, TEXT),
	    COL(relay_row, connection, TEXT), COL(relay_row, own_account, I64)};
	size_t count = ROWS_PARSE(result, a, columns, rows);
	for (size_t i = 0; i < count; i++)
		(*rows)[i].rep_telegram_id = (*rows)[i].chat;
	return count;
}

void relay_prune(struct db_plan *plan, struct arena *a, int64_t days)
{
	(void)db_plan_add(plan, SQL_RELAY_PRUNE, db_i64(a, days));
}
