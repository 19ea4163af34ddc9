/* One look at a rep's calendars: the token, the list, then each calendar (sync_events.c). */
#include "jobs_private.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/log.h"
#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ARENA_BYTES = 16 * 1024 * 1024,
	DEADLINE_MS = 15000,
	EARLY_S = 300, /* before a token ends, another one is got */
	LIST_MOST = 500,
	OPERATOR_PAUSE_S = 600,
	KEY_PAUSE_S = 300,
	LATER_MOST_S = 3600,
};

static void load(struct sync *s);

void sync_set_state(struct sync *s, enum sync_state state)
{
#define TO(name) (1U << SYNC_##name)
	static const unsigned allowed[] = {
	    [SYNC_NEW] = TO(LOADING),
	    [SYNC_LOADING] = TO(REFRESHING) | TO(LISTING) | TO(EVENTS) | TO(BUSY) | TO(STORING) |
			     TO(ENDING) | TO(DONE),
	    [SYNC_REFRESHING] = TO(KEEPING) | TO(DYING) | TO(ENDING),
	    [SYNC_KEEPING] = TO(LISTING) | TO(EVENTS) | TO(BUSY) | TO(ENDING),
	    [SYNC_LISTING] = TO(LISTING) | TO(REFRESHING) | TO(STORING) | TO(DYING) | TO(ENDING),
	    [SYNC_EVENTS] = TO(EVENTS) | TO(REFRESHING) | TO(STORING) | TO(DYING) | TO(ENDING),
	    [SYNC_BUSY] = TO(REFRESHING) | TO(STORING) | TO(DYING) | TO(ENDING),
	    [SYNC_STORING] =
		TO(LOADING) | TO(EVENTS) | TO(BUSY) | TO(STORING) | TO(ENDING) | TO(DONE),
	    [SYNC_DYING] = TO(DONE) | TO(ENDING),
	    [SYNC_ENDING] = TO(DONE),
	    [SYNC_DONE] = 0,
	};
#undef TO
	static const char *const names[] = {
#define X(name, text) text,
	    SYNC_STATE_MAP(X)
#undef X
	};
	assert(allowed[s->state] & (1U << state));
	log_debug("calendar: rep %s: %s -> %s", s->rep, names[s->state], names[state]);
	s->state = state;
}

void sync_finish(struct sync *s)
{
	sync_set_state(s, SYNC_DONE);
	jobs_sync_ended(s);
}

void sync_run(struct sync *s, void (*done)(const struct db_reply *reply, void *data))
{
	db_pool_run(s->jobs->options.pool, s->plan.steps, s->plan.count, DEADLINE_MS, done, s);
}

/* The end -----------------------------------------------------------------------------------------------------------------------*/

static void on_ended(const struct db_reply *reply, void *data)
{
	struct sync *s = data;
	assert(s->state == SYNC_ENDING);
	if (reply->err != ERR_OK && !*s->why)
		(void)snprintf(s->why, sizeof s->why, "the database: %s", reply->message);
	sync_finish(s);
}

void sync_end(struct sync *s, const char *why)
{
	(void)snprintf(s->why, sizeof s->why, "%s", why ? why : "");
	sync_set_state(s, SYNC_ENDING);
	s->plan.count = 0;
	if (s->checks)
		calendar_check_answer(&s->plan, &s->arena, s->check.id, why, NULL, 0);
	else
		calendar_sync_end(&s->plan, s->rep, why);
	sync_run(s, on_ended);
}

static void on_stored(const struct db_reply *reply, void *data)
{
	struct sync *s = data;
	assert(s->state == SYNC_STORING);
	if (reply->err == ERR_OK)
		s->stored(s);
	else
		sync_end(s, arena_printf(&s->arena, "the database: %s", reply->message));
}

void sync_store(struct sync *s, void (*stored)(struct sync *s))
{
	sync_set_state(s, SYNC_STORING);
	s->stored = stored;
	sync_run(s, on_stored);
}

/* The token ---------------------------------------------------------------------------------------------------------------------*/

static void on_told_dead(const struct db_reply *reply, void *data)
{
	struct sync *s = data;
	assert(s->state == SYNC_DYING);
	if (reply->err != ERR_OK && reply->err != ERR_CONFLICT) {
		sync_end(s, arena_printf(&s->arena, "the database: %s", reply->message));
		return;
	}
	/* a conflict: it was connected anew meanwhile, and that has a look of its own */
	s->over = reply->err == ERR_OK;
	s->jobs->stats.died += s->over;
	sync_finish(s);
}

/* Told to the rep with what is stored. */
static void tell(struct sync *s, enum oauth_outcome outcome)
{
	if (!s->account.person)
		return;
	struct oauth_news news = {.outcome = outcome,
	    .person = s->account.person,
	    .locale = s->jobs->options.rules->default_locale,
	    .email = s->account.email,
	    .calendar = s->account.target_name};
	if (s->account.locale)
		(void)locale_parse(s->account.locale, &news.locale);
	oauth_news_plan(&s->plan, &s->arena, s->jobs->options.rules, &news);
}

/* dead: the token is, so nothing is left to be given back. */
static void die(struct sync *s, const char *why, enum oauth_outcome outcome, bool dead)
{
	log_warn("calendar: rep %s has to connect again: %s", s->rep, why);
	sync_set_state(s, SYNC_DYING);
	s->plan.count = 0;
	calendar_token_dead(&s->plan, s->rep, s->account.refresh_token, why, dead);
	tell(s, outcome);
	if (s->checks)
		calendar_check_answer(&s->plan, &s->arena, s->check.id, why, NULL, 0);
	sync_run(s, on_told_dead);
}

static void go_on(struct sync *s)
{
	void (*again)(struct sync * s) = s->again;
	s->again = NULL;
	again(s);
}

static void on_kept(const struct db_reply *reply, void *data)
{
	struct sync *s = data;
	assert(s->state == SYNC_KEEPING);
	if (reply->err != ERR_OK) {
		sync_end(s, arena_printf(&s->arena, "the database: %s", reply->message));
	} else if (!s->checks && !calendar_tokens_stored(reply->results[0])) {
		/* for a check the token is good for the moment, whoever got another beside it */
		sync_end(s, "it was connected anew meanwhile");
	} else {
		s->jobs->stats.refreshed++;
		go_on(s);
	}
}

static void on_refreshed(const struct google_answer *answer, void *data)
{
	struct sync *s = data;
	assert(s->state == SYNC_REFRESHING);
	struct jobs *j = s->jobs;
	struct arena *a = &s->arena;
	switch (answer->class) {
	case GOOGLE_OK:
		break;
	case GOOGLE_DEAD:
		die(s, arena_strdup(a, answer->error),
		    s->account.week_old ? OAUTH_DIED_IN_TESTING : OAUTH_DIED, true);
		return;
	case GOOGLE_CLIENT:
		s->pause_s = OPERATOR_PAUSE_S;
		fault_log_warn(&j->client_fault,
		    "calendar: Google does not accept the client (%s): every token stays; see "
		    "salesreg doctor",
		    answer->error);
		sync_end(
		    s, arena_printf(a, "Google does not accept the client: %s", answer->error));
		return;
	case GOOGLE_POLICY:
		die(s, arena_strdup(a, answer->error), OAUTH_POLICY, false);
		return;
	case GOOGLE_TRANSIENT:
		sync_end(s, arena_printf(a, "no new token: %s", answer->error));
		return;
	}
	fault_log_over(&j->client_fault, "calendar: Google accepts the client again");
	char *refresh = answer->refresh_token
			    ? arena_strdup(a, answer->refresh_token)
			    : jobs_open(j, a, s->rep, "refresh", s->account.refresh_token);
	s->access = arena_strdup(a, answer->access_token);
	struct calendar_tokens tokens = {.rep = s->rep,
	    .old_refresh = s->account.refresh_token,
	    .refresh = jobs_close(j, a, s->rep, "refresh", refresh),
	    .access = jobs_close(j, a, s->rep, "access", s->access),
	    .seconds = answer->expires_in_s,
	    .key_id = j->options.keys->keys[0].id_text};
	s->account.refresh_token = tokens.refresh;
	sodium_memzero(refresh, strlen(refresh));
	sync_set_state(s, SYNC_KEEPING);
	s->plan.count = 0;
	calendar_tokens_store(&s->plan, a, &tokens);
	sync_run(s, on_kept);
}

static void refresh(struct sync *s, void (*again)(struct sync *s))
{
	char *token = jobs_open(s->jobs, &s->arena, s->rep, "refresh", s->account.refresh_token);
	if (!token) {
		s->pause_s = KEY_PAUSE_S;
		sync_end(
		    s, "the key that its tokens are sealed with is not in TOKEN_ENCRYPTION_KEY");
		return;
	}
	s->again = again;
	s->refreshed = true;
	sync_set_state(s, SYNC_REFRESHING);
	google_refresh(s->jobs->options.google, token, on_refreshed, s);
	sodium_memzero(token, strlen(token));
}

void sync_call(struct sync *s, const char *method, const char *path, const char *json,
    calendar_callback *done, void (*again)(struct sync *s))
{
	s->again = again;
	google_calendar_call(s->jobs->options.google, method, path, json, s->access, done, s);
}

bool sync_refused(struct sync *s, const struct calendar_answer *answer)
{
	const char *reason = arena_strdup(&s->arena, answer->reason);
	switch (answer->class) {
	case CALENDAR_ANSWER_OK:
		fault_log_over(&s->jobs->api_fault, "calendar: the Calendar API is enabled");
		return false;
	case CALENDAR_ANSWER_TOKEN:
		if (s->refreshed)
			die(s, reason, OAUTH_DIED, false);
		else
			refresh(s, s->again);
		return true;
	case CALENDAR_ANSWER_SCOPE:
		die(s, reason, OAUTH_DIED, false);
		return true;
	case CALENDAR_ANSWER_OPERATOR:
		s->pause_s = OPERATOR_PAUSE_S;
		fault_log_warn(&s->jobs->api_fault,
		    "calendar: the Google Calendar API is not enabled in the project: enable it in "
		    "Google Cloud's console (%s)",
		    reason);
		break;
	case CALENDAR_ANSWER_RATE:
	case CALENDAR_ANSWER_QUOTA:
	case CALENDAR_ANSWER_TRANSIENT:
		break;
	case CALENDAR_ANSWER_BUG:
	case CALENDAR_ANSWER_CONFLICT:
	case CALENDAR_ANSWER_STALE:
	case CALENDAR_ANSWER_GONE:
	case CALENDAR_ANSWER_FORBIDDEN:
	case CALENDAR_ANSWER_MISSING:
	case CALENDAR_ANSWER_RESYNC:
		return false; /* of this calendar alone */
	}
	if (answer->retry_after_s > s->pause_s)
		s->pause_s =
		    answer->retry_after_s < LATER_MOST_S ? answer->retry_after_s : LATER_MOST_S;
	sync_end(
	    s, arena_printf(&s->arena, "%s: %s", calendar_class_sentence(answer->class), reason));
	return true;
}

/* The list ----------------------------------------------------------------------------------------------------------------------*/

static void list(struct sync *s);

/* What moves from one page to the next while they are read comes twice. */
static bool is_listed(const struct sync *s, const char *id)
{
	for (size_t i = 0; i < s->list_count; i++)
		if (strcmp(s->list[i].id, id) == 0)
			return true;
	return false;
}

/* Or cannot be written to any more. */
static bool target_is_gone(const struct sync *s)
{
	for (size_t i = 0; s->account.target && i < s->list_count; i++)
		if (strcmp(s->list[i].id, s->account.target) == 0 &&
		    (strcmp(s->list[i].role, "owner") == 0 ||
			strcmp(s->list[i].role, "writer") == 0))
			return false;
	return s->account.target;
}

static void on_listed(const struct calendar_answer *answer, void *data)
{
	struct sync *s = data;
	assert(s->state == SYNC_LISTING);
	if (sync_refused(s, answer))
		return;
	if (answer->class != CALENDAR_ANSWER_OK) {
		sync_end(s, "the list of calendars cannot be read");
		return;
	}
	struct calendar_page page;
	calendar_page_parse(&s->arena, answer->body, &page);
	if (page.strange) {
		/* what is not listed is forgotten, and then it would be free */
		sync_end(s, "the list of calendars has something in it that cannot be read");
		return;
	}
	for (size_t i = 0; i < page.count && s->list_count < LIST_MOST; i++) {
		const struct calendar_entry *e = &page.entries[i];
		if (e->deleted || is_listed(s, e->id))
			continue;
		if (e->primary)
			s->zone = e->zone;
		s->has_primary |= e->primary;
		ARENA_GROW(&s->arena, s->list, s->list_count, 1, s->list_room);
		s->list[s->list_count++] =
		    (struct calendar_list_row){e->id, e->summary ? e->summary : e->id, e->role,
			e->primary, e->selected || e->primary};
	}
	s->page = page.next;
	if (s->page && s->list_count < LIST_MOST) {
		list(s);
		return;
	}
	/* each account has a primary one: a list without it is none to go by */
	if (!s->has_primary) {
		sync_end(s, "the list of calendars has no primary one");
		return;
	}
	s->account.list_due = false;
	s->plan.count = 0;
	if (target_is_gone(s)) {
		log_info("calendar: rep %s: the calendar chosen for calls is gone", s->rep);
		calendar_target_gone(
		    &s->plan, &s->arena, s->rep, s->account.target, s->account.since_us);
		tell(s, OAUTH_TARGET_GONE);
	}
	calendar_list_store(
	    &s->plan, &s->arena, s->rep, s->list, s->list_count, s->zone, s->account.since_us);
	sync_store(s, load);
}

static void list(struct sync *s)
{
	sync_set_state(s, SYNC_LISTING);
	sync_call(s, "GET", calendar_list_path(&s->arena, s->page), NULL, on_listed, list);
}

static void begin(struct sync *s)
{
	if (s->checks)
		sync_check(s);
	else if (s->account.list_due)
		list(s);
	else
		sync_calendars(s);
}

/* The account -------------------------------------------------------------------------------------------------------------------*/

static void let_go(struct sync *s)
{
	s->over = true;
	sync_finish(s);
}

static void on_loaded(const struct db_reply *reply, void *data)
{
	struct sync *s = data;
	assert(s->state == SYNC_LOADING);
	struct arena *a = &s->arena;
	if (reply->err != ERR_OK) {
		sync_end(s, arena_printf(a, "the database: %s", reply->message));
		return;
	}
	if (s->checks)
		calendar_check_row_parse(reply->results[s->check_step], a, &s->check);
	if (s->checks && !s->check.id) {
		let_go(s);
		return;
	}
	bool listed = s->list_count > 0;
	int64_t since_us = s->account.since_us;
	if (!calendar_sync_parse(reply->results[s->steps.account], a, &s->account) ||
	    strcmp(s->account.state, "connected") != 0 || !s->account.refresh_token) {
		if (s->checks)
			sync_end(s, "no calendar is connected, or it is to be connected again");
		else
			let_go(s);
		return;
	}
	/* our token, and what was read with it, are of the account of before */
	if (listed && s->account.since_us != since_us) {
		sync_end(s, "it was connected anew meanwhile");
		return;
	}
	if (!s->account.stays && s->checks) {
		sync_end(s, "who was the rep is none any more");
		return;
	}
	if (!s->account.stays) {
		/* by whatever hand: the grant is given back */
		s->plan.count = 0;
		calendar_disconnect_rep(&s->plan, a, s->rep);
		tell(s, OAUTH_LEFT);
		log_info("calendar: rep %s is no rep any more: disconnected", s->rep);
		sync_store(s, let_go);
		return;
	}
	s->due_count = calendar_due_parse(reply->results[s->steps.calendars], a, &s->due);
	s->at = 0;
	if (listed)
		s->account.list_due = false;
	if (s->account.access_token && s->account.access_s > EARLY_S && !s->access)
		s->access = jobs_open(s->jobs, a, s->rep, "access", s->account.access_token);
	if (!s->access)
		refresh(s, begin);
	else
		begin(s);
}

static void load(struct sync *s)
{
	sync_set_state(s, SYNC_LOADING);
	s->plan.count = 0;
	s->steps = calendar_sync_load(&s->plan, &s->arena, s->rep);
	if (s->checks)
		s->check_step = calendar_check_load(&s->plan, s->rep);
	sync_run(s, on_loaded);
}

void sync_start(struct sync *s)
{
	load(s);
}

struct sync *sync_create(struct jobs *jobs, void *job, const char *rep, bool checks)
{
	struct sync *s = calloc(1, sizeof *s);
	if (!s)
		abort();
	s->jobs = jobs;
	s->job = job;
	s->checks = checks;
	(void)snprintf(s->rep, sizeof s->rep, "%.36s", rep);
	arena_init_secret(&s->arena, ARENA_BYTES);
	return s;
}

void sync_destroy(struct sync *s)
{
	if (!s)
		return;
	if (s->access)
		sodium_memzero(s->access, strlen(s->access));
	arena_finish(&s->arena);
	free(s);
}
