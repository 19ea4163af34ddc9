/*
 * Bytes → the configured list of domains: what is taken is a list of names in lower case, without doubles, that means the same
 * when it is written anew, and each has addresses.
 */
#include "fuzz.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/config/config_checks.h"
#include "salesreg/domain/contact/email.h"

static void check(const char *const *domains, size_t count, struct arena *a)
{
	const char *list = "", *const * again, *address, *key;
	size_t again_count;
	require(count >= 1);
	for (size_t i = 0; i < count; i++) {
		const char *d = domains[i];
		list = arena_concat(a, list, i ? ", " : "", d, (char *)NULL);
		require(strchr(d, '.') && *d != '.' && *d != '-' && !strstr(d, ".."));
		for (const char *p = d; *p; p++)
			require((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '-' ||
				*p == '.');
		for (size_t k = 0; k < i; k++)
			require(strcmp(domains[k], d) != 0);
		if (i < 4)
			require(email_check(arena_concat(a, "x@", d, (char *)NULL), domains, count,
				    a, &address, &key) == EMAIL_OK);
	}
	require(domain_list_doubt(list) == DOMAIN_DOUBT_NONE);
	require(email_domains_parse(list, a, &again, &again_count) == ERR_OK);
	require(again_count == count);
	for (size_t i = 0; i < count; i++)
		require(strcmp(again[i], domains[i]) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena a;
	arena_init(&a, FUZZ_ARENA_BYTES);
	const char *list = text_clean(&a, (const char *)bytes, size < 1024 ? size : 1024);
	const char *const *domains = NULL;
	size_t count = 0;
	enum err err = email_domains_parse(list, &a, &domains, &count);
	require(err == ERR_OK || err == ERR_INVALID);
	if (err == ERR_OK)
		check(domains, count, &a);
	arena_finish(&a);
	return 0;
}
