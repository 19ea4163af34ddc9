/* Wrong e-mails are counted, and each third begins a pause. */
#include "conversation_fixture.h"

static const int64_t MINUTE_US = 60 * 1000000LL;

static struct outcome types(struct conversation_state *s, const char *text)
{
	struct event event = event_of(EVENT_TEXT, text);
	struct outcome out = step(s, &event);
	*s = out.next;
	return out;
}

static void each_third_wrong_one_begins_a_pause_twice_as_long(void **state)
{
	(void)state;
	static const int64_t minutes[] = {10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440};
	struct conversation_state s = state_of(REP_ABSENT, PHASE_EMAIL, LOCALE_EN);
	for (size_t i = 0; i < sizeof minutes / sizeof *minutes; i++) {
		for (int k = 0; k < 3; k++) {
			assert_int_equal(s.pause_us, 0);
			assert_true(types(&s, "ivan@gmail.com").session_changed);
		}
		assert_int_equal(s.pause_us, minutes[i] * MINUTE_US);
		s.pause_us = 0; /* it is over */
	}
}

static void in_a_pause_nothing_is_looked_at_and_the_time_is_told(void **state)
{
	(void)state;
	const struct {
		int64_t pause_us;
		enum text_id says;
		const char *number;
	} rows[] = {{1, TEXT_EMAIL_PAUSED, " 1 min"},
	    {10 * MINUTE_US, TEXT_EMAIL_PAUSED, " 10 min"},
	    {60 * MINUTE_US, TEXT_EMAIL_PAUSED, " 60 min"},
	    {60 * MINUTE_US + 1, TEXT_EMAIL_PAUSED_HOURS, " 2 h"},
	    {1440 * MINUTE_US, TEXT_EMAIL_PAUSED_HOURS, " 24 h"}};
	static const char *const typed[] = {ADDRESS, "ivan@gmail.com", "what?"};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (size_t k = 0; k < sizeof typed / sizeof *typed; k++) {
			struct conversation_state s = state_of(REP_ABSENT, PHASE_EMAIL, LOCALE_EN);
			s.wrong_emails = 3;
			s.pause_us = rows[i].pause_us;
			struct outcome out = types(&s, typed[k]);
			assert_int_equal(out.effect_count, 0);
			assert_false(out.session_changed);
			assert_true(says(out.messages.first->text, LOCALE_EN, rows[i].says));
			assert_non_null(strstr(out.messages.first->text, rows[i].number));
		}
}

static void a_right_one_is_a_new_beginning(void **state)
{
	(void)state;
	struct conversation_state s = state_of(REP_ABSENT, PHASE_EMAIL, LOCALE_RU);
	(void)types(&s, "ivan@gmail.com");
	(void)types(&s, "ivan@gmail.com");
	assert_int_equal(s.wrong_emails, 2);
	assert_int_equal(types(&s, ADDRESS).effects[0].kind, EFFECT_REGISTER);
	assert_int_equal(s.wrong_emails, 0);
}

/* That some address is taken says nothing about one that is no address. */
static void the_answer_depends_on_nothing_that_was_not_asked_for(void **state)
{
	(void)state;
	for (int taken = 0; taken < 2; taken++) {
		struct conversation_state s = state_of(REP_ABSENT, PHASE_EMAIL, LOCALE_EN);
		s.wrong_emails = 2;
		s.email_taken = taken;
		struct outcome out = types(&s, "what@");
		assert_true(says(out.messages.first->text, LOCALE_EN, TEXT_EMAIL_MALFORMED));
		assert_non_null(strstr(out.messages.first->text, " 10 min"));
	}
}

static void what_is_no_address_at_all_is_no_guess(void **state)
{
	(void)state;
	static const char *const typed[] = {"one moment", "ivan", "012345", "да"};
	struct conversation_state s = state_of(REP_ABSENT, PHASE_EMAIL, LOCALE_EN);
	for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
		const struct message *said = types(&s, typed[i]).messages.first;
		if (!said)
			fail();
		else
			assert_true(says(said->text, LOCALE_EN, TEXT_EMAIL_MALFORMED));
	}
	assert_int_equal(s.wrong_emails, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(each_third_wrong_one_begins_a_pause_twice_as_long, each),
	    cmocka_unit_test_setup(in_a_pause_nothing_is_looked_at_and_the_time_is_told, each),
	    cmocka_unit_test_setup(a_right_one_is_a_new_beginning, each),
	    cmocka_unit_test_setup(what_is_no_address_at_all_is_no_guess, each),
	    cmocka_unit_test_setup(the_answer_depends_on_nothing_that_was_not_asked_for, each),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
