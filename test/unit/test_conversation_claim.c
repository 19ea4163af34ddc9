/* The same person with a new account, or somebody else: admins decide. */
#include "conversation_fixture.h"

static const struct claim_view claim = {
    .telegram_id = PERSON,
    .name = "Иван",
    .email = ADDRESS,
    .locale = LOCALE_EN,
    .rep_id = "22222222-2222-2222-2222-222222222222",
    .rep_name = "Иван Петров",
    .rep_username = "ivan_old",
    .rep_telegram_id = 400,
    .rep_status = REP_ACTIVE,
    .rep_locale = LOCALE_RU,
};

static struct conversation_state claimant(enum conversation_phase phase)
{
	struct conversation_state s = state_of(REP_ABSENT, phase, LOCALE_EN);
	s.draft_name = "Иван";
	s.draft_email = ADDRESS;
	s.claim = &claim;
	return s;
}

static void without_admins_people_hear_what_they_can_do_themselves(void **state)
{
	(void)state;
	rules.admin_count = 0;
	struct conversation_state s = state_of(REP_ABSENT, PHASE_EMAIL, LOCALE_EN);
	s.email_taken = true;
	struct event event = event_of(EVENT_TEXT, ADDRESS);
	struct outcome out = step(&s, &event);
	rules.admin_count = 2;
	assert_true(says(out.messages.first->text, LOCALE_EN, TEXT_EMAIL_TAKEN_ALONE));
	assert_int_equal(out.messages.first->button_count, 1);
	assert_null(out.next.draft_email);
	assert_int_equal(out.next.phase, PHASE_EMAIL);
}

static void a_claim_goes_to_every_admin_once(void **state)
{
	(void)state;
	struct conversation_state s = claimant(PHASE_EMAIL);
	struct event event = event_of(EVENT_BUTTON, "reg:claim");
	struct conversation_interest interest;
	conversation_interest(&event, &arena, &interest);
	assert_true(interest.claim_telegram_id == PERSON);
	struct outcome out = step(&s, &event);
	assert_int_equal(out.next.phase, PHASE_CLAIM);
	assert_string_equal(out.next.draft_email, ADDRESS);
	assert_int_equal(out.messages.count, 3);
	assert_true(says(out.messages.first->text, LOCALE_EN, TEXT_CLAIM_SENT));
	const struct message *m = out.messages.first->next;
	assert_int_equal(m->chat_id, ADMIN);
	assert_non_null(strstr(m->text, "@ivan_old"));
	assert_string_equal(m->buttons[0].data, "adm:same:500");
	assert_string_equal(m->buttons[1].data, "adm:other:500");
	/* pressed again */
	s = claimant(PHASE_CLAIM);
	out = step(&s, &event);
	assert_int_equal(out.messages.count, 0);
	/* the address has come free meanwhile */
	struct claim_view nobody = claim;
	nobody.rep_id = NULL;
	s = claimant(PHASE_EMAIL);
	s.claim = &nobody;
	out = step(&s, &event);
	assert_int_equal(out.next.phase, PHASE_EMAIL);
	assert_int_equal(out.messages.count, 1);
	/* nothing was asked */
	s = state_of(REP_ABSENT, PHASE_NONE, LOCALE_EN);
	out = step(&s, &event);
	assert_true(says(out.callback_answer, LOCALE_EN, TEXT_ANSWER_STALE));
}

static void who_waits_may_cancel_or_give_another_address(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum conversation_phase phase;
		enum text_id says;
		enum rep_status status;
	} rows[] = {
	    {"ну что?", PHASE_CLAIM, TEXT_CLAIM_PENDING, REP_ABSENT},
	    {"отмена", PHASE_NONE, TEXT_CANCELLED_REGISTRATION, REP_ABSENT},
	    {"other@truerealestate.bali", PHASE_NONE, TEXT_REGISTERED, REP_ACTIVE},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct conversation_state s = claimant(PHASE_CLAIM);
		struct event event = event_of(EVENT_TEXT, rows[i].text);
		struct outcome out = step(&s, &event);
		assert_int_equal(out.next.phase, rows[i].phase);
		assert_int_equal(out.next.rep_status, rows[i].status);
		assert_true(says(out.messages.first->text, LOCALE_EN, rows[i].says));
	}
}

static void an_admin_decides_and_everybody_concerned_is_told(void **state)
{
	(void)state;
	struct claim_view asked = claim;
	asked.asked = true;
	struct conversation_state s = state_of(REP_ABSENT, PHASE_NONE, LOCALE_RU);
	s.claim = &asked;
	struct event event = event_of(EVENT_BUTTON, "adm:same:500");
	event.user_id = event.chat_id = ADMIN;
	struct conversation_interest interest;
	conversation_interest(&event, &arena, &interest);
	assert_true(interest.claim_telegram_id == PERSON && interest.changes_assignments);
	struct outcome out = step(&s, &event);
	assert_int_equal(out.effect_count, 1);
	assert_int_equal(out.effects[0].kind, EFFECT_MOVE);
	assert_string_equal(out.effects[0].rep_id, claim.rep_id);
	assert_true(out.effects[0].from == 400 && out.effects[0].to == PERSON);
	const struct message *m = out.messages.first;
	assert_true(m->chat_id == PERSON && says(m->text, LOCALE_EN, TEXT_CLAIM_GRANTED));
	m = m->next;
	assert_true(m->chat_id == 400 && says(m->text, LOCALE_RU, TEXT_ACCOUNT_MOVED));
	m = m->next;
	assert_true(m->chat_id == ADMIN && says(m->text, LOCALE_RU, TEXT_ADMIN_MOVED));
	assert_int_equal(out.messages.count, 4);

	event.text = "adm:other:500";
	out = step(&s, &event);
	assert_int_equal(out.effects[0].kind, EFFECT_REFUSE_CLAIM);
	assert_true(out.messages.first->chat_id == PERSON &&
		    says(out.messages.first->text, LOCALE_EN, TEXT_CLAIM_REFUSED));

	/* too late, or nobody's business */
	s.claim = NULL;
	out = step(&s, &event);
	assert_true(
	    out.effect_count == 0 && says(out.callback_answer, LOCALE_RU, TEXT_ANSWER_CLAIM_OVER));
	s.claim = &asked;
	event.user_id = event.chat_id = PERSON;
	out = step(&s, &event);
	assert_true(
	    out.effect_count == 0 && says(out.callback_answer, LOCALE_RU, TEXT_ANSWER_ADMIN_ONLY));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(without_admins_people_hear_what_they_can_do_themselves, each),
	    cmocka_unit_test_setup(a_claim_goes_to_every_admin_once, each),
	    cmocka_unit_test_setup(who_waits_may_cancel_or_give_another_address, each),
	    cmocka_unit_test_setup(an_admin_decides_and_everybody_concerned_is_told, each),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
