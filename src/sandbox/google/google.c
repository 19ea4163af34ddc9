#include "salesreg/sandbox/google/google.h"
#include "salesreg/sandbox/answer.h"
#include "salesreg/sandbox/google/accounts.h"
#include "salesreg/sandbox/google/calendar/calendar.h"
#include "salesreg/sandbox/google/consent.h"
#include "salesreg/sandbox/google/grants.h"
#include "salesreg/sandbox/google/token.h"
#include <stdlib.h>
#include <string.h>

enum { NEWS_MAX = 50 };
static const char AUTH_PATH[] = "/google/o/oauth2/v2/auth";
static const char API_PATH[] = "/google/calendar/v3/";

struct google *google_create(struct sandbox *s, const char *const *redirects)
{
	struct google *g = calloc(1, sizeof *g);
	if (!g)
		abort();
	g->sandbox = s;
	TAILQ_INIT(&g->accounts);
	TAILQ_INIT(&g->calendars);
	TAILQ_INIT(&g->codes);
	TAILQ_INIT(&g->refresh);
	TAILQ_INIT(&g->access);
	TAILQ_INIT(&g->rules);
	TAILQ_INIT(&g->records);
	set_string(&g->project.client_id, "sandbox-client.apps.googleusercontent.com");
	set_string(&g->project.secrets[0], "sandbox-secret");
	for (size_t i = 0; redirects && redirects[i] && i < GOOGLE_REDIRECTS_MAX; i++)
		set_string(&g->project.redirects[i], redirects[i]);
	/* so that there is something to choose from */
	(void)google_account_add(g, NULL, "anna.petrova@truerealestate.bali");
	(void)google_account_add(g, NULL, "anna.petrova.bali@gmail.com");
	return g;
}

void google_destroy(struct google *g)
{
	if (!g)
		return;
	google_grants_finish(g);
	google_accounts_finish(g);
	google_rules_clear(g);
	google_journal_clear(g);
	for (size_t i = 0; i < GOOGLE_REDIRECTS_MAX; i++)
		free(g->project.redirects[i]);
	free(g->project.client_id);
	free(g->project.secrets[0]);
	free(g->project.secrets[1]);
	free(g->project.organisation);
	free(g);
}

void google_write_news(const struct google *g, struct buf *out)
{
	const struct google_account *account;
	int listed = 0;
	buf_addc(out, '[');
	for (int connected = 1; connected >= 0; connected--)
		TAILQ_FOREACH (account, &g->accounts, entry) {
			const struct google_share *primary = google_share_find(account, "primary");
			if ((account->refresh_count > 0) != (connected == 1) || !primary ||
			    listed == NEWS_MAX)
				continue;
			buf_adds(out, listed++ > 0 ? ",{\"sub\":" : "{\"sub\":");
			write_string(out, account->sub);
			buf_adds(out, ",\"email\":");
			write_string(out, account->email);
			buf_addf(out, ",\"connected\":%s,\"version\":%lld}",
			    connected == 1 ? "true" : "false",
			    (long long)primary->calendar->version);
		}
	buf_addc(out, ']');
}

/* Another page may send people to the consent page; the form on it is for that page alone, and the rest for programs. */
static const char *guard(const struct sandbox *s, const struct http_exchange *x, bool page)
{
	if (!page)
		return http_guard_program(&s->guard, x);
	return strcmp(http_exchange_method(x), "GET") == 0
		   ? http_guard_page(&s->guard, x, AUTH_PATH)
		   : http_guard_call(&s->guard, x);
}

static void no_such_page(struct sandbox *s, struct http_exchange *x)
{
	buf_clear(&s->out);
	buf_adds(&s->out,
	    "<!DOCTYPE html>\n<html lang=en>\n<title>Error 404 (Not Found)!!1</title>\n"
	    "<p><b>404.</b> That is an error.\n");
	http_exchange_answer(
	    x, 404, "text/html; charset=UTF-8", buf_text(&s->out), s->out.size, NULL);
}

void google_handle(struct sandbox *s, struct http_exchange *x, const char *path)
{
	bool page = strcmp(path, AUTH_PATH) == 0;
	bool get = strcmp(http_exchange_method(x), "GET") == 0;
	bool post = strcmp(http_exchange_method(x), "POST") == 0;
	const char *wrong = guard(s, x, page);
	struct google_call call = {
	    .google = s->google, .sandbox = s, .exchange = x, .arena = http_exchange_arena(x)};
	if (wrong) {
		answer_fail(s, x, 403, wrong);
		return;
	}
	bool readable = http_exchange_params(x, &call.params) == ERR_OK;
	if (page && (get || post) && readable) {
		google_call_begin(&call, GOOGLE_ON_AUTH);
		google_consent_handle(&call);
	} else if (post && readable && strcmp(path, "/google/token") == 0) {
		google_token_handle(&call);
	} else if (post && readable && strcmp(path, "/google/revoke") == 0) {
		google_revoke_handle(&call);
	} else if (strncmp(path, API_PATH, sizeof API_PATH - 1) == 0) {
		google_calendar_handle(&call, path + sizeof API_PATH - 1, readable);
	} else {
		no_such_page(s, x);
	}
}
