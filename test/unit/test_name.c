/* What counts as a full name. */
#include "salesreg/base/text.h"
#include "salesreg/domain/contact/name.h"
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

static const struct each_name_gets_its_verdict_row {
	const char *typed;
	enum name_verdict verdict;
	const char *tidy;
} each_name_gets_its_verdict_rows[] = {
    {"Анна Петрова", NAME_OK, "Анна Петрова"},
    {"  анна   де ла\nКрус ", NAME_OK, "анна де ла Крус"},
    {"Да Винчи Леонардо", NAME_OK, "Да Винчи Леонардо"},
    {"J.R.R. Tolkien", NAME_OK, "J.R.R. Tolkien"},
    {"J.R.R.Tolkien Jr.", NAME_OK, "J.R.R.Tolkien Jr."},
    {"А.С. Пушкин", NAME_OK, "А.С. Пушкин"},
    {"Ali a/l Abu", NAME_OK, "Ali a/l Abu"},
    {"Салтыков-Щедрин Михаил", NAME_OK, "Салтыков-Щедрин Михаил"},
    {"O'Neill Sinéad", NAME_OK, "O'Neill Sinéad"},
    {"محمد علي", NAME_OK, "محمد علي"},
    {"王 小明", NAME_OK, "王 小明"},
    {"Анна 🌴 Петрова", NAME_OK, "Анна 🌴 Петрова"},
    /* a right-to-left override, a zero-width space, a NUL that became U+FFFD, a Hangul filler */
    // NOLINTNEXTLINE(misc-misleading-bidirectional)
    {"Анна "
     "\xE2\x80\xAE"
     "Петрова",
	NAME_OK, "Анна Петрова"},
    {"Ан\xE2\x80\x8Bна Петрова", NAME_OK, "Анна Петрова"},
    {"Анна\xEF\xBF\xBD Петрова", NAME_OK, "Анна Петрова"},
    {"Анна \xEF\xBF\xBD Петрова", NAME_OK, "Анна Петрова"},
    {"Анна \xE3\x85\xA4 Петрова", NAME_OK, "Анна Петрова"},
    {TIMES_100("ж") TIMES_10("ж") TIMES_10("ж") "ж"
						"ж"
						"ж"
						"ж"
						"ж"
						"ж"
						"ж"
						" жжж",
	NAME_OK,
	TIMES_100("ж") TIMES_10("ж") TIMES_10("ж") "ж"
						   "ж"
						   "ж"
						   "ж"
						   "ж"
						   "ж"
						   "ж"
						   " жжж"},
    {TIMES_100("ж") TIMES_10("ж") TIMES_10("ж") "ж"
						"ж"
						"ж"
						"ж"
						"ж"
						"ж"
						"ж"
						" " TIMES_100("ж") TIMES_10("ж") TIMES_10("ж") "ж"
											       "ж"
											       "ж"
											       "ж"
											       "ж"
											       "ж"
											       "ж",
	NAME_OK,
	TIMES_100("ж") TIMES_10("ж") TIMES_10("ж") "ж"
						   "ж"
						   "ж"
						   "ж"
						   "ж"
						   "ж"
						   "ж"
						   " " TIMES_100("ж") TIMES_10("ж")
						       TIMES_10("ж") "ж"
								     "ж"
								     "ж"
								     "ж"
								     "ж"
								     "ж"
								     "ж"},
    {"а "
     "а "
     "а "
     "а "
     "а "
     "а "
     "а "
     "а "
     "а "
     "б",
	NAME_OK,
	"а "
	"а "
	"а "
	"а "
	"а "
	"а "
	"а "
	"а "
	"а "
	"б"},

    {"maria st.clair", NAME_OK, "maria st.clair"},
    {"jean-paul de.la cruz", NAME_OK, "jean-paul de.la cruz"},
    /* a family in one emoji, a flag made of tags, Persian and Malayalam with their joiners */
    {"Анна \U0001F468\u200D\U0001F469\u200D\U0001F467 Петрова", NAME_OK,
	"Анна \U0001F468\u200D\U0001F469\u200D\U0001F467 Петрова"},
    {"Ewan \U0001F3F4\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F Mac", NAME_OK,
	"Ewan \U0001F3F4\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F Mac"},
    {"\u0639\u0644\u06CC\u200C\u0631\u0636\u0627 \u0645\u062D\u0645\u062F", NAME_OK,
	"\u0639\u0644\u06CC\u200C\u0631\u0636\u0627 \u0645\u062D\u0645\u062F"},
    {"\u0D05\u0D28\u0D4D\u200D \u0D2E\u0D4B\u0D39\u0D28\u0D4D\u200D", NAME_OK,
	"\u0D05\u0D28\u0D4D\u200D \u0D2E\u0D4B\u0D39\u0D28\u0D4D\u200D"},
    {"Wa\u200Dy\u200Can Pu\u200Dtra", NAME_OK, "Wayan Putra"},

    {"", NAME_NO_LETTERS, NULL},
    {" \n\t ", NAME_NO_LETTERS, NULL},
    {"😀 😀", NAME_NO_LETTERS, NULL},
    {TIMES_1000("😀 "), NAME_NO_LETTERS, NULL},
    {"123 456", NAME_NO_LETTERS, NULL},
    {"... !!!", NAME_NO_LETTERS, NULL},
    {"\xE3\x85\xA4 \xE3\x85\xA4", NAME_NO_LETTERS, NULL},
    {"\xEF\xBF\xBD\xEF\xBF\xBD", NAME_NO_LETTERS, NULL},
    {" Анна ", NAME_ONE_WORD, "Анна"},
    {"Анна 🌴", NAME_ONE_WORD, "Анна 🌴"},
    {"Анна 5", NAME_ONE_WORD, "Анна 5"},
    {TIMES_100("ж") TIMES_10("ж") TIMES_10("ж") "ж"
						"ж"
						"ж"
						"ж"
						"ж"
						"ж"
						"ж"
						" " TIMES_100("ж") TIMES_10("ж") TIMES_10("ж") "ж"
											       "ж"
											       "ж"
											       "ж"
											       "ж"
											       "ж"
											       "ж"
											       "ж",
	NAME_TOO_LONG, NULL},
    {TIMES_100("слово ") TIMES_100("слово "), NAME_TOO_LONG, NULL},
    {TIMES_10("а ") "б", NAME_TOO_LONG, NULL},
    {TIMES_1000("ж") TIMES_1000("ж") TIMES_1000("ж") TIMES_1000("ж") TIMES_10("ж") TIMES_10("ж")
	    TIMES_10("ж") TIMES_10("ж") TIMES_10("ж") TIMES_10("ж") TIMES_10("ж") TIMES_10("ж")
		TIMES_10("ж") "ж"
			      "ж"
			      "ж"
			      "ж"
			      "ж"
			      "ж",
	NAME_TOO_LONG, NULL},
    {"@anna @petrova", NAME_ADDRESS, NULL},
    {"Анна @petrova", NAME_ADDRESS, NULL},
    {"anna@truerealestate.bali", NAME_ADDRESS, NULL},
    {"Anna anna@truerealestate.bali", NAME_ADDRESS, NULL},
    {"https://t.me/anna", NAME_ADDRESS, NULL},
    {"see t.me/anna", NAME_ADDRESS, NULL},
    {"Anna www.example", NAME_ADDRESS, NULL},
    {"buy cheap-flats.com", NAME_ADDRESS, NULL},
    {"/foo bar", NAME_ADDRESS, NULL},
    {"Ivan /unregister", NAME_ADDRESS, NULL},
    {"Ivan (/start) Petrov", NAME_ADDRESS, NULL},
    {"Ivan «/да» /", NAME_OK, "Ivan «/да» /"},
    {"Siti d/o Ali", NAME_OK, "Siti d/o Ali"},
    {"<b>Anna</b> &amp;", NAME_OK, "<b>Anna</b> &amp;"},
    {"Wayan / Ketut", NAME_OK, "Wayan / Ketut"},
    {"Ivan evil.bet", NAME_ADDRESS, NULL},
    {"Ivan Evil.Win", NAME_ADDRESS, NULL},
    {"Ivan evil.villas", NAME_ADDRESS, NULL},
    {"Ivan evil.xn--p1ai", NAME_ADDRESS, NULL},
    {"Approve at EVIL.COM/now", NAME_ADDRESS, NULL},
    {"Approve at EVIL.COM", NAME_ADDRESS, NULL},
    {"Approve Evil.Com!", NAME_ADDRESS, NULL},
    {"see tme.example/x", NAME_ADDRESS, NULL},
    {"see T.ME/anna", NAME_ADDRESS, NULL},
    {"see (HTTPS://x)", NAME_ADDRESS, NULL},
    {"see evil.example:8080", NAME_ADDRESS, NULL},
    {"see evil.example?a=b", NAME_ADDRESS, NULL},
    {"(evil.com)Ivan Petrov", NAME_ADDRESS, NULL},
    {"evil.com,Ivan Petrov", NAME_ADDRESS, NULL},
    {"Ivan evil.com;", NAME_ADDRESS, NULL},
    {"Ivan .evil.com*", NAME_ADDRESS, NULL},
    {"Ivan «evil.com» Petrov", NAME_ADDRESS, NULL},
    {"Ivan gg\u00BE.org", NAME_ADDRESS, NULL},
    {"evil.com...Ivan Petrov", NAME_ADDRESS, NULL},
    {"Ivan evil.com… Petrov", NAME_ADDRESS, NULL},
    {"Anna,Maria.Petrova Sidorova", NAME_OK, "Anna,Maria.Petrova Sidorova"},
    {"see evil\u3002com now", NAME_ADDRESS, NULL},
    {"see evil\uFF0Ecom now", NAME_ADDRESS, NULL},
    {"see evil\uFF61com now", NAME_ADDRESS, NULL},
    {"see evil.example\uFF0Fx now", NAME_ADDRESS, NULL},
    {"Смотри кремль.рф", NAME_ADDRESS, NULL},
    {"J.R.R. Tolkien", NAME_OK, "J.R.R. Tolkien"},
    {"J.R.R.Tolkien Junior", NAME_OK, "J.R.R.Tolkien Junior"},
    {"Maria St.Clair", NAME_OK, "Maria St.Clair"},
    {"Dr.Ivan Petrov", NAME_OK, "Dr.Ivan Petrov"},
    {"Wayan/Ketut Putra", NAME_OK, "Wayan/Ketut Putra"},
    {"A.Petrov/B.Ivanov Brothers", NAME_OK, "A.Petrov/B.Ivanov Brothers"},
    {"Anna (Anya) Petrova.", NAME_OK, "Anna (Anya) Petrova."},
};

static void each_name_gets_its_verdict(void **state)
{
	const struct each_name_gets_its_verdict_row *row = *state;
	const char *tidy = NULL;
	enum name_verdict verdict = name_check(row->typed, &arena, &tidy);
	if (verdict != row->verdict)
		fail_msg("%s: %s", row->typed, name_verdict_name(verdict));
	if (row->tidy) {
		assert_string_equal(tidy, row->tidy);
		assert_in_range(text_code_points(tidy), 3, NAME_MAX_CODE_POINTS);
	} else {
		assert_null(tidy);
	}
}

int main(void)
{
	const struct row_test tests[] = {{cmocka_unit_test(each_name_gets_its_verdict),
	    ROWS(each_name_gets_its_verdict_rows, typed)}};
	return RUN_ROW_TESTS(tests, begin, end);
}
