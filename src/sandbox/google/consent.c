#include "salesreg/sandbox/google/consent.h"
#include "salesreg/sandbox/google/accounts.h"
#include "salesreg/sandbox/google/consent_page.h"
#include "salesreg/sandbox/google/grants.h"
#include <string.h>
#include <strings.h>

static const char ISSUER[] = "https://accounts.google.com";

/* --- what was asked for --- */

static bool has_word(const char *text, const char *word)
{
	size_t n = strlen(word);
	for (const char *p = text; p && *p; p += strspn(p, " ")) {
		size_t length = strcspn(p, " ");
		if (length == n && memcmp(p, word, n) == 0)
			return true;
		p += length;
	}
	return false;
}

static void read_ask(const struct google_call *call, struct google_ask *ask)
{
	*ask = (struct google_ask){.client_id = google_call_text(call, "client_id"),
	    .redirect_uri = google_call_text(call, "redirect_uri"),
	    .scope = google_call_text(call, "scope"),
	    .state = google_call_text(call, "state"),
	    .prompt = google_call_text(call, "prompt"),
	    .login_hint = google_call_text(call, "login_hint"),
	    .hd = google_call_text(call, "hd"),
	    .nonce = google_call_text(call, "nonce"),
	    .access_type = google_call_text(call, "access_type"),
	    .response_type = google_call_text(call, "response_type"),
	    .challenge = google_call_text(call, "code_challenge"),
	    .method = google_call_text(call, "code_challenge_method"),
	    .include = google_call_text(call, "include_granted_scopes")};
	ask->offline = ask->access_type && strcmp(ask->access_type, "offline") == 0;
	ask->select = has_word(ask->prompt, "select_account");
	ask->consent = has_word(ask->prompt, "consent");
	ask->none = has_word(ask->prompt, "none");
}

/* http://127.0.0.1, with a port and a path or without; "http://127.0.0.1.example.org" is another host. */
static bool is_loopback(const char *uri)
{
	static const char *const origins[] = {
	    "http://127.0.0.1", "http://localhost", "http://[::1]"};
	for (size_t i = 0; i < sizeof origins / sizeof *origins; i++) {
		size_t n = strlen(origins[i]);
		if (strncmp(uri, origins[i], n) != 0)
			continue;
		const char *rest = uri + n;
		if (*rest == ':')
			rest += 1 + strspn(rest + 1, "0123456789");
		return (*rest == '\0' || *rest == '/') && !strpbrk(rest, "#\r\n ");
	}
	return false;
}

static bool is_registered(const struct google_project *project, const char *uri)
{
	for (size_t i = 0; project->redirects[i]; i++)
		if (strcmp(project->redirects[i], uri) == 0)
			return true;
	return !project->redirects[0] && is_loopback(uri);
}

/* An embedded view: Android marks it, Telegram may name itself, and what looks like Safari on a phone but does not say so is a
 * WKWebView. */
static bool is_embedded(const char *agent)
{
	if (!agent)
		return false;
	bool apple = strstr(agent, "iPhone") || strstr(agent, "iPad");
	return strstr(agent, "; wv)") || strstr(agent, "Telegram") ||
	       (apple && strstr(agent, "AppleWebKit") && !strstr(agent, "Safari/"));
}

static bool read_scopes(struct google_ask *ask)
{
	for (const char *p = ask->scope; *p; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");
		uint32_t scope = google_scope_of(p, n);
		if (n > 0 && !scope)
			return false;
		ask->scopes |= scope;
		p += n;
	}
	return ask->scopes != 0;
}

/* What Google says on its own page; GOOGLE_REFUSAL_COUNT: nothing is wrong. */
static enum google_refusal check(const struct google_call *call, struct google_ask *ask)
{
	const struct google_project *project = &call->google->project;
	if (is_embedded(http_exchange_header(call->exchange, "User-Agent")))
		return GOOGLE_DISALLOWED_USERAGENT;
	if (!ask->client_id)
		return GOOGLE_INVALID_REQUEST;
	if (strcmp(ask->client_id, project->client_id) != 0)
		return GOOGLE_INVALID_CLIENT;
	if (project->deleted)
		return GOOGLE_DELETED_CLIENT;
	if (!ask->redirect_uri)
		return GOOGLE_INVALID_REQUEST;
	if (!is_registered(project, ask->redirect_uri))
		return GOOGLE_REDIRECT_URI_MISMATCH;
	if (!ask->response_type || !ask->scope)
		return GOOGLE_INVALID_REQUEST;
	if (strcmp(ask->response_type, "code") != 0)
		return GOOGLE_UNSUPPORTED_RESPONSE_TYPE;
	if (!read_scopes(ask))
		return GOOGLE_INVALID_SCOPE;
	if (ask->none && (ask->consent || ask->select))
		return GOOGLE_INVALID_REQUEST;
	if (ask->access_type && !ask->offline && strcmp(ask->access_type, "online") != 0)
		return GOOGLE_INVALID_REQUEST;
	if (ask->method && (!ask->challenge || (strcmp(ask->method, "S256") != 0 &&
						   strcmp(ask->method, "plain") != 0)))
		return GOOGLE_INVALID_REQUEST;
	return GOOGLE_REFUSAL_COUNT;
}

/* May this account connect at all? */
static enum google_refusal check_account(
    const struct google *g, const struct google_account *account)
{
	const struct google_project *project = &g->project;
	if (account->disabled)
		return GOOGLE_INVALID_REQUEST;
	if (project->audience == GOOGLE_AUDIENCE_INTERNAL &&
	    !(account->hd && project->organisation &&
		strcasecmp(account->hd, project->organisation) == 0))
		return GOOGLE_ORG_INTERNAL;
	if (project->audience == GOOGLE_AUDIENCE_TESTING && !account->test_user)
		return GOOGLE_ACCESS_DENIED;
	if (account->blocked)
		return GOOGLE_ADMIN_POLICY_ENFORCED;
	return GOOGLE_REFUSAL_COUNT;
}

/* --- the way back --- */

static void add_encoded(struct buf *out, const char *text)
{
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
	for (; *text; text++) {
		if (strchr(plain, *text))
			buf_addc(out, *text);
		else
			buf_addf(out, "%%%02X", (unsigned char)*text);
	}
}

static void add_field(struct buf *out, const char *name, const char *value)
{
	if (!value)
		return;
	buf_addf(out, "&%s=", name);
	add_encoded(out, value);
}

/* Begins the address: state and issuer. */
static void begin_way_back(struct buf *out, const struct google_ask *ask)
{
	buf_adds(out, ask->redirect_uri);
	buf_addc(out, strchr(ask->redirect_uri, '?') ? '&' : '?');
	buf_adds(out, "iss=");
	add_encoded(out, ISSUER);
	add_field(out, "state", ask->state);
}

static void redirect(struct google_call *call, struct buf *address)
{
	const struct http_header headers[] = {{"Location", buf_text(address)},
	    {"Cache-Control", "no-store"}, {"Referrer-Policy", "no-referrer"}, {NULL, NULL}};
	buf_clear(&call->sandbox->out);
	google_call_answer(call, 302, "text/html; charset=utf-8", headers);
	buf_finish(address);
}

static void go_back_refused(
    struct google_call *call, const struct google_ask *ask, const char *error)
{
	struct buf address;
	buf_init(&address, 64 * 1024);
	begin_way_back(&address, ask);
	add_field(&address, "error", error);
	google_call_note(call, error);
	redirect(call, &address);
}

/* Google adds the short names of the scopes of signing in to the long ones here. */
static void add_scopes(struct buf *address, uint32_t scopes)
{
	struct buf list;
	buf_init(&list, 4096);
	if (scopes & GOOGLE_SCOPE(EMAIL))
		buf_adds(&list, "email ");
	if (scopes & GOOGLE_SCOPE(PROFILE))
		buf_adds(&list, "profile ");
	google_scopes_write(&list, scopes);
	add_field(address, "scope", buf_text(&list));
	buf_finish(&list);
}

static void go_back_with_code(
    struct google_call *call, const struct google_ask *ask, uint32_t granted, bool shown)
{
	struct google *g = call->google;
	struct google_account *account = call->account;
	struct buf address;
	account->granted |= granted;
	g->changes++;
	if (ask->include && strcmp(ask->include, "true") == 0)
		granted |= account->granted;
	struct google_code *code = google_code_add(g, account, granted);
	set_string(&code->redirect_uri, ask->redirect_uri);
	set_string(&code->challenge, ask->challenge);
	set_string(&code->nonce, ask->nonce);
	code->plain = ask->challenge && !(ask->method && strcmp(ask->method, "S256") == 0);
	code->refreshable = ask->offline && shown;
	buf_init(&address, 64 * 1024);
	begin_way_back(&address, ask);
	add_field(&address, "code", code->value);
	add_scopes(&address, granted);
	buf_adds(&address, "&authuser=0");
	add_field(&address, "hd", account->hd);
	add_field(&address, "prompt", shown ? "consent" : "none");
	redirect(call, &address);
}

/* --- the stages: which account, consent, the answer --- */

/* Whoever types an address has an account here: it is made at once. */
static struct google_account *other_account(const struct google_call *call)
{
	const char *email = google_call_text(call, "other");
	if (!email || !google_account_is_email(email))
		return NULL;
	struct google_account *account = google_account_find(call->google, email);
	return account ? account : google_account_add(call->google, NULL, email);
}

static struct google_account *pick_account(
    const struct google_call *call, const struct google_ask *ask)
{
	const struct google *g = call->google;
	if (google_call_text(call, "other"))
		return other_account(call);
	const char *picked = google_call_text(call, "account");
	if (picked)
		return google_account_by_sub(g, picked);
	if (ask->select)
		return NULL;
	if (ask->login_hint)
		return google_account_find(g, ask->login_hint);
	return g->account_count == 1 ? TAILQ_FIRST(&g->accounts) : NULL;
}

static uint32_t ticked(const struct google_call *call, const struct google_ask *ask)
{
	uint32_t granted = ask->scopes & GOOGLE_SIGN_IN;
	if (!google_ask_has_boxes(call->google, ask))
		return ask->scopes;
	for (int i = 0; i < GOOGLE_SCOPE_COUNT; i++) {
		uint32_t bit = UINT32_C(1) << i;
		if (!(ask->scopes & bit & ~GOOGLE_SIGN_IN))
			continue;
		const char *name = google_scope_name((enum google_scope)i);
		if (google_call_text(call, arena_concat(call->arena, "box_", name, NULL)))
			granted |= bit;
	}
	return granted;
}

static void decide(struct google_call *call, const struct google_ask *ask)
{
	const char *answer = google_call_text(call, "answer");
	/* was everything granted before? Then there is nothing to ask */
	bool known = !ask->consent && (ask->scopes & ~call->account->granted) == 0;
	bool posted = strcmp(http_exchange_method(call->exchange), "POST") == 0;
	if (known) {
		go_back_with_code(call, ask, ask->scopes, false);
	} else if (ask->none) {
		go_back_refused(call, ask, "consent_required");
	} else if (!posted || !answer) {
		google_page_consent(call, ask);
	} else {
		uint32_t granted = strcmp(answer, "allow") == 0 ? ticked(call, ask) : 0;
		if (granted)
			go_back_with_code(call, ask, granted, true);
		else
			go_back_refused(call, ask, "access_denied");
	}
}

void google_consent_handle(struct google_call *call)
{
	struct google_ask ask;
	read_ask(call, &ask);
	if (google_call_struck(call))
		return;
	enum google_refusal wrong =
	    call->strike.kind == GOOGLE_STRIKE_REFUSAL ? call->strike.refusal : check(call, &ask);
	const char *answer = google_call_text(call, "answer");
	if (wrong != GOOGLE_REFUSAL_COUNT) {
		google_page_error(call, wrong);
		return;
	}
	if (answer && strcmp(answer, "cancel") == 0) {
		go_back_refused(call, &ask, "access_denied");
		return;
	}
	struct google_account *account = pick_account(call, &ask);
	if (!account && ask.none) {
		go_back_refused(call, &ask, "login_required");
		return;
	}
	if (!account) {
		google_page_choose(call, &ask);
		return;
	}
	call->account = account;
	wrong = check_account(call->google, account);
	if (wrong != GOOGLE_REFUSAL_COUNT)
		google_page_error(call, wrong);
	else
		decide(call, &ask);
}
