/* Which Google account a rep may connect, by the rule and by what Google knows of it. */
#include "salesreg/domain/calendar/account.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arena_fixture.h"
#include "row_tests.h"

#define REP "Anna.Petrova@truerealestate.bali"

static const char *const domains[] = {"truerealestate.bali", "Example.com"};
enum { DOMAINS = sizeof domains / sizeof *domains };

static const struct account_row {
	const char *google;
	bool is_verified;
	enum account_verdict same, domain; /* by these rules; by the third, any fits */
	const char *rep;
} account_rows[] = {
    {REP, true, ACCOUNT_FITS, ACCOUNT_FITS, REP},
    {"anna.petrova@TRUErealestate.bali", true, ACCOUNT_FITS, ACCOUNT_FITS, REP},
    {REP, false, ACCOUNT_IS_OTHER, ACCOUNT_IS_FOREIGN, REP},
    {"boris@truerealestate.bali", true, ACCOUNT_IS_OTHER, ACCOUNT_FITS, REP},
    {"boris@truerealestate.bali", false, ACCOUNT_IS_OTHER, ACCOUNT_IS_FOREIGN, REP},
    {"anna.petrova@example.com", true, ACCOUNT_IS_OTHER, ACCOUNT_FITS, REP},
    {"anna.petrova@EXAMPLE.COM", true, ACCOUNT_IS_OTHER, ACCOUNT_FITS, REP},
    {"anna@gmail.com", true, ACCOUNT_IS_OTHER, ACCOUNT_IS_FOREIGN, REP},
    /* a domain is the whole of what follows the last @ */
    {"anna@sub.truerealestate.bali", true, ACCOUNT_IS_OTHER, ACCOUNT_IS_FOREIGN, REP},
    {"anna@nottruerealestate.bali", true, ACCOUNT_IS_OTHER, ACCOUNT_IS_FOREIGN, REP},
    {"anna@truerealestate.bali.example.net", true, ACCOUNT_IS_OTHER, ACCOUNT_IS_FOREIGN, REP},
    {"anna@truerealestate.bal", true, ACCOUNT_IS_OTHER, ACCOUNT_IS_FOREIGN, REP},
    {"truerealestate.bali@example.net", true, ACCOUNT_IS_OTHER, ACCOUNT_IS_FOREIGN, REP},
    {"anna@truerealestate.bali@example.net", true, ACCOUNT_IS_OTHER, ACCOUNT_IS_FOREIGN, REP},
    {"anna@example.net@truerealestate.bali", true, ACCOUNT_IS_OTHER, ACCOUNT_IS_FOREIGN, REP},
    /* what is no address fits nothing */
    {"", true, ACCOUNT_IS_OTHER, ACCOUNT_IS_FOREIGN, REP},
    {"@", true, ACCOUNT_IS_OTHER, ACCOUNT_IS_FOREIGN, REP},
    {"@truerealestate.bali", true, ACCOUNT_IS_OTHER, ACCOUNT_IS_FOREIGN, REP},
    {"truerealestate.bali", true, ACCOUNT_IS_OTHER, ACCOUNT_IS_FOREIGN, REP},
    /* a letter of another alphabet that looks the same */
    {"\xD0\xB0nna.petrova@truerealestate.bali", true, ACCOUNT_IS_OTHER, ACCOUNT_IS_FOREIGN, REP},
    /* one's own address fits whatever its domain */
    {"anna@gmail.com", true, ACCOUNT_FITS, ACCOUNT_FITS, "anna@gmail.com"},
    {"anna@gmail.com", false, ACCOUNT_IS_OTHER, ACCOUNT_IS_FOREIGN, "anna@gmail.com"},
    /* of a rep without an address only the domain can be right */
    {REP, true, ACCOUNT_IS_OTHER, ACCOUNT_FITS, NULL},
    {"anna@gmail.com", true, ACCOUNT_IS_OTHER, ACCOUNT_IS_FOREIGN, NULL},
    {"", true, ACCOUNT_IS_OTHER, ACCOUNT_IS_FOREIGN, ""},
};

static enum account_verdict check(
    enum account_rule rule, const struct account_row *row, size_t domain_count)
{
	return account_check(
	    rule, row->rep, row->google, row->is_verified, domains, domain_count, &arena);
}

static void an_account_fits_by_the_rule(void **state)
{
	const struct account_row *row = *state;
	assert_int_equal(check(ACCOUNT_SAME, row, DOMAINS), row->same);
	assert_int_equal(check(ACCOUNT_DOMAIN, row, DOMAINS), row->domain);
	assert_int_equal(check(ACCOUNT_ANY, row, DOMAINS), ACCOUNT_FITS);
}

static void without_domains_only_ones_own_address_is_left(void **state)
{
	const struct account_row *row = *state;
	assert_int_equal(check(ACCOUNT_DOMAIN, row, 0),
	    row->same == ACCOUNT_FITS ? ACCOUNT_FITS : ACCOUNT_IS_FOREIGN);
}

int main(void)
{
	const struct row_test tests[] = {
	    {cmocka_unit_test(an_account_fits_by_the_rule), ROWS(account_rows, google)},
	    {cmocka_unit_test(without_domains_only_ones_own_address_is_left),
		ROWS(account_rows, google)},
	};
	return RUN_ROW_TESTS(tests, begin, end);
}
