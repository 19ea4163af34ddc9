#include "salesreg/domain/event/intents.h"
#include "salesreg/base/text.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

const char *phrase_name(enum phrase phrase)
{
	static const char *const names[] = {
#define X(name, text) [PHRASE_##name] = text,
	    PHRASE_MAP(X)
#undef X
	};
	return names[phrase];
}

enum { LONGEST_BYTES = 256 };

/*
 * Words, from config/messages/, stand as normalise() leaves them: lower case, е for ё, only letters, digits and single spaces.
 * Signs are for messages without a single letter; skin tones are dropped before looking.
 */
struct word {
	const char *text;
	size_t size;
	enum phrase phrase;
};
#define W(phrase, text)                                                                            \
	{                                                                                          \
		text, sizeof(text) - 1, PHRASE_##phrase                                            \
	}
static const struct word words[] = {
#include "salesreg/generated/words.inc"
};

static const struct word commands[] = {W(START, "start"), W(START, "menu"), W(REGISTER, "register"),
    W(YES, "yes"), W(NO, "no"), W(CANCEL, "cancel"), W(STOP, "stop"), W(CLIENTS, "clients"),
    W(CLIENTS, "my_clients"), W(CLIENTS, "prospects"), W(STATUS, "status"), W(STATUS, "profile"),
    W(CHANGE_EMAIL, "email"), W(CHANGE_EMAIL, "change_email"), W(HOURS, "hours"),
    W(UNREGISTER, "unregister"), W(APPLICATIONS, "pending"), W(APPLICATIONS, "applications"),
    W(ADMIN, "admin"), W(FIND, "find"), W(WAITS, "waits"), W(LANGUAGE, "language"),
    W(LANGUAGE, "lang"), W(PRIVACY, "privacy"), W(HELP, "help"), W(STATS, "stats"),
    W(STATS, "statistics"), W(BROADCAST, "broadcast")};

static const struct word signs[] = {W(YES, "+"), W(YES, "👍"), W(YES, "👌"), W(YES, "✅"), W(YES, "✔"),
    W(NO, "-"), W(NO, "👎"), W(NO, "❌"), W(NO, "🙅")};

#define COUNT(words) (sizeof(words) / sizeof(words)[0])

static enum phrase find(const struct word *list, size_t count, const char *text, size_t size)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].size == size && memcmp(list[i].text, text, size) == 0)
			return list[i].phrase;
	return PHRASE_NONE;
}

static bool is_modifier(uint32_t c)
{
	return c == 0xFE0F || c == 0xFE0E || (c >= 0x1F3FB && c <= 0x1F3FF);
}

/* Apostrophes and hyphens vanish ("let's", "e-mail"),
 * everything else that is no letter or digit parts words. */
static size_t normalise(const char *folded, char *out)
{
	size_t size = 0;
	bool gap = false;
	for (uint32_t c; (c = text_next(&folded));) {
		if (c == '-' || c == '\'' || c == 0x2019 || c == 0x2011)
			continue;
		if (!text_is_letter(c) && !(c >= '0' && c <= '9')) {
			gap = true;
			continue;
		}
		if (gap && size)
			out[size++] = ' ';
		gap = false;
		size += text_encode(c, out + size);
	}
	return size;
}

static size_t strip_modifiers(const char *folded, char *out)
{
	size_t size = 0;
	for (uint32_t c; (c = text_next(&folded));)
		if (!is_modifier(c))
			size += text_encode(c, out + size);
	return size;
}

enum phrase phrase_recognise(const char *text, struct arena *a)
{
	if (text[0] == '/') /* however much follows: /find and words */
		text = arena_strndup(a, text, strcspn(text, " @"));
	if (strnlen(text, LONGEST_BYTES + 1) > LONGEST_BYTES)
		return PHRASE_NONE;
	const char *folded = text_fold(a, text);
	char out[3 * LONGEST_BYTES + 1]; /* a bad byte becomes three */
	if (folded[0] == '/')
		return find(commands, COUNT(commands), folded + 1, strlen(folded + 1));
	size_t size = normalise(folded, out);
	if (size)
		return find(words, COUNT(words), out, size);
	return find(signs, COUNT(signs), out, strip_modifiers(folded, out));
}

/* With a space before and behind, so that whole words are found. */
static const char *spaced(const char *text, struct arena *a)
{
	const char *folded = text_fold(a, text);
	char *out = arena_alloc(a, 3 * strlen(folded) + 3);
	out[0] = ' ';
	size_t size = normalise(folded, out + 1);
	memcpy(out + 1 + size, " ", 2);
	return size ? out : "";
}

const char *const *phrase_list(const char *list, struct arena *a, size_t *count)
{
	size_t most = 1;
	for (const char *p = list; *p; p++)
		most += *p == ',';
	const char **phrases = ARENA_ARRAY(a, const char *, most);
	*count = 0;
	for (const char *p = list; *list && *count < most; p += *p == ',') {
		size_t n = strcspn(p, ",");
		phrases[*count] = spaced(arena_strndup(a, p, n), a);
		if (!*phrases[*count])
			return NULL;
		++*count;
		p += n;
	}
	return phrases;
}

bool phrase_among(const char *text, const char *const *list, size_t count, struct arena *a)
{
	if (count == 0)
		return false;
	const char *said = spaced(text, a);
	for (size_t i = 0; i < count; i++)
		if (strstr(said, list[i]))
			return true;
	return false;
}
