#include "salesreg/domain/contact/email.h"
#include "salesreg/base/text.h"
#include <stdbool.h>
#include <string.h>
#include <strings.h>

const char *email_verdict_name(enum email_verdict verdict)
{
	static const char *const names[] = {
#define X(name, text) [EMAIL_##name] = text,
	    EMAIL_VERDICT_MAP(X)
#undef X
	};
	return names[verdict];
}

/* Not isalnum() and tolower(): those follow the locale. */
static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static void lower(char *s)
{
	for (; *s; s++)
		if (*s >= 'A' && *s <= 'Z')
			*s = (char)(*s + 32);
}

static bool is_local(const char *s, size_t n)
{
	if (n == 0 || s[0] == '.' || s[n - 1] == '.')
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '.' && s[i - 1] == '.')
			return false;
		if (!is_alnum(s[i]) && (s[i] == '\0' || !strchr(".!#$%&'*+-/=?^_`{|}~", s[i])))
			return false;
	}
	return true;
}

/* Two labels or more of letters, digits and inner hyphens. */
static bool is_domain(const char *s)
{
	size_t labels = 0;
	for (;; s++) {
		size_t n = strcspn(s, ".");
		if (n == 0 || n > EMAIL_MAX_LABEL_BYTES || s[0] == '-' || s[n - 1] == '-')
			return false;
		for (size_t i = 0; i < n; i++)
			if (!is_alnum(s[i]) && s[i] != '-')
				return false;
		labels++;
		s += n;
		if (*s == '\0')
			return labels >= 2;
	}
}

/* Quotation marks and brackets of all kinds, and what ends a clause. */
static bool surrounds(uint32_t c)
{
	return (c < 0x80 && strchr("<>()[]\"'`,;:.!? ", (int)c)) || c == 0xAB || c == 0xBB ||
	       (c >= 0x2018 && c <= 0x201F) || c == 0x2026;
}

static char *after_marks(char *s)
{
	const char *next = s;
	while (*s && surrounds(text_next(&next)) && *s != '.')
		s += next - s;
	return s;
}

/* Without what people and their clipboards put around an address. */
static char *unwrap(struct arena *a, const char *typed)
{
	char *s = after_marks(text_tidy(a, typed));
	while (strncasecmp(s, "mailto:", 7) == 0)
		s = after_marks(s + 7);
	char *end = s;
	const char *next = s;
	for (uint32_t c; (c = text_next(&next));)
		if (!surrounds(c))
			end = s + (next - s);
	*end = '\0';
	return s;
}

/* OK, MALFORMED or TOO_LONG;
 * if OK, *address is the address with its domain in lower case, in the arena. */
static enum email_verdict parse(const char *typed, struct arena *a, char **address)
{
	char *s = unwrap(a, typed);
	char *at = strchr(s, '@');
	if (!at || !is_local(s, (size_t)(at - s)) || !is_domain(at + 1))
		return EMAIL_MALFORMED;
	if (at - s > EMAIL_MAX_LOCAL_BYTES || strlen(s) > EMAIL_MAX_BYTES)
		return EMAIL_TOO_LONG;
	lower(at + 1);
	*address = s;
	return EMAIL_OK;
}

/*
 * What a mail server takes for a letter of a mailbox's name and for nothing else. % and ! are routes to some: it hands
 * me%evil.example@ours on to evil.example, and whoever reads a code there has no mailbox here. The others are no better: a
 * pipe, a path, a query.
 */
static bool is_plain(const char *address)
{
	for (; *address != '@'; address++)
		if (!is_alnum(*address) && !strchr("._-+'", *address))
			return false;
	return true;
}

const char *email_foreign_letter(const char *typed, struct arena *a, const char **letter)
{
	const char *whole = unwrap(a, typed), *at = NULL, *after = NULL;
	char *latin = arena_alloc(a, strlen(whole) + 1), *end = latin, *address;
	for (const char *from = whole, *next = whole; *from; from = next) {
		uint32_t c = text_next(&next);
		if (c >= 0x80 && !text_is_letter(c))
			return NULL;
		*end++ = c < 0x80 ? (char)c : 'a';
		if (c >= 0x80 && !at) {
			at = from;
			after = next;
		}
	}
	if (!at || parse(latin, a, &address) != EMAIL_OK)
		return NULL;
	*letter = arena_strndup(a, at, (size_t)(after - at));
	return arena_printf(a, "%.*s[%s]%s", (int)(at - whole), whole, *letter, after);
}

static char *key_of(struct arena *a, const char *address)
{
	char *key = arena_strdup(a, address);
	lower(key);
	return key;
}

enum email_verdict email_check(const char *typed, const char *const *domains, size_t domain_count,
    struct arena *a, const char **address, const char **key)
{
	*address = *key = NULL;
	char *parsed = NULL;
	enum email_verdict verdict = parse(typed, a, &parsed);
	const char *letter;
	if (verdict == EMAIL_MALFORMED && email_foreign_letter(typed, a, &letter))
		return EMAIL_FOREIGN_LETTER;
	if (verdict != EMAIL_OK)
		return verdict;
	const char *domain = strchr(parsed, '@') + 1;
	for (size_t i = 0; i < domain_count; i++)
		if (strcmp(domain, domains[i]) == 0) {
			if (!is_plain(parsed))
				return EMAIL_MALFORMED;
			*address = parsed;
			*key = key_of(a, parsed);
			return EMAIL_OK;
		}
	return EMAIL_WRONG_DOMAIN;
}

const char *email_key(const char *typed, struct arena *a)
{
	/* spares the copy for nearly everything people write */
	if (!strchr(typed, '@'))
		return NULL;
	char *parsed = NULL;
	return parse(typed, a, &parsed) == EMAIL_OK ? key_of(a, parsed) : NULL;
}

static bool contains(const char *const *list, size_t count, const char *s)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i], s) == 0)
			return true;
	return false;
}

enum err email_domains_parse(
    const char *list, struct arena *a, const char *const **domains, size_t *domain_count)
{
	size_t members = 1;
	for (const char *s = list; *s; s++)
		members += *s == ',';
	const char **out = ARENA_ARRAY(a, const char *, members);
	size_t count = 0;
	for (const char *s = list;; s++) {
		size_t n = strcspn(s, ",");
		char *domain = text_tidy(a, arena_strndup(a, s, n));
		if (!is_domain(domain) || strlen(domain) > EMAIL_MAX_BYTES - 2)
			return ERR_INVALID;
		lower(domain);
		if (!contains(out, count, domain))
			out[count++] = domain;
		s += n;
		if (*s == '\0')
			break;
	}
	*domains = out;
	*domain_count = count;
	return ERR_OK;
}

const char *email_mailbox(const char *key, struct arena *a)
{
	size_t local = strcspn(key, "+@");
	const char *at = strchr(key, '@');
	return local > 0 && at ? arena_printf(a, "%.*s%s", (int)local, key, at) : key;
}
