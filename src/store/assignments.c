#include "salesreg/store/assignments.h"

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
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct assignment_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = (struct assignment_row){
		    .id = db_get_i64(result, i, 0, 0),
		    .rep = db_get_text(a, result, i, 1),
		    .prospect_name = db_get_text(a, result, i, 2),
		    .prospect_telegram = db_get_text(a, result, i, 3),
		    .prospect_status = db_get_text(a, result, i, 4),
		    .live = db_get_bool(result, i, 5),
		    .contacted = db_get_bool(result, i, 6),
		    .undoable = db_get_bool(result, i, 7),
		    .other_id = db_get_i64(result, i, 8, 0),
		    .other_telegram_id = db_get_i64(result, i, 9, 0),
		    .other_locale = db_get_text(a, result, i, 10),
		    .nobody_else = db_get_bool(result, i, 11),
		    .ended = db_get_text(a, result, i, 12),
		    .again = db_get_bool(result, i, 13),
		};
	return (size_t)count;
}

size_t clients_read(struct db_plan *plan, struct arena *a, const int64_t *rep_telegram_ids,
    size_t count, size_t limit)
{
	return db_plan_add(plan, SQL_CLIENTS_READ, db_i64_array(a, rep_telegram_ids, count),
	    db_i64(a, (int64_t)limit));
}

size_t clients_parse(const PGresult *result, struct arena *a, struct client_row **rows)
{
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct client_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = (struct client_row){
		    .rep_telegram_id = db_get_i64(result, i, 0, 0),
		    .prospect = db_get_text(a, result, i, 1),
		    .name = db_get_text(a, result, i, 2),
		    .telegram = db_get_text(a, result, i, 3),
		    .status = db_get_text(a, result, i, 4),
		    .context = db_get_text(a, result, i, 5),
		    .assignment_id = db_get_i64(result, i, 6, 0),
		    .contacted = db_get_bool(result, i, 7),
		};
	return (size_t)count;
}

void assignments_contacted(struct db_plan *plan, struct arena *a, const int64_t *ids, size_t count)
{
	if (count)
		(void)db_plan_add(plan, SQL_ASSIGNMENTS_CONTACTED, db_i64_array(a, ids, count));
}

void assignments_decline(struct db_plan *plan, struct arena *a, const int64_t *ids, size_t count)
{
	if (count)
		(void)db_plan_add(plan, SQL_ASSIGNMENTS_DECLINE, db_i64_array(a, ids, count));
}

void assignments_undo(struct db_plan *plan, struct arena *a, const int64_t *ids, size_t count)
{
	if (count == 0)
		return;
	const char *list = db_i64_array(a, ids, count);
	(void)db_plan_add(plan, SQL_ASSIGNMENTS_UNDO_OTHERS, list);
	(void)db_plan_add(plan, SQL_ASSIGNMENTS_UNDO, list);
}
