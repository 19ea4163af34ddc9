#include "salesreg/store/demo.h"

size_t demo_state(struct db_plan *plan)
{
	return db_plan_add_plain(plan, SQL_DEMO_STATE);
}

const char *demo_state_parse(const PGresult *result)
{
	return PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "{}";
}

const char *demo_prospect_example(void)
{
	return sql_statement(SQL_DEMO_PROSPECT)->text;
}

void demo_prospect_add(
    struct db_plan *plan, const char *name, const char *contact, const char *note)
{
	(void)db_plan_add_plain(plan, SQL_TX_BEGIN_WRITE);
	(void)db_plan_add(plan, SQL_DEMO_PROSPECT_ADD, name, contact, note);
	(void)db_plan_add_plain(plan, SQL_TX_COMMIT);
}
