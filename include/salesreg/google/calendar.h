/*
 * Calls of Google's Calendar API v3, each answer with the class that says what to do about it, and what is read of the answers.
 *
 * Ownership: as in google/oauth.h, whose client makes the calls. What is parsed lives in the arena.
 * Units: microseconds since 1970; days since 1970. Errors: calendar_answer.class.
 * Callbacks: as in google/oauth.h.
 *
 * Sources: the v3 discovery document, "Handle API errors", "Synchronize resources efficiently" (developers.google.com/calendar).
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/google/oauth.h"
#include <jansson.h>

#define CALENDAR_CLASS_MAP(X)                                                                      \
	X(OK, "done")                                                                              \
	X(TOKEN, "the access token is not accepted")                                               \
	X(SCOPE, "a box of the consent page was not ticked")                                       \
	X(OPERATOR, "the Calendar API is not enabled in the project at Google")                    \
	X(FORBIDDEN, "no right on this calendar")                                                  \
	X(MISSING, "there is no such calendar or event")                                           \
	X(RESYNC, "the sync token is of no use any more")                                          \
	X(GONE, "deleted before")                                                                  \
	X(CONFLICT, "the id is taken")                                                             \
	X(STALE, "somebody else changed it first")                                                 \
	X(RATE, "too many requests; later")                                                        \
	X(QUOTA, "writes are refused for hours")                                                   \
	X(BUG, "refused for good: the request itself is wrong")                                    \
	X(TRANSIENT, "not done; worth another try")
enum calendar_class {
#define X(name, sentence) CALENDAR_ANSWER_##name,
	CALENDAR_CLASS_MAP(X)
#undef X
};
const char *calendar_class_sentence(enum calendar_class class);

struct calendar_answer {
	enum calendar_class class;
	const char *reason;    /* Google's word, for a log; never NULL */
	const json_t *body;    /* OK only; NULL if there is none. For the callback */
	struct arena *arena;   /* for what is parsed; lasts for the callback */
	int64_t retry_after_s; /* -1: not said */
};
typedef void calendar_callback(const struct calendar_answer *answer, void *data);
/* status 0: there was no answer, and error says why. */
enum calendar_class calendar_classify(
    struct arena *a, long status, const json_t *body, const char *error, const char **reason);

/* path: below the base, with its query, escaped. json: the body, or NULL; copied. access_token: not kept. */
void google_calendar_call(struct google_client *g, const char *method, const char *path,
    const char *json, const char *access_token, calendar_callback *done, void *data);
/* A part of a path or of a query. */
const char *google_escape(struct arena *a, const char *text);

/* calendarList.list ------------------------------------------------------------------------------------------------------------*/
struct calendar_entry {
	const char *id, *summary, *role, *zone;
	bool primary, selected, deleted;
};
struct calendar_page {
	struct calendar_entry *entries;
	size_t count;
	bool strange;     /* there is more than `entries`: what, cannot be read */
	const char *next; /* page token, NULL: it was the last one */
};
const char *calendar_list_path(struct arena *a, const char *page_token);
void calendar_page_parse(struct arena *a, const json_t *body, struct calendar_page *out);

/* events.list ------------------------------------------------------------------------------------------------------------------*/
struct event_entry {
	const char *id;
	bool busy;    /* false: cancelled, free, declined, a place of work: nothing of it is kept */
	bool unknown; /* it may keep busy, and when, cannot be read: never to be taken for free */
	bool all_day;
	int64_t starts_us, ends_us; /* of timed ones */
	int32_t first_day,
	    end_day; /* of all-day ones, in the calendar's zone; the end is exclusive */
};
struct event_page {
	struct event_entry *entries;
	size_t count;
	bool strange;                  /* there is more than `entries`: what, cannot be read */
	const char *next, *sync_token; /* one of them; NULL */
	const char *zone;              /* of the calendar */
};
/* sync_token NULL: all that end after from_us. */
const char *event_list_path(struct arena *a, const char *calendar, const char *sync_token,
    int64_t from_us, const char *page_token);
/* What cannot be understood counts as busy where its times can be, and is unknown where they cannot. */
void event_page_parse(struct arena *a, const json_t *body, struct event_page *out);

/* freeBusy.query ---------------------------------------------------------------------------------------------------------------*/
struct busy_entry {
	const char *calendar;
	bool unknown; /* an error entry: never to be taken for free */
	int64_t starts_us, ends_us;
};
const char *busy_body(
    struct arena *a, const char *const *calendars, size_t count, int64_t from_us, int64_t to_us);
/* One of `unknown` for each calendar that was asked for and is missing or has errors. */
size_t busy_parse(struct arena *a, const json_t *body, const char *const *calendars, size_t count,
    struct busy_entry **out);
