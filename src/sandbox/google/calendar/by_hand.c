#include "salesreg/sandbox/google/calendar/by_hand.h"
#include "salesreg/base/json.h"
#include "salesreg/sandbox/answer.h"
#include "salesreg/sandbox/google/accounts.h"
#include "salesreg/sandbox/google/calendar/events.h"
#include "salesreg/sandbox/google/calendar/series.h"
#include <string.h>

/* One control call. */
struct control {
	struct sandbox *sandbox;
	struct google *google;
	struct http_exchange *exchange;
	struct arena *arena;
	const json_t *body;
};

static void fail(const struct control *c, const char *error)
{
	answer_fail(c->sandbox, c->exchange, 400, error);
}

static const char *text(const struct control *c, const char *name)
{
	const char *value = json_get_text(c->arena, c->body, name);
	return value && strlen(value) <= GOOGLE_NAME_MAX ? value : NULL;
}

/* In the body, or in the query of a GET. */
static struct google_account *named_account(const struct control *c)
{
	const char *name = text(c, "account");
	if (!name)
		name = http_exchange_query(c->exchange, "account");
	struct google_account *account = name ? google_account_find(c->google, name) : NULL;
	if (!account)
		fail(c, "no such account");
	return account;
}

const char *google_by_hand_zone(struct google_calendar *calendar, const json_t *body)
{
	const char *zone = json_string_value(json_object_get(body, "zone"));
	if (zone && !google_calendar_set_zone(calendar, zone))
		return "there is no time zone of that name";
	if (zone)
		google_events_retime(calendar);
	return NULL;
}

static void write_share(const struct google_share *share, struct buf *out)
{
	const struct google_calendar *calendar = share->calendar;
	buf_adds(out, "{\"id\":");
	write_string(out, calendar->id);
	buf_adds(out, ",\"summary\":");
	write_string(out, calendar->summary);
	buf_adds(out, ",\"zone\":");
	write_string(out, calendar->zone);
	buf_addf(out,
	    ",\"role\":\"%s\",\"primary\":%s,\"selected\":%s,\"events\":%zu,"
	    "\"unreadable\":\"%s\"}",
	    google_role_name(share->role), share->primary ? "true" : "false",
	    share->selected ? "true" : "false", calendar->event_count, calendar->unreadable);
}

static void on_calendars(const struct control *c)
{
	struct buf *out = &c->sandbox->out;
	const struct google_account *account = named_account(c);
	const struct google_share *share;
	if (!account)
		return;
	buf_clear(out);
	buf_adds(out, "{\"ok\":true,\"calendars\":[");
	TAILQ_FOREACH (share, &account->shares, entry) {
		if (share != TAILQ_FIRST(&account->shares))
			buf_addc(out, ',');
		write_share(share, out);
	}
	buf_adds(out, "]}");
	answer_send(c->sandbox, c->exchange, 200);
}

static bool is_word(const char *text, size_t most)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	return strlen(text) <= most && strspn(text, letters) == strlen(text);
}

static const char *set_share(
    const struct control *c, struct google_account *account, struct google_share *share)
{
	struct google_calendar *calendar = share->calendar;
	const char *unreadable = text(c, "unreadable"), *summary = text(c, "summary");
	const char *wrong = google_by_hand_zone(calendar, c->body);
	if (!wrong && unreadable && !is_word(unreadable, sizeof calendar->unreadable - 1))
		wrong = "unreadable is no reason";
	if (wrong)
		return wrong;
	if (summary)
		set_string(&calendar->summary, summary);
	if (unreadable)
		memcpy(calendar->unreadable, unreadable, strlen(unreadable) + 1);
	share->selected = json_get_bool(c->body, "selected", share->selected);
	if (json_get_bool(c->body, "forget_sync", false))
		calendar->synced_from = ++calendar->version;
	if (json_get_bool(c->body, "remove", false))
		google_share_remove(account, share);
	return NULL;
}

static void on_calendar_set(const struct control *c)
{
	const char *id = text(c, "id"), *role_name = text(c, "role");
	int role = role_name ? 0 : GOOGLE_ROLE_OWNER;
	struct google_account *account = named_account(c);
	if (!account)
		return;
	while (role_name && role < GOOGLE_ROLE_COUNT &&
	       strcmp(google_role_name((enum google_role)role), role_name) != 0)
		role++;
	if (role == GOOGLE_ROLE_COUNT || (id && strlen(id) > GOOGLE_NAME_MAX)) {
		fail(c, "role must be owner, writer, reader or freeBusyReader");
		return;
	}
	struct google_share *share = id ? google_share_find(account, id) : NULL;
	if (!share)
		share = google_share_add(c->google, account, id, (enum google_role)role);
	else if (role_name)
		share->role = (enum google_role)role;
	struct buf *out = &c->sandbox->out;
	buf_clear(out);
	if (share) {
		buf_adds(out, "{\"ok\":true,\"calendar\":{\"id\":");
		write_string(out, share->calendar->id);
		buf_adds(out, "}}");
	}
	const char *wrong = share ? set_share(c, account, share) : "too many calendars";
	if (wrong)
		fail(c, wrong);
	else
		answer_send(c->sandbox, c->exchange, 200);
}

static void add_event(const struct control *c, const struct google_account *account,
    const struct google_calendar *calendar, const struct google_event *event)
{
	size_t size = 0;
	json_t *object = google_event_json(account, calendar, event, false);
	const char *json = json_text(c->arena, object, &size);
	buf_add(&c->sandbox->out, json, size);
	json_decref(object);
}

static void on_events(const struct control *c)
{
	struct buf *out = &c->sandbox->out;
	const struct google_account *account = named_account(c);
	const char *id = http_exchange_query(c->exchange, "calendar");
	const struct google_share *share =
	    account ? google_share_find(account, id ? id : "primary") : NULL;
	const struct google_event *event;
	if (!share) {
		if (account)
			fail(c, "no such calendar");
		return;
	}
	buf_clear(out);
	buf_adds(out, "{\"ok\":true,\"events\":[");
	TAILQ_FOREACH (event, &share->calendar->events, entry) {
		if (event != TAILQ_FIRST(&share->calendar->events))
			buf_addc(out, ',');
		add_event(c, account, share->calendar, event);
	}
	buf_adds(out, "],\"zone\":");
	write_string(out, share->calendar->zone);
	buf_addc(out, '}');
	answer_send(c->sandbox, c->exchange, 200);
}

static void put_event(const struct control *c, const struct google_account *account,
    struct google_calendar *calendar, const json_t *resource)
{
	struct buf *out = &c->sandbox->out;
	const char *id = json_string_value(json_object_get(resource, "id")), *where = NULL;
	struct google_event *event = id ? google_event_find(calendar, id) : NULL;
	if (id && !event && !google_event_is_id(id)) {
		fail(c, "id must be 5 to 1024 of a-v and 0-9");
		return;
	}
	if (google_event_put(c->google, calendar, &event, id, resource, &where) !=
	    GOOGLE_REASON_COUNT) {
		fail(c, where ? arena_concat(c->arena, "the event's ", where, " is wrong", NULL)
			      : "too many events");
		return;
	}
	google_series_apply(c->google, calendar, event);
	buf_clear(out);
	buf_adds(out, "{\"ok\":true,\"event\":");
	add_event(c, account, calendar, event);
	buf_addc(out, '}');
	answer_send(c->sandbox, c->exchange, 200);
}

static void on_event_set(const struct control *c)
{
	const char *calendar = text(c, "calendar"), *gone = text(c, "delete");
	const json_t *resource = json_get_object(c->body, "event");
	struct google_account *account = named_account(c);
	if (!account)
		return;
	struct google_share *share = google_share_find(account, calendar ? calendar : "primary");
	struct google_event *event =
	    share && gone ? google_event_find(share->calendar, gone) : NULL;
	if (!share) {
		fail(c, "no such calendar");
	} else if (gone && event) {
		google_event_cancel(c->google, share->calendar, event);
		google_series_apply(c->google, share->calendar, event);
		buf_clear(&c->sandbox->out);
		buf_adds(&c->sandbox->out, "{\"ok\":true}");
		answer_send(c->sandbox, c->exchange, 200);
	} else if (gone || !resource) {
		fail(c, gone ? "no such event" : "event or delete is needed");
	} else {
		put_event(c, account, share->calendar, resource);
	}
}

bool google_by_hand(
    struct sandbox *s, struct http_exchange *x, const char *path, const json_t *body)
{
	const struct control c = {s, s->google, x, http_exchange_arena(x), body};
	bool get = strcmp(http_exchange_method(x), "GET") == 0;
	bool post = strcmp(http_exchange_method(x), "POST") == 0;
	if (get && strcmp(path, "calendars") == 0)
		on_calendars(&c);
	else if (post && strcmp(path, "calendars") == 0)
		on_calendar_set(&c);
	else if (get && strcmp(path, "events") == 0)
		on_events(&c);
	else if (post && strcmp(path, "events") == 0)
		on_event_set(&c);
	else
		return false;
	return true;
}
