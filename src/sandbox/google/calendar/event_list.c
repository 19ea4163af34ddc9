#include "salesreg/sandbox/google/calendar/event_list.h"
#include "salesreg/base/json.h"
#include "salesreg/base/rfc3339.h"
#include "salesreg/sandbox/google/accounts.h"
#include "salesreg/sandbox/google/calendar/events.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PAGE_MAX = 2500, EVENTS_PAGE = 250, CALENDARS_PAGE = 100 };
static const int64_t DAY_US = INT64_C(86400) * 1000000;
static const int64_t UPDATED_MIN_DAYS = 180;
static const enum google_reason GOOD = GOOGLE_REASON_COUNT;

/* --- tokens: letters of ours, then numbers between points --- */

static bool read_numbers(const char *text, const char *prefix, int64_t *out, int count)
{
	size_t n = strlen(prefix);
	if (strncmp(text, prefix, n) != 0)
		return false;
	text += n;
	for (int i = 0; i < count; i++) {
		char *end;
		errno = 0;
		out[i] = strtoll(text, &end, 10);
		if (errno || end == text || *text == ' ' || *text == '+' || out[i] < 0 ||
		    *end != (i + 1 < count ? '.' : '='))
			return false;
		text = end + 1;
	}
	return *text == '\0';
}

/* One page of a list. */
struct page {
	int64_t at;    /* index of the first that was not looked at yet */
	int64_t until; /* version of the calendar when the list was begun */
	int64_t since; /* only what changed after it; -1: everything there is */
	int64_t most;
};

static enum google_reason read_page(
    const struct google_call *call, struct page *page, int64_t usual, const char **where)
{
	const char *token = http_exchange_query(call->exchange, "pageToken");
	const char *most = http_exchange_query(call->exchange, "maxResults");
	int64_t numbers[3];
	page->since = -1;
	page->most = usual;
	*where = "maxResults";
	if (most) {
		char *end;
		page->most = strtoll(most, &end, 10);
		if (*end || end == most || page->most < 1)
			return GOOGLE_REASON_INVALID;
		if (page->most > PAGE_MAX)
			page->most = PAGE_MAX;
	}
	*where = "pageToken";
	if (token && !read_numbers(token, "EAA", numbers, 3))
		return GOOGLE_REASON_INVALID;
	if (token) {
		page->at = numbers[0];
		page->until = numbers[1];
		page->since = numbers[2] - 1;
	}
	if (call->strike.kind == GOOGLE_STRIKE_SHORT_PAGE)
		page->most = 1;
	if (call->strike.kind == GOOGLE_STRIKE_EMPTY_PAGE)
		page->most = 0;
	return GOOD;
}

static void write_next_page(struct buf *out, const struct page *page)
{
	buf_addf(out, ",\"nextPageToken\":\"EAA%lld.%lld.%lld=\"", (long long)page->at,
	    (long long)page->until, (long long)page->since + 1);
}

/* A page that a fault cut short promises more, whether there is any or not. */
static bool is_cut(const struct google_call *call)
{
	return call->strike.kind == GOOGLE_STRIKE_SHORT_PAGE ||
	       call->strike.kind == GOOGLE_STRIKE_EMPTY_PAGE;
}

static void add_item(struct google_call *call, struct buf *out, json_t *item, bool first)
{
	size_t size = 0;
	const char *text = json_text(call->arena, item, &size);
	if (!first)
		buf_addc(out, ',');
	buf_add(out, text, size);
	json_decref(item);
}

/* --- calendars --- */

static json_t *share_json(const struct google_share *share)
{
	const struct google_calendar *calendar = share->calendar;
	json_t *item = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "kind", "calendar#calendarListEntry",
	    "etag", "\"1\"", "id", calendar->id, "summary", calendar->summary, "timeZone",
	    calendar->zone, "accessRole", google_role_name(share->role));
	if (share->selected)
		(void)json_object_set_new(item, "selected", json_true());
	if (share->primary)
		(void)json_object_set_new(item, "primary", json_true());
	return item;
}

void google_calendar_list(struct google_call *call)
{
	struct buf *out = &call->sandbox->out;
	const char *least = http_exchange_query(call->exchange, "minAccessRole"), *where;
	const struct google_share *share;
	struct page page = {0};
	int64_t index = 0, count = 0;
	int role = 0;
	enum google_reason wrong = read_page(call, &page, CALENDARS_PAGE, &where);
	while (wrong == GOOD && least && role < GOOGLE_ROLE_COUNT &&
	       strcmp(google_role_name((enum google_role)role), least) != 0)
		role++;
	if (role == GOOGLE_ROLE_COUNT) {
		wrong = GOOGLE_REASON_INVALID;
		where = "minAccessRole";
	}
	if (wrong != GOOD) {
		google_call_fail(call, wrong, where);
		return;
	}
	buf_clear(out);
	buf_adds(out, "{\"kind\":\"calendar#calendarList\",\"etag\":\"\\\"1\\\"\",\"items\":[");
	TAILQ_FOREACH (share, &call->account->shares, entry) {
		if (index++ < page.at || (int)share->role < role)
			continue;
		if (count == page.most) {
			index--;
			break;
		}
		add_item(call, out, share_json(share), count++ == 0);
	}
	page.at = index;
	buf_addc(out, ']');
	if (share || is_cut(call))
		write_next_page(out, &page);
	else
		buf_adds(out, ",\"nextSyncToken\":\"CL1=\"");
	buf_addc(out, '}');
	google_call_json(call);
}

/* --- events --- */

struct query {
	struct page page;
	bool single, by_start, by_update, deleted, incremental, syncable;
	int64_t from_us, to_us, updated_s;
	const char *words, *uid, *type;
	const char *key; /* of a private property, with "=value" */
};

static const char *ask(const struct google_call *call, const char *name)
{
	return http_exchange_query(call->exchange, name);
}

static bool is_true(const struct google_call *call, const char *name)
{
	const char *text = ask(call, name);
	return text && strcmp(text, "true") == 0;
}

static enum google_reason read_instant(
    const struct google_call *call, const char *name, int64_t *us, const char **where)
{
	const char *text = ask(call, name);
	*where = name;
	return !text || rfc3339_parse(text, strlen(text), us) ? GOOD : GOOGLE_REASON_INVALID;
}

static enum google_reason read_sync(const struct google_call *call,
    const struct google_calendar *calendar, struct query *q, const char **where)
{
	static const char *const forbidden[] = {"timeMin", "timeMax", "q", "orderBy", "updatedMin",
	    "iCalUID", "privateExtendedProperty", "sharedExtendedProperty"};
	const char *token = ask(call, "syncToken");
	int64_t version;
	if (!token)
		return GOOD;
	for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++)
		if (ask(call, forbidden[i])) {
			*where = forbidden[i];
			return GOOGLE_REASON_INVALID;
		}
	*where = "syncToken";
	if (!read_numbers(token, "CPj", &version, 1))
		return GOOGLE_REASON_INVALID;
	if (version < calendar->synced_from || version > calendar->version)
		return GOOGLE_REASON_FULL_SYNC;
	q->incremental = true;
	if (!ask(call, "pageToken"))
		q->page.since = version;
	return GOOD;
}

static enum google_reason read_order(
    const struct google_call *call, struct query *q, const char **where)
{
	const char *order = ask(call, "orderBy");
	*where = "orderBy";
	q->single = is_true(call, "singleEvents");
	q->by_start = order && strcmp(order, "startTime") == 0;
	q->by_update = order && strcmp(order, "updated") == 0;
	if (order && !q->by_start && !q->by_update)
		return GOOGLE_REASON_INVALID;
	return q->by_start && !q->single ? GOOGLE_REASON_INVALID : GOOD;
}

static enum google_reason read_query(const struct google_call *call,
    const struct google_calendar *calendar, struct query *q, const char **where)
{
	int64_t updated_us = INT64_MIN, now_us = sandbox_now_s(call->sandbox) * 1000000;
	enum google_reason wrong = read_page(call, &q->page, EVENTS_PAGE, where);
	q->from_us = INT64_MIN;
	q->to_us = INT64_MAX;
	if (wrong == GOOD)
		wrong = read_order(call, q, where);
	if (wrong == GOOD)
		wrong = read_instant(call, "timeMin", &q->from_us, where);
	if (wrong == GOOD)
		wrong = read_instant(call, "timeMax", &q->to_us, where);
	if (wrong == GOOD && q->to_us <= q->from_us)
		wrong = GOOGLE_REASON_RANGE_EMPTY;
	if (wrong == GOOD)
		wrong = read_instant(call, "updatedMin", &updated_us, where);
	if (wrong == GOOD && updated_us != INT64_MIN &&
	    updated_us < now_us - UPDATED_MIN_DAYS * DAY_US)
		wrong = GOOGLE_REASON_UPDATED_MIN;
	if (wrong == GOOD)
		wrong = read_sync(call, calendar, q, where);
	q->updated_s = updated_us == INT64_MIN ? INT64_MIN : updated_us / 1000000;
	/* with updatedMin deleted ones are always told of, too */
	q->deleted = is_true(call, "showDeleted") || q->incremental || updated_us != INT64_MIN;
	q->words = ask(call, "q");
	q->uid = ask(call, "iCalUID");
	q->type = ask(call, "eventTypes");
	q->key = ask(call, "privateExtendedProperty");
	q->syncable = !ask(call, "orderBy") && !q->words && !q->uid && !q->key &&
		      !ask(call, "sharedExtendedProperty") && updated_us == INT64_MIN;
	if (!ask(call, "pageToken"))
		q->page.until = calendar->version;
	return wrong;
}

static bool has_property(const struct google_event *event, const char *wanted)
{
	const json_t *all = json_object_get(event->resource, "extendedProperties");
	size_t n = strcspn(wanted, "=");
	const char *key;
	json_t *value;
	json_object_foreach (json_object_get(all, "private"), key, value)
		if (strlen(key) == n && strncmp(key, wanted, n) == 0 && wanted[n] == '=' &&
		    strcmp(json_string_value(value), wanted + n + 1) == 0)
			return true;
	return false;
}

static bool has_text(const struct google_event *event, const char *name, const char *wanted)
{
	const char *text = json_string_value(json_object_get(event->resource, name));
	return text && strcasestr(text, wanted);
}

static bool fits(const struct google_event *event, const struct query *q)
{
	const char *type = json_string_value(json_object_get(event->resource, "eventType"));
	if (q->single ? event->is_series : event->is_occurrence)
		return false;
	if (event->version <= q->page.since || (event->cancelled && !q->deleted))
		return false;
	/* timeMin is for the end, timeMax for the beginning, and neither is within */
	if (event->end_us <= q->from_us || event->start_us >= q->to_us)
		return false;
	if (event->updated_s < q->updated_s)
		return false;
	if (q->words && !has_text(event, "summary", q->words) &&
	    !has_text(event, "description", q->words) && !has_text(event, "location", q->words))
		return false;
	if (q->key && !has_property(event, q->key))
		return false;
	size_t n = strlen(event->id);
	if (q->uid && !has_text(event, "iCalUID", q->uid) &&
	    !(strncmp(q->uid, event->id, n) == 0 && strcmp(q->uid + n, "@google.com") == 0))
		return false;
	return !q->type || strcmp(type ? type : "default", q->type) == 0;
}

static int by_start(const void *a, const void *b)
{
	const struct google_event *x = *(struct google_event *const *)a;
	const struct google_event *y = *(struct google_event *const *)b;
	return (x->start_us > y->start_us) - (x->start_us < y->start_us);
}

static int by_version(const void *a, const void *b)
{
	const struct google_event *x = *(struct google_event *const *)a;
	const struct google_event *y = *(struct google_event *const *)b;
	return (x->version > y->version) - (x->version < y->version);
}

/* Deleted ones too, so that a place in the list stays the same while pages are turned. */
static struct google_event **all_events(
    const struct google_call *call, const struct google_calendar *calendar, const struct query *q)
{
	struct google_event **list =
	    ARENA_ARRAY(call->arena, struct google_event *, calendar->event_count + 1);
	struct google_event *event;
	size_t count = 0;
	TAILQ_FOREACH (event, &calendar->events, entry)
		list[count++] = event;
	list[count] = NULL;
	if (q->by_start || q->by_update)
		qsort((void *)list, count, sizeof(struct google_event *),
		    q->by_start ? by_start : by_version);
	return list;
}

/* An incremental answer says no more of a deleted event than that. */
static json_t *event_item(const struct google_call *call, const struct google_calendar *calendar,
    const struct google_event *event, bool brief)
{
	char etag[40];
	if (!event->cancelled)
		return google_event_json(call->account, calendar, event, brief);
	google_event_etag(event, etag);
	return json_pack("{s:s,s:s,s:s,s:s}", "kind", "calendar#event", "etag", etag, "id",
	    event->id, "status", "cancelled");
}

static void begin_events(struct buf *out, const struct google_share *share)
{
	const struct google_calendar *calendar = share->calendar;
	buf_clear(out);
	buf_addf(out, "{\"kind\":\"calendar#events\",\"etag\":\"\\\"p%lld\\\"\",\"summary\":",
	    (long long)calendar->version);
	write_string(out, calendar->summary);
	buf_adds(out, ",\"timeZone\":");
	write_string(out, calendar->zone);
	buf_addf(out,
	    ",\"accessRole\":\"%s\",\"defaultReminders\":[{\"method\":\"popup\",\"minutes\":10}],"
	    "\"items\":[",
	    google_role_name(share->role));
}

void google_event_list(struct google_call *call, const struct google_share *share, bool brief)
{
	struct buf *out = &call->sandbox->out;
	const struct google_calendar *calendar = share->calendar;
	struct query q = {0};
	const char *where = NULL;
	int64_t count = 0, index = 0;
	enum google_reason wrong = read_query(call, calendar, &q, &where);
	if (wrong != GOOD) {
		google_call_fail(call, wrong, where);
		return;
	}
	struct google_event **list = all_events(call, calendar, &q);
	bool more = false;
	begin_events(out, share);
	for (; list[index]; index++) {
		if (index < q.page.at || !fits(list[index], &q))
			continue;
		more = count == q.page.most;
		if (more)
			break;
		json_t *item = event_item(call, calendar, list[index], brief);
		if (call->strike.kind == GOOGLE_STRIKE_ODD_TIMES && count == 0)
			(void)json_object_set_new(
			    item, "start", json_pack("{s:s}", "dateTime", "soon"));
		add_item(call, out, item, count++ == 0);
	}
	q.page.at = index;
	buf_addc(out, ']');
	if (more || is_cut(call))
		write_next_page(out, &q.page);
	else if (q.syncable)
		buf_addf(out, ",\"nextSyncToken\":\"CPj%lld=\"", (long long)q.page.until);
	buf_addc(out, '}');
	google_call_json(call);
}
