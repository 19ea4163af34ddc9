#include "salesreg/db/connect.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/log.h"
#include "salesreg/db/statement.h"
#include <arpa/inet.h>
#include <ctype.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	HOSTS_MOST = 16,
	CANDIDATES_MOST = 32,
	TIMEOUT_S = 10,
	NEXT_ADDRESS_MS = 300,
	OTHER_HOSTS_MS = 300, /* once one has accepted */
	POOLER_ROUNDS = 8,
};

/* One address that may lead to the server. */
struct candidate {
	int host; /* its place in the URI */
	char address[64];
	enum { CANDIDATE_WAITING, CANDIDATE_CONNECTING, CANDIDATE_OPEN, CANDIDATE_FAILED } state;
	int64_t started_us;
	PGconn *pg;
	PostgresPollingStatusType wants;
};

struct attempt {
	const char *uri, *application_name;
	char *hosts, *addresses, *ports; /* of the URI, comma-separated; NULL: not said */
	char host[HOSTS_MOST][256], address[HOSTS_MOST][64], port[HOSTS_MOST][16];
	int host_count;
	bool any_server; /* whatever target_session_attrs says */
	struct candidate candidates[CANDIDATES_MOST];
	int count;
	int64_t deadline_us, first_open_us;
};

static void ignore_notice(void *unused, const PGresult *result)
{
	(void)unused;
	log_debug("the database notes: %.*s", (int)strcspn(PQresultErrorMessage(result), "\n"),
	    PQresultErrorMessage(result));
}

/* The order is the point: what stands before dbname is a default, what stands after it wins over the URI. */
static PGconn *begin(const struct attempt *a, const struct candidate *c)
{
	const char *names[16], *values[16];
	int n = 0;
#define PUT(name, value) (names[n] = (name), values[n++] = (value))
	PUT("keepalives_idle", "10");
	PUT("keepalives_interval", "5");
	PUT("keepalives_count", "2");
	PUT("tcp_user_timeout", "20000");
	PUT("dbname", a->uri);
	PUT("application_name", a->application_name);
	PUT("client_encoding", "UTF8");
	if (a->host_count > 0) {
		PUT("host", a->host[c->host]);
		PUT("port", a->port[c->host]);
		if (c->address[0])
			PUT("hostaddr", c->address);
	}
	if (a->any_server)
		PUT("target_session_attrs", "any");
#undef PUT
	names[n] = values[n] = NULL;
	PGconn *pg = PQconnectStartParams(names, values, 1);
	if (pg) {
		(void)PQsetNoticeReceiver(pg, ignore_notice, NULL);
		(void)PQsetErrorVerbosity(pg, PQERRORS_VERBOSE); /* the only way to its SQLSTATE */
	}
	return pg;
}

/* What the server or libpq said, without SQLSTATE and source location, which are taken out. */
static void note_failure(struct db_failure *failure, const char *message)
{
	size_t length = strcspn(message, "\n");
	const char *code = NULL;
	failure->sqlstate[0] = '\0';
	for (const char *p = message; (p = strstr(p, ":  ")) && p < message + length; p++) {
		bool good = strlen(p) > 9 && p[8] == ':' && p[9] == ' ';
		for (int i = 3; good && i < 8; i++)
			good = isdigit((unsigned char)p[i]) || isupper((unsigned char)p[i]);
		if (good)
			code = p;
	}
	if (!code) {
		(void)snprintf(failure->why, sizeof failure->why, "%.*s", (int)length, message);
		return;
	}
	memcpy(failure->sqlstate, code + 3, 5);
	failure->sqlstate[5] = '\0';
	int head = (int)(code - message) + 1;
	(void)snprintf(failure->why, sizeof failure->why, "%.*s %.*s", head, message,
	    (int)(length - (size_t)(head + 9)), message + head + 9);
}

/* Addresses ----------------------------------------------------------------------------------------------------------*/

static const char *piece(const char *list, int index, size_t *length)
{
	for (; list && index > 0; index--) {
		list = strchr(list, ',');
		list = list ? list + 1 : NULL;
	}
	*length = list ? strcspn(list, ",") : 0;
	return list;
}

static bool copy_piece(const char *list, int index, char *out, size_t size)
{
	size_t length;
	const char *from = piece(list, index, &length);
	if (!from || length >= size)
		return false;
	memcpy(out, from, length);
	out[length] = '\0';
	return true;
}

static int count_pieces(const char *list)
{
	int n = list != NULL;
	for (; list && *list; list++)
		n += *list == ',';
	return n;
}

static void add_candidate(struct attempt *a, int host, const char *address)
{
	if (a->count == CANDIDATES_MOST)
		return;
	struct candidate *c = &a->candidates[a->count++];
	c->host = host;
	(void)snprintf(c->address, sizeof c->address, "%s", address);
}

/* The addresses of a host name; a name that cannot be looked up is left to libpq, whose message says why. */
static void resolve(struct attempt *a, int host)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *found = NULL;
	if (a->address[host][0] || !a->host[host][0] || a->host[host][0] == '/' ||
	    a->host[host][0] == '@' || getaddrinfo(a->host[host], NULL, &hints, &found) != 0) {
		add_candidate(a, host, a->address[host]);
		return;
	}
	for (const struct addrinfo *i = found; i; i = i->ai_next) {
		char text[64];
		if (getnameinfo(
			i->ai_addr, i->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST) == 0)
			add_candidate(a, host, text);
	}
	freeaddrinfo(found);
}

/*
 * The hosts of the URI, each with its port. Where the URI says none (a service file, PGHOST, the default socket) there is
 * one candidate, and libpq finds the way itself.
 */
static void list_candidates(struct attempt *a)
{
	int hosts = count_pieces(a->hosts), addresses = count_pieces(a->addresses);
	int ports = count_pieces(a->ports), count = hosts > addresses ? hosts : addresses;
	if (count > HOSTS_MOST || (hosts && addresses && hosts != addresses) ||
	    (ports > 1 && ports != count))
		count = 0; /* libpq says what is wrong with it */
	for (int i = 0; i < count; i++) {
		if ((hosts && (!copy_piece(a->hosts, i, a->host[i], sizeof a->host[i]) ||
				  !a->host[i][0])) ||
		    (addresses &&
			!copy_piece(a->addresses, i, a->address[i], sizeof a->address[i])) ||
		    (ports &&
			!copy_piece(a->ports, ports > 1 ? i : 0, a->port[i], sizeof a->port[i])))
			count = 0; /* an empty host means a default that is libpq's to know */
	}
	a->host_count = count;
	for (int i = 0; i < count; i++)
		resolve(a, i);
	if (a->count == 0) {
		a->host_count = 0;
		add_candidate(a, 0, "");
	}
}

/* Reads the URI; returns connect_timeout in seconds, or the default. */
static int read_uri(struct attempt *a)
{
	int timeout_s = TIMEOUT_S;
	PQconninfoOption *options = PQconninfoParse(a->uri, NULL);
	for (const PQconninfoOption *o = options; o && o->keyword; o++) {
		if (!o->val || !o->val[0])
			continue;
		if (strcmp(o->keyword, "host") == 0)
			a->hosts = strdup(o->val);
		else if (strcmp(o->keyword, "hostaddr") == 0)
			a->addresses = strdup(o->val);
		else if (strcmp(o->keyword, "port") == 0)
			a->ports = strdup(o->val);
		else if (strcmp(o->keyword, "connect_timeout") == 0)
			timeout_s = (int)strtol(o->val, NULL, 10);
	}
	PQconninfoFree(options);
	if (timeout_s <= 0)
		return 3600; /* libpq: wait for ever; a thread must come back some day */
	return timeout_s == 1 ? 2 : timeout_s;
}

static void free_uri(struct attempt *a)
{
	free(a->hosts);
	free(a->addresses);
	free(a->ports);
}

/* Trying -------------------------------------------------------------------------------------------------------------*/

static void start(struct attempt *a, struct candidate *c)
{
	c->state = CANDIDATE_CONNECTING;
	c->started_us = clock_monotonic_us();
	c->wants = PGRES_POLLING_WRITING;
	c->pg = begin(a, c);
	if (!c->pg || PQstatus(c->pg) == CONNECTION_BAD)
		c->state = CANDIDATE_FAILED;
}

/* The first candidate of each host at once; the next one of a host when the last one failed or is silent. */
static void start_due(struct attempt *a, int64_t now)
{
	for (int i = 0; i < a->count; i++) {
		struct candidate *c = &a->candidates[i], *before = i > 0 ? c - 1 : NULL;
		if (c->state != CANDIDATE_WAITING)
			continue;
		if (!before || before->host != c->host || before->state == CANDIDATE_FAILED ||
		    (before->state == CANDIDATE_CONNECTING &&
			now - before->started_us >= NEXT_ADDRESS_MS * 1000))
			start(a, c);
	}
}

static void advance(struct attempt *a, struct candidate *c)
{
	c->wants = PQconnectPoll(c->pg);
	if (c->wants == PGRES_POLLING_FAILED) {
		c->state = CANDIDATE_FAILED;
	} else if (c->wants == PGRES_POLLING_OK) {
		c->state = CANDIDATE_OPEN;
		if (a->first_open_us == 0)
			a->first_open_us = clock_monotonic_us();
	}
}

/* One is open, and the others have had their time; or none is left. */
static bool is_decided(const struct attempt *a, int64_t now)
{
	bool answered[HOSTS_MOST] = {false}, open = false, pending = false;
	for (int i = 0; i < a->count; i++) {
		if (a->candidates[i].state == CANDIDATE_OPEN)
			open = answered[a->candidates[i].host] = true;
	}
	/* another address of a host that has answered would be the same server */
	for (int i = 0; i < a->count; i++)
		pending |= a->candidates[i].state <= CANDIDATE_CONNECTING &&
			   !answered[a->candidates[i].host];
	if (open)
		return !pending || now - a->first_open_us >= OTHER_HOSTS_MS * 1000;
	return !pending || now >= a->deadline_us;
}

static void wait_for_sockets(struct attempt *a)
{
	struct pollfd fds[CANDIDATES_MOST];
	struct candidate *whose[CANDIDATES_MOST];
	nfds_t n = 0;
	int64_t now = clock_monotonic_us(), pause_ms = (a->deadline_us - now) / 1000 + 1;
	bool waiting = a->first_open_us != 0;
	for (int i = 0; i < a->count; i++) {
		struct candidate *c = &a->candidates[i];
		waiting |= c->state == CANDIDATE_WAITING;
		if (c->state != CANDIDATE_CONNECTING)
			continue;
		whose[n] = c;
		fds[n++] = (struct pollfd){.fd = PQsocket(c->pg),
		    .events = c->wants == PGRES_POLLING_READING ? POLLIN : POLLOUT};
	}
	if (waiting && pause_ms > 50)
		pause_ms = 50;
	if (poll(fds, n, (int)(pause_ms > 0 ? pause_ms : 0)) <= 0)
		return;
	for (nfds_t i = 0; i < n; i++)
		if (fds[i].revents)
			advance(a, whose[i]);
}

static void try_all(struct attempt *a)
{
	for (;;) {
		int64_t now = clock_monotonic_us();
		start_due(a, now);
		if (is_decided(a, now))
			return;
		wait_for_sockets(a);
	}
}

/* Which of two open ones to take: writable before standby, then the later timeline, then the earlier in the URI. */
static bool is_better(struct candidate *c, struct candidate *best)
{
	struct db_identity mine, its;
	if (!best)
		return true;
	if (c->host == best->host || !db_identify(c->pg, &mine))
		return false;
	return !db_identify(best->pg, &its) || mine.timeline > its.timeline;
}

/* Ends all but the one to return: an open one, else the first whose server said why it refuses, else the first. */
static PGconn *choose(struct attempt *a, struct db_failure *failure)
{
	struct candidate *best = NULL, *saying = NULL;
	for (int i = 0; i < a->count; i++)
		if (a->candidates[i].state == CANDIDATE_OPEN && is_better(&a->candidates[i], best))
			best = &a->candidates[i];
	for (int i = 0; !best && i < a->count; i++) {
		struct candidate *c = &a->candidates[i];
		struct db_failure said = {.why = ""};
		if (c->state == CANDIDATE_WAITING)
			continue;
		if (c->state == CANDIDATE_CONNECTING)
			(void)snprintf(said.why, sizeof said.why,
			    "no answer from %.100s%s%.64s port %.8s within the time allowed",
			    a->host_count ? a->host[c->host] : "the server",
			    c->address[0] ? " " : "", c->address, c->pg ? PQport(c->pg) : "?");
		else
			note_failure(&said, c->pg ? PQerrorMessage(c->pg) : "out of memory");
		if (!saying || (said.sqlstate[0] && !failure->sqlstate[0])) {
			saying = c;
			*failure = said;
		}
	}
	struct candidate *taken = best ? best : saying;
	for (int i = 0; i < a->count; i++)
		if (&a->candidates[i] != taken)
			PQfinish(a->candidates[i].pg);
	if (best)
		return best->pg;
	if (taken && taken->state == CANDIDATE_FAILED)
		return taken->pg;
	if (taken)
		PQfinish(taken->pg);
	return NULL;
}

PGconn *db_connect_blocking(
    const char *uri, const char *application_name, int timeout_ms, struct db_failure *failure)
{
	struct attempt *a = calloc(1, sizeof *a);
	if (!a)
		abort();
	*failure = (struct db_failure){.sqlstate = ""};
	a->uri = uri;
	a->application_name = application_name;
	int timeout_s = read_uri(a);
	a->deadline_us =
	    clock_monotonic_us() + (timeout_ms > 0 ? timeout_ms : (int64_t)timeout_s * 1000) * 1000;
	list_candidates(a);
	try_all(a);
	PGconn *pg = choose(a, failure);
	if (pg && PQstatus(pg) == CONNECTION_OK)
		(void)PQsetErrorVerbosity(pg, PQERRORS_DEFAULT);
	free_uri(a);
	free(a);
	return pg;
}

bool db_adopt_search_path(PGconn *pg)
{
	static const enum sql_statement statements[] = {
	    SQL_SESSION_PATH_SHUT, SQL_SESSION_PATH_OPEN};
	for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
		PGresult *result = db_exec_blocking(pg, sql_statement(statements[i])->text);
		bool good = PQresultStatus(result) == PGRES_TUPLES_OK;
		PQclear(result);
		if (!good)
			return false;
	}
	return true;
}

/* Who is there -------------------------------------------------------------------------------------------------------*/

PGresult *db_exec_blocking(PGconn *pg, const char *sql)
{
	int64_t end_us = clock_monotonic_us() + (int64_t)DB_BLOCKING_MS * 1000;
	PGresult *last = NULL;
	if (!PQsendQuery(pg, sql))
		return NULL;
	for (;;) {
		while (PQisBusy(pg)) {
			int64_t left_ms = (end_us - clock_monotonic_us()) / 1000;
			struct pollfd fd = {.fd = PQsocket(pg), .events = POLLIN};
			if (left_ms <= 0 ||
			    !(poll(&fd, 1, (int)left_ms) < 1 || PQconsumeInput(pg))) {
				PQclear(last);
				return NULL;
			}
		}
		PGresult *result = PQgetResult(pg);
		if (!result)
			return last;
		PQclear(last);
		last = result;
	}
}

static PGresult *ask(PGconn *pg, enum sql_statement statement)
{
	PGresult *result = db_exec_blocking(pg, sql_statement(statement)->text);
	if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1)
		return result;
	PQclear(result);
	return NULL;
}

bool db_identify(PGconn *pg, struct db_identity *identity)
{
	*identity = (struct db_identity){.system = ""};
	PGresult *server = ask(pg, SQL_SERVER_IDENTITY);
	if (!server)
		return false;
	identity->timeline = strtoll(PQgetvalue(server, 0, 0), NULL, 10);
	identity->started_us = strtoll(PQgetvalue(server, 0, 1), NULL, 10);
	PQclear(server);
	const char *host = PQhostaddr(pg);
	(void)snprintf(identity->where, sizeof identity->where, "%s port %s",
	    host && *host ? host : PQhost(pg), PQport(pg));
	/* a service may keep this function from its users; then timelines are compared without it */
	PGresult *system = ask(pg, SQL_SERVER_SYSTEM);
	if (system)
		(void)snprintf(
		    identity->system, sizeof identity->system, "%s", PQgetvalue(system, 0, 0));
	PQclear(system);
	return PQstatus(pg) == CONNECTION_OK;
}

bool db_has_several_hosts(const char *uri)
{
	struct attempt a = {.uri = uri};
	(void)read_uri(&a);
	bool several = count_pieces(a.hosts) > 1 || count_pieces(a.addresses) > 1;
	free_uri(&a);
	return several;
}

size_t db_identify_hosts(const char *uri, struct db_identity *identities, size_t most)
{
	size_t count = 0;
	struct attempt *hosts = calloc(1, sizeof *hosts);
	if (!hosts)
		abort();
	hosts->uri = uri;
	int timeout_s = read_uri(hosts);
	list_candidates(hosts);
	for (int i = 0; i < hosts->count && count < most; i++) {
		struct attempt one = {
		    .uri = uri, .application_name = "salesreg probe", .any_server = true};
		struct candidate *c = one.candidates;
		one.deadline_us = clock_monotonic_us() + (int64_t)timeout_s * 1000 * 1000;
		one.host_count = hosts->host_count > 0;
		memcpy(one.host[0], hosts->host[hosts->candidates[i].host], sizeof one.host[0]);
		memcpy(one.port[0], hosts->port[hosts->candidates[i].host], sizeof one.port[0]);
		add_candidate(&one, 0, hosts->candidates[i].address);
		try_all(&one);
		if (c->state == CANDIDATE_OPEN && db_identify(c->pg, &identities[count]))
			count++;
		PQfinish(c->pg);
	}
	free_uri(hosts);
	free(hosts);
	return count;
}

static int session_of(PGconn *pg)
{
	PGresult *result = ask(pg, SQL_SERVER_SESSION);
	int pid = result ? (int)strtol(PQgetvalue(result, 0, 0), NULL, 10) : -1;
	PQclear(result);
	return pid;
}

static void run(PGconn *pg, enum sql_statement statement)
{
	PQclear(db_exec_blocking(pg, sql_statement(statement)->text));
}

/*
 * A pooler of any kind shows itself by the number of the session that it reports, which is not the server's. A transaction
 * pooler then gives two connections one session, or one connection another session while its own is lent to somebody.
 */
bool db_is_transaction_pooler(PGconn *pg, const char *uri)
{
	struct db_failure failure;
	int first = session_of(pg);
	if (first < 0 || first == PQbackendPID(pg))
		return false;
	PGconn *other = db_connect_blocking(uri, "salesreg probe", 0, &failure);
	bool found = false;
	for (int round = 0; round < POOLER_ROUNDS && !found && PQstatus(other) == CONNECTION_OK;
	     round++) {
		run(other, SQL_TX_BEGIN);
		int its = session_of(other);
		found = its == first || session_of(pg) != first;
		run(other, SQL_TX_COMMIT);
		/* more than once: a pooler that takes turns might give each the same one again */
		for (int i = 0; i < 3 && !found; i++)
			found = session_of(pg) != first;
	}
	PQfinish(other);
	return found;
}

bool db_answers(
    const char *uri, const char *host, const char *address, const char *port, int timeout_ms)
{
	struct attempt *a = calloc(1, sizeof *a);
	if (!a)
		abort();
	a->uri = uri;
	a->application_name = "salesreg probe";
	a->any_server = true;
	a->deadline_us = clock_monotonic_us() + (int64_t)timeout_ms * 1000;
	a->host_count = 1;
	(void)snprintf(a->host[0], sizeof a->host[0], "%s", host);
	(void)snprintf(a->port[0], sizeof a->port[0], "%s", port);
	add_candidate(a, 0, address);
	struct candidate *c = a->candidates;
	try_all(a);
	struct db_failure said = {.sqlstate = ""};
	if (c->state == CANDIDATE_FAILED && c->pg)
		note_failure(&said, PQerrorMessage(c->pg));
	/* a refusal that has an SQLSTATE comes from a server that lives */
	bool alive = c->state == CANDIDATE_OPEN || said.sqlstate[0];
	PQfinish(c->pg);
	free(a);
	return alive;
}
