#include "salesreg/sandbox/google/calendar/series.h"
#include "salesreg/base/civil.h"
#include "salesreg/base/rfc3339.h"
#include "salesreg/sandbox/google/calendar/events.h"
#include "salesreg/sandbox/google/calendar/recurrence.h"
#include "salesreg/sandbox/google/calendar/zone.h"
#include <stdio.h>
#include <string.h>

static const int64_t DAY_US = INT64_C(86400) * 1000000;
/* no occurrence is written beyond the years of four digits: 9998-12-31 */
static const int64_t LAST_US = INT64_C(253370764800) * 1000000;

/* One occurrence. */
struct occurrence {
	int64_t start_us, end_us;
	json_t *resource;
	char id[1100];
};

static json_t *time_of(
    const json_t *original, int64_t us, bool all_day, const struct google_zone *clock)
{
	char text[GOOGLE_TIME_SIZE];
	const char *zone = json_string_value(json_object_get(original, "timeZone"));
	google_time_write(us, clock, text);
	if (all_day)
		return json_pack("{s:s%}", "date", text, (size_t)10);
	return zone ? json_pack("{s:s,s:s}", "dateTime", text, "timeZone", zone)
		    : json_pack("{s:s}", "dateTime", text);
}

/* The same time on the wall, so many days later. */
static int64_t later(const struct google_zone *clock, int64_t us, int64_t days)
{
	int64_t wall_us = us + google_zone_offset_s(clock, us) * 1000000;
	return google_zone_instant(clock, wall_us + days * DAY_US);
}

static void write_id(
    const struct google_event *series, const struct google_zone *clock, struct occurrence *o)
{
	char text[GOOGLE_TIME_SIZE], packed[GOOGLE_TIME_SIZE];
	size_t n = 0;
	google_time_write(o->start_us, series->all_day ? clock : NULL, text);
	for (const char *p = text; *p; p++)
		if (*p != '-' && *p != ':')
			packed[n++] = *p;
	packed[n] = '\0';
	(void)snprintf(
	    o->id, sizeof o->id, "%.1024s_%.*s", series->id, series->all_day ? 8 : (int)n, packed);
}

static void make(const struct google_event *series, const struct google_zone *own,
    const struct google_zone *calendar_clock, int64_t days, struct occurrence *o)
{
	const struct google_zone *clock = own ? own : calendar_clock;
	o->start_us = later(clock, series->start_us, days);
	o->end_us = later(clock, series->end_us, days);
	write_id(series, clock, o);
	o->resource = json_deep_copy(series->resource);
	(void)json_object_del(o->resource, "recurrence");
	json_t *start = json_object_get(o->resource, "start");
	json_t *first = time_of(start, o->start_us, series->all_day, calendar_clock);
	json_t *last = time_of(start, o->end_us, series->all_day, calendar_clock);
	(void)json_object_set(o->resource, "originalStartTime", first);
	(void)json_object_set_new(o->resource, "start", first);
	(void)json_object_set_new(o->resource, "end", last);
	(void)json_object_set_new(o->resource, "recurringEventId", json_string(series->id));
}

static void expand(
    struct google *g, struct google_calendar *calendar, const struct google_event *series)
{
	struct google_recurrence rule;
	const json_t *start = json_object_get(series->resource, "start");
	const char *zone = json_string_value(json_object_get(start, "timeZone"));
	if (!google_recurrence_read(json_object_get(series->resource, "recurrence"), &rule))
		return;
	struct google_zone *own = zone && !series->all_day ? google_zone_load(zone) : NULL;
	for (int64_t i = 0; i < rule.count; i++) {
		struct occurrence o;
		if (series->end_us + (i + 1) * rule.step_days * DAY_US > LAST_US)
			break;
		make(series, own, calendar->clock, i * rule.step_days, &o);
		bool over = o.start_us > rule.until_us;
		struct google_event *event = google_event_find(calendar, o.id);
		const char *where;
		if (!over)
			over = google_event_put(g, calendar, &event, o.id, o.resource, &where) !=
			       GOOGLE_REASON_COUNT;
		json_decref(o.resource);
		if (over)
			break;
	}
	google_zone_free(own);
}

void google_series_apply(
    struct google *g, struct google_calendar *calendar, const struct google_event *series)
{
	int64_t before = calendar->version;
	struct google_event *event;
	if (!series->cancelled && series->is_series)
		expand(g, calendar, series);
	TAILQ_FOREACH (event, &calendar->events, entry) {
		const char *of =
		    json_string_value(json_object_get(event->resource, "recurringEventId"));
		if (of && event->version <= before && !event->cancelled &&
		    strcmp(of, series->id) == 0)
			google_event_cancel(g, calendar, event);
	}
}
