#include "salesreg/domain/contact/contact.h"
#include "contact_private.h"
#include "salesreg/base/text.h"
#include <string.h>
#include <strings.h>

const char *contact_kind_name(enum contact_kind kind)
{
	static const char *const names[] = {
#define X(name, text) [CONTACT_##name] = text,
	    CONTACT_KIND_MAP(X)
#undef X
	};
	return names[kind];
}

const char *contact_problem_sentence(enum contact_problem problem)
{
	static const char *const sentences[] = {
#define X(name, sentence) [CONTACT_##name] = sentence,
	    CONTACT_PROBLEM_MAP(X)
#undef X
	};
	return sentences[problem];
}

static uint32_t ascii_of(uint32_t c)
{
	if (c >= 0xFF01 && c <= 0xFF5E) /* full-width forms */
		return c - 0xFEE0;
	if (c >= 0x660 && c <= 0x669)
		return c - 0x660 + '0';
	if (c >= 0x6F0 && c <= 0x6F9)
		return c - 0x6F0 + '0';
	if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212)
		return '-';
	return c;
}

/* Quotation marks of all kinds, and what goes around an address in a letter's head. */
static bool is_wrapper(uint32_t c)
{
	return c == '"' || c == '\'' || c == '`' || c == '<' || c == '>' || c == 0xAB ||
	       c == 0xBB || (c >= 0x2018 && c <= 0x201F);
}

static bool is_trailing(uint32_t c)
{
	return is_wrapper(c) || c == ',' || c == ';' || c == '.' || c == '!' || c == ' ';
}

char *contact_plain(const char *typed, struct arena *a)
{
	const char *s = text_tidy(a, typed);
	char *out = arena_alloc(a, strlen(s) + 1), *end = out, *last = out;
	while (*s == '=') /* ="79031234567": how a spreadsheet is told that digits are text */
		s++;
	for (uint32_t c; (c = text_next(&s));) {
		if (text_is_joiner(c) || (end == out && (is_wrapper(c) || c == ' ')))
			continue;
		uint32_t plain = ascii_of(c);
		end += text_encode(plain, end);
		if (!is_trailing(plain))
			last = end;
	}
	*last = '\0';
	return out;
}

/* How tables say that they have nothing. */
static bool is_placeholder(const char *s)
{
	static const char *const words[] = {"-", "--", "---", "?", "n/a", "#n/a", "na", "nil",
	    "null", "none", "no", "unknown", "нет", "Нет", "НЕТ", "неизвестно", "@", "+", "0"};
	if (s[0] == '\0')
		return true;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasecmp(s, words[i]) == 0)
			return true;
	return false;
}

static bool looks_like_number(const char *s)
{
	return s[0] == '+' || s[0] == '(' || s[0] == '-' || (s[0] >= '0' && s[0] <= '9');
}

/* What shows itself as a contact among other words. */
static bool is_explicit(const char *word)
{
	return strchr(word, '@') || strstr(word, "://") || strcasestr(word, "t.me/") ||
	       strncasecmp(word, "tg:", 3) == 0 || strcasestr(word, "telegram.me/");
}

/* s has no space in it. */
static enum contact_problem parse_word(const char *s, struct arena *a, struct contact *out)
{
	enum contact_problem problem;
	if (contact_from_link(s, a, out, &problem))
		return problem;
	if (strncasecmp(s, "mailto:", 7) == 0)
		return contact_email(s + 7, a, out);
	if (strncasecmp(s, "tel:", 4) == 0)
		return contact_number(s + 4, a, out);
	if (s[0] == '@')
		return contact_name(s + 1, strlen(s + 1), a, out);
	if (strchr(s, '@'))
		return contact_email(s, a, out);
	if (looks_like_number(s))
		return contact_number(s, a, out);
	return contact_name(s, strlen(s), a, out);
}

/* The one word that shows itself. SEVERAL if there is another one that means someone else. */
static enum contact_problem parse_explicit(
    const char *s, struct arena *a, struct contact *out, bool *found)
{
	enum contact_problem result = CONTACT_UNKNOWN;
	*found = false;
	while (*s) {
		size_t n = strcspn(s, " ,;|");
		const char *word = arena_strndup(a, s, n);
		s += n + (s[n] != '\0');
		if (!is_explicit(word))
			continue;
		struct contact one = {0};
		enum contact_problem problem = parse_word(contact_plain(word, a), a, &one);
		if (*found && (problem != CONTACT_NO_PROBLEM || result != CONTACT_NO_PROBLEM ||
				  one.kind != out->kind || strcmp(one.value, out->value) != 0))
			return CONTACT_SEVERAL;
		*out = one;
		result = problem;
		*found = true;
	}
	return result;
}

static size_t digits_in(const char *s)
{
	size_t count = 0;
	for (; *s; s++)
		count += *s >= '0' && *s <= '9';
	return count;
}

/* Without the words around a number: "+62 812 3456 7890 (WhatsApp)". */
static const char *without_words(const char *s, struct arena *a)
{
	char *out = arena_alloc(a, strlen(s) + 2), *end = out;
	while (*s) {
		size_t n = strcspn(s, " ");
		const char *word = arena_strndup(a, s, n);
		s += n + (s[n] == ' ');
		if (digits_in(word) == 0 && !strpbrk(word, "+"))
			continue;
		end = stpcpy(end, word);
		*end++ = ' ';
	}
	*end = '\0';
	return out;
}

enum { FEW_DIGITS = 7 };

static enum contact_problem parse_words(const char *s, struct arena *a, struct contact *out)
{
	bool found;
	enum contact_problem problem = parse_explicit(s, a, out, &found);
	if (found)
		return problem;
	const char *number = without_words(s, a);
	if (digits_in(number) < FEW_DIGITS && !strchr(number, '+'))
		return CONTACT_UNKNOWN;
	if (strncasecmp(number, "tel:", 4) == 0)
		number += 4;
	return contact_number(contact_plain(number, a), a, out);
}

enum contact_problem contact_parse(const char *text, struct arena *a, struct contact *contact)
{
	*contact = (struct contact){0};
	struct contact found = {0};
	char *s = contact_plain(text ? text : "", a);
	if (is_placeholder(s))
		return CONTACT_NOTHING;
	if (s[0] == '@' && s[1] == ' ')
		memmove(s + 1, s + 2, strlen(s + 2) + 1);
	enum contact_problem problem =
	    strpbrk(s, " ,;|") ? parse_words(s, a, &found) : parse_word(s, a, &found);
	if (problem == CONTACT_NO_PROBLEM)
		*contact = found;
	else
		contact->foreign = problem == CONTACT_FOREIGN_LETTER ? found.foreign : NULL;
	return problem;
}

const char *contact_link(const struct contact *contact, struct arena *a)
{
	switch (contact->kind) {
	case CONTACT_USERNAME:
		return arena_printf(a, "https://t.me/%s", contact->shown + 1);
	case CONTACT_PHONE:
		return arena_printf(a, "https://t.me/%s", contact->value);
	case CONTACT_NONE:
	case CONTACT_TELEGRAM_ID:
	case CONTACT_EMAIL:
		break;
	}
	return NULL;
}

/* RFC 3986, 2.1 and 2.3: all but the unreserved characters. */
static const char *percent_encoded(const char *text, struct arena *a)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					 "0123456789-._~";
	static const char digits[] = "0123456789ABCDEF";
	char *out = arena_alloc(a, 3 * strlen(text) + 1), *end = out;
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;
		if (strchr(unreserved, byte)) {
			*end++ = *text;
			continue;
		}
		*end++ = '%';
		*end++ = digits[byte >> 4];
		*end++ = digits[byte & 15];
	}
	*end = '\0';
	return out;
}

const char *contact_draft_link(const struct contact *contact, const char *text, struct arena *a)
{
	const char *link = contact_link(contact, a);
	return link ? arena_concat(a, link, "?text=", percent_encoded(text, a), (char *)NULL)
		    : NULL;
}
