/*
 * Usernames, ids and e-mail addresses.
 */
#include "contact_private.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/contact/email.h"
#include <string.h>

enum { NAME_LEAST = 4, NAME_MOST = 32 };
static const uint64_t ID_MOST = (1ULL << 52) - 1;

static bool is_latin(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The first letter that is not Latin, where there are Latin ones, too; NULL if there is none. */
static const char *foreign_letter(const char *s, size_t n, struct arena *a)
{
	const char *end = s + n, *foreign = NULL;
	bool latin = false;
	for (const char *at = s; at < end;) {
		const char *from = at;
		uint32_t c = text_next(&at);
		if (c < 0x80)
			latin |= is_latin((char)c);
		else if (text_is_letter(c) && !foreign)
			foreign = arena_strndup(a, from, (size_t)(at - from));
	}
	return latin ? foreign : NULL;
}

static bool is_ascii(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] >= 0x80)
			return false;
	return true;
}

static bool is_username(const char *s, size_t n)
{
	if (n < NAME_LEAST || n > NAME_MOST || !is_latin(s[0]) || s[n - 1] == '_')
		return false;
	for (size_t i = 1; i < n; i++)
		if (!is_latin(s[i]) && !is_digit(s[i]) && (s[i] != '_' || s[i - 1] == '_'))
			return false;
	return true;
}

enum contact_problem contact_name(const char *s, size_t n, struct arena *a, struct contact *out)
{
	if (is_username(s, n)) {
		char *lower = arena_strndup(a, s, n);
		for (char *c = lower; *c; c++)
			if (*c >= 'A' && *c <= 'Z')
				*c = (char)(*c + 32);
		*out = (struct contact){.kind = CONTACT_USERNAME,
		    .value = lower,
		    .shown = arena_printf(a, "@%.*s", (int)n, s)};
		return CONTACT_NO_PROBLEM;
	}
	out->foreign = foreign_letter(s, n, a);
	if (out->foreign)
		return CONTACT_FOREIGN_LETTER;
	return n > 0 && is_ascii(s, n) ? CONTACT_BAD_NAME : CONTACT_UNKNOWN;
}

enum contact_problem contact_id(const char *s, size_t n, struct arena *a, struct contact *out)
{
	uint64_t id = 0;
	for (; n > 0 && is_digit(*s); s++, n--) {
		id = id * 10 + (uint64_t)(*s - '0');
		if (id > ID_MOST)
			return CONTACT_UNKNOWN;
	}
	if (n > 0 || id == 0)
		return CONTACT_UNKNOWN;
	const char *text = arena_printf(a, "%llu", (unsigned long long)id);
	*out = (struct contact){.kind = CONTACT_TELEGRAM_ID, .value = text, .shown = text};
	return CONTACT_NO_PROBLEM;
}

enum contact_problem contact_email(const char *s, struct arena *a, struct contact *out)
{
	/* an address may have more signs in it, but those who write /, ? or quotes mean something else */
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_.+-&@";
	bool plain =
	    (is_latin(s[0]) || is_digit(s[0]) || s[0] == '_') && s[strspn(s, letters)] == '\0';
	const char *key = plain ? email_key(s, a) : NULL;
	if (key) {
		*out = (struct contact){
		    .kind = CONTACT_EMAIL, .value = key, .shown = arena_strdup(a, s)};
		return CONTACT_NO_PROBLEM;
	}
	out->foreign = foreign_letter(s, strlen(s), a);
	return out->foreign ? CONTACT_FOREIGN_LETTER : CONTACT_BAD_EMAIL;
}
