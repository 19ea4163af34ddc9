/* What people answer to a question: from their words to a value, and back into words. */
#include "row_tests.h"

#include "arena_fixture.h"
#include "default_texts.h"
#include "salesreg/base/civil.h"
#include "salesreg/domain/qualification/answer.h"
#include "salesreg/domain/qualification/summary.h"

static const struct script_option things[] = {{"villa", {{"Вилла", "Villa"}}, 5},
    {"flat", {{"Апартаменты", "Apartment"}}, 3}, {"land", {{"Земля", "Land"}}, 0}};
enum { TODAY_YEAR = 2026 };
static const struct script_question budget = {.kind = QUESTION_NUMBER,
    .id = "budget",
    .title = {{"Бюджет", "Budget"}},
    .least = 10000,
    .most = 100000000,
    .currencies = {"USD", "EUR", "RUB"},
    .currency_count = 3};
static const struct script_question rooms = {
    .kind = QUESTION_NUMBER, .id = "rooms", .least = 1, .most = 20};

static const struct number_row {
	const char *text, *value;
	enum answer_problem problem;
} number_rows[] = {
    {"300000", "300000 USD", ANSWER_OK},
    {"300 000", "300000 USD", ANSWER_OK},
    {"300.000", "300000 USD", ANSWER_OK},
    {"300,000", "300000 USD", ANSWER_OK},
    {"1'200'000", "1200000 USD", ANSWER_OK},
    {"$300,000", "300000 USD", ANSWER_OK},
    {"300000$", "300000 USD", ANSWER_OK},
    {"300k", "300000 USD", ANSWER_OK},
    {"300K usd", "300000 USD", ANSWER_OK},
    {"300к", "300000 USD", ANSWER_OK},
    {"300 тыс", "300000 USD", ANSWER_OK},
    {"300 тыс.", "300000 USD", ANSWER_OK},
    {"300 тысяч долларов", "300000 USD", ANSWER_OK},
    {"300 thousand dollars", "300000 USD", ANSWER_OK},
    {"1,5 млн", "1500000 USD", ANSWER_OK},
    {"1.5m", "1500000 USD", ANSWER_OK},
    {"1.25 million", "1250000 USD", ANSWER_OK},
    {"20 млн рублей", "20000000 RUB", ANSWER_OK},
    {"20 млн руб.", "20000000 RUB", ANSWER_OK},
    {"€250k", "250000 EUR", ANSWER_OK},
    {"250 тысяч евро", "250000 EUR", ANSWER_OK},
    {"до 300 тыс", "-300000 USD", ANSWER_OK},
    {"up to 300k", "-300000 USD", ANSWER_OK},
    {"не больше 300 тыс", "-300000 USD", ANSWER_OK},
    {"максимум 300 тыс", "-300000 USD", ANSWER_OK},
    {"under $1m", "-1000000 USD", ANSWER_OK},
    {"<300k", "-300000 USD", ANSWER_OK},
    {"от 200 тыс", "200000- USD", ANSWER_OK},
    {"from 200k", "200000- USD", ANSWER_OK},
    {"500k+", "500000- USD", ANSWER_OK},
    {"more than 500k", "500000- USD", ANSWER_OK},
    {"200-300", NULL, ANSWER_TOO_LOW},
    {"200-300k", "200000-300000 USD", ANSWER_OK},
    {"200–300 тыс", "200000-300000 USD", ANSWER_OK},
    {"200k-300k", "200000-300000 USD", ANSWER_OK},
    {"$200k - $300k", "200000-300000 USD", ANSWER_OK},
    {"от 200 до 300 тысяч", "200000-300000 USD", ANSWER_OK},
    {"from 200 to 300 thousand", "200000-300000 USD", ANSWER_OK},
    {"between 200k and 300k", "200000-300000 USD", ANSWER_OK},
    {"1-1.5 млн", "1000000-1500000 USD", ANSWER_OK},
    {"300 000 - 500 000 евро", "300000-500000 EUR", ANSWER_OK},
    {"300k-200k", "200000-300000 USD", ANSWER_OK},
    {"300k-300k", "300000 USD", ANSWER_OK},
    {"примерно 300 тыс", "300000 USD", ANSWER_OK},
    {"бюджет около 300 тыс", "300000 USD", ANSWER_OK},
    {"у меня где-то 300 тысяч", "300000 USD", ANSWER_OK},
    {"my budget is about 300k", "300000 USD", ANSWER_OK},
    {"300k max", "300000 USD", ANSWER_OK},
    {"~300k", "300000 USD", ANSWER_OK},
    {"300", NULL, ANSWER_TOO_LOW},
    {"999999999999", NULL, ANSWER_TOO_HIGH},
    {"99999999999999999999999999", NULL, ANSWER_NO_NUMBER},
    {"300k GBP", NULL, ANSWER_CURRENCY},
    {"300 млн рупий", NULL, ANSWER_CURRENCY},
    {"$300k €", NULL, ANSWER_NO_NUMBER},
    {"300k 400k", NULL, ANSWER_NO_NUMBER},
    {"не знаю", NULL, ANSWER_OTHER},
    {"зависит от района", NULL, ANSWER_OTHER},
    {"у меня 2 вопроса про налоги", NULL, ANSWER_OTHER},
    {"3 спальни и вид на море", NULL, ANSWER_OTHER},
    {"", NULL, ANSWER_OTHER},
    {"-", NULL, ANSWER_OTHER},
    {"-300", NULL, ANSWER_NO_NUMBER},
    {"300k-", NULL, ANSWER_NO_NUMBER},
};

static void money_is_read_as_people_write_it(void **state)
{
	const struct number_row *row = *state;
	const char *value = NULL;
	enum answer_problem problem = answer_read(&budget, row->text, 0, &arena, &value);
	if (problem != row->problem)
		fail_msg("%s: problem %d, %s", row->text, (int)problem, value ? value : "");
	if (row->value)
		assert_string_equal(value, row->value);
}

static void a_number_that_is_no_money_has_no_currency(void **state)
{
	(void)state;
	const char *value;
	assert_int_equal(answer_read(&rooms, "3", 0, &arena, &value), ANSWER_OK);
	assert_string_equal(value, "3");
	assert_int_equal(answer_read(&rooms, "2-3", 0, &arena, &value), ANSWER_OK);
	assert_string_equal(value, "2-3");
	assert_int_equal(answer_read(&rooms, "$3", 0, &arena, &value), ANSWER_NO_NUMBER);
	assert_int_equal(answer_read(&rooms, "21", 0, &arena, &value), ANSWER_TOO_HIGH);
}

static const struct date_row {
	const char *text, *value;
	enum answer_problem problem;
} date_rows[] = {
    /* today is Friday, 2026-11-27 */
    {"2027-05-15", "2027-05-15", ANSWER_OK},
    {"15.05.2027", "2027-05-15", ANSWER_OK},
    {"15.05.27", "2027-05-15", ANSWER_OK},
    {"15/05/2027", "2027-05-15", ANSWER_OK},
    {"15.05", "2027-05-15", ANSWER_OK},
    {"30.11", "2026-11-30", ANSWER_OK},
    {"15 мая", "2027-05-15", ANSWER_OK},
    {"15 мая 2028", "2028-05-15", ANSWER_OK},
    {"15 мая 2028 года", "2028-05-15", ANSWER_OK},
    {"May 15", "2027-05-15", ANSWER_OK},
    {"May 15th, 2028", "2028-05-15", ANSWER_OK},
    {"15th of May", "2027-05-15", ANSWER_OK},
    {"в мае", "2027-05", ANSWER_OK},
    {"Май", "2027-05", ANSWER_OK},
    {"к маю", "2027-05", ANSWER_OK},
    {"in May", "2027-05", ANSWER_OK},
    {"next May", "2027-05", ANSWER_OK},
    {"в ноябре", "2026-11", ANSWER_OK},
    {"в октябре", "2027-10", ANSWER_OK},
    {"в мае 2028", "2028-05", ANSWER_OK},
    {"05.2027", "2027-05", ANSWER_OK},
    {"2027-05", "2027-05", ANSWER_OK},
    {"2027", "2027", ANSWER_OK},
    {"в 2027 году", "2027", ANSWER_OK},
    {"в следующем году", "2027", ANSWER_OK},
    {"next year", "2027", ANSWER_OK},
    {"в этом году", "2026", ANSWER_OK},
    {"в следующем месяце", "2026-12", ANSWER_OK},
    {"next month", "2026-12", ANSWER_OK},
    {"летом", "2027-06/2027-08", ANSWER_OK},
    {"this summer", "2027-06/2027-08", ANSWER_OK},
    {"зимой", "2026-12/2027-02", ANSWER_OK},
    {"весной 2028", "2028-03/2028-05", ANSWER_OK},
    {"сегодня", "2026-11-27", ANSWER_OK},
    {"сейчас", "2026-11-27", ANSWER_OK},
    {"Завтра!", "2026-11-28", ANSWER_OK},
    {"tomorrow", "2026-11-28", ANSWER_OK},
    {"послезавтра", "2026-11-29", ANSWER_OK},
    {"как можно скорее", "2026-11-27", ANSWER_OK},
    {"as soon as possible", "2026-11-27", ANSWER_OK},
    {"ASAP", "2026-11-27", ANSWER_OK},
    {"через неделю", "2026-12-04", ANSWER_OK},
    {"через 2 недели", "2026-12-11", ANSWER_OK},
    {"через 10 дней", "2026-12-07", ANSWER_OK},
    {"in 2 weeks", "2026-12-11", ANSWER_OK},
    {"через месяц", "2026-12", ANSWER_OK},
    {"через 2 месяца", "2027-01", ANSWER_OK},
    {"через 2-3 месяца", "2027-02", ANSWER_OK},
    {"in a couple of months", "2027-01", ANSWER_OK},
    {"через полгода", "2027-05", ANSWER_OK},
    {"in half a year", "2027-05", ANSWER_OK},
    {"через год", "2027-11", ANSWER_OK},
    {"где-то в начале мая", "2027-05", ANSWER_OK},
    {"планируем переехать в мае", "2027-05", ANSWER_OK},
    {"29 февраля", "2028-02-29", ANSWER_OK},
    {"31.02.2027", NULL, ANSWER_NO_DATE},
    {"32.01.2027", NULL, ANSWER_NO_DATE},
    {"15.13.2027", NULL, ANSWER_NO_DATE},
    {"15.05.2020", NULL, ANSWER_PAST},
    {"2020", NULL, ANSWER_PAST},
    {"в мае 2020", NULL, ANSWER_PAST},
    {"26.11.2026", NULL, ANSWER_PAST},
    {"3000", NULL, ANSWER_NO_DATE},
    {"15", NULL, ANSWER_NO_DATE},
    {"5 6 7", NULL, ANSWER_NO_DATE},
    {"не знаю", NULL, ANSWER_OTHER},
    {"когда продам квартиру", NULL, ANSWER_OTHER},
    {"а сколько идёт сделка?", NULL, ANSWER_OTHER},
    {"", NULL, ANSWER_OTHER},
};

static void dates_are_read_as_exactly_as_they_are(void **state)
{
	const struct date_row *row = *state;
	static const struct script_question when = {.kind = QUESTION_DATE, .id = "when"};
	const char *value = NULL;
	int32_t today = civil_days((struct civil){TODAY_YEAR, 11, 27});
	enum answer_problem problem = answer_read(&when, row->text, today, &arena, &value);
	if (problem != row->problem)
		fail_msg("%s: problem %d, %s", row->text, (int)problem, value ? value : "");
	if (row->value)
		assert_string_equal(value, row->value);
}

static const struct other_row {
	enum question_kind kind;
	enum answer_problem problem;
	const char *text, *value;
} other_rows[] = {
    {QUESTION_CHOICE, ANSWER_OK, "Вилла", "villa"},
    {QUESTION_CHOICE, ANSWER_OK, "  villa ", "villa"},
    {QUESTION_CHOICE, ANSWER_OK, "2", "flat"},
    {QUESTION_CHOICE, ANSWER_NO_OPTION, "замок", NULL},
    {QUESTION_CHOICE, ANSWER_NO_OPTION, "4", NULL},
    {QUESTION_CHOICE, ANSWER_OTHER, "а что вы посоветуете?", NULL},
    {QUESTION_SEVERAL, ANSWER_OK, "вилла, земля", "villa,land"},
    {QUESTION_SEVERAL, ANSWER_OK, "земля и вилла", "villa,land"},
    {QUESTION_SEVERAL, ANSWER_OK, "Villa or Apartment", "villa,flat"},
    {QUESTION_SEVERAL, ANSWER_OK, "1, 3", "villa,land"},
    {QUESTION_SEVERAL, ANSWER_OK, "вилла", "villa"},
    {QUESTION_SEVERAL, ANSWER_NO_OPTION, "вилла, замок", NULL},
    {QUESTION_SEVERAL, ANSWER_OTHER, "посмотрю на месте потом", NULL},
    {QUESTION_TEXT, ANSWER_OK, "Три спальни,\nморе рядом", "Три спальни,\nморе рядом"},
    {QUESTION_TEXT, ANSWER_OTHER, "   ", NULL},
    {QUESTION_TEXT, ANSWER_OK, TIMES_1000("я"), TIMES_1000("я")},
    {QUESTION_TEXT, ANSWER_TOO_LONG, TIMES_1000("я") "я", NULL},
    {QUESTION_CONTACT, ANSWER_OK, "+7 999 123-45-67", "+79991234567"},
    {QUESTION_CONTACT, ANSWER_OK, "8 (999) 123-45-67", "+79991234567"},
    {QUESTION_CONTACT, ANSWER_OK, "79991234567", "+79991234567"},
    {QUESTION_CONTACT, ANSWER_OK, "мой номер +62 812 3456 7890", "+6281234567890"},
    {QUESTION_CONTACT, ANSWER_NO_COUNTRY, "9991234567", NULL},
    {QUESTION_CONTACT, ANSWER_NO_COUNTRY, "0812 3456 7890", NULL},
    {QUESTION_CONTACT, ANSWER_NO_PHONE, "12345", NULL},
    {QUESTION_CONTACT, ANSWER_NO_PHONE, "@anna", NULL},
    {QUESTION_CONTACT, ANSWER_NO_PHONE, "+1234567890123456789", NULL},
    {QUESTION_CONTACT, ANSWER_OTHER, "зачем вам мой номер?", NULL},
    {QUESTION_EMAIL, ANSWER_OK, "Anna@Example.org", "anna@example.org"},
    {QUESTION_EMAIL, ANSWER_NO_EMAIL, "мой адрес: anna@example.org", NULL},
    {QUESTION_EMAIL, ANSWER_NO_EMAIL, "anna@", NULL},
    {QUESTION_EMAIL, ANSWER_NO_EMAIL, "нет", NULL},
    {QUESTION_EMAIL, ANSWER_OTHER, "лучше напишите мне здесь", NULL},
};

static void other_kinds_are_read_as_well(void **state)
{
	const struct other_row *row = *state;
	const struct script_question question = {
	    .kind = row->kind, .id = "x", .options = things, .option_count = 3};
	const char *value = NULL;
	enum answer_problem problem = answer_read(&question, row->text, 20784, &arena, &value);
	if (problem != row->problem)
		fail_msg("%s: problem %d, %s", row->text, (int)problem, value ? value : "");
	if (row->value)
		assert_string_equal(value, row->value);
}

static void a_shared_contact_counts_only_as_one_s_own(void **state)
{
	(void)state;
	const char *value;
	struct event event = {
	    .kind = EVENT_CONTACT, .user_id = 5, .phone = "79991234567", .contact_user_id = 5};
	assert_int_equal(answer_read_contact(&event, &arena, &value), ANSWER_OK);
	assert_string_equal(value, "+79991234567");
	event.contact_user_id = 6;
	assert_int_equal(answer_read_contact(&event, &arena, &value), ANSWER_NOT_OWN);
	event.contact_user_id = 0; /* of nobody's address book */
	assert_int_equal(answer_read_contact(&event, &arena, &value), ANSWER_NOT_OWN);
}

static const struct shown_row {
	enum question_kind kind;
	const char *value, *ru, *en;
} shown_rows[] = {
    {QUESTION_NUMBER, "300000 USD", "300\u00a0000\u00a0USD", "300\u00a0000\u00a0USD"},
    {QUESTION_NUMBER, "200000-300000 USD", "200\u00a0000–300\u00a0000\u00a0USD",
	"200\u00a0000–300\u00a0000\u00a0USD"},
    {QUESTION_NUMBER, "-300000 USD", "до 300\u00a0000\u00a0USD", "up to 300\u00a0000\u00a0USD"},
    {QUESTION_NUMBER, "1500000- EUR", "от 1\u00a0500\u00a0000\u00a0EUR",
	"from 1\u00a0500\u00a0000\u00a0EUR"},
    {QUESTION_NUMBER, "3", "3", "3"},
    {QUESTION_DATE, "2027-05-15", "15.05.2027", "2027-05-15"},
    {QUESTION_DATE, "2027-05", "05.2027", "2027-05"},
    {QUESTION_DATE, "2027", "2027", "2027"},
    {QUESTION_DATE, "2027-06/2027-08", "06.2027 – 08.2027", "2027-06 – 2027-08"},
    {QUESTION_SEVERAL, "villa,land", "Вилла, Земля", "Villa, Land"},
    {QUESTION_CHOICE, "", "", ""},
};

static void values_are_shown_in_each_language(void **state)
{
	const struct shown_row *row = *state;
	const struct script_question question = {
	    .kind = row->kind, .id = "x", .options = things, .option_count = 3};
	const struct catalog *catalog = default_texts();
	assert_string_equal(
	    answer_show(catalog, LOCALE_RU, &question, row->value, &arena), row->ru);
	assert_string_equal(
	    answer_show(catalog, LOCALE_EN, &question, row->value, &arena), row->en);
}

static void each_problem_is_said_with_what_would_do(void **state)
{
	(void)state;
	for (unsigned l = 0; l < LOCALE_COUNT; l++)
		for (int p = ANSWER_OTHER + 1; p < ANSWER_PROBLEM_COUNT; p++) {
			const char *said = answer_problem_text(default_texts(), (enum locale)l,
			    &budget, (enum answer_problem)p, &arena);
			assert_true(strlen(said) > 10);
			assert_null(strchr(said, '{'));
			if (p == ANSWER_TOO_LOW)
				assert_non_null(strstr(said, "10\u00a0000\u00a0USD"));
			if (p == ANSWER_CURRENCY)
				assert_non_null(strstr(said, "USD, EUR, RUB"));
		}
}

static int finish(void **state)
{
	default_texts_finish();
	return end(state);
}

int main(void)
{
	const struct row_test tests[] = {
	    {cmocka_unit_test(money_is_read_as_people_write_it), ROWS(number_rows, text)},
	    {cmocka_unit_test(a_number_that_is_no_money_has_no_currency), ONCE},
	    {cmocka_unit_test(dates_are_read_as_exactly_as_they_are), ROWS(date_rows, text)},
	    {cmocka_unit_test(other_kinds_are_read_as_well), ROWS(other_rows, text)},
	    {cmocka_unit_test(a_shared_contact_counts_only_as_one_s_own), ONCE},
	    {cmocka_unit_test(values_are_shown_in_each_language), ROWS(shown_rows, value)},
	    {cmocka_unit_test(each_problem_is_said_with_what_would_do), ONCE},
	};
	return RUN_ROW_TESTS(tests, begin, finish);
}
