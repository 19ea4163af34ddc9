#include "salesreg/store/desk.h"
#include "rows.h"

size_t desk_reps(
    struct db_plan *plan, struct arena *a, const struct desk_ask *asks, size_t count, size_t each)
{
	return db_plan_add(plan, SQL_DESK_REPS, I64_COLUMN(a, asks, count, place),
	    I64_COLUMN(a, asks, count, page), db_i64(a, (int64_t)each));
}

size_t desk_reps_parse(const PGresult *result, struct arena *a, struct desk_line_row **rows)
{
	static const struct column columns[] = {COL(desk_line_row, place, I64),
	    COL(desk_line_row, page, I64), COL(desk_line_row, total, I64),
	    COL(desk_line_row, telegram_id, I64), COL(desk_line_row, id, TEXT),
	    COL(desk_line_row, name, TEXT), COL(desk_line_row, status, TEXT),
	    COL(desk_line_row, open, I64), COL(desk_line_row, capacity, I64),
	    COL(desk_line_row, paused, BOOL), COL(desk_line_row, available, BOOL)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t desk_cards(struct db_plan *plan, struct arena *a, const int64_t *telegram_ids, size_t count,
    const char *zone)
{
	return db_plan_add(plan, SQL_DESK_CARDS, db_i64_array(a, telegram_ids, count), zone);
}

size_t desk_cards_parse(const PGresult *result, struct arena *a, struct desk_card_row **rows)
{
	static const struct column columns[] = {COL(desk_card_row, id, TEXT),
	    COL(desk_card_row, username, TEXT), COL(desk_card_row, open, I64),
	    COL(desk_card_row, converted, I64), COL(desk_card_row, archived, I64),
	    COL(desk_card_row, capacity, I64), COL(desk_card_row, paused, BOOL),
	    COL(desk_card_row, paused_until, TEXT), COL(desk_card_row, available, BOOL),
	    COL(desk_card_row, unreachable_since, TEXT), COL(desk_card_row, calendar, TEXT),
	    COL(desk_card_row, calendar_email, TEXT), COL(desk_card_row, seen, TEXT),
	    COL(desk_card_row, registered, TEXT), COL(desk_card_row, day_ahead, TEXT),
	    COL(desk_card_row, week_ahead, TEXT), COL(desk_card_row, zone, TEXT),
	    COL(desk_card_row, changed_by, TEXT)};
	return ROWS_PARSE(result, a, columns, rows);
}

void desk_decided(struct db_plan *plan, struct arena *a, const struct decided_row *rows,
    size_t count, const char *usual, const int64_t *admins, size_t admin_count)
{
	if (count)
		(void)db_plan_add(plan, SQL_DESK_DECIDED, TEXT_COLUMN(a, rows, count, rep),
		    TEXT_COLUMN(a, rows, count, button), TEXT_COLUMN(a, rows, count, locale),
		    TEXT_COLUMN(a, rows, count, line), usual, db_i64_array(a, admins, admin_count));
}
