#include "salesreg/sandbox/google/calendar/events.h"
#include "salesreg/base/civil.h"
#include "salesreg/base/json.h"
#include "salesreg/base/rfc3339.h"
#include "salesreg/base/time_zone.h"
#include "salesreg/sandbox/google/accounts.h"
#include "salesreg/sandbox/google/calendar/recurrence.h"
#include "salesreg/sandbox/google/calendar/zone.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { REMINDERS_MAX = 5, REMINDER_MAX_MIN = 40320, KEY_MAX = 44, VALUE_MAX = 1024 };
static const int64_t MINUTE_US = INT64_C(60) * 1000000;
/* 0000-01-01T00:00:00Z, 9999-12-31T23:59:59Z */
static const int64_t FIRST_US = INT64_C(-62167219200) * 1000000;
static const int64_t LAST_US = INT64_C(253402300799) * 1000000;
static const enum google_reason GOOD = GOOGLE_REASON_COUNT;

/* What a client may write. */
static const char *const members[] = {"summary", "description", "location", "start", "end",
    "attendees", "reminders", "extendedProperties", "transparency", "visibility", "colorId",
    "source", "recurrence", "recurringEventId", "originalStartTime", "eventType", "status",
    "conferenceData", "hangoutLink", "organizer", "iCalUID", "guestsCanModify",
    "guestsCanInviteOthers", "guestsCanSeeOtherGuests", "workingLocationProperties",
    "outOfOfficeProperties", "focusTimeProperties"};

struct google_event *google_event_find(const struct google_calendar *calendar, const char *id)
{
	struct google_event *event;
	TAILQ_FOREACH (event, &calendar->events, entry)
		if (strcmp(event->id, id) == 0)
			return event;
	return NULL;
}

bool google_event_is_id(const char *id)
{
	size_t n = strlen(id);
	return n >= 5 && n <= 1024 && strspn(id, "abcdefghijklmnopqrstuv0123456789") == n;
}

/* --- when it is --- */

static const char *text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

/* A time with its offset, or without one in a zone: its own, or the calendar's. */
static bool read_time(
    const struct google_calendar *calendar, const char *text, const char *zone, int64_t *us)
{
	char with[RFC3339_SIZE + 16];
	int64_t wall_us;
	if (rfc3339_parse(text, strlen(text), us))
		return true;
	int n = snprintf(with, sizeof with, "%sZ", text);
	if (n < 0 || (size_t)n >= sizeof with || !rfc3339_parse(with, (size_t)n, &wall_us))
		return false;
	struct google_zone *own = zone ? google_zone_load(zone) : NULL;
	*us = google_zone_instant(own ? own : calendar->clock, wall_us);
	google_zone_free(own);
	return own || !zone;
}

static enum google_reason read_end(
    const struct google_calendar *calendar, const json_t *end, int64_t *us, bool *all_day)
{
	const char *date = text_of(end, "date"), *time = text_of(end, "dateTime");
	const char *zone = text_of(end, "timeZone");
	int32_t days;
	if (!date && !time)
		return GOOGLE_REASON_REQUIRED;
	if ((date && time) || (zone && !time_zone_exists(zone)))
		return GOOGLE_REASON_INVALID;
	*all_day = date != NULL;
	if (time)
		return read_time(calendar, time, zone, us) ? GOOD : GOOGLE_REASON_INVALID;
	if (!rfc3339_parse_date(date, strlen(date), &days))
		return GOOGLE_REASON_INVALID;
	*us = google_zone_instant(calendar->clock, (int64_t)days * CIVIL_DAY_SECONDS * 1000000);
	return GOOD;
}

static enum google_reason read_times(const struct google_calendar *calendar, const json_t *resource,
    struct google_event *event, const char **where)
{
	bool ends_all_day = false;
	*where = "start";
	enum google_reason wrong = read_end(
	    calendar, json_object_get(resource, "start"), &event->start_us, &event->all_day);
	if (wrong != GOOD)
		return wrong;
	*where = "end";
	wrong = read_end(calendar, json_object_get(resource, "end"), &event->end_us, &ends_all_day);
	if (wrong != GOOD)
		return wrong;
	if (event->all_day != ends_all_day)
		return GOOGLE_REASON_INVALID;
	if (event->end_us < event->start_us || (event->all_day && event->end_us == event->start_us))
		return GOOGLE_REASON_RANGE_EMPTY;
	return GOOD;
}

void google_events_retime(struct google_calendar *calendar)
{
	struct google_event *event;
	const char *where;
	TAILQ_FOREACH (event, &calendar->events, entry)
		if (read_times(calendar, event->resource, event, &where) != GOOD)
			abort(); /* they were good when it was made */
}

/* --- what it may hold --- */

static bool are_reminders(const json_t *reminders)
{
	const json_t *overrides = json_object_get(reminders, "overrides");
	size_t i;
	json_t *one;
	if (!reminders)
		return true;
	if (!json_is_object(reminders) || (overrides && !json_is_array(overrides)) ||
	    json_array_size(overrides) > REMINDERS_MAX)
		return false;
	if (json_get_bool(reminders, "useDefault", false) && json_array_size(overrides) > 0)
		return false;
	json_array_foreach (overrides, i, one) {
		const char *method = text_of(one, "method");
		int64_t minutes = json_get_i64(one, "minutes", -1);
		if (!method || (strcmp(method, "popup") != 0 && strcmp(method, "email") != 0) ||
		    minutes < 0 || minutes > REMINDER_MAX_MIN)
			return false;
	}
	return true;
}

static bool are_properties(const json_t *properties)
{
	static const char *const kinds[] = {"private", "shared"};
	const char *key;
	json_t *value;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		json_object_foreach (json_object_get(properties, kinds[i]), key, value)
			if (!json_is_string(value) || strlen(key) > KEY_MAX ||
			    json_string_length(value) > VALUE_MAX)
				return false;
	return true;
}

static bool are_attendees(const json_t *attendees)
{
	size_t i;
	json_t *one;
	json_array_foreach (attendees, i, one) {
		const char *email = text_of(one, "email");
		if (!email || !strchr(email, '@'))
			return false;
	}
	return !attendees || json_is_array(attendees);
}

/* A time on the wall that comes again needs its zone. */
static bool is_recurrence(const json_t *resource)
{
	struct google_recurrence rule;
	const json_t *recurrence = json_object_get(resource, "recurrence");
	const json_t *start = json_object_get(resource, "start");
	bool placed = json_object_get(start, "date") || json_object_get(start, "timeZone");
	return !recurrence || (placed && google_recurrence_read(recurrence, &rule));
}

static bool is_person(const json_t *person)
{
	const char *email = text_of(person, "email");
	return !person || (email && *email);
}

static bool is_one_of(const json_t *value, const char *const *words)
{
	for (; value && *words; words++)
		if (json_is_string(value) && strcmp(json_string_value(value), *words) == 0)
			return true;
	return !value;
}

static enum google_reason check(
    const struct google_calendar *calendar, const json_t *resource, const char **where)
{
	static const char *const transparencies[] = {"opaque", "transparent", NULL};
	static const char *const visibilities[] = {
	    "default", "public", "private", "confidential", NULL};
	static const char *const types[] = {
	    "default", "outOfOffice", "focusTime", "workingLocation", "birthday", NULL};
	const json_t *type = json_object_get(resource, "eventType");
	bool special = json_is_string(type) && strcmp(json_string_value(type), "default") != 0;
	const struct {
		const char *name;
		bool good;
	} rules[] = {
	    {"recurrence", is_recurrence(resource)},
	    {"reminders", are_reminders(json_object_get(resource, "reminders"))},
	    {"extendedProperties", are_properties(json_object_get(resource, "extendedProperties"))},
	    {"attendees", are_attendees(json_object_get(resource, "attendees"))},
	    {"organizer", is_person(json_object_get(resource, "organizer"))},
	    {"transparency", is_one_of(json_object_get(resource, "transparency"), transparencies)},
	    {"visibility", is_one_of(json_object_get(resource, "visibility"), visibilities)},
	    /* the others are of a person's own calendar, whose id is an address */
	    {"eventType", is_one_of(type, types) &&
			      !(special && strstr(calendar->id, "@group.calendar.google.com"))},
	};
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		if (!rules[i].good) {
			*where = rules[i].name;
			return GOOGLE_REASON_INVALID;
		}
	return GOOD;
}

static json_t *copy_members(const json_t *resource)
{
	json_t *copy = json_object();
	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		const json_t *value = json_object_get(resource, members[i]);
		if (value && !json_is_null(value))
			(void)json_object_set_new(copy, members[i], json_deep_copy(value));
	}
	size_t i;
	json_t *one;
	json_array_foreach (json_object_get(copy, "attendees"), i, one)
		if (!json_object_get(one, "responseStatus"))
			(void)json_object_set_new(
			    one, "responseStatus", json_string("needsAction"));
	return copy;
}

/* --- changes --- */

void google_event_touch(
    struct google *g, struct google_calendar *calendar, struct google_event *event)
{
	g->changes++;
	event->version = ++calendar->version;
	event->updated_s = sandbox_now_s(g->sandbox);
}

static bool is_text(const json_t *object, const char *name, const char *text)
{
	const char *value = text_of(object, name);
	return value && strcmp(value, text) == 0;
}

static struct google_event *event_add(
    struct google *g, struct google_calendar *calendar, const char *id)
{
	struct google_event *event = calloc(1, sizeof *event);
	char made[40];
	if (!event)
		abort();
	(void)snprintf(made, sizeof made, "%026llu", (unsigned long long)++g->next_id);
	set_string(&event->id, id ? id : made);
	event->created_s = sandbox_now_s(g->sandbox);
	TAILQ_INSERT_TAIL(&calendar->events, event, entry);
	calendar->event_count++;
	return event;
}

enum google_reason google_event_put(struct google *g, struct google_calendar *calendar,
    struct google_event **event, const char *id, const json_t *resource, const char **where)
{
	struct google_event times = {0};
	enum google_reason wrong = check(calendar, resource, where);
	if (wrong == GOOD)
		wrong = read_times(calendar, resource, &times, where);
	if (wrong != GOOD)
		return wrong;
	*where = NULL;
	if (!*event && calendar->event_count == GOOGLE_EVENTS_OF_CALENDAR_MAX)
		return GOOGLE_REASON_QUOTA;
	struct google_event *e = *event ? *event : event_add(g, calendar, id);
	json_decref(e->resource);
	e->resource = copy_members(resource);
	e->start_us = times.start_us;
	e->end_us = times.end_us;
	e->all_day = times.all_day;
	e->cancelled = is_text(resource, "status", "cancelled");
	e->free = is_text(resource, "transparency", "transparent") ||
		  is_text(resource, "eventType", "workingLocation");
	e->is_series = json_object_get(resource, "recurrence") != NULL;
	e->is_occurrence = json_object_get(resource, "recurringEventId") != NULL;
	e->sequence += *event != NULL;
	google_event_touch(g, calendar, e);
	*event = e;
	return GOOD;
}

void google_event_cancel(
    struct google *g, struct google_calendar *calendar, struct google_event *event)
{
	event->cancelled = true;
	google_event_touch(g, calendar, event);
}

/* --- answers --- */

void google_event_etag(const struct google_event *event, char out[40])
{
	(void)snprintf(
	    out, 40, "\"%lld%06lld\"", (long long)event->updated_s, (long long)event->version);
}

void google_time_write(int64_t us, const struct google_zone *clock, char out[GOOGLE_TIME_SIZE])
{
	char utc[RFC3339_SIZE];
	int offset_min = (int)(google_zone_offset_s(clock, us) / 60);
	int64_t local_us = us + offset_min * MINUTE_US;
	/* a day's beginning elsewhere may lie in a year that four digits cannot say */
	if (local_us < FIRST_US)
		local_us = FIRST_US;
	if (local_us > LAST_US)
		local_us = LAST_US;
	rfc3339_format(local_us, utc);
	int east = offset_min < 0 ? -offset_min : offset_min;
	if (!clock)
		(void)snprintf(out, GOOGLE_TIME_SIZE, "%s", utc);
	else
		(void)snprintf(out, GOOGLE_TIME_SIZE, "%.*s%c%02d:%02d", (int)strlen(utc) - 1, utc,
		    offset_min < 0 ? '-' : '+', east / 60 % 24, east % 60);
}

static void set_text(json_t *object, const char *name, const char *text)
{
	(void)json_object_set_new(object, name, json_string(text));
}

static void set_instant(json_t *object, const char *name, int64_t s)
{
	char text[RFC3339_SIZE];
	rfc3339_format(s * 1000000, text);
	set_text(object, name, text);
}

/* A time that came without its offset is given one. */
static void set_offset(json_t *end, int64_t us, const struct google_zone *clock)
{
	int64_t ignored;
	char text[GOOGLE_TIME_SIZE];
	const char *time = text_of(end, "dateTime");
	if (!time || rfc3339_parse(time, strlen(time), &ignored))
		return;
	google_time_write(us, clock, text);
	set_text(end, "dateTime", text);
}

static bool is_self(const struct google_account *account, const json_t *person)
{
	const char *email = text_of(person, "email");
	return email && strcasecmp(email, account->email) == 0;
}

bool google_event_is_invitation(
    const struct google_calendar *calendar, const struct google_event *event)
{
	const char *organizer = text_of(json_object_get(event->resource, "organizer"), "email");
	return organizer && strcasecmp(organizer, calendar->id) != 0;
}

static void set_people(
    json_t *object, const struct google_account *account, const struct google_calendar *calendar)
{
	size_t i;
	json_t *one, *organizer = json_object_get(object, "organizer");
	if (!organizer) {
		organizer = json_object();
		set_text(organizer, "email", calendar->id);
		(void)json_object_set_new(object, "organizer", organizer);
	}
	if (!json_object_get(object, "creator")) {
		json_t *creator = json_object();
		set_text(creator, "email", text_of(organizer, "email"));
		(void)json_object_set_new(object, "creator", creator);
	}
	if (strcasecmp(text_of(organizer, "email"), calendar->id) == 0)
		(void)json_object_set_new(organizer, "self", json_true());
	json_array_foreach (json_object_get(object, "attendees"), i, one)
		if (is_self(account, one))
			(void)json_object_set_new(one, "self", json_true());
}

json_t *google_event_json(const struct google_account *account,
    const struct google_calendar *calendar, const struct google_event *event, bool brief)
{
	static const char *const shown[] = {"start", "end", "transparency", "eventType"};
	char etag[40], uid[1100];
	json_t *object = brief ? json_object() : json_deep_copy(event->resource);
	for (size_t i = 0; brief && i < sizeof shown / sizeof *shown; i++) {
		const json_t *value = json_object_get(event->resource, shown[i]);
		if (value)
			(void)json_object_set_new(object, shown[i], json_deep_copy(value));
	}
	google_event_etag(event, etag);
	set_text(object, "kind", "calendar#event");
	set_text(object, "etag", etag);
	set_text(object, "id", event->id);
	if (event->cancelled || !json_object_get(object, "status"))
		set_text(object, "status", event->cancelled ? "cancelled" : "confirmed");
	set_offset(json_object_get(object, "start"), event->start_us, calendar->clock);
	set_offset(json_object_get(object, "end"), event->end_us, calendar->clock);
	if (brief) {
		set_text(object, "visibility", "private");
		return object;
	}
	set_instant(object, "created", event->created_s);
	set_instant(object, "updated", event->updated_s);
	(void)snprintf(uid, sizeof uid, "%s@google.com", event->id);
	if (!json_object_get(object, "iCalUID"))
		set_text(object, "iCalUID", uid);
	(void)json_object_set_new(object, "sequence", json_integer(event->sequence));
	if (!json_object_get(object, "eventType"))
		set_text(object, "eventType", "default");
	if (!json_object_get(object, "reminders"))
		(void)json_object_set_new(object, "reminders", json_pack("{s:b}", "useDefault", 1));
	set_people(object, account, calendar);
	return object;
}

bool google_event_blocks(const struct google_calendar *calendar, const struct google_event *event)
{
	size_t i;
	json_t *one;
	if (event->cancelled || event->free || event->is_series || event->end_us <= event->start_us)
		return false;
	json_array_foreach (json_object_get(event->resource, "attendees"), i, one) {
		const char *email = text_of(one, "email");
		if (email && strcasecmp(email, calendar->id) == 0 &&
		    is_text(one, "responseStatus", "declined"))
			return false;
	}
	return true;
}
