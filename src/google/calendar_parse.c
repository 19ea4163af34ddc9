/* What is read of the Calendar API's answers. */
#include "client_private.h"
#include "salesreg/base/buf.h"
#include "salesreg/base/json.h"
#include "salesreg/base/rfc3339.h"
#include "salesreg/google/calendar.h"
#include <string.h>

enum { PATH_BYTES = 8 * 1024, BODY_BYTES = 64 * 1024, PAGE_MOST = 250 };

static const char *text_of(struct arena *a, const json_t *object, const char *key)
{
	return arena_strdup(a, json_get_text(a, object, key));
}

const char *google_escape(struct arena *a, const char *text)
{
	struct buf out;
	buf_init(&out, PATH_BYTES);
	google_add_escaped(&out, text);
	const char *escaped = arena_strdup(a, buf_text(&out));
	buf_finish(&out);
	return escaped;
}

const char *calendar_class_sentence(enum calendar_class class)
{
	static const char *const sentences[] = {
#define X(name, sentence) sentence,
	    CALENDAR_CLASS_MAP(X)
#undef X
	};
	return sentences[class];
}

/* errors[0].reason, then details[].reason: the order that Google's guide gives them. */
static const char *reason_of(struct arena *a, const json_t *body)
{
	const json_t *error = json_get_object(body, "error");
	const char *reason =
	    text_of(a, json_array_get(json_get_array(error, "errors"), 0), "reason");
	const json_t *details = json_get_array(error, "details");
	for (size_t i = 0; !reason && i < json_array_size(details); i++)
		reason = text_of(a, json_array_get(details, i), "reason");
	return reason;
}

enum calendar_class calendar_classify(
    struct arena *a, long status, const json_t *body, const char *error, const char **reason)
{
	static const struct {
		const char *reason;
		enum calendar_class class;
	} reasons[] = {
	    {"authError", CALENDAR_ANSWER_TOKEN},
	    {"required", CALENDAR_ANSWER_BUG},
	    {"insufficientPermissions", CALENDAR_ANSWER_SCOPE},
	    {"ACCESS_TOKEN_SCOPE_INSUFFICIENT", CALENDAR_ANSWER_SCOPE},
	    {"accessNotConfigured", CALENDAR_ANSWER_OPERATOR},
	    {"SERVICE_DISABLED", CALENDAR_ANSWER_OPERATOR},
	    {"forbidden", CALENDAR_ANSWER_FORBIDDEN},
	    {"requiredAccessLevel", CALENDAR_ANSWER_FORBIDDEN},
	    {"forbiddenForNonOrganizer", CALENDAR_ANSWER_FORBIDDEN},
	    {"rateLimitExceeded", CALENDAR_ANSWER_RATE},
	    {"userRateLimitExceeded", CALENDAR_ANSWER_RATE},
	    {"quotaExceeded", CALENDAR_ANSWER_QUOTA},
	    {"notFound", CALENDAR_ANSWER_MISSING},
	    {"conditionNotMet", CALENDAR_ANSWER_STALE},
	    {"duplicate", CALENDAR_ANSWER_CONFLICT},
	    {"deleted", CALENDAR_ANSWER_GONE},
	    {"fullSyncRequired", CALENDAR_ANSWER_RESYNC},
	    {"updatedMinTooLongAgo", CALENDAR_ANSWER_RESYNC},
	};
	*reason = error;
	if (status >= 200 && status < 300) {
		*reason = "";
		return CALENDAR_ANSWER_OK;
	}
	if (status == 0)
		return CALENDAR_ANSWER_TRANSIENT;
	const char *said = reason_of(a, body);
	*reason = said ? said : arena_printf(a, "HTTP status %ld", status);
	/* a proxy's page says nothing of Google's: no token is dead of it, no calendar gone */
	if (!json_get_object(body, "error"))
		return status == 429 ? CALENDAR_ANSWER_RATE : CALENDAR_ANSWER_TRANSIENT;
	if (status == 401)
		return CALENDAR_ANSWER_TOKEN;
	for (size_t i = 0; said && i < sizeof reasons / sizeof *reasons; i++)
		if (strcmp(reasons[i].reason, said) == 0)
			return reasons[i].class;
	switch (status) {
	case 404:
		return CALENDAR_ANSWER_MISSING;
	case 409:
		return CALENDAR_ANSWER_CONFLICT;
	case 410:
		return CALENDAR_ANSWER_RESYNC;
	case 412:
		return CALENDAR_ANSWER_STALE;
	case 429:
		return CALENDAR_ANSWER_RATE;
	case 400:
		return CALENDAR_ANSWER_BUG;
	default:
		return CALENDAR_ANSWER_TRANSIENT;
	}
}

/* Of a list that is all there the last page names what to sync from, every other one the next page. */
static bool is_strange(const json_t *body)
{
	const json_t *items = json_object_get(body, "items");
	return items ? !json_is_array(items)
		     : !json_is_string(json_object_get(body, "nextPageToken")) &&
			   !json_is_string(json_object_get(body, "nextSyncToken"));
}

const char *calendar_list_path(struct arena *a, const char *page_token)
{
	return arena_concat(a, "/users/me/calendarList?maxResults=250&showHidden=true",
	    page_token ? "&pageToken=" : "", page_token ? google_escape(a, page_token) : "",
	    (char *)NULL);
}

void calendar_page_parse(struct arena *a, const json_t *body, struct calendar_page *out)
{
	const json_t *items = json_get_array(body, "items");
	size_t size = json_array_size(items);
	*out = (struct calendar_page){.entries = ARENA_ARRAY(a, struct calendar_entry, size),
	    .next = text_of(a, body, "nextPageToken"),
	    .strange = is_strange(body)};
	for (size_t i = 0; i < size && out->count < PAGE_MOST; i++) {
		const json_t *item = json_array_get(items, i);
		struct calendar_entry entry = {
		    .id = text_of(a, item, "id"),
		    .summary = text_of(a, item, "summaryOverride"),
		    .role = text_of(a, item, "accessRole"),
		    .zone = text_of(a, item, "timeZone"),
		    .primary = json_get_bool(item, "primary", false),
		    .selected = json_get_bool(item, "selected", false),
		    .deleted = json_get_bool(item, "deleted", false),
		};
		if (!entry.summary)
			entry.summary = text_of(a, item, "summary");
		if (entry.id && entry.role)
			out->entries[out->count++] = entry;
		else
			out->strange = true;
	}
}

/* Events ----------------------------------------------------------------------------------------------------------------------*/

const char *event_list_path(struct arena *a, const char *calendar, const char *sync_token,
    int64_t from_us, const char *page_token)
{
	char from[RFC3339_SIZE];
	struct buf path;
	buf_init(&path, PATH_BYTES);
	buf_addf(&path,
	    "/calendars/%s/events?singleEvents=true&maxResults=250&maxAttendees=1"
	    "&fields=nextPageToken,nextSyncToken,timeZone,items(id,status,start,end,transparency,"
	    "eventType,attendees(self,responseStatus))",
	    google_escape(a, calendar));
	rfc3339_format(from_us, from);
	if (sync_token)
		buf_addf(&path, "&syncToken=%s", google_escape(a, sync_token));
	else
		buf_addf(&path, "&timeMin=%s", google_escape(a, from));
	if (page_token)
		buf_addf(&path, "&pageToken=%s", google_escape(a, page_token));
	const char *text = arena_strdup(a, buf_text(&path));
	buf_finish(&path);
	return text;
}

static bool has_declined(const json_t *item)
{
	const json_t *guests = json_get_array(item, "attendees");
	for (size_t i = 0; i < json_array_size(guests); i++) {
		const json_t *guest = json_array_get(guests, i);
		const char *said = json_string_value(json_object_get(guest, "responseStatus"));
		if (json_get_bool(guest, "self", false))
			return said && strcmp(said, "declined") == 0;
	}
	return false;
}

static bool says(const json_t *item, const char *key, const char *word)
{
	const char *said = json_string_value(json_object_get(item, key));
	return said && strcmp(said, word) == 0;
}

/* As freeBusy decides it (GOOGLE: freeBusy; "eventType" of the event resource). */
static bool is_busy(const json_t *item)
{
	return !says(item, "status", "cancelled") && !says(item, "transparency", "transparent") &&
	       !says(item, "eventType", "workingLocation") && !has_declined(item);
}

static bool instant_of(const json_t *item, const char *key, int64_t *us)
{
	const char *text =
	    json_string_value(json_object_get(json_get_object(item, key), "dateTime"));
	return text && rfc3339_parse(text, strlen(text), us);
}

static bool day_of(const json_t *item, const char *key, int32_t *day)
{
	const char *text = json_string_value(json_object_get(json_get_object(item, key), "date"));
	return text && rfc3339_parse_date(text, strlen(text), day);
}

/* An event may take no time at all; one that ends before it begins was not understood. */
static void read_times(const json_t *item, struct event_entry *e)
{
	if (instant_of(item, "start", &e->starts_us) && instant_of(item, "end", &e->ends_us)) {
		e->busy = e->ends_us > e->starts_us;
		e->unknown = e->ends_us < e->starts_us;
		return;
	}
	e->all_day = day_of(item, "start", &e->first_day) && day_of(item, "end", &e->end_day);
	e->busy = e->all_day && e->end_day > e->first_day;
	e->unknown = !e->all_day || e->end_day < e->first_day;
}

void event_page_parse(struct arena *a, const json_t *body, struct event_page *out)
{
	const json_t *items = json_get_array(body, "items");
	size_t size = json_array_size(items);
	*out = (struct event_page){.entries = ARENA_ARRAY(a, struct event_entry, size),
	    .next = text_of(a, body, "nextPageToken"),
	    .sync_token = text_of(a, body, "nextSyncToken"),
	    .zone = text_of(a, body, "timeZone"),
	    .strange = is_strange(body)};
	for (size_t i = 0; i < size; i++) {
		const json_t *item = json_array_get(items, i);
		struct event_entry entry = {.id = text_of(a, item, "id")};
		if (!entry.id) {
			out->strange = true;
			continue;
		}
		if (is_busy(item))
			read_times(item, &entry);
		out->entries[out->count++] = entry;
	}
}

/* Free and busy ---------------------------------------------------------------------------------------------------------------*/

const char *busy_body(
    struct arena *a, const char *const *calendars, size_t count, int64_t from_us, int64_t to_us)
{
	char from[RFC3339_SIZE], to[RFC3339_SIZE];
	struct buf body;
	buf_init(&body, BODY_BYTES);
	rfc3339_format(from_us, from);
	rfc3339_format(to_us, to);
	buf_addf(&body, "{\"timeMin\":\"%s\",\"timeMax\":\"%s\",\"items\":[", from, to);
	for (size_t i = 0; i < count; i++)
		buf_addf(&body, "%s{\"id\":%s}", i ? "," : "", json_quote(a, calendars[i]));
	buf_adds(&body, "]}");
	const char *text = arena_strdup(a, buf_text(&body));
	buf_finish(&body);
	return text;
}

static bool member(const json_t *interval, const char *key, int64_t *us)
{
	const char *text = json_string_value(json_object_get(interval, key));
	return text && rfc3339_parse(text, strlen(text), us);
}

static bool read_interval(const json_t *interval, struct busy_entry *entry)
{
	return member(interval, "start", &entry->starts_us) &&
	       member(interval, "end", &entry->ends_us) && entry->starts_us <= entry->ends_us;
}

/* Errors of a shape that is not known are errors. */
static bool has_errors(const json_t *calendar)
{
	const json_t *errors = json_object_get(calendar, "errors");
	return errors && !(json_is_array(errors) && json_array_size(errors) == 0);
}

size_t busy_parse(struct arena *a, const json_t *body, const char *const *calendars, size_t count,
    struct busy_entry **out)
{
	const json_t *all = json_get_object(body, "calendars");
	size_t room = count, n = 0;
	for (size_t i = 0; i < count; i++)
		room += json_array_size(json_get_array(json_get_object(all, calendars[i]), "busy"));
	*out = ARENA_ARRAY(a, struct busy_entry, room);
	for (size_t i = 0; i < count; i++) {
		const json_t *one = json_get_object(all, calendars[i]);
		const json_t *busy = json_get_array(one, "busy");
		bool unknown = !busy || has_errors(one);
		size_t first = n;
		for (size_t k = 0; !unknown && k < json_array_size(busy); k++) {
			struct busy_entry entry = {.calendar = calendars[i]};
			if (read_interval(json_array_get(busy, k), &entry))
				(*out)[n++] = entry;
			else
				unknown = true;
		}
		if (unknown) {
			n = first;
			(*out)[n++] =
			    (struct busy_entry){.calendar = calendars[i], .unknown = true};
		}
	}
	return n;
}
