#include "salesreg/store/doctor_calendar.h"
#include "salesreg/app/doctor/doctor.h"
#include "salesreg/base/seal.h"
#include "salesreg/base/text.h"
#include "salesreg/base/wire.h"
#include "salesreg/google/oauth.h"
#include <stdlib.h>
#include <string.h>

static const char area[] = "calendar";
enum { REVOKED_LATE_S = 24 * 3600 };

/* Processes that are neither `oauth` nor start it are given no secrets of its own. */
static bool is_role(const char *name)
{
	const char *role = getenv("SALESREG_ROLE");
	return role && strcmp(role, name) == 0;
}

static bool knows_secrets(void)
{
	return !is_role("bot") && !is_role("outreach");
}

/* Variables ------------------------------------------------------------------------------------------------------------------*/

static void find_missing(struct doctor *d, const char *name, const char *fix)
{
	doctor_find(d, (struct finding){SEVERITY_SERIOUS, area, "calendar-value-missing",
			   arena_printf(d->arena, "GOOGLE_CLIENT_ID is set, and %s is not", name),
			   "no rep can connect a calendar, and none is read", fix});
}

static void look_at_missing(struct doctor *d)
{
	/* of `oauth` itself the configuration's part has said it */
	if (is_role("oauth") || is_role("outreach"))
		return;
	if (!d->config.oauth_public_url)
		find_missing(d, "OAUTH_PUBLIC_URL",
		    "set it to the https address at which reps' browsers reach `salesreg oauth`");
	if (!knows_secrets())
		return;
	if (!secret_is_set(&d->config.google_client_secret))
		find_missing(d, "GOOGLE_CLIENT_SECRET",
		    "copy it from Google Cloud's console, where the client is");
	if (!secret_is_set(&d->config.token_encryption_key))
		find_missing(d, "TOKEN_ENCRYPTION_KEY",
		    "set it to what `openssl rand -base64 32` makes, or, where calendars are "
		    "connected already, to the key there was");
}

static bool is_localhost(const char *host, size_t n)
{
	static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i]) == n && strncmp(names[i], host, n) == 0)
			return true;
	return false;
}

static void look_at_address(struct doctor *d)
{
	const char *url = d->config.oauth_public_url;
	if (!url || wire_has_password(url))
		return;
	const char *host = strstr(url, "://");
	host = host ? host + 3 : url;
	size_t n = strcspn(host, "/?#");
	size_t name = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/?#");
	const char *redirect = arena_printf(d->arena, "%s/oauth/callback", url);
	if (strncmp(url, "https://", 8) != 0 && !is_localhost(host, name))
		doctor_find(
		    d, (struct finding){SEVERITY_SERIOUS, area, "calendar-https",
			   arena_printf(d->arena, "OAUTH_PUBLIC_URL is not https: %s", url),
			   "Google takes no redirect URI over http, but for localhost",
			   "let a reverse proxy with a certificate lead to OAUTH_LISTEN, and write "
			   "its https address (README, Google calendars)"});
	if (host[n] != '\0')
		doctor_find(
		    d, (struct finding){SEVERITY_WARNING, area, "calendar-path",
			   arena_printf(d->arena, "OAUTH_PUBLIC_URL ends in %s", host + n),
			   "`salesreg oauth` answers at /oauth/… alone",
			   "write scheme and host alone, or let the proxy take that path away"});
	doctor_find(d, (struct finding){SEVERITY_NOTE, area, "redirect-uri",
			   arena_printf(d->arena, "the redirect URI is %s", redirect),
			   "Google refuses a rep (redirect_uri_mismatch) unless it knows this one, "
			   "to the letter",
			   "see that the client in Google Cloud's console has it among its "
			   "authorised redirect URIs"});
}

/* The client -----------------------------------------------------------------------------------------------------------------*/

struct probe {
	enum google_class class;
	const char *error;
	struct arena *arena;
};

static void on_answer(const struct google_answer *answer, void *data)
{
	struct probe *p = data;
	p->class = answer->class;
	p->error = arena_strdup(p->arena, answer->error);
}

/* Google looks at the client first, and then at the token, which nobody has. */
static bool ask_google(const struct doctor *d, struct probe *p)
{
	uv_loop_t loop;
	const struct google_client_options options = {
	    .client_id = d->config.google_client_id,
	    .client_secret = &d->config.google_client_secret,
	    .auth_url = d->config.google_auth_url,
	    .token_url = d->config.google_token_url,
	    .revoke_url = d->config.google_revoke_url,
	    .calendar_base = d->config.google_calendar_base,
	    .redirect_uri = "",
	};
	if (uv_loop_init(&loop) != 0)
		return false;
	struct google_client *google = google_client_create(&loop, &options);
	if (google) {
		google_refresh(google, "asked-by-doctor", on_answer, p);
		while (google_client_pending(google) > 0)
			(void)uv_run(&loop, UV_RUN_ONCE);
		google_client_destroy(google);
	}
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&loop);
	return google;
}

static void look_at_client(struct doctor *d)
{
	char host[WIRE_HOST_SIZE];
	struct probe p = {
	    .class = GOOGLE_TRANSIENT, .error = "it could not be asked", .arena = d->arena};
	const struct config *c = &d->config;
	if (!secret_is_set(&c->google_client_secret)) {
		doctor_left_out(d, "Google", "the client's secret is not here");
		return;
	}
	if (!c->google_token_url || !c->google_auth_url || !c->google_revoke_url ||
	    !c->google_calendar_base ||
	    (wire_is_open(c->google_token_url, host) && !c->allow_plain_http)) {
		doctor_left_out(d, "Google", "the configuration has to be fixed first");
		return;
	}
	(void)ask_google(d, &p);
	switch (p.class) {
	case GOOGLE_OK:
	case GOOGLE_DEAD:
		doctor_checked(d, area, "the client at Google");
		return;
	case GOOGLE_CLIENT:
		doctor_checked(d, area, "the client at Google");
		doctor_find(d,
		    (struct finding){SEVERITY_SERIOUS, area, "google-client",
			arena_printf(d->arena, "Google does not accept the client: %s", p.error),
			"no rep can connect a calendar, and none is read; every token stays",
			strcmp(p.error, "deleted_client") == 0
			    ? "restore the client in Google Cloud's console within 30 days; with "
			      "another one every rep has to connect again"
			    : "copy GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET again from Google "
			      "Cloud's console; the client has to be a Web application"});
		return;
	case GOOGLE_POLICY:
	case GOOGLE_TRANSIENT:
		doctor_skipped(
		    d, "Google", arena_printf(d->arena, "it could not be asked: %s", p.error));
		return;
	}
}

static void look_at_key(struct doctor *d)
{
	struct seal_keys keys;
	const struct secret *list = &d->config.token_encryption_key;
	if (secret_is_set(list) && seal_keys_parse(&keys, secret_reveal(list)) != ERR_OK)
		doctor_find(
		    d, (struct finding){SEVERITY_SERIOUS, area, "calendar-key",
			   "TOKEN_ENCRYPTION_KEY is not usable",
			   "the workers do not start with it (exit code 78)",
			   "each key is 32 bytes, base64, as `openssl rand -base64 32` makes them; "
			   "commas between them, eight at most"});
	seal_keys_finish(&keys);
}

void doctor_google(struct doctor *d)
{
	if (!d->config.google_client_id)
		return;
	look_at_missing(d);
	look_at_key(d);
	look_at_address(d);
	look_at_client(d);
}

/* Tables ---------------------------------------------------------------------------------------------------------------------*/

static void look_at_accounts(struct doctor *d, struct db_session *s)
{
	struct arena *a = d->arena;
	struct doctor_accounts f;
	if (!doctor_calendar_accounts(s, a, &f)) {
		doctor_refused(d, s, "calendars");
		return;
	}
	if (f.reconnect > 0)
		doctor_find(d,
		    (struct finding){SEVERITY_WARNING, area, "calendar-reconnect",
			arena_printf(a, "%lld %s to connect the calendar again",
			    (long long)f.reconnect,
			    text_plural(f.reconnect, "rep has", "reps have")),
			f.week_old > 0
			    ? arena_printf(a,
				  "Google ended the connection; of %lld after a week: as it does "
				  "while the project's publishing status is Testing",
				  (long long)f.week_old)
			    : "Google ended the connection, so nobody knows when they are free",
			f.week_old > 0
			    ? "publish the app in Google Cloud's console (OAuth consent screen, "
			      "Audience), or make it Internal; then ask them to write "
			      "\"calendar\" to the bot"
			    : "ask them to write \"calendar\" to the bot; `salesreg calendar list` "
			      "says who and why"});
	if (f.late > 0)
		doctor_find(d,
		    (struct finding){SEVERITY_WARNING, area, "calendar-late",
			arena_printf(a,
			    "the calendars of %lld %s were not read for an hour, the oldest for %s",
			    (long long)f.late, text_plural(f.late, "rep", "reps"),
			    doctor_span(d, f.oldest_ms)),
			f.late_why ? f.late_why : "`salesreg oauth` may not be running",
			"see that `salesreg oauth` runs, and its log; `salesreg calendar list` "
			"says "
			"whose they are"});
	doctor_checked(d, area,
	    arena_printf(a, "%lld connected %s", (long long)f.connected,
		text_plural(f.connected, "calendar account", "calendar accounts")));
}

static void look_at_revocations(struct doctor *d, struct db_session *s)
{
	int64_t count, oldest_ms;
	const char *why;
	if (!doctor_calendar_revocations(s, d->arena, REVOKED_LATE_S, &count, &oldest_ms, &why))
		doctor_refused(d, s, "grants to be given back");
	else if (count > 0)
		doctor_find(
		    d, (struct finding){SEVERITY_WARNING, area, "calendar-revoke",
			   arena_printf(d->arena,
			       "%lld %s could not be given back to Google, the oldest for %s",
			       (long long)count, text_plural(count, "grant", "grants"),
			       doctor_span(d, oldest_ms)),
			   why ? why : "it is not known why",
			   "see the log of `salesreg oauth`; `salesreg calendar sync --all` tries "
			   "once more those "
			   "that were given up, and the reps can end it themselves at "
			   "myaccount.google.com/permissions"});
}

static void look_at_keys(struct doctor *d, struct db_session *s)
{
	struct seal_keys keys;
	struct doctor_key *rows;
	size_t count;
	int64_t missing = 0, old = 0;
	const char *missing_ids = "";
	const struct secret *list = &d->config.token_encryption_key;
	if (!secret_is_set(list) || seal_keys_parse(&keys, secret_reveal(list)) != ERR_OK)
		return;
	if (!doctor_calendar_keys(s, d->arena, &rows, &count)) {
		doctor_refused(d, s, "keys of tokens");
		count = 0;
	}
	for (size_t i = 0; i < count; i++) {
		const struct seal_key *key = seal_key_find(&keys, rows[i].id);
		if (!key) {
			missing_ids = arena_concat(
			    d->arena, missing_ids, missing ? ", " : "", rows[i].id, NULL);
			missing += rows[i].tokens;
		} else if (key != &keys.keys[0]) {
			old += rows[i].tokens;
		}
	}
	seal_keys_finish(&keys);
	if (missing > 0)
		doctor_find(d,
		    (struct finding){SEVERITY_SERIOUS, area, "calendar-key-missing",
			arena_printf(d->arena,
			    "%lld %s sealed with a key that is not in TOKEN_ENCRYPTION_KEY (%s)",
			    (long long)missing, text_plural(missing, "token is", "tokens are"),
			    missing_ids),
			"those calendars are not read, and those grants not given back, until it "
			"is; nothing is lost meanwhile",
			"add that key behind the first one; if it is gone for good, those reps "
			"have to connect again"});
	if (old > 0)
		doctor_find(
		    d, (struct finding){SEVERITY_NOTE, area, "calendar-key-old",
			   arena_printf(d->arena, "%lld %s sealed with a key that is not the first",
			       (long long)old, text_plural(old, "token is", "tokens are")),
			   "as long as there are such, the old key has to stay in "
			   "TOKEN_ENCRYPTION_KEY",
			   "run `salesreg calendar rotate-keys`"});
}

void doctor_calendar(struct doctor *d, struct db_session *session)
{
	if (!d->config.google_client_id)
		return;
	look_at_accounts(d, session);
	look_at_revocations(d, session);
	look_at_keys(d, session);
}
