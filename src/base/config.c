#include "salesreg/base/config.h"
#include "salesreg/base/address.h"
#include "salesreg/base/text.h"
#include "salesreg/base/time_zone.h"
#include "salesreg/base/value_doubts.h"
#include "salesreg/base/wire.h"
#include "salesreg/generated/locales.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum config_type {
	TYPE_TEXT,
	TYPE_SECRET,
	TYPE_URL,    /* http:// or https://, no trailing slash kept */
	TYPE_LISTEN, /* base/address.h */
	TYPE_NUMBER, /* low…high */
	TYPE_SWITCH,
	TYPE_CHOICE, /* index into the words of `rule`, separated by | */
	TYPE_IDS,    /* comma-separated Telegram ids, into admin_ids */
	TYPE_ZONE,   /* left in the environment, where the C library looks */
	TYPE_PROXY,  /* read by libcurl from the environment; a password in it is not shown */
	TYPE_READ_ELSEWHERE, /* documented here, used before the table is read or by others */
};

struct config_row {
	const char *name;
	enum config_type type;
	unsigned need;
	size_t offset;
	const char *fallback; /* NULL: not set */
	const char *rule;     /* words of a choice, else the unit or form for people */
	int64_t low, high;
	const char *about;
	unsigned readers; /* enum config_reader; 0: all */
	enum config_carries carries;
	size_t token; /* of CONFIG_CARRIES_TOKEN: where the struct secret is */
};

#define AT(member) .offset = offsetof(struct config, member)
#define CARRIES_TOKEN(member)                                                                      \
	.carries = CONFIG_CARRIES_TOKEN, .token = offsetof(struct config, member)
static const struct config_row table[] = {
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
	.about = "Telegram ids of the managers"},
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
	.about = "not set: calendar off"},
    {"GOOGLE_CLIENT_SECRET", TYPE_SECRET, AT(google_client_secret), .rule = "from Google Cloud",
	.readers = CONFIG_READ_BY_OAUTH, .about = "goes with GOOGLE_CLIENT_ID"},
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
    {"OAUTH_PUBLIC_URL", TYPE_URL, AT(oauth_public_url), .rule = "URL",
	.about = "the redirect URI is $OAUTH_PUBLIC_URL/oauth/callback"},
    {"OAUTH_LISTEN", TYPE_TEXT, AT(oauth_listen), "127.0.0.1:8080", "address:port",
	.about = "where the redirect is answered"},
    {"TOKEN_ENCRYPTION_KEY", TYPE_SECRET, AT(token_encryption_key), .rule = "32 bytes, base64",
	.readers = CONFIG_READ_BY_OAUTH, .about = "required for the calendar"},
    {"UNREACHABLE_GRACE_MINUTES", TYPE_NUMBER, AT(unreachable_grace_min), "15", "minutes", 0, 10080,
	.about = "before the prospects of a rep whom Telegram cannot reach go on"},
    {"OUTBOX_HOLD_HOURS", TYPE_NUMBER, AT(outbox_hold_hours), "24", "hours, 0 = never", 0, 87600,
	.about =
	    "unsent messages that a new leader finds older than this wait for a person's word"},
    {"HISTORY_RETENTION_DAYS", TYPE_NUMBER, AT(history_retention_days), "90", "days", 1, 36500,
	.about = "how long sent messages, what became of closed prospects, and strangers who are "
		 "silent are kept"},
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
};
enum { ROWS = sizeof table / sizeof *table };

static void *field(const struct config *c, const struct config_row *row)
{
	return (char *)(uintptr_t)c + row->offset;
}

/* Removes the surrounding white space that editors and `echo` leave behind. */
static char *trim(char *s)
{
	while (*s == ' ' || *s == '\t' || *s == '\n' || *s == '\r')
		s++;
	size_t n = strlen(s);
	while (n > 0 && strchr(" \t\r\n", s[n - 1]))
		n--;
	s[n] = '\0';
	return s;
}

/* NULL, or why not. A device has no end, and a pipe can be read once only, while several processes read this. */
static const char *read_file(const char *path, struct buf *out)
{
	struct stat found;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &found) != 0 || !S_ISREG(found.st_mode)) {
		const char *why = fd < 0 ? strerror(errno) : "it is no regular file";
		if (fd >= 0)
			(void)close(fd);
		return why;
	}
	char chunk[4096];
	ssize_t n;
	while (!out->failed && (n = read(fd, chunk, sizeof chunk)) > 0)
		buf_add(out, chunk, (size_t)n);
	const char *why = out->failed ? "it is too long" : n < 0 ? strerror(errno) : NULL;
	(void)close(fd);
	explicit_bzero(chunk, sizeof chunk);
	return why;
}

/* For people: on one line, with nothing in it that does something to a terminal, and not all of a long one. */
static void dump_url(const char *url, struct buf *out);
static void add_shown(struct buf *out, const char *text, size_t units)
{
	size_t shown = text_prefix_utf16(text, units);
	char *copy = strndup(text, shown);
	buf_adds(out, copy ? text_for_terminal(copy) : "?");
	free(copy);
	if (text[shown])
		buf_addf(out, "… (%zu bytes)", strlen(text));
}

/* The value in force before parsing: NAME, or the content of NAME_FILE, or the default. False: a problem was noted. */
static bool raw_value(const struct config_row *row, struct buf *value, struct buf *problems)
{
	char file_name[64];
	(void)snprintf(file_name, sizeof file_name, "%s_FILE", row->name);
	const char *plain = getenv(row->name), *path = getenv(file_name);
	bool has_plain = plain && *plain, has_path = path && *path;
	if (has_plain && has_path) {
		buf_addf(
		    problems, "%s and %s are both set; keep one of them\n", row->name, file_name);
		return false;
	}
	if (has_path) {
		const char *why = read_file(path, value);
		if (!why && value->size > 0 && value_is_no_text(value->data, value->size)) {
			buf_addf(problems,
			    "%s: the file is in UTF-16, or no text at all; save it as UTF-8\n",
			    file_name);
			return false;
		}
		if (!why)
			return true;
		/* what stands in the place of the path may be the secret itself */
		bool shown = row->type == TYPE_SECRET ? *path == '/' : !value_secret(path);
		buf_addf(problems, "%s=", file_name);
		add_shown(problems, shown ? path : "(not shown)", PATH_MAX);
		buf_addf(problems,
		    ": the file cannot be read (%s); check the path and its permissions\n", why);
		return false;
	}
	if (has_plain)
		buf_adds(value, plain);
	else if (row->fallback)
		buf_adds(value, row->fallback);
	if (!value->failed)
		return true;
	buf_addf(problems, "%s is longer than %d bytes\n", row->name, CONFIG_VALUE_MAX);
	return false;
}

static bool parse_i64(const char *s, int64_t *out)
{
	char *end = NULL;
	errno = 0;
	long long n = strtoll(s, &end, 10);
	if (errno || end == s || *end)
		return false;
	*out = n;
	return true;
}

static bool parse_switch(const char *s, bool *out)
{
	static const char *const yes[] = {"true", "1", "yes", "on"}, *const no[] = {
									 "false", "0", "no", "off"};
	for (size_t i = 0; i < 4; i++) {
		if (strcasecmp(s, yes[i]) == 0 || strcasecmp(s, no[i]) == 0) {
			*out = strcasecmp(s, yes[i]) == 0;
			return true;
		}
	}
	return false;
}

static bool parse_choice(const char *s, const char *words, int64_t *out)
{
	size_t n = strlen(s);
	int64_t index = 0;
	for (const char *word = words; word; index++) {
		const char *end = strchrnul(word, '|');
		if ((size_t)(end - word) == n && strncasecmp(word, s, n) == 0) {
			*out = index;
			return true;
		}
		word = *end ? end + 1 : NULL;
	}
	return false;
}

static bool parse_ids(char *s, struct config *c)
{
	c->admin_count = 0;
	char *rest = s;
	for (char *part; (part = strsep(&rest, ","));) {
		part = trim(part);
		if (!*part)
			continue;
		if (c->admin_count == CONFIG_LIST_MAX ||
		    !parse_i64(part, &c->admin_ids[c->admin_count]) ||
		    c->admin_ids[c->admin_count] <= 0)
			return false;
		c->admin_count++;
	}
	return true;
}

static bool store_text(struct config *c, const struct config_row *row, const char *s)
{
	char **slot = field(c, row);
	*slot = *s ? strdup(s) : NULL;
	return !*s || *slot;
}

static void wipe(char *text)
{
	explicit_bzero(text, strlen(text));
}

/*
 * Where libraries look, also if it came from a file; which a process that is started with this environment is not to read
 * again. setenv(3) would keep copies that nobody can wipe, and leave what it replaces.
 */
static bool put_into_environment(const struct config_row *row, const char *value)
{
	static char *placed[ROWS];
	char file[64], *before = getenv(row->name), **own = &placed[row - table];
	(void)snprintf(file, sizeof file, "%s_FILE", row->name);
	if (before && strcmp(before, value) == 0)
		return unsetenv(file) == 0;
	size_t size = strlen(row->name) + strlen(value) + 2;
	char *text = malloc(size);
	if (!text)
		return false;
	(void)snprintf(text, size, "%s=%s", row->name, value);
	if (putenv(text) != 0) {
		free(text);
		return false;
	}
	if (before)
		wipe(before);
	free(*own);
	*own = text;
	return unsetenv(file) == 0;
}

static bool store(struct config *c, const struct config_row *row, char *s)
{
	int64_t number = 0;
	switch (row->type) {
	case TYPE_TEXT:
		return store_text(c, row, s);
	case TYPE_LISTEN:
		return !*s || (address_is_usable(s) && store_text(c, row, s));
	case TYPE_SECRET:
		return !*s || secret_set(field(c, row), s) == ERR_OK;
	case TYPE_URL: {
		size_t n = strlen(s);
		if (n == 0)
			return true;
		if ((strncmp(s, "http://", 7) != 0 || n == 7) &&
		    (strncmp(s, "https://", 8) != 0 || n == 8))
			return false;
		while (n > 0 && s[n - 1] == '/')
			s[--n] = '\0';
		return strpbrk(s, " \t\"'") == NULL && store_text(c, row, s);
	}
	case TYPE_NUMBER:
		if (!parse_i64(s, &number) || number < row->low || number > row->high)
			return false;
		*(int64_t *)field(c, row) = number;
		return true;
	case TYPE_SWITCH:
		return parse_switch(s, field(c, row));
	case TYPE_CHOICE:
		return parse_choice(s, row->rule, field(c, row));
	case TYPE_IDS:
		return parse_ids(s, c);
	case TYPE_PROXY:
		return !*s || put_into_environment(row, s);
	case TYPE_ZONE:
		return strcmp(s, row->fallback) == 0 ||
		       (time_zone_exists(s) && put_into_environment(row, s));
	case TYPE_READ_ELSEWHERE:
		/* what stands for not set is words, and no library's value */
		return !*s || (row->fallback && strcmp(s, row->fallback) == 0) ||
		       put_into_environment(row, s);
	}
	return false;
}

static bool is_document(const struct config_row *row)
{
	return strcmp(row->name, "MESSAGES") == 0;
}

static bool is_list(const struct config_row *row)
{
	return row->type == TYPE_IDS || (row->type == TYPE_TEXT && strstr(row->rule, "[,"));
}

static void describe_rule(const struct config_row *row, struct buf *out)
{
	if (row->type == TYPE_CHOICE) {
		for (const char *p = row->rule; *p; p++)
			buf_adds(out, *p == '|' ? " or " : (char[2]){*p, 0});
	} else if (row->type == TYPE_NUMBER) {
		buf_addf(out, "%lld…%lld %s", (long long)row->low, (long long)row->high, row->rule);
	} else {
		buf_adds(out, row->rule);
	}
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

/* What people paste into the wrong variable, which would then be shown wherever that is. NULL: nothing. */
static const char *secret_in(const struct config_row *row, const char *value)
{
	if (row->type == TYPE_SECRET)
		return NULL;
	const char *found = value_secret(value);
	/* texts for people have addresses in them, of pages and of mailboxes */
	bool has_user = row->type != TYPE_PROXY && !is_document(row) && value_has_user(value);
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
	if (!raw_value(row, &value, problems))
		goto out;
	(void)buf_text(&value);
	char empty[1] = "", *s = value.data ? trim(value.data) : empty;
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
	const char *fault = value_fault(s, is_document(row), is_list(row));
	if (fault) {
		buf_addf(problems, "%s %s\n", row->name, fault);
		goto out;
	}
	const char *secret = secret_in(row, s);
	if (secret) {
		buf_addf(problems, "%s %s (it is not shown here); it must be: ", row->name, secret);
		describe_rule(row, problems);
		buf_addc(problems, '\n');
		goto out;
	}
	struct buf shown;
	buf_init(&shown, CONFIG_VALUE_MAX);
	if (row->type == TYPE_SECRET)
		buf_adds(&shown, "(not shown)");
	else if (row->type == TYPE_URL || row->type == TYPE_PROXY)
		dump_url(s, &shown);
	else
		add_shown(&shown, s, 80);
	if (!store(c, row, s)) {
		buf_addf(
		    problems, "%s=%s is not usable; it must be: ", row->name, buf_text(&shown));
		describe_rule(row, problems);
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

/* As load_row() would find it. False: what is wrong with it is noted. */
static bool early_value(const struct config_row *row, struct buf *value, struct buf *problems)
{
	if (!raw_value(row, value, problems))
		return false;
	(void)buf_text(value);
	char empty[1] = "", *s = value->data ? value->data : empty, *text = trim(s);
	memmove(s, text, strlen(text) + 1);
	return true;
}

static const struct config_row *row_of(const char *name)
{
	const struct config_row *row = table;
	while (strcmp(row->name, name) != 0)
		row++;
	return row;
}

bool config_is_on(const char *name)
{
	bool on = false;
	struct buf value, problems;
	buf_init(&value, CONFIG_VALUE_MAX);
	buf_init(&problems, CONFIG_VALUE_MAX);
	bool known = early_value(row_of(name), &value, &problems) && value.data &&
		     parse_switch(value.data, &on);
	buf_finish(&value);
	buf_finish(&problems);
	return known && on;
}

bool config_settle(const char *name, struct buf *problems)
{
	struct buf value;
	buf_init(&value, CONFIG_VALUE_MAX);
	const struct config_row *row = row_of(name);
	bool good =
	    early_value(row, &value, problems) && (!value.data || (!*value.data && !getenv(name)) ||
						      put_into_environment(row, value.data));
	buf_finish(&value);
	return good;
}

/* "NAME=…" or "NAME_FILE=…" */
static bool is_of(const char *variable, const struct config_row *row)
{
	size_t n = strlen(row->name);
	return strncmp(variable, row->name, n) == 0 &&
	       (variable[n] == '=' || strncmp(variable + n, "_FILE=", 6) == 0);
}

/*
 * What is looked for at any time: by the C library and its resolver, libuv, libpq (LDAP and Kerberos, too), libcurl, TLS,
 * sanitizers, and by us for systemd. Whether PGPASSWORD is needed only db/address.h knows.
 */
static bool is_of_a_library(const char *variable)
{
	static const char *const names[] = {"PATH", "HOME", "USER", "TMPDIR", "TZ", "TZDIR", "LANG",
	    "LANGUAGE", "LOCPATH", "GCONV_PATH", "XDG_RUNTIME_DIR", "no_proxy", "NO_PROXY",
	    "HOSTALIASES", "LOCALDOMAIN", "RES_OPTIONS", "CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET",
	    "WATCHDOG_USEC", "WATCHDOG_PID"};
	static const char *const families[] = {"SALESREG_", "PG", "LC_", "LD_", "SSL_CERT_",
	    "OPENSSL_", "GNUTLS_", "P11_KIT_", "KRB5", "GSS_", "LDAP", "UV_", "GLIBC_", "MALLOC_",
	    "ASAN_", "UBSAN_", "LSAN_", "TSAN_"};
	size_t n = strcspn(variable, "=");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i]) == n && strncmp(variable, names[i], n) == 0)
			return true;
	for (size_t i = 0; i < sizeof families / sizeof *families; i++)
		if (strncmp(variable, families[i], strlen(families[i])) == 0)
			return true;
	return false;
}

/* However it is spelled; there may be a password in it. */
static bool is_proxy(const char *variable)
{
	static const char *const names[] = {"http_proxy", "https_proxy", "all_proxy"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t n = strlen(names[i]);
		if (strncasecmp(variable, names[i], n) == 0 &&
		    (variable[n] == '=' || strncmp(variable + n, "_FILE=", 6) == 0))
			return true;
	}
	return false;
}

bool config_passes(const char *variable, unsigned readers)
{
	if (is_proxy(variable) && strncmp(variable, "HTTP_PROXY", 10) != 0)
		return readers & (CONFIG_READ_BY_BOT | CONFIG_READ_BY_OAUTH);
	for (size_t i = 0; i < ROWS; i++)
		if (is_of(variable, &table[i]))
			return !table[i].readers || (table[i].readers & readers);
	return is_of_a_library(variable);
}

void config_drop(struct config *c, unsigned readers)
{
	for (size_t i = 0; i < ROWS; i++)
		if (table[i].type == TYPE_SECRET &&
		    (!readers || (table[i].readers && !(table[i].readers & readers))))
			secret_finish(field(c, &table[i]));
}

/* Those of which it says so, and what they were. */
static void forget(bool (*unneeded)(const char *variable, unsigned readers), unsigned readers)
{
	char **kept = environ;
	for (char **variable = environ; variable && *variable; variable++) {
		if (unneeded(*variable, readers))
			wipe(*variable);
		else
			*kept++ = *variable;
	}
	if (kept)
		*kept = NULL;
}

static bool is_not_read(const char *variable, unsigned readers)
{
	return !config_passes(variable, readers);
}

void config_keep_environment(unsigned readers)
{
	forget(is_not_read, readers);
}

static bool is_secret(const char *variable, unsigned readers)
{
	(void)readers;
	for (size_t i = 0; i < ROWS; i++)
		if (table[i].type == TYPE_SECRET && is_of(variable, &table[i]))
			return variable[strlen(table[i].name)] == '=';
	return false;
}

void config_clear_environment(void)
{
	forget(is_secret, 0);
}

void config_forget(const char *name)
{
	char *value = getenv(name);
	if (value)
		wipe(value);
	(void)unsetenv(name);
}

unsigned config_readers(unsigned needs)
{
	return needs & CONFIG_NEEDS_TOKEN ? CONFIG_READ_BY_BOT
	       : needs                    ? CONFIG_READ_BY_OUTREACH
					  : CONFIG_READ_BY_ALL;
}

unsigned config_reader_of(const char *worker)
{
	return strcmp(worker, "bot") == 0        ? CONFIG_READ_BY_BOT
	       : strcmp(worker, "outreach") == 0 ? CONFIG_READ_BY_OUTREACH
	       : strcmp(worker, "oauth") == 0    ? CONFIG_READ_BY_OAUTH
						 : CONFIG_READ_BY_ALL;
}

unsigned config_readers_of_workers(void)
{
	unsigned readers = 0;
	struct buf value, problems;
	buf_init(&value, CONFIG_VALUE_MAX);
	buf_init(&problems, CONFIG_VALUE_MAX);
	for (size_t i = 0; i < ROWS; i++) {
		if (table[i].offset != offsetof(struct config, workers) ||
		    !raw_value(&table[i], &value, &problems))
			continue;
		(void)buf_text(&value);
		char *rest = value.data;
		for (char *name; (name = strsep(&rest, ",")) && (name = trim(name));)
			readers |= *name ? config_reader_of(name) : 0;
	}
	buf_finish(&value);
	buf_finish(&problems);
	readers &= CONFIG_READ_BY_STARTED;
	return readers ? readers : CONFIG_READ_BY_STARTED; /* it is going to be refused */
}

static bool is_in_small_letters_only(const struct config_row *row)
{
	return strcmp(row->name, "http_proxy") == 0; /* CGI makes HTTP_PROXY of a header */
}

/* As libcurl finds it: in small letters, else in capitals. */
static const char *proxy_of(const struct config_row *row)
{
	char name[32];
	const char *value = NULL;
	for (int upper = 0; upper < (is_in_small_letters_only(row) ? 1 : 2) && !value; upper++) {
		size_t n = 0;
		for (; row->name[n] && n + 1 < sizeof name; n++)
			name[n] = (char)(upper ? toupper((unsigned char)row->name[n])
					       : tolower((unsigned char)row->name[n]));
		name[n] = '\0';
		value = getenv(name);
		value = value && *value ? value : NULL;
	}
	return value;
}

/* As it is in force, and without a copy. */
static const char *url_of(const struct config *c, const struct config_row *row)
{
	switch (row->type) {
	case TYPE_SECRET:
		return secret_reveal(field(c, row));
	case TYPE_URL:
		return *(char **)field(c, row);
	case TYPE_PROXY:
		return proxy_of(row);
	case TYPE_TEXT:
	case TYPE_LISTEN:
	case TYPE_NUMBER:
	case TYPE_SWITCH:
	case TYPE_CHOICE:
	case TYPE_IDS:
	case TYPE_ZONE:
	case TYPE_READ_ELSEWHERE:
		break;
	}
	return NULL;
}

void config_each_url(const struct config *c, unsigned readers,
    void (*each)(const struct config_url *url, void *data), void *data)
{
	for (size_t i = 0; i < ROWS; i++) {
		const struct config_row *row = &table[i];
		const char *value = row->carries != CONFIG_CARRIES_NOTHING ? url_of(c, row) : NULL;
		if (!value || !*value || (row->readers && !(row->readers & readers)) ||
		    (row->carries == CONFIG_CARRIES_USER && !wire_has_password(value)) ||
		    (row->carries == CONFIG_CARRIES_TOKEN &&
			!secret_is_set((const struct secret *)((const char *)c + row->token))))
			continue;
		each(&(struct config_url){row->name, value, row->carries}, data);
	}
}

const char *config_name(size_t i)
{
	return i < ROWS ? table[i].name : NULL;
}

void config_each_given(void (*each)(const struct config_given *given, void *data), void *data)
{
	for (size_t i = 0; i < ROWS; i++) {
		struct config_row row = table[i];
		struct buf value, problems;
		char file_name[64];
		buf_init(&value, CONFIG_VALUE_MAX);
		buf_init(&problems, CONFIG_VALUE_MAX);
		(void)snprintf(file_name, sizeof file_name, "%s_FILE", row.name);
		const char *path = getenv(file_name);
		row.fallback = NULL;
		if (raw_value(&row, &value, &problems) && value.size > 0)
			each(&(struct config_given){.name = row.name,
				 .value = buf_text(&value),
				 .secret = row.type == TYPE_SECRET,
				 .path = path && *path ? path : NULL},
			    data);
		if (value.data)
			explicit_bzero(value.data, value.capacity);
		buf_finish(&value);
		buf_finish(&problems);
	}
}

/* What somebody else reads is neither read nor judged. */
static void leave_row(struct config *c, const struct config_row *row, struct buf *problems)
{
	char *value = row->fallback ? strdup(row->fallback) : NULL;
	if (row->fallback && (!value || !store(c, row, value)))
		buf_addf(problems, "%s: out of memory\n", row->name);
	free(value);
}

enum err config_load_for(struct config *c, unsigned needs, unsigned readers, struct buf *problems)
{
	*c = (struct config){0};
	size_t before = problems->size;
	for (size_t i = 0; i < ROWS; i++) {
		if (!table[i].readers || (table[i].readers & readers))
			load_row(c, &table[i], needs, problems);
		else
			leave_row(c, &table[i], problems);
	}
	return problems->size == before && !problems->failed ? ERR_OK : ERR_CONFIG;
}

unsigned config_needs_of_role(void)
{
	const char *role = getenv("SALESREG_ROLE");
	bool sends = !role || (strcmp(role, "outreach") != 0 && strcmp(role, "oauth") != 0);
	return CONFIG_NEEDS_DATABASE | (sends ? CONFIG_NEEDS_TOKEN : 0);
}

enum err config_load(struct config *c, unsigned needs, struct buf *problems)
{
	return config_load_for(c, needs, CONFIG_READ_BY_ALL | CONFIG_READ_BY_MIGRATE, problems);
}

void config_finish(struct config *c)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (table[i].type == TYPE_TEXT || table[i].type == TYPE_URL ||
		    table[i].type == TYPE_LISTEN)
			free(*(char **)field(c, &table[i]));
		else if (table[i].type == TYPE_SECRET)
			secret_finish(field(c, &table[i]));
	}
	*c = (struct config){0};
}

void config_describe(struct buf *out, bool markdown)
{
	if (markdown)
		buf_adds(out, "| name | default | form | |\n|---|---|---|---|\n");
	for (size_t i = 0; i < ROWS; i++) {
		const struct config_row *row = &table[i];
		const char *fallback = row->fallback ? row->fallback
				       : row->need   ? "required"
						     : "none";
		if (markdown)
			buf_addf(out, "| `%s` | %s | ", row->name, fallback);
		else
			buf_addf(out, "  %s\n      %s: ", row->name, row->about);
		if (markdown) {
			describe_rule(row, out);
			buf_addf(out, " | %s |\n", row->about);
		} else {
			describe_rule(row, out);
			buf_addf(out,
			    row->need && !row->fallback ? "; required\n" : "; default: %s\n",
			    fallback);
		}
	}
}

static void dump_ids(const struct config *c, struct buf *out)
{
	for (size_t i = 0; i < c->admin_count; i++)
		buf_addf(out, "%s%lld", i ? "," : "", (long long)c->admin_ids[i]);
}

enum { DUMP_UNITS = 200 };

static void dump_choice(const struct config_row *row, int64_t index, struct buf *out)
{
	const char *word = row->rule;
	while (index-- > 0)
		word = strchrnul(word, '|') + 1;
	buf_add(out, word, (size_t)(strchrnul(word, '|') - word));
}

/* Without whoever's account it is. An @ behind the host may be a password's, too, that was not escaped. */
static void dump_url(const char *url, struct buf *out)
{
	const char *at = url ? strrchr(url, '@') : NULL;
	const char *scheme = url ? strstr(url, "://") : NULL;
	if (at && scheme && scheme < at) {
		char *head = strndup(url, (size_t)(scheme + 3 - url));
		add_shown(out, head ? head : "?", DUMP_UNITS);
		free(head);
	}
	if (at)
		buf_adds(out, "[...]");
	add_shown(out, at ? at : url ? url : "", DUMP_UNITS);
}

void config_dump(const struct config *c, struct buf *out)
{
	for (size_t i = 0; i < ROWS; i++) {
		const struct config_row *row = &table[i];
		const char *text = NULL;
		buf_addf(out, "%s=", row->name);
		switch (row->type) {
		case TYPE_URL:
			dump_url(*(char **)field(c, row), out);
			break;
		case TYPE_TEXT:
		case TYPE_LISTEN:
			text = *(char **)field(c, row);
			add_shown(out, text ? text : "", DUMP_UNITS);
			break;
		case TYPE_SECRET:
			buf_adds(out, secret_is_set(field(c, row)) ? "(set)" : "(not set)");
			break;
		case TYPE_NUMBER:
			buf_add_i64(out, *(int64_t *)field(c, row));
			break;
		case TYPE_SWITCH:
			buf_adds(out, *(bool *)field(c, row) ? "true" : "false");
			break;
		case TYPE_CHOICE:
			dump_choice(row, *(int64_t *)field(c, row), out);
			break;
		case TYPE_IDS:
			dump_ids(c, out);
			break;
		case TYPE_PROXY:
			text = proxy_of(row);
			dump_url(text && value_secret(text) ? "(not shown)" : text, out);
			break;
		case TYPE_ZONE:
		case TYPE_READ_ELSEWHERE:
			text = getenv(row->name);
			text = text && secret_in(row, text) ? "(not shown)" : text;
			add_shown(out, text ? text : "", DUMP_UNITS);
			break;
		}
		buf_addc(out, '\n');
	}
}
