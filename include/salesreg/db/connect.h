/*
 * Connecting to PostgreSQL, blocking: for a thread of the pool or a command, never for a loop.
 * Every part of salesreg connects by this: keepalives and time-outs, no notices on stderr, UTF-8. What DATABASE_URL, a
 * service or the environment say of connect_timeout, keepalives and tcp_user_timeout wins over the defaults here.
 *
 * Several hosts, or several addresses of one name, are tried side by side: all hosts at once, the next address of a host
 * as soon as the one before fails or has been silent for 300 ms. So a host that drops packets, or a frozen one, holds up
 * nobody. If more than one host accepts, the one that can be written to and has the highest timeline is taken; a standby
 * only where no other accepts within 10 s.
 *
 * Ownership: the connection is the caller's, also a failed one (PQfinish takes NULL, too).
 * Units: milliseconds where a name says so. Errors: PQstatus() is not CONNECTION_OK, and `failure` says why.
 * Sources: PostgreSQL 15 documentation, 34.1 "Database Connection Control Functions" (order of keywords, polling),
 * 34.1.1.3 "Specifying Multiple Hosts"; 9.27 "System Administration Functions" (pg_walfile_name).
 */
#pragma once
#include "salesreg/base/err.h"
#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db_failure {
	char sqlstate[6]; /* "" if the server said none */
	char why[256];    /* one line; never the password, but perhaps pieces of a malformed URI */
};

/* timeout_ms 0: connect_timeout (db/address.h), or 10 s. */
PGconn *db_connect_blocking(
    const char *uri, const char *application_name, int timeout_ms, struct db_failure *failure);

/*
 * Asks one thing and waits for DB_BLOCKING_MS at most, which PQexec() does not: a server that is frozen keeps its socket
 * open. NULL: no answer, and the connection is of no use any more. The caller owns the result.
 */
enum { DB_BLOCKING_MS = 10000 };
PGresult *db_exec_blocking(PGconn *pg, const char *sql);
/* The same with parameters, of something that may take longer. */
PGresult *db_exec_params_blocking(
    PGconn *pg, const char *sql, int count, const char *const *values, int wait_ms);

/*
 * The session's search path from here on: the one it came with (the database's, the user's, DATABASE_URL's), so that
 * triggers of others do what they do in any session; or an empty one, where others may create objects in a schema on it.
 * Never through a transaction pooler, whose sessions are other people's, too.
 */
bool db_adopt_search_path(PGconn *pg);

/* Who answers at the other end of a connection. */
struct db_identity {
	char system
	    [24]; /* the cluster's identifier, the same on its standbys; "" if it is not told */
	int64_t timeline;   /* grows with each promotion; 0 on a standby */
	int64_t started_us; /* since 1970: tells two servers of one cluster apart */
	char where[128];    /* "host port 5432", for people */
};
/* Asks; false: the connection broke, or the server does not answer such questions. */
bool db_identify(PGconn *pg, struct db_identity *identity);
/*
 * Asks each host by itself, standbys too, and fills in those that answer, timeline 0 for a standby. Returns how
 * many there are.
 */
size_t db_identify_hosts(const char *uri, struct db_identity *identities, size_t most);
/* True: the URI, a service or the environment name more than one host. */
bool db_has_several_hosts(const char *uri);
/* True: behind this address a pooler gives each transaction another session, where LISTEN and locks do not work. */
bool db_is_transaction_pooler(PGconn *pg, const char *uri);
/* Whether the server there answers a new connection, if only to refuse it. host, address, port: as libpq told them. */
bool db_answers(
    const char *uri, const char *host, const char *address, const char *port, int timeout_ms);
