#include "salesreg/domain/name.h"
#include "salesreg/base/text.h"
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

const char *name_verdict_name(enum name_verdict verdict)
{
	static const char *const names[] = {
#define X(name, text) [NAME_##name] = text,
	    NAME_VERDICT_MAP(X)
#undef X
	};
	return names[verdict];
}

/*
 * What text_tidy() leaves and a name must not have: U+FFFD stands for bytes that were none (a NUL),
 * the rest show nothing and would make two names that look the same, or a name that looks empty.
 */
static bool is_junk(uint32_t c)
{
	return c == TEXT_REPLACEMENT || c == 0x115F || c == 0x1160 || c == 0x180E || c == 0x2800 ||
	       c == 0x3164 || c == 0xFFA0 || (c >= 0xE0000 && c <= 0xE0FFF);
}

static char *tidy_name(struct arena *a, const char *typed)
{
	char *s = text_tidy(a, typed), *out = s;
	bool found = false;
	bool flag = false; /* the tags that spell a region behind a black flag */
	for (const char *cursor = s, *from = s; text_next(&cursor); from = cursor) {
		const char *at = from;
		uint32_t c = text_next(&at);
		flag = c == 0x1F3F4 || (flag && c >= 0xE0020 && c <= 0xE007F);
		if (!flag && is_junk(c)) {
			found = true;
			continue;
		}
		memmove(out, from, (size_t)(cursor - from));
		out += cursor - from;
	}
	*out = '\0';
	/* junk between two spaces leaves both of them */
	return found ? text_tidy(a, s) : s;
}

static bool is_lower_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* The ends of addresses that people write; "st.clair" and "Dr.Ivan" are no addresses. */
static bool is_top_domain(const char *label, size_t n)
{
	static const char list[] =
	    " com net org info biz io me co id bali ru su ua kz by uk us de fr it es nl pl eu "
	    "asia app dev shop store site online xyz top pro club space tech live news ";
	char wanted[16];
	if (n + 3 > sizeof wanted)
		return false;
	wanted[0] = wanted[n + 1] = ' ';
	memcpy(wanted + 1, label, n);
	wanted[n + 2] = '\0';
	return strstr(list, wanted);
}

/* "site.com", but not "J.R.R.Tolkien": labels in lower case, the last two of two letters or more. */
static bool ends_in_domain(const char *word, size_t n)
{
	size_t last = 0, before = 0, i = n;
	while (i > 0 && word[i - 1] >= 'a' && word[i - 1] <= 'z') {
		i--;
		last++;
	}
	if (i == 0 || word[i - 1] != '.' || !is_top_domain(word + i, last))
		return false;
	i--;
	while (i > 0 && (is_lower_or_digit(word[i - 1]) || word[i - 1] == '-')) {
		i--;
		before++;
	}
	return before >= 2;
}

static bool is_address(const char *word, size_t n)
{
	return memchr(word, '@', n) || memmem(word, n, "://", 3) ||
	       (n > 5 && strncasecmp(word, "t.me/", 5) == 0) ||
	       (n > 4 && strncasecmp(word, "www.", 4) == 0) || ends_in_domain(word, n);
}

static bool has_letter(const char *word, size_t n)
{
	for (const char *end = word + n; word < end;)
		if (text_is_letter(text_next(&word)))
			return true;
	return false;
}

enum name_verdict name_check(const char *typed, struct arena *a, const char **tidy)
{
	*tidy = NULL;
	char *name = tidy_name(a, typed);
	size_t words = 0, lettered = 0;
	bool address = name[0] == '/';
	for (const char *word = name; *word;) {
		size_t n = strcspn(word, " ");
		words++;
		lettered += has_letter(word, n);
		address = address || is_address(word, n);
		word += n + (word[n] == ' ');
	}
	if (lettered == 0)
		return NAME_NO_LETTERS;
	if (address)
		return NAME_ADDRESS;
	if (words > NAME_MAX_WORDS || text_code_points(name) > NAME_MAX_CODE_POINTS)
		return NAME_TOO_LONG;
	*tidy = name;
	if (lettered < 2)
		return NAME_ONE_WORD;
	return NAME_OK;
}
