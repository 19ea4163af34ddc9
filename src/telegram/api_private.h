/*
 * What calls and downloads share; for these files only.
 */
#pragma once
#include "salesreg/http/client.h"
#include "salesreg/telegram/api.h"
#include <sys/queue.h>

struct telegram {
	struct http_client *http;
	struct secret url_prefix;  /* base/bot<token>/ */
	struct secret file_prefix; /* base/file/bot<token>/ */
	struct secret token;
	LIST_HEAD(, telegram_call) calls;
	struct telegram_stats stats;
	bool closing;
	telegram_closed *closed;
	void *closed_data;
};

/* Copies what fits, without the token, control characters and half characters. */
void telegram_scrub(
    const struct telegram *tg, const char *s, size_t n, char out[TELEGRAM_DESCRIPTION_BYTES]);
