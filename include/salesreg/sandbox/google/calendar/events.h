/*
 * Events: what they may hold, when they are, and how they look in an answer.
 * Ownership: a calendar owns its events, and keeps the deleted ones: their ids stay taken. Resources are copied.
 * Units: microseconds since 1970. An all-day event, and a time without an offset or a zone, are in the calendar's zone (zone.h).
 * Errors: GOOGLE_REASON_COUNT where all is well, else the reason, and the member in question in *where.
 * Facts: developers.google.com/calendar/api/v3/reference/events. Rules that recurrence.h does not know are refused (400 invalid).
 */
#pragma once
#include "salesreg/sandbox/google/state.h"

struct google_event *google_event_find(const struct google_calendar *calendar, const char *id);
/* 5 to 1024 of a-v and 0-9 */
bool google_event_is_id(const char *id);

/* Makes the event, or if `event` is not NULL, puts the resource in place of what it had. id NULL: a new one. */
enum google_reason google_event_put(struct google *g, struct google_calendar *calendar,
    struct google_event **event, const char *id, const json_t *resource, const char **where);
void google_event_cancel(
    struct google *g, struct google_calendar *calendar, struct google_event *event);
/* After the calendar's zone was changed. */
void google_events_retime(struct google_calendar *calendar);
/* After a change that was none of google_event_put(). */
void google_event_touch(
    struct google *g, struct google_calendar *calendar, struct google_event *event);

/* In quotes, as it stands in headers. */
void google_event_etag(const struct google_event *event, char out[40]);
/* As an answer to this account has it. brief: only when it is. The caller's to release. */
json_t *google_event_json(const struct google_account *account,
    const struct google_calendar *calendar, const struct google_event *event, bool brief);
/* Does it take time of whose calendar it is? */
bool google_event_blocks(const struct google_calendar *calendar, const struct google_event *event);
/* Somebody else's, and only an invitation here? */
bool google_event_is_invitation(
    const struct google_calendar *calendar, const struct google_event *event);

/* "2026-12-31T10:00:00+08:00"; NULL: in UTC, with a Z */
enum { GOOGLE_TIME_SIZE = 40 };
void google_time_write(int64_t us, const struct google_zone *clock, char out[GOOGLE_TIME_SIZE]);
