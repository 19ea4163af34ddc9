/*
 * What a rep, and the admins, are told in Telegram of a calendar that was to be connected.
 * Ownership: everything lives in the arena. Errors: none.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/db/conn.h"
#include "salesreg/domain/conversation/conversation.h"

#define OAUTH_OUTCOME_MAP(X)                                                                       \
	X(CONNECTED, "connected", TEXT_CALENDAR_CONNECTED)                                         \
	X(DENIED, "denied by the person", TEXT_CALENDAR_DENIED)                                    \
	X(BOX_MISSING, "not every box was ticked", TEXT_CALENDAR_BOX_MISSING)                      \
	X(FOREIGN, "an account of another domain", TEXT_CALENDAR_ACCOUNT_REFUSED)                  \
	X(OTHER, "another account than the rep's", TEXT_CALENDAR_ACCOUNT_OTHER)                    \
	X(GOOGLE_DOWN, "no usable answer from Google", TEXT_CALENDAR_GOOGLE_DOWN)                  \
	X(CODE_REFUSED, "Google does not accept the code", TEXT_CALENDAR_CODE_REFUSED)             \
	X(CLIENT_REFUSED, "Google does not accept the client", TEXT_CALENDAR_CLIENT_REFUSED)       \
	X(POLICY, "the organisation's administrator does not allow it", TEXT_CALENDAR_POLICY)      \
	X(NOT_LASTING, "Google gave no refresh token", TEXT_CALENDAR_NO_LASTING_ACCESS)            \
	X(INTERRUPTED, "interrupted on our side", TEXT_CALENDAR_INTERRUPTED)                       \
	X(ENDED_BETWEEN, "the old grant's end was the new one's, too",                             \
	    TEXT_CALENDAR_ENDED_BETWEEN)                                                           \
	X(RUN_OUT, "the link ran out", TEXT_CALENDAR_RUN_OUT)                                      \
	X(DIED, "Google takes the token no more", TEXT_CALENDAR_RECONNECT)                         \
	X(DIED_IN_TESTING, "the token died after a week", TEXT_CALENDAR_RECONNECT_WEEK)            \
	X(LEFT, "no rep any more", TEXT_CALENDAR_LEFT)                                             \
	X(TARGET_GONE, "the calendar for calls is gone", TEXT_CALENDAR_TARGET_GONE)
enum oauth_outcome {
#define X(name, sentence, text) OAUTH_##name,
	OAUTH_OUTCOME_MAP(X)
#undef X
};
/* For a log. */
const char *oauth_outcome_sentence(enum oauth_outcome outcome);

struct oauth_news {
	enum oauth_outcome outcome;
	int64_t person;
	enum locale locale;
	const char *email;    /* of the Google account; NULL: not known */
	const char *expected; /* the rep's own */
	unsigned missing;     /* GOOGLE_MISSES_… */
	const char *calendar; /* TARGET_GONE: its name */
};
/* Plans the message to the outbox. */
void oauth_news_plan(struct db_plan *plan, struct arena *a, const struct conversation_rules *rules,
    const struct oauth_news *news);
/* And to the admins, that Google refuses the client. */
void oauth_news_plan_admins(struct db_plan *plan, struct arena *a,
    const struct conversation_rules *rules, const char *error, const char *redirect_uri);
/* That Google takes so many tokens no more, of so many accounts, within an hour. */
void oauth_news_plan_deaths(struct db_plan *plan, struct arena *a,
    const struct conversation_rules *rules, int64_t dead, int64_t had);
