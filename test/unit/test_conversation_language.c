/* In which language people are answered, and how often. */
#include "conversation_fixture.h"
#include "row_tests.h"

static struct conversation_state person(
    enum rep_status status, enum conversation_phase phase, enum locale locale, bool chosen)
{
	struct conversation_state s = state_of(status, phase, locale);
	s.locale_chosen = chosen;
	return s;
}

static const struct a_chosen_language_is_kept_whatever_telegram_says_row {
	bool known, chosen;
	enum locale stored;
	const char *telegram;
	enum locale spoken;
} a_chosen_language_is_kept_whatever_telegram_says_rows[] = {
    {true, true, LOCALE_EN, "ru", LOCALE_EN},
    {true, true, LOCALE_RU, "en-GB", LOCALE_RU},
    {true, false, LOCALE_EN, "ru", LOCALE_RU},
    {true, false, LOCALE_EN, "id", LOCALE_EN},
    {true, false, LOCALE_EN, NULL, LOCALE_EN},
    {false, false, LOCALE_EN, "id", LOCALE_RU}, /* BOT_LOCALE */
    {false, false, LOCALE_RU, "en", LOCALE_EN},
};

static void a_chosen_language_is_kept_whatever_telegram_says(void **state)
{
	const struct a_chosen_language_is_kept_whatever_telegram_says_row *row = *state;
	struct conversation_state s = person(REP_ABSENT, PHASE_NONE, row->stored, row->chosen);
	s.known = row->known;
	struct event event = event_of(EVENT_TEXT, "x");
	event.language_code = row->telegram;
	struct outcome out = step(&s, &event);
	assert_true(says(out.messages.first->text, row->spoken, TEXT_OFFER));
}

static const struct everybody_may_choose_and_goes_on_where_they_were_row {
	enum rep_status status;
	enum conversation_phase phase;
	enum text_id then;
} everybody_may_choose_and_goes_on_where_they_were_rows[] = {
    {REP_ABSENT, PHASE_NONE, TEXT_COUNT},
    {REP_ABSENT, PHASE_OFFERED, TEXT_OFFER_QUESTION},
    {REP_ABSENT, PHASE_NAME, TEXT_ASK_NAME},
    {REP_ABSENT, PHASE_EMAIL, TEXT_EMAIL_QUESTION},
    {REP_REMOVED, PHASE_NONE, TEXT_COUNT},
    {REP_PENDING, PHASE_NONE, TEXT_PENDING},
    {REP_ACTIVE, PHASE_NONE, TEXT_MENU},
    {REP_ACTIVE, PHASE_CHANGE_EMAIL, TEXT_EMAIL_QUESTION},
    {REP_ACTIVE, PHASE_CONFIRM_UNREGISTER, TEXT_ASK_UNREGISTER},
    {REP_SUSPENDED, PHASE_NONE, TEXT_COUNT},
};

static void everybody_may_choose_and_goes_on_where_they_were(void **state)
{
	const struct everybody_may_choose_and_goes_on_where_they_were_row *row = *state;
	static const char *const words[] = {"/language", "Язык", "language", "сменить язык"};
	struct conversation_state s = person(row->status, row->phase, LOCALE_RU, false);
	struct event event = event_of(
	    EVENT_TEXT, words[(row - everybody_may_choose_and_goes_on_where_they_were_rows) % 4]);
	struct outcome out = step(&s, &event);
	assert_true(says(out.messages.first->text, LOCALE_RU, TEXT_ASK_LANGUAGE));
	for (unsigned l = 0; l < LOCALE_COUNT; l++)
		assert_string_equal(out.messages.first->buttons[l].text,
		    rules.catalog->texts[l][TEXT_LANGUAGE_NAME]);
	assert_string_equal(out.messages.first->buttons[0].data, "lang:ru");
	assert_string_equal(out.messages.first->buttons[1].data, "lang:en");
	assert_int_equal(out.next.phase, row->phase);
	event = event_of(EVENT_BUTTON, "lang:en");
	event.language_code = "ru";
	out = step(&s, &event);
	assert_true(out.session_changed);
	assert_true(out.next.locale_chosen);
	assert_int_equal(out.next.locale, LOCALE_EN);
	assert_int_equal(out.next.phase, row->phase);
	assert_int_equal(out.effect_count, 0);
	const char *text = out.messages.first->text;
	assert_true(says(text, LOCALE_EN, TEXT_LANGUAGE_SET));
	if (row->then != TEXT_COUNT)
		assert_true(says(strstr(text, "\n\n"), LOCALE_EN, row->then));
	else
		assert_null(strstr(text, "\n\n"));
}

static void who_has_no_row_yet_may_choose_a_language(void **state)
{
	(void)state;
	/* also for who has no row yet */
	struct conversation_state s = person(REP_ABSENT, PHASE_NONE, LOCALE_RU, false);
	s.known = false;
	struct event event = event_of(EVENT_BUTTON, "lang:en");
	assert_true(step(&s, &event).session_changed);
}

static const struct what_is_said_twice_in_one_breath_is_recognised_row {
	enum event_kind kind_a, kind_b;
	const char *a, *b;
	enum event_repeat repeat;
} what_is_said_twice_in_one_breath_is_recognised_rows[] = {
    {EVENT_TEXT, EVENT_TEXT, "привет", "Привет ", EVENT_SAME},
    {EVENT_TEXT, EVENT_TEXT, "hi", "anybody?", EVENT_SAME_SORT},
    {EVENT_START, EVENT_TEXT, "", "/start", EVENT_SAME},
    {EVENT_START, EVENT_TEXT, "", "hi", EVENT_NEW},
    {EVENT_TEXT, EVENT_TEXT, "статус", "my status", EVENT_SAME},
    {EVENT_TEXT, EVENT_TEXT, "да", "нет", EVENT_NEW},
    {EVENT_MEDIA, EVENT_MEDIA, "photo", "photo", EVENT_SAME},
    {EVENT_MEDIA, EVENT_TEXT, "photo", "photo", EVENT_NEW},
    {EVENT_BUTTON, EVENT_BUTTON, "menu:help", "menu:help", EVENT_SAME},
    {EVENT_BUTTON, EVENT_BUTTON, "a:1:c", "a:2:c", EVENT_NEW},
    {EVENT_BLOCKED, EVENT_BLOCKED, "", "", EVENT_NEW},
};

static void what_is_said_twice_in_one_breath_is_recognised(void **state)
{
	const struct what_is_said_twice_in_one_breath_is_recognised_row *row = *state;
	struct event a = event_of(row->kind_a, row->a);
	struct event b = event_of(row->kind_b, row->b);
	if (event_repeats(&a, &b, &arena) != row->repeat)
		fail_msg("%s, %s", row->a, row->b);
}

static const struct a_repetition_is_not_answered_again_but_takes_effect_row {
	enum rep_status status;
	enum conversation_phase phase;
	enum event_kind kind;
	enum event_repeat repeat;
	const char *text;
	size_t messages;
} a_repetition_is_not_answered_again_but_takes_effect_rows[] = {
    {REP_ABSENT, PHASE_OFFERED, EVENT_TEXT, EVENT_SAME_SORT, "hello", 0},
    {REP_ABSENT, PHASE_OFFERED, EVENT_TEXT, EVENT_NEW, "hello", 1},
    {REP_ABSENT, PHASE_NAME, EVENT_TEXT, EVENT_SAME, "да", 0},
    {REP_ABSENT, PHASE_NAME, EVENT_TEXT, EVENT_SAME_SORT, "?!", 1}, /* an answer, if a bad one */
    {REP_ABSENT, PHASE_NAME, EVENT_TEXT, EVENT_SAME_SORT, "Иван Петров", 1},
    {REP_ACTIVE, PHASE_NONE, EVENT_TEXT, EVENT_SAME_SORT, "hi", 0},
    {REP_ACTIVE, PHASE_NONE, EVENT_TEXT, EVENT_SAME, "статус", 0},
    {REP_ACTIVE, PHASE_NONE, EVENT_BUTTON, EVENT_SAME, "menu:status", 0},
    {REP_ACTIVE, PHASE_CONFIRM_UNREGISTER, EVENT_TEXT, EVENT_SAME, "да", 1},
};

static void a_repetition_is_not_answered_again_but_takes_effect(void **state)
{
	const struct a_repetition_is_not_answered_again_but_takes_effect_row *row = *state;
	struct conversation_state s = state_of(row->status, row->phase, LOCALE_RU);
	struct event event = event_of(row->kind, row->text);
	event.repeat = row->repeat;
	assert_int_equal(step(&s, &event).messages.count, row->messages);
}

int main(void)
{
	const struct row_test tests[] = {
	    {cmocka_unit_test_setup(a_chosen_language_is_kept_whatever_telegram_says, each),
		ROWS(a_chosen_language_is_kept_whatever_telegram_says_rows, telegram)},
	    {cmocka_unit_test_setup(everybody_may_choose_and_goes_on_where_they_were, each),
		ROWS_BY_NUMBER(everybody_may_choose_and_goes_on_where_they_were_rows)},
	    {cmocka_unit_test_setup(who_has_no_row_yet_may_choose_a_language, each), ONCE},
	    {cmocka_unit_test_setup(what_is_said_twice_in_one_breath_is_recognised, each),
		ROWS(what_is_said_twice_in_one_breath_is_recognised_rows, a)},
	    {cmocka_unit_test_setup(a_repetition_is_not_answered_again_but_takes_effect, each),
		ROWS(a_repetition_is_not_answered_again_but_takes_effect_rows, text)},
	};
	return RUN_ROW_TESTS(tests, begin, end);
}
