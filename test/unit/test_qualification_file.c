/* A script's JSON: what is good, and what is said of what is not, with its line. */
#include "row_tests.h"

#include "arena_fixture.h"
#include "salesreg/app/qualification.h"

#define Q(rest)                                                                                    \
	"{\"questions\": [\n{\"id\": \"a\", \"kind\": \"text\", \"text\": {\"ru\": \"А?\", "      \
	"\"en\": \"A?\"}" rest "}\n]}"
#define CHOICE                                                                                        \
	"{\"questions\": [\n{\"id\": \"a\", \"kind\": \"choice\", \"text\": {\"ru\": \"А?\"}, "      \
	"\"options\": [{\"id\": \"x\", \"label\": {\"ru\": \"Икс\"}}, {\"id\": \"y\", \"label\": " \
	"{\"ru\": \"Игрек\"}}]},\n"

static const struct fault_row {
	const char *json, *said; /* NULL: it is good */
} fault_rows[] = {
    {Q(""), NULL},
    {Q(", \"skippable\": false, \"weight\": 5, \"title\": {\"ru\": \"А\"}"), NULL},
    {CHOICE "{\"id\": \"b\", \"kind\": \"date\", \"text\": {\"en\": \"B?\"}, \"when\": {\"a\": "
	    "\"x\"}}]}",
	NULL},
    {CHOICE "{\"id\": \"b\", \"kind\": \"number\", \"text\": {\"en\": \"B?\"}, \"when\": {\"a\": "
	    "[\"x\", \"y\"]}, \"min\": 1, \"max\": 2, \"currencies\": [\"USD\"]}]}",
	NULL},
    {"", "QUALIFICATION: line 1: "},
    {"{\"questions\": [\n{\"id\": \"a\",,\n]}", "QUALIFICATION: line 2: "},
    {"[]", "QUALIFICATION: it must be {\"questions\": […]}"},
    {"{}", "QUALIFICATION: it must be {\"questions\": […]}"},
    {"{\"questions\": []}", "QUALIFICATION: line 1: there are no questions"},
    {"{\"questions\": [\n1]}", "a question must be an object"},
    {"{\"question\": [], \"questions\": []}", "\"question\" is nothing that is known here"},
    {Q(", \"skipable\": true"),
	"QUALIFICATION: line 2: question 1, a: \"skipable\" is nothing that is known here"},
    {Q(", \"skippable\": 1"), "skippable must be true or false"},
    {Q(", \"weight\": 1.5"), "weight must be a whole number from -1000 to 1000"},
    {Q(", \"weight\": 5000"), "weight must be a whole number from -1000 to 1000"},
    {Q(", \"min\": 5"), "only number has min and max"},
    {Q(", \"currencies\": [\"USD\"]"), "only number has currencies"},
    {Q(", \"options\": [{\"id\": \"x\", \"label\": {\"ru\": \"Икс\"}}]"),
	"only choice and several have options"},
    {Q(", \"when\": {\"b\": \"x\"}"), "when: there is no question \"b\" before it"},
    {Q(", \"when\": {\"a\": \"x\"}"), "when: there is no question \"a\" before it"},
    {Q(", \"when\": []"), "when must be {"},
    {Q(", \"title\": \"А\""), "title must be {\"ru\": \"…\", \"en\": \"…\"}"},
    {Q(", \"title\": {\"de\": \"A\"}"), "title.\"de\" is nothing that is known here"},
    {Q(", \"title\": {\"ru\": \" \"}"), "title.ru is missing or empty"},
    {Q(", \"title\": {\"ru\": \"" TIMES_100("я") "\"}"), "title.ru is longer than 80 characters"},
    {Q(", \"title\": {\"ru\": \"a\\u0001b\"}"), "title.ru has a control character in it"},
    {Q(", \"title\": {\"ru\": \"a\\u0000b\"}"), "QUALIFICATION: line 2: "},
    {"{\"questions\": [\n\n{\"id\": \"A b\", \"kind\": \"text\", \"text\": {\"ru\": \"?\"}}]}",
	"line 3: question 1, A b: id must be small letters, digits and _, a letter first"},
    {"{\"questions\": [{\"id\": \"a\", \"kind\": \"radio\", \"text\": {\"ru\": \"?\"}}]}",
	"kind must be choice, several, number, text, contact, email or date"},
    {"{\"questions\": [{\"kind\": \"text\", \"text\": {\"ru\": \"?\"}}]}",
	"line 1: question 1: id must be a text"},
    {"{\"questions\": [{\"id\": \"a\", \"kind\": \"text\"}]}", "text must be {"},
    {"{\"questions\": [{\"id\": \"a\", \"kind\": \"choice\", \"text\": {\"ru\": \"?\"}}]}",
	"options: there is nothing to choose from"},
    {CHOICE "{\"id\": \"a\", \"kind\": \"text\", \"text\": {\"ru\": \"?\"}}]}",
	"QUALIFICATION: line 3: question 2, a: its id is another question's, too"},
    {CHOICE "{\"id\": \"b\", \"kind\": \"text\", \"text\": {\"ru\": \"?\"}, \"when\": {\"a\": "
	    "\"z\"}}]}",
	"line 3: question 2, b: when: \"z\" is no option of the question a"},
    {CHOICE
	"{\"id\": \"b\", \"kind\": \"text\", \"text\": {\"ru\": \"?\"}, \"when\": {\"a\": []}}]}",
	"when.a must be an option or a list of options"},
    {"{\"questions\": [{\"id\": \"a\", \"kind\": \"number\", \"text\": {\"ru\": \"?\"}, \"min\": "
     "5, \"max\": 1}]}",
	"min must not be below 0, nor above max"},
    {"{\"questions\": [{\"id\": \"a\", \"kind\": \"number\", \"text\": {\"ru\": \"?\"}, "
     "\"currencies\": [\"usd\"]}]}",
	"currencies[0] must be three capital letters of ISO 4217"},
    {"{\"questions\": [{\"id\": \"a\", \"kind\": \"choice\", \"text\": {\"ru\": \"?\"}, "
     "\"options\": [{\"id\": \"x\", \"label\": {\"ru\": \"Да\"}}, {\"id\": \"y\", \"label\": "
     "{\"ru\": \"да\"}}]}]}",
	"options[1].label.ru is there twice"},
    {"{\"questions\": [{\"id\": \"a\", \"id\": \"b\"}]}", "QUALIFICATION: line 1: "},
};

static void what_is_wrong_is_said_with_its_line(void **state)
{
	const struct fault_row *row = *state;
	struct buf problems;
	buf_init(&problems, 4096);
	const struct script *script;
	enum err err = qualification_load(row->json, &arena, &script, &problems);
	const char *said = buf_text(&problems);
	if (!row->said) {
		if (err != ERR_OK)
			fail_msg("%s", said);
		assert_non_null(script);
		assert_int_equal(strlen(script->version), SCRIPT_VERSION_CHARS);
	} else {
		assert_int_equal(err, ERR_CONFIG);
		assert_null(script);
		if (!strstr(said, row->said))
			fail_msg("%s", said);
		assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
	}
	buf_finish(&problems);
}

static const struct script *load(const char *json)
{
	struct buf problems;
	buf_init(&problems, 4096);
	const struct script *script;
	if (qualification_load(json, &arena, &script, &problems) != ERR_OK)
		fail_msg("%s", buf_text(&problems));
	buf_finish(&problems);
	return script;
}

static void the_script_that_is_built_in_asks_six_questions(void **state)
{
	(void)state;
	const struct script *script = load(NULL);
	static const char *const ids[] = {"what", "budget", "when", "purpose", "phone", "email"};
	assert_int_equal(script->count, 6);
	for (size_t i = 0; i < 6; i++)
		assert_string_equal(script->questions[i].id, ids[i]);
	assert_null(load("off"));
}

static void the_version_is_of_the_content_and_not_of_its_layout(void **state)
{
	(void)state;
	const struct script *script = load(Q(""));
	assert_string_equal(
	    load(Q("   ,\n\n\"weight\":   0"))->version, load(Q(", \"weight\": 0"))->version);
	assert_string_not_equal(load(Q(", \"weight\": 1"))->version, script->version);
	const struct script *again = qualification_stored(script->json, &arena);
	assert_string_equal(again->version, script->version);
	assert_string_equal(again->questions[0].text.in[LOCALE_EN], "A?");
	assert_null(qualification_stored("{}", &arena));
	assert_null(qualification_stored("", &arena));
}

static void a_language_that_is_not_there_gets_the_first_that_is(void **state)
{
	(void)state;
	const struct script *script = load(
	    "{\"questions\": [{\"id\": \"a\", \"kind\": \"text\", \"text\": {\"ru\": \"А?\"}}]}");
	assert_string_equal(script->questions[0].text.in[LOCALE_EN], "А?");
	assert_string_equal(script->questions[0].title.in[LOCALE_EN], "А?");
}

int main(void)
{
	const struct row_test tests[] = {
	    {cmocka_unit_test(what_is_wrong_is_said_with_its_line), ROWS(fault_rows, json)},
	    {cmocka_unit_test(the_script_that_is_built_in_asks_six_questions), ONCE},
	    {cmocka_unit_test(the_version_is_of_the_content_and_not_of_its_layout), ONCE},
	    {cmocka_unit_test(a_language_that_is_not_there_gets_the_first_that_is), ONCE},
	};
	return RUN_ROW_TESTS(tests, begin, end);
}
