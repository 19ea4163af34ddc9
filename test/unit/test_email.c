/* Which addresses count as corporate, and what is stored of them. */
#include "salesreg/domain/contact/email.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arena_fixture.h"

static char *of_sizes(size_t local, size_t domain)
{
	static const char tail[] = "@truerealestate.bali";
	char *out = arena_alloc(&arena, local + domain + sizeof tail + 8);
	memset(out, 'a', local);
	char *at = out + local;
	if (domain == 0) {
		memcpy(at, tail, sizeof tail);
		return out;
	}
	/* labels of 49 characters */
	*at++ = '@';
	for (size_t i = 0; i < domain; i++)
		*at++ = i % 50 == 49 && i + 2 < domain ? '.' : 'b';
	return out;
}

static void each_address_gets_its_verdict(void **state)
{
	(void)state;
	const struct {
		const char *typed;
		enum email_verdict verdict;
		const char *address, *key;
	} rows[] = {
	    {"ivan@truerealestate.bali", EMAIL_OK, "ivan@truerealestate.bali",
		"ivan@truerealestate.bali"},
	    {"  Ivan.Petrov@TrueRealEstate.Bali\n", EMAIL_OK, "Ivan.Petrov@truerealestate.bali",
		"ivan.petrov@truerealestate.bali"},
	    {"ivan+bali@truerealestate.bali", EMAIL_OK, "ivan+bali@truerealestate.bali",
		"ivan+bali@truerealestate.bali"},
	    {"<ivan@truerealestate.bali>", EMAIL_OK, "ivan@truerealestate.bali",
		"ivan@truerealestate.bali"},
	    {"mailto:ivan@truerealestate.bali", EMAIL_OK, "ivan@truerealestate.bali",
		"ivan@truerealestate.bali"},
	    {"<MAILTO:ivan@second.example>", EMAIL_OK, "ivan@second.example",
		"ivan@second.example"},
	    {"mailto:`ivan@second.example", EMAIL_OK, "ivan@second.example", "ivan@second.example"},
	    {"<mailto:\"mailto:ivan@second.example>", EMAIL_OK, "ivan@second.example",
		"ivan@second.example"},
	    {"\xE2\x80\x8Bivan@truerealestate.bali", EMAIL_OK, "ivan@truerealestate.bali",
		"ivan@truerealestate.bali"},
	    {"o'brien_x-1@second.example", EMAIL_OK, "o'brien_x-1@second.example",
		"o'brien_x-1@second.example"},
	    {of_sizes(64, 0), EMAIL_OK, of_sizes(64, 0), of_sizes(64, 0)},

	    {"ivan@truerealestate.bali.", EMAIL_OK, "ivan@truerealestate.bali",
		"ivan@truerealestate.bali"},
	    {"ivan@truerealestate.bali, ", EMAIL_OK, "ivan@truerealestate.bali",
		"ivan@truerealestate.bali"},
	    {"(ivan@truerealestate.bali)!", EMAIL_OK, "ivan@truerealestate.bali",
		"ivan@truerealestate.bali"},
	    {"«ivan@truerealestate.bali».", EMAIL_OK, "ivan@truerealestate.bali",
		"ivan@truerealestate.bali"},
	    {"<ivan@truerealestate.bali", EMAIL_OK, "ivan@truerealestate.bali",
		"ivan@truerealestate.bali"},
	    {"…ivan@truerealestate.bali…", EMAIL_OK, "ivan@truerealestate.bali",
		"ivan@truerealestate.bali"},
	    {of_sizes(65, 0), EMAIL_TOO_LONG, NULL, NULL},
	    {of_sizes(4000, 0), EMAIL_TOO_LONG, NULL, NULL},
	    {of_sizes(60, 193), EMAIL_WRONG_DOMAIN, NULL, NULL}, /* 254 in all */
	    {of_sizes(60, 194), EMAIL_TOO_LONG, NULL, NULL},

	    {"ivan@gmail.com", EMAIL_WRONG_DOMAIN, NULL, NULL},
	    {"ivan@truerealestate.bali.evil.com", EMAIL_WRONG_DOMAIN, NULL, NULL},
	    {"ivan@eviltruerealestate.bali", EMAIL_WRONG_DOMAIN, NULL, NULL},
	    {"ivan@mail.truerealestate.bali", EMAIL_WRONG_DOMAIN, NULL, NULL},
	    {"ivan@truerealestate.bal", EMAIL_WRONG_DOMAIN, NULL, NULL},
	    {"ivan@truerealestate.balii", EMAIL_WRONG_DOMAIN, NULL, NULL},

	    {"", EMAIL_MALFORMED, NULL, NULL},
	    {"да", EMAIL_MALFORMED, NULL, NULL},
	    {"ivan", EMAIL_MALFORMED, NULL, NULL},
	    {"@truerealestate.bali", EMAIL_MALFORMED, NULL, NULL},
	    {"ivan@", EMAIL_MALFORMED, NULL, NULL},
	    {"ivan@@truerealestate.bali", EMAIL_MALFORMED, NULL, NULL},
	    {"a@b@truerealestate.bali", EMAIL_MALFORMED, NULL, NULL},
	    {"ivan petrov@truerealestate.bali", EMAIL_MALFORMED, NULL, NULL},
	    {"ivan@truerealestate.bali petr@truerealestate.bali", EMAIL_MALFORMED, NULL, NULL},
	    {"my address is ivan@truerealestate.bali", EMAIL_MALFORMED, NULL, NULL},
	    {"ivan@true realestate.bali", EMAIL_MALFORMED, NULL, NULL},
	    {".ivan@truerealestate.bali", EMAIL_MALFORMED, NULL, NULL},
	    {"ivan.@truerealestate.bali", EMAIL_MALFORMED, NULL, NULL},
	    {"iv..an@truerealestate.bali", EMAIL_MALFORMED, NULL, NULL},
	    {"ivan@.truerealestate.bali", EMAIL_MALFORMED, NULL, NULL},
	    {"ivan@truerealestate..bali", EMAIL_MALFORMED, NULL, NULL},
	    {"ivan@-truerealestate.bali", EMAIL_MALFORMED, NULL, NULL},
	    {"ivan@bali", EMAIL_MALFORMED, NULL, NULL},
	    {"ivan@[127.0.0.1]", EMAIL_MALFORMED, NULL, NULL},
	    {"\"ivan petrov\"@truerealestate.bali", EMAIL_MALFORMED, NULL, NULL},
	    {"Ivan <ivan@truerealestate.bali>", EMAIL_MALFORMED, NULL, NULL},
	    {"иван@truerealestate.bali", EMAIL_FOREIGN_LETTER, NULL, NULL},
	    {"ivan@truerealestаte.bali", EMAIL_FOREIGN_LETTER, NULL, NULL}, /* a Cyrillic а */
	    {"ivan@недвижимость.рф", EMAIL_FOREIGN_LETTER, NULL, NULL},
	    {"😀@truerealestate.bali", EMAIL_MALFORMED, NULL, NULL},
	    {"ivan\xEF\xBF\xBD@truerealestate.bali", EMAIL_MALFORMED, NULL, NULL},
	    {"mailto:", EMAIL_MALFORMED, NULL, NULL},
	    {"<>", EMAIL_MALFORMED, NULL, NULL},
	};
	static const char *const domains[] = {"truerealestate.bali", "second.example"};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *address = NULL, *key = NULL;
		enum email_verdict verdict =
		    email_check(rows[i].typed, domains, 2, &arena, &address, &key);
		if (verdict != rows[i].verdict)
			fail_msg("%s: %s", rows[i].typed, email_verdict_name(verdict));
		if (verdict != EMAIL_OK) {
			assert_null(address);
			assert_null(key);
			assert_int_equal(email_key(rows[i].typed, &arena) != NULL,
			    verdict == EMAIL_WRONG_DOMAIN);
			continue;
		}
		assert_string_equal(address, rows[i].address);
		assert_string_equal(key, rows[i].key);
		assert_string_equal(email_key(rows[i].typed, &arena), key);
	}
}

/* Routes, pipes, paths: some servers deliver these to mailboxes that are not ours. */
static void before_the_at_nothing_leads_elsewhere(void **state)
{
	(void)state;
	static const char *const domains[] = {"truerealestate.bali"};
	for (const char *c = "%!/|=?{}`&#$*^~"; *c; c++) {
		const char *typed =
		    arena_printf(&arena, "me%cevil.example@TrueRealEstate.bali", *c);
		const char *address = typed, *key = typed;
		if (email_check(typed, domains, 1, &arena, &address, &key) != EMAIL_MALFORMED)
			fail_msg("%s", typed);
		assert_null(address);
		assert_null(key);
	}
}

static void the_list_of_domains_is_read_or_refused(void **state)
{
	(void)state;
	static const struct {
		const char *list;
		size_t count; /* 0: refused */
		const char *first, *last;
	} rows[] = {
	    {"truerealestate.bali", 1, "truerealestate.bali", "truerealestate.bali"},
	    {" A.com ,b.ORG", 2, "a.com", "b.org"},
	    {"a.com,A.COM,b.org,a.com", 2, "a.com", "b.org"},
	    {"", 0, NULL, NULL},
	    {",", 0, NULL, NULL},
	    {"a.com,", 0, NULL, NULL},
	    {"a.com,,b.org", 0, NULL, NULL},
	    {"@a.com", 0, NULL, NULL},
	    {"a.com, @b.org", 0, NULL, NULL},
	    {"localhost", 0, NULL, NULL},
	    {"a .com", 0, NULL, NULL},
	    {"a..com", 0, NULL, NULL},
	    {"*.a.com", 0, NULL, NULL},
	    {"почта.рф", 0, NULL, NULL},
	    {"https://a.com", 0, NULL, NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *const *domains = NULL;
		size_t count = 0;
		enum err err = email_domains_parse(rows[i].list, &arena, &domains, &count);
		if ((err == ERR_OK) != (rows[i].count > 0))
			fail_msg("\"%s\"", rows[i].list);
		if (err != ERR_OK)
			continue;
		assert_int_equal(count, rows[i].count);
		assert_string_equal(domains[0], rows[i].first);
		assert_string_equal(domains[count - 1], rows[i].last);
	}
}

static void a_letter_of_another_alphabet_is_named_and_shown(void **state)
{
	(void)state;
	static const struct {
		const char *typed, *letter, *marked;
	} rows[] = {
	    {"iv\u0430n@truerealestate.bali", "\u0430", "iv[\u0430]n@truerealestate.bali"},
	    {" ivan@tru\u0435realestate.bali.", "\u0435", "ivan@tru[\u0435]realestate.bali"},
	    {"\u0441\u043eo@b.org", "\u0441", "[\u0441]\u043eo@b.org"},
	    {"ivan@b.or\u0131", "\u0131", "ivan@b.or[\u0131]"},
	    {"ivan@b.org", NULL, NULL},
	    {"\u0438\u0432\u0430\u043d", NULL, NULL},
	    {"\U0001F600@b.org", NULL, NULL},
	    {"", NULL, NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *letter = NULL;
		const char *marked = email_foreign_letter(rows[i].typed, &arena, &letter);
		if (rows[i].marked) {
			assert_string_equal(marked, rows[i].marked);
			assert_string_equal(letter, rows[i].letter);
		} else {
			assert_null(marked);
		}
	}
}

static void a_mailbox_is_a_key_without_its_tag(void **state)
{
	(void)state;
	assert_string_equal(email_mailbox("anna+1@a.com", &arena), "anna@a.com");
	assert_string_equal(email_mailbox("anna+1+2@a.com", &arena), "anna@a.com");
	assert_string_equal(email_mailbox("anna@a.com", &arena), "anna@a.com");
	assert_string_equal(email_mailbox("+1@a.com", &arena), "+1@a.com");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_mailbox_is_a_key_without_its_tag),
	    cmocka_unit_test(a_letter_of_another_alphabet_is_named_and_shown),
	    cmocka_unit_test(each_address_gets_its_verdict),
	    cmocka_unit_test(before_the_at_nothing_leads_elsewhere),
	    cmocka_unit_test(the_list_of_domains_is_read_or_refused),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
