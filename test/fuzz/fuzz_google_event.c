/*
 * JSON → an event of the emulated Google: what is taken has times in order and an answer that is an event; what is kept of it is
 * the same after it was read back. The same JSON as a file of an earlier run.
 */
#include "fuzz.h"
#include "salesreg/base/json.h"
#include "salesreg/sandbox/google/accounts.h"
#include "salesreg/sandbox/google/calendar/events.h"
#include "salesreg/sandbox/google/calendar/recurrence.h"
#include "salesreg/sandbox/google/calendar/series.h"
#include "salesreg/sandbox/google/google.h"
#include "salesreg/sandbox/google/remember.h"

static struct google_calendar *first_calendar(const struct google *g)
{
	const struct google_account *account = TAILQ_FIRST(&g->accounts);
	const struct google_share *primary = account ? google_share_find(account, "primary") : NULL;
	return primary ? primary->calendar : NULL;
}

static void check(const struct google *g, const struct google_calendar *calendar,
    const struct google_event *event)
{
	const char *status;
	json_t *whole = google_event_json(TAILQ_FIRST(&g->accounts), calendar, event, false);
	json_t *brief = google_event_json(TAILQ_FIRST(&g->accounts), calendar, event, true);
	require(event->start_us <= event->end_us);
	require(!event->all_day || event->start_us < event->end_us);
	require(!event->cancelled || !google_event_blocks(calendar, event));
	require(strcmp(json_string_value(json_object_get(whole, "id")), event->id) == 0);
	require(
	    (status = json_string_value(json_object_get(whole, "status"))) || !event->cancelled);
	require(!event->cancelled || strcmp(status, "cancelled") == 0);
	require(!json_object_get(brief, "summary") && !json_object_get(brief, "attendees"));
	(void)google_event_is_invitation(calendar, event);
	char text[GOOGLE_TIME_SIZE];
	google_time_write(event->start_us, calendar->clock, text);
	google_time_write(event->end_us, NULL, text);
	json_decref(whole);
	json_decref(brief);
}

static void check_kept(struct google *g, const struct google_event *event)
{
	int64_t start_us = event->start_us, end_us = event->end_us;
	bool cancelled = event->cancelled, is_free = event->free;
	json_t *kept = google_remember(g);
	require(kept);
	google_recall(g, kept);
	const struct google_calendar *calendar = first_calendar(g);
	require(calendar && calendar->event_count == 1);
	event = TAILQ_FIRST(&calendar->events);
	require(event->start_us == start_us && event->end_us == end_us);
	require(event->cancelled == cancelled && event->free == is_free);
	json_t *again = google_remember(g);
	require(json_equal(kept, again));
	json_decref(kept);
	json_decref(again);
}

/* Each occurrence is an event as good as any, and none is left of a series that is cancelled. */
static void check_series(struct google *g)
{
	struct google_calendar *calendar = first_calendar(g);
	struct google_event *series = TAILQ_FIRST(&calendar->events), *event;
	google_series_apply(g, calendar, series);
	require(calendar->event_count <= GOOGLE_OCCURRENCES_MAX + 1);
	TAILQ_FOREACH (event, &calendar->events, entry)
		check(g, calendar, event);
	google_event_cancel(g, calendar, series);
	google_series_apply(g, calendar, series);
	TAILQ_FOREACH (event, &calendar->events, entry)
		require(event->cancelled);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct sandbox s = {0};
	json_t *json = json_loadb((const char *)bytes, size, 0, NULL);
	if (!json)
		return 0;
	struct google *g = google_create(&s, NULL);
	struct google_calendar *calendar = first_calendar(g);
	struct google_event *event = NULL;
	const char *where = NULL;
	if (google_event_put(g, calendar, &event, NULL, json, &where) == GOOGLE_REASON_COUNT) {
		check(g, calendar, event);
		check_kept(g, event);
		check_series(g);
	}
	google_recall(g, json);
	json_t *kept = google_remember(g);
	require(kept);
	json_decref(kept);
	google_destroy(g);
	json_decref(json);
	return 0;
}
