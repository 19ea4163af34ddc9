#include "salesreg/store/menus.h"
#include "columns.h"

void menus_want(struct db_plan *plan, struct arena *a, const struct menu_row *menus, size_t count)
{
	if (count)
		(void)db_plan_add(plan, SQL_MENUS_WANT, I64_COLUMN(a, menus, count, chat_id),
		    TEXT_COLUMN(a, menus, count, payload));
}

size_t menus_waiting(struct db_plan *plan)
{
	return db_plan_add_plain(plan, SQL_MENUS_WAITING);
}

size_t menus_waiting_parse(const PGresult *result, struct arena *a, struct menu_row **rows)
{
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct menu_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = (struct menu_row){
		    .chat_id = db_get_i64(result, i, 0, 0),
		    .payload = db_get_text(a, result, i, 1),
		    .wanted = db_get_i64(result, i, 2, 0),
		    .tries = db_get_i64(result, i, 3, 0),
		    .due = db_get_bool(result, i, 4),
		};
	return (size_t)count;
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
