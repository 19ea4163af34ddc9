#include "salesreg/base/text.h"
#include <string.h>

/* Decodes one code point of at most n bytes; returns its length, 0 if the bytes are not valid UTF-8 (RFC 3629). */
static size_t decode(const unsigned char *s, size_t n, uint32_t *code_point)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	if (s[0] < 0x80) {
		*code_point = s[0];
		return 1;
	}
	size_t length = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : s[0] >= 0xC0 ? 2 : 0;
	if (length == 0 || s[0] > 0xF4 || length > n)
		return 0;
	uint32_t value = s[0] & (0xFFu >> (length + 1));
	for (size_t i = 1; i < length; i++) {
		if ((s[i] & 0xC0) != 0x80)
			return 0;
		value = value << 6 | (s[i] & 0x3Fu);
	}
	if (value < smallest[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
		return 0;
	*code_point = value;
	return length;
}

uint32_t text_next(const char **cursor)
{
	const unsigned char *s = (const unsigned char *)*cursor;
	if (*s == 0)
		return 0;
	uint32_t code_point = 0;
	size_t length = decode(s, strnlen(*cursor, 4), &code_point);
	if (length == 0) {
		*cursor += 1;
		return TEXT_REPLACEMENT;
	}
	*cursor += length;
	return code_point;
}

size_t text_encode(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xE0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3F));
		out[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3F));
	out[2] = (char)(0x80 | (c >> 6 & 0x3F));
	out[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}

bool text_is_clean(const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		uint32_t code_point = 0;
		size_t length = decode((const unsigned char *)s + i, n - i, &code_point);
		if (length == 0 || code_point == 0)
			return false;
		i += length;
	}
	return true;
}

char *text_clean(struct arena *a, const char *s, size_t n)
{
	if (text_is_clean(s, n))
		return arena_strndup(a, s, n);
	char *out = arena_alloc(a, 3 * n + 1), *end = out;
	for (size_t i = 0; i < n;) {
		uint32_t code_point = 0;
		size_t length = decode((const unsigned char *)s + i, n - i, &code_point);
		if (length == 0 || code_point == 0) {
			code_point = TEXT_REPLACEMENT;
			length = 1;
		}
		end += text_encode(code_point, end);
		i += length;
	}
	return out;
}

size_t text_code_points(const char *s)
{
	size_t n = 0;
	while (text_next(&s))
		n++;
	return n;
}

size_t text_utf16_units(const char *s)
{
	size_t n = 0;
	for (uint32_t c; (c = text_next(&s));)
		n += c > 0xFFFF ? 2 : 1;
	return n;
}

size_t text_prefix_utf16(const char *s, size_t units)
{
	const char *cursor = s, *end = s;
	for (uint32_t c; (c = text_next(&cursor)); end = cursor) {
		size_t need = c > 0xFFFF ? 2 : 1;
		if (need > units)
			break;
		units -= need;
	}
	return (size_t)(end - s);
}

bool text_is_space(uint32_t c)
{
	return c == ' ' || (c >= 0x09 && c <= 0x0D) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
	       c == 0x205F || c == 0x3000;
}

/* Marks that change how text is laid out but show nothing (Unicode categories Cc and Cf, the ones seen in chats). */
static bool is_invisible(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x061C ||
	       (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
	       (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB);
}

bool text_is_joiner(uint32_t c)
{
	return c == 0x200C || c == 0x200D || (c >= 0xFE00 && c <= 0xFE0F);
}

bool text_is_letter(uint32_t c)
{
	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
	if (c < 0xC0)
		return c == 0xAA || c == 0xB5 || c == 0xBA;
	if (c == 0xD7 || c == 0xF7)
		return false;
	/* punctuation, symbols, dingbats, private use and the emoji planes are not letters; the scripts between are */
	if ((c >= 0x2000 && c <= 0x2BFF) || (c >= 0x2E00 && c <= 0x2E7F) ||
	    (c >= 0x3000 && c <= 0x3004) || (c >= 0x3008 && c <= 0x3020) ||
	    (c >= 0xD800 && c <= 0xF8FF) || (c >= 0xFE00 && c <= 0xFE1F) ||
	    (c >= 0xFFF0 && c <= 0xFFFF))
		return false;
	return c < 0x1F000 || (c >= 0x20000 && c < 0xE0000);
}

static uint32_t fold(uint32_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c + 32;
	if ((c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x410 && c <= 0x42F))
		return c + 32;
	if (c == 0x401 || c == 0x451) /* Ё, ё: people type е for it */
		return 0x435;
	if (c >= 0x400 && c <= 0x40F)
		return c + 80;
	return c;
}

static char *squeeze(struct arena *a, const char *s, bool fold_case)
{
	/* folding never lengthens a character and invalid bytes take at most three */
	char *out = arena_alloc(a, 3 * strlen(s) + 1), *end = out;
	bool gap = false;
	for (uint32_t c; (c = text_next(&s));) {
		if (text_is_space(c)) {
			gap = true;
			continue;
		}
		if (is_invisible(c))
			continue;
		if (gap && end != out)
			*end++ = ' ';
		gap = false;
		end += text_encode(fold_case ? fold(c) : c, end);
	}
	*end = '\0';
	return out;
}

char *text_fold(struct arena *a, const char *s)
{
	return squeeze(a, s, true);
}

char *text_tidy(struct arena *a, const char *s)
{
	return squeeze(a, s, false);
}
