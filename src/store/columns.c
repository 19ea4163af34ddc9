#include "columns.h"

static const void *member(const void *rows, size_t row, size_t size, size_t offset)
{
	return (const char *)rows + row * size + offset;
}

const char *column_text(struct arena *a, const void *rows, size_t count, size_t size, size_t offset)
{
	const char **column = ARENA_ARRAY(a, const char *, count);
	for (size_t i = 0; i < count; i++)
		column[i] = *(const char *const *)member(rows, i, size, offset);
	return db_text_array(a, column, count);
}

const char *column_i64(struct arena *a, const void *rows, size_t count, size_t size, size_t offset)
{
	int64_t *column = ARENA_ARRAY(a, int64_t, count);
	for (size_t i = 0; i < count; i++)
		column[i] = *(const int64_t *)member(rows, i, size, offset);
	return db_i64_array(a, column, count);
}

const char *column_bool(struct arena *a, const void *rows, size_t count, size_t size, size_t offset)
{
	const char **column = ARENA_ARRAY(a, const char *, count);
	for (size_t i = 0; i < count; i++)
		column[i] = db_bool(*(const bool *)member(rows, i, size, offset));
	return db_text_array(a, column, count);
}
