/*
 * JSON → a page of events, a page of calendars, an answer about busy times, a refusal: what is busy has times in order, what is
 * not certain is unknown, what is not Google's kills nothing, and the next address can be asked for.
 */
#include "fuzz.h"
#include "salesreg/base/json.h"
#include "salesreg/google/calendar.h"

#define NOW_US (INT64_C(1796032800) * 1000000)
#define HOUR_US (INT64_C(3600) * 1000000)

static void require_address(const char *path)
{
	require(*path == '/');
	for (; *path; path++)
		require(*path > ' ' && *path <= '~' && *path != '#');
}

static void check_events(struct arena *a, const json_t *body)
{
	struct event_page page;
	event_page_parse(a, body, &page);
	require(page.count <= json_array_size(json_get_array(body, "items")));
	for (size_t i = 0; i < page.count; i++) {
		const struct event_entry *e = &page.entries[i];
		require(e->id);
		if (e->busy && e->all_day)
			require(e->first_day < e->end_day);
		else if (e->busy)
			require(e->starts_us < e->ends_us);
		require_address(event_list_path(a, e->id, page.sync_token, NOW_US, page.next));
	}
}

static void check_list(struct arena *a, const json_t *body)
{
	struct calendar_page page;
	calendar_page_parse(a, body, &page);
	require(page.count <= json_array_size(json_get_array(body, "items")));
	const char **ids = ARENA_ARRAY(a, const char *, page.count);
	for (size_t i = 0; i < page.count; i++) {
		require(page.entries[i].id && page.entries[i].role);
		ids[i] = page.entries[i].id;
	}
	require_address(calendar_list_path(a, page.next));
	const char *asked = busy_body(a, ids, page.count, NOW_US, NOW_US + HOUR_US);
	json_t *json = json_loads(asked, 0, NULL);
	require(json_array_size(json_get_array(json, "items")) == page.count);
	json_decref(json);
}

/* For each calendar one entry of `unknown`, or intervals; in the order in which they were asked for. */
static void check_busy(struct arena *a, const json_t *body)
{
	static const char *const asked[] = {"a", "b", "primary"};
	enum { ASKED = sizeof asked / sizeof *asked };
	struct busy_entry *all = NULL;
	size_t count = busy_parse(a, body, asked, ASKED, &all), at = 0;
	for (size_t i = 0; i < ASKED; i++) {
		const json_t *one = json_get_object(json_get_object(body, "calendars"), asked[i]);
		size_t said = json_array_size(json_get_array(one, "busy")), first = at;
		for (; at < count && strcmp(all[at].calendar, asked[i]) == 0; at++)
			require(all[at].unknown || all[at].starts_us <= all[at].ends_us);
		if (at - first == 1 && all[first].unknown)
			continue;
		require(at - first == said && json_get_array(one, "busy"));
		for (size_t k = first; k < at; k++)
			require(!all[k].unknown);
	}
	require(at == count);
}

static void check_refusal(struct arena *a, const json_t *body)
{
	static const long statuses[] = {0, 200, 302, 400, 401, 403, 404, 409, 410, 412, 429, 503};
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
		const char *reason = NULL;
		enum calendar_class class =
		    calendar_classify(a, statuses[i], body, "timed out", &reason);
		require(calendar_class_sentence(class) && reason);
		require((class == CALENDAR_ANSWER_OK) == (statuses[i] == 200));
		require(json_get_object(body, "error") || class == CALENDAR_ANSWER_OK ||
			class == CALENDAR_ANSWER_TRANSIENT || class == CALENDAR_ANSWER_RATE);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena a;
	arena_init(&a, FUZZ_ARENA_BYTES);
	json_t *body = json_loadb((const char *)bytes, size, 0, NULL);
	check_events(&a, body);
	check_list(&a, body);
	check_busy(&a, body);
	check_refusal(&a, body);
	json_decref(body);
	arena_finish(&a);
	return 0;
}
