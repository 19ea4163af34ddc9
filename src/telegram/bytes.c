#include "salesreg/telegram/bytes.h"
#include "salesreg/base/buf.h"
#include "salesreg/base/json.h"
#include "salesreg/base/text.h"
#include <string.h>

/* Strings --------------------------------------------------------------------------------------*/

static void add_replacement(struct buf *out)
{
	char unit[4];
	buf_add(out, unit, text_encode(TEXT_REPLACEMENT, unit));
}

/* The value of \uXXXX at s, -1 if it is none; s is NUL-terminated. */
static int unit_at(const char *s)
{
	if (s[0] != '\\' || s[1] != 'u')
		return -1;
	int value = 0;
	for (int i = 2; i < 6; i++) {
		char c = s[i];
		int digit = c >= '0' && c <= '9'   ? c - '0'
			    : c >= 'a' && c <= 'f' ? c - 'a' + 10
			    : c >= 'A' && c <= 'F' ? c - 'A' + 10
						   : -1;
		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

/* s is at a backslash inside a string; returns how many bytes are done with. */
static size_t repair_escape(const char *s, struct buf *out)
{
	int unit = unit_at(s);
	if (unit >= 0xD800 && unit <= 0xDBFF) {
		int low = unit_at(s + 6);
		if (low >= 0xDC00 && low <= 0xDFFF) {
			buf_add(out, s, 12);
			return 12;
		}
	}
	if (unit >= 0 && (unit < 0xD800 || unit > 0xDFFF)) {
		buf_add(out, s, 6);
		return 6;
	}
	if (unit < 0 && s[1] && strchr("\"\\/bfnrt", s[1])) {
		buf_add(out, s, 2);
		return 2;
	}
	add_replacement(out);
	return unit >= 0 ? 6 : 1;
}

static size_t repair_character(const char *s, struct buf *out)
{
	if ((unsigned char)*s < 0x20) {
		buf_addf(out, "\\u%04x", (unsigned)*s);
		return 1;
	}
	const char *end = s;
	char unit[4];
	uint32_t code_point = text_next(&end);
	buf_add(out, unit, text_encode(code_point, unit));
	return (size_t)(end - s);
}

static void repair(const char *bytes, size_t size, struct buf *out)
{
	bool in_string = false;
	for (size_t i = 0; i < size;) {
		char c = bytes[i];
		if (c == '"' || !in_string) {
			in_string ^= c == '"';
			buf_addc(out, c);
			i++;
		} else if (c == '\\') {
			i += repair_escape(bytes + i, out);
		} else {
			i += repair_character(bytes + i, out);
		}
	}
}

/* Documents ------------------------------------------------------------------------------------*/

static json_t *parse(const char *bytes, size_t size)
{
	json_error_t error;
	json_t *document = json_loadb(bytes, size, JSON_ALLOW_NUL, &error);
	/* one number over 64 bits must not cost a whole batch of updates */
	if (!document && json_error_code(&error) == json_error_numeric_overflow)
		document =
		    json_loadb(bytes, size, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &error);
	return document;
}

json_t *telegram_bytes_parse(const char *bytes, size_t size)
{
	json_t *document = parse(bytes, size);
	if (document || size == 0)
		return document;
	struct buf repaired;
	buf_init(&repaired, 6 * size + 1); /* a control character takes six */
	repair(bytes, size, &repaired);
	/* what did not change would fail again */
	if (!repaired.failed && (repaired.size != size || memcmp(repaired.data, bytes, size) != 0))
		document = parse(repaired.data, repaired.size);
	buf_finish(&repaired);
	return document;
}

/* One more must not overflow. */
static bool is_number(int64_t id)
{
	return id >= 0 && id < INT64_MAX;
}

bool telegram_updates_are_numbered(const json_t *result)
{
	if (!json_is_array(result))
		return false;
	for (size_t i = 0; i < json_array_size(result); i++)
		if (!is_number(json_get_i64(json_array_get(result, i), "update_id", -1)))
			return false;
	return true;
}

/* Taking apart ---------------------------------------------------------------------------------*/

static size_t skip_space(const char *bytes, size_t size, size_t i)
{
	while (i < size && strchr(" \t\r\n", bytes[i]) && bytes[i])
		i++;
	return i;
}

/* The index after the word that follows white space at i; 0: it is not there. */
static size_t skip_word(const char *bytes, size_t size, size_t i, const char *word)
{
	i = skip_space(bytes, size, i);
	size_t n = strlen(word);
	return size - i >= n && memcmp(bytes + i, word, n) == 0 ? i + n : 0;
}

bool telegram_bytes_look_like_updates(const char *bytes, size_t size)
{
	static const char *const head[] = {"{", "\"ok\"", ":", "true", ",", "\"result\"", ":", "["};
	size_t i = 0;
	for (size_t k = 0; k < sizeof head / sizeof *head; k++) {
		i = skip_word(bytes, size, i, head[k]);
		if (i == 0)
			return false;
	}
	while (size > i && strchr(" \t\r\n", bytes[size - 1]))
		size--;
	return size > i && bytes[size - 1] == '}';
}

bool telegram_bytes_find_id(const char *bytes, size_t size, int64_t *id, size_t *at)
{
	static const char key[] = "\"update_id\"";
	enum { DIGITS_MOST = 18 };
	const char *end = bytes + size;
	for (const char *p = bytes; (p = memmem(p, (size_t)(end - p), key, sizeof key - 1)); p++) {
		size_t i = skip_word(bytes, size, (size_t)(p - bytes) + sizeof key - 1, ":");
		if (i == 0)
			continue;
		i = skip_space(bytes, size, i);
		size_t digits = 0;
		int64_t value = 0;
		while (i + digits < size && digits < DIGITS_MOST && bytes[i + digits] >= '0' &&
		       bytes[i + digits] <= '9')
			value = value * 10 + (bytes[i + digits++] - '0');
		size_t after = skip_space(bytes, size, i + digits);
		if (digits == 0 || after == size || (bytes[after] != ',' && bytes[after] != '}'))
			continue;
		*id = value;
		*at = (size_t)(p - bytes);
		return true;
	}
	return false;
}
