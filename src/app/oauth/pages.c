#include "salesreg/app/oauth/pages.h"
#include "salesreg/base/buf.h"
#include "salesreg/http/accept_language.h"
#include "salesreg/http/assets.h"
#include "salesreg/http/html.h"
#include <stdlib.h>
#include <string.h>

enum { PAGE_BYTES = 64 * 1024 };

static const struct http_asset files[] = {
#include "salesreg/generated/oauth_page.inc"
};

static const struct {
	const char *word;
	unsigned status;
	enum text_id title, text;
} pages[] = {
#define X(name, word, status, title, text) {word, status, title, text},
    OAUTH_PAGE_MAP(X)
#undef X
};
enum { PAGE_COUNT = sizeof pages / sizeof *pages };

struct field {
	const char *name, *value;
};

static const char *template_of(const char *name)
{
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (strcmp(files[i].name, name) == 0)
			return files[i].content;
	abort(); /* built without a page */
}

/* {name} becomes the field's value, escaped. */
static void fill(struct buf *out, const char *template, const struct field *fields, size_t count)
{
	while (*template) {
		const char *open = strchr(template, '{');
		const char *close = open ? strchr(open, '}') : NULL;
		if (!close) {
			buf_adds(out, template);
			return;
		}
		buf_add(out, template, (size_t)(open - template));
		size_t n = (size_t)(close - open - 1), i = 0;
		while (i < count &&
		       (strlen(fields[i].name) != n || strncmp(fields[i].name, open + 1, n) != 0))
			i++;
		if (i == count)
			abort(); /* a page that asks for what there is not */
		html_add_escaped(out, fields[i].value);
		template = close + 1;
	}
}

static void send_page(struct http_exchange *x, unsigned status, const char *name,
    const struct field *fields, size_t count)
{
	static const struct http_header headers[] = {
	    {"Content-Security-Policy",
		"default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; "
		"form-action 'none'; frame-ancestors 'none'"},
	    {"X-Content-Type-Options", "nosniff"}, {"X-Frame-Options", "DENY"},
	    {"Referrer-Policy", "no-referrer"}, {"Cross-Origin-Opener-Policy", "same-origin"},
	    {"Cache-Control", "no-store"}, {NULL, NULL}};
	struct buf out;
	buf_init(&out, PAGE_BYTES);
	fill(&out, template_of(name), fields, count);
	http_exchange_answer(x, status, "text/html; charset=utf-8", out.data, out.size, headers);
	buf_finish(&out);
}

static const char *say(
    const struct oauth_pages *p, enum locale locale, enum text_id id, struct http_exchange *x)
{
	return catalog_render(p->catalog, locale, id, NULL, 0, http_exchange_arena(x));
}

enum locale oauth_pages_locale(const struct oauth_pages *p, const struct http_exchange *x)
{
	const char *codes[LOCALE_COUNT];
	for (size_t i = 0; i < LOCALE_COUNT; i++)
		codes[i] = locale_code((enum locale)i);
	size_t wanted =
	    accept_language(http_exchange_header(x, "Accept-Language"), codes, LOCALE_COUNT);
	return wanted < LOCALE_COUNT ? (enum locale)wanted : p->fallback;
}

void oauth_page_answer(
    const struct oauth_pages *p, struct http_exchange *x, enum oauth_page page, enum locale locale)
{
	const char *telegram =
	    p->bot_username && *p->bot_username
		? arena_printf(http_exchange_arena(x), "https://t.me/%s", p->bot_username)
		: "https://t.me/";
	const struct field fields[] = {
	    {"lang", locale_code(locale)},
	    {"kind", pages[page].word},
	    {"title", say(p, locale, pages[page].title, x)},
	    {"text", say(p, locale, pages[page].text, x)},
	    {"telegram", telegram},
	    {"back", say(p, locale, TEXT_PAGE_BACK, x)},
	};
	send_page(x, pages[page].status, "page.html", fields, sizeof fields / sizeof *fields);
}

void oauth_page_redirect(struct http_exchange *x, enum oauth_page page, enum locale locale)
{
	const struct http_header headers[] = {
	    {"Location", arena_printf(http_exchange_arena(x), "/oauth/done/%s/%s", pages[page].word,
			     locale_code(locale))},
	    {"Referrer-Policy", "no-referrer"}, {"Cache-Control", "no-store"}, {NULL, NULL}};
	http_exchange_answer(x, 303, NULL, NULL, 0, headers);
}

bool oauth_page_at(const struct http_exchange *x, enum oauth_page *page, enum locale *locale)
{
	static const char front[] = "/oauth/done/";
	const char *path = http_exchange_path(x);
	if (strncmp(path, front, sizeof front - 1) != 0)
		return false;
	const char *word = path + sizeof front - 1, *slash = strchr(word, '/');
	if (!slash || !locale_parse(slash + 1, locale))
		return false;
	for (size_t i = 0; i < PAGE_COUNT; i++)
		if (strlen(pages[i].word) == (size_t)(slash - word) &&
		    strncmp(pages[i].word, word, (size_t)(slash - word)) == 0) {
			*page = (enum oauth_page)i;
			return true;
		}
	return false;
}

void oauth_page_start(const struct oauth_pages *p, struct http_exchange *x, enum locale locale,
    const char *name, const char *address, const char *google)
{
	const struct field fields[] = {
	    {"lang", locale_code(locale)},
	    {"title", say(p, locale, TEXT_PAGE_START_TITLE, x)},
	    {"who", say(p, locale, TEXT_PAGE_START_WHO, x)},
	    {"name", name},
	    {"not_you", say(p, locale, TEXT_PAGE_START_NOT_YOU, x)},
	    {"text", say(p, locale, TEXT_PAGE_START_TEXT, x)},
	    {"open", say(p, locale, TEXT_PAGE_START_OPEN, x)},
	    {"copy", say(p, locale, TEXT_PAGE_START_COPY, x)},
	    {"copied", say(p, locale, TEXT_PAGE_START_COPIED, x)},
	    {"go", say(p, locale, TEXT_PAGE_START_GO, x)},
	    {"address", address},
	    {"google", google},
	};
	send_page(x, 200, "start.html", fields, sizeof fields / sizeof *fields);
}

bool oauth_page_file(struct http_exchange *x, const char *name)
{
	const char *dot = strrchr(name, '.');
	return dot && strcmp(dot, ".html") != 0 &&
	       http_assets_answer(x, files, sizeof files / sizeof *files, name);
}
