#include "salesreg/sandbox/google/control.h"
#include "salesreg/base/json.h"
#include "salesreg/sandbox/answer.h"
#include "salesreg/sandbox/google/accounts.h"
#include "salesreg/sandbox/google/calendar/by_hand.h"
#include "salesreg/sandbox/google/call.h"
#include "salesreg/sandbox/google/grants.h"
#include <string.h>
#include <strings.h>

enum { ACCOUNTS_LISTED_MAX = GOOGLE_ACCOUNTS_MAX, CALLS_LISTED_MAX = 1000, TEXT_MAX = 2000 };

/* One control call. */
struct control {
	struct sandbox *sandbox;
	struct google *google;
	struct http_exchange *exchange;
	struct arena *arena;
	const json_t *body;
};

static void send_ok(const struct control *c)
{
	buf_clear(&c->sandbox->out);
	buf_adds(&c->sandbox->out, "{\"ok\":true}");
	answer_send(c->sandbox, c->exchange, 200);
}

static void fail(const struct control *c, const char *error)
{
	answer_fail(c->sandbox, c->exchange, 400, error);
}

static const char *text(const struct control *c, const char *name)
{
	const char *value = json_get_text(c->arena, c->body, name);
	return value && strlen(value) <= TEXT_MAX ? value : NULL;
}

static struct google_account *named_account(const struct control *c)
{
	const char *name = text(c, "account");
	struct google_account *account = name ? google_account_find(c->google, name) : NULL;
	if (!account)
		fail(c, "no such account");
	return account;
}

/* --- the project --- */

static const char *const audiences[GOOGLE_AUDIENCE_COUNT] = {
#define X(name, text) [GOOGLE_AUDIENCE_##name] = text,
    GOOGLE_AUDIENCE_MAP(X)
#undef X
};

static void on_project(const struct control *c)
{
	const struct google_project *project = &c->google->project;
	struct buf *out = &c->sandbox->out;
	buf_clear(out);
	buf_adds(out, "{\"ok\":true,\"project\":{\"client_id\":");
	write_string(out, project->client_id);
	buf_addf(out,
	    ",\"audience\":\"%s\",\"deleted\":%s,\"api_disabled\":%s,\"trusted\":%s,"
	    "\"redirects\":[",
	    audiences[project->audience], project->deleted ? "true" : "false",
	    project->api_disabled ? "true" : "false", project->trusted ? "true" : "false");
	for (size_t i = 0; project->redirects[i]; i++) {
		if (i > 0)
			buf_addc(out, ',');
		write_string(out, project->redirects[i]);
	}
	buf_adds(out, "]}}");
	answer_send(c->sandbox, c->exchange, 200);
}

static const char *set_redirects(struct google_project *project, const json_t *list)
{
	size_t count = json_array_size(list);
	if (count > GOOGLE_REDIRECTS_MAX)
		return "too many redirects";
	for (size_t i = 0; i < count; i++)
		if (!json_is_string(json_array_get(list, i)))
			return "redirects must be strings";
	for (size_t i = 0; i < GOOGLE_REDIRECTS_MAX; i++)
		set_string(&project->redirects[i],
		    i < count ? json_string_value(json_array_get(list, i)) : NULL);
	return NULL;
}

static void on_project_set(const struct control *c)
{
	struct google_project *project = &c->google->project;
	const char *audience = text(c, "audience"), *id = text(c, "client_id");
	const char *secret = text(c, "client_secret"), *organisation = text(c, "organisation");
	const json_t *redirects = json_get_array(c->body, "redirects");
	int kind = (int)project->audience;
	for (kind = audience ? 0 : kind; audience && kind < GOOGLE_AUDIENCE_COUNT; kind++)
		if (strcmp(audiences[kind], audience) == 0)
			break;
	const char *wrong = kind == GOOGLE_AUDIENCE_COUNT ? "unknown audience" : NULL;
	if (!wrong && redirects)
		wrong = set_redirects(project, redirects);
	if (wrong) {
		fail(c, wrong);
		return;
	}
	project->audience = (enum google_audience)kind;
	if (id)
		set_string(&project->client_id, id);
	if (secret)
		set_string(&project->secrets[0], secret);
	if (json_object_get(c->body, "second_secret"))
		set_string(&project->secrets[1], text(c, "second_secret"));
	if (organisation)
		set_string(&project->organisation, organisation);
	project->deleted = json_get_bool(c->body, "deleted", project->deleted);
	project->api_disabled = json_get_bool(c->body, "api_disabled", project->api_disabled);
	project->trusted = json_get_bool(c->body, "trusted", project->trusted);
	on_project(c);
}

/* --- accounts --- */

static void write_account(const struct google_account *account, struct buf *out)
{
	buf_adds(out, "{\"sub\":");
	write_string(out, account->sub);
	buf_adds(out, ",\"email\":");
	write_string(out, account->email);
	buf_adds(out, ",\"name\":");
	write_string(out, account->name);
	buf_adds(out, ",\"hd\":");
	if (account->hd)
		write_string(out, account->hd);
	else
		buf_adds(out, "null");
	buf_addf(out,
	    ",\"email_verified\":%s,\"test_user\":%s,\"blocked\":%s,\"disabled\":%s,"
	    "\"refresh_tokens\":%zu,\"access_tokens\":%zu,\"granted\":\"",
	    account->unverified ? "false" : "true", account->test_user ? "true" : "false",
	    account->blocked ? "true" : "false", account->disabled ? "true" : "false",
	    account->refresh_count, account->access_count);
	google_scopes_write(out, account->granted);
	buf_adds(out, "\"}");
}

static void on_accounts(const struct control *c)
{
	struct buf *out = &c->sandbox->out;
	const struct google_account *account;
	int listed = 0;
	buf_clear(out);
	buf_adds(out, "{\"ok\":true,\"accounts\":[");
	TAILQ_FOREACH (account, &c->google->accounts, entry) {
		if (listed == ACCOUNTS_LISTED_MAX)
			break;
		if (listed++ > 0)
			buf_addc(out, ',');
		write_account(account, out);
	}
	buf_adds(out, "]}");
	answer_send(c->sandbox, c->exchange, 200);
}

static const char *check_name(const char *email, const char *sub)
{
	if (email && !google_account_is_email(email))
		return "email is no address";
	if (sub && (!*sub || strlen(sub) > 255 ||
		       strspn(sub, "0123456789abcdefghijklmnopqrstuvwxyz-_") != strlen(sub)))
		return "sub must be 1 to 255 of 0-9, a-z, - and _";
	return email || sub ? NULL : "email or sub is needed";
}

/* An account that changes its address keeps its primary calendar, whose id is the address. */
static void rename_account(struct google_account *account, const char *email)
{
	struct google_share *primary = google_share_find(account, "primary");
	set_string(&account->email, email);
	if (primary)
		set_string(&primary->calendar->id, email);
}

static const char *set_account(const struct control *c, struct google_account *account)
{
	struct google_share *primary = google_share_find(account, "primary");
	const char *name = text(c, "name");
	const char *wrong = primary ? google_by_hand_zone(primary->calendar, c->body) : NULL;
	if (wrong)
		return wrong;
	if (name)
		set_string(&account->name, name);
	if (json_object_get(c->body, "hd"))
		set_string(&account->hd, text(c, "hd"));
	account->unverified = !json_get_bool(c->body, "email_verified", !account->unverified);
	account->test_user = json_get_bool(c->body, "test_user", account->test_user);
	account->blocked = json_get_bool(c->body, "blocked", account->blocked);
	account->disabled = json_get_bool(c->body, "disabled", account->disabled);
	return NULL;
}

static void on_account_set(const struct control *c)
{
	const char *email = text(c, "email"), *sub = text(c, "sub");
	const char *wrong = check_name(email, sub);
	struct google_account *account = NULL;
	if (!wrong && sub)
		account = google_account_by_sub(c->google, sub);
	else if (!wrong)
		account = google_account_find(c->google, email);
	if (account && email && strcmp(email, account->email) != 0)
		rename_account(account, email);
	if (!wrong && !account && !email)
		wrong = "email is needed for a new account";
	if (!wrong && !account)
		account = google_account_add(c->google, sub, email);
	if (!wrong)
		wrong = account ? set_account(c, account) : "too many accounts";
	if (wrong) {
		fail(c, wrong);
		return;
	}
	struct buf *out = &c->sandbox->out;
	buf_clear(out);
	buf_adds(out, "{\"ok\":true,\"account\":");
	write_account(account, out);
	buf_addc(out, '}');
	answer_send(c->sandbox, c->exchange, 200);
}

static void on_tokens(const struct control *c)
{
	const char *what = text(c, "do");
	struct google_account *account = named_account(c);
	if (!account)
		return;
	if (what && strcmp(what, "expire") == 0) {
		google_access_expire(c->google, account);
	} else if (what && strcmp(what, "kill") == 0) {
		google_refresh_kill(c->google, account);
	} else if (what && strcmp(what, "revoke") == 0) {
		google_grant_revoke(c->google, account);
	} else {
		fail(c, "do must be expire, kill or revoke");
		return;
	}
	send_ok(c);
}

/* --- faults, and what was called --- */

static void on_faults(const struct control *c)
{
	struct buf *out = &c->sandbox->out;
	buf_clear(out);
	buf_adds(out, "{\"ok\":true,\"faults\":");
	google_rules_write(c->google, out);
	buf_addc(out, '}');
	answer_send(c->sandbox, c->exchange, 200);
}

static void on_faults_add(const struct control *c)
{
	const char *wrong = google_rule_add(c->google, c->body);
	if (wrong)
		fail(c, wrong);
	else
		send_ok(c);
}

static void on_faults_clear(const struct control *c)
{
	google_rules_clear(c->google);
	send_ok(c);
}

static void on_journal(const struct control *c)
{
	struct buf *out = &c->sandbox->out;
	int64_t limit = answer_query_i64(c->exchange, "limit", CALLS_LISTED_MAX);
	if (limit < 1 || limit > GOOGLE_RECORDS_MAX)
		limit = CALLS_LISTED_MAX;
	buf_clear(out);
	buf_adds(out, "{\"ok\":true,\"calls\":");
	google_journal_write(
	    c->google, answer_query_i64(c->exchange, "after", 0), (size_t)limit, out);
	buf_addf(out, ",\"last_seq\":%lld}", (long long)c->google->last_seq);
	answer_send(c->sandbox, c->exchange, 200);
}

static void on_journal_clear(const struct control *c)
{
	google_journal_clear(c->google);
	send_ok(c);
}

static const struct {
	const char *verb, *path;
	void (*handle)(const struct control *c);
} routes[] = {
    {"GET", "project", on_project},
    {"POST", "project", on_project_set},
    {"GET", "accounts", on_accounts},
    {"POST", "accounts", on_account_set},
    {"POST", "tokens", on_tokens},
    {"GET", "faults", on_faults},
    {"POST", "faults", on_faults_add},
    {"DELETE", "faults", on_faults_clear},
    {"GET", "journal", on_journal},
    {"DELETE", "journal", on_journal_clear},
};

void google_control_handle(
    struct sandbox *s, struct http_exchange *x, const char *path, const json_t *body)
{
	const struct control c = {s, s->google, x, http_exchange_arena(x), body};
	const char *verb = http_exchange_method(x);
	s->google->changes += strcmp(verb, "GET") != 0;
	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
		if (strcmp(routes[i].verb, verb) == 0 && strcmp(routes[i].path, path) == 0) {
			routes[i].handle(&c);
			return;
		}
	if (!google_by_hand(s, x, path, body))
		answer_fail(s, x, 404, "no such control call");
}
