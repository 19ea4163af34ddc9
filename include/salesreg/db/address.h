/*
 * Where DATABASE_URL leads: hosts, ports and time-outs as libpq itself would take them, from the URI, else the service
 * (`service=` or PGSERVICE), else the environment (PGHOST, PGPORT, PGCONNECT_TIMEOUT …), else what is built in.
 *
 * Ownership: the caller's memory, nothing to free. Units: seconds. Errors: none; what libpq could not use is left to it,
 * whose message says why. Reads files (the service's), so it is for a thread or a command.
 * Sources: PostgreSQL 15 documentation, 34.1.2 "Parameter Key Words", 34.15 "Environment Variables", 34.17 "The Connection
 * Service File"; 34.2 (PQconninfo); 34.19.1 "Client Verification of Server Certificates".
 */
#pragma once
#include "salesreg/base/wire.h"
#include <stdbool.h>

enum { DB_HOSTS_MOST = 16 };

struct db_host {
	char name[256], address[64], port[16]; /* "": not said */
};

struct db_address {
	struct db_host hosts[DB_HOSTS_MOST];
	int count;  /* 0: libpq finds the way (its default socket), or says what is wrong */
	int listed; /* of `hosts`, those of default sockets ("") among them */
	bool names_host, several;
	int timeout_s;
	char ssl_mode[16];
	bool needs_gss; /* encrypted by Kerberos, or not at all */
	bool wants_gss; /* that, or a service's name of its own for Kerberos */
	bool verifies;  /* TLS with a certificate that is verified, or not at all */
	/* what of ours to give to libpq besides: only what nobody has set; ends with NULL */
	const char *names[8], *values[8];
};

void db_address_read(struct db_address *address, const char *uri);
/*
 * How far what goes to and fro can be read, or somebody stand in between: HERE where it does not leave this machine or goes by
 * TLS whose certificate is verified (sslmode verify-ca or verify-full, and require where there is a file of root certificates,
 * as 34.19.1 has it), or by Kerberos' encryption. host: the first of those that are the farthest.
 */
enum wire_reach db_address_reach(const struct db_address *address, char host[256]);
/*
 * Whether the password that libpq takes for one of the hosts is the one of the examples, which everybody tries first:
 * changeme. It may stand in the URI, in a service, in PGPASSWORD or in a password file (34.15, 34.16, 34.17; PQpass, 34.2).
 */
bool db_address_has_example_password(const char *uri);
/*
 * Whether libpq can take it apart (PQconninfoParse, 34.1). What it says of one that it cannot quotes a piece, of the password
 * perhaps: it is not to be tried.
 */
bool db_address_is_readable(const char *uri);
/* Whether there is a password in it, so that libpq looks for one nowhere else. */
bool db_address_has_password(const char *uri);
