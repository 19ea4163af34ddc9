#include "salesreg/domain/calendar/account.h"
#include "salesreg/domain/contact/email.h"
#include <string.h>
#include <strings.h>

static bool is_of_domain(const char *key, const char *const *domains, size_t count)
{
	const char *at = strrchr(key, '@');
	for (size_t i = 0; at && i < count; i++)
		if (strcasecmp(at + 1, domains[i]) == 0)
			return true;
	return false;
}

enum account_verdict account_check(enum account_rule rule, const char *rep_email,
    const char *google_email, bool verified, const char *const *domains, size_t domain_count,
    struct arena *a)
{
	const char *rep = rep_email ? email_key(rep_email, a) : NULL;
	const char *google = email_key(google_email, a);
	if (rule == ACCOUNT_ANY)
		return ACCOUNT_FITS;
	if (google && verified && rep && strcmp(google, rep) == 0)
		return ACCOUNT_FITS;
	if (rule == ACCOUNT_SAME)
		return ACCOUNT_IS_OTHER;
	return google && verified && is_of_domain(google, domains, domain_count)
		   ? ACCOUNT_FITS
		   : ACCOUNT_IS_FOREIGN;
}
