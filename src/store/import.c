#include "salesreg/store/import.h"

struct source {
	enum db_copy_next (*next)(struct import_prospect *row, void *data);
	void *data;
};

static enum db_copy_next next_row(const char **values, void *data)
{
	const struct source *from = data;
	struct import_prospect row = {0};
	enum db_copy_next what = from->next(&row, from->data);
	const char *const columns[] = {
	    row.id, row.telegram_id, row.name, row.context, row.email, row.notes};
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
		values[i] = columns[i];
	return what;
}

bool import_prospects(struct db_session *s,
    enum db_copy_next (*next)(struct import_prospect *row, void *data), void *data,
    struct db_copied *copied)
{
	struct source from = {next, data};
	return db_session_copy_in(s, SQL_IMPORT_PROSPECTS_COPY, 6, next_row, &from, copied);
}
