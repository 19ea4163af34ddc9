#include "salesreg/db/connect.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/log.h"
#include "salesreg/db/address.h"
#include "salesreg/db/statement.h"
#include <arpa/inet.h>
#include <ctype.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	CANDIDATES_MOST = 32,
	NEXT_ADDRESS_MS = 300,
	OTHER_HOSTS_MS = 300,    /* once one has accepted that can be written to */
	STANDBY_ONLY_MS = 10000, /* once a standby has accepted */
	POOLER_ROUNDS = 8,
};

/* One address that may lead to the server. */
struct candidate {
	int host; /* its place in the URI */
	char address[64];
	enum { CANDIDATE_WAITING, CANDIDATE_CONNECTING, CANDIDATE_OPEN, CANDIDATE_FAILED } state;
	bool standby; /* known once it is open */
	int64_t started_us;
	PGconn *pg;
	PostgresPollingStatusType wants;
};

struct attempt {
	const char *uri, *application_name;
	struct db_address to;
	bool any_server; /* whatever target_session_attrs says */
	struct candidate candidates[CANDIDATES_MOST];
	int count;
	int64_t deadline_us, primary_open_us, standby_open_us; /* 0: none is */
};

static void ignore_notice(void *unused, const PGresult *result)
{
	(void)unused;
	log_debug("the database notes: %.*s", (int)strcspn(PQresultErrorMessage(result), "\n"),
	    PQresultErrorMessage(result));
}

/* What stands after dbname wins over the URI, and all of it over the service and the environment. */
static PGconn *begin(const struct attempt *a, const struct candidate *c)
{
	const char *names[16], *values[16];
	int n = 0;
#define PUT(name, value) (names[n] = (name), values[n++] = (value))
	for (int i = 0; a->to.names[i]; i++)
		PUT(a->to.names[i], a->to.values[i]);
	PUT("dbname", a->uri);
	PUT("application_name", a->application_name);
	PUT("client_encoding", "UTF8");
	if (a->to.count > 0) {
		PUT("host", a->to.hosts[c->host].name);
		PUT("port", a->to.hosts[c->host].port);
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
	const struct db_host *h = &a->to.hosts[host];
	if (h->address[0] || !h->name[0] || h->name[0] == '/' || h->name[0] == '@' ||
	    getaddrinfo(h->name, NULL, &hints, &found) != 0) {
		add_candidate(a, host, h->address);
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

/* Where no host is said (the default socket) there is one candidate, and libpq finds the way itself. */
static void list_candidates(struct attempt *a)
{
	for (int i = 0; i < a->to.count; i++)
		resolve(a, i);
	if (a->count == 0) {
		a->to.count = 0;
		add_candidate(a, 0, "");
	}
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

/* The first candidate of each host at once; the next one of a host when the last one failed, is silent or a standby. */
static void start_due(struct attempt *a, int64_t now)
{
	for (int i = 0; i < a->count; i++) {
		struct candidate *c = &a->candidates[i], *before = i > 0 ? c - 1 : NULL;
		if (c->state != CANDIDATE_WAITING)
			continue;
		if (!before || before->host != c->host || before->state == CANDIDATE_FAILED ||
		    before->standby ||
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
		const char *standby = PQparameterStatus(c->pg, "in_hot_standby");
		c->state = CANDIDATE_OPEN;
		c->standby = standby && strcmp(standby, "on") == 0;
		int64_t *since = c->standby ? &a->standby_open_us : &a->primary_open_us;
		if (*since == 0)
			*since = clock_monotonic_us();
	}
}

/*
 * One is open, and the others have had their time; or none is left. A standby is of use only where there is no primary, so
 * it cuts nobody's time short: a near standby would always be ahead of a far primary.
 */
static bool is_decided(const struct attempt *a, int64_t now)
{
	bool answered[DB_HOSTS_MOST] = {false}, pending = false;
	for (int i = 0; i < a->count; i++) {
		const struct candidate *c = &a->candidates[i];
		answered[c->host] |= c->state == CANDIDATE_OPEN && !c->standby;
	}
	/* another address of a host that has answered would be the same server */
	for (int i = 0; i < a->count; i++)
		pending |= a->candidates[i].state <= CANDIDATE_CONNECTING &&
			   !answered[a->candidates[i].host];
	if (a->primary_open_us)
		return !pending || now - a->primary_open_us >= OTHER_HOSTS_MS * 1000;
	return !pending || now >= a->deadline_us ||
	       (a->standby_open_us && now - a->standby_open_us >= STANDBY_ONLY_MS * 1000);
}

static void wait_for_sockets(struct attempt *a)
{
	struct pollfd fds[CANDIDATES_MOST];
	struct candidate *whose[CANDIDATES_MOST];
	nfds_t n = 0;
	int64_t now = clock_monotonic_us(), pause_ms = (a->deadline_us - now) / 1000 + 1;
	bool waiting = a->primary_open_us || a->standby_open_us;
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
	if (!best || c->standby != best->standby)
		return !best || best->standby;
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
			    a->to.count ? a->to.hosts[c->host].name : "the server",
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
	db_address_read(&a->to, uri);
	a->deadline_us = clock_monotonic_us() +
			 (timeout_ms > 0 ? timeout_ms : (int64_t)a->to.timeout_s * 1000) * 1000;
	list_candidates(a);
	try_all(a);
	PGconn *pg = choose(a, failure);
	if (pg && PQstatus(pg) == CONNECTION_OK)
		(void)PQsetErrorVerbosity(pg, PQERRORS_DEFAULT);
	free(a);
	return pg;
}

/* Who is there -------------------------------------------------------------------------------------------------------*/

/* The last result of what was sent. NULL: none came in time. */
static PGresult *await(PGconn *pg, int wait_ms)
{
	int64_t end_us = clock_monotonic_us() + (int64_t)wait_ms * 1000;
	PGresult *last = NULL;
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

PGresult *db_exec_params_blocking(
    PGconn *pg, const char *sql, int count, const char *const *values, int wait_ms)
{
	return PQsendQueryParams(pg, sql, count, NULL, values, NULL, NULL, 0) ? await(pg, wait_ms)
									      : NULL;
}

PGresult *db_exec_blocking(PGconn *pg, const char *sql)
{
	return PQsendQuery(pg, sql) ? await(pg, DB_BLOCKING_MS) : NULL;
}

static PGresult *ask(PGconn *pg, enum sql_statement statement)
{
	PGresult *result = db_exec_blocking(pg, sql_statement(statement)->text);
	if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1)
		return result;
	PQclear(result);
	return NULL;
}

static bool found(PGresult *result)
{
	bool good = PQresultStatus(result) == PGRES_TUPLES_OK;
	PQclear(result);
	return good;
}

bool db_adopt_search_path(PGconn *pg)
{
	if (!found(db_exec_blocking(pg, sql_statement(SQL_SESSION_PATH_SHUT)->text)))
		return false;
	PGresult *path = db_exec_blocking(pg, sql_statement(SQL_SEARCH_PATH)->text);
	bool good = PQresultStatus(path) == PGRES_TUPLES_OK && PQntuples(path) > 0;
	if (good && PQgetisnull(path, 0, 1)) {
		const char *values[] = {PQgetvalue(path, 0, 0)};
		const char *sql = sql_statement(SQL_SESSION_PATH_OPEN)->text;
		good = found(db_exec_params_blocking(pg, sql, 1, values, DB_BLOCKING_MS));
	}
	PQclear(path);
	return good;
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
	struct db_address to;
	db_address_read(&to, uri);
	return to.several;
}

size_t db_identify_hosts(const char *uri, struct db_identity *identities, size_t most)
{
	size_t count = 0;
	struct attempt *hosts = calloc(1, sizeof *hosts);
	if (!hosts)
		abort();
	db_address_read(&hosts->to, uri);
	list_candidates(hosts);
	for (int i = 0; i < hosts->count && count < most; i++) {
		struct attempt one = {
		    .uri = uri, .application_name = "salesreg probe", .any_server = true};
		struct candidate *c = one.candidates;
		one.deadline_us = clock_monotonic_us() + (int64_t)hosts->to.timeout_s * 1000 * 1000;
		one.to = hosts->to;
		one.to.count = hosts->to.count > 0;
		one.to.hosts[0] = hosts->to.hosts[hosts->candidates[i].host];
		add_candidate(&one, 0, hosts->candidates[i].address);
		try_all(&one);
		if (c->state == CANDIDATE_OPEN && db_identify(c->pg, &identities[count]))
			count++;
		PQfinish(c->pg);
	}
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
	a->to.count = 1;
	(void)snprintf(a->to.hosts[0].name, sizeof a->to.hosts[0].name, "%s", host);
	(void)snprintf(a->to.hosts[0].port, sizeof a->to.hosts[0].port, "%s", port);
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
