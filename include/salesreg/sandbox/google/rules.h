/*
 * Faults on demand: what the next calls of an endpoint meet.
 * Ownership: struct google owns the rules; what strikes a call is copied.
 * Units: milliseconds; how many times as counted.
 * Errors: google_rule_add() returns the sentence that says what is wrong with the JSON, or NULL.
 *
 * POST /sandbox/google/faults {on, kind, account?, skip?, times?, ms?}; the first rule that matches strikes.
 *   on       an endpoint (GOOGLE_ENDPOINT_MAP), or a group: "token" (exchange and refresh), "oauth", "calendar" (the whole
 *            Calendar API), "*"
 *   account  an e-mail; only calls of its tokens. Calls that no account is known of (auth) match no such rule
 *   skip     let that many pass first
 *   times    1; -1: for ever
 *   ms       the answer comes so much later (any kind)
 *   kind     any `error` or `reason` of reasons.h: that refusal, no effect
 *            "429", "500", "503"    the fitting refusal of that status
 *            "502html"              a proxy's page, no effect
 *            "reset_before"         the connection dies, no effect
 *            "reset_after"          effect, then the connection dies: the answer of a committed insert is lost
 *            "truncated"            effect, half of the answer
 *            "hang"                 no effect, no answer
 *            "slow"                 effect, the answer after ms
 *            "no_refresh_token"     exchange: the answer has none
 *            "new_refresh_token"    refresh: the answer has one
 *            "short_page"           list: one item, and more to come
 *            "empty_page"           list: no item, and more to come
 *            "odd_times"            events.list: when its first event begins cannot be read
 *            "busy_error"           freeBusy: an error entry, internalError, for each calendar
 *            "meet_pending"         insert: the link to the call is not ready when it is asked for the first time
 *            "meet_failure"         insert: there will be none
 */
#pragma once
#include "salesreg/sandbox/google/state.h"

/* name, as it stands in rules and in the journal, group */
#define GOOGLE_ENDPOINT_MAP(X)                                                                     \
	X(AUTH, "auth", OAUTH)                                                                     \
	X(EXCHANGE, "exchange", TOKEN)                                                             \
	X(REFRESH, "refresh", TOKEN)                                                               \
	X(NO_GRANT, "token.other", TOKEN)                                                          \
	X(REVOKE, "revoke", OAUTH)                                                                 \
	X(CALENDAR_LIST, "calendarList.list", CALENDAR)                                            \
	X(EVENTS_LIST, "events.list", CALENDAR)                                                    \
	X(EVENTS_GET, "events.get", CALENDAR)                                                      \
	X(EVENTS_INSERT, "events.insert", CALENDAR)                                                \
	X(EVENTS_PATCH, "events.patch", CALENDAR)                                                  \
	X(EVENTS_UPDATE, "events.update", CALENDAR)                                                \
	X(EVENTS_DELETE, "events.delete", CALENDAR)                                                \
	X(FREEBUSY, "freebusy.query", CALENDAR)                                                    \
	X(UNKNOWN, "unknown", CALENDAR)
enum google_endpoint {
#define X(name, text, group) GOOGLE_ON_##name,
	GOOGLE_ENDPOINT_MAP(X)
#undef X
	    GOOGLE_ENDPOINT_COUNT
};
const char *google_endpoint_name(enum google_endpoint endpoint);

#define GOOGLE_STRIKE_MAP(X)                                                                       \
	X(NONE, "none")                                                                            \
	X(HTML, "502html")                                                                         \
	X(RESET_BEFORE, "reset_before")                                                            \
	X(RESET_AFTER, "reset_after")                                                              \
	X(TRUNCATED, "truncated")                                                                  \
	X(HANG, "hang")                                                                            \
	X(SLOW, "slow")                                                                            \
	X(NO_REFRESH_TOKEN, "no_refresh_token")                                                    \
	X(NEW_REFRESH_TOKEN, "new_refresh_token")                                                  \
	X(SHORT_PAGE, "short_page")                                                                \
	X(EMPTY_PAGE, "empty_page")                                                                \
	X(ODD_TIMES, "odd_times")                                                                  \
	X(BUSY_ERROR, "busy_error")                                                                \
	X(MEET_PENDING, "meet_pending")                                                            \
	X(MEET_FAILURE, "meet_failure")                                                            \
	X(REFUSAL, "refusal")                                                                      \
	X(REASON, "reason")
enum google_strike_kind {
#define X(name, text) GOOGLE_STRIKE_##name,
	GOOGLE_STRIKE_MAP(X)
#undef X
	    GOOGLE_STRIKE_COUNT
};

/* What strikes a call. */
struct google_strike {
	enum google_strike_kind kind;
	enum google_refusal refusal; /* of the OAuth endpoints */
	enum google_reason reason;   /* of the Calendar API */
	unsigned status;             /* 0: the one that belongs to it */
	int64_t delay_ms;
};

const char *google_rule_add(struct google *g, const json_t *spec);
void google_rules_clear(struct google *g);
void google_rules_write(const struct google *g, struct buf *out);
/* kind is NONE if nothing strikes; account may be NULL. */
struct google_strike google_rule_take(
    struct google *g, enum google_endpoint endpoint, const struct google_account *account);
