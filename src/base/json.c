#include "salesreg/base/json.h"
#include "salesreg/base/text.h"
#include <math.h>
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

char *json_quote(struct arena *a, const char *s)
{
	size_t size = 3;
	for (const char *p = s; *p; p++)
		size += *p == '"' || *p == '\\' || *p == '\n' ? 2
			: (unsigned char)*p < 0x20            ? 6
							      : 1;
	char *out = arena_alloc(a, size), *end = out;
	*end++ = '"';
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		if (c == '"' || c == '\\') {
			*end++ = '\\';
			*end++ = (char)c;
		} else if (c == '\n') {
			*end++ = '\\';
			*end++ = 'n';
		} else if (c < 0x20) {
			static const char hex[] = "0123456789abcdef";
			memcpy(end, "\\u00", 4);
			end[4] = hex[c >> 4];
			end[5] = hex[c & 15];
			end += 6;
		} else {
			*end++ = (char)c;
		}
	}
	*end++ = '"';
	*end = '\0';
	return out;
}
