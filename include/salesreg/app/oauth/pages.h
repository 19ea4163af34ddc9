/*
 * The pages that a rep sees in a browser on the way to Google and back. They show nothing that came with a request.
 * Only the start page shows something of a rep: a first name, so that whoever has somebody else's link notices.
 * Ownership: everything is borrowed for the call. Errors: none.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/domain/text/catalog.h"
#include "salesreg/http/server.h"

#define OAUTH_PAGE_MAP(X)                                                                          \
	X(CONNECTED, "connected", 200, TEXT_PAGE_CONNECTED_TITLE, TEXT_PAGE_CONNECTED_TEXT)        \
	X(FAILED, "failed", 200, TEXT_PAGE_FAILED_TITLE, TEXT_PAGE_FAILED_TEXT)                    \
	X(GONE, "gone", 410, TEXT_PAGE_GONE_TITLE, TEXT_PAGE_GONE_TEXT)                            \
	X(REP_GONE, "rep_gone", 403, TEXT_PAGE_FAILED_TITLE, TEXT_PAGE_REP_GONE_TEXT)              \
	X(LATER, "later", 503, TEXT_PAGE_LATER_TITLE, TEXT_PAGE_LATER_TEXT)                        \
	X(NOTHING, "nothing", 404, TEXT_PAGE_NOTHING_TITLE, TEXT_PAGE_NOTHING_TEXT)
enum oauth_page {
#define X(name, word, status, title, text) OAUTH_PAGE_##name,
	OAUTH_PAGE_MAP(X)
#undef X
};

struct oauth_pages {
	const struct catalog *catalog;
	enum locale fallback;
	const char *bot_username; /* "" or NULL: not known; there is no way back then but the app */
};
/* By the browser's languages. */
enum locale oauth_pages_locale(const struct oauth_pages *p, const struct http_exchange *x);
void oauth_page_answer(
    const struct oauth_pages *p, struct http_exchange *x, enum oauth_page page, enum locale locale);
/* 303 to the page's own address, which has nothing of the callback in it. */
void oauth_page_redirect(struct http_exchange *x, enum oauth_page page, enum locale locale);
/* The page that such an address names; false: none. */
bool oauth_page_at(const struct http_exchange *x, enum oauth_page *page, enum locale *locale);
/* The start page: to Google at once, or what to do inside Telegram's browser. name: of the rep whose link it is; address: the
 * page's own. */
void oauth_page_start(const struct oauth_pages *p, struct http_exchange *x, enum locale locale,
    const char *name, const char *address, const char *google);
/* Style and script. False: there is no such file. */
bool oauth_page_file(struct http_exchange *x, const char *name);
