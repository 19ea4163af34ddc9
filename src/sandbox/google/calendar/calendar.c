#include "salesreg/sandbox/google/calendar/calendar.h"
#include "salesreg/sandbox/google/accounts.h"
#include "salesreg/sandbox/google/calendar/event_list.h"
#include "salesreg/sandbox/google/calendar/event_write.h"
#include "salesreg/sandbox/google/calendar/free_busy.h"
#include "salesreg/sandbox/google/grants.h"
#include <string.h>
#include <strings.h>

#define WRITE                                                                                      \
	(GOOGLE_SCOPE(CALENDAR) | GOOGLE_SCOPE(EVENTS) | GOOGLE_SCOPE(OWNED) |                     \
	    GOOGLE_SCOPE(APP_CREATED))
#define READ                                                                                       \
	(WRITE | GOOGLE_SCOPE(EVENTS_READONLY) | GOOGLE_SCOPE(OWNED_READONLY) |                    \
	    GOOGLE_SCOPE(EVENTS_FREEBUSY) | GOOGLE_SCOPE(READONLY))
/* which reach no further than to what the user owns, or the app has made */
#define OWN (GOOGLE_SCOPE(OWNED) | GOOGLE_SCOPE(OWNED_READONLY) | GOOGLE_SCOPE(APP_CREATED))

/* Any one of these will do. */
static const uint32_t wanted[GOOGLE_ENDPOINT_COUNT] = {
    [GOOGLE_ON_CALENDAR_LIST] = GOOGLE_SCOPE(CALENDAR) | GOOGLE_SCOPE(READONLY) |
				GOOGLE_SCOPE(LIST) | GOOGLE_SCOPE(LIST_READONLY),
    [GOOGLE_ON_EVENTS_LIST] = READ,
    [GOOGLE_ON_EVENTS_GET] = READ,
    [GOOGLE_ON_EVENTS_INSERT] = WRITE,
    [GOOGLE_ON_EVENTS_PATCH] = WRITE,
    [GOOGLE_ON_EVENTS_UPDATE] = WRITE,
    [GOOGLE_ON_EVENTS_DELETE] = WRITE,
    [GOOGLE_ON_FREEBUSY] = GOOGLE_SCOPE(CALENDAR) | GOOGLE_SCOPE(READONLY) |
			   GOOGLE_SCOPE(FREEBUSY) | GOOGLE_SCOPE(EVENTS_FREEBUSY),
};

/* Which call it is, and of what. */
struct route {
	enum google_endpoint endpoint;
	const char *calendar, *event; /* NULL where it is of none */
};

static enum google_endpoint of_event(const char *verb)
{
	if (strcmp(verb, "GET") == 0)
		return GOOGLE_ON_EVENTS_GET;
	if (strcmp(verb, "PATCH") == 0)
		return GOOGLE_ON_EVENTS_PATCH;
	if (strcmp(verb, "PUT") == 0)
		return GOOGLE_ON_EVENTS_UPDATE;
	return strcmp(verb, "DELETE") == 0 ? GOOGLE_ON_EVENTS_DELETE : GOOGLE_ON_UNKNOWN;
}

static struct route find_route(struct arena *arena, const char *verb, const char *path)
{
	static const char before[] = "calendars/", after[] = "/events";
	struct route route = {.endpoint = GOOGLE_ON_UNKNOWN};
	bool get = strcmp(verb, "GET") == 0, post = strcmp(verb, "POST") == 0;
	if (get && strcmp(path, "users/me/calendarList") == 0)
		route.endpoint = GOOGLE_ON_CALENDAR_LIST;
	if (post && strcmp(path, "freeBusy") == 0)
		route.endpoint = GOOGLE_ON_FREEBUSY;
	if (strncmp(path, before, sizeof before - 1) != 0)
		return route;
	const char *id = path + sizeof before - 1;
	const char *rest = strchr(id, '/');
	if (!rest || strncmp(rest, after, sizeof after - 1) != 0)
		return route;
	route.calendar = arena_strndup(arena, id, (size_t)(rest - id));
	rest += sizeof after - 1;
	if (*rest == '\0') {
		route.endpoint = get    ? GOOGLE_ON_EVENTS_LIST
				 : post ? GOOGLE_ON_EVENTS_INSERT
					: GOOGLE_ON_UNKNOWN;
	} else if (*rest == '/' && rest[1] && !strchr(rest + 1, '/')) {
		route.event = rest + 1;
		route.endpoint = of_event(verb);
	}
	return route;
}

/* NULL: there is none. */
static const char *bearer(const struct google_call *call)
{
	static const char scheme[] = "Bearer ";
	const char *header = http_exchange_header(call->exchange, "Authorization");
	if (!header || strncasecmp(header, scheme, sizeof scheme - 1) != 0)
		return NULL;
	return header + sizeof scheme - 1;
}

static void dispatch(
    struct google_call *call, const struct route *route, struct google_share *share)
{
	uint32_t whole = call->scopes & READ & ~GOOGLE_SCOPE(EVENTS_FREEBUSY);
	bool brief = !whole || share->role == GOOGLE_ROLE_FREE_BUSY_READER;
	switch (route->endpoint) {
	case GOOGLE_ON_EVENTS_LIST:
		google_event_list(call, share, brief);
		break;
	case GOOGLE_ON_EVENTS_GET:
		google_event_get(call, share, route->event, brief);
		break;
	case GOOGLE_ON_EVENTS_INSERT:
		google_event_insert(call, share);
		break;
	case GOOGLE_ON_EVENTS_PATCH:
	case GOOGLE_ON_EVENTS_UPDATE:
		google_event_change(
		    call, share, route->event, route->endpoint == GOOGLE_ON_EVENTS_PATCH);
		break;
	case GOOGLE_ON_EVENTS_DELETE:
		google_event_delete(call, share, route->event);
		break;
	case GOOGLE_ON_AUTH:
	case GOOGLE_ON_EXCHANGE:
	case GOOGLE_ON_REFRESH:
	case GOOGLE_ON_NO_GRANT:
	case GOOGLE_ON_REVOKE:
	case GOOGLE_ON_CALENDAR_LIST:
	case GOOGLE_ON_FREEBUSY:
	case GOOGLE_ON_UNKNOWN:
	case GOOGLE_ENDPOINT_COUNT:
		google_call_fail(call, GOOGLE_REASON_NOT_FOUND, NULL);
		break;
	}
}

static void on_events(struct google_call *call, const struct route *route)
{
	struct google_share *share = google_share_find(call->account, route->calendar);
	uint32_t far = call->scopes & wanted[route->endpoint] & ~OWN;
	if (!share) /* no access looks the same as no calendar */
		google_call_fail(call, GOOGLE_REASON_NOT_FOUND, NULL);
	else if (!far && share->role != GOOGLE_ROLE_OWNER)
		google_call_fail(call, GOOGLE_REASON_INSUFFICIENT, NULL);
	else
		dispatch(call, route, share);
}

void google_calendar_handle(struct google_call *call, const char *path, bool readable)
{
	struct google *g = call->google;
	struct route route = find_route(call->arena, http_exchange_method(call->exchange), path);
	const char *value = bearer(call);
	const struct google_token *token = value ? google_access_find(g, value) : NULL;
	google_call_begin(call, route.endpoint);
	call->account = token ? token->account : NULL;
	call->scopes = token ? token->scopes : 0;
	if (google_call_struck(call))
		return;
	if (!value)
		google_call_fail(call, GOOGLE_REASON_REQUIRED_LOGIN, NULL);
	else if (!token)
		google_call_fail(call, GOOGLE_REASON_AUTH_ERROR, NULL);
	else if (route.endpoint == GOOGLE_ON_UNKNOWN)
		google_call_fail(call, GOOGLE_REASON_NOT_FOUND, NULL);
	else if (g->project.api_disabled)
		google_call_fail(call, GOOGLE_REASON_NOT_CONFIGURED, NULL);
	else if (!(call->scopes & wanted[route.endpoint]))
		google_call_fail(call, GOOGLE_REASON_INSUFFICIENT, NULL);
	else if (!readable)
		google_call_fail(call, GOOGLE_REASON_PARSE, NULL);
	else if (route.endpoint == GOOGLE_ON_CALENDAR_LIST)
		google_calendar_list(call);
	else if (route.endpoint == GOOGLE_ON_FREEBUSY)
		google_free_busy(call);
	else
		on_events(call, &route);
}
