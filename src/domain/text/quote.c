#include "salesreg/domain/text/quote.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/contact/email.h"
#include "salesreg/domain/contact/name.h"
#include "salesreg/domain/outbox/message.h"
#include "salesreg/domain/text/shorten.h"
#include <string.h>

enum { USERNAME_MAX_CHARS = 32 };

/* Where a line ends, to whoever shows it: also at what only some readers break at. */
static bool ends_line(uint32_t c)
{
	return c == '\n' || c == '\r' || c == 0x0B || c == 0x0C || c == 0x85 || c == 0x2028 ||
	       c == 0x2029;
}

static const char *tidy_lines(struct arena *a, const char *text)
{
	char *out = arena_alloc(a, 3 * strlen(text) + 1), *end = out;
	size_t breaks = 0;
	while (*text) {
		const char *cursor = text, *stop = text;
		uint32_t c;
		while ((c = text_next(&cursor)) && !ends_line(c))
			stop = cursor;
		const char *line = text_tidy(a, arena_strndup(a, text, (size_t)(stop - text)));
		if (*line) {
			/* a blank line stays one, however many there were */
			for (size_t i = 0; end != out && i < breaks && i < 2; i++)
				*end++ = '\n';
			end = stpcpy(end, line);
			breaks = 0;
		}
		breaks++;
		text = c ? cursor : stop;
		if (c == '\r' && *text == '\n')
			text++;
	}
	return out;
}

static const char *marked(struct arena *a, const char *mark, const char *text)
{
	return *text ? arena_concat(a, mark, text, MESSAGE_MARK_END, (char *)NULL) : "";
}

const char *quote_block(struct arena *a, const char *text, size_t units)
{
	return marked(a, MESSAGE_MARK_QUOTE, shorten(a, tidy_lines(a, text ? text : ""), units));
}

const char *quote_piece(struct arena *a, const char *text, size_t units)
{
	return marked(a, MESSAGE_MARK_CODE, shorten(a, text_tidy(a, text ? text : ""), units));
}

const char *quote_name(struct arena *a, const char *name, size_t units)
{
	const char *line = text_tidy(a, name ? name : ""), *checked;
	if (name_check(line, a, &checked) == NAME_ADDRESS)
		return quote_piece(a, line, units);
	return shorten(a, line, units);
}

const char *quote_email(struct arena *a, const char *email, size_t units)
{
	const char *line = text_tidy(a, email ? email : ""), *key = email_key(line, a);
	/* the key of what is wrapped in anything is shorter */
	if (!key || strlen(key) != strlen(line))
		return quote_piece(a, line, units);
	return shorten(a, line, units);
}

const char *quote_username(struct arena *a, const char *username)
{
	static const char allowed[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	size_t n = username ? strspn(username, allowed) : 0;
	if (n == 0 || n > USERNAME_MAX_CHARS || username[n])
		return NULL;
	return arena_printf(a, "@%s", username);
}
