/* Codes that prove an e-mail, and invitations: what a person hears, and what changes. */
#include "conversation_fixture.h"
#include "row_tests.h"

#include "salesreg/app/bot/mail/email_code.h"
#include "salesreg/app/bot/mail/mail_text.h"

static struct code_view code;

static int proving(void **state)
{
	(void)each(state);
	rules.proves_email = true;
	rules.by_invitation = false;
	code = (struct code_view){
	    .id = 7, .email = ADDRESS, .email_key = ADDRESS, .state = CODE_SENT, .mailed = true};
	return 0;
}

static int over(void **state)
{
	(void)state;
	rules.proves_email = rules.by_invitation = false;
	return 0;
}

static struct conversation_state asked(enum rep_status status)
{
	struct conversation_state s = state_of(status, PHASE_CODE, LOCALE_EN);
	s.draft_name = status == REP_ACTIVE ? NULL : "Иван Петров";
	s.code = &code;
	return s;
}

static bool has_effect(const struct outcome *out, enum effect_kind kind)
{
	for (size_t i = 0; i < out->effect_count; i++)
		if (out->effects[i].kind == kind)
			return true;
	return false;
}

static void six_digits_are_a_code_however_they_are_grouped(void **state)
{
	(void)state;
	static const char *const codes[] = {"012345", " 012 345 ", "012-345", "012345.",
	    "0 1 2 3 4 5\n", "012\u00A0345", "012\u2009345", "012\u2013345", "Ваш код: 012345",
	    "Your code: 012345", "Your code: 012 345.", "012345 — вот он", "«012345»"};
	static const char *const others[] = {"", "12345", "0123456", "012345a", "a@b.c",
	    "０１２３４５", "012345 012345", "ivan012345", "012345@truerealestate.bali",
	    "Ваш код: 012345\n\nКод действует 10 минут.", "012345 or 1", "012 or 345",
	    "I was told to send this here, but what is it good for: 012345"};
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		assert_string_equal(conversation_code(codes[i], &arena), "012345");
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_null(conversation_code(others[i], &arena));
}

static void an_address_is_mailed_a_code_whosever_it_is(void **state)
{
	(void)state;
	for (int taken = 0; taken < 2; taken++) {
		struct conversation_state s = state_of(REP_ABSENT, PHASE_EMAIL, LOCALE_EN);
		s.email_taken = taken;
		struct event event = event_of(EVENT_TEXT, ADDRESS);
		struct outcome out = step(&s, &event);
		assert_int_equal(out.next.phase, PHASE_CODE);
		assert_string_equal(out.next.draft_name, "Иван Петров");
		assert_null(out.next.claim_email);
		assert_int_equal(out.next.wrong_emails, 0);
		assert_int_equal(out.effect_count, 1);
		assert_int_equal(out.effects[0].kind, EFFECT_SEND_CODE);
		assert_string_equal(out.effects[0].email_key, ADDRESS);
		assert_true(says(out.messages.first->text, LOCALE_EN, TEXT_CODE_ASKED));
	}
}

static void too_many_mails_are_said_and_none_is_sent(void **state)
{
	(void)state;
	struct conversation_state s = state_of(REP_ABSENT, PHASE_EMAIL, LOCALE_EN);
	s.code_wait_us = 61 * 1000000LL;
	struct event event = event_of(EVENT_TEXT, ADDRESS);
	struct outcome out = step(&s, &event);
	assert_int_equal(out.effect_count, 0);
	assert_int_equal(out.next.phase, PHASE_EMAIL);
	assert_true(says(out.messages.first->text, LOCALE_EN, TEXT_CODE_TOO_MANY));
	assert_non_null(strstr(out.messages.first->text, " 2 min"));
}

static const struct only_the_right_code_in_time_registers_row {
	enum code_state state;
	bool mailed, expired, matches;
	int64_t wrong;
	enum text_id says;
	int effect;
} only_the_right_code_in_time_registers_rows[] = {
    {CODE_SENT, true, false, true, 0, TEXT_REGISTERED, EFFECT_REGISTER},
    {CODE_SENT, true, false, true, 4, TEXT_REGISTERED, EFFECT_REGISTER},
    {CODE_SENDING, true, false, true, 0, TEXT_REGISTERED, EFFECT_REGISTER},
    {CODE_QUEUED, true, true, true, 0, TEXT_REGISTERED, EFFECT_REGISTER},
    {CODE_SENT, true, false, false, 0, TEXT_CODE_WRONG, EFFECT_WRONG_CODE},
    {CODE_SENT, true, false, false, 4, TEXT_CODE_USED_UP, EFFECT_WRONG_CODE},
    {CODE_SENT, true, false, true, 5, TEXT_CODE_USED_UP, NO_EFFECT},
    {CODE_SENT, true, true, true, 0, TEXT_CODE_EXPIRED, NO_EFFECT},
    {CODE_QUEUED, false, false, false, 0, TEXT_CODE_ON_ITS_WAY, NO_EFFECT},
    {CODE_REFUSED, true, false, true, 0, TEXT_CODE_REFUSED, NO_EFFECT},
    {CODE_FAILED, true, false, true, 0, TEXT_CODE_FAILED, NO_EFFECT},
};

static void only_the_right_code_in_time_registers(void **state)
{
	const struct only_the_right_code_in_time_registers_row *row = *state;
	(void)proving(state);
	code.state = row->state;
	code.mailed = row->mailed;
	code.expired = row->expired;
	code.matches = row->matches;
	code.wrong = row->wrong;
	struct conversation_state s = asked(REP_ABSENT);
	struct event event = event_of(EVENT_TEXT, "012345");
	struct conversation_interest interest;
	conversation_interest(&event, &arena, &interest);
	assert_string_equal(interest.code, "012345");
	struct outcome out = step(&s, &event);
	assert_true(says(out.messages.first->text, LOCALE_EN, row->says));
	assert_int_equal(has_effect(&out, EFFECT_REGISTER), row->effect == EFFECT_REGISTER);
	assert_int_equal(has_effect(&out, EFFECT_WRONG_CODE), row->effect == EFFECT_WRONG_CODE);
	assert_int_equal(out.next.phase, row->effect == EFFECT_REGISTER ? PHASE_NONE : PHASE_CODE);
}

static const struct whoever_proves_an_address_has_its_registration_row {
	enum rep_status me, holder;
	int effect;
	enum text_id says;
} whoever_proves_an_address_has_its_registration_rows[] = {
    {REP_ABSENT, REP_ACTIVE, EFFECT_MOVE, TEXT_CLAIM_GRANTED},
    {REP_REMOVED, REP_PENDING, EFFECT_MOVE, TEXT_REGISTERED_PENDING},
    {REP_ABSENT, REP_SUSPENDED, NO_EFFECT, TEXT_SUSPENDED},
    {REP_ACTIVE, REP_ACTIVE, EFFECT_EVICT, TEXT_EMAIL_CHANGED},
    {REP_ACTIVE, REP_SUSPENDED, NO_EFFECT, TEXT_EMAIL_OF_SUSPENDED},
};

static void whoever_proves_an_address_has_its_registration(void **state)
{
	const struct whoever_proves_an_address_has_its_registration_row *row = *state;
	(void)proving(state);
	code.matches = true;
	code.rep_id = "22222222-2222-2222-2222-222222222222";
	code.rep_name = "Stranger";
	code.rep_telegram_id = 400;
	code.rep_status = row->holder;
	struct conversation_state s = asked(row->me);
	struct event event = event_of(EVENT_TEXT, "012345");
	struct outcome out = step(&s, &event);
	bool told_me = false, told_holder = false;
	for (const struct message *m = out.messages.first; m; m = m->next) {
		told_me |= m->chat_id == PERSON && says(m->text, LOCALE_EN, row->says);
		told_holder |= m->chat_id == 400 && says(m->text, LOCALE_RU, TEXT_ACCOUNT_LOST);
	}
	assert_true(told_me);
	assert_int_equal(told_holder, row->effect != NO_EFFECT);
	assert_true(has_effect(&out, EFFECT_CODE_DONE));
	assert_int_equal(has_effect(&out, EFFECT_MOVE), row->effect == EFFECT_MOVE);
	assert_int_equal(has_effect(&out, EFFECT_EVICT), row->effect == EFFECT_EVICT);
	assert_false(has_effect(&out, EFFECT_REGISTER));
}

static void admins_hear_who_has_moved_and_who_is_out(void **state)
{
	(void)state;
	code.matches = true;
	code.rep_id = "22222222-2222-2222-2222-222222222222";
	code.rep_name = "Stranger";
	code.rep_telegram_id = 400;
	code.rep_status = REP_ACTIVE;
	for (int rep = 0; rep < 2; rep++) {
		struct conversation_state s = asked(rep ? REP_ACTIVE : REP_ABSENT);
		struct event event = event_of(EVENT_TEXT, "012345");
		struct outcome out = step(&s, &event);
		size_t told = 0;
		for (const struct message *m = out.messages.first; m; m = m->next) {
			if (m->chat_id != ADMIN && m->chat_id != OTHER_ADMIN)
				continue;
			told++;
			assert_int_equal(says(m->text, LOCALE_RU, TEXT_ADMIN_EVICTED), rep);
			assert_int_equal(says(m->text, LOCALE_RU, TEXT_ADMIN_MOVED), !rep);
			assert_int_equal(strstr(m->text, "Stranger") != NULL, rep);
			assert_non_null(strstr(m->text, "Иван Петров"));
		}
		assert_int_equal(told, 2);
	}
}

/* Whatever was typed wrong meanwhile, and wherever it led: the code in hand is good. */
static void a_good_code_stays_good(void **state)
{
	(void)state;
	static const char *const slips[] = {
	    "new@gmail.com", "new%evil.example@truerealestate.bali"};
	static const enum rep_status who[] = {REP_ABSENT, REP_ACTIVE};
	for (size_t w = 0; w < 2; w++)
		for (size_t i = 0; i < sizeof slips / sizeof *slips; i++)
			for (int paused = 0; paused < 2; paused++) {
				(void)proving(state);
				struct conversation_state s = asked(who[w]);
				s.pause_us = paused;
				struct event event = event_of(EVENT_TEXT, slips[i]);
				struct outcome out = step(&s, &event);
				assert_int_equal(out.next.phase, PHASE_CODE);
				assert_int_equal(out.next.wrong_emails, 0);
				assert_int_equal(out.effect_count, 0);
			}
	for (size_t w = 0; w < 2; w++) {
		(void)proving(state);
		code.matches = true;
		struct conversation_state s = state_of(
		    who[w], who[w] == REP_ACTIVE ? PHASE_CHANGE_EMAIL : PHASE_EMAIL, LOCALE_EN);
		s.code = &code;
		s.pause_us = 1;
		struct event event = event_of(EVENT_TEXT, "012345");
		struct outcome out = step(&s, &event);
		assert_true(
		    has_effect(&out, who[w] == REP_ACTIVE ? EFFECT_CHANGE_EMAIL : EFFECT_REGISTER));
		code.matches = false;
		out = step(&s, &event);
		assert_int_equal(out.next.phase, PHASE_CODE);
		assert_true(has_effect(&out, EFFECT_WRONG_CODE));
		assert_int_equal(out.next.wrong_emails, 0);
		s.code = NULL;
		s.pause_us = 0;
		out = step(&s, &event);
		assert_int_equal(out.next.wrong_emails, 0);
	}
}

/* Whatever was looked at meanwhile: six digits that are waited for are the code. */
static const struct a_code_is_one_wherever_its_person_has_gone_row {
	enum rep_status who;
	enum conversation_phase phase;
	bool named;
	int effect;
} a_code_is_one_wherever_its_person_has_gone_rows[] = {
    {REP_ACTIVE, PHASE_NONE, false, EFFECT_CHANGE_EMAIL},
    {REP_ACTIVE, PHASE_CONFIRM_UNREGISTER, false, EFFECT_CHANGE_EMAIL},
    {REP_ABSENT, PHASE_OFFERED, true, EFFECT_REGISTER},
    {REP_ABSENT, PHASE_OFFERED, false, NO_EFFECT},
    {REP_ABSENT, PHASE_NAME, false, NO_EFFECT},
};

static void a_code_is_one_wherever_its_person_has_gone(void **state)
{
	const struct a_code_is_one_wherever_its_person_has_gone_row *row = *state;
	struct event event = event_of(EVENT_TEXT, "012345");
	(void)proving(state);
	code.matches = true;
	struct conversation_state s = state_of(row->who, row->phase, LOCALE_EN);
	s.draft_name = row->named ? "Иван Петров" : NULL;
	s.code = &code;
	struct outcome out = step(&s, &event);
	if (row->effect == NO_EFFECT) {
		assert_int_equal(out.effect_count, 0);
		assert_int_equal(out.next.phase, row->phase);
		return;
	}
	assert_true(has_effect(&out, row->effect));
	code.matches = false;
	out = step(&s, &event);
	assert_true(has_effect(&out, EFFECT_WRONG_CODE));
	assert_int_equal(out.next.phase, PHASE_CODE);
	s.code = NULL;
	out = step(&s, &event);
	assert_int_equal(out.effect_count, 0);
}

static const struct where_no_more_mails_go_out_the_last_code_is_waited_for_row {
	const char *key;
	int64_t wrong;
	enum conversation_phase then;
} where_no_more_mails_go_out_the_last_code_is_waited_for_rows[] = {{ADDRESS, 0, PHASE_CODE},
    {ADDRESS, 5, PHASE_EMAIL}, {"other@truerealestate.bali", 0, PHASE_EMAIL}};

static void where_no_more_mails_go_out_the_last_code_is_waited_for(void **state)
{
	const struct where_no_more_mails_go_out_the_last_code_is_waited_for_row *row = *state;
	code.email_key = row->key;
	code.wrong = row->wrong;
	struct conversation_state s = state_of(REP_ABSENT, PHASE_EMAIL, LOCALE_EN);
	s.code = &code;
	s.code_wait_us = 1;
	struct event event = event_of(EVENT_TEXT, ADDRESS);
	struct outcome out = step(&s, &event);
	assert_true(says(out.messages.first->text, LOCALE_EN, TEXT_CODE_TOO_MANY));
	assert_int_equal(out.next.phase, row->then);
	assert_string_equal(out.next.draft_name, "Иван Петров");
}

static void where_codes_prove_addresses_only_an_invitation_s_is_guessed(void **state)
{
	(void)state;
	static const char *const slips[] = {
	    "x@gmail.com", "x@", "what?", "иван@truerealestate.bali"};
	struct conversation_state s = state_of(REP_ABSENT, PHASE_EMAIL, LOCALE_EN);
	for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
		struct event event = event_of(EVENT_TEXT, slips[i]);
		assert_int_equal(step(&s, &event).next.wrong_emails, 0);
	}
	rules.by_invitation = true;
	struct invite_view held = {
	    .hash = "h", .holder = PERSON, .email_key = "other@truerealestate.bali"};
	s.held = &held;
	struct event event = event_of(EVENT_TEXT, ADDRESS);
	assert_int_equal(step(&s, &event).next.wrong_emails, 1);
}

static void a_code_does_not_stand_in_for_an_invitation(void **state)
{
	(void)state;
	rules.by_invitation = true;
	struct invite_view held = {
	    .hash = "h", .holder = PERSON, .email_key = "other@truerealestate.bali"};
	code.matches = true;
	struct conversation_state s = asked(REP_ABSENT);
	struct event event = event_of(EVENT_TEXT, "012345");
	s.held = &held;
	struct outcome out = step(&s, &event);
	assert_int_equal(out.effect_count, 0);
	assert_true(says(out.messages.first->text, LOCALE_EN, TEXT_INVITE_OTHER_EMAIL));
	held.email_key = NULL;
	held.ended = true;
	out = step(&s, &event);
	assert_int_equal(out.effect_count, 0);
	assert_true(says(out.messages.first->text, LOCALE_EN, TEXT_INVITE_ENDED));
	held.ended = false;
	out = step(&s, &event);
	assert_true(has_effect(&out, EFFECT_REGISTER) && has_effect(&out, EFFECT_USE_INVITE));
}

static void where_nothing_is_proven_any_more_the_address_is_asked_for_again(void **state)
{
	(void)state;
	rules.proves_email = false;
	struct conversation_state s = asked(REP_ABSENT);
	s.code = NULL;
	struct event event = event_of(EVENT_TEXT, ADDRESS);
	struct outcome out = step(&s, &event);
	assert_true(has_effect(&out, EFFECT_REGISTER));
}

static void only_an_admin_gets_a_link(void **state)
{
	(void)state;
	rules.by_invitation = true;
	struct conversation_state s = state_of(REP_ABSENT, PHASE_NONE, LOCALE_EN);
	s.link = (struct fresh_link){.text = "https://t.me/b?start=rX", .hash = "h", .days = 7};
	struct event event = event_of(EVENT_BUTTON, "adm:invite");
	struct outcome out = step(&s, &event);
	assert_int_equal(out.effect_count, 0);
	assert_true(says(out.callback_answer, LOCALE_EN, TEXT_ANSWER_ADMIN_ONLY));
	event.user_id = event.chat_id = ADMIN;
	out = step(&s, &event);
	assert_true(has_effect(&out, EFFECT_MAKE_INVITE));
	assert_non_null(strstr(out.messages.first->text, s.link.text));
	s.link.text = NULL;
	out = step(&s, &event);
	assert_false(has_effect(&out, EFFECT_MAKE_INVITE));
	assert_true(says(out.callback_answer, LOCALE_EN, TEXT_ANSWER_INVITE_LATER));
}

static void a_hash_is_of_one_code_one_person_one_address_and_one_bot(void **state)
{
	(void)state;
	struct secret mine = {0}, other = {0};
	struct email_code_key key, other_key;
	assert_int_equal(secret_set(&mine, "1:a"), ERR_OK);
	assert_int_equal(secret_set(&other, "1:b"), ERR_OK);
	email_code_key(&key, &mine);
	email_code_key(&other_key, &other);
	const char *hash = email_code_hash(&arena, &key, 5, "a@b.c", "012345");
	const char *others[] = {email_code_hash(&arena, &key, 5, "a@b.c", "012346"),
	    email_code_hash(&arena, &key, 6, "a@b.c", "012345"),
	    email_code_hash(&arena, &key, 5, "a@b.d", "012345"),
	    email_code_hash(&arena, &other_key, 5, "a@b.c", "012345")};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_false(email_code_matches(others[i], hash));
	assert_true(email_code_matches(hash, hash));
	assert_true(email_code_matches(arena_printf(&arena, "%s %s", others[0], hash), hash));
	assert_true(
	    email_code_matches(arena_printf(&arena, "%s %s %s", others[0], hash, others[1]), hash));
	assert_false(email_code_matches("", hash));
	assert_false(email_code_matches("short", hash));
	assert_int_equal(strlen(email_code_make(&arena)), CODE_DIGITS);
	secret_finish(&mine);
	secret_finish(&other);
}

static void a_mail_is_lines_of_ascii_that_any_server_carries(void **state)
{
	(void)state;
	for (int l = 0; l < LOCALE_COUNT; l++) {
		const char *text = mail_text_code(rules.catalog, (enum locale)l,
		    &(struct mail_about){.from = "registry@a.example",
			.to = ADDRESS,
			.code = "012345",
			.bot = "sales_bot",
			.wrong = 3,
			.now = 1700000000},
		    &arena);
		assert_non_null(strstr(text, "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n"));
		assert_non_null(strstr(text, "\r\nTo: <" ADDRESS ">\r\n"));
		assert_null(strstr(text, "012345")); /* it is encoded */
		for (const char *line = text; *line;) {
			size_t n = strcspn(line, "\r\n");
			assert_in_range(n, 0, 200);
			assert_int_equal(strncmp(line + n, "\r\n", 2), 0);
			for (size_t i = 0; i < n; i++)
				assert_in_range(line[i], ' ', '~');
			line += n + 2;
		}
	}
}

int main(void)
{
	const struct row_test tests[] = {
	    {cmocka_unit_test_setup_teardown(
		 six_digits_are_a_code_however_they_are_grouped, proving, over),
		ONCE},
	    {cmocka_unit_test_setup_teardown(
		 an_address_is_mailed_a_code_whosever_it_is, proving, over),
		ONCE},
	    {cmocka_unit_test_setup_teardown(
		 too_many_mails_are_said_and_none_is_sent, proving, over),
		ONCE},
	    {cmocka_unit_test_setup_teardown(only_the_right_code_in_time_registers, proving, over),
		ROWS_BY_NUMBER(only_the_right_code_in_time_registers_rows)},
	    {cmocka_unit_test_setup_teardown(
		 whoever_proves_an_address_has_its_registration, proving, over),
		ROWS_BY_NUMBER(whoever_proves_an_address_has_its_registration_rows)},
	    {cmocka_unit_test_setup_teardown(
		 a_code_does_not_stand_in_for_an_invitation, proving, over),
		ONCE},
	    {cmocka_unit_test_setup_teardown(
		 where_nothing_is_proven_any_more_the_address_is_asked_for_again, proving, over),
		ONCE},
	    {cmocka_unit_test_setup_teardown(
		 admins_hear_who_has_moved_and_who_is_out, proving, over),
		ONCE},
	    {cmocka_unit_test_setup_teardown(a_good_code_stays_good, proving, over), ONCE},
	    {cmocka_unit_test_setup_teardown(
		 where_no_more_mails_go_out_the_last_code_is_waited_for, proving, over),
		ROWS(where_no_more_mails_go_out_the_last_code_is_waited_for_rows, key)},
	    {cmocka_unit_test_setup_teardown(
		 a_code_is_one_wherever_its_person_has_gone, proving, over),
		ROWS_BY_NUMBER(a_code_is_one_wherever_its_person_has_gone_rows)},
	    {cmocka_unit_test_setup_teardown(
		 where_codes_prove_addresses_only_an_invitation_s_is_guessed, proving, over),
		ONCE},
	    {cmocka_unit_test_setup_teardown(only_an_admin_gets_a_link, proving, over), ONCE},
	    {cmocka_unit_test_setup_teardown(
		 a_hash_is_of_one_code_one_person_one_address_and_one_bot, proving, over),
		ONCE},
	    {cmocka_unit_test_setup_teardown(
		 a_mail_is_lines_of_ascii_that_any_server_carries, proving, over),
		ONCE},
	};
	return RUN_ROW_TESTS(tests, begin, end);
}
