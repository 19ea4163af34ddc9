#include "salesreg/store/assignments.h"
#include "rows.h"

void assignment_lock(struct db_plan *plan)
{
	(void)db_plan_add_plain(plan, SQL_ASSIGNMENT_LOCK);
}

size_t assignment_lock_if(
    struct db_plan *plan, struct arena *a, bool certainly, const int64_t *users, size_t count)
{
	return db_plan_add(
	    plan, SQL_ASSIGNMENT_LOCK_IF, db_bool(certainly), db_i64_array(a, users, count));
}

size_t assignments_read(struct db_plan *plan, struct arena *a, const int64_t *ids, size_t count)
{
	return db_plan_add(plan, SQL_ASSIGNMENTS_READ, db_i64_array(a, ids, count));
}

size_t assignments_parse(const PGresult *result, struct arena *a, struct assignment_row **rows)
{
	static const struct column columns[] = {COL(assignment_row, id, I64),
	    COL(assignment_row, rep, TEXT), COL(assignment_row, prospect_name, TEXT),
	    COL(assignment_row, prospect_telegram, TEXT),
	    COL(assignment_row, prospect_status, TEXT), COL(assignment_row, live, BOOL),
	    COL(assignment_row, contacted, BOOL), COL(assignment_row, undoable, BOOL),
	    COL(assignment_row, other_id, I64), COL(assignment_row, other_telegram_id, I64),
	    COL(assignment_row, other_locale, TEXT), COL(assignment_row, nobody_else, BOOL),
	    COL(assignment_row, ended, TEXT), COL(assignment_row, again, BOOL),
	    COL(assignment_row, prospect, TEXT), COL(assignment_row, owner, TEXT),
	    COL(assignment_row, version, I64), COL(assignment_row, account, I64),
	    COL(assignment_row, prospect_locale, TEXT), COL(assignment_row, blocked, BOOL),
	    COL(assignment_row, connection, TEXT), COL(assignment_row, own_account, I64),
	    COL(assignment_row, opted_out, BOOL)};
	return ROWS_PARSE(result, a, columns, rows);
}
