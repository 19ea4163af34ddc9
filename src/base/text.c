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
	size_t length = decode(s, 4, &code_point); /* a NUL ends any character */
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

const char *text_plural(int64_t count, const char *one, const char *many)
{
	return count == 1 ? one : many;
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

static bool is_skin_tone(uint32_t c)
{
	return c >= 0x1F3FB && c <= 0x1F3FF;
}

static bool is_regional(uint32_t c)
{
	return c >= 0x1F1E6 && c <= 0x1F1FF;
}

static bool is_emoji(uint32_t c)
{
	return (c >= 0x1F000 && c < 0x20000) || (c >= 0x2190 && c <= 0x2BFF) || c == 0x00A9 ||
	       c == 0x00AE || c == 0x203C || c == 0x2049 || c == 0x2122 || c == 0x2139 ||
	       c == 0x3030 || c == 0x303D;
}

/* Devanagari to Sinhala: blocks of 128 that are laid out alike. */
static bool is_indic(uint32_t c)
{
	return c >= 0x0900 && c <= 0x0DFF;
}

static bool is_arabic(uint32_t c)
{
	return (c >= 0x0600 && c <= 0x08FF) || (c >= 0xFB50 && c <= 0xFDFF) ||
	       (c >= 0xFE70 && c <= 0xFEFC);
}

/* What belongs to the character before it: accents, vowel signs, joiners, skin tones, tags of flags. Roughly Unicode's
 * Grapheme_Extend, the ones seen in names and chats. */
static bool extends(uint32_t c)
{
	if (is_indic(c)) {
		uint32_t in_block = c & 0x7F;
		return in_block <= 0x03 || in_block == 0x3C ||
		       (in_block >= 0x3E && in_block <= 0x4D) ||
		       (in_block >= 0x51 && in_block <= 0x57) || in_block == 0x62 ||
		       in_block == 0x63;
	}
	return (c >= 0x0300 && c <= 0x036F) || (c >= 0x0483 && c <= 0x0489) ||
	       (c >= 0x0591 && c <= 0x05BD) || (c >= 0x064B && c <= 0x065F) || c == 0x0670 ||
	       c == 0x0E31 || (c >= 0x0E34 && c <= 0x0E3A) || (c >= 0x0E47 && c <= 0x0E4E) ||
	       (c >= 0x102B && c <= 0x103E) || (c >= 0x17B4 && c <= 0x17D3) ||
	       (c >= 0x1AB0 && c <= 0x1AFF) || (c >= 0x1DC0 && c <= 0x1DFF) ||
	       (c >= 0x20D0 && c <= 0x20FF) || (c >= 0xFE20 && c <= 0xFE2F) || text_is_joiner(c) ||
	       is_skin_tone(c) || (c >= 0xE0020 && c <= 0xE007F);
}

size_t text_prefix_utf16(const char *s, size_t units)
{
	const char *cursor = s, *end = s, *whole = s;
	uint32_t before = 0;
	bool half_flag = false;
	for (uint32_t c; (c = text_next(&cursor)); end = cursor) {
		half_flag = is_regional(c) && is_regional(before) && !half_flag;
		bool joined = extends(c) || half_flag || (before == 0x200D && is_emoji(c));
		if (!joined)
			whole = end;
		size_t need = c > 0xFFFF ? 2 : 1;
		if (need > units)
			/* what is one character to the reader is cut only where it alone is too long */
			return whole > s ? (size_t)(whole - s) : (size_t)(end - s);
		units -= need;
		before = c;
	}
	return (size_t)(end - s);
}

size_t text_offset_utf16(const char *s, size_t units)
{
	const char *at = s;
	for (const char *next = s; units > 0 && *at; at = next) {
		size_t need = text_next(&next) > 0xFFFF ? 2 : 1;
		units -= need < units ? need : units;
	}
	return (size_t)(at - s);
}

bool text_is_space(uint32_t c)
{
	return c == ' ' || (c >= 0x09 && c <= 0x0D) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
	       c == 0x205F || c == 0x3000;
}

static bool turns_direction(uint32_t c)
{
	return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
	       (c >= 0x2066 && c <= 0x2069);
}

bool text_is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 ||
	       turns_direction(c);
}

char *text_for_terminal(char *s)
{
	char *out = s;
	for (const char *cursor = s, *from = s; *from; from = cursor) {
		uint32_t c = text_next(&cursor);
		size_t size = (size_t)(cursor - from);
		if (c == TEXT_REPLACEMENT && size == 1) {
			*out++ = '?';
		} else if (!text_is_control(c)) {
			memmove(out, from, size);
			out += size;
		} else if (!turns_direction(c)) {
			*out++ = ' ';
		}
	}
	*out = '\0';
	return s;
}

/*
 * Marks that change how text is laid out but show nothing (Unicode categories Cc and Cf, the ones seen in chats), and letters and a
 * pattern that are blank (Hangul fillers, the empty Braille cell): a name of these looks empty.
 */
static bool is_invisible(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x061C ||
	       (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
	       (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) ||
	       c == 0x115F || c == 0x1160 || c == 0x180E || c == 0x2800 || c == 0x3164 ||
	       c == 0xFFA0;
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

/* Whether a joiner between these two does something: in joined emoji, and in scripts that are written with it. */
static bool joins(uint32_t joiner, uint32_t before, uint32_t after)
{
	if (is_emoji(before) || before == 0xFE0F || is_skin_tone(before))
		return joiner == 0x200D && is_emoji(after);
	return is_indic(before) || (before >= 0x1000 && before <= 0x109F) ||
	       (before >= 0x1800 && before <= 0x18AF) || (is_arabic(before) && is_arabic(after));
}

static char *squeeze(struct arena *a, const char *s, bool fold_case)
{
	/* folding never lengthens a character and invalid bytes take at most three */
	char *out = arena_bytes(a, 3 * strlen(s) + 1), *end = out;
	bool gap = false;
	for (uint32_t c, before = 0; (c = text_next(&s)); before = c) {
		if (!fold_case && (c == 0x200C || c == 0x200D)) {
			const char *next = s;
			if (joins(c, before, text_next(&next)))
				end += text_encode(c, end);
			continue;
		}
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
