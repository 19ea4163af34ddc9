#include "salesreg/telegram/download.h"
#include "api_private.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_MOST = 512, HTTP_OK = 200, HTTP_SERVER_ERROR = 500, HTTP_TOO_MANY = 429 };

struct telegram_download {
	struct telegram *telegram;
	struct http_transfer *transfer;
	telegram_download_callback *callback;
	void *data;
	bool telling;
};

static void on_http(const struct http_answer *http, void *data)
{
	struct telegram_download *d = data;
	char fault[TELEGRAM_DESCRIPTION_BYTES] = "";
	struct telegram_downloaded file = {.bytes = http->body, .size = http->size};
	if (http->err == ERR_CANCELLED) {
		free(d); /* telegram_destroy(): nobody is left to be told */
		return;
	}
	if (http->err != ERR_OK) {
		telegram_scrub(d->telegram, http->error, strlen(http->error), fault);
		file.retry = http->err != ERR_TOO_BIG && http->err != ERR_INVALID;
	} else if (http->status != HTTP_OK) {
		(void)snprintf(fault, sizeof fault, "HTTP status %ld", http->status);
		file.retry = http->status >= HTTP_SERVER_ERROR || http->status == HTTP_TOO_MANY;
	}
	file.fault = *fault ? fault : NULL;
	d->telling = true;
	d->callback(&file, d->data);
	free(d);
}

/* "documents/file_1.csv", and nothing that leads elsewhere on that server. */
static bool is_plain(const char *path)
{
	return *path && *path != '/' && !strstr(path, "..") &&
	       path[strspn(path,
		   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./")] == '\0';
}

struct telegram_download *telegram_download(struct telegram *tg, const char *file_path,
    int64_t timeout_ms, telegram_download_callback *callback, void *data)
{
	char url[SECRET_MAX + PATH_MOST];
	int n = is_plain(file_path) && !tg->closing
		    ? snprintf(url, sizeof url, "%s%s", secret_reveal(&tg->file_prefix), file_path)
		    : -1;
	if (n < 0 || (size_t)n >= sizeof url)
		return NULL;
	struct telegram_download *d = calloc(1, sizeof *d);
	if (!d)
		abort();
	d->telegram = tg;
	d->callback = callback;
	d->data = data;
	const struct http_request_spec spec = {.method = "GET",
	    .url = url,
	    .timeout_ms = timeout_ms,
	    .max_answer_bytes = TELEGRAM_FILE_BYTES,
	    .repeatable = true};
	d->transfer = http_client_send(tg->http, &spec, on_http, d);
	explicit_bzero(url, sizeof url);
	return d;
}

void telegram_download_cancel(struct telegram_download *d)
{
	if (!d || d->telling)
		return;
	http_transfer_cancel(d->transfer);
	free(d);
}
