/* What the cells of a file of prospects become, and why some cannot. */
#include "salesreg/domain/import/row.h"
#include "salesreg/domain/import/table.h"
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

static const struct columns_are_known_row {
	const char *name;
	enum import_field field;
} columns_are_known_rows[] = {
    {"Телефон", IMPORT_PHONE},
    {"  НОМЕР   ТЕЛЕФОНА: ", IMPORT_PHONE},
    {"\xEF\xBB\xBFИмя", IMPORT_FIRST_NAME},
    {"Ф.И.О.", IMPORT_NAME},
    {"E-Mail", IMPORT_EMAIL},
    {"e_mail", IMPORT_EMAIL},
    {"Эл. почта", IMPORT_EMAIL},
    {"Ник в Телеграме", IMPORT_TELEGRAM},
    {"telegram_id", IMPORT_TELEGRAM},
    {"Что ищёт", IMPORT_CONTEXT},
    {"external_id", IMPORT_ID},
    {"created_at", IMPORT_CREATED_AT},
    {"assigned_rep", IMPORT_IGNORED},
    {"Бюджет", IMPORT_EXTRA},
    {"phonebook", IMPORT_EXTRA},
    {"|", IMPORT_EXTRA},
    {"", IMPORT_EXTRA},
};

static void columns_are_known(void **state)
{
	const struct columns_are_known_row *row = *state;
	const char *cells[] = {row->name, "id"};
	struct import_header header;
	const char *const maps[] = {"2=id"};
	size_t count = row->field == IMPORT_ID ? 1 : 2;
	assert_null(import_header_parse(cells, count, maps, count - 1, &arena, &header));
	assert_int_equal(header.fields[0], row->field);
}

static const struct headers_that_are_refused_row {
	const char *a, *b, *map, *why;
} headers_that_are_refused_rows[] = {
    {"name", "city", NULL, "no column of the first line is known"},
    {"phone", "mobile", NULL, "\"phone\" and \"mobile\" both look like the phone"},
    {"phone", "name", "Связь=telegram", "the file has no such column"},
    {"phone", "name", "name=nonsense", "there is no such field"},
    {"phone", "name", "name", "it is a column and a field"},
    {"phone", "name", "3=extra", "the file has no such column"},
};

static void headers_that_are_refused(void **state)
{
	const struct headers_that_are_refused_row *row = *state;
	const char *cells[] = {row->a, row->b};
	struct import_header header;
	const char *why =
	    import_header_parse(cells, 2, &row->map, row->map ? 1 : 0, &arena, &header);
	assert_non_null(why);
	assert_non_null(strstr(why, row->why));
}

static void a_mapping_wins(void **state)
{
	(void)state;
	const char *cells[] = {"Телефон", "Рабочий", "Связь", "reason"};
	const char *const maps[] = {"РАБОЧИЙ=phone", "3=telegram"};
	struct import_header header;
	assert_null(import_header_parse(cells, 4, maps, 2, &arena, &header));
	assert_int_equal(header.at[IMPORT_PHONE], 2);
	assert_int_equal(header.at[IMPORT_TELEGRAM], 3);
	assert_int_equal(header.fields[0], IMPORT_EXTRA);
}

static void the_reasons_of_a_file_of_bad_rows_are_left_out(void **state)
{
	(void)state;
	const char *cells[] = {"phone", "line", "column", "reason"};
	struct import_header header;
	assert_null(import_header_parse(cells, 4, NULL, 0, &arena, &header));
	for (size_t i = 1; i < 4; i++)
		assert_int_equal(header.fields[i], IMPORT_IGNORED);
}

static const struct numbers_row {
	const char *text, *country, *value, *why;
} numbers_rows[] = {
    {"+7 (912) 345-67-89", NULL, "+79123456789", NULL},
    {"8 912 345 67 89", NULL, "+79123456789", NULL},
    {"89123456789", NULL, "+79123456789", NULL},
    {"7\xC2\xA0"
     "912\xC2\xA0"
     "345 67 89",
	NULL, "+79123456789", NULL},
    {"'+6281234567890", NULL, "+6281234567890", NULL},
    {"081234567890", "62", "+6281234567890", NULL},
    {"9123456789", "7", "+79123456789", NULL},
    {"(912) 345-67-89", "7", "+79123456789", NULL},
    {"9123456789", NULL, NULL, "no country code"},
    {"0812 3456 7890", NULL, NULL, "no country code"},
    {"7.9E+10", NULL, NULL, "rounded"},
    {"7,91234567E+10", "7", NULL, "rounded"},
    {"+7 912", NULL, NULL, "too few or too many"},
    {"+79123456789, +79123456788", NULL, NULL, "more than one"},
    {"@anna_n", NULL, NULL, "no phone number"},
    {"звонить вечером", NULL, NULL, "no phone number"},
};

static void numbers(void **state)
{
	const struct numbers_row *row = *state;
	const char *why = NULL, *value = import_phone(row->text, row->country, &arena, &why);
	if (row->value)
		assert_string_equal(value, row->value);
	else
		assert_null(value);
	if (row->why)
		assert_non_null(strstr(why, row->why));
}

static const struct dates_row {
	const char *text, *value, *why;
} dates_rows[] = {
    {"2026-12-31", "2026-12-31 00:00:00 Asia/Makassar", NULL},
    {"31.12.2026", "2026-12-31 00:00:00 Asia/Makassar", NULL},
    {"1.2.2026 9:05", "2026-02-01 09:05:00 Asia/Makassar", NULL},
    {"2026-12-31T09:30:00.5Z", "2026-12-31 09:30:00.5 +00:00", NULL},
    {"2026-12-31 09:30:00+08", "2026-12-31 09:30:00 +08:00", NULL},
    {"2026-12-31T09:30:00-0530", "2026-12-31 09:30:00 -05:30", NULL},
    {"45321", NULL, "a spreadsheet's number"},
    {"45321,75", NULL, "a spreadsheet's number"},
    {"31/12/2026", NULL, "no date as"},
    {"12.31.2026", NULL, "there is no such date"},
    {"31.12.26", NULL, "no date as"},
    {"29.02.2025", NULL, "there is no such date"},
    {"2026-12-31 24:00", NULL, "no date as"},
    {"вчера", NULL, "no date as"},
    {"2026-12-31 10:00 tomorrow", NULL, "no date as"},
    {"2026-1", NULL, "no date as"},
};

static void dates(void **state)
{
	const struct dates_row *row = *state;
	const char *why = NULL, *value = import_time(row->text, "Asia/Makassar", &arena, &why);
	if (row->value)
		assert_string_equal(value, row->value);
	else
		assert_null(value);
	if (row->why)
		assert_non_null(strstr(why, row->why));
}

static const struct delimiters_row {
	const char *text;
	char delimiter;
} delimiters_rows[] = {
    {"a,b\n1,2\n", ','},
    {"a;b\n1;2\n", ';'},
    {"a\tb\n1\t2\n", '\t'},
    {"a|b\r1|2\r", '|'},
    {"name;budget\nA;1,5\nB;2,5\n", ';'},
    {"\"a,b\";c\n\"1,2,3\";4\n", ';'},
    {"a;b;c\n\"x\ny,z\";2;3\n", ';'},
    {"phone\n+7912\n", ','},
    {"", ','},
    {"name,note\nA,one; two\nB,x\n", ','},
};

static void delimiters(void **state)
{
	const struct delimiters_row *row = *state;
	assert_int_equal(import_delimiter(row->text, strlen(row->text), true), row->delimiter);
}

static const struct sep_lines_row {
	const char *text;
	size_t size;
	char delimiter;
} sep_lines_rows[] = {
    {"sep=;\r\na;b", 7, ';'},
    {"SEP=\t\na", 6, '\t'},
    {"\"sep=,\"\na", 8, ','},
    {"sep=;", 5, ';'},
    {"sep=;;\na", 0, 0},
    {"sep=\na", 0, 0},
    {"separator;b\n", 0, 0},
};

static void sep_lines(void **state)
{
	const struct sep_lines_row *row = *state;
	char delimiter = 0;
	assert_int_equal(import_sep_line(row->text, strlen(row->text), &delimiter), row->size);
	assert_int_equal(delimiter, row->delimiter);
}

static const struct formulas_row {
	const char *cell, *guarded, *plain;
} formulas_rows[] = {
    {"=1+1", "'=1+1", "=1+1"},
    {"+79123456789", "'+79123456789", "+79123456789"},
    {"-", "'-", "-"},
    {"@anna", "'@anna", "@anna"},
    {"\tx", "'\tx", "\tx"},
    {"'=x", "''=x", "''=x"},
    {"'quoted'", "'quoted'", "'quoted'"},
    {"Anna", "Anna", "Anna"},
    {"", "", ""},
};

static void formulas(void **state)
{
	const struct formulas_row *row = *state;
	const char *guarded = import_guard(row->cell, true, &arena),
		   *plain = import_guard(row->cell, false, &arena);
	assert_string_equal(guarded, row->guarded);
	assert_string_equal(plain, row->plain);
	assert_string_equal(import_unguard(guarded), row->cell);
}

static const struct rows_row {
	const char *name, *telegram, *phone, *email;
	const char *new_telegram, *new_phone, *new_email, *notes, *why;
} rows_rows[] = {
    {"Anna", "https://t.me/Anna_N?x=1", "", "", "@Anna_N", NULL, NULL, NULL, NULL},
    {"Anna", "8 912 345 67 89", "", "", NULL, "+79123456789", NULL, NULL, NULL},
    {"Anna", "Anna@Example.org", "", "", NULL, NULL, "Anna@Example.org", NULL, NULL},
    {"Anna", "@anna_n", "+79123456789", "", "@anna_n", "+79123456789", NULL, NULL, NULL},
    {"Anna", "-", "", "", NULL, NULL, NULL, NULL, "no contact"},
    {"Anna", "", "", "", NULL, NULL, NULL, NULL, "no contact"},
    {TIMES_100("ab") TIMES_100("c"), "@anna_n", "", "", "@anna_n", NULL, NULL, NULL,
	"longer than 255"},
};

static void rows(void **state)
{
	const struct rows_row *row = *state;
	const char *const titles[] = {"Имя", "Телеграм", "Телефон", "Почта"};
	const char *const cells[] = {row->name, row->telegram, row->phone, row->email};
	const struct import_options options = {.zone = "UTC"};
	struct import_header header;
	struct import_row out = {0};
	assert_null(import_header_parse(titles, 4, NULL, 0, &arena, &header));
	assert_true(import_row_read(&header, cells, 4, &options, &arena, &out));
	const char *const pairs[][2] = {{out.telegram, row->new_telegram},
	    {out.phone, row->new_phone}, {out.email, row->new_email}, {out.notes, row->notes}};
	for (size_t i = 0; i < 4; i++) {
		if (pairs[i][1])
			assert_string_equal(pairs[i][0], pairs[i][1]);
		else
			assert_null(pairs[i][0]);
	}
	if (row->why)
		assert_non_null(strstr(out.problem, row->why));
	else
		assert_null(out.problem);
}

static void unknown_columns_are_kept(void **state)
{
	(void)state;
	const char *const titles[] = {"id", "Город", "Город", "", "empty"};
	const char *const cells[] = {"7", "'=Бали \"юг\"", "a\\b\r\nc", "x", " \xC2\xA0"};
	const struct import_options options = {.zone = "UTC"};
	struct import_header header;
	struct import_row row = {0};
	assert_null(import_header_parse(titles, 5, NULL, 0, &arena, &header));
	assert_true(import_row_read(&header, cells, 5, &options, &arena, &row));
	assert_string_equal(row.extra,
	    "{\"Город\":\"=Бали \\\"юг\\\"\",\"Город 3\":\"a\\\\b\\nc\",\"column 4\":\"x\"}");
	assert_false(import_row_read(
	    &header, (const char *const[]){"", " ", ""}, 3, &options, &arena, &row));
	assert_true(import_row_read(&header, (const char *const[]){"1", "", "", "", "", "more"}, 6,
	    &options, &arena, &row));
	assert_non_null(strstr(row.problem, "it has 6 columns, and the first line has 5"));
}

static void texts_are_tidied(void **state)
{
	(void)state;
	assert_string_equal(import_tidy("\xEF\xBB\xBF \xC2\xA0"
					"a\xE2\x80\x8B"
					"b\r\nc\rd\t ",
				true, &arena),
	    "ab\nc\nd");
	assert_string_equal(import_tidy("a\r\nb", false, &arena), "a b");
	assert_string_equal(import_status("В РАБОТЕ", &arena), "in_conversation");
	assert_null(import_status("думает", &arena));
}

int main(void)
{
	const struct row_test tests[] = {
	    {cmocka_unit_test(columns_are_known), ROWS(columns_are_known_rows, name)},
	    {cmocka_unit_test(headers_that_are_refused),
		ROWS_BY_NUMBER(headers_that_are_refused_rows)},
	    {cmocka_unit_test(a_mapping_wins), ONCE},
	    {cmocka_unit_test(the_reasons_of_a_file_of_bad_rows_are_left_out), ONCE},
	    {cmocka_unit_test(numbers), ROWS(numbers_rows, text)},
	    {cmocka_unit_test(dates), ROWS(dates_rows, text)},
	    {cmocka_unit_test(delimiters), ROWS(delimiters_rows, text)},
	    {cmocka_unit_test(sep_lines), ROWS(sep_lines_rows, text)},
	    {cmocka_unit_test(formulas), ROWS(formulas_rows, cell)},
	    {cmocka_unit_test(rows), ROWS(rows_rows, name)},
	    {cmocka_unit_test(unknown_columns_are_kept), ONCE},
	    {cmocka_unit_test(texts_are_tidied), ONCE},
	};
	return RUN_ROW_TESTS(tests, begin, end);
}
