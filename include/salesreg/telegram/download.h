/*
 * Files that people have sent to the bot, from where getFile says.
 *
 * Ownership: a download belongs to the telegram until its callback returns or telegram_download_cancel(); what is downloaded lasts for
 * the callback. Units: milliseconds, bytes. Errors: `fault`, one line without the token. Callbacks: as in telegram/api.h; none after
 * telegram_download_cancel(), and none of what is under way at telegram_destroy().
 * Source: Bot API, "getFile": https://api.telegram.org/file/bot<token>/<file_path>, TELEGRAM_FILE_BYTES at most, good for an hour at
 * least; "Using a Local Bot API Server": there file_path may be a place in the server's own file system.
 */
#pragma once
#include "salesreg/telegram/api.h"

enum { TELEGRAM_FILE_BYTES = 20 * 1024 * 1024 };

struct telegram_downloaded {
	const char *fault; /* NULL: it is all there */
	bool retry;        /* another try may do */
	const char *bytes;
	size_t size;
};
typedef void telegram_download_callback(const struct telegram_downloaded *file, void *data);
struct telegram_download;
/* file_path: as getFile gives it. NULL: it is none that can be asked for. */
struct telegram_download *telegram_download(struct telegram *tg, const char *file_path,
    int64_t timeout_ms, telegram_download_callback *callback, void *data);
/* Accepts NULL. */
void telegram_download_cancel(struct telegram_download *download);
