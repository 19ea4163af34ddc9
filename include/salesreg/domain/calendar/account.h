/*
 * Which Google account a rep may connect, and how much of it counts.
 * Ownership: everything is borrowed; the arena is scratch. Errors: account_verdict.
 */
#pragma once
#include "salesreg/base/arena.h"
#include <stdbool.h>
#include <stddef.h>

/* How many calendars of an account may count as busy: freebusy.query takes no more (Calendar API, "Freebusy: query"). */
enum { CALENDAR_COUNTING_MOST = 50 };

/* CALENDAR_ACCOUNT: the rep's own address, one of the company's domains, any. In the variable's order. */
enum account_rule { ACCOUNT_SAME, ACCOUNT_DOMAIN, ACCOUNT_ANY };
enum account_verdict { ACCOUNT_FITS, ACCOUNT_IS_OTHER, ACCOUNT_IS_FOREIGN };

/* google_email: as Google says it; verified: Google knows that it is theirs. The rep's own address fits whatever its domain. */
enum account_verdict account_check(enum account_rule rule, const char *rep_email,
    const char *google_email, bool verified, const char *const *domains, size_t domain_count,
    struct arena *a);
