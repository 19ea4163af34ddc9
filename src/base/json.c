#include "salesreg/base/json.h"
#include "salesreg/base/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

int64_t json_get_i64(const json_t *object, const char *key, int64_t fallback)
{
	const json_t *value = json_object_get(object, key);
	if (json_is_integer(value))
		return json_integer_value(value);
	if (json_is_real(value)) {
		double real = json_real_value(value);
		if (fabs(real) < 9007199254740992.0 && floor(real) == real)
			return (int64_t)real;
	}
	return fallback;
}

bool json_get_bool(const json_t *object, const char *key, bool fallback)
{
	const json_t *value = json_object_get(object, key);
	return json_is_boolean(value) ? json_is_true(value) : fallback;
}

const char *json_get_text(struct arena *a, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	if (!json_is_string(value))
		return NULL;
	const char *s = json_string_value(value);
	size_t n = json_string_length(value);
	return memchr(s, '\0', n) ? text_clean(a, s, n) : s; /* jansson has checked the UTF-8 */
}

json_t *json_get_object(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);
	return json_is_object(value) ? value : NULL;
}

json_t *json_get_array(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);
	return json_is_array(value) ? value : NULL;
}

enum { TEXT_FLAGS = JSON_COMPACT | JSON_ENCODE_ANY };

char *json_text(struct arena *a, const json_t *value, size_t *size)
{
	size_t n = json_dumpb(value, NULL, 0, TEXT_FLAGS);
	if (n == 0)
		return NULL;
	char *text = arena_bytes(a, n + 1);
	(void)json_dumpb(value, text, n, TEXT_FLAGS);
	text[n] = '\0';
	if (size)
		*size = n;
	return text;
}

char *json_text_dup(const json_t *value)
{
	size_t n = json_dumpb(value, NULL, 0, TEXT_FLAGS);
	char *text = n > 0 ? malloc(n + 1) : NULL;
	if (!text)
		return NULL;
	(void)json_dumpb(value, text, n, TEXT_FLAGS);
	text[n] = '\0';
	return text;
}

/* How many bytes more than itself a byte takes in a string. */
static size_t escaped(unsigned char c)
{
	static const uint8_t more[256] = {5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 1, 5, 5, 5, 5, 5, 5, 5, 5,
	    5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, ['"'] = 1, ['\\'] = 1};
	return more[c];
}

static char *quote_byte(char *end, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	*end++ = '\\';
	if (escaped(c) == 1) {
		*end++ = c == '\n' ? 'n' : (char)c;
		return end;
	}
	end = stpcpy(end, "u00");
	*end++ = hex[c >> 4];
	*end++ = hex[c & 15];
	return end;
}

char *json_quote(struct arena *a, const char *s)
{
	size_t size = 3;
	const char *p = s;
	for (; *p; p++)
		size += escaped((unsigned char)*p);
	char *out = arena_bytes(a, size + (size_t)(p - s)), *end = out;
	*end++ = '"';
	for (;; s++) {
		size_t run = 0;
		while (!escaped((unsigned char)s[run])) /* the NUL ends it, too */
			run++;
		memcpy(end, s, run);
		end += run;
		s += run;
		if (*s == '\0')
			break;
		end = quote_byte(end, (unsigned char)*s);
	}
	memcpy(end, "\"", 2);
	return out;
}

void json_add_escaped(struct buf *out, const char *json, size_t size)
{
	const char *plain = json; /* not added yet */
	for (const char *p = json, *end = json + size; p < end;) {
		const char *from = p;
		uint32_t c = text_next(&p);
		if (c < 0x7F || !text_is_control(c))
			continue; /* what is below, the writer has escaped, but for the ends of its lines */
		buf_add(out, plain, (size_t)(from - plain));
		buf_addf(out, "\\u%04x", (unsigned)c);
		plain = p;
	}
	buf_add(out, plain, (size_t)(json + size - plain));
}
