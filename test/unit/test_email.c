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
#include "row_tests.h"

static const struct each_address_gets_its_verdict_row {
	const char *typed;
	enum email_verdict verdict;
	const char *address, *key;
} each_address_gets_its_verdict_rows[] = {
    {"ivan@truerealestate.bali", EMAIL_OK, "ivan@truerealestate.bali", "ivan@truerealestate.bali"},
    {"  Ivan.Petrov@TrueRealEstate.Bali\n", EMAIL_OK, "Ivan.Petrov@truerealestate.bali",
	"ivan.petrov@truerealestate.bali"},
    {"ivan+bali@truerealestate.bali", EMAIL_OK, "ivan+bali@truerealestate.bali",
	"ivan+bali@truerealestate.bali"},
    {"<ivan@truerealestate.bali>", EMAIL_OK, "ivan@truerealestate.bali",
	"ivan@truerealestate.bali"},
    {"mailto:ivan@truerealestate.bali", EMAIL_OK, "ivan@truerealestate.bali",
	"ivan@truerealestate.bali"},
    {"<MAILTO:ivan@second.example>", EMAIL_OK, "ivan@second.example", "ivan@second.example"},
    {"mailto:`ivan@second.example", EMAIL_OK, "ivan@second.example", "ivan@second.example"},
    {"<mailto:\"mailto:ivan@second.example>", EMAIL_OK, "ivan@second.example",
	"ivan@second.example"},
    {"\xE2\x80\x8Bivan@truerealestate.bali", EMAIL_OK, "ivan@truerealestate.bali",
	"ivan@truerealestate.bali"},
    {"o'brien_x-1@second.example", EMAIL_OK, "o'brien_x-1@second.example",
	"o'brien_x-1@second.example"},
    {TIMES_10("a") TIMES_10("a") TIMES_10("a") TIMES_10("a") TIMES_10("a")
	    TIMES_10("a") "a"
			  "a"
			  "a"
			  "a"
			  "@truerealestate.bali",
	EMAIL_OK,
	TIMES_10("a") TIMES_10("a") TIMES_10("a") TIMES_10("a") TIMES_10("a")
	    TIMES_10("a") "a"
			  "a"
			  "a"
			  "a"
			  "@truerealestate.bali",
	TIMES_10("a") TIMES_10("a") TIMES_10("a") TIMES_10("a") TIMES_10("a")
	    TIMES_10("a") "a"
			  "a"
			  "a"
			  "a"
			  "@truerealestate.bali"},

    {"ivan@truerealestate.bali.", EMAIL_OK, "ivan@truerealestate.bali", "ivan@truerealestate.bali"},
    {"ivan@truerealestate.bali, ", EMAIL_OK, "ivan@truerealestate.bali",
	"ivan@truerealestate.bali"},
    {"(ivan@truerealestate.bali)!", EMAIL_OK, "ivan@truerealestate.bali",
	"ivan@truerealestate.bali"},
    {"«ivan@truerealestate.bali».", EMAIL_OK, "ivan@truerealestate.bali",
	"ivan@truerealestate.bali"},
    {"<ivan@truerealestate.bali", EMAIL_OK, "ivan@truerealestate.bali", "ivan@truerealestate.bali"},
    {"…ivan@truerealestate.bali…", EMAIL_OK, "ivan@truerealestate.bali",
	"ivan@truerealestate.bali"},
    {TIMES_10("a") TIMES_10("a") TIMES_10("a") TIMES_10("a") TIMES_10("a")
	    TIMES_10("a") "a"
			  "a"
			  "a"
			  "a"
			  "a"
			  "@truerealestate.bali",
	EMAIL_TOO_LONG, NULL, NULL},
    {TIMES_1000("a") TIMES_1000("a") TIMES_1000("a") TIMES_1000("a") "@truerealestate.bali",
	EMAIL_TOO_LONG, NULL, NULL},
    {TIMES_10("a") TIMES_10("a") TIMES_10("a") TIMES_10("a") TIMES_10("a")
	    TIMES_10("a") "@" TIMES_10("b") TIMES_10("b") TIMES_10("b")
		TIMES_10("b") "b"
			      "b"
			      "b"
			      "b"
			      "b"
			      "b"
			      "b"
			      "b"
			      "b"
			      "." TIMES_10("b") TIMES_10("b") TIMES_10("b") TIMES_10(
				  "b") "b"
				       "b"
				       "b"
				       "b"
				       "b"
				       "b"
				       "b"
				       "b"
				       "b"
				       "." TIMES_10("b") TIMES_10("b") TIMES_10("b")
					   TIMES_10("b") "b"
							 "b"
							 "b"
							 "b"
							 "b"
							 "b"
							 "b"
							 "b"
							 "b"
							 "." TIMES_10("b") TIMES_10("b")
							     TIMES_10("b") TIMES_10("b") "b"
											 "b"
											 "b",
	EMAIL_WRONG_DOMAIN, NULL, NULL}, /* 254 in all */
    {TIMES_10("a") TIMES_10("a") TIMES_10("a") TIMES_10("a") TIMES_10("a")
	    TIMES_10("a") "@" TIMES_10("b") TIMES_10("b") TIMES_10("b")
		TIMES_10("b") "b"
			      "b"
			      "b"
			      "b"
			      "b"
			      "b"
			      "b"
			      "b"
			      "b"
			      "." TIMES_10("b") TIMES_10("b") TIMES_10("b") TIMES_10(
				  "b") "b"
				       "b"
				       "b"
				       "b"
				       "b"
				       "b"
				       "b"
				       "b"
				       "b"
				       "." TIMES_10("b") TIMES_10("b") TIMES_10("b")
					   TIMES_10("b") "b"
							 "b"
							 "b"
							 "b"
							 "b"
							 "b"
							 "b"
							 "b"
							 "b"
							 "." TIMES_10("b") TIMES_10("b")
							     TIMES_10("b") TIMES_10("b") "b"
											 "b"
											 "b"
											 "b",
	EMAIL_TOO_LONG, NULL, NULL},

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

static void each_address_gets_its_verdict(void **state)
{
	const struct each_address_gets_its_verdict_row *row = *state;
	static const char *const domains[] = {"truerealestate.bali", "second.example"};
	const char *address = NULL, *key = NULL;
	enum email_verdict verdict = email_check(row->typed, domains, 2, &arena, &address, &key);
	if (verdict != row->verdict)
		fail_msg("%s: %s", row->typed, email_verdict_name(verdict));
	if (verdict != EMAIL_OK) {
		assert_null(address);
		assert_null(key);
		assert_int_equal(
		    email_key(row->typed, &arena) != NULL, verdict == EMAIL_WRONG_DOMAIN);
		return;
	}
	assert_string_equal(address, row->address);
	assert_string_equal(key, row->key);
	assert_string_equal(email_key(row->typed, &arena), key);
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

static const struct the_list_of_domains_is_read_or_refused_row {
	const char *list;
	size_t count; /* 0: refused */
	const char *first, *last;
} the_list_of_domains_is_read_or_refused_rows[] = {
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

static void the_list_of_domains_is_read_or_refused(void **state)
{
	const struct the_list_of_domains_is_read_or_refused_row *row = *state;
	const char *const *domains = NULL;
	size_t count = 0;
	enum err err = email_domains_parse(row->list, &arena, &domains, &count);
	if ((err == ERR_OK) != (row->count > 0))
		fail_msg("\"%s\"", row->list);
	if (err != ERR_OK)
		return;
	assert_int_equal(count, row->count);
	assert_string_equal(domains[0], row->first);
	assert_string_equal(domains[count - 1], row->last);
}

static const struct a_letter_of_another_alphabet_is_named_and_shown_row {
	const char *typed, *letter, *marked;
} a_letter_of_another_alphabet_is_named_and_shown_rows[] = {
    {"iv\u0430n@truerealestate.bali", "\u0430", "iv[\u0430]n@truerealestate.bali"},
    {" ivan@tru\u0435realestate.bali.", "\u0435", "ivan@tru[\u0435]realestate.bali"},
    {"\u0441\u043eo@b.org", "\u0441", "[\u0441]\u043eo@b.org"},
    {"ivan@b.or\u0131", "\u0131", "ivan@b.or[\u0131]"},
    {"ivan@b.org", NULL, NULL},
    {"\u0438\u0432\u0430\u043d", NULL, NULL},
    {"\U0001F600@b.org", NULL, NULL},
    {"", NULL, NULL},
};

static void a_letter_of_another_alphabet_is_named_and_shown(void **state)
{
	const struct a_letter_of_another_alphabet_is_named_and_shown_row *row = *state;
	const char *letter = NULL;
	const char *marked = email_foreign_letter(row->typed, &arena, &letter);
	if (row->marked) {
		assert_string_equal(marked, row->marked);
		assert_string_equal(letter, row->letter);
	} else {
		assert_null(marked);
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
	const struct row_test tests[] = {
	    {cmocka_unit_test(a_mailbox_is_a_key_without_its_tag), ONCE},
	    {cmocka_unit_test(a_letter_of_another_alphabet_is_named_and_shown),
		ROWS(a_letter_of_another_alphabet_is_named_and_shown_rows, typed)},
	    {cmocka_unit_test(each_address_gets_its_verdict),
		ROWS(each_address_gets_its_verdict_rows, typed)},
	    {cmocka_unit_test(before_the_at_nothing_leads_elsewhere), ONCE},
	    {cmocka_unit_test(the_list_of_domains_is_read_or_refused),
		ROWS(the_list_of_domains_is_read_or_refused_rows, list)},
	};
	return RUN_ROW_TESTS(tests, begin, end);
}
