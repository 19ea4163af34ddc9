/* In which language people are answered, and how often. */
#include "conversation_fixture.h"

static struct conversation_state person(
    enum rep_status status, enum conversation_phase phase, enum locale locale, bool chosen)
{
	struct conversation_state s = state_of(status, phase, locale);
	s.locale_chosen = chosen;
	return s;
}

static void a_chosen_language_is_kept_whatever_telegram_says(void **state)
{
	(void)state;
	static const struct {
		bool known, chosen;
		enum locale stored;
		const char *telegram;
		enum locale spoken;
	} rows[] = {
	    {true, true, LOCALE_EN, "ru", LOCALE_EN},
	    {true, true, LOCALE_RU, "en-GB", LOCALE_RU},
	    {true, false, LOCALE_EN, "ru", LOCALE_RU},
	    {true, false, LOCALE_EN, "id", LOCALE_EN},
	    {true, false, LOCALE_EN, NULL, LOCALE_EN},
	    {false, false, LOCALE_EN, "id", LOCALE_RU}, /* BOT_LOCALE */
	    {false, false, LOCALE_RU, "en", LOCALE_EN},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct conversation_state s =
		    person(REP_ABSENT, PHASE_NONE, rows[i].stored, rows[i].chosen);
		s.known = rows[i].known;
		struct event event = event_of(EVENT_TEXT, "x");
		event.language_code = rows[i].telegram;
		struct outcome out = step(&s, &event);
		assert_true(says(out.messages.first->text, rows[i].spoken, TEXT_OFFER));
	}
}

static void everybody_may_choose_and_goes_on_where_they_were(void **state)
{
	(void)state;
	static const struct {
		enum rep_status status;
		enum conversation_phase phase;
		enum text_id then;
	} rows[] = {
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
	static const char *const words[] = {"/language", "Язык", "language", "сменить язык"};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct conversation_state s =
		    person(rows[i].status, rows[i].phase, LOCALE_RU, false);
		struct event event = event_of(EVENT_TEXT, words[i % 4]);
		struct outcome out = step(&s, &event);
		assert_true(says(out.messages.first->text, LOCALE_RU, TEXT_ASK_LANGUAGE));
		for (unsigned l = 0; l < LOCALE_COUNT; l++)
			assert_string_equal(out.messages.first->buttons[l].text,
			    rules.catalog->texts[l][TEXT_LANGUAGE_NAME]);
		assert_string_equal(out.messages.first->buttons[0].data, "lang:ru");
		assert_string_equal(out.messages.first->buttons[1].data, "lang:en");
		assert_int_equal(out.next.phase, rows[i].phase);
		event = event_of(EVENT_BUTTON, "lang:en");
		event.language_code = "ru";
		out = step(&s, &event);
		assert_true(out.session_changed);
		assert_true(out.next.locale_chosen);
		assert_int_equal(out.next.locale, LOCALE_EN);
		assert_int_equal(out.next.phase, rows[i].phase);
		assert_int_equal(out.effect_count, 0);
		const char *text = out.messages.first->text;
		assert_true(says(text, LOCALE_EN, TEXT_LANGUAGE_SET));
		if (rows[i].then != TEXT_COUNT)
			assert_true(says(strstr(text, "\n\n"), LOCALE_EN, rows[i].then));
		else
			assert_null(strstr(text, "\n\n"));
	}
	/* also for who has no row yet */
	struct conversation_state s = person(REP_ABSENT, PHASE_NONE, LOCALE_RU, false);
	s.known = false;
	struct event event = event_of(EVENT_BUTTON, "lang:en");
	assert_true(step(&s, &event).session_changed);
}

static void what_is_said_twice_in_one_breath_is_recognised(void **state)
{
	(void)state;
	static const struct {
		enum event_kind kind_a, kind_b;
		const char *a, *b;
		enum event_repeat repeat;
	} rows[] = {
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
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct event a = event_of(rows[i].kind_a, rows[i].a);
		struct event b = event_of(rows[i].kind_b, rows[i].b);
		if (event_repeats(&a, &b, &arena) != rows[i].repeat)
			fail_msg("%s, %s", rows[i].a, rows[i].b);
	}
}

static void a_repetition_is_not_answered_again_but_takes_effect(void **state)
{
	(void)state;
	static const struct {
		enum rep_status status;
		enum conversation_phase phase;
		enum event_kind kind;
		enum event_repeat repeat;
		const char *text;
		size_t messages;
	} rows[] = {
	    {REP_ABSENT, PHASE_OFFERED, EVENT_TEXT, EVENT_SAME_SORT, "hello", 0},
	    {REP_ABSENT, PHASE_OFFERED, EVENT_TEXT, EVENT_NEW, "hello", 1},
	    {REP_ABSENT, PHASE_NAME, EVENT_TEXT, EVENT_SAME, "да", 0},
	    {REP_ABSENT, PHASE_NAME, EVENT_TEXT, EVENT_SAME_SORT, "?!",
		1}, /* an answer, if a bad one */
	    {REP_ABSENT, PHASE_NAME, EVENT_TEXT, EVENT_SAME_SORT, "Иван Петров", 1},
	    {REP_ACTIVE, PHASE_NONE, EVENT_TEXT, EVENT_SAME_SORT, "hi", 0},
	    {REP_ACTIVE, PHASE_NONE, EVENT_TEXT, EVENT_SAME, "статус", 0},
	    {REP_ACTIVE, PHASE_NONE, EVENT_BUTTON, EVENT_SAME, "menu:status", 0},
	    {REP_ACTIVE, PHASE_CONFIRM_UNREGISTER, EVENT_TEXT, EVENT_SAME, "да", 1},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct conversation_state s = state_of(rows[i].status, rows[i].phase, LOCALE_RU);
		struct event event = event_of(rows[i].kind, rows[i].text);
		event.repeat = rows[i].repeat;
		assert_int_equal(step(&s, &event).messages.count, rows[i].messages);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(a_chosen_language_is_kept_whatever_telegram_says, each),
	    cmocka_unit_test_setup(everybody_may_choose_and_goes_on_where_they_were, each),
	    cmocka_unit_test_setup(what_is_said_twice_in_one_breath_is_recognised, each),
	    cmocka_unit_test_setup(a_repetition_is_not_answered_again_but_takes_effect, each),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
