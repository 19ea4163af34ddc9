#include "salesreg/base/value_doubts.h"
#include "salesreg/base/text.h"
#include <string.h>
#include <strings.h>

unsigned text_doubts(const char *value)
{
	/* straight ones, and those that word processors make of them */
	static const char *const marks[] = {
	    "\"", "'", "`", "\u201c", "\u201d", "\u201e", "\u2018", "\u2019", "\u00ab", "\u00bb"};
	static const char *const invisible[] = {
	    "\u00a0", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff"};
	unsigned doubts = 0;
	const char *s = value + strspn(value, " \t\r\n");
	size_t n = strlen(s);
	while (n > 0 && strchr(" \t\r\n", s[n - 1])) {
		if (s[n - 1] == '\r')
			doubts |= TEXT_DOUBT_CARRIAGE_RETURN;
		n--;
	}
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (strncmp(s, marks[i], strlen(marks[i])) == 0)
			doubts |= TEXT_DOUBT_QUOTED;
	for (size_t i = 0; i < sizeof invisible / sizeof *invisible; i++)
		if (strstr(value, invisible[i]))
			doubts |= TEXT_DOUBT_INVISIBLE;
	for (const char *p = value; *p;) {
		uint32_t c = text_next(&p);
		if (text_is_control(c) && c != '\t' && c != '\n' && c != '\r')
			doubts |= TEXT_DOUBT_INVISIBLE;
	}
	if (memchr(s, '\n', n) || memchr(s, '\r', n))
		doubts |= TEXT_DOUBT_LINE_BREAK;
	return doubts;
}

bool value_is_no_text(const char *bytes, size_t size)
{
	return (size >= 2 &&
		   (memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0)) ||
	       memchr(bytes, '\0', size) != NULL;
}

const char *value_fault(const char *value, bool document, bool list)
{
	if (strncmp(value, "\xEF\xBB\xBF", 3) == 0)
		return "begins with a byte order mark; save the file as UTF-8 without one";
	if (document)
		return NULL;
	unsigned doubts = text_doubts(value);
	if (doubts & TEXT_DOUBT_QUOTED)
		return "begins with a quotation mark, which is part of the value here; take the "
		       "quotation marks away";
	if (doubts & TEXT_DOUBT_LINE_BREAK)
		return "has more than one line; keep the one that is meant";
	if (doubts & TEXT_DOUBT_INVISIBLE)
		return "has invisible characters in it, as they come with copying from a page or a "
		       "chat; type it anew";
	const char *s = value + strspn(value, " \t\r\n");
	if (list && strchr("[({", *s) && *s)
		return "is a list in brackets; write its members alone, separated by commas";
	return NULL;
}

enum { TOKEN_DIGITS = 6, TOKEN_LETTERS = 30 };

/* 123456:ABC…, as @BotFather gives it (8 to 10 digits, 35 letters), or the path that it makes: /bot123456:… */
static bool has_bot_token(const char *value)
{
	static const char digits[] = "0123456789";
	static const char letters[] =
	    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-";
	for (const char *s = strpbrk(value, digits); s; s = strpbrk(s, digits)) {
		size_t n = strspn(s, digits);
		bool in_path = s - value >= 4 && strncmp(s - 4, "/bot", 4) == 0;
		bool colon = s[n] == ':' || strncasecmp(s + n, "%3a", 3) == 0;
		size_t behind = s[n] == ':' ? n + 1 : n + 3;
		if (colon && (in_path || (n >= TOKEN_DIGITS &&
					     strspn(s + behind, letters) >= TOKEN_LETTERS)))
			return true;
		s += n;
	}
	return false;
}

const char *value_secret(const char *value)
{
	if (has_bot_token(value))
		return "has a bot's token in it, which belongs into REGISTRY_BOT_TOKEN alone";
	if (strstr(value, "GOCSPX-"))
		return "has a client secret of Google's in it, which belongs into "
		       "GOOGLE_CLIENT_SECRET alone";
	return NULL;
}

bool value_has_user(const char *value)
{
	const char *scheme = strstr(value, "://");
	return scheme && strchr(scheme + 3, '@');
}
