#include "salesreg/store/qualification.h"
#include "rows.h"

size_t questions_read(struct db_plan *plan, struct arena *a, const int64_t *people, size_t count,
    const char *const *versions, size_t version_count, const char *zone)
{
	return db_plan_add(plan, SQL_QUESTIONS_READ, db_i64_array(a, people, count),
	    db_text_array(a, versions, version_count), zone);
}

size_t questions_parse(const PGresult *result, struct arena *a, struct questions_row **rows)
{
	static const struct column columns[] = {COL(questions_row, telegram_id, I64),
	    COL(questions_row, version, TEXT), COL(questions_row, script, TEXT),
	    COL(questions_row, question, TEXT), COL(questions_row, answers, TEXT),
	    COL(questions_row, today, I64)};
	return ROWS_PARSE(result, a, columns, rows);
}

void questions_begin(struct db_plan *plan, struct arena *a, const struct script *script,
    const struct questions_new *people, size_t count)
{
	if (count == 0)
		return;
	(void)db_plan_add(plan, SQL_SCRIPTS_PUT, script->version, script->json);
	(void)db_plan_add(plan, SQL_QUESTIONS_BEGIN, I64_COLUMN(a, people, count, telegram_id),
	    TEXT_COLUMN(a, people, count, question), script->version);
}

void summaries_put(
    struct db_plan *plan, struct arena *a, const struct summary_new *rows, size_t count)
{
	if (count > 0)
		(void)db_plan_add(plan, SQL_SUMMARIES_PUT, TEXT_COLUMN(a, rows, count, prospect),
		    I64_COLUMN(a, rows, count, chat_id), TEXT_COLUMN(a, rows, count, payload));
}
