#include "salesreg/store/history.h"

void history_prune(
    struct db_plan *plan, struct arena *a, int64_t days, const int64_t *admins, size_t count)
{
	(void)db_plan_add(plan, SQL_HISTORY_PRUNE_EVENTS, db_i64(a, days));
	(void)db_plan_add_plain(plan, SQL_HISTORY_PRUNE_CODES);
	(void)db_plan_add(plan, SQL_HISTORY_PRUNE_INVITES, db_i64(a, days));
	(void)db_plan_add(plan, SQL_HISTORY_PRUNE_AUDIT, db_i64(a, days));
	(void)db_plan_add(plan, SQL_HISTORY_PRUNE_BROADCASTS, db_i64(a, days));
	(void)db_plan_add(plan, SQL_HISTORY_PRUNE_IMPORTS, db_i64(a, days));
	(void)db_plan_add(plan, SQL_HISTORY_PRUNE_ASSIGNMENTS, db_i64(a, days));
	(void)db_plan_add(plan, SQL_HISTORY_PRUNE_ROUNDS, db_i64(a, days));
	(void)db_plan_add(
	    plan, SQL_HISTORY_PRUNE_SESSIONS, db_i64(a, days), db_i64_array(a, admins, count));
}
