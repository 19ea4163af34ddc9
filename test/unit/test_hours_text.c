/* Hours and days off as people type them: what is understood, as it is shown back, and what is not, and why. */
#include "salesreg/base/civil.h"
#include "salesreg/domain/calendar/hours_text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arena_fixture.h"

#define EN "Mon Tue Wed Thu Fri Sat Sun"
#define RU "пн вт ср чт пт сб вс"

static const char *problem_name(enum hours_problem problem)
{
	static const char *const names[] = {
#define X(name) [HOURS_##name] = #name,
	    HOURS_PROBLEM_MAP(X)
#undef X
	};
	return names[problem];
}

static int32_t today(void)
{
	return civil_days((struct civil){2026, 11, 26});
}

static struct hours_text read_text(const char *text)
{
	struct hours_text out;
	hours_read_text(text, today(), NULL, &arena, &out);
	return out;
}

static const struct {
	const char *text, *shown;
} hours[] = {
    {"пн-пт 10-13 14-19", "пн–пт 10:00–13:00, 14:00–19:00"},
    {"Пн–Пт 10:00–13:00, 14:00–19:00; сб 11–15", "пн–пт 10:00–13:00, 14:00–19:00; сб 11:00–15:00"},
    {"mon-fri 9-17, sat 10:30-14", "пн–пт 09:00–17:00; сб 10:30–14:00"},
    {"Mon to Fri 9am-5pm", "пн–пт 09:00–17:00"},
    {"monday through friday 9:00 a.m. - 5:30 p.m.", "пн–пт 09:00–17:30"},
    {"weekdays 9-5pm", "пн–пт 09:00–17:00"},
    {"weekdays 1-5pm", "пн–пт 13:00–17:00"},
    {"12am-12pm", "пн–пт 00:00–12:00"},
    {"по будням с 10 до 19", "пн–пт 10:00–19:00"},
    {"с 10 до 19 по будням", "пн–пт 10:00–19:00"},
    {"с 10 по 19 с пн по пт", "пн–пт 10:00–19:00"},
    {"с 10 до 19 по будням, в субботу 11-15", "пн–пт 10:00–19:00; сб 11:00–15:00"},
    {"10-13 14-19 пн, вт, ср", "пн–ср 10:00–13:00, 14:00–19:00"},
    {"10-13 пн 14-19 вт", "пн 10:00–13:00; вт 14:00–19:00"},
    {"каждый день 9-21", "пн–вс 09:00–21:00"},
    {"every day 9-21", "пн–вс 09:00–21:00"},
    {"ежедневно кроме воскресенья 9-21", "пн–сб 09:00–21:00"},
    {"9-21 кроме сб и вс", "пн–пт 09:00–21:00"},
    {"daily 9-21 except sundays", "пн–сб 09:00–21:00"},
    {"каждый день 9-21, вс выходной", "пн–сб 09:00–21:00"},
    {"выходной вс, каждый день 9-21", "пн–сб 09:00–21:00"},
    {"каждый день 9-21, сб и вс выходные", "пн–пт 09:00–21:00"},
    {"10-19", "пн–пт 10:00–19:00"},
    {"10-13, 13-19", "пн–пт 10:00–19:00"},
    {"выходные 10:00-14:00", "сб, вс 10:00–14:00"},
    {"по выходным 11-15, рабочие дни 10-19", "пн–пт 10:00–19:00; сб, вс 11:00–15:00"},
    {"weekends 11-15", "сб, вс 11:00–15:00"},
    {"сб-вт 10-12", "пн, вт 10:00–12:00; сб, вс 10:00–12:00"},
    {"понедельник, среда и пятница 10-19", "пн 10:00–19:00; ср 10:00–19:00; пт 10:00–19:00"},
    {"ПОНЕДЕЛЬНИК 9.30-18.15", "пн 09:30–18:15"},
    {"пн. 0930-1815", "пн 09:30–18:15"},
    {"пт 18-24", "пт 18:00–24:00"},
    {"пт 18-0", "пт 18:00–24:00"},
    {"пт 18:00-00:00", "пт 18:00–24:00"},
    {"пт 0-24", "пт 00:00–24:00"},
    {"круглосуточно", "пн–пт 00:00–24:00"},
    {"24/7", "пн–вс 00:00–24:00"},
    {"пн 10-19\nвт 11-20\nср 12-21", "пн 10:00–19:00; вт 11:00–20:00; ср 12:00–21:00"},
    {"График работы: пн-пт - с 10:00 до 19:00!", "пн–пт 10:00–19:00"},
    {"working hours: mon-fri 9-17", "пн–пт 09:00–17:00"},
    {"10 утра - 7 вечера по будням", "пн–пт 10:00–19:00"},
    {"с 10 часов до 19 часов ежедневно", "пн–вс 10:00–19:00"},
};

static void hours_are_understood_and_shown_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof hours / sizeof *hours; i++) {
		struct hours_text out = read_text(hours[i].text);
		if (out.problem != HOURS_NONE || out.meaning != HOURS_MEANS_HOURS)
			fail_msg("%s: %s at %zu, \"%s\"", hours[i].text, problem_name(out.problem),
			    out.word, out.said);
		const char *shown = hours_print(&arena, &out.hours, RU);
		if (strcmp(shown, hours[i].shown) != 0)
			fail_msg("%s: %s", hours[i].text, shown);
	}
}

static void what_is_shown_is_understood_in_both_languages(void **state)
{
	(void)state;
	static const char *const names[] = {RU, EN};
	for (size_t i = 0; i < sizeof hours / sizeof *hours; i++)
		for (size_t n = 0; n < 2; n++) {
			struct hours_text out = read_text(hours[i].text), again;
			again = read_text(hours_print(&arena, &out.hours, names[n]));
			assert_int_equal(again.problem, HOURS_NONE);
			assert_string_equal(
			    hours_pack(&arena, &again.hours), hours_pack(&arena, &out.hours));
		}
}

static const struct {
	const char *text;
	enum hours_problem problem;
	size_t word;
	const char *said;
} not_hours[] = {
    {"", HOURS_EMPTY, 0, ""},
    {" , ", HOURS_EMPTY, 0, ""},
    {"привет", HOURS_UNKNOWN_WORD, 1, "привет"},
    {"пн-птн 10-19", HOURS_UNKNOWN_WORD, 1, "птн"},
    {"пн-пт с 10 до обеда", HOURS_BAD_TIME, 3, "10"},
    {"mon-fri 9-17 mostly", HOURS_UNKNOWN_WORD, 3, "mostly"},
    {"пн", HOURS_NO_TIME, 1, "пн"},
    {"пн 10-19, вт", HOURS_NO_TIME, 3, "вт"},
    {"вс выходной", HOURS_NO_TIME, 1, "вс"},
    {"пн 10", HOURS_BAD_TIME, 2, "10"},
    {"пн 10-", HOURS_BAD_TIME, 2, "10"},
    {"пн 10-13-15", HOURS_BAD_TIME, 2, "15"},
    {"пн 10-25", HOURS_BAD_TIME, 2, "25"},
    {"пн 10:60-12", HOURS_BAD_TIME, 2, "10:60"},
    {"пн 24:01-24:02", HOURS_BAD_TIME, 2, "24:01"},
    {"пн 10:5-12", HOURS_BAD_TIME, 2, "10:5"},
    {"mon 13pm-2pm", HOURS_BAD_TIME, 2, "13"},
    {"mon 0am-2pm", HOURS_BAD_TIME, 2, "0"},
    {"пн 31.12.2026-12", HOURS_BAD_TIME, 2, "31.12.2026"},
    {"пн 19-10", HOURS_REVERSED, 2, "10"},
    {"mon-fri 9-5", HOURS_REVERSED, 2, "5"},
    {"пн 10-10", HOURS_REVERSED, 2, "10"},
    {"пн 24-24", HOURS_REVERSED, 2, "24"},
    {"пн 0-0", HOURS_REVERSED, 2, "0"},
    {"пт 22-2", HOURS_PAST_MIDNIGHT, 2, "2"},
    {"пт 18:00-03:30", HOURS_PAST_MIDNIGHT, 2, "03:30"},
    {"пн 10-14 13-19", HOURS_OVERLAP, 3, "13"},
    {"пн-пт 10-19, пт 10-17", HOURS_OVERLAP, 4, "10"},
    {"кроме 10-19", HOURS_UNKNOWN_WORD, 1, "кроме"},
    {"12345-12", HOURS_UNKNOWN_WORD, 1, "12345"},
    {"99999999999999999999-12", HOURS_UNKNOWN_WORD, 1, "99999999999999999999"},
};

static void what_is_not_understood_is_told_by_its_word(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof not_hours / sizeof *not_hours; i++) {
		struct hours_text out = read_text(not_hours[i].text);
		if (out.problem != not_hours[i].problem || out.word != not_hours[i].word ||
		    strcmp(out.said, not_hours[i].said) != 0)
			fail_msg("%s: %s at %zu, \"%s\"", not_hours[i].text,
			    problem_name(out.problem), out.word, out.said);
	}
}

static const struct {
	const char *text;
	enum hours_meaning meaning;
	const char *shown;
} days[] = {
    {"выходной 31.12", HOURS_MEANS_OFF, "31.12.2026"},
    {"Выходной: 31.12", HOURS_MEANS_OFF, "31.12.2026"},
    {"выходной 01.11", HOURS_MEANS_OFF, "01.11.2027"},
    {"выходной 26.11", HOURS_MEANS_OFF, "26.11.2026"},
    {"выходной сегодня и завтра", HOURS_MEANS_OFF, "26.11.2026–27.11.2026"},
    {"выходные 31.12, 01.01, 07.01", HOURS_MEANS_OFF, "31.12.2026–01.01.2027, 07.01.2027"},
    {"отпуск с 28.12 по 10.01", HOURS_MEANS_OFF, "28.12.2026–10.01.2027"},
    {"отпуск 28.12.2026-10.01.2027", HOURS_MEANS_OFF, "28.12.2026–10.01.2027"},
    {"отпуск с 1 по 10 августа", HOURS_MEANS_OFF, "01.08.2027–10.08.2027"},
    {"отпуск 1-10 августа 2027", HOURS_MEANS_OFF, "01.08.2027–10.08.2027"},
    {"отпуск с 28 декабря по 3 января", HOURS_MEANS_OFF, "28.12.2026–03.01.2027"},
    {"off 2026-12-31", HOURS_MEANS_OFF, "31.12.2026"},
    {"off 2026-12-28 to 2027-01-03", HOURS_MEANS_OFF, "28.12.2026–03.01.2027"},
    {"day off on Dec 31", HOURS_MEANS_OFF, "31.12.2026"},
    {"vacation dec 28 - jan 3", HOURS_MEANS_OFF, "28.12.2026–03.01.2027"},
    {"vacation jan 1-10", HOURS_MEANS_OFF, "01.01.2027–10.01.2027"},
    {"holiday tomorrow", HOURS_MEANS_OFF, "27.11.2026"},
    {"off 31.12.26", HOURS_MEANS_OFF, "31.12.2026"},
    {"off 29.02", HOURS_MEANS_OFF, "29.02.2028"},
    {"off 31.12, 31.12, 30.12", HOURS_MEANS_OFF, "30.12.2026–31.12.2026"},
    {"работаю 31.12", HOURS_MEANS_WORKING, "31.12.2026"},
    {"рабочий день 31.12", HOURS_MEANS_WORKING, "31.12.2026"},
    {"working 2026-12-31", HOURS_MEANS_WORKING, "31.12.2026"},
};

static void days_off_are_understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
		struct hours_text out = read_text(days[i].text);
		if (out.problem != HOURS_NONE || out.meaning != days[i].meaning)
			fail_msg("%s: %s at %zu, \"%s\"", days[i].text, problem_name(out.problem),
			    out.word, out.said);
		const char *shown = days_print(&arena, out.days, out.day_count);
		if (strcmp(shown, days[i].shown) != 0)
			fail_msg("%s: %s", days[i].text, shown);
	}
}

static const struct {
	const char *text;
	enum hours_problem problem;
	size_t word;
	const char *said;
} not_days[] = {
    {"выходной 31.02", HOURS_BAD_DATE, 2, "31.02"},
    {"выходной 31.13", HOURS_BAD_DATE, 2, "31.13"},
    {"выходной 31", HOURS_BAD_DATE, 2, "31"},
    {"выходной 31:12", HOURS_BAD_DATE, 2, "31:12"},
    {"off 2026-11-25", HOURS_PAST_DATE, 2, "2026-11-25"},
    {"off 2031-01-01", HOURS_BAD_DATE, 2, "2031-01-01"},
    {"off 2026-12-31 or later", HOURS_UNKNOWN_WORD, 3, "or"},
    {"отпуск с 10.01.2027 по 28.12.2026", HOURS_REVERSED, 5, "28.12.2026"},
    {"отпуск с 1.12 по 1.11", HOURS_TOO_MANY, 5, "1.11"},
    {"отпуск с 14 декабря по\n15 января", HOURS_BAD_DATE, 5, "по"},
    {"off dec 31 -\n", HOURS_BAD_DATE, 4, "-"},
};

static void what_is_no_day_is_told_by_its_word(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof not_days / sizeof *not_days; i++) {
		struct hours_text out = read_text(not_days[i].text);
		if (out.problem != not_days[i].problem || out.word != not_days[i].word ||
		    strcmp(out.said, not_days[i].said) != 0)
			fail_msg("%s: %s at %zu, \"%s\"", not_days[i].text,
			    problem_name(out.problem), out.word, out.said);
	}
}

static void the_names_of_another_language_are_understood_too(void **state)
{
	(void)state;
	struct hours_text out;
	hours_read_text("Lun-Ven 9-17", today(), "Lun Mar Mer Jeu Ven Sam Dim", &arena, &out);
	assert_int_equal(out.problem, HOURS_NONE);
	assert_string_equal(hours_print(&arena, &out.hours, EN), "Mon–Fri 09:00–17:00");
	hours_read_text("Lun-Ven 9-17", today(), "", &arena, &out);
	assert_int_equal(out.problem, HOURS_UNKNOWN_WORD);
}

static void hours_are_packed_and_unpacked(void **state)
{
	(void)state;
	struct hours week;
	assert_true(hours_unpack("2 600 780,1 840 1140,1 600 780,2 780 800", &week));
	assert_string_equal(hours_pack(&arena, &week), "1 600 780,1 840 1140,2 600 800");
	assert_true(hours_unpack(NULL, &week) && week.count == 0);
	assert_true(hours_unpack("", &week) && week.count == 0);
	static const char *const wrong[] = {"8 1 2", "0 1 2", "1 2 1", "1 1 1441", "1 1", "1 1 2;",
	    "1 1 2,x", "1 600 780,1 700 800", "-1 1 2", "1  1 2"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_false(hours_unpack(wrong[i], &week));
		assert_int_equal(week.count, 0);
	}
	int32_t list[3];
	assert_int_equal(days_unpack("20818,20819", list, 3), 2);
	assert_string_equal(days_pack(&arena, list, 2), "20818,20819");
	assert_int_equal(days_unpack("1,2,3,4", list, 3), 3);
	assert_int_equal(days_unpack(NULL, list, 3), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(hours_are_understood_and_shown_back, begin, end),
	    cmocka_unit_test_setup_teardown(
		what_is_shown_is_understood_in_both_languages, begin, end),
	    cmocka_unit_test_setup_teardown(what_is_not_understood_is_told_by_its_word, begin, end),
	    cmocka_unit_test_setup_teardown(days_off_are_understood, begin, end),
	    cmocka_unit_test_setup_teardown(what_is_no_day_is_told_by_its_word, begin, end),
	    cmocka_unit_test_setup_teardown(
		the_names_of_another_language_are_understood_too, begin, end),
	    cmocka_unit_test_setup_teardown(hours_are_packed_and_unpacked, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
