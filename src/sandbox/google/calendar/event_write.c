#include "salesreg/sandbox/google/calendar/event_write.h"
#include "salesreg/base/json.h"
#include "salesreg/sandbox/google/calendar/events.h"
#include "salesreg/sandbox/google/calendar/series.h"
#include "salesreg/sandbox/google/grants.h"
#include <stdio.h>
#include <string.h>

enum { MEET_LETTERS = 10 };
static const int64_t READABLE_S = INT64_C(30) * 86400;
static const enum google_reason GOOD = GOOGLE_REASON_COUNT;

static void answer(struct google_call *call, const struct google_share *share,
    const struct google_event *event, bool brief)
{
	struct buf *out = &call->sandbox->out;
	json_t *object = google_event_json(call->account, share->calendar, event, brief);
	size_t size = 0;
	const char *text = json_text(call->arena, object, &size);
	buf_clear(out);
	buf_add(out, text, size);
	json_decref(object);
	google_call_json(call);
}

/* --- the link to a video call --- */

static json_t *make_meet(struct google *g, const char *request_id, const char *status)
{
	json_t *data =
	    json_pack("{s:{s:s,s:{s:s},s:{s:s}}}", "createRequest", "requestId", request_id,
		"conferenceSolutionKey", "type", "hangoutsMeet", "status", "statusCode", status);
	char letters[MEET_LETTERS + 1], link[64];
	if (strcmp(status, "success") != 0)
		return data;
	for (size_t i = 0; i < MEET_LETTERS; i++)
		letters[i] = (char)('a' + sandbox_random(g->sandbox) % 26);
	letters[MEET_LETTERS] = '\0';
	(void)snprintf(link, sizeof link, "https://meet.google.com/%.3s-%.4s-%.3s", letters,
	    letters + 3, letters + 7);
	(void)json_object_set_new(data, "entryPoints",
	    json_pack("[{s:s,s:s,s:s}]", "entryPointType", "video", "uri", link, "label",
		strstr(link, "meet")));
	(void)json_object_set_new(data, "conferenceId", json_string(strrchr(link, '/') + 1));
	return data;
}

static void set_meet(struct google *g, json_t *resource, const char *request_id, const char *status)
{
	json_t *data = make_meet(g, request_id, status);
	const json_t *entry = json_array_get(json_object_get(data, "entryPoints"), 0);
	const json_t *link = json_object_get(entry, "uri");
	if (link)
		(void)json_object_set_new(resource, "hangoutLink", json_deep_copy(link));
	(void)json_object_set_new(resource, "conferenceData", data);
}

static const char *request_of(const json_t *resource)
{
	const json_t *data = json_object_get(resource, "conferenceData");
	return json_string_value(
	    json_object_get(json_object_get(data, "createRequest"), "requestId"));
}

/* What was asked for in the body becomes what there is. False: 400. */
static bool arrange_meet(struct google_call *call, json_t *resource, bool *pending)
{
	const json_t *data = json_object_get(resource, "conferenceData");
	const json_t *wanted = json_object_get(data, "createRequest");
	const json_t *key = json_object_get(wanted, "conferenceSolutionKey");
	const char *type = json_string_value(json_object_get(key, "type"));
	const char *version = http_exchange_query(call->exchange, "conferenceDataVersion");
	*pending = false;
	if (!data || json_object_get(data, "entryPoints"))
		return true; /* there is one already */
	if (!version || strcmp(version, "1") != 0) {
		(void)json_object_del(resource, "conferenceData"); /* without a word, as Google */
		return true;
	}
	const char *request_id = request_of(resource);
	if (!request_id || (type && strcmp(type, "hangoutsMeet") != 0))
		return false;
	*pending = call->strike.kind == GOOGLE_STRIKE_MEET_PENDING;
	bool failure = call->strike.kind == GOOGLE_STRIKE_MEET_FAILURE;
	request_id = arena_strdup(call->arena, request_id); /* its document is replaced */
	set_meet(call->google, resource, request_id,
	    *pending  ? "pending"
	    : failure ? "failure"
		      : "success");
	return true;
}

/* --- what every change is asked --- */

static bool is_answered(struct google_call *call, enum google_reason reason, const char *where)
{
	if (reason == GOOD)
		return false;
	google_call_fail(call, reason, where);
	return true;
}

/* May this account write here, and is the query in order? */
static enum google_reason check(
    const struct google_call *call, const struct google_share *share, const char **where)
{
	const char *updates = http_exchange_query(call->exchange, "sendUpdates");
	*where = NULL;
	if (share->role != GOOGLE_ROLE_OWNER && share->role != GOOGLE_ROLE_WRITER)
		return GOOGLE_REASON_ACCESS_LEVEL;
	*where = "sendUpdates";
	if (updates && strcmp(updates, "all") != 0 && strcmp(updates, "externalOnly") != 0 &&
	    strcmp(updates, "none") != 0)
		return GOOGLE_REASON_INVALID;
	return GOOD;
}

static enum google_reason check_match(
    const struct google_call *call, const struct google_event *event)
{
	char etag[40];
	const char *match = http_exchange_header(call->exchange, "If-Match");
	google_event_etag(event, etag);
	bool same = !match || strcmp(match, "*") == 0 || strcmp(match, etag) == 0;
	return same ? GOOD : GOOGLE_REASON_CONDITION;
}

/* --- the calls --- */

void google_event_get(
    struct google_call *call, struct google_share *share, const char *id, bool brief)
{
	struct google *g = call->google;
	struct google_event *event = google_event_find(share->calendar, id);
	bool gone = event && event->cancelled &&
		    sandbox_now_s(call->sandbox) - event->updated_s > READABLE_S;
	if (!event || gone) {
		google_call_fail(call, GOOGLE_REASON_NOT_FOUND, NULL);
		return;
	}
	const char *request_id = request_of(event->resource);
	bool ready = event->meet_pending > 0 && --event->meet_pending == 0;
	if (ready && request_id) {
		set_meet(g, event->resource, arena_strdup(call->arena, request_id), "success");
		google_event_touch(g, share->calendar, event);
	}
	answer(call, share, event, brief);
}

void google_event_insert(struct google_call *call, struct google_share *share)
{
	const json_t *body = call->params->document;
	const json_t *id = json_object_get(body, "id");
	struct google_event *event = NULL;
	const char *where;
	bool pending = false;
	enum google_reason reason = check(call, share, &where);
	if (is_answered(call, reason, where))
		return;
	if (!body || (id && !json_is_string(id)) ||
	    (id && !google_event_is_id(json_string_value(id)))) {
		google_call_fail(call, GOOGLE_REASON_INVALID, id ? "id" : NULL);
		return;
	}
	if (id && google_event_find(share->calendar, json_string_value(id))) {
		google_call_fail(call, GOOGLE_REASON_DUPLICATE, NULL);
		return;
	}
	json_t *resource = json_deep_copy(body);
	enum google_reason wrong = GOOD;
	(void)json_object_del(resource, "organizer");
	(void)json_object_del(resource, "recurringEventId");
	if (!arrange_meet(call, resource, &pending)) {
		wrong = GOOGLE_REASON_INVALID;
		where = "conferenceData";
	}
	if (wrong == GOOD)
		wrong = google_event_put(
		    call->google, share->calendar, &event, json_string_value(id), resource, &where);
	json_decref(resource);
	if (is_answered(call, wrong, where))
		return;
	event->meet_pending = pending ? 2 : 0;
	google_series_apply(call->google, share->calendar, event);
	answer(call, share, event, false);
}

/* RFC 7396: null removes, objects are merged, the rest replaces. */
static void merge(json_t *target, const json_t *patch)
{
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)patch, key, value) {
		json_t *old = json_object_get(target, key);
		if (json_is_null(value))
			(void)json_object_del(target, key);
		else if (json_is_object(value) && json_is_object(old))
			merge(old, value);
		else
			(void)json_object_set_new(target, key, json_deep_copy(value));
	}
}

/* Of somebody else's event only one's own part can be changed. */
static bool is_shared_change(const json_t *body)
{
	static const char *const shared[] = {
	    "summary", "description", "location", "start", "end", "conferenceData"};
	for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
		if (json_object_get(body, shared[i]))
			return true;
	return false;
}

/* What is not the client's to change. */
static void keep_member(json_t *resource, const json_t *old, const char *name)
{
	const json_t *value = json_object_get(old, name);
	if (value)
		(void)json_object_set_new(resource, name, json_deep_copy(value));
	else
		(void)json_object_del(resource, name);
}

static enum google_reason find_to_change(const struct google_call *call,
    const struct google_share *share, const char *id, struct google_event **event,
    const char **where)
{
	enum google_reason wrong = check(call, share, where);
	if (wrong != GOOD)
		return wrong;
	*where = NULL;
	*event = google_event_find(share->calendar, id);
	if (!*event)
		return GOOGLE_REASON_NOT_FOUND;
	return check_match(call, *event);
}

void google_event_change(
    struct google_call *call, struct google_share *share, const char *id, bool merged)
{
	const json_t *body = call->params->document;
	struct google_event *event = NULL;
	const char *where = NULL;
	bool pending = false;
	enum google_reason wrong = find_to_change(call, share, id, &event, &where);
	if (wrong == GOOD && event->cancelled)
		wrong = GOOGLE_REASON_FORBIDDEN;
	if (wrong == GOOD && !body)
		wrong = GOOGLE_REASON_INVALID;
	if (wrong == GOOD && google_event_is_invitation(share->calendar, event) &&
	    is_shared_change(body))
		wrong = GOOGLE_REASON_NON_ORGANIZER;
	if (is_answered(call, wrong, where))
		return;
	json_t *resource = merged ? json_deep_copy(event->resource) : json_object();
	merge(resource, body);
	keep_member(resource, event->resource, "organizer");
	keep_member(resource, event->resource, "recurringEventId");
	if (json_object_get(body, "conferenceData") && !arrange_meet(call, resource, &pending)) {
		wrong = GOOGLE_REASON_INVALID;
		where = "conferenceData";
	} else {
		wrong =
		    google_event_put(call->google, share->calendar, &event, NULL, resource, &where);
	}
	json_decref(resource);
	if (is_answered(call, wrong, where))
		return;
	if (pending)
		event->meet_pending = 2;
	google_series_apply(call->google, share->calendar, event);
	answer(call, share, event, false);
}

void google_event_delete(struct google_call *call, struct google_share *share, const char *id)
{
	struct google_event *event = NULL;
	const char *where = NULL;
	enum google_reason wrong = find_to_change(call, share, id, &event, &where);
	if (wrong == GOOD && event->cancelled)
		wrong = GOOGLE_REASON_DELETED;
	if (is_answered(call, wrong, where))
		return;
	google_event_cancel(call->google, share->calendar, event);
	google_series_apply(call->google, share->calendar, event);
	buf_clear(&call->sandbox->out);
	google_call_answer(call, 204, NULL, NULL);
}
