/* What is read of the Calendar API's answers: why a call was refused, calendars, events, busy times. */
#include "salesreg/google/calendar.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arena_fixture.h"
#include "row_tests.h"

#define S INT64_C(1000000)
#define TEN (INT64_C(1796032800) * S) /* 2026-11-30T10:00:00Z */
#define HOUR (3600 * S)

enum { DAY = 20787, HUGE_PAGE = 5000, PAGE_MOST = 250 }; /* 2026-11-30 */

static json_t *document;

static int forget(void **state)
{
	json_decref(document);
	document = NULL;
	return end(state);
}

/* The caller must not keep what it borrows: the document goes before the result is looked at. */
static void drop(void)
{
	json_decref(document);
	document = NULL;
}

static const json_t *read_json(const char *text)
{
	document = json_loads(text, 0, NULL);
	return document;
}

static void assert_same(const char *is, const char *wanted)
{
	if (wanted) {
		assert_non_null(is);
		assert_string_equal(is, wanted);
	} else {
		assert_null(is);
	}
}

/* Why ---------------------------------------------------------------------------------------------------------------------------*/

#define CLASS(name) CALENDAR_ANSWER_##name
#define ERRORS(reason)                                                                             \
	"{\"error\":{\"code\":0,\"errors\":[{\"domain\":\"x\",\"reason\":\"" reason "\"}]}}"
#define DETAILS(reason)                                                                            \
	"{\"error\":{\"status\":\"x\",\"details\":[{\"@type\":\"x\"},{\"reason\":\"" reason "\"}]" \
	"}}"
#define PAGE "<!DOCTYPE html><title>Error</title>"

static const struct refusal_row {
	const char *body;
	long status;
	enum calendar_class class;
	const char *reason;
} refusal_rows[] = {
    {ERRORS("authError"), 401, CLASS(TOKEN), "authError"},
    {ERRORS("required"), 401, CLASS(TOKEN), "required"},
    {DETAILS("CREDENTIALS_MISSING"), 401, CLASS(TOKEN), "CREDENTIALS_MISSING"},
    {ERRORS("insufficientPermissions"), 403, CLASS(SCOPE), "insufficientPermissions"},
    {DETAILS("ACCESS_TOKEN_SCOPE_INSUFFICIENT"), 403, CLASS(SCOPE),
	"ACCESS_TOKEN_SCOPE_INSUFFICIENT"},
    {ERRORS("accessNotConfigured"), 403, CLASS(OPERATOR), "accessNotConfigured"},
    {DETAILS("SERVICE_DISABLED"), 403, CLASS(OPERATOR), "SERVICE_DISABLED"},
    {ERRORS("forbidden"), 403, CLASS(FORBIDDEN), "forbidden"},
    {ERRORS("requiredAccessLevel"), 403, CLASS(FORBIDDEN), "requiredAccessLevel"},
    {ERRORS("forbiddenForNonOrganizer"), 403, CLASS(FORBIDDEN), "forbiddenForNonOrganizer"},
    {ERRORS("rateLimitExceeded"), 403, CLASS(RATE), "rateLimitExceeded"},
    {ERRORS("rateLimitExceeded"), 429, CLASS(RATE), "rateLimitExceeded"},
    {ERRORS("userRateLimitExceeded"), 403, CLASS(RATE), "userRateLimitExceeded"},
    {ERRORS("backendError"), 500, CLASS(TRANSIENT), "backendError"},
    {ERRORS("backendError"), 503, CLASS(TRANSIENT), "backendError"},
    {ERRORS("quotaExceeded"), 403, CLASS(QUOTA), "quotaExceeded"},
    {ERRORS("notFound"), 404, CLASS(MISSING), "notFound"},
    {ERRORS("conditionNotMet"), 412, CLASS(STALE), "conditionNotMet"},
    {ERRORS("duplicate"), 409, CLASS(CONFLICT), "duplicate"},
    {ERRORS("deleted"), 410, CLASS(GONE), "deleted"},
    {ERRORS("fullSyncRequired"), 410, CLASS(RESYNC), "fullSyncRequired"},
    {ERRORS("updatedMinTooLongAgo"), 410, CLASS(RESYNC), "updatedMinTooLongAgo"},
    {ERRORS("invalid"), 400, CLASS(BUG), "invalid"},
    {ERRORS("required"), 400, CLASS(BUG), "required"},
    {ERRORS("timeRangeEmpty"), 400, CLASS(BUG), "timeRangeEmpty"},
    {ERRORS("timeRangeTooLong"), 400, CLASS(BUG), "timeRangeTooLong"},
    {ERRORS("parseError"), 400, CLASS(BUG), "parseError"},
    /* errors[0] before details, both before the status */
    {"{\"error\":{\"errors\":[{\"reason\":\"quotaExceeded\"},{\"reason\":\"forbidden\"}],"
     "\"details\":[{\"reason\":\"SERVICE_DISABLED\"}]}}",
	403, CLASS(QUOTA), "quotaExceeded"},
    {"{\"error\":{\"errors\":[],\"details\":[{\"reason\":\"SERVICE_DISABLED\"}]}}", 403,
	CLASS(OPERATOR), "SERVICE_DISABLED"},
    {"{\"error\":{\"errors\":[{\"domain\":\"global\"}],\"details\":[{\"reason\":\"SERVICE_"
     "DISABLED\"},"
     "{\"reason\":\"forbidden\"}]}}",
	403, CLASS(OPERATOR), "SERVICE_DISABLED"},
    {"{\"error\":{\"errors\":[{\"reason\":7}],\"details\":[{\"reason\":\"SERVICE_DISABLED\"}]}}",
	403, CLASS(OPERATOR), "SERVICE_DISABLED"},
    {ERRORS("deleted"), 404, CLASS(GONE), "deleted"},
    {ERRORS("quotaExceeded"), 429, CLASS(QUOTA), "quotaExceeded"},
    /* no reason, or one of tomorrow: the status */
    {"{\"error\":{\"code\":401,\"status\":\"UNAUTHENTICATED\"}}", 401, CLASS(TOKEN),
	"HTTP status 401"},
    {"{\"error\":{}}", 400, CLASS(BUG), "HTTP status 400"},
    {"{\"error\":{}}", 403, CLASS(TRANSIENT), "HTTP status 403"},
    {"{\"error\":{}}", 404, CLASS(MISSING), "HTTP status 404"},
    {"{\"error\":{}}", 409, CLASS(CONFLICT), "HTTP status 409"},
    {"{\"error\":{}}", 410, CLASS(RESYNC), "HTTP status 410"},
    {"{\"error\":{}}", 412, CLASS(STALE), "HTTP status 412"},
    {"{\"error\":{}}", 429, CLASS(RATE), "HTTP status 429"},
    {"{\"error\":{}}", 500, CLASS(TRANSIENT), "HTTP status 500"},
    {ERRORS("ofTomorrow"), 403, CLASS(TRANSIENT), "ofTomorrow"},
    {ERRORS("ofTomorrow"), 404, CLASS(MISSING), "ofTomorrow"},
    {ERRORS("AuthError"), 400, CLASS(BUG), "AuthError"},
    {ERRORS(""), 410, CLASS(RESYNC), ""},
    {"{\"error\":{\"errors\":{\"reason\":\"deleted\"},\"details\":\"deleted\"}}", 410,
	CLASS(RESYNC), "HTTP status 410"},
    {"{\"error\":{\"errors\":[\"deleted\"],\"details\":[[\"deleted\"]]}}", 410, CLASS(RESYNC),
	"HTTP status 410"},
    /* proxies: no token is dead, no calendar gone because of them */
    {PAGE, 400, CLASS(TRANSIENT), "HTTP status 400"},
    {PAGE, 401, CLASS(TRANSIENT), "HTTP status 401"},
    {PAGE, 403, CLASS(TRANSIENT), "HTTP status 403"},
    {PAGE, 404, CLASS(TRANSIENT), "HTTP status 404"},
    {PAGE, 407, CLASS(TRANSIENT), "HTTP status 407"},
    {PAGE, 409, CLASS(TRANSIENT), "HTTP status 409"},
    {PAGE, 410, CLASS(TRANSIENT), "HTTP status 410"},
    {PAGE, 412, CLASS(TRANSIENT), "HTTP status 412"},
    {PAGE, 429, CLASS(RATE), "HTTP status 429"},
    {PAGE, 502, CLASS(TRANSIENT), "HTTP status 502"},
    {PAGE, 302, CLASS(TRANSIENT), "HTTP status 302"},
    {"", 404, CLASS(TRANSIENT), "HTTP status 404"},
    {"[]", 404, CLASS(TRANSIENT), "HTTP status 404"},
    {"{\"error\":\"authError\"}", 401, CLASS(TRANSIENT), "HTTP status 401"},
    {"{\"error\":{\"errors\":[{\"reason\":\"authError\"", 401, CLASS(TRANSIENT), "HTTP status 401"},
    /* what was done was done, whatever it says */
    {"{}", 200, CLASS(OK), ""},
    {"", 204, CLASS(OK), ""},
    {ERRORS("authError"), 200, CLASS(OK), ""},
    {ERRORS("authError"), 0, CLASS(TRANSIENT), "timed out"},
};

static void a_refusal_is_of_the_class_of_its_reason(void **state)
{
	const struct refusal_row *row = *state;
	const char *reason = NULL;
	enum calendar_class class =
	    calendar_classify(&arena, row->status, read_json(row->body), "timed out", &reason);
	drop();
	assert_string_equal(calendar_class_sentence(class), calendar_class_sentence(row->class));
	assert_string_equal(reason, row->reason);
}

/* Calendars ---------------------------------------------------------------------------------------------------------------------*/

static const struct list_row {
	const char *item, *id, *summary, *zone;
	bool primary, selected, deleted;
} list_rows[] = {
    {"{\"id\":\"a@example.com\",\"accessRole\":\"owner\",\"summary\":\"A\",\"primary\":true,"
     "\"selected\":true,\"timeZone\":\"Asia/Makassar\"}",
	"a@example.com", "A", "Asia/Makassar", true, true, false},
    {"{\"id\":\"a\",\"accessRole\":\"reader\",\"summary\":\"A\",\"summaryOverride\":\"B\"}", "a",
	"B", NULL, false, false, false},
    {"{\"id\":\"a\",\"accessRole\":\"reader\",\"deleted\":true}", "a", NULL, NULL, false, false,
	true},
    {"{\"id\":\"a\",\"accessRole\":\"reader\",\"primary\":\"true\",\"selected\":1,\"summary\":[],"
     "\"summaryOverride\":{},\"timeZone\":8}",
	"a", NULL, NULL, false, false, false},
    {"{\"accessRole\":\"owner\",\"summary\":\"A\"}", NULL, NULL, NULL, false, false, false},
    {"{\"id\":7,\"accessRole\":\"owner\"}", NULL, NULL, NULL, false, false, false},
    {"{\"id\":\"a\"}", NULL, NULL, NULL, false, false, false},
    {"[]", NULL, NULL, NULL, false, false, false},
    {"null", NULL, NULL, NULL, false, false, false},
};

static void a_calendar_needs_an_id_and_a_role(void **state)
{
	const struct list_row *row = *state;
	struct calendar_page page;
	calendar_page_parse(&arena,
	    read_json(arena_concat(
		&arena, "{\"items\":[", row->item, "],\"nextPageToken\":\"n\"}", (char *)NULL)),
	    &page);
	drop();
	assert_same(page.next, "n");
	assert_int_equal(page.count, row->id ? 1 : 0);
	assert_int_equal(page.strange, !row->id); /* it is not gone, and must not look so */
	if (!row->id)
		return;
	assert_same(page.entries[0].id, row->id);
	assert_same(page.entries[0].summary, row->summary);
	assert_same(page.entries[0].zone, row->zone);
	assert_int_equal(page.entries[0].primary, row->primary);
	assert_int_equal(page.entries[0].selected, row->selected);
	assert_int_equal(page.entries[0].deleted, row->deleted);
}

/* Events ------------------------------------------------------------------------------------------------------------------------*/

#define AT(key, time) "\"" key "\":{\"dateTime\":\"2026-11-30T" time "\"}"
#define TIMES AT("start", "10:00:00Z") "," AT("end", "11:00:00Z")
#define ON(key, date) "\"" key "\":{\"date\":\"" date "\"}"

#define UNREADABLE false, false, -1

static const struct event_row {
	const char *more;
	bool busy, all_day;
	int64_t
	    minutes; /* of a timed one, from TEN; an all-day one: its days from DAY; -1: cannot be read */
} event_rows[] = {
    {TIMES, true, false, 60},
    {AT("start", "18:00:00+08:00") "," AT("end", "20:30:00+08:00"), true, false, 150},
    /* CALENDAR-ANCHORS 27: the name of a zone is a label, known or not */
    {"\"start\":{\"dateTime\":\"2026-11-30T18:00:00+08:00\",\"timeZone\":\"Mars/Olympus\"},"
     "\"end\":{\"dateTime\":\"2026-11-30T19:00:00+08:00\",\"timeZone\":\"Europe/London\"}",
	true, false, 60},
    {"\"status\":\"confirmed\"," TIMES, true, false, 60},
    {"\"status\":\"tentative\"," TIMES, true, false, 60},
    {"\"status\":\"cancelled\"," TIMES, false, false, 0},
    {"\"status\":\"cancelled\"", false, false, 0},
    {"\"transparency\":\"opaque\"," TIMES, true, false, 60},
    {"\"transparency\":\"transparent\"," TIMES, false, false, 0},
    {"\"eventType\":\"default\"," TIMES, true, false, 60},
    {"\"eventType\":\"workingLocation\"," TIMES, false, false, 0},
    {"\"eventType\":\"outOfOffice\"," TIMES, true, false, 60},
    {"\"eventType\":\"focusTime\"," TIMES, true, false, 60},
    {"\"eventType\":\"ofTomorrow\"," TIMES, true, false, 60},
    {"\"attendees\":[{\"self\":true,\"responseStatus\":\"declined\"}]," TIMES, false, false, 0},
    {"\"attendees\":[{\"self\":true,\"responseStatus\":\"accepted\"}]," TIMES, true, false, 60},
    {"\"attendees\":[{\"self\":true,\"responseStatus\":\"tentative\"}]," TIMES, true, false, 60},
    {"\"attendees\":[{\"self\":true,\"responseStatus\":\"needsAction\"}]," TIMES, true, false, 60},
    {"\"attendees\":[{\"responseStatus\":\"declined\"}]," TIMES, true, false, 60},
    {"\"attendees\":[{\"responseStatus\":\"declined\"},{\"self\":true}]," TIMES, true, false, 60},
    {"\"attendees\":[{},{\"self\":true,\"responseStatus\":\"declined\"}]," TIMES, false, false, 0},
    /* of a wrong type is as if not said: busy */
    {"\"status\":[\"cancelled\"],\"transparency\":1,\"eventType\":{},\"attendees\":"
     "\"declined\"," TIMES,
	true, false, 60},
    {"\"attendees\":[7,{\"self\":\"true\",\"responseStatus\":\"declined\"}]," TIMES, true, false,
	60},
    /* all day: the end is not part of it */
    {ON("start", "2026-11-30") "," ON("end", "2026-12-01"), true, true, 1},
    {ON("start", "2026-11-30") "," ON("end", "2026-12-03"), true, true, 3},
    {"\"transparency\":\"transparent\"," ON("start", "2026-11-30") "," ON("end", "2026-12-01"),
	false, false, 0},
    {"\"eventType\":\"outOfOffice\"," ON("start", "2026-11-30") "," ON("end", "2026-12-01"), true,
	true, 1},
    /* times that are none */
    {AT("start", "10:00:00Z") "," AT("end", "10:00:00Z"), false, false, 0},
    {ON("start", "2026-11-30") "," ON("end", "2026-11-30"), false, true, 0},
    /* times that cannot be read: never free */
    {AT("start", "11:00:00Z") "," AT("end", "10:00:00Z"), UNREADABLE},
    {ON("start", "2026-11-30") "," ON("end", "2026-11-29"), UNREADABLE},
    {ON("start", "2026-02-30") "," ON("end", "2026-12-01"), UNREADABLE},
    {AT("start", "10:00:00Z") "," ON("end", "2026-12-01"), UNREADABLE},
    {AT("start", "10:00:00") "," AT("end", "11:00:00"), UNREADABLE},
    {AT("start", "25:00:00Z") "," AT("end", "26:00:00Z"), UNREADABLE},
    {AT("start", "10:00:00Z"), UNREADABLE},
    {AT("end", "10:00:00Z"), UNREADABLE},
    {"\"start\":\"2026-11-30T10:00:00Z\",\"end\":\"2026-11-30T11:00:00Z\"", UNREADABLE},
    {"\"start\":{\"dateTime\":1},\"end\":{\"dateTime\":2}", UNREADABLE},
    {"\"start\":null,\"end\":[]", UNREADABLE},
    {"\"status\":\"confirmed\"", UNREADABLE},
    /* but what keeps nobody busy may have any */
    {"\"status\":\"cancelled\"", false, false, 0},
    {"\"transparency\":\"transparent\",\"start\":null", false, false, 0},
};

static void an_event_is_busy_as_google_decides_it(void **state)
{
	const struct event_row *row = *state;
	struct event_page page;
	event_page_parse(&arena,
	    read_json(
		arena_concat(&arena, "{\"items\":[{\"id\":\"e\",", row->more, "}]}", (char *)NULL)),
	    &page);
	drop();
	assert_int_equal(page.count, 1); /* also if not busy: it may have been */
	const struct event_entry *e = page.entries;
	assert_same(e->id, "e");
	assert_int_equal(e->unknown, row->minutes < 0);
	assert_int_equal(e->busy, row->busy);
	if (!row->busy)
		return;
	assert_int_equal(e->all_day, row->all_day);
	if (row->all_day) {
		assert_int_equal(e->first_day, DAY);
		assert_int_equal(e->end_day, DAY + row->minutes);
	} else {
		assert_int_equal(e->starts_us, TEN);
		assert_int_equal(e->ends_us, TEN + row->minutes * 60 * S);
	}
}

static const struct page_row {
	const char *body;
	size_t count;
	const char *next, *sync_token, *zone;
	bool strange;
} page_rows[] = {
    {"{\"items\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"nextPageToken\":\"n\",\"timeZone\":\"Asia/"
     "Makassar\"}",
	2, "n", NULL, "Asia/Makassar", false},
    {"{\"items\":[],\"nextPageToken\":\"n\"}", 0, "n", NULL, NULL, false},
    {"{\"items\":[],\"nextSyncToken\":\"s\"}", 0, NULL, "s", NULL, false},
    {"{\"nextSyncToken\":\"s\"}", 0, NULL, "s", NULL, false},
    {"{\"items\":[{},{\"id\":null},{\"id\":7},[],null,\"a\",{\"id\":\"b\"}]}", 1, NULL, NULL, NULL,
	true},
    {"{\"items\":[{}],\"nextSyncToken\":\"s\"}", 0, NULL, "s", NULL, true},
    {"{\"nextPageToken\":\"n\"}", 0, "n", NULL, NULL, false},
    {"{\"items\":{\"id\":\"a\"},\"nextPageToken\":1,\"nextSyncToken\":[],\"timeZone\":{}}", 0, NULL,
	NULL, NULL, true},
    {"{}", 0, NULL, NULL, NULL, true},
    {"[]", 0, NULL, NULL, NULL, true},
    {PAGE, 0, NULL, NULL, NULL, true},
};

static void a_page_is_read_also_if_half_of_it_is_strange(void **state)
{
	const struct page_row *row = *state;
	struct event_page page;
	event_page_parse(&arena, read_json(row->body), &page);
	drop();
	assert_int_equal(page.count, row->count);
	assert_int_equal(page.strange, row->strange);
	assert_same(page.next, row->next);
	assert_same(page.sync_token, row->sync_token);
	assert_same(page.zone, row->zone);
}

static void a_huge_page_is_read_whole_and_a_huge_list_to_its_bound(void **state)
{
	(void)state;
	struct event_page events;
	struct calendar_page list;
	document = json_object();
	json_t *items = json_array();
	json_object_set_new(document, "items", items);
	for (int i = 0; i < HUGE_PAGE; i++) {
		json_t *item = json_loads("{\"accessRole\":\"owner\"," TIMES "}", 0, NULL);
		json_object_set_new(item, "id", json_sprintf("e%d", i));
		json_array_append_new(items, item);
	}
	event_page_parse(&arena, document, &events);
	calendar_page_parse(&arena, document, &list);
	drop();
	assert_int_equal(events.count, HUGE_PAGE);
	assert_same(events.entries[HUGE_PAGE - 1].id, "e4999");
	assert_int_equal(events.entries[HUGE_PAGE - 1].starts_us, TEN);
	assert_int_equal(list.count, PAGE_MOST);
}

/* Busy times --------------------------------------------------------------------------------------------------------------------*/

#define FROM(start, end) "{\"start\":\"2026-11-30T" start "\",\"end\":\"2026-11-30T" end "\"}"
#define GOOD FROM("10:00:00Z", "11:00:00Z")
enum { UNKNOWN = -1 };

static const struct busy_test_row {
	const char *calendar; /* the answer's of "a" */
	int count;
} busy_rows[] = {
    {"{\"busy\":[" GOOD "]}", 1},
    {"{\"busy\":[" GOOD "," FROM("20:00:00+08:00", "21:00:00+08:00") "]}", 2},
    {"{\"busy\":[]}", 0},
    {"{\"busy\":[" GOOD "],\"errors\":[]}", 1},
    {"{\"busy\":[" FROM("10:00:00Z", "10:00:00Z") "]}", 1},
    {"{\"errors\":[{\"domain\":\"global\",\"reason\":\"notFound\"}]}", UNKNOWN},
    {"{\"busy\":[],\"errors\":[{\"domain\":\"global\",\"reason\":\"internalError\"}]}", UNKNOWN},
    {"{\"busy\":[" GOOD "],\"errors\":[{\"reason\":\"ofTomorrow\"}]}", UNKNOWN},
    {"{\"busy\":[" GOOD "],\"errors\":[null]}", UNKNOWN},
    {"{\"busy\":[" GOOD "],\"errors\":{\"reason\":\"notFound\"}}", UNKNOWN},
    {"{\"busy\":[" GOOD "],\"errors\":\"notFound\"}", UNKNOWN},
    {"{}", UNKNOWN},
    {"[]", UNKNOWN},
    {"null", UNKNOWN},
    {"\"busy\"", UNKNOWN},
    {"{\"busy\":{}}", UNKNOWN},
    {"{\"busy\":null}", UNKNOWN},
    {"{\"busy\":[" FROM("11:00:00Z", "10:00:00Z") "]}", UNKNOWN},
    {"{\"busy\":[" GOOD "," FROM("11:00:00Z", "10:00:00Z") "]}", UNKNOWN},
    {"{\"busy\":[" GOOD "," FROM("12:00:00", "13:00:00") "]}", UNKNOWN},
    {"{\"busy\":[" GOOD ",{\"start\":\"2026-11-30T12:00:00Z\"}]}", UNKNOWN},
    {"{\"busy\":[" GOOD ",{\"start\":\"2026-11-30\",\"end\":\"2026-12-01\"}]}", UNKNOWN},
    {"{\"busy\":[" GOOD ",{\"start\":1,\"end\":2}]}", UNKNOWN},
    {"{\"busy\":[" GOOD ",null]}", UNKNOWN},
    {"{\"busy\":[" GOOD ",{}]}", UNKNOWN},
};

static void busy_times_that_are_not_certain_are_unknown(void **state)
{
	const struct busy_test_row *row = *state;
	static const char *const asked[] = {"before", "a", "after"};
	struct busy_entry *all = NULL;
	size_t count = busy_parse(&arena,
	    read_json(arena_concat(&arena,
		"{\"calendars\":{\"before\":{\"busy\":[" GOOD "]},\"a\":", row->calendar,
		",\"after\":{\"busy\":[" GOOD "]},\"other\":{}}}", (char *)NULL)),
	    asked, 3, &all);
	drop();
	size_t of_a = row->count == UNKNOWN ? 1 : (size_t)row->count;
	assert_int_equal(count, 2 + of_a);
	/* whatever is wrong with one says nothing of its neighbours */
	assert_string_equal(all[0].calendar, "before");
	assert_string_equal(all[count - 1].calendar, "after");
	assert_false(all[0].unknown || all[count - 1].unknown);
	assert_int_equal(all[count - 1].starts_us, TEN);
	assert_int_equal(all[count - 1].ends_us, TEN + HOUR);
	for (size_t i = 1; i <= of_a; i++) {
		assert_string_equal(all[i].calendar, "a");
		assert_int_equal(all[i].unknown, row->count == UNKNOWN);
	}
	if (row->count > 0)
		assert_int_equal(all[1].starts_us, TEN);
}

static const struct no_answer_row {
	const char *body;
} no_answer_rows[] = {{"{\"calendars\":{\"c\":{\"busy\":[]}}}"}, {"{\"calendars\":{}}"},
    {"{\"calendars\":[]}"}, {"{\"calendars\":null}"}, {"{}"}, {"[]"}, {PAGE}};

static void a_calendar_that_is_not_in_the_answer_is_unknown(void **state)
{
	const struct no_answer_row *row = *state;
	static const char *const asked[] = {"a", "b"};
	struct busy_entry *all = NULL;
	assert_int_equal(busy_parse(&arena, read_json(row->body), asked, 2, &all), 2);
	drop();
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(all[i].calendar, asked[i]);
		assert_true(all[i].unknown);
	}
}

/* Requests ----------------------------------------------------------------------------------------------------------------------*/

#define WHAT_IS_NEEDED                                                                             \
	"&maxAttendees=1&fields=nextPageToken,nextSyncToken,timeZone,"                             \
	"items(id,status,start,end,transparency,eventType,attendees(self,responseStatus))"

static void addresses_are_escaped(void **state)
{
	(void)state;
	assert_string_equal(calendar_list_path(&arena, NULL),
	    "/users/me/calendarList?maxResults=250&showHidden=true");
	assert_string_equal(calendar_list_path(&arena, "a&b="),
	    "/users/me/calendarList?maxResults=250&showHidden=true&pageToken=a%26b%3D");
	assert_string_equal(event_list_path(&arena, "a#b@example.com/", NULL, TEN, NULL),
	    "/calendars/a%23b%40example.com%2F/"
	    "events?singleEvents=true&maxResults=250" WHAT_IS_NEEDED
	    "&timeMin=2026-11-30T10%3A00%3A00Z");
	/* a sync token stands no timeMin beside it */
	assert_string_equal(event_list_path(&arena, "primary", "s=", TEN, "p+"),
	    "/calendars/primary/"
	    "events?singleEvents=true&maxResults=250" WHAT_IS_NEEDED
	    "&syncToken=s%3D&pageToken=p%2B");
}

static void what_is_asked_about_busy_times_is_json(void **state)
{
	(void)state;
	static const char *const asked[] = {"a\"b", "c@example.com"};
	assert_string_equal(busy_body(&arena, asked, 2, TEN, TEN + HOUR),
	    "{\"timeMin\":\"2026-11-30T10:00:00Z\",\"timeMax\":\"2026-11-30T11:00:00Z\","
	    "\"items\":[{\"id\":\"a\\\"b\"},{\"id\":\"c@example.com\"}]}");
}

int main(void)
{
	const struct row_test tests[] = {
	    {cmocka_unit_test(a_refusal_is_of_the_class_of_its_reason), ROWS(refusal_rows, body)},
	    {cmocka_unit_test(a_calendar_needs_an_id_and_a_role), ROWS(list_rows, item)},
	    {cmocka_unit_test(an_event_is_busy_as_google_decides_it), ROWS(event_rows, more)},
	    {cmocka_unit_test(a_page_is_read_also_if_half_of_it_is_strange), ROWS(page_rows, body)},
	    {cmocka_unit_test(a_huge_page_is_read_whole_and_a_huge_list_to_its_bound), ONCE},
	    {cmocka_unit_test(busy_times_that_are_not_certain_are_unknown),
		ROWS(busy_rows, calendar)},
	    {cmocka_unit_test(a_calendar_that_is_not_in_the_answer_is_unknown),
		ROWS(no_answer_rows, body)},
	    {cmocka_unit_test(addresses_are_escaped), ONCE},
	    {cmocka_unit_test(what_is_asked_about_busy_times_is_json), ONCE},
	};
	return RUN_ROW_TESTS(tests, begin, forget);
}
