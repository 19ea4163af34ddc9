/* One request of a browser, from its link to its end. */
#include "salesreg/app/link_token.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/log.h"
#include "salesreg/domain/text/shorten.h"
#include "salesreg/store/bot.h"
#include "salesreg/store/calendars.h"
#include "site_private.h"
#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ARENA_BYTES = 1024 * 1024,
	VERIFIER_VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING,
	ADMINS_AGAIN_S = 3600,
	NAME_UNITS = 40,
};
void visit_set_state(struct visit *v, enum visit_state state)
{
#define TO(name) (1U << VISIT_##name)
	static const unsigned allowed[] = {
	    [VISIT_NEW] = TO(OPENING) | TO(TAKING) | TO(GONE),
	    [VISIT_OPENING] = TO(GONE),
	    [VISIT_TAKING] = TO(EXCHANGING) | TO(STORING) | TO(GONE),
	    [VISIT_EXCHANGING] = TO(STORING) | TO(GONE),
	    [VISIT_STORING] = TO(PAUSING) | TO(LOOKING) | TO(GONE),
	    [VISIT_PAUSING] = TO(STORING) | TO(ORDERING) | TO(GONE),
	    [VISIT_LOOKING] = TO(STORING) | TO(PAUSING) | TO(ORDERING) | TO(GONE),
	    [VISIT_ORDERING] = TO(PAUSING) | TO(VERIFYING) | TO(STORING) | TO(GONE),
	    [VISIT_VERIFYING] = TO(STORING) | TO(GONE),
	};
#undef TO
	static const char *const names[] = {
#define X(name, text) text,
	    VISIT_STATE_MAP(X)
#undef X
	};
	assert(v->state != VISIT_GONE && (allowed[v->state] & (1U << state)));
	log_debug("calendar: request %s: %s -> %s", v->request, names[v->state], names[state]);
	v->state = state;
}

static void on_freed(uv_handle_t *handle)
{
	struct visit *v = handle->data;
	arena_finish(&v->arena);
	free(v);
}

static void finish(struct visit *v)
{
	visit_set_state(v, VISIT_GONE);
	LIST_REMOVE(v, link);
	v->site->stats.busy--;
	uv_close((uv_handle_t *)&v->pause, on_freed);
}

void visit_answer(struct visit *v, enum oauth_page page)
{
	if (v->x) {
		struct http_exchange *x = v->x;
		v->x = NULL;
		oauth_page_answer(&v->site->pages, x, page, v->locale);
	}
	finish(v);
}

void visit_redirect(struct visit *v, enum oauth_page page)
{
	if (v->x) {
		struct http_exchange *x = v->x;
		v->x = NULL;
		oauth_page_redirect(x, page, v->locale);
	}
	finish(v);
}

struct visit *visit_new(struct site *s, struct http_exchange *x)
{
	struct visit *v = calloc(1, sizeof *v);
	if (!v)
		abort();
	v->site = s;
	v->x = x;
	http_exchange_set_data(x, v);
	/* a code, and tokens, will be in it */
	arena_init_secret(&v->arena, ARENA_BYTES);
	(void)uv_timer_init(s->loop, &v->pause);
	v->pause.data = v;
	v->locale = oauth_pages_locale(&s->pages, x);
	(void)snprintf(v->request, sizeof v->request, "%08x-%llu", randombytes_random(),
	    (unsigned long long)++s->requests);
	LIST_INSERT_HEAD(&s->visits, v, link);
	s->stats.busy++;
	return v;
}

void visit_drop(struct visit *v)
{
	if (v->x)
		http_exchange_abort(v->x);
	v->x = NULL;
	finish(v);
}

static void keep_username(struct visit *v, const struct db_reply *reply)
{
	const char *name = db_get_text(&v->arena, reply->results[v->name_step], 0, 0);
	if (name)
		(void)snprintf(v->site->bot_username, sizeof v->site->bot_username, "%.63s", name);
}

/* The database answered with an error before anything was used up: the same address works again in a moment. */
static void come_again(struct visit *v, const struct db_reply *reply)
{
	fault_log_warn(
	    &v->site->database_fault, "calendar: links cannot be looked up: %s", reply->message);
	visit_answer(v, OAUTH_PAGE_LATER);
}

void visit_run(struct visit *v, void (*done)(const struct db_reply *reply, void *data))
{
	db_pool_run(v->site->options.pool, v->plan.steps, v->plan.count, DATABASE_MS, done, v);
}

/* The verifier of a link: not stored anywhere, and made only by who has the key. */
static const char *verifier(struct arena *a, const struct seal_key *key, const char *token)
{
	unsigned char bytes[SEAL_KEY_BYTES];
	seal_derive(key, "pkce", token, bytes);
	size_t size = sodium_base64_encoded_len(sizeof bytes, VERIFIER_VARIANT);
	char *text = arena_alloc(a, size);
	return sodium_bin2base64(text, size, bytes, sizeof bytes, VERIFIER_VARIANT);
}

/* The start page --------------------------------------------------------------------------------------------------------------*/

/* Enough to tell people apart; a name that another hand wrote may be anything. */
static const char *first_name(struct arena *a, const char *name)
{
	static const char blanks[] = " \t\r\n\v\f";
	name = name ? name + strspn(name, blanks) : "";
	if (!*name)
		return "—";
	return shorten(a, arena_strndup(a, name, strcspn(name, blanks)), NAME_UNITS);
}

static void on_opened(const struct db_reply *reply, void *data)
{
	struct visit *v = data;
	assert(v->state == VISIT_OPENING);
	if (reply->err != ERR_OK) {
		come_again(v, reply);
		return;
	}
	fault_log_over(&v->site->database_fault, "calendar: links can be looked up again");
	keep_username(v, reply);
	const PGresult *row = reply->results[v->row_step];
	if (!PQntuples(row)) {
		visit_answer(v, OAUTH_PAGE_GONE);
		return;
	}
	struct oauth_opened_row opened = oauth_opened_parse(row, &v->arena);
	if (opened.locale)
		(void)locale_parse(opened.locale, &v->locale);
	if (!opened.active) {
		visit_answer(v, OAUTH_PAGE_REP_GONE);
		return;
	}
	const struct site_options *o = &v->site->options;
	const struct seal_key *key = &o->keys->keys[0];
	struct arena *a = &v->arena;
	const char *state = arena_printf(a, "%s.%s", v->token, key->id_text);
	const char *google = google_consent_url(
	    a, o->client, state, google_challenge(a, verifier(a, key, v->token)));
	v->site->stats.started++;
	struct http_exchange *x = v->x;
	v->x = NULL;
	if (x)
		oauth_page_start(&v->site->pages, x, v->locale, first_name(a, opened.name),
		    arena_printf(a, "%s/oauth/start?s=%s", o->public_url, v->token), google);
	finish(v);
}

void visit_open(struct visit *v, const char *token)
{
	visit_set_state(v, VISIT_OPENING);
	v->token = arena_strdup(&v->arena, token);
	v->row_step = oauth_state_open(&v->plan, link_token_hash(&v->arena, token));
	v->name_step = bot_username(&v->plan);
	visit_run(v, on_opened);
}

/* The way back ----------------------------------------------------------------------------------------------------------------*/

/* Once an hour, however many reps it happens to. */
static bool admins_are_due(const struct site *s)
{
	return !s->admins_told_us ||
	       clock_monotonic_us() - s->admins_told_us >= ADMINS_AGAIN_S * 1000000LL;
}

void visit_conclude(struct visit *v, enum oauth_outcome outcome)
{
	v->news.outcome = outcome;
	v->tells_admins = outcome == OAUTH_CLIENT_REFUSED && admins_are_due(v->site);
	log_write(outcome == OAUTH_CONNECTED || outcome == OAUTH_DENIED ? LOG_INFO : LOG_WARN,
	    "calendar: request %s, rep %s: %s%s%s", v->request, v->link_row.rep,
	    oauth_outcome_sentence(outcome), v->client_error ? ": " : "",
	    v->client_error ? v->client_error : "");
	visit_keep(v);
}

const char *visit_seal(struct visit *v, const char *purpose, const char *secret)
{
	if (!secret)
		return NULL;
	size_t size = strlen(secret);
	unsigned char *sealed = arena_alloc(&v->arena, size + SEAL_OVERHEAD);
	seal_close(v->site->options.keys, v->link_row.rep, purpose, secret, size, sealed);
	return db_hex(&v->arena, (const char *)sealed, size + SEAL_OVERHEAD);
}

/* Everything is looked at before anything is stored. */
static enum oauth_outcome judge(struct visit *v, const struct google_answer *answer)
{
	const struct site_options *o = &v->site->options;
	struct arena *a = &v->arena;
	v->client_error = arena_strdup(a, answer->error && *answer->error ? answer->error : NULL);
	switch (answer->class) {
	case GOOGLE_OK:
		break;
	case GOOGLE_DEAD:
		return OAUTH_CODE_REFUSED;
	case GOOGLE_CLIENT:
		return OAUTH_CLIENT_REFUSED;
	case GOOGLE_POLICY:
		return OAUTH_POLICY;
	case GOOGLE_TRANSIENT:
		return OAUTH_GOOGLE_DOWN;
	}
	struct google_identity who;
	const char *fault = google_identity_parse(
	    a, answer->id_token, o->client->client_id, clock_wall_us() / 1000000, &who);
	if (fault) {
		v->client_error = fault;
		return OAUTH_GOOGLE_DOWN;
	}
	v->news.email = who.email;
	v->news.missing = google_scopes_missing(answer->scope);
	if (v->news.missing)
		return OAUTH_BOX_MISSING;
	switch (account_check(o->account, v->link_row.email, who.email, who.email_verified,
	    o->rules->domains, o->rules->domain_count, a)) {
	case ACCOUNT_IS_OTHER:
		return OAUTH_OTHER;
	case ACCOUNT_IS_FOREIGN:
		return OAUTH_FOREIGN;
	case ACCOUNT_FITS:
		break;
	}
	v->connects = true;
	v->refresh = arena_strdup(a, answer->refresh_token);
	v->connection = (struct calendar_connection){
	    .rep = v->link_row.rep,
	    .person = v->link_row.person,
	    .sub = who.sub,
	    .email = who.email,
	    .scopes = arena_strdup(a, answer->scope),
	    .refresh_token = visit_seal(v, "refresh", answer->refresh_token),
	    .access_token = visit_seal(v, "access", answer->access_token),
	    .expires_in_s = answer->expires_in_s,
	    .key_id = o->keys->keys[0].id_text,
	};
	return OAUTH_CONNECTED;
}

static void on_exchanged(const struct google_answer *answer, void *data)
{
	struct visit *v = data;
	assert(v->state == VISIT_EXCHANGING);
	visit_conclude(v, judge(v, answer));
}

static enum oauth_outcome outcome_of_refusal(const char *error)
{
	if (strcmp(error, "access_denied") == 0)
		return OAUTH_DENIED;
	if (strcmp(error, "admin_policy_enforced") == 0 || strcmp(error, "org_internal") == 0)
		return OAUTH_POLICY;
	return OAUTH_GOOGLE_DOWN;
}

static void on_taken(const struct db_reply *reply, void *data)
{
	struct visit *v = data;
	assert(v->state == VISIT_TAKING);
	if (reply->err != ERR_OK) {
		come_again(v, reply);
		return;
	}
	fault_log_over(&v->site->database_fault, "calendar: links can be looked up again");
	keep_username(v, reply);
	struct oauth_state_row *row = &v->link_row;
	if (!oauth_state_parse(reply->results[v->row_step], &v->arena, row)) {
		/* not for everybody to fill the log with */
		log_debug(
		    "calendar: request %s: no such link: used, replaced or made up", v->request);
		visit_answer(v, OAUTH_PAGE_GONE);
		return;
	}
	if (row->locale)
		(void)locale_parse(row->locale, &v->locale);
	v->news =
	    (struct oauth_news){.person = row->person, .locale = v->locale, .expected = row->email};
	if (!row->status || strcmp(row->status, "active") != 0) {
		log_info(
		    "calendar: request %s: %s is no active rep any more", v->request, row->rep);
		visit_answer(v, OAUTH_PAGE_REP_GONE);
		return;
	}
	const struct seal_key *key = seal_key_find(v->site->options.keys, v->key_id);
	if (row->ended || (v->code && !key)) {
		visit_conclude(v, row->ended ? OAUTH_RUN_OUT : OAUTH_INTERRUPTED);
	} else if (!v->code) {
		visit_conclude(v, outcome_of_refusal(v->refusal));
	} else {
		visit_set_state(v, VISIT_EXCHANGING);
		google_exchange(v->site->options.google, v->code,
		    verifier(&v->arena, key, v->token), on_exchanged, v);
	}
}

void visit_return(
    struct visit *v, const char *token, const char *key_id, const char *code, const char *refusal)
{
	struct arena *a = &v->arena;
	visit_set_state(v, VISIT_TAKING);
	v->token = arena_strdup(a, token);
	v->key_id = arena_strdup(a, key_id);
	v->code = arena_strdup(a, code);
	v->refusal = arena_strdup(a, refusal);
	v->row_step = oauth_state_take(&v->plan, link_token_hash(a, token), true);
	v->name_step = bot_username(&v->plan);
	visit_run(v, on_taken);
}
