/* The questions in the conversation: what an event changes, what is said, what the rep is shown. */
#include "conversation_fixture.h"
#include "row_tests.h"
#include "salesreg/app/qualification.h"

enum { REP = 700, TODAY = 20784 };

static const struct script *script;
static const char *const none[8], *const some[] = {"villa", "300000 USD", NULL, NULL, NULL, NULL};
static const char *const all[] = {
    "villa", "300000 USD", "2027-05", "live", "+79991234567", "anna@example.org"};
static const char *const before_phone[] = {"villa", "", "2027", "invest", NULL, NULL};

static struct prospect_view view;
static struct questionnaire questions;

static struct conversation_state asked(const char *const *answers, size_t at, enum locale locale)
{
	struct conversation_state s = state_of(REP_ABSENT, PHASE_NONE, locale);
	s.locale_chosen = true;
	questions = (struct questionnaire){script, answers, at, TODAY};
	view = (struct prospect_view){.id = "p1",
	    .name = "Anna",
	    .met = true,
	    .open = true,
	    .version = 1,
	    .questions = &questions,
	    .assignment_id = 5,
	    .rep_name = "Boris",
	    .rep_telegram_id = REP,
	    .rep_locale = LOCALE_EN};
	s.prospect = &view;
	return s;
}

static struct event said(const char *text)
{
	return event_of(EVENT_TEXT, text);
}

static struct event pressed(const char *what)
{
	struct event event =
	    event_of(EVENT_BUTTON, arena_printf(&arena, "q:%s:%s", script->version, what));
	return event;
}

static const char *heard(const struct outcome *out)
{
	const char *last = NULL;
	for (const struct message *m = out->messages.first; m; m = m->next)
		if (m->kind == MESSAGE_SEND && m->chat_id == PERSON)
			last = m->text;
	return last;
}

static bool asks(const struct outcome *out, size_t question, enum locale locale)
{
	const char *text = heard(out);
	return text && strstr(text, script->questions[question].text.in[locale]);
}

#define NONE TEXT_COUNT
/* clang-format off */
static const struct answer_row {
	const char *what;             /* said; or pressed, with > before */
	const char *const *answers;
	unsigned at;
	int effect;                   /* of the first: NO_EFFECT: none */
	const char *value;
	unsigned then;                /* the question that is asked; 6: none */
	enum text_id says;            /* and this */
} answer_rows[] = {
    {"Вилла", none, 0, EFFECT_ANSWER, "villa", 1, TEXT_QUESTION_NOTED},
    {">0:d1", none, 0, EFFECT_ANSWER, "villa", 1, TEXT_QUESTION_NOTED},
    {">0:d5", none, 0, EFFECT_ANSWER, "villa,house", 1, TEXT_QUESTION_NOTED},
    {">0:s", none, 0, EFFECT_ANSWER, "", 1, TEXT_QUESTION_SKIPPED},
    {">0:b", none, 0, NO_EFFECT, NULL, 0, TEXT_QUESTION_FIRST},
    {"пропустить", none, 0, EFFECT_ANSWER, "", 1, TEXT_QUESTION_SKIPPED},
    {"skip", none, 0, EFFECT_ANSWER, "", 1, TEXT_QUESTION_SKIPPED},
    {"назад", none, 0, NO_EFFECT, NULL, 0, TEXT_QUESTION_FIRST},
    {"замок", none, 0, NO_EFFECT, NULL, 0, TEXT_QUESTION_NO_OPTION},
    {"до 300 тыс", some, 1, EFFECT_ANSWER, "-300000 USD", 2, TEXT_QUESTION_NOTED},
    {"300", some, 1, NO_EFFECT, NULL, 1, TEXT_QUESTION_TOO_LOW},
    {"назад", some, 2, EFFECT_ASK, NULL, 1, TEXT_QUESTION_NOTED},
    {">2:b", some, 2, EFFECT_ASK, NULL, 1, TEXT_QUESTION_NOTED},
    {">1:s", some, 2, NO_EFFECT, NULL, 6, NONE},                        /* an older button: what was answered since stays */
    {">0:d2", some, 2, EFFECT_ANSWER, "apartment", 2, TEXT_QUESTION_CHANGED},
    {">0:d1", some, 2, NO_EFFECT, NULL, 6, NONE},                       /* that is the answer already */
    {"завтра", some, 2, EFFECT_ANSWER, "2026-11-28", 3, TEXT_QUESTION_NOTED},
    {">3:c0", some, 2, EFFECT_ANSWER, "live", 2, TEXT_QUESTION_CHANGED}, /* ahead of its turn */
    {"+7 999 123-45-67", before_phone, 4, EFFECT_ANSWER, "+79991234567", 5, NONE},
    {"anna@example.org", all, 5, EFFECT_ANSWER, "anna@example.org", 6, TEXT_QUESTIONS_DONE_REP},
    {">3:c1", all, 6, EFFECT_ANSWER, "invest", 6, TEXT_QUESTION_CHANGED},
    {"А можно в рассрочку?", some, 1, EFFECT_SAID, NULL, 1, TEXT_QUESTION_AGAIN},
    {"у меня 2 вопроса про налоги", some, 1, EFFECT_SAID, NULL, 1, TEXT_QUESTION_AGAIN},
    {"спасибо", all, 6, EFFECT_SAID, NULL, 6, TEXT_PROSPECT_PASSED_ON},
};
/* clang-format on */

static void an_event_answers_a_question(void **state)
{
	const struct answer_row *row = *state;
	arena_reset(&arena);
	for (unsigned l = 0; l < LOCALE_COUNT; l++) {
		struct conversation_state s = asked(row->answers, row->at, (enum locale)l);
		struct event event = *row->what == '>' ? pressed(row->what + 1) : said(row->what);
		struct outcome out = step(&s, &event);
		assert_int_equal(out.effect_count, row->effect != NO_EFFECT);
		if (row->effect != NO_EFFECT)
			assert_int_equal(out.effects[0].kind, row->effect);
		if (row->value)
			assert_string_equal(out.effects[0].value, row->value);
		assert_int_equal(out.summary != NULL, row->effect == EFFECT_ANSWER);
		for (size_t q = 0; q < script->count; q++)
			assert_int_equal(asks(&out, q, (enum locale)l), q == row->then);
		if (row->says != NONE && !says(heard(&out), (enum locale)l, row->says))
			fail_msg("%s: %s", row->what, heard(&out));
		if (out.summary) {
			assert_int_equal(out.summary->chat_id, REP);
			assert_int_equal(out.summary->button_count, 3);
			assert_true(says(out.summary->text, LOCALE_EN,
			    row->then < 6 || row->at < 5 ? TEXT_SUMMARY_GOING : TEXT_SUMMARY_DONE));
		}
	}
}

static void nothing_is_asked_where_the_bot_does_not_lead(void **state)
{
	(void)state;
	for (int why = 0; why < 4; why++) {
		struct conversation_state s = asked(some, 2, LOCALE_RU);
		if (why == 0)
			view.owner = OWNER_REP;
		else if (why == 1)
			view.open = false;
		else if (why == 2)
			view.blocked = true;
		else
			rules.script = NULL;
		struct event word = said("завтра"), press = pressed("0:d2"),
			     start = event_of(EVENT_START, "");
		struct outcome out = step(&s, &word);
		for (size_t i = 0; i < out.effect_count; i++)
			assert_int_equal(out.effects[i].kind, EFFECT_SAID);
		out = step(&s, &press);
		assert_int_equal(out.effect_count, 0);
		assert_true(says(out.callback_answer, LOCALE_RU,
		    why == 0 ? TEXT_ANSWER_QUESTION_OVER : TEXT_ANSWER_QUESTION_CLOSED));
		out = step(&s, &start);
		for (size_t q = 0; q < script->count; q++)
			assert_false(asks(&out, q, LOCALE_RU));
		rules.script = script;
	}
}

static void a_button_of_another_script_changes_nothing(void **state)
{
	(void)state;
	struct conversation_state s = asked(some, 2, LOCALE_RU);
	struct event event = event_of(EVENT_BUTTON, "q:0123456789abcdef:0:d2");
	struct outcome out = step(&s, &event);
	assert_int_equal(out.effect_count, 0);
	assert_true(says(out.callback_answer, LOCALE_RU, TEXT_ANSWER_QUESTION_OLD));
}

static void answers_of_one_batch_go_on_from_each_other(void **state)
{
	(void)state;
	static const char *const words[] = {
	    "Вилла", "300k", "в мае", "Жить", "+79991234567", "anna@example.org"};
	struct conversation_state s = asked(none, 0, LOCALE_RU);
	for (size_t i = 0; i < 6; i++) {
		struct event event = said(words[i]);
		struct outcome out = step(&s, &event);
		assert_int_equal(out.effect_count, 1);
		assert_string_equal(out.effects[0].question, script->questions[i].id);
		if (i < 5)
			assert_string_equal(out.effects[0].position, script->questions[i + 1].id);
		else
			assert_null(out.effects[0].position);
		s = out.next;
	}
	assert_int_equal(s.prospect->questions->at, 6);
	assert_int_equal(script_score(script, s.prospect->questions->answers), 70);
}

static void what_is_typed_is_no_link_and_no_command_in_the_summary(void **state)
{
	(void)state;
	struct conversation_state s = asked(before_phone, 5, LOCALE_RU);
	struct event event = said("Evil@Phish.example");
	struct outcome out = step(&s, &event);
	assert_non_null(strstr(out.summary->text, "evil@phish.example"));
	assert_true(
	    out.summary->span_count == 0 || strcmp(out.summary->spans[0].type, "code") == 0);
}

static void what_is_sent_twice_answers_once(void **state)
{
	(void)state;
	static const char *const words[] = {"пропустить", "назад", "в мае"};
	for (size_t i = 0; i < 3; i++) {
		struct conversation_state s = asked(some, 2, LOCALE_RU);
		struct event event = said(words[i]);
		event.repeat = EVENT_SAME;
		struct outcome out = step(&s, &event);
		assert_int_equal(out.effect_count, 0);
		assert_int_equal(out.messages.count, 0);
	}
}

static int load(void **state)
{
	begin(state);
	struct buf problems;
	static struct arena own;
	arena_init(&own, 1 << 20);
	buf_init(&problems, 4096);
	assert_int_equal(qualification_load(NULL, &own, &script, &problems), ERR_OK);
	buf_finish(&problems);
	rules.script = script;
	return 0;
}

int main(void)
{
	const struct row_test tests[] = {
	    {cmocka_unit_test(an_event_answers_a_question), ROWS(answer_rows, what)},
	    {cmocka_unit_test(nothing_is_asked_where_the_bot_does_not_lead), ONCE},
	    {cmocka_unit_test(a_button_of_another_script_changes_nothing), ONCE},
	    {cmocka_unit_test(answers_of_one_batch_go_on_from_each_other), ONCE},
	    {cmocka_unit_test(what_is_sent_twice_answers_once), ONCE},
	    {cmocka_unit_test(what_is_typed_is_no_link_and_no_command_in_the_summary), ONCE},
	};
	return RUN_ROW_TESTS(tests, load, end);
}
