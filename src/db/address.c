#include "salesreg/db/address.h"
#include "salesreg/base/wire.h"
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	for (int i = 0; i < count; i++) {
		struct db_host *h = &a->hosts[i];
		if ((n && (!copy_piece(names, i, h->name, sizeof h->name) || !h->name[0])) ||
		    (m && !copy_piece(addresses, i, h->address, sizeof h->address)) ||
		    (p && !copy_piece(ports, p > 1 ? i : 0, h->port, sizeof h->port)))
			return; /* an empty host means a default that is libpq's to know */
		if (!h->port[0] && !copy_piece(default_port, 0, h->port, sizeof h->port))
			return;
	}
	a->count = count;
}

/*
 * Only libpq knows what it makes of URI, service and environment, and it tells that of a connection alone. This one cannot
 * begin: it is refused for a value that does not exist, after all has been put together and before anything is looked up.
 */
static PGconn *put_together(const char *uri)
{
	const char *const names[] = {"dbname", "target_session_attrs", NULL};
	const char *const values[] = {uri, "none-such", NULL};
	return PQconnectStartParams(names, values, 1);
}

void db_address_read(struct db_address *a, const char *uri)
{
	const char *hosts = NULL, *addresses = NULL, *ports = NULL, *port = NULL;
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
		} else if (strcmp(o->keyword, "gssencmode") == 0 && value) {
			a->needs_gss = strcmp(value, "require") == 0;
		}
		for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
			if (!value && strcmp(o->keyword, ours[i].name) == 0) {
				a->names[left_to_us] = ours[i].name;
				a->values[left_to_us++] = ours[i].value;
			}
	}
	list_hosts(a, hosts, addresses, ports, port);
	a->timeout_s = timeout_s <= 0 ? FOR_EVER_S : timeout_s == 1 ? 2 : timeout_s;
	PQconninfoFree(options);
	PQfinish(unused);
}

bool db_address_is_open(const struct db_address *a, char host[256])
{
	if (a->needs_gss || strncmp(a->ssl_mode, "verify-", 7) == 0)
		return false;
	for (int i = 0; i < a->count; i++) {
		const struct db_host *h = &a->hosts[i];
		const char *where = h->address[0] ? h->address : h->name;
		/* a socket in the file system, or an abstract one */
		if (where[0] == '/' || where[0] == '@' || wire_is_here(where))
			continue;
		(void)snprintf(host, 256, "%s", h->name[0] ? h->name : h->address);
		return true;
	}
	(void)snprintf(host, 256, "its host");
	return a->names_host && a->count == 0;
}

static bool has_password(const char *uri, const char *wanted)
{
	PQconninfoOption *options = PQconninfoParse(uri, NULL);
	bool found = false;
	for (const PQconninfoOption *o = options; o && o->keyword; o++)
		if (strcmp(o->keyword, "password") == 0 && o->val) {
			found = !wanted || strcmp(o->val, wanted) == 0;
			explicit_bzero(o->val, strlen(o->val));
		}
	PQconninfoFree(options);
	return found;
}

bool db_address_has_example_password(const char *uri)
{
	return has_password(uri, "changeme");
}

bool db_address_has_password(const char *uri)
{
	return has_password(uri, NULL);
}
