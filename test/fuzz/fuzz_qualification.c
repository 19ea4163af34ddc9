/*
 * Bytes → a script's file and answers to questions of each kind: a script that is taken can be walked to its end and is read back the same
 * from what is stored; a value that is taken is shown in both languages, and shows nothing that its kind cannot have.
 */
#include "fuzz.h"
#include "salesreg/app/qualification.h"
#include "salesreg/app/texts.h"
#include "salesreg/base/civil.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/qualification/answer.h"
#include "salesreg/domain/qualification/summary.h"

#define BOTH(word)                                                                                 \
	{                                                                                          \
		{                                                                                  \
			word, word                                                                 \
		}                                                                                  \
	}
static const struct script_option things[] = {
    {"villa", BOTH("Вилла"), 1}, {"flat", BOTH("Flat"), 2}, {"land", BOTH("Земля"), 3}};
static const struct script_question questions[QUESTION_KIND_COUNT] = {
#define X(name, word)                                                                              \
	[QUESTION_##name] = {.id = word,                                                           \
	    .kind = QUESTION_##name,                                                               \
	    .text = BOTH(word),                                                                    \
	    .title = BOTH(word),                                                                   \
	    .options = things,                                                                     \
	    .option_count = 3,                                                                     \
	    .least = 1000,                                                                         \
	    .most = 1000000000,                                                                    \
	    .currencies = {"USD", "RUB"},                                                          \
	    .currency_count = 2},
    QUESTION_KIND_MAP(X)
#undef X
};
static const struct script script = {"0123456789abcdef", "{}", questions, QUESTION_KIND_COUNT};

static const struct catalog *catalog(void)
{
	static struct texts texts;
	static bool loaded;
	struct buf problems;
	if (!loaded) {
		buf_init(&problems, 4096);
		require(texts_load(&texts, NULL, &problems) == ERR_OK);
		buf_finish(&problems);
		loaded = true;
	}
	return &texts.catalog;
}

static void check_answer(enum question_kind kind, const char *text, struct arena *a)
{
	int32_t today = civil_days((struct civil){2026, 11, 27});
	const struct script_question *q = &questions[kind];
	const char *value = NULL, *answers[QUESTION_KIND_COUNT] = {NULL};
	enum answer_problem problem = answer_read(q, text, today, a, &value);
	require((problem == ANSWER_OK) == (value != NULL));
	for (unsigned l = 0; l < LOCALE_COUNT; l++) {
		if (problem == ANSWER_OTHER)
			continue;
		const char *said =
		    value ? answer_show(catalog(), (enum locale)l, q, value, a)
			  : answer_problem_text(catalog(), (enum locale)l, q, problem, a);
		require(said && *said && text_is_clean(said, strlen(said)));
	}
	if (!value)
		return;
	answers[kind] = value;
	require(script_score(&script, answers) >= 0);
	bool cut;
	const struct summary summary = {
	    .catalog = catalog(), .script = &script, .answers = answers};
	require(*summary_lines(&summary, SIZE_MAX, &cut, a) || kind == QUESTION_TEXT);
	if (kind == QUESTION_NUMBER || kind == QUESTION_DATE)
		require(strspn(value, "0123456789-/ USDRB") == strlen(value));
	if (kind == QUESTION_SEVERAL || kind == QUESTION_CHOICE)
		require(question_options(q, value) != 0);
	if (kind == QUESTION_CONTACT)
		require(*value == '+' && strspn(value + 1, "0123456789") == strlen(value) - 1);
}

static void check_script(const char *json, struct arena *a)
{
	struct buf problems;
	const struct script *read;
	buf_init(&problems, 1 << 16);
	enum err err = qualification_load(json, a, &read, &problems);
	require((err == ERR_OK) == (problems.size == 0));
	if (read) {
		const struct script *again = qualification_stored(read->json, a);
		require(again && strcmp(again->version, read->version) == 0);
		const char **answers = ARENA_ARRAY(a, const char *, read->count);
		size_t steps = 0;
		for (size_t q; (q = script_next(read, answers)) < read->count; steps++) {
			require(steps <= read->count);
			answers[q] = read->questions[q].option_count && steps % 3
					 ? read->questions[q].options[0].id
					 : "";
			require(script_prune(read, answers, NULL) == 0);
		}
	}
	buf_finish(&problems);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena a;
	arena_init(&a, FUZZ_ARENA_BYTES);
	size_t n = size < FUZZ_TEXT_BYTES ? size : FUZZ_TEXT_BYTES;
	const char *text = text_clean(&a, (const char *)bytes, n);
	struct question_press press;
	if (*text == '{')
		check_script(text, &a);
	else
		for (int kind = 0; kind < QUESTION_KIND_COUNT; kind++)
			check_answer((enum question_kind)kind, text, &a);
	if (question_press_read(&script, text, &press)) {
		const char *again = question_press_write(&script, &press, &a);
		struct question_press same;
		require(question_press_read(&script, again, &same));
		require(memcmp(&press, &same, sizeof same) == 0);
	}
	arena_finish(&a);
	return 0;
}
