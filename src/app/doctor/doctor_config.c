#include "salesreg/app/doctor/doctor.h"
#include "salesreg/app/rules.h"
#include "salesreg/db/address.h"
#include "salesreg/telegram/api.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char area[] = "configuration";
static const char refused[] = "the workers do not start with it (exit code 78)";

/* Variables whose trouble is explained already: what the parser says of them would say it twice. */
struct explained {
	struct doctor *d;
	const char *names[DOCTOR_FINDINGS_MAX];
	size_t count;
};

static bool is_explained(const struct explained *e, const char *name, size_t n)
{
	for (size_t i = 0; i < e->count; i++)
		if (strlen(e->names[i]) == n && memcmp(e->names[i], name, n) == 0)
			return true;
	return false;
}

static void explain(struct explained *e, const char *name, struct finding finding)
{
	finding.area = area;
	doctor_find(e->d, finding);
	if (finding.severity == SEVERITY_SERIOUS && e->count < DOCTOR_FINDINGS_MAX)
		e->names[e->count++] = name;
}

/* Values as they were given ---------------------------------------------------------------------------------------------*/

static void look_at_value(const struct config_given *given, void *data)
{
	struct explained *e = data;
	struct arena *a = e->d->arena;
	if (strcmp(given->name, "MESSAGES") == 0)
		return; /* a document, of many lines and any letters */
	unsigned doubts = text_doubts(given->value);
	const char *name = arena_strdup(a, given->name);
	const char *place = given->path ? "its file" : "the file it is set in";
	if (doubts & TEXT_DOUBT_QUOTED)
		explain(e, name,
		    (struct finding){SEVERITY_SERIOUS, NULL, "value-quoted",
			arena_printf(a, "%s begins with a quotation mark", name),
			"outside a shell (docker --env-file, a systemd credential, a secret file) "
			"quotation marks become part of the value",
			arena_printf(a, "take them away in %s", place)});
	if (doubts & TEXT_DOUBT_LINE_BREAK)
		explain(e, name,
		    (struct finding){SEVERITY_SERIOUS, NULL, "value-lines",
			arena_printf(a, "%s has more than one line", name),
			"a value is one line; something was pasted along with it",
			arena_printf(a, "keep the one line that is meant in %s", place)});
	if (doubts & TEXT_DOUBT_INVISIBLE)
		explain(e, name,
		    (struct finding){SEVERITY_SERIOUS, NULL, "value-invisible",
			arena_printf(a, "%s has invisible characters in it", name),
			"no-break spaces, zero-width spaces and byte order marks come with copying "
			"from web pages and chats, and make another value of it",
			arena_printf(a, "type it anew in %s", place)});
	if (doubts & TEXT_DOUBT_CARRIAGE_RETURN)
		explain(e, name,
		    (struct finding){SEVERITY_WARNING, NULL, "value-crlf",
			arena_printf(a, "%s ends in a carriage return", name),
			"the file has Windows line ends (CRLF); salesreg cuts it off, other "
			"programs that read the same file do not",
			arena_printf(a, "convert %s with dos2unix", place)});
}

/* One line of the parser's: "NAME… what; how to fix". */
static void relay(struct explained *e, const char *line, size_t n)
{
	size_t name = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
	size_t bare = name > 5 && memcmp(line + name - 5, "_FILE", 5) == 0 ? name - 5 : name;
	if (name > n || is_explained(e, line, bare))
		return;
	char *what = arena_strndup(e->d->arena, line, n), *fix = strstr(what, "; ");
	if (fix) {
		*fix = '\0';
		fix += 2;
	}
	static const char rule[] = "it must be: ";
	if (fix && strncmp(fix, rule, sizeof rule - 1) == 0)
		fix = arena_printf(e->d->arena, "set it to %s", fix + sizeof rule - 1);
	bool missing = strstr(what, "is not set");
	doctor_find(e->d,
	    (struct finding){SEVERITY_SERIOUS, area, missing ? "value-missing" : "value-unusable",
		what, refused, fix ? fix : "see `salesreg help` for what it may be"});
}

static void relay_all(struct explained *e, struct buf *problems)
{
	for (const char *line = buf_text(problems); *line;) {
		size_t n = strcspn(line, "\n");
		if (n > 0)
			relay(e, line, n);
		line += n + (line[n] == '\n');
	}
	buf_clear(problems);
}

/* Single variables -------------------------------------------------------------------------------------------------------*/

static void look_at_uri(struct explained *e)
{
	struct doctor *d = e->d;
	if (!secret_is_set(&d->config.database_url))
		return;
	struct finding f = {SEVERITY_SERIOUS, NULL, "database-url", NULL, NULL, NULL};
	struct db_address to;
	enum uri_doubt doubt = uri_doubt(secret_reveal(&d->config.database_url));
	switch (doubt) {
	case URI_DOUBT_NONE:
		break;
	case URI_DOUBT_SCHEME:
		f.what = "DATABASE_URL is no PostgreSQL address";
		f.why = "it begins with neither postgresql:// nor postgres://";
		f.fix = "write postgresql://user:password@host:5432/database";
		break;
	case URI_DOUBT_UNESCAPED:
		f.what = "DATABASE_URL has an @ or a / in its user name or password that is not "
			 "escaped";
		f.why = "the rest of the password is taken for the name of the host";
		f.fix = "write %40 for @, %2F for /, %3A for :, %25 for % in the password";
		break;
	case URI_DOUBT_PERCENT:
		f.what = "DATABASE_URL has a % that does not begin an escape";
		f.why = "in a URI a % is followed by two hexadecimal digits";
		f.fix = "write %25 for a % in the password";
		break;
	case URI_DOUBT_SPACE:
		f.what = "DATABASE_URL has white space in it";
		f.why = "a URI has none; something was pasted along with it";
		f.fix = "take it away, or write %20 for a space in the password";
		break;
	case URI_DOUBT_NO_HOST:
		db_address_read(&to, secret_reveal(&d->config.database_url));
		if (to.names_host)
			break; /* the service or the environment does */
		f.what = "DATABASE_URL names no host";
		f.why = "nor do PGHOST or a service file, so a socket of this machine is tried";
		f.fix = "write postgresql://user:password@host:5432/database";
		f.severity = SEVERITY_WARNING;
		break;
	}
	bool unreadable = !uri_doubt_may_quote_password(doubt) &&
			  !db_address_is_readable(secret_reveal(&d->config.database_url));
	if (unreadable) {
		f.severity = SEVERITY_SERIOUS;
		f.what =
		    "DATABASE_URL has a parameter that libpq does not know, or one without a value";
		f.why = "what is wrong is not shown, for it may be a piece of a password";
		f.fix = "write %26 for a & in a value; where it is written as password=…, put a "
			"value with spaces into quotation marks";
	}
	bool is_quoted = is_explained(e, "DATABASE_URL", strlen("DATABASE_URL"));
	if (f.what && !is_quoted)
		explain(e, "DATABASE_URL", f);
	/* pieces of a password are not looked up as hosts */
	d->may_connect = !is_quoted && !unreadable && !uri_doubt_may_quote_password(doubt);
}

static void look_at_token(struct explained *e)
{
	struct doctor *d = e->d;
	if (!secret_is_set(&d->config.bot_token))
		return;
	bool explained = is_explained(e, "REGISTRY_BOT_TOKEN", strlen("REGISTRY_BOT_TOKEN"));
	bool good = telegram_token_is_well_formed(&d->config.bot_token);
	if (!good && !explained)
		explain(e, "REGISTRY_BOT_TOKEN",
		    (struct finding){SEVERITY_SERIOUS, NULL, "token-malformed",
			"REGISTRY_BOT_TOKEN is not of the form 123456:ABC…", refused,
			"copy the token again from @BotFather: digits, a colon, and what follows, "
			"without spaces"});
	d->may_call = good && d->config.telegram_api_base;
	d->bot_id = good ? telegram_token_bot_id(&d->config.bot_token) : 0;
}

static void look_at_domains(struct explained *e)
{
	if (!e->d->config.email_domains)
		return;
	struct finding f = {SEVERITY_SERIOUS, NULL, "email-domain", NULL, refused, NULL};
	switch (domain_list_doubt(e->d->config.email_domains)) {
	case DOMAIN_DOUBT_NONE:
		return;
	case DOMAIN_DOUBT_AT:
		f.what = "CORPORATE_EMAIL_DOMAIN has an @ in it";
		f.fix = "write what follows the @ alone: example.org";
		break;
	case DOMAIN_DOUBT_ADDRESS:
		f.what = "CORPORATE_EMAIL_DOMAIN is the address of a page";
		f.fix = "write the domain alone: example.org instead of https://example.org/";
		break;
	case DOMAIN_DOUBT_WILDCARD:
		f.what = "CORPORATE_EMAIL_DOMAIN has a * in it";
		f.fix = "name every domain: example.org,sales.example.org";
		break;
	case DOMAIN_DOUBT_SEPARATOR:
		f.what = "CORPORATE_EMAIL_DOMAIN has members that are not separated by commas";
		f.fix = "write example.org,example.com";
		break;
	}
	if (!is_explained(e, "CORPORATE_EMAIL_DOMAIN", strlen("CORPORATE_EMAIL_DOMAIN")))
		explain(e, "CORPORATE_EMAIL_DOMAIN", f);
}

void doctor_configuration(struct doctor *d)
{
	struct explained *e = ARENA_NEW(d->arena, struct explained);
	struct texts texts = {0};
	struct conversation_rules rules;
	struct buf problems;
	buf_init(&problems, 256 * 1024);
	e->d = d;
	config_each_given(look_at_value, e);
	d->bot_needed = config_needs_of_role() & CONFIG_NEEDS_TOKEN;
	enum err err = config_load(&d->config, config_needs_of_role(), &problems);
	relay_all(e, &problems);
	look_at_uri(e);
	look_at_token(e);
	look_at_domains(e);
	doctor_dangers(d);
	if (d->config.email_domains &&
	    rules_load(&rules, &d->config, &texts, d->arena, &problems) != ERR_OK)
		relay_all(e, &problems);
	if (err == ERR_OK && !d->config.outreach_enabled)
		doctor_find(
		    d, (struct finding){SEVERITY_NOTE, area, "outreach-off",
			   "OUTREACH_ENABLED is false", "prospects are not assigned to reps",
			   "set it to true if they should be"});
	doctor_checked(d, area, "the variables");
	texts_finish(&texts);
	buf_finish(&problems);
}
