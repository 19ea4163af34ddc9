/*
 * Calls of the Telegram Bot API, each answer with the class that says what the caller must do about
 * it.
 *
 * Ownership: telegram_create() copies base and token; the memory goes when `closed` is called. A
 * call belongs to the telegram until its callback returns or telegram_call_cancel(). json_body is
 * borrowed until then. An answer and all it points to last for the callback (json_incref() keeps
 * the result).
 *
 * Units: milliseconds, bytes.
 *
 * Errors: telegram_answer.class; nothing else.
 *
 * Callbacks: never inside telegram_call() or telegram_destroy(), always from the loop, once a call;
 * after telegram_call_cancel() never. A callback may call, cancel any call, and destroy.
 *
 * Secrets: the token is inside the URL; descriptions and errors are scrubbed of it.
 *
 * Facts: tdlib/telegram-bot-api's source (2026-05) and core.telegram.org/bots/api (10.3).
 */
#pragma once
#include "salesreg/base/err.h"
#include "salesreg/base/metrics.h"
#include "salesreg/base/secret.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#define TELEGRAM_CLASS_MAP(X)                                                                      \
	X(OK, "done")                                                                              \
	X(RETRY, "not done; worth another try (429, 5xx, no connection)")                          \
	X(GONE, "the recipient cannot be written to (blocked, deactivated, unknown)")              \
	X(BUG, "refused for good: the request itself is wrong")                                    \
	X(UNKNOWN, "sent, but no usable answer: may or may not have been done")                    \
	X(CONFLICT, "another poller or a webhook uses this token (409)")                           \
	X(TOKEN, "the token is not accepted (401, 404)")                                           \
	X(CANCELLED, "telegram_destroy() came before the answer")

enum telegram_class {
#define X(name, sentence) TELEGRAM_##name,
	TELEGRAM_CLASS_MAP(X)
#undef X
};
enum {
#define X(name, sentence) +1
	TELEGRAM_CLASSES = 0 TELEGRAM_CLASS_MAP(X)
#undef X
};
const char *telegram_class_name(enum telegram_class c);

enum {
	/* The server may hold a send for about 60 s before it says 429:
	 * a shorter wait makes doubles. */
	TELEGRAM_TIMEOUT_MS = 75000,
	/* getUpdates: its own timeout and this. */
	TELEGRAM_POLL_SLACK_MS = 15000,
	TELEGRAM_UPDATES_BYTES = 8 * 1024 * 1024,
	TELEGRAM_ANSWER_BYTES = 256 * 1024,
	TELEGRAM_DESCRIPTION_BYTES = 512,
	/* The longest wait that is believed. A broken proxy may ask for years. */
	TELEGRAM_RETRY_AFTER_MOST_S = 24 * 3600,
};
#define TELEGRAM_API_BASE_DEFAULT "https://api.telegram.org"

struct telegram;
struct telegram_call;

struct telegram_answer {
	enum telegram_class class;
	long http_status;       /* 0 = none came */
	int64_t error_code;     /* from the JSON; 0 = none */
	int64_t retry_after_ms; /* as the server said, a day at most; -1 = it did not */
	/* The server's, else the transport's words; bounded, scrubbed, one line; never NULL. */
	const char *description;
	/* NULL unless OK, and always NULL for sendMessage and editMessage…, of whose results only
	 * message_id is read: parsing them would be a third of the cost of a send. */
	json_t *result;
	/* An answer to getUpdates whose updates cannot be read, or have no number: UNKNOWN, with the
	 * bytes as they came. See telegram/bytes.h. */
	bool unreadable;
	bool too_big; /* it is over TELEGRAM_UPDATES_BYTES, and the bytes are its beginning */
	const char *raw;
	size_t raw_size;
	int64_t message_id; /* of a result that is a message; 0 otherwise */
	/* May the server have seen the request? False only where it certainly did not. */
	bool maybe_delivered;
	/* BUG: the callback query is too old to be answered; nothing to worry about. */
	bool stale_query;
	bool not_modified; /* OK: the edit changed nothing, or there is nothing to edit */
	bool
	    edits_nothing; /* OK: what was to be edited is gone, or cannot be any more: nobody sees what the edit says */
};
typedef void telegram_callback(const struct telegram_answer *answer, void *data);
typedef void telegram_closed(void *data);

struct telegram_options {
	/* Calls under way at once, the long poll apart; 0 = HTTP_CLIENT_TRANSFERS. */
	size_t max_transfers;
};

/* NULL if the HTTP client cannot start. o may be NULL.
 * api_base: NULL = TELEGRAM_API_BASE_DEFAULT; trailing slashes do not matter. */
struct telegram *telegram_create(uv_loop_t *loop, const char *api_base, const struct secret *token,
    const struct telegram_options *o);
/* Calls under way hear CANCELLED, then closed (may be NULL) is called: all from later turns of the
 * loop. Accepts NULL (then closed is never called). */
void telegram_destroy(struct telegram *tg, telegram_closed *closed, void *data);

/*
 * NULL only after telegram_destroy(). getUpdates goes past the line of waiting sends.
 *   method      e.g. "sendMessage", copied
 *   json_body   an object, or NULL for none
 *   timeout_ms  0 = TELEGRAM_TIMEOUT_MS
 */
struct telegram_call *telegram_call(struct telegram *tg, const char *method, const char *json_body,
    size_t json_size, int64_t timeout_ms, telegram_callback *callback, void *data);
/* Accepts NULL. */
void telegram_call_cancel(struct telegram_call *call);
/* Whether the server may have seen the call by now: to be asked before cancelling. */
bool telegram_call_maybe_delivered(const struct telegram_call *call);

/* The methods that are counted each for itself; `other` are the rest together. */
#define TELEGRAM_METHOD_MAP(X)                                                                     \
	X(getUpdates)                                                                              \
	X(sendMessage)                                                                             \
	X(editMessageText)                                                                         \
	X(editMessageReplyMarkup)                                                                  \
	X(answerCallbackQuery)                                                                     \
	X(other)
enum telegram_method {
#define X(name) TELEGRAM_METHOD_##name,
	TELEGRAM_METHOD_MAP(X)
#undef X
	    TELEGRAM_METHODS
};
const char *telegram_method_name(enum telegram_method method);

struct telegram_stats {
	uint64_t calls[TELEGRAM_METHODS][TELEGRAM_CLASSES]; /* cancelled ones are not counted */
	/* from telegram_call() to the answer; for getUpdates that is the long poll */
	struct histogram took[TELEGRAM_METHODS];
	uint64_t conflicts, rate_limited; /* answers 409, 429, to whatever method */
};
/* Opened since the start. */
uint64_t telegram_connections(const struct telegram *tg);
/* Borrowed: good until telegram_destroy(). */
const struct telegram_stats *telegram_stats(const struct telegram *tg);

/* The bot's user id: the digits before the colon; 0 if the token is not of the form 123456:ABC… */
int64_t telegram_token_bot_id(const struct secret *token);
/* Form only: digits, a colon, 3 to 256 of A-Za-z0-9_- */
bool telegram_token_is_well_formed(const struct secret *token);

/* What is known of an answer, for the pure decision. */
struct telegram_facts {
	enum err err;         /* of the transfer */
	bool maybe_delivered; /* if err is set */
	long http_status;
	bool empty_body;
	bool is_reply; /* the body is a JSON object with a boolean "ok"; what follows is from it */
	bool ok;
	int64_t error_code;      /* 0 = absent */
	int64_t retry_after_ms;  /* -1 = absent, from the JSON or the header */
	const char *description; /* "" if absent */
};
enum telegram_class telegram_classify(const struct telegram_facts *facts);
/* An edit that found no message to be put into. */
bool telegram_edits_nothing(const struct telegram_facts *facts);
/* A pressed button that was answered too late. */
bool telegram_is_stale_query(const struct telegram_facts *facts);
