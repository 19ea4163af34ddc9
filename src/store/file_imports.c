#include "salesreg/store/file_imports.h"
#include "rows.h"

static void write_results(struct db_plan *plan, struct arena *a, const void *of_queue, size_t count)
{
	const struct file_import_result *results = of_queue;
	(void)db_plan_add(plan, SQL_FILE_IMPORTS_RESULT, I64_COLUMN(a, results, count, chat_id),
	    I64_COLUMN(a, results, count, message_id), TEXT_COLUMN(a, results, count, state),
	    TEXT_COLUMN(a, results, count, method), TEXT_COLUMN(a, results, count, payload),
	    I64_COLUMN(a, results, count, pause_us));
}

static const struct column due_columns[] = {COL(file_import_due, row.id, I64),
    COL(file_import_due, row.attempts, I64), COL(file_import_due, message_id, I64),
    COL(file_import_due, file_id, TEXT), COL(file_import_due, file_name, TEXT),
    COL(file_import_due, size, I64), COL(file_import_due, state, TEXT),
    COL(file_import_due, locale, TEXT)};
const struct queue file_imports_queue = {
    .what = "the table of files to be imported",
    .due = SQL_FILE_IMPORTS_DUE,
    .next = SQL_FILE_IMPORTS_NEXT,
    .claims = true,
    .claim = SQL_FILE_IMPORTS_CLAIM,
    .columns = due_columns,
    .column_count = COLUMN_COUNT(due_columns),
    .row_size = sizeof(struct file_import_due),
    .result_size = sizeof(struct file_import_result),
    .results = write_results,
};

size_t file_imports_read(struct db_plan *plan, struct arena *a, const int64_t *chats, size_t count)
{
	return db_plan_add(plan, SQL_FILE_IMPORTS_READ, db_i64_array(a, chats, count));
}

size_t file_imports_parse(const PGresult *result, struct arena *a, struct file_import_row **rows)
{
	static const struct column columns[] = {COL(file_import_row, chat_id, I64),
	    COL(file_import_row, message_id, I64), COL(file_import_row, state, TEXT),
	    COL(file_import_row, file_name, TEXT)};
	return ROWS_PARSE(result, a, columns, rows);
}

bool file_imports_imported(struct db_session *s, struct arena *a, int64_t chat_id,
    int64_t message_id, const char *method, const char *payload)
{
	return db_session_run(s, SQL_FILE_IMPORTS_IMPORTED, db_i64(a, chat_id),
	    db_i64(a, message_id), method, payload);
}
