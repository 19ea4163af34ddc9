#include "rows.h"
#include <assert.h>
#include <string.h>

static void read_column(
    const PGresult *result, int row, int at, struct arena *a, const struct column *column, char *to)
{
	switch (column->type) {
	case COLUMN_I64:
		*(int64_t *)(void *)to = db_get_i64(result, row, at, 0);
		break;
	case COLUMN_TEXT:
		*(const char **)(void *)to = db_get_text(a, result, row, at);
		break;
	case COLUMN_BOOL:
		*(bool *)to = db_get_bool(result, row, at);
		break;
	case COLUMN_INT: {
		int value = (int)db_get_i64(result, row, at, 0);
		memcpy(to, &value, sizeof value);
		break;
	}
	case COLUMN_UNREAD:
		break;
	}
}

void row_parse(const PGresult *result, int at, struct arena *a, const struct column *columns,
    size_t column_count, void *row)
{
	assert(PQnfields(result) == (int)column_count);
	for (size_t c = 0; c < column_count; c++)
		read_column(result, at, (int)c, a, &columns[c], (char *)row + columns[c].offset);
}

size_t rows_parse(const PGresult *result, struct arena *a, const struct column *columns,
    size_t column_count, size_t size, void *rows)
{
	size_t count = result ? (size_t)PQntuples(result) : 0;
	assert(!result || PQnfields(result) == (int)column_count);
	char *made = ARENA_ARRAY(a, char, count *size);
	for (size_t i = 0; i < count; i++)
		row_parse(result, (int)i, a, columns, column_count, made + i * size);
	*(void **)rows = made;
	return count;
}

size_t ids_parse(const PGresult *result, struct arena *a, int64_t **ids)
{
	size_t count = result ? (size_t)PQntuples(result) : 0;
	*ids = ARENA_ARRAY(a, int64_t, count);
	for (size_t i = 0; i < count; i++)
		(*ids)[i] = db_get_i64(result, (int)i, 0, 0);
	return count;
}

static const void *member(const void *rows, size_t row, size_t size, size_t offset)
{
	return (const char *)rows + row * size + offset;
}

const char *rows_column(struct arena *a, const void *rows, size_t count, size_t size,
    enum column_type type, size_t offset)
{
	int64_t *numbers = NULL;
	const char **texts = NULL;
	if (type == COLUMN_I64 || type == COLUMN_INT)
		numbers = ARENA_ARRAY(a, int64_t, count);
	else
		texts = ARENA_ARRAY(a, const char *, count);
	for (size_t i = 0; i < count; i++) {
		const void *from = member(rows, i, size, offset);
		switch (type) {
		case COLUMN_I64:
			numbers[i] = *(const int64_t *)from;
			break;
		case COLUMN_INT:
			numbers[i] = *(const int *)from;
			break;
		case COLUMN_TEXT:
			texts[i] = *(const char *const *)from;
			break;
		case COLUMN_BOOL:
			texts[i] = db_bool(*(const bool *)from);
			break;
		case COLUMN_UNREAD:
			break;
		}
	}
	return numbers ? db_i64_array(a, numbers, count) : db_text_array(a, texts, count);
}

const char *rows_like(struct arena *a, const char *words)
{
	char *out = arena_alloc(a, 2 * strlen(words) + 3), *end = out;
	*end++ = '%';
	for (; *words; words++) {
		if (strchr("\\%_", *words))
			*end++ = '\\';
		*end++ = *words;
	}
	*end++ = '%';
	*end = '\0';
	return out;
}
