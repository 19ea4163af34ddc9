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
