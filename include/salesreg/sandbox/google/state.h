/*
 * What the emulated Google knows: the project and its client, accounts, what they granted, their calendars and events. In memory
 * only, and every list is bounded.
 * Ownership: struct google owns everything; strings are malloc'ed and belong to the struct that names them. A calendar is owned
 * by struct google and referred to by the lists of accounts. Tokens and codes go when their account's grant is revoked.
 * Units: *_us microseconds of sandbox_now_us() unless a comment says otherwise (events: since 1970).
 * Errors: out of memory aborts.
 */
#pragma once
#include "salesreg/sandbox/google/reasons.h"
#include "salesreg/sandbox/model.h"
#include <jansson.h>

enum {
	GOOGLE_ACCOUNTS_MAX = 5000,
	GOOGLE_CALENDARS_OF_ACCOUNT_MAX = 100,
	GOOGLE_EVENTS_OF_CALENDAR_MAX = 20000,
	GOOGLE_CODES_MAX = 1000, /* the oldest is forgotten beyond */
	GOOGLE_REFRESH_MAX =
	    100, /* live ones of an account: the oldest dies silently, as Google's do */
	GOOGLE_ACCESS_MAX = 50, /* of an account */
	GOOGLE_REDIRECTS_MAX = 20,
	GOOGLE_RULES_MAX = 1000,
	GOOGLE_RECORDS_MAX = 5000,
	GOOGLE_TOKEN_BYTES = 160,
	GOOGLE_NAME_MAX = 254,
};

/* name, as a client writes it; as Google writes it in answers, if that differs; sign-in scopes have no box */
#define GOOGLE_SCOPE_URL "https://www.googleapis.com/auth/"
#define GOOGLE_SCOPE_MAP(X)                                                                        \
	X(OPENID, "openid", "openid")                                                              \
	X(EMAIL, "email", GOOGLE_SCOPE_URL "userinfo.email")                                       \
	X(PROFILE, "profile", GOOGLE_SCOPE_URL "userinfo.profile")                                 \
	X(CALENDAR, "calendar", GOOGLE_SCOPE_URL "calendar")                                       \
	X(READONLY, "calendar.readonly", GOOGLE_SCOPE_URL "calendar.readonly")                     \
	X(FREEBUSY, "calendar.freebusy", GOOGLE_SCOPE_URL "calendar.freebusy")                     \
	X(EVENTS_FREEBUSY, "calendar.events.freebusy",                                             \
	    GOOGLE_SCOPE_URL "calendar.events.freebusy")                                           \
	X(EVENTS, "calendar.events", GOOGLE_SCOPE_URL "calendar.events")                           \
	X(EVENTS_READONLY, "calendar.events.readonly",                                             \
	    GOOGLE_SCOPE_URL "calendar.events.readonly")                                           \
	X(OWNED, "calendar.events.owned", GOOGLE_SCOPE_URL "calendar.events.owned")                \
	X(OWNED_READONLY, "calendar.events.owned.readonly",                                        \
	    GOOGLE_SCOPE_URL "calendar.events.owned.readonly")                                     \
	X(APP_CREATED, "calendar.app.created", GOOGLE_SCOPE_URL "calendar.app.created")            \
	X(LIST, "calendar.calendarlist", GOOGLE_SCOPE_URL "calendar.calendarlist")                 \
	X(LIST_READONLY, "calendar.calendarlist.readonly",                                         \
	    GOOGLE_SCOPE_URL "calendar.calendarlist.readonly")                                     \
	X(SETTINGS_READONLY, "calendar.settings.readonly",                                         \
	    GOOGLE_SCOPE_URL "calendar.settings.readonly")
enum google_scope {
#define X(name, brief, full) GOOGLE_SCOPE_##name,
	GOOGLE_SCOPE_MAP(X)
#undef X
	    GOOGLE_SCOPE_COUNT
};
#define GOOGLE_SCOPE(name) (UINT32_C(1) << GOOGLE_SCOPE_##name)
#define GOOGLE_SIGN_IN (GOOGLE_SCOPE(OPENID) | GOOGLE_SCOPE(EMAIL) | GOOGLE_SCOPE(PROFILE))

/* What an account may do with a calendar of its list. */
#define GOOGLE_ROLE_MAP(X)                                                                         \
	X(FREE_BUSY_READER, "freeBusyReader")                                                      \
	X(READER, "reader")                                                                        \
	X(WRITER, "writer")                                                                        \
	X(OWNER, "owner")
enum google_role {
#define X(name, text) GOOGLE_ROLE_##name,
	GOOGLE_ROLE_MAP(X)
#undef X
	    GOOGLE_ROLE_COUNT
};

struct google_zone;
struct google_event {
	TAILQ_ENTRY(google_event) entry;
	char *id;
	json_t *resource; /* as given, without what is written at each answer */
	bool cancelled;
	bool free; /* transparent, or a working location: takes no time */
	bool all_day;
	bool is_series;           /* comes again: its occurrences (series.h) take the time */
	bool is_occurrence;       /* of a series */
	int64_t start_us, end_us; /* since 1970; an all-day event in the calendar's zone */
	int64_t version;          /* of the calendar, when it changed last */
	int64_t created_s, updated_s;
	int64_t sequence;
	int64_t meet_pending; /* answers that still say so */
};
TAILQ_HEAD(google_event_list, google_event);

struct google_calendar {
	TAILQ_ENTRY(google_calendar) entry;
	char *id, *summary, *zone;
	struct google_zone *clock; /* of the zone (zone.h) */
	struct google_event_list events;
	size_t event_count;
	int64_t version;     /* counts changes */
	int64_t synced_from; /* sync tokens older than this version are 410 */
	char unreadable[32]; /* reason of an error entry in freeBusy; "": none */
};
TAILQ_HEAD(google_calendar_list, google_calendar);

struct google_share {
	TAILQ_ENTRY(google_share) entry;
	struct google_calendar *calendar;
	enum google_role role;
	bool primary, selected;
};
TAILQ_HEAD(google_share_list, google_share);

struct google_token {
	TAILQ_ENTRY(google_token) entry;
	struct google_account *account;
	uint32_t scopes;
	int64_t expires_us; /* INT64_MAX: not by time */
	char value[GOOGLE_TOKEN_BYTES];
};
TAILQ_HEAD(google_token_list, google_token);

struct google_code {
	TAILQ_ENTRY(google_code) entry;
	struct google_account *account;
	uint32_t scopes;
	char *redirect_uri, *challenge, *nonce; /* the last two may be NULL */
	bool plain;                             /* challenge is the verifier itself */
	bool refreshable;                       /* offline, and a consent page was shown */
	bool used;
	int64_t expires_us;
	char value[GOOGLE_TOKEN_BYTES];
};
TAILQ_HEAD(google_code_list, google_code);

struct google_account {
	TAILQ_ENTRY(google_account) entry;
	char *sub, *email, *name;
	char *hd; /* NULL: no Workspace */
	bool unverified, test_user, blocked, disabled;
	uint32_t granted; /* to this project, by all consents since the last revocation */
	size_t refresh_count, access_count;
	struct google_share_list shares;
};
TAILQ_HEAD(google_account_list, google_account);

#define GOOGLE_AUDIENCE_MAP(X)                                                                     \
	X(PRODUCTION, "production")                                                                \
	X(UNVERIFIED, "unverified")                                                                \
	X(TESTING, "testing")                                                                      \
	X(INTERNAL, "internal")
enum google_audience {
#define X(name, text) GOOGLE_AUDIENCE_##name,
	GOOGLE_AUDIENCE_MAP(X)
#undef X
	    GOOGLE_AUDIENCE_COUNT
};

/* The project at the console, and its one client. */
struct google_project {
	char *client_id;
	char *secrets[2]; /* both are good; the second may be NULL: rotation */
	char *redirects[GOOGLE_REDIRECTS_MAX + 1]; /* none: any on this machine, over http */
	char *organisation;                        /* of an internal one, or NULL */
	enum google_audience audience;
	bool deleted, api_disabled;
	bool trusted; /* by the Workspace: all scopes or none, no boxes */
};

struct google_rule;
TAILQ_HEAD(google_rule_list, google_rule);
struct google_record;
TAILQ_HEAD(google_record_list, google_record);

struct google {
	struct sandbox *sandbox;
	struct google_project project;
	struct google_account_list accounts;
	size_t account_count;
	struct google_calendar_list calendars;
	struct google_code_list codes;
	size_t code_count;
	struct google_token_list refresh, access;
	struct google_rule_list rules;
	struct google_record_list records;
	size_t record_count;
	int64_t last_seq, next_sub, next_id;
	int64_t changes; /* of what is kept (remember.h) */
};
