#include "salesreg/domain/contact/name.h"
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
	return c == TEXT_REPLACEMENT || (c >= 0xE0000 && c <= 0xE0FFF);
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

/* The ends of addresses that people write, in any case; "st.clair" and "Dr.Ivan" are no addresses. */
static bool is_top_domain(const char *label, size_t n)
{
	static const char list[] =
	    " com net org info biz io me co id bali ru su ua kz by uk us de fr it es nl pl eu "
	    "asia app dev shop store site online xyz top pro club space tech live news link click "
	    "page "
	    "world today agency cloud email group name mobi work wiki zone vip icu life ai gg ly "
	    "to cc tv ws "
	    "ae sg my th vn ph hk tw cn jp kr au nz ca ch at be cz se pt gr tr il ge am kg tj рф "
	    "РФ бел сайт "
	    "онлайн москва "
	    "bet win bid fun ninja casino love ltd finance loan bot chat social zip mov guru "
	    "digital "
	    "properties villas realestate estate homes house rent rentals money cash pay date men "
	    "trade stream download support help center services solutions systems tel travel tours "
	    "photos video games game bar cafe capital fund exchange market credit poker monster "
	    "quest cyou sbs buzz tk ml ga cf gq pw sh gd vc ms nu mn pk ir ro lt lv ee fi dk hu rs "
	    "az uz tm ";
	char wanted[16];
	if (n > 4 && strncasecmp(label, "xn--", 4) == 0)
		return true;
	if (n + 3 > sizeof wanted)
		return false;
	wanted[0] = wanted[n + 1] = ' ';
	memcpy(wanted + 1, label, n);
	wanted[n + 2] = '\0';
	return strcasestr(list, wanted);
}

/* "site.com" and "SITE.COM", but neither "J.R.R.Tolkien" nor "St.Clair": a known end behind a label of two letters or more. */
static bool ends_in_domain(const char *word, size_t n)
{
	while (n > 0 && strchr(".,)!?", word[n - 1]))
		n--;
	const char *point = memrchr(word, '.', n);
	if (!point || !is_top_domain(point + 1, (size_t)(word + n - point - 1)))
		return false;
	const char *before = memrchr(word, '.', (size_t)(point - word));
	return point - (before ? before + 1 : word) >= 2;
}

/* What browsers and Telegram read as a point or a slash in an address, and no name has: 。．｡ and ／. */
static bool has_foreign_point(const char *word, size_t n)
{
	static const char *const points[] = {
	    "\u3002", "\uFF0E", "\uFF61", "\uFF0F", "\u2044", "\u2215"};
	for (size_t i = 0; i < sizeof points / sizeof *points; i++)
		if (memmem(word, n, points[i], strlen(points[i])))
			return true;
	return false;
}

/* "EVIL.COM/now", "tme.example:80", "t.me/anna": before a path or a port any end will do. "Wayan/Ketut" and "A.Petrov/Ivanov" are
 * names. */
static bool begins_with_host(const char *word, size_t n)
{
	size_t host = 0;
	while (host < n && !strchr("/:?#\\", word[host]))
		host++;
	const char *point = host < n ? memrchr(word, '.', host) : NULL;
	if (!point || point + 2 >= word + host)
		return false;
	const char *before = memrchr(word, '.', (size_t)(point - word));
	return point - (before ? before + 1 : word) >= 2 ||
	       is_top_domain(point + 1, (size_t)(word + host - point - 1));
}

static bool is_of_label(uint32_t c, bool sign)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || (c >= 0x80 && (sign || text_is_letter(c)));
}

/* "(evil.com)Ivan", "evil.com,Ivan", "«evil.com»": Telegram makes a link of it whatever stands around. sign: what is beyond ASCII
 * and no letter may be part of a label. */
static bool has_domain(const char *word, size_t n, bool sign)
{
	const char *piece = word, *end = word + n;
	for (const char *at = word, *next = word; at < end; at = next) {
		uint32_t c = text_next(&next);
		bool ellipsis = c == '.' && next < end && *next == '.';
		if (is_of_label(c, sign) && !ellipsis)
			continue;
		if (ends_in_domain(piece, (size_t)(at - piece)))
			return true;
		piece = next;
	}
	return ends_in_domain(piece, (size_t)(end - piece));
}

/* "/unregister", "(/start)": a tap on it in a message of the bot's sends it to the bot. "a/l", "Wayan/Ketut", "<b>Anna</b>" are names. */
static bool has_command(const char *word, size_t n)
{
	static const char of_command[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	uint32_t before = ' ';
	for (const char *next = word; next < word + n;) {
		uint32_t c = text_next(&next);
		bool inside = text_is_letter(before) || before == '/' || before == '<' ||
			      before == '>' || (before < 0x80 && strchr(of_command, (int)before));
		if (c == '/' && !inside && next < word + n && strchr(of_command, *next))
			return true;
		before = c;
	}
	return false;
}

static bool is_address(const char *word, size_t n)
{
	return has_command(word, n) || memchr(word, '@', n) || memmem(word, n, "://", 3) ||
	       has_foreign_point(word, n) || (n > 4 && strncasecmp(word, "www.", 4) == 0) ||
	       begins_with_host(word, n) || has_domain(word, n, false) || has_domain(word, n, true);
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
