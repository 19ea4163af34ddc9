/* How to reach a person, from whatever a spreadsheet has. */
#include "salesreg/domain/contact/contact.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "row_tests.h"

static struct arena arena;

static int begin(void **state)
{
	(void)state;
	arena_init(&arena, 1 << 22);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_finish(&arena);
	return 0;
}

static const struct good_row {
	const char *text;
	enum contact_kind kind;
	const char *value, *shown, *link;
} good_rows[] = {
    {"@Alex_Buyer", CONTACT_USERNAME, "alex_buyer", "@Alex_Buyer", "https://t.me/Alex_Buyer"},
    {"alex_buyer", CONTACT_USERNAME, "alex_buyer", "@alex_buyer", "https://t.me/alex_buyer"},
    {" @ Alex_Buyer ", CONTACT_USERNAME, "alex_buyer", "@Alex_Buyer", NULL},
    {"\"@alex_buyer\",", CONTACT_USERNAME, "alex_buyer", "@alex_buyer", NULL},
    {"«@alex_buyer».", CONTACT_USERNAME, "alex_buyer", "@alex_buyer", NULL},
    {"@alex\u200b_buyer\u00a0", CONTACT_USERNAME, "alex_buyer", "@alex_buyer", NULL},
    {"\ufeff@alex\u200d_buyer", CONTACT_USERNAME, "alex_buyer", "@alex_buyer", NULL},
    {"\uff20\uff41\uff4c\uff45\uff58", CONTACT_USERNAME, "alex", "@alex", NULL},
    {"t.me/alex_buyer", CONTACT_USERNAME, "alex_buyer", "@alex_buyer", NULL},
    {"T.ME/@Alex_Buyer/", CONTACT_USERNAME, "alex_buyer", "@Alex_Buyer", NULL},
    {"https://t.me/alex_buyer?start=x", CONTACT_USERNAME, "alex_buyer", "@alex_buyer", NULL},
    {"https://telegram.me/name1?x", CONTACT_USERNAME, "name1", "@name1", NULL},
    {"http://www.telegram.me/name1/12#y", CONTACT_USERNAME, "name1", "@name1", NULL},
    {"<https://alex.t.me/>", CONTACT_USERNAME, "alex", "@alex", NULL},
    {"tg://resolve?domain=alex_1&start=x", CONTACT_USERNAME, "alex_1", "@alex_1", NULL},
    {"https://web.telegram.org/k/#@alex_1", CONTACT_USERNAME, "alex_1", "@alex_1", NULL},
    {"https://web.telegram.org/#/im?p=@alex_1", CONTACT_USERNAME, "alex_1", "@alex_1", NULL},
    {"Telegram: @alex_1", CONTACT_USERNAME, "alex_1", "@alex_1", NULL},
    {"Алексей @alex_1", CONTACT_USERNAME, "alex_1", "@alex_1", NULL},
    {"@alex_1, t.me/Alex_1", CONTACT_USERNAME, "alex_1", "@Alex_1", NULL},

    {"123456789", CONTACT_TELEGRAM_ID, "123456789", "123456789", NULL},
    {"9876543210", CONTACT_TELEGRAM_ID, "9876543210", "9876543210", NULL},
    {"123456789.0", CONTACT_TELEGRAM_ID, "123456789", "123456789", NULL},
    {"'123456789", CONTACT_TELEGRAM_ID, "123456789", "123456789", NULL},
    {"=\"123456789\"", CONTACT_TELEGRAM_ID, "123456789", "123456789", NULL},
    {"\uff11\uff12\uff13\uff14\uff15", CONTACT_TELEGRAM_ID, "12345", "12345", NULL},
    {"tg://user?id=123456789", CONTACT_TELEGRAM_ID, "123456789", "123456789", NULL},
    {"tg:user?x=1&id=12345678901", CONTACT_TELEGRAM_ID, "12345678901", "12345678901", NULL},
    {"tg://openmessage?user_id=77", CONTACT_TELEGRAM_ID, "77", "77", NULL},
    {"https://web.telegram.org/a/#123456", CONTACT_TELEGRAM_ID, "123456", "123456", NULL},

    {"+62 812-3456-7890", CONTACT_PHONE, "+6281234567890", "+6281234567890",
	"https://t.me/+6281234567890"},
    {"+62 (0) 812 3456 7890", CONTACT_PHONE, "+6281234567890", "+6281234567890", NULL},
    {"0062 812 3456 7890", CONTACT_PHONE, "+6281234567890", "+6281234567890", NULL},
    {"6281234567890", CONTACT_PHONE, "+6281234567890", "+6281234567890", NULL},
    {"6281234567890.0", CONTACT_PHONE, "+6281234567890", "+6281234567890", NULL},
    {"8 (903) 123-45-67", CONTACT_PHONE, "+79031234567", "+79031234567", NULL},
    {"8(903)1234567", CONTACT_PHONE, "+79031234567", "+79031234567", NULL},
    {"89031234567", CONTACT_PHONE, "+79031234567", "+79031234567", NULL},
    {"+8 903 123 45 67", CONTACT_PHONE, "+79031234567", "+79031234567", NULL},
    {"7 903 123 45 67", CONTACT_PHONE, "+79031234567", "+79031234567", NULL},
    {"+84 912 345 678", CONTACT_PHONE, "+84912345678", "+84912345678", NULL},
    {"852 5123 4567", CONTACT_PHONE, "+85251234567", "+85251234567", NULL},
    {"+1 (212) 555\u20110123", CONTACT_PHONE, "+12125550123", "+12125550123", NULL},
    {"\uff0b\uff17 903\u00a01234567", CONTACT_PHONE, "+79031234567", "+79031234567", NULL},
    {"тел. +7 903 123-45-67 (WhatsApp)", CONTACT_PHONE, "+79031234567", "+79031234567", NULL},
    {"tel:+79031234567", CONTACT_PHONE, "+79031234567", "+79031234567", NULL},
    {"https://t.me/+6281234567890", CONTACT_PHONE, "+6281234567890", "+6281234567890", NULL},
    {"tg://resolve?phone=6281234567890", CONTACT_PHONE, "+6281234567890", "+6281234567890", NULL},
    {"https://wa.me/6281234567890?text=x", CONTACT_PHONE, "+6281234567890", "+6281234567890", NULL},

    {"Alex@Example.com", CONTACT_EMAIL, "alex@example.com", "Alex@Example.com", NULL},
    {"mailto:alex@example.com.", CONTACT_EMAIL, "alex@example.com", "alex@example.com", NULL},
    {"<alex@example.com>;", CONTACT_EMAIL, "alex@example.com", "alex@example.com", NULL},
    {"почта alex@example.com", CONTACT_EMAIL, "alex@example.com", "alex@example.com", NULL},
};

static void each_form_becomes_a_kind_and_a_normal_form(void **state)
{
	const struct good_row *row = *state;
	struct contact contact;
	enum contact_problem problem = contact_parse(row->text, &arena, &contact);
	if (problem != CONTACT_NO_PROBLEM || contact.kind != row->kind)
		fail_msg("%s: %s %s", row->text, contact_kind_name(contact.kind),
		    contact_problem_sentence(problem));
	assert_string_equal(contact.value, row->value);
	assert_string_equal(contact.shown, row->shown);
	const char *link = contact_link(&contact, &arena);
	if (row->link)
		assert_string_equal(link, row->link);
	const char *draft = contact_draft_link(&contact, "да & 1+1?", &arena);
	assert_int_equal(draft != NULL, link != NULL);
	if (link)
		assert_string_equal(draft,
		    arena_printf(&arena, "%s?text=%%D0%%B4%%D0%%B0%%20%%26%%201%%2B1%%3F", link));
	assert_int_equal(
	    link != NULL, contact.kind == CONTACT_USERNAME || contact.kind == CONTACT_PHONE);
}

static const struct what_leads_to_nobody_says_why_row {
	const char *text;
	enum contact_problem problem;
	const char *foreign;
} what_leads_to_nobody_says_why_rows[] = {
    {NULL, CONTACT_NOTHING, NULL},
    {"", CONTACT_NOTHING, NULL},
    {" \u00a0\u200b\t", CONTACT_NOTHING, NULL},
    {"-", CONTACT_NOTHING, NULL},
    {"—", CONTACT_NOTHING, NULL},
    {"N/A", CONTACT_NOTHING, NULL},
    {"нет", CONTACT_NOTHING, NULL},
    {"@", CONTACT_NOTHING, NULL},
    {"6.28E+12", CONTACT_LOST_DIGITS, NULL},
    {"6,28123E+12", CONTACT_LOST_DIGITS, NULL},
    {"7.9e10", CONTACT_LOST_DIGITS, NULL},
    {"0812-3456-7890", CONTACT_NO_COUNTRY, NULL},
    {"081234567890", CONTACT_NO_COUNTRY, NULL},
    {"(903) 123-45-67", CONTACT_NO_COUNTRY, NULL},
    {"+0 812 3456 7890", CONTACT_NO_COUNTRY, NULL},
    {"+62 812", CONTACT_DIGITS, NULL},
    {"+7 903 123 45 6", CONTACT_DIGITS, NULL},
    {"+1234567890123456", CONTACT_DIGITS, NULL},
    {"1234567890123456789", CONTACT_DIGITS, NULL},
    {"-1001234567890", CONTACT_GROUP, NULL},
    {"https://t.me/+AbCdEf", CONTACT_GROUP, NULL},
    {"t.me/joinchat/AbCdEf", CONTACT_GROUP, NULL},
    {"t.me/c/12345/6", CONTACT_GROUP, NULL},
    {"https://t.me/s/news1", CONTACT_GROUP, NULL},
    {"tg://join?invite=x", CONTACT_GROUP, NULL},
    {"https://web.telegram.org/k/#-123", CONTACT_GROUP, NULL},
    {"@\u0430lex", CONTACT_FOREIGN_LETTER, "\u0430"},
    {"t.me/alex_buy\u0435r", CONTACT_FOREIGN_LETTER, "\u0435"},
    {"alex@\u0435xample.com", CONTACT_FOREIGN_LETTER, "\u0435"},
    {"@alex_1, @maria_1", CONTACT_SEVERAL, NULL},
    {"@alex_1 alex@example.com", CONTACT_SEVERAL, NULL},
    {"+62 812 3456 7890, +62 813 3456 7890", CONTACT_SEVERAL, NULL},
    {"79031234567;79031234568", CONTACT_SEVERAL, NULL},
    {"@abc", CONTACT_BAD_NAME, NULL},
    {"@1alex", CONTACT_BAD_NAME, NULL},
    {"@alex__1", CONTACT_BAD_NAME, NULL},
    {"@alex_", CONTACT_BAD_NAME, NULL},
    {"@na/me?x", CONTACT_BAD_NAME, NULL},
    {"@abcdefghijklmnopqrstuvwxyz0123456", CONTACT_BAD_NAME, NULL},
    {"alex@", CONTACT_BAD_EMAIL, NULL},
    {"alex@example", CONTACT_BAD_EMAIL, NULL},
    {"alex@@example.com", CONTACT_BAD_EMAIL, NULL},
    {"Алексей", CONTACT_UNKNOWN, NULL},
    {"Alex Buyer", CONTACT_UNKNOWN, NULL},
    {"Alex 25", CONTACT_UNKNOWN, NULL},
    {"https://example.com/alex", CONTACT_UNKNOWN, NULL},
    {"t.me/", CONTACT_UNKNOWN, NULL},
    {"tg://user?id=", CONTACT_UNKNOWN, NULL},
    {"tg://user?id=99999999999999999999", CONTACT_UNKNOWN, NULL},
    {"tg://user?id=0", CONTACT_UNKNOWN, NULL},
    {"12ab34567", CONTACT_UNKNOWN, NULL},
};

static void what_leads_to_nobody_says_why(void **state)
{
	const struct what_leads_to_nobody_says_why_row *row = *state;
	struct contact contact;
	enum contact_problem problem = contact_parse(row->text, &arena, &contact);
	if (problem != row->problem)
		fail_msg("%s: %s", row->text, contact_problem_sentence(problem));
	assert_int_equal(contact.kind, CONTACT_NONE);
	assert_null(contact.value);
	if (row->foreign)
		assert_string_equal(contact.foreign, row->foreign);
	else
		assert_null(contact.foreign);
}

static void what_people_read_leads_to_the_same_person(void **state)
{
	const struct good_row *row = *state;
	struct contact first, again;
	assert_int_equal(contact_parse(row->text, &arena, &first), CONTACT_NO_PROBLEM);
	/* eleven digits alone are a number: an id so long needs its link */
	if (first.kind == CONTACT_TELEGRAM_ID && strlen(first.value) > 10)
		return;
	assert_int_equal(contact_parse(first.shown, &arena, &again), CONTACT_NO_PROBLEM);
	assert_int_equal(first.kind, again.kind);
	assert_string_equal(first.value, again.value);
}

int main(void)
{
	const struct row_test tests[] = {
	    {cmocka_unit_test(each_form_becomes_a_kind_and_a_normal_form), ROWS(good_rows, text)},
	    {cmocka_unit_test(what_leads_to_nobody_says_why),
		ROWS(what_leads_to_nobody_says_why_rows, text)},
	    {cmocka_unit_test(what_people_read_leads_to_the_same_person), ROWS(good_rows, text)},
	};
	return RUN_ROW_TESTS(tests, begin, end);
}
