#include "salesreg/db/conn.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

size_t db_plan_append(
    struct db_plan *plan, enum sql_statement statement, const char *const *values, size_t count)
{
	assert(plan->count < DB_MAX_STEPS && count <= DB_MAX_PARAMS);
	struct db_step *step = &plan->steps[plan->count];
	step->statement = statement;
	step->count = (int)count;
	for (size_t i = 0; i < count; i++)
		step->values[i] = values[i];
	return plan->count++;
}

const char *db_i64(struct arena *a, int64_t value)
{
	return arena_printf(a, "%lld", (long long)value);
}

const char *db_bool(bool value)
{
	return value ? "t" : "f";
}

const char *db_i64_array(struct arena *a, const int64_t *values, size_t count)
{
	enum { LONGEST = 21 };
	char *out = arena_alloc(a, count * LONGEST + 3), *end = out;
	*end++ = '{';
	for (size_t i = 0; i < count; i++) {
		if (i)
			*end++ = ',';
		char digits[24], *p = digits + sizeof digits;
		uint64_t rest = values[i] < 0 ? 0 - (uint64_t)values[i] : (uint64_t)values[i];
		do
			*--p = (char)('0' + rest % 10);
		while (rest /= 10);
		if (values[i] < 0)
			*--p = '-';
		size_t n = (size_t)(digits + sizeof digits - p);
		memcpy(end, p, n);
		end += n;
	}
	*end++ = '}';
	*end = '\0';
	return out;
}

const char *db_text_array(struct arena *a, const char *const *values, size_t count)
{
	size_t size = 3;
	for (size_t i = 0; i < count; i++)
		size += values[i] ? 2 * strlen(values[i]) + 3 : 5;
	char *out = arena_alloc(a, size), *end = out;
	*end++ = '{';
	for (size_t i = 0; i < count; i++) {
		if (i)
			*end++ = ',';
		if (!values[i]) {
			memcpy(end, "NULL", 4);
			end += 4;
			continue;
		}
		*end++ = '"';
		for (const char *p = values[i]; *p; p++) {
			if (*p == '"' || *p == '\\')
				*end++ = '\\';
			*end++ = *p;
		}
		*end++ = '"';
	}
	*end++ = '}';
	*end = '\0';
	return out;
}

int64_t db_get_i64(const PGresult *result, int row, int column, int64_t if_null)
{
	return PQgetisnull(result, row, column)
		   ? if_null
		   : strtoll(PQgetvalue(result, row, column), NULL, 10);
}

bool db_get_bool(const PGresult *result, int row, int column)
{
	return PQgetvalue(result, row, column)[0] == 't';
}

const char *db_get_text(struct arena *a, const PGresult *result, int row, int column)
{
	if (PQgetisnull(result, row, column))
		return NULL;
	return arena_strndup(
	    a, PQgetvalue(result, row, column), (size_t)PQgetlength(result, row, column));
}
