/* The same person with a new account, or somebody else: admins decide. */
#include "conversation_fixture.h"
#include "row_tests.h"

#include "salesreg/base/fingerprint.h"

static const struct claim_view claim = {
    .telegram_id = PERSON,
    .name = "Иван",
    .email = ADDRESS,
    .stands = true,
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
	s.claim_email = ADDRESS;
	s.claim_holder = claim.rep_id;
	s.claim_rep = phase == PHASE_CLAIM ? claim.rep_id : NULL;
	s.claim = &claim;
	return s;
}

/* Data of the admins' buttons under a claim, and of the claimant's own under an address. */
static const char *about_claim(const char *data, const struct claim_view *c)
{
	const char *const parts[] = {c->name, c->email, c->rep_id,
	    arena_printf(&arena, "%lld", (long long)c->rep_telegram_id)};
	return arena_printf(&arena, "%s:%s", data, fingerprint(&arena, parts, 4));
}

static const char *about_address(const char *address)
{
	return arena_printf(&arena, "reg:claim:%s", fingerprint(&arena, &address, 1));
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
	assert_null(out.next.claim_email);
	assert_int_equal(out.next.phase, PHASE_EMAIL);
}

static void a_claim_goes_to_every_admin_once(void **state)
{
	(void)state;
	struct conversation_state s = claimant(PHASE_EMAIL);
	struct event event = event_of(EVENT_BUTTON, about_address(ADDRESS));
	struct conversation_interest interest;
	conversation_interest(&event, &arena, &interest);
	assert_true(interest.claim_telegram_id == PERSON);
	struct outcome out = step(&s, &event);
	assert_int_equal(out.next.phase, PHASE_CLAIM);
	assert_string_equal(out.next.claim_email, ADDRESS);
	assert_string_equal(out.next.claim_rep, claim.rep_id);
	assert_true(out.session_changed);
	assert_int_equal(out.messages.count, 3);
	assert_true(says(out.messages.first->text, LOCALE_EN, TEXT_CLAIM_SENT));
	const struct message *m = out.messages.first->next;
	assert_int_equal(m->chat_id, ADMIN);
	assert_non_null(strstr(m->text, "@ivan_old"));
	assert_string_equal(m->buttons[0].data, about_claim("adm:same:500", &claim));
	assert_string_equal(m->buttons[1].data, about_claim("adm:other:500", &claim));
	/* as long as Telegram takes it, whatever the account */
	struct claim_view longest = claim;
	longest.telegram_id = INT64_MAX;
	s.claim = &longest;
	out = step(&s, &event);
	assert_non_null(
	    strstr(out.messages.last->buttons[1].data, "adm:other:9223372036854775807:"));
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

static const struct who_waits_may_cancel_or_give_another_address_row {
	const char *text;
	enum conversation_phase phase;
	enum text_id says;
	enum rep_status status;
} who_waits_may_cancel_or_give_another_address_rows[] = {
    {"ну что?", PHASE_CLAIM, TEXT_CLAIM_PENDING, REP_ABSENT},
    {"отмена", PHASE_NONE, TEXT_CANCELLED_REGISTRATION, REP_ABSENT},
    {"other@truerealestate.bali", PHASE_NONE, TEXT_REGISTERED, REP_ACTIVE},
};

static void who_waits_may_cancel_or_give_another_address(void **state)
{
	const struct who_waits_may_cancel_or_give_another_address_row *row = *state;
	struct conversation_state s = claimant(PHASE_CLAIM);
	struct event event = event_of(EVENT_TEXT, row->text);
	struct outcome out = step(&s, &event);
	assert_int_equal(out.next.phase, row->phase);
	assert_int_equal(out.next.rep_status, row->status);
	assert_true(says(out.messages.first->text, LOCALE_EN, row->says));
}

static const struct a_claim_of_what_is_another_ones_now_is_over_row {
	const char *holder;
	enum text_id says;
} a_claim_of_what_is_another_ones_now_is_over_rows[] = {
    {NULL, TEXT_CLAIM_FREE}, {"33333333-3333-3333-3333-333333333333", TEXT_CLAIM_OVER}};

static void a_claim_of_what_is_another_ones_now_is_over(void **state)
{
	const struct a_claim_of_what_is_another_ones_now_is_over_row *row = *state;
	/* the claimant says or presses something */
	for (unsigned pressed = 0; pressed < 2; pressed++) {
		struct conversation_state s = claimant(PHASE_CLAIM);
		s.claim_holder = row->holder;
		struct event event =
		    pressed ? event_of(EVENT_BUTTON, "reg:yes") : event_of(EVENT_TEXT, "ну что?");
		struct outcome out = step(&s, &event);
		assert_int_equal(out.next.phase, PHASE_EMAIL);
		assert_null(out.next.claim_email);
		assert_null(out.next.claim_rep);
		assert_string_equal(out.next.draft_name, "Иван");
		assert_int_equal(out.messages.count, 1);
		assert_true(says(out.messages.first->text, LOCALE_EN, row->says));
	}
	/* an admin decides, by a card of before or by one that shows who has it now */
	struct claim_view over = claim;
	over.asked = true;
	over.stands = false;
	over.rep_id = row->holder;
	for (unsigned shown = 0; shown < (row->holder ? 2U : 1U); shown++) {
		struct conversation_state s = state_of(REP_ABSENT, PHASE_NONE, LOCALE_RU);
		s.claim = &over;
		struct event event =
		    event_of(EVENT_BUTTON, about_claim("adm:same:500", shown ? &over : &claim));
		event.user_id = event.chat_id = ADMIN;
		struct outcome out = step(&s, &event);
		assert_int_equal(out.effect_count, 1);
		assert_int_equal(out.effects[0].kind, EFFECT_REFUSE_CLAIM);
		assert_true(says(out.callback_answer, LOCALE_RU, TEXT_ANSWER_CLAIM_OVER));
		assert_true(out.messages.last->chat_id == PERSON &&
			    says(out.messages.last->text, LOCALE_EN, row->says));
	}
}

static void a_claimant_may_name_another_address_that_is_taken(void **state)
{
	(void)state;
	/* the same one: the admins have been asked */
	struct conversation_state s = claimant(PHASE_CLAIM);
	s.email_taken = true;
	struct event event = event_of(EVENT_TEXT, ADDRESS);
	struct outcome out = step(&s, &event);
	assert_int_equal(out.next.phase, PHASE_CLAIM);
	assert_true(says(out.messages.first->text, LOCALE_EN, TEXT_CLAIM_PENDING));
	/* the same, and somebody else has it now: asked anew */
	s.claim_holder = "33333333-3333-3333-3333-333333333333";
	out = step(&s, &event);
	assert_int_equal(out.next.phase, PHASE_EMAIL);
	assert_true(says(out.messages.first->text, LOCALE_EN, TEXT_EMAIL_TAKEN_CLAIM));
	/* another one takes the place of the first */
	s = claimant(PHASE_CLAIM);
	s.email_taken = true;
	event = event_of(EVENT_TEXT, "other@truerealestate.bali");
	out = step(&s, &event);
	assert_int_equal(out.next.phase, PHASE_EMAIL);
	assert_string_equal(out.next.claim_email, "other@truerealestate.bali");
	assert_string_equal(out.next.draft_name, "Иван");
	assert_null(out.next.claim_rep);
	assert_true(says(out.messages.first->text, LOCALE_EN, TEXT_EMAIL_TAKEN_CLAIM));
}

static void an_admin_decides_and_everybody_concerned_is_told(void **state)
{
	(void)state;
	struct claim_view asked = claim;
	asked.asked = true;
	struct conversation_state s = state_of(REP_ABSENT, PHASE_NONE, LOCALE_RU);
	s.claim = &asked;
	struct event event = event_of(EVENT_BUTTON, about_claim("adm:same:500", &asked));
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

	event.text = about_claim("adm:other:500", &asked);
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

static void an_admins_card_decides_about_no_other_claim_of_the_same_person(void **state)
{
	(void)state;
	struct claim_view open = claim, shown[5];
	open.asked = true;
	for (size_t i = 0; i < 5; i++)
		shown[i] = open;
	shown[0].email = "other@truerealestate.bali";
	shown[1].rep_id = "33333333-3333-3333-3333-333333333333";
	shown[2].rep_telegram_id = 401;
	shown[3].name = "Пётр";
	shown[4].email = "other@truerealestate.bali";
	shown[4].rep_id = "33333333-3333-3333-3333-333333333333";
	static const char *const decisions[] = {"adm:same:500", "adm:other:500"};
	for (size_t i = 0; i <= 5; i++)
		for (size_t k = 0; k < 2; k++) {
			struct conversation_state s = state_of(REP_ABSENT, PHASE_NONE, LOCALE_RU);
			s.claim = &open;
			/* the last: a card of a version that wrote no fingerprint */
			struct event event = event_of(EVENT_BUTTON,
			    i < 5 ? about_claim(decisions[k], &shown[i]) : decisions[k]);
			event.user_id = event.chat_id = ADMIN;
			struct outcome out = step(&s, &event);
			assert_int_equal(out.effect_count, 0);
			assert_true(says(out.callback_answer, LOCALE_RU, TEXT_ANSWER_CLAIM_OVER));
		}
}

static void an_older_address_is_not_what_is_claimed(void **state)
{
	(void)state;
	const char *const data[] = {"reg:claim", about_address("other@truerealestate.bali")};
	for (size_t i = 0; i < 2; i++) {
		struct conversation_state s = claimant(PHASE_EMAIL);
		struct event event = event_of(EVENT_BUTTON, data[i]);
		struct outcome out = step(&s, &event);
		assert_int_equal(out.next.phase, PHASE_EMAIL);
		assert_int_equal(out.messages.count, 1);
		assert_true(says(out.messages.first->text, LOCALE_EN, TEXT_EMAIL_TAKEN_CLAIM));
		assert_string_equal(out.messages.first->buttons[0].data, about_address(ADDRESS));
	}
	/* and the first offer of all does not take the claim away from under the admins */
	struct conversation_state s = claimant(PHASE_CLAIM);
	struct event event = event_of(EVENT_BUTTON, "reg:yes");
	struct outcome out = step(&s, &event);
	assert_int_equal(out.next.phase, PHASE_CLAIM);
	assert_true(says(out.callback_answer, LOCALE_EN, TEXT_ANSWER_PENDING));
}

int main(void)
{
	const struct row_test tests[] = {
	    {cmocka_unit_test_setup(without_admins_people_hear_what_they_can_do_themselves, each),
		ONCE},
	    {cmocka_unit_test_setup(a_claim_goes_to_every_admin_once, each), ONCE},
	    {cmocka_unit_test_setup(who_waits_may_cancel_or_give_another_address, each),
		ROWS(who_waits_may_cancel_or_give_another_address_rows, text)},
	    {cmocka_unit_test_setup(
		 an_admins_card_decides_about_no_other_claim_of_the_same_person, each),
		ONCE},
	    {cmocka_unit_test_setup(a_claim_of_what_is_another_ones_now_is_over, each),
		ROWS(a_claim_of_what_is_another_ones_now_is_over_rows, holder)},
	    {cmocka_unit_test_setup(a_claimant_may_name_another_address_that_is_taken, each), ONCE},
	    {cmocka_unit_test_setup(an_older_address_is_not_what_is_claimed, each), ONCE},
	    {cmocka_unit_test_setup(an_admin_decides_and_everybody_concerned_is_told, each), ONCE},
	};
	return RUN_ROW_TESTS(tests, begin, end);
}
