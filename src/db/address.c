#include "salesreg/db/address.h"
#include <libpq-fe.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TIMEOUT_S = 10, FOR_EVER_S = 3600 /* a thread must come back some day */ };

static const struct {
	const char *name, *value;
} ours[] = {
    {"keepalives_idle", "10"},
    {"keepalives_interval", "5"},
    {"keepalives_count", "2"},
    {"tcp_user_timeout", "20000"},
};

static int count_pieces(const char *list)
{
	int n = list != NULL;
	for (; list && *list; list++)
		n += *list == ',';
	return n;
}

static bool copy_piece(const char *list, int index, char *out, size_t size)
{
	for (; list && index > 0; index--) {
		list = strchr(list, ',');
		list = list ? list + 1 : NULL;
	}
	size_t length = list ? strcspn(list, ",") : size;
	if (length >= size)
		return false;
	memcpy(out, list, length);
	out[length] = '\0';
	return true;
}

/* libpq takes a host, an address and a port of each list, or one port for all. */
static void list_hosts(struct db_address *a, const char *names, const char *addresses,
    const char *ports, const char *default_port)
{
	int n = count_pieces(names), m = count_pieces(addresses), count = n > m ? n : m;
	int p = count_pieces(ports);
	a->names_host = count > 0;
	a->several = count > 1;
	if (count > DB_HOSTS_MOST || (n && m && n != m) || (p > 1 && p != count))
		return;
	bool is_default = false;
	for (int i = 0; i < count; i++) {
		struct db_host *h = &a->hosts[i];
		if ((n && !copy_piece(names, i, h->name, sizeof h->name)) ||
		    (m && !copy_piece(addresses, i, h->address, sizeof h->address)) ||
		    (p && !copy_piece(ports, p > 1 ? i : 0, h->port, sizeof h->port)))
			return;
		is_default |= n && !h->name[0];
		if (!h->port[0] && !copy_piece(default_port, 0, h->port, sizeof h->port))
			return;
	}
	a->listed = count;
	/* an empty host means a default that is libpq's to know: the socket it was built for */
	a->count = is_default ? 0 : count;
}

/*
 * Only libpq knows what it makes of URI, service and environment, and it tells that of a connection alone. This one cannot
 * begin: it is refused for a value that does not exist, after all has been put together and before anything is looked up.
 */
static PGconn *put_together_for(const char *uri, const struct db_host *host)
{
	const char *const names[] = {
	    "dbname", "target_session_attrs", "host", "hostaddr", "port", NULL};
	/* what is empty is as if it were not there; what comes later counts */
	const char *const values[] = {
	    uri, "none-such", host->name, host->address, host->port, NULL};
	return PQconnectStartParams(names, values, 1);
}

static PGconn *put_together(const char *uri)
{
	return put_together_for(uri, &(const struct db_host){.name = ""});
}

/* libpq's default place for it, as it finds it: PQconninfo() tells only what was said. */
static bool root_certificate_exists(const char *named)
{
	struct stat found;
	char path[PATH_MAX];
	if (named)
		return stat(named, &found) == 0;
	const char *home = getenv("HOME");
	if (!home || !*home) {
		const struct passwd *user = getpwuid(geteuid());
		home = user ? user->pw_dir : "";
	}
	int n = snprintf(path, sizeof path, "%s/.postgresql/root.crt", home);
	return n > 0 && (size_t)n < sizeof path && stat(path, &found) == 0;
}

void db_address_read(struct db_address *a, const char *uri)
{
	const char *hosts = NULL, *addresses = NULL, *ports = NULL, *port = NULL, *root = NULL;
	int timeout_s = TIMEOUT_S;
	size_t left_to_us = 0;
	*a = (struct db_address){.count = 0};
	PGconn *unused = put_together(uri);
	PQconninfoOption *options = PQconninfo(unused);
	for (const PQconninfoOption *o = options; o && o->keyword; o++) {
		const char *value = o->val && o->val[0] ? o->val : NULL;
		if (strcmp(o->keyword, "host") == 0) {
			hosts = value;
		} else if (strcmp(o->keyword, "hostaddr") == 0) {
			addresses = value;
		} else if (strcmp(o->keyword, "port") == 0) {
			ports = value;
			port = o->compiled;
		} else if (strcmp(o->keyword, "connect_timeout") == 0 && value) {
			timeout_s = (int)strtol(value, NULL, 10);
		} else if (strcmp(o->keyword, "sslmode") == 0 && value) {
			(void)snprintf(a->ssl_mode, sizeof a->ssl_mode, "%s", value);
		} else if (strcmp(o->keyword, "sslrootcert") == 0) {
			root = value;
		} else if (strcmp(o->keyword, "gssencmode") == 0 && value) {
			a->needs_gss = strcmp(value, "require") == 0;
			a->wants_gss |= a->needs_gss;
		} else if (strcmp(o->keyword, "krbsrvname") == 0 && value) {
			a->wants_gss |= !o->compiled || strcmp(value, o->compiled) != 0;
		}
		for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
			if (!value && strcmp(o->keyword, ours[i].name) == 0) {
				a->names[left_to_us] = ours[i].name;
				a->values[left_to_us++] = ours[i].value;
			}
	}
	a->verifies = strncmp(a->ssl_mode, "verify-", 7) == 0 ||
		      (strcmp(a->ssl_mode, "require") == 0 && root_certificate_exists(root));
	list_hosts(a, hosts, addresses, ports, port);
	a->timeout_s = timeout_s <= 0 ? FOR_EVER_S : timeout_s == 1 ? 2 : timeout_s;
	PQconninfoFree(options);
	PQfinish(unused);
}

enum wire_reach db_address_reach(const struct db_address *a, char host[256])
{
	enum wire_reach worst = WIRE_HERE;
	if (a->needs_gss || a->verifies)
		return WIRE_HERE;
	for (int i = 0; i < a->listed; i++) {
		const struct db_host *h = &a->hosts[i];
		const char *where = h->address[0] ? h->address : h->name;
		/* a socket: libpq's default, one in the file system, or an abstract one */
		if (!where[0] || where[0] == '/' || where[0] == '@')
			continue;
		enum wire_reach reach = wire_reach(where);
		if (reach <= worst)
			continue;
		worst = reach;
		(void)snprintf(host, 256, "%s", h->name[0] ? h->name : h->address);
	}
	if (!a->names_host || a->listed > 0)
		return worst;
	(void)snprintf(host, 256, "its host");
	return WIRE_AWAY;
}

static bool is_example(PGconn *unused)
{
	const char *password = PQpass(unused);
	bool found = password && strcmp(password, "changeme") == 0;
	PQfinish(unused); /* which wipes it */
	return found;
}

bool db_address_has_example_password(const char *uri)
{
	struct db_address a;
	db_address_read(&a, uri);
	bool found = is_example(put_together(uri));
	/* a password file may have another one for each host, and libpq tells the first one's */
	for (int i = 0; i < a.listed && !found; i++)
		found = is_example(put_together_for(uri, &a.hosts[i]));
	return found;
}

bool db_address_is_readable(const char *uri)
{
	PQconninfoOption *options = PQconninfoParse(uri, NULL);
	PQconninfoFree(options);
	return options;
}

bool db_address_has_password(const char *uri)
{
	PQconninfoOption *options = PQconninfoParse(uri, NULL);
	bool found = false;
	for (const PQconninfoOption *o = options; o && o->keyword; o++)
		if (strcmp(o->keyword, "password") == 0 && o->val) {
			found = true;
			explicit_bzero(o->val, strlen(o->val));
		}
	PQconninfoFree(options);
	return found;
}
