#include "salesreg/store/menus.h"
#include "rows.h"

void menus_want(struct db_plan *plan, struct arena *a, const struct menu_row *menus, size_t count)
{
	if (count)
		(void)db_plan_add(plan, SQL_MENUS_WANT, I64_COLUMN(a, menus, count, chat_id),
		    TEXT_COLUMN(a, menus, count, payload), TEXT_COLUMN(a, menus, count, audience),
		    TEXT_COLUMN(a, menus, count, locale));
}

void menus_stale(
    struct db_plan *plan, struct arena *a, const int64_t *admins, size_t count, size_t most)
{
	(void)db_plan_add(
	    plan, SQL_MENUS_STALE, db_i64_array(a, admins, count), db_i64(a, (int64_t)most));
}

size_t menus_stale_parse(const PGresult *result, struct arena *a, struct menu_row **rows)
{
	static const struct column columns[] = {COL(menu_row, chat_id, I64),
	    COL(menu_row, audience, TEXT), COL(menu_row, locale, TEXT)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t menus_waiting(struct db_plan *plan)
{
	return db_plan_add_plain(plan, SQL_MENUS_WAITING);
}

size_t menus_waiting_parse(const PGresult *result, struct arena *a, struct menu_row **rows)
{
	static const struct column columns[] = {COL(menu_row, chat_id, I64),
	    COL(menu_row, payload, TEXT), COL(menu_row, wanted, I64), COL(menu_row, tries, I64),
	    COL(menu_row, due, BOOL)};
	return ROWS_PARSE(result, a, columns, rows);
}

void menus_done(struct db_plan *plan, struct arena *a, const struct menu_row *menus, size_t count)
{
	if (count)
		(void)db_plan_add(plan, SQL_MENUS_DONE, I64_COLUMN(a, menus, count, chat_id),
		    I64_COLUMN(a, menus, count, wanted));
}

void menus_later(struct db_plan *plan, struct arena *a, const struct menu_row *menus, size_t count)
{
	if (count)
		(void)db_plan_add(plan, SQL_MENUS_LATER, I64_COLUMN(a, menus, count, chat_id),
		    I64_COLUMN(a, menus, count, wanted), I64_COLUMN(a, menus, count, pause_us));
}
