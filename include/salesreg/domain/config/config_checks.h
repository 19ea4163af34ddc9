/*
 * What is likely wrong with a configured text, and with figures that doctor looks at: pure, so that every case is a table
 * row in a test.
 * Ownership: texts are borrowed for the call. Units: bytes, microseconds.
 * Source: PostgreSQL 15 documentation, 34.1.1.2 "Connection URIs" (percent-encoding; the user part ends at the first @,
 * and there is none if a / comes first).
 */
#pragma once
#include "salesreg/base/value_doubts.h"
#include <stdbool.h>
#include <stdint.h>

#define URI_DOUBT_MAP(X)                                                                            \
	X(NONE)                                                                                     \
	X(SCHEME)    /* neither postgresql:// nor postgres:// nor libpq's key=value form */         \
	X(UNESCAPED) /* an @ or / in the user's name or password that is not written as %40, %2F */ \
	X(PERCENT)   /* a % that is followed by no two hexadecimal digits */                        \
	X(SPACE)     /* white space inside */                                                       \
	X(NO_HOST)   /* an empty host: libpq would try the socket of this machine */
enum uri_doubt {
#define X(name) URI_DOUBT_##name,
	URI_DOUBT_MAP(X)
#undef X
};
/* The first that holds. But for NO_HOST, what libpq says about such a URI may quote pieces of its password. */
enum uri_doubt uri_doubt(const char *uri);
bool uri_doubt_may_quote_password(enum uri_doubt doubt);

#define DOMAIN_DOUBT_MAP(X)                                                                        \
	X(NONE)                                                                                    \
	X(AT)        /* "@example.org", or a whole address */                                      \
	X(ADDRESS)   /* "https://example.org", "example.org/" */                                   \
	X(WILDCARD)  /* "*.example.org" */                                                         \
	X(SEPARATOR) /* semicolons or spaces between members */
enum domain_doubt {
#define X(name) DOMAIN_DOUBT_##name,
	DOMAIN_DOUBT_MAP(X)
#undef X
};
enum domain_doubt domain_list_doubt(const char *list);

/* How grave a finding is. */
#define SEVERITY_MAP(X)                                                                            \
	X(NOTHING, "nothing") X(NOTE, "note") X(WARNING, "warning") X(SERIOUS, "serious")
enum severity {
#define X(name, text) SEVERITY_##name,
	SEVERITY_MAP(X)
#undef X
};
const char *gravity_name(enum severity severity);

/*
 * How far the database's clock, read between before_us and after_us of ours, is ahead; what the journey may explain is
 * left out of it. More than 2 s is a warning, more than 60 s serious.
 */
enum severity clock_severity(
    int64_t before_us, int64_t after_us, int64_t database_us, int64_t *ahead_us);
/* Of a file system with `total` bytes, `available` left: less than 1 GiB (of a small one, a tenth) is a warning, less than
 * 256 MiB (a fortieth) serious. total 0: not known, nothing. */
enum severity disk_severity(uint64_t available, uint64_t total);
