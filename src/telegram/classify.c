#include "salesreg/telegram/api.h"
#include <string.h>
#include <strings.h>

/* What an answer of Telegram's means for the message it answers. */

const char *telegram_class_name(enum telegram_class c)
{
	switch (c) {
#define X(name, sentence)                                                                          \
	case TELEGRAM_##name:                                                                      \
		return #name;
		TELEGRAM_CLASS_MAP(X)
#undef X
	}
	return "?";
}

static bool mentions(const char *description, const char *const *phrases)
{
	for (; *phrases; phrases++)
		if (strcasestr(description, *phrases))
			return true;
	return false;
}

/* Answers 400 that are about who is written to, not about what is written. */
static const char *const gone_phrases[] = {"chat not found", "user not found", "chat_id_invalid",
    "peer_id_invalid", "user is deactivated", "user_deactivated", "user_is_blocked",
    "bot was blocked", "group chat was upgraded", "have no rights to send",
    "not enough rights to send", "chat_write_forbidden", "chat_restricted",
    "privacy_premium_required", "bot_access_forbidden", NULL};

/* Troubles of theirs that arrive dressed as 400:
 * the text after "Bad Request: " is that of a 5xx. */
static const char *const wrapped_phrases[] = {"bad request: bad gateway",
    "bad request: internal server error", "bad request: internal error",
    "bad request: gateway time", "bad request: service unavailable",
    "bad request: too many requests", "bad request: request timeout", "bad request: timeout", NULL};

/* An edit, or a reaction, that is not needed. */
static const char *const idle_edit_phrases[] = {
    "message is not modified", "message to react not found", "reaction_invalid", NULL};
/* An edit that is not possible any more: the person deleted the message, or it is too old. Nobody could do anything about it, and the
 * chat itself is well; what the edit says can only be said in a new message. */
static const char *const gone_edit_phrases[] = {"message to edit not found",
    "message can't be edited", "message_id_invalid", "no caption in the message",
    "no text in the message", NULL};
static const char *const stale_query_phrases[] = {
    "query is too old", "query id is invalid", "query_id_invalid", NULL};
static const char *const no_method_phrases[] = {"method not found", NULL};

/* An error that the Bot API itself worded: it did not do what was asked. */
static enum telegram_class classify_reply(const struct telegram_facts *f)
{
	int64_t code = f->error_code ? f->error_code : f->http_status;
	if (code == 401)
		return TELEGRAM_TOKEN;
	if (code == 404)
		return mentions(f->description, no_method_phrases) ? TELEGRAM_BUG : TELEGRAM_TOKEN;
	if (code == 409)
		return TELEGRAM_CONFLICT;
	if (code == 429 || code >= 500 || f->retry_after_ms >= 0)
		return TELEGRAM_RETRY;
	if (code == 403)
		return TELEGRAM_GONE;
	if (code < 400)
		return TELEGRAM_UNKNOWN;
	if (mentions(f->description, idle_edit_phrases) ||
	    mentions(f->description, gone_edit_phrases))
		return TELEGRAM_OK;
	if (mentions(f->description, wrapped_phrases))
		return TELEGRAM_RETRY;
	if (mentions(f->description, gone_phrases))
		return TELEGRAM_GONE;
	return TELEGRAM_BUG;
}

/* An answer without the Bot API's JSON:
 * from its HTTP layer (an empty body) or from something in between. */
static enum telegram_class classify_stranger(const struct telegram_facts *f)
{
	switch (f->http_status) {
	case 429:
		return TELEGRAM_RETRY;
	case 400:
	case 405:
	case 411:
	case 413:
	case 414:
	case 415:
	case 431:
	case 501:
	case 505:
		return f->empty_body || f->http_status != 400 ? TELEGRAM_BUG : TELEGRAM_UNKNOWN;
	case 401:
	case 404:
		/* a captive portal's page says nothing about the token */
		return f->empty_body ? TELEGRAM_TOKEN : TELEGRAM_UNKNOWN;
	default:
		return TELEGRAM_UNKNOWN;
	}
}

enum telegram_class telegram_classify(const struct telegram_facts *f)
{
	if (f->err == ERR_CANCELLED)
		return TELEGRAM_CANCELLED;
	if (f->err == ERR_INVALID && !f->maybe_delivered)
		return TELEGRAM_BUG;
	if (f->err != ERR_OK)
		return f->maybe_delivered ? TELEGRAM_UNKNOWN : TELEGRAM_RETRY;
	if (!f->is_reply)
		return classify_stranger(f);
	return f->ok ? TELEGRAM_OK : classify_reply(f);
}

bool telegram_edits_nothing(const struct telegram_facts *f)
{
	return !f->ok && telegram_classify(f) == TELEGRAM_OK &&
	       mentions(f->description, gone_edit_phrases);
}

bool telegram_is_stale_query(const struct telegram_facts *f)
{
	return telegram_classify(f) == TELEGRAM_BUG &&
	       mentions(f->description, stale_query_phrases);
}
