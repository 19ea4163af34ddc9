#include "salesreg/app/bot/mail/mail_text.h"
#include "salesreg/domain/conversation/conversation.h"
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { LINE_CHARS = 76, VARIANT = sodium_base64_VARIANT_ORIGINAL, ID_BYTES = 16 };

static const char *base64(struct arena *a, const char *text)
{
	size_t n = strlen(text), room = sodium_base64_encoded_len(n, VARIANT);
	char *out = arena_alloc(a, room);
	return sodium_bin2base64(out, room, (const unsigned char *)text, n, VARIANT);
}

static const char *in_lines(struct arena *a, const char *encoded)
{
	size_t n = strlen(encoded);
	char *out = arena_alloc(a, n + 2 * (n / LINE_CHARS + 1) + 1), *end = out;
	for (size_t at = 0; at < n; at += LINE_CHARS) {
		size_t part = n - at < LINE_CHARS ? n - at : LINE_CHARS;
		memcpy(end, encoded + at, part);
		end = stpcpy(end + part, "\r\n");
	}
	*end = '\0';
	return out;
}

/* Not strftime(): the names are English whatever the locale is. */
static const char *date(struct arena *a, time_t now)
{
	static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char *const months[] = {
	    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct tm tm;
	if (!gmtime_r(&now, &tm))
		return "Thu, 01 Jan 1970 00:00:00 +0000";
	return arena_printf(a, "%s, %02d %s %04d %02d:%02d:%02d +0000", days[tm.tm_wday],
	    tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* Which bot it comes from, and what to do if nobody here has asked for it. */
static const char *body(const struct catalog *catalog, enum locale locale,
    const struct mail_about *about, struct arena *a)
{
	bool known = about->bot && about->bot[0];
	const struct catalog_arg args[] = {{"code", about->code},
	    {"bot", known ? arena_printf(a, "@%s", about->bot)
			  : catalog_render(catalog, locale, TEXT_MAIL_SOME_BOT, NULL, 0, a)},
	    {"minutes", arena_printf(a, "%d", CODE_MINUTES)}};
	const char *text = catalog_render(catalog, locale, TEXT_MAIL_TEXT, args, 3, a);
	if (about->wrong == 0)
		return text;
	const struct catalog_arg count[] = {
	    {"count", arena_printf(a, "%lld", (long long)about->wrong)}};
	return arena_printf(a, "%s\n\n%s", text,
	    catalog_render(catalog, locale, TEXT_MAIL_WRONG_CODES, count, 1, a));
}

const char *mail_text_code(const struct catalog *catalog, enum locale locale,
    const struct mail_about *about, struct arena *a)
{
	unsigned char id[ID_BYTES];
	char hex[2 * ID_BYTES + 1];
	randombytes_buf(id, sizeof id);
	(void)sodium_bin2hex(hex, sizeof hex, id, sizeof id);
	const char *at = strrchr(about->from, '@');
	const char *subject = catalog_render(catalog, locale, TEXT_MAIL_SUBJECT, NULL, 0, a);
	return arena_printf(a,
	    "Date: %s\r\nFrom: <%s>\r\nTo: <%s>\r\nMessage-ID: <%s%s>\r\n"
	    "Subject: =?UTF-8?B?%s?=\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n"
	    "Content-Language: %s\r\n\r\n%s",
	    date(a, about->now), about->from, about->to, hex, at ? at : "@localhost",
	    base64(a, subject), locale_code(locale),
	    in_lines(a, base64(a, body(catalog, locale, about, a))));
}
