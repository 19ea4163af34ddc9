/*
 * What stays in the environment, for whom, and what is wiped out of it.
 */
#include "config_private.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void wipe(char *text)
{
	explicit_bzero(text, strlen(text));
}

bool config_put(const struct config_row *row, const char *value)
{
	char file[64], *before = getenv(row->name), **own = config_placed(row);
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
	for (const struct config_row *row = config_table; row->name; row++)
		if (is_of(variable, row))
			return !row->readers || (row->readers & readers);
	return is_of_a_library(variable);
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
	for (const struct config_row *row = config_table; row->name; row++)
		if (row->type == TYPE_SECRET && is_of(variable, row))
			return variable[strlen(row->name)] == '=';
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
	return needs & CONFIG_NEEDS_TOKEN    ? CONFIG_READ_BY_BOT
	       : needs & CONFIG_NEEDS_GOOGLE ? CONFIG_READ_BY_OAUTH
	       : needs                       ? CONFIG_READ_BY_OUTREACH
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
	if (config_raw_value(config_row_of("WORKERS"), &value, &problems)) {
		(void)buf_text(&value);
		char *rest = value.data;
		for (char *name; (name = strsep(&rest, ",")) && (name = config_trim(name));)
			readers |= *name ? config_reader_of(name) : 0;
	}
	buf_clear(&value);
	/* while the calendar is off, its worker is not started, and nobody reads what is its own */
	if (config_raw_value(config_row_of("GOOGLE_CLIENT_ID"), &value, &problems) &&
	    strspn(buf_text(&value), " \t\r\n") == value.size)
		readers &= ~(unsigned)CONFIG_READ_BY_OAUTH;
	buf_finish(&value);
	buf_finish(&problems);
	return readers ? readers : CONFIG_READ_BY_ALL; /* it is going to be refused */
}

unsigned config_needs_of_role(void)
{
	const char *role = getenv("SALESREG_ROLE");
	bool sends = !role || (strcmp(role, "outreach") != 0 && strcmp(role, "oauth") != 0);
	bool calls_google = role && strcmp(role, "oauth") == 0;
	return CONFIG_NEEDS_DATABASE | (sends ? CONFIG_NEEDS_TOKEN : 0) |
	       (calls_google ? CONFIG_NEEDS_GOOGLE : 0);
}
