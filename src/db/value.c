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

enum { LONGEST_I64 = 21 };

/* Writes the digits and returns the end; no NUL. */
static char *put_i64(char *out, int64_t value)
{
	char digits[LONGEST_I64], *p = digits + sizeof digits;
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	do
		*--p = (char)('0' + rest % 10);
	while (rest /= 10);
	if (value < 0)
		*--p = '-';
	size_t n = (size_t)(digits + sizeof digits - p);
	memcpy(out, p, n);
	return out + n;
}

const char *db_i64(struct arena *a, int64_t value)
{
	char *out = arena_bytes(a, LONGEST_I64 + 1);
	*put_i64(out, value) = '\0';
	return out;
}

const char *db_bool(bool value)
{
	return value ? "t" : "f";
}

const char *db_i64_array(struct arena *a, const int64_t *values, size_t count)
{
	char *out = arena_bytes(a, count * LONGEST_I64 + 3), *end = out;
	*end++ = '{';
	for (size_t i = 0; i < count; i++) {
		if (i)
			*end++ = ',';
		end = put_i64(end, values[i]);
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
	char *out = arena_bytes(a, size), *end = out;
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
		for (const char *p = values[i]; *p;) {
			size_t plain = strcspn(p, "\"\\");
			memcpy(end, p, plain);
			end += plain;
			p += plain;
			if (*p) {
				*end++ = '\\';
				*end++ = *p++;
			}
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

const char *db_hex(struct arena *a, const char *bytes, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	char *out = arena_alloc(a, 2 * size + 1);
	for (size_t i = 0; i < size; i++) {
		out[2 * i] = digits[(unsigned char)bytes[i] >> 4];
		out[2 * i + 1] = digits[(unsigned char)bytes[i] & 15];
	}
	out[2 * size] = '\0';
	return out;
}

static unsigned digit_of(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

const char *db_hex_read(struct arena *a, const char *hex, size_t *size)
{
	*size = strlen(hex) / 2;
	char *out = arena_alloc(a, *size + 1);
	for (size_t i = 0; i < *size; i++)
		out[i] = (char)(digit_of(hex[2 * i]) << 4 | digit_of(hex[2 * i + 1]));
	out[*size] = '\0';
	return out;
}
