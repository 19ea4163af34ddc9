#include "salesreg/base/config.h"
#include "config_private.h"
#include "salesreg/base/time_zone.h"
#include "salesreg/base/value_doubts.h"
#include "salesreg/generated/locales.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AT(member) .offset = offsetof(struct config, member)
#define CARRIES_TOKEN(member)                                                                      \
	.carries = CONFIG_CARRIES_TOKEN, .token = offsetof(struct config, member)
const struct config_row config_table[] = {
    {"DATABASE_URL", TYPE_SECRET, AT(database_url), .rule = "libpq URI",
	.need = CONFIG_NEEDS_DATABASE, .carries = CONFIG_CARRIES_DATABASE,
	.about = "PostgreSQL; several hosts with target_session_attrs work"},
    {"REGISTRY_BOT_TOKEN", TYPE_SECRET, AT(bot_token), .rule = "123456:ABC… from @BotFather",
	.need = CONFIG_NEEDS_TOKEN, .readers = CONFIG_READ_BY_BOT,
	.about = "the bot's token; never printed"},
    {"CORPORATE_EMAIL_DOMAIN", TYPE_TEXT, AT(email_domains), "truerealestate.bali",
	"domain[,domain…]", .about = "a rep's e-mail must be in one of these"},
    {"OUTREACH_ENABLED", TYPE_SWITCH, AT(outreach_enabled), "true", "true or false",
	.about = "whether prospects are assigned to reps"},
    {"OUTREACH_INTERVAL_SECONDS", TYPE_NUMBER, AT(outreach_interval_s), "300", "seconds", 1, 86400,
	.about = "how often to look for prospects whose notification was missed"},
    {"MAX_PROSPECTS_PER_REP", TYPE_NUMBER, AT(max_prospects_per_rep), "5", "prospects", 1, 1000000,
	.about = "open prospects one rep may hold"},
    {"HAND_OVER_WORDS", TYPE_TEXT, AT(hand_over_words),
	"срочно,позвоните,перезвоните,позвони,наберите меня,живой человек,с человеком,оператор,"
	"позовите менеджера,urgent,urgently,call me,call back,real person,human,operator",
	"phrase[,phrase…]", .readers = CONFIG_READ_BY_BOT,
	.about = "a prospect who says one of these is left to the rep, and the bot is silent"},
    {"PROSPECT_HOURS", TYPE_TEXT, AT(prospect_hours), "9-21",
	"hours from-to, as 9-21; 0-24 = always",
	.about = "when the bot may write to prospects of its own accord, where they are"},
    {"PROSPECT_MESSAGES_PER_DAY", TYPE_NUMBER, AT(prospect_messages_per_day), "3",
	"messages, 0 = never", 0, 100, .about = "of its own accord, to one prospect"},
    {"FOLLOW_UP_HOURS", TYPE_NUMBER, AT(follow_up_h), "24", "hours, 0 = never", 0, 8760,
	.about = "before a prospect who does not answer is reminded, twice at most"},
    {"ASSIGNMENT_STRATEGY", TYPE_CHOICE, AT(assignment_strategy), "round_robin",
	"round_robin|least_loaded", .about = "whose turn it is"},
    {"REGISTRATION_APPROVAL", TYPE_CHOICE, AT(registration_approval), "auto", "auto|admin|invite",
	.about = "who becomes a rep: whoever has a corporate e-mail, who an admin approves, who "
		 "has an invitation"},
    {"SMTP_URL", TYPE_SECRET, AT(smtp_url), .rule = "smtp(s)://[user:password@]host[:port]",
	.readers = CONFIG_READ_BY_BOT, .carries = CONFIG_CARRIES_MAIL,
	.about = "the mail server: a code is mailed to each new e-mail, which proves it; not set: "
		 "nothing does"},
    {"SMTP_FROM", TYPE_TEXT, AT(smtp_from), .rule = "address", .readers = CONFIG_READ_BY_BOT,
	.about = "whom that mail comes from; goes with SMTP_URL"},
    {"SMTP_TLS", TYPE_CHOICE, AT(smtp_tls), "required", "required|optional",
	.readers = CONFIG_READ_BY_BOT,
	.about = "whether smtp:// goes without STARTTLS where the server has none; never with a "
		 "password to another machine"},
    {"ADMIN_TELEGRAM_IDS", TYPE_IDS, .offset = 0, NULL, "id[,id…]",
	.about = "Telegram ids of the managers; reps become such by salesreg rep set-admin"},
    {"BOT_LOCALE", TYPE_CHOICE, AT(locale), "ru", LOCALE_CHOICES,
	.about = "language for people whose Telegram speaks none of them"},
    {"TELEGRAM_API_BASE", TYPE_URL, AT(telegram_api_base), "https://api.telegram.org",
	"http(s)://host[:port]", .readers = CONFIG_READ_BY_BOT, CARRIES_TOKEN(bot_token),
	.about = "requests go to $TELEGRAM_API_BASE/bot<token>/<method>"},
    {"ALLOW_PLAIN_HTTP", TYPE_SWITCH, AT(allow_plain_http), "false", "true or false",
	.about = "whether a token may go over a network by http://, where others may read it"},
    {"TELEGRAM_RATE_LIMIT", TYPE_NUMBER, AT(rate_limit_per_s), "30",
	"messages a second, 0 = no limit", 0, 1000, .about = "to all chats together"},
    {"TELEGRAM_CHAT_RATE_LIMIT", TYPE_NUMBER, AT(chat_rate_limit_per_s), "1",
	"messages a second, 0 = no limit", 0, 1000, .about = "to one chat, in bursts of 5"},
    {"SSL_CERT_FILE", TYPE_READ_ELSEWHERE, .offset = 0, "the system's", "file, PEM",
	.about = "whose certificates are trusted: of Telegram, of a proxy of your own"},
    {"SSL_CERT_DIR", TYPE_READ_ELSEWHERE, .offset = 0, NULL,
	"directory, as `openssl rehash` makes it", .about = "the same as single files"},
    {"http_proxy", TYPE_PROXY, .offset = 0, NULL, "URL of a proxy", .carries = CONFIG_CARRIES_USER,
	.readers = CONFIG_READ_BY_BOT | CONFIG_READ_BY_OAUTH,
	.about = "the way to an http:// TELEGRAM_API_BASE that is not on this machine; in small "
		 "letters only"},
    {"https_proxy", TYPE_PROXY, .offset = 0, NULL, "URL of a proxy", .carries = CONFIG_CARRIES_USER,
	.readers = CONFIG_READ_BY_BOT | CONFIG_READ_BY_OAUTH,
	.about = "the way to https:// addresses, Telegram's"},
    {"ALL_PROXY", TYPE_PROXY, .offset = 0, NULL, "URL of a proxy, as socks5h://host:1080",
	.carries = CONFIG_CARRIES_USER, .readers = CONFIG_READ_BY_BOT | CONFIG_READ_BY_OAUTH,
	.about = "the way to all addresses"},
    {"no_proxy", TYPE_READ_ELSEWHERE, .offset = 0, NULL, "name[,name…]",
	.about = "reached without a proxy"},
    {"GOOGLE_CLIENT_ID", TYPE_TEXT, AT(google_client_id), .rule = "from Google Cloud",
	.need = CONFIG_NEEDS_GOOGLE, .about = "not set: calendar off"},
    {"GOOGLE_CLIENT_SECRET", TYPE_SECRET, AT(google_client_secret), .rule = "from Google Cloud",
	.need = CONFIG_NEEDS_GOOGLE, .readers = CONFIG_READ_BY_OAUTH,
	.about = "goes with GOOGLE_CLIENT_ID"},
    {"GOOGLE_AUTH_URL", TYPE_URL, AT(google_auth_url),
	"https://accounts.google.com/o/oauth2/v2/auth", "URL", .about = "where a rep is asked"},
    {"GOOGLE_TOKEN_URL", TYPE_URL, AT(google_token_url), "https://oauth2.googleapis.com/token",
	"URL", .readers = CONFIG_READ_BY_OAUTH, CARRIES_TOKEN(google_client_secret),
	.about = "where a code becomes tokens"},
    {"GOOGLE_REVOKE_URL", TYPE_URL, AT(google_revoke_url), "https://oauth2.googleapis.com/revoke",
	"URL", .readers = CONFIG_READ_BY_OAUTH, CARRIES_TOKEN(google_client_secret),
	.about = "where tokens are given back"},
    {"GOOGLE_CALENDAR_API_BASE", TYPE_URL, AT(google_calendar_base),
	"https://www.googleapis.com/calendar/v3", "URL", .readers = CONFIG_READ_BY_OAUTH,
	CARRIES_TOKEN(google_client_secret), .about = "Google Calendar"},
    {"OAUTH_PUBLIC_URL", TYPE_URL, AT(oauth_public_url), .rule = "URL", .need = CONFIG_NEEDS_GOOGLE,
	.about = "the redirect URI is $OAUTH_PUBLIC_URL/oauth/callback"},
    {"OAUTH_LISTEN", TYPE_TEXT, AT(oauth_listen), "127.0.0.1:8080", "address:port",
	.about = "where the redirect is answered"},
    {"CALENDAR_ACCOUNT", TYPE_CHOICE, AT(calendar_account), "domain", "same|domain|any",
	.about = "which Google account a rep may connect: the one of their e-mail, one of "
		 "CORPORATE_EMAIL_DOMAIN, any"},
    {"TOKEN_ENCRYPTION_KEY", TYPE_SECRET, AT(token_encryption_key), .rule = "32 bytes, base64",
	.need = CONFIG_NEEDS_GOOGLE, .readers = CONFIG_READ_BY_OAUTH,
	.about = "required for the calendar"},
    {"UNREACHABLE_GRACE_MINUTES", TYPE_NUMBER, AT(unreachable_grace_min), "15", "minutes", 0, 10080,
	.about = "before the prospects of a rep whom Telegram cannot reach go on"},
    {"OUTBOX_HOLD_HOURS", TYPE_NUMBER, AT(outbox_hold_hours), "24", "hours, 0 = never", 0, 87600,
	.about =
	    "unsent messages that a new leader finds older than this wait for a person's word"},
    {"HISTORY_RETENTION_DAYS", TYPE_NUMBER, AT(history_retention_days), "90", "days", 1, 36500,
	.about = "how long sent messages, what became of closed prospects, and strangers who are "
		 "silent are kept"},
    {"PROSPECT_RETENTION_DAYS", TYPE_NUMBER, AT(prospect_retention_days), "0",
	"days, 0 = until somebody says so", 0, 36500,
	.about = "after how long an archived prospect is forgotten, as by prospect forget"},
    {"TZ", TYPE_ZONE, .offset = 0, "Asia/Makassar in the image", "time zone, as Asia/Makassar",
	.about = "times shown to people"},
    {"LOG_LEVEL", TYPE_CHOICE, AT(log_level), "info", "debug|info|warn|error",
	.about = "lowest level to log"},
    {"LOG_FORMAT", TYPE_CHOICE, AT(log_format), "text", "text|json",
	.about = "for people or for machines"},
    {"DB_POOL_SIZE", TYPE_NUMBER, AT(db_pool_size), "4", "connections a worker", 1, 64,
	.about = "not counting the one for LISTEN"},
    {"METRICS_LISTEN", TYPE_LISTEN, AT(metrics_listen),
	.rule = "address:port, as 127.0.0.1:9464 or [::1]:9464",
	.about = "/metrics for Prometheus, /healthz, /readyz; not set: off; worker n of supervise "
		 "uses port + n"},
    {"SALESREG_RUN_DIR", TYPE_TEXT, AT(run_dir), .rule = "directory",
	.about = "control sockets; /run/salesreg as root, else $XDG_RUNTIME_DIR/salesreg"},
    {"WORKERS", TYPE_TEXT, AT(workers), "bot,outreach,oauth", "role[,role…]",
	.about = "what supervise starts"},
    {"MESSAGES", TYPE_TEXT, AT(messages), .rule = "JSON, usually given as MESSAGES_FILE",
	.about = "texts that replace those of config/messages/"},
    {"QUALIFICATION", TYPE_TEXT, AT(qualification),
	.rule = "JSON, usually given as QUALIFICATION_FILE; or off", .readers = CONFIG_READ_BY_BOT,
	.about = "what prospects are asked; not set: config/qualification.json"},
    {"MIGRATE_OWNER_PASSWORD", TYPE_SECRET, AT(owner_password), .rule = "any text",
	.readers = CONFIG_READ_BY_MIGRATE, .about = "what migrate --roles gives the owner's role"},
    {"MIGRATE_WORKER_PASSWORD", TYPE_SECRET, AT(worker_password), .rule = "any text",
	.readers = CONFIG_READ_BY_MIGRATE, .about = "what migrate --roles gives the workers' role"},
    {"SYSCALL_FILTER", TYPE_SWITCH, AT(syscall_filter), "true", "true or false",
	.about = "whether a worker refuses itself system calls that it does without"},
    {"DEBUG_CORES", TYPE_SWITCH, AT(debug_cores), "false", "true or false",
	.about =
	    "whether gdb may look into a process, and a crash may leave a core, with its secrets"},
    {"SALESREG_ROLE", TYPE_READ_ELSEWHERE, .offset = 0, NULL, "command",
	.about = "command to run when none is given"},
    {.name = NULL},
};
enum { ROWS = sizeof config_table / sizeof *config_table };

void *config_field(const struct config *c, const struct config_row *row)
{
	return (char *)(uintptr_t)c + row->offset;
}

char **config_placed(const struct config_row *row)
{
	static char *placed[ROWS];
	return &placed[row - config_table];
}

const struct config_row *config_row_of(const char *name)
{
	const struct config_row *row = config_table;
	while (row->name && strcmp(row->name, name) != 0)
		row++;
	assert(row->name);
	return row;
}

const char *config_name(size_t i)
{
	return i < ROWS ? config_table[i].name : NULL;
}

bool config_is_document(const struct config_row *row)
{
	return strcmp(row->name, "MESSAGES") == 0 || strcmp(row->name, "QUALIFICATION") == 0;
}

static bool is_list(const struct config_row *row)
{
	return row->type == TYPE_IDS || (row->type == TYPE_TEXT && strstr(row->rule, "[,"));
}

static void add_near_zones(const char *zone, struct buf *problems)
{
	struct buf near;
	buf_init(&near, 1024);
	time_zone_near(zone, &near);
	if (near.size > 0)
		buf_addf(problems, "; near ones: %s", buf_text(&near));
	buf_finish(&near);
}

const char *config_secret_in(const struct config_row *row, const char *value)
{
	if (row->type == TYPE_SECRET)
		return NULL;
	const char *found = value_secret(value);
	/* texts for people have addresses in them, of pages and of mailboxes */
	bool has_user =
	    row->type != TYPE_PROXY && !config_is_document(row) && value_has_user(value);
	/* nor is there a place for one without a scheme */
	has_user |= (row->type == TYPE_URL || row->type == TYPE_LISTEN) && strchr(value, '@');
	return found      ? found
	       : has_user ? "has a user or a password in it, for which this is no place; take away "
			    "what stands before the @"
			  : NULL;
}

static void load_row(
    struct config *c, const struct config_row *row, unsigned needs, struct buf *problems)
{
	struct buf value;
	buf_init(&value, CONFIG_VALUE_MAX);
	if (!config_raw_value(row, &value, problems))
		goto out;
	(void)buf_text(&value);
	char empty[1] = "", *s = value.data ? config_trim(value.data) : empty;
	if (!*s && row->fallback) {
		/* blank counts as not set, whether it came from the variable or from its file */
		buf_clear(&value);
		buf_adds(&value, row->fallback);
		(void)buf_text(&value);
		s = value.data ? value.data : empty;
	}
	if (!*s) {
		if (row->need & needs)
			buf_addf(problems, "%s is not set; it must be: %s (%s)\n", row->name,
			    row->rule, row->about);
		goto out;
	}
	const char *fault = value_fault(s, config_is_document(row), is_list(row));
	if (fault) {
		buf_addf(problems, "%s %s\n", row->name, fault);
		goto out;
	}
	const char *secret = config_secret_in(row, s);
	if (secret) {
		buf_addf(problems, "%s %s (it is not shown here); it must be: ", row->name, secret);
		config_describe_rule(row, problems);
		buf_addc(problems, '\n');
		goto out;
	}
	struct buf shown;
	buf_init(&shown, CONFIG_VALUE_MAX);
	if (row->type == TYPE_SECRET)
		buf_adds(&shown, "(not shown)");
	else if (row->type == TYPE_URL || row->type == TYPE_PROXY)
		config_dump_url(s, &shown);
	else
		config_add_shown(&shown, s, 80);
	if (!config_store(c, row, s)) {
		buf_addf(
		    problems, "%s=%s is not usable; it must be: ", row->name, buf_text(&shown));
		config_describe_rule(row, problems);
		if (row->type == TYPE_ZONE)
			add_near_zones(s, problems);
		buf_addc(problems, '\n');
	}
	buf_finish(&shown);
out:
	if (value.data)
		explicit_bzero(value.data, value.capacity);
	buf_finish(&value);
}

/* What somebody else reads is neither read nor judged. */
static void leave_row(struct config *c, const struct config_row *row, struct buf *problems)
{
	char *value = row->fallback ? strdup(row->fallback) : NULL;
	if (row->fallback && (!value || !config_store(c, row, value)))
		buf_addf(problems, "%s: out of memory\n", row->name);
	free(value);
}

enum err config_load_for(struct config *c, unsigned needs, unsigned readers, struct buf *problems)
{
	*c = (struct config){0};
	size_t before = problems->size;
	for (const struct config_row *row = config_table; row->name; row++) {
		if (!row->readers || (row->readers & readers))
			load_row(c, row, needs, problems);
		else
			leave_row(c, row, problems);
	}
	return problems->size == before && !problems->failed ? ERR_OK : ERR_CONFIG;
}

enum err config_load(struct config *c, unsigned needs, struct buf *problems)
{
	return config_load_for(c, needs, CONFIG_READ_BY_ALL | CONFIG_READ_BY_MIGRATE, problems);
}

void config_drop(struct config *c, unsigned readers)
{
	for (const struct config_row *row = config_table; row->name; row++)
		if (row->type == TYPE_SECRET &&
		    (!readers || (row->readers && !(row->readers & readers))))
			secret_finish(config_field(c, row));
}

void config_finish(struct config *c)
{
	for (const struct config_row *row = config_table; row->name; row++) {
		if (row->type == TYPE_TEXT || row->type == TYPE_URL || row->type == TYPE_LISTEN)
			free(*(char **)config_field(c, row));
		else if (row->type == TYPE_SECRET)
			secret_finish(config_field(c, row));
	}
	*c = (struct config){0};
}

void config_each_given(void (*each)(const struct config_given *given, void *data), void *data)
{
	for (const struct config_row *row = config_table; row->name; row++) {
		struct config_row given = *row;
		struct buf value, problems;
		char file_name[64];
		buf_init(&value, CONFIG_VALUE_MAX);
		buf_init(&problems, CONFIG_VALUE_MAX);
		(void)snprintf(file_name, sizeof file_name, "%s_FILE", given.name);
		const char *path = getenv(file_name);
		given.fallback = NULL;
		if (config_raw_value(&given, &value, &problems) && value.size > 0)
			each(&(struct config_given){.name = given.name,
				 .value = buf_text(&value),
				 .secret = given.type == TYPE_SECRET,
				 .path = path && *path ? path : NULL},
			    data);
		if (value.data)
			explicit_bzero(value.data, value.capacity);
		buf_finish(&value);
		buf_finish(&problems);
	}
}
