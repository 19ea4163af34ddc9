#include "salesreg/sandbox/google/calendar/free_busy.h"
#include "salesreg/base/rfc3339.h"
#include "salesreg/domain/calendar/slots.h"
#include "salesreg/sandbox/google/accounts.h"
#include "salesreg/sandbox/google/calendar/events.h"
#include "salesreg/sandbox/google/calendar/zone.h"
#include <stdlib.h>
#include <string.h>

enum { CALENDARS_MAX = 50, LISTED_MAX = 1000, RANGE_MAX_DAYS = 90 };
static const int64_t DAY_US = INT64_C(86400) * 1000000;
static const enum google_reason GOOD = GOOGLE_REASON_COUNT;

struct query {
	int64_t from_us, to_us;
	struct google_zone *clock; /* that the answer is written in; NULL: UTC */
	const json_t *items;
};

static enum google_reason read_instant(
    const json_t *body, const char *name, int64_t *us, const char **where)
{
	const json_t *value = json_object_get(body, name);
	*where = name;
	if (!value)
		return GOOGLE_REASON_REQUIRED;
	return json_is_string(value) &&
		       rfc3339_parse(json_string_value(value), json_string_length(value), us)
		   ? GOOD
		   : GOOGLE_REASON_INVALID;
}

static bool read_zone(const json_t *zone, struct google_zone **clock)
{
	*clock = json_is_string(zone) ? google_zone_load(json_string_value(zone)) : NULL;
	return *clock || !zone;
}

static enum google_reason read_query(const json_t *body, struct query *q, const char **where)
{
	enum google_reason wrong = read_instant(body, "timeMin", &q->from_us, where);
	if (wrong == GOOD)
		wrong = read_instant(body, "timeMax", &q->to_us, where);
	if (wrong != GOOD)
		return wrong;
	if (q->to_us <= q->from_us)
		return GOOGLE_REASON_RANGE_EMPTY;
	if (q->to_us - q->from_us > RANGE_MAX_DAYS * DAY_US)
		return GOOGLE_REASON_RANGE_LONG;
	*where = "items";
	q->items = json_object_get(body, "items");
	if (!json_is_array(q->items) || json_array_size(q->items) > LISTED_MAX)
		return GOOGLE_REASON_REQUIRED;
	for (size_t i = 0; i < json_array_size(q->items); i++)
		if (!json_is_string(json_object_get(json_array_get(q->items, i), "id")))
			return GOOGLE_REASON_REQUIRED;
	*where = "timeZone"; /* the last: from here on it is the caller's to free */
	return read_zone(json_object_get(body, "timeZone"), &q->clock) ? GOOD
								       : GOOGLE_REASON_INVALID;
}

static void write_busy(struct google_call *call, const struct query *q,
    const struct google_calendar *calendar, struct buf *out)
{
	struct slots_interval *busy =
	    ARENA_ARRAY(call->arena, struct slots_interval, calendar->event_count + 1);
	const struct google_event *event;
	size_t count = 0;
	char from[GOOGLE_TIME_SIZE], to[GOOGLE_TIME_SIZE];
	TAILQ_FOREACH (event, &calendar->events, entry)
		if (google_event_blocks(calendar, event) && event->start_us < q->to_us &&
		    event->end_us > q->from_us)
			busy[count++] = (struct slots_interval){event->start_us, event->end_us};
	count = slots_merge(busy, count);
	buf_adds(out, "{\"busy\":[");
	for (size_t i = 0; i < count; i++) {
		google_time_write(busy[i].from, q->clock, from);
		google_time_write(busy[i].until, q->clock, to);
		buf_addf(out, "%s{\"start\":\"%s\",\"end\":\"%s\"}", i > 0 ? "," : "", from, to);
	}
	buf_adds(out, "]}");
}

static void write_error(const char *reason, struct buf *out)
{
	buf_addf(out, "{\"errors\":[{\"domain\":\"%s\",\"reason\":\"%s\"}],\"busy\":[]}",
	    strcmp(reason, "tooManyCalendarsRequested") == 0 ? "calendar" : "global", reason);
}

static void write_calendar(
    struct google_call *call, const struct query *q, const char *id, struct buf *out)
{
	const struct google_share *share = google_share_find(call->account, id);
	if (json_array_size(q->items) > CALENDARS_MAX)
		write_error("tooManyCalendarsRequested", out);
	else if (!share)
		write_error("notFound", out);
	else if (call->strike.kind == GOOGLE_STRIKE_BUSY_ERROR)
		write_error("internalError", out);
	else if (share->calendar->unreadable[0])
		write_error(share->calendar->unreadable, out);
	else
		write_busy(call, q, share->calendar, out);
}

void google_free_busy(struct google_call *call)
{
	struct buf *out = &call->sandbox->out;
	struct query q = {0};
	const char *where = NULL;
	char from[GOOGLE_TIME_SIZE], to[GOOGLE_TIME_SIZE];
	enum google_reason wrong = read_query(call->params->document, &q, &where);
	if (wrong != GOOD) {
		google_call_fail(call, wrong, where);
		return;
	}
	google_time_write(q.from_us, NULL, from);
	google_time_write(q.to_us, NULL, to);
	buf_clear(out);
	buf_addf(out,
	    "{\"kind\":\"calendar#freeBusy\",\"timeMin\":\"%s\",\"timeMax\":\"%s\","
	    "\"calendars\":{",
	    from, to);
	for (size_t i = 0; i < json_array_size(q.items); i++) {
		const char *id =
		    json_string_value(json_object_get(json_array_get(q.items, i), "id"));
		if (i > 0)
			buf_addc(out, ',');
		write_string(out, id);
		buf_addc(out, ':');
		write_calendar(call, &q, id, out);
	}
	buf_adds(out, "}}");
	google_zone_free(q.clock);
	google_call_json(call);
}
