/* The walk over a script: what comes next, what was before, what a changed answer takes with it; over random scripts, too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arena_fixture.h"
#include "salesreg/domain/qualification/script.h"
#include "salesreg/domain/qualification/script_check.h"

enum { SCRIPTS = 400, STEPS = 120, MOST = 14, OPTIONS = 3 };

/* xorshift: the same scripts each time */
static uint64_t seed;
static size_t any(size_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (size_t)(seed % below);
}

static const char *name(char letter, size_t number)
{
	return arena_printf(&arena, "%c%zu", letter, number);
}

static struct localized text(const char *s)
{
	struct localized out;
	for (unsigned l = 0; l < LOCALE_COUNT; l++)
		out.in[l] = s;
	return out;
}

static const struct script *random_script(void)
{
	size_t count = 1 + any(MOST);
	struct script_question *questions = ARENA_ARRAY(&arena, struct script_question, count);
	for (size_t q = 0; q < count; q++) {
		struct script_option *options = ARENA_ARRAY(&arena, struct script_option, OPTIONS);
		for (size_t i = 0; i < OPTIONS; i++)
			options[i] =
			    (struct script_option){name('o', i), text(name('o', i)), (int)any(5)};
		questions[q] = (struct script_question){.id = name('q', q),
		    .kind = any(2) ? QUESTION_CHOICE : QUESTION_SEVERAL,
		    .text = text("?"),
		    .title = text("t"),
		    .options = options,
		    .option_count = OPTIONS,
		    .required = any(4) == 0,
		    .weight = (int)any(5)};
		struct script_condition *conditions =
		    ARENA_ARRAY(&arena, struct script_condition, 2);
		size_t condition_count = q ? any(3) : 0;
		for (size_t i = 0; i < condition_count; i++)
			conditions[i] = (struct script_condition){any(q), (uint32_t)(1 + any(7))};
		questions[q].conditions = conditions;
		questions[q].condition_count = condition_count;
	}
	struct script *script = ARENA_NEW(&arena, struct script);
	*script = (struct script){"0123456789abcdef", "{}", questions, count};
	size_t where;
	assert_null(script_fault(script, &arena, &where));
	return script;
}

static const char *random_answer(const struct script_question *question)
{
	if (!question->required && any(5) == 0)
		return "";
	uint32_t options = question->kind == QUESTION_CHOICE ? UINT32_C(1) << any(OPTIONS)
							     : (uint32_t)(1 + any(7));
	return question_options_value(question, options, &arena);
}

static void check_path(const struct script *script, const char *const *answers)
{
	for (size_t q = 0; q < script->count; q++)
		if (answers[q])
			assert_true(script_asks(script, answers, q));
}

static void every_path_ends_and_back_is_the_inverse_of_forward(void **state)
{
	(void)state;
	seed = 0x9E3779B97F4A7C15U;
	for (size_t s = 0; s < SCRIPTS; s++) {
		arena_reset(&arena);
		const struct script *script = random_script();
		const char **answers = ARENA_ARRAY(&arena, const char *, script->count);
		size_t at = script_next(script, answers), steps = 0;
		while (at < script->count) {
			assert_null(answers[at]);
			assert_true(script_asks(script, answers, at));
			answers[at] = random_answer(&script->questions[at]);
			assert_int_equal(script_prune(script, answers, NULL), 0);
			size_t next = script_next(script, answers);
			assert_true(next > at);
			if (next < script->count)
				assert_int_equal(script_previous(script, answers, next), at);
			at = next;
			assert_true(++steps <= script->count);
		}
		check_path(script, answers);
	}
}

static void a_changed_answer_leaves_none_on_a_branch_that_is_not_taken(void **state)
{
	(void)state;
	seed = 0xD1B54A32D192ED03U;
	for (size_t s = 0; s < SCRIPTS; s++) {
		arena_reset(&arena);
		const struct script *script = random_script();
		const char **answers = ARENA_ARRAY(&arena, const char *, script->count);
		bool *gone = ARENA_ARRAY(&arena, bool, script->count);
		for (size_t i = 0; i < STEPS; i++) {
			size_t q = any(script->count);
			if (!script_asks(script, answers, q))
				continue;
			const char **before = ARENA_ARRAY(&arena, const char *, script->count);
			answers[q] = random_answer(&script->questions[q]);
			memcpy(before, answers, script->count * sizeof *before);
			size_t count = script_prune(script, answers, gone);
			check_path(script, answers);
			size_t told = 0;
			for (size_t k = 0; k < script->count; k++) {
				assert_int_equal(gone[k], before[k] && !answers[k]);
				told += gone[k];
			}
			assert_int_equal(told, count);
			assert_int_equal(script_prune(script, answers, gone), 0);
			size_t next = script_next(script, answers);
			assert_true(next == script->count || !answers[next]);
		}
	}
}

static void what_a_button_does_is_read_back(void **state)
{
	(void)state;
	static const struct question_press presses[] = {
	    {0, QUESTION_SKIP, 0, 0}, {3, QUESTION_BACK, 0, 0}};
	seed = 1;
	const struct script *script;
	do
		script = random_script();
	while (script->count < 4);
	struct question_press read;
	for (size_t i = 0; i < sizeof presses / sizeof *presses; i++) {
		const char *data = question_press_write(script, &presses[i], &arena);
		assert_true(question_press_read(script, data, &read));
		assert_memory_equal(&read, &presses[i], sizeof read);
	}
	for (size_t q = 0; q < script->count; q++) {
		bool several = script->questions[q].kind == QUESTION_SEVERAL;
		struct question_press press = {
		    q, several ? QUESTION_TOGGLE : QUESTION_CHOOSE, 2, 0};
		assert_true(question_press_read(
		    script, question_press_write(script, &press, &arena), &read));
		assert_int_equal(read.option, 2);
		press = (struct question_press){q, QUESTION_DONE, 0, 5};
		assert_int_equal(question_press_read(
				     script, question_press_write(script, &press, &arena), &read),
		    several);
	}
	static const char *const forged[] = {"", "0123456789abcdef",
	    "0123456789abcdef:", "0123456789abcdef:0",
	    "0123456789abcdef:0:", "0123456789abcdef:0:x", "0123456789abcdef:99:s",
	    "0123456789abcdef:0:s1", "0123456789abcdef:0:c3", "0123456789abcdef:0:c",
	    "0123456789abcdef:0:t-1", "0123456789abcdef:0:dff",
	    "0123456789abcdef:0:c99999999999999999999", "0123456789abcdee:0:s",
	    "0123456789abcdef:000:s", "0123456789abcdef::s"};
	for (size_t i = 0; i < sizeof forged / sizeof *forged; i++)
		assert_false(question_press_read(script, forged[i], &read));
	assert_false(question_press_read(script, NULL, &read));
}

static void weights_add_up(void **state)
{
	(void)state;
	static const struct script_option options[] = {
	    {"a", {{"a", "a"}}, 5}, {"b", {{"b", "b"}}, -2}};
	static const struct script_question questions[] = {{.id = "x",
							       .kind = QUESTION_SEVERAL,
							       .options = options,
							       .option_count = 2,
							       .weight = 1},
	    {.id = "y", .kind = QUESTION_TEXT, .weight = 10}};
	static const struct script script = {"v", "{}", questions, 2};
	const char *answers[] = {"a,b", "text"};
	assert_int_equal(script_score(&script, answers), 14);
	answers[1] = "";
	assert_int_equal(script_score(&script, answers), 4);
	answers[0] = NULL;
	assert_int_equal(script_score(&script, answers), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_path_ends_and_back_is_the_inverse_of_forward),
	    cmocka_unit_test(a_changed_answer_leaves_none_on_a_branch_that_is_not_taken),
	    cmocka_unit_test(what_a_button_does_is_read_back),
	    cmocka_unit_test(weights_add_up),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
