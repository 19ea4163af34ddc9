/*
 * Admins in the chat: their menu beside the rep's.
 */
#include "conversation_fixture.h"

static const struct button *button_with(const struct message *m, const char *data)
{
	for (size_t i = 0; i < m->button_count; i++)
		if (strcmp(m->buttons[i].data, data) == 0)
			return &m->buttons[i];
	return NULL;
}

static struct outcome by_admin(
    const struct conversation_state *s, enum event_kind kind, const char *text)
{
	struct event event = event_of(kind, text);
	event.user_id = event.chat_id = ADMIN;
	return step(s, &event);
}

static void an_admin_who_is_no_rep_has_the_menu_under_every_hello(void **state)
{
	(void)state;
	struct conversation_state s = state_of(REP_ABSENT, PHASE_NONE, LOCALE_RU);
	struct outcome out = by_admin(&s, EVENT_TEXT, "привет");
	assert_true(says(out.messages.first->text, LOCALE_RU, TEXT_ADMIN_HELLO));
	assert_non_null(button_with(out.messages.first, "adm:list"));
	assert_non_null(button_with(out.messages.first, "reg:yes"));
	assert_null(button_with(out.messages.first, "adm:invite"));
	rules.by_invitation = true;
	out = by_admin(&s, EVENT_START, "");
	assert_non_null(button_with(out.messages.first, "adm:invite"));
	rules.by_invitation = false;
}

static void an_admin_who_is_a_rep_has_both_menus(void **state)
{
	(void)state;
	struct conversation_state s = state_of(REP_ACTIVE, PHASE_CHANGE_EMAIL, LOCALE_RU);
	struct outcome out = by_admin(&s, EVENT_START, "");
	assert_non_null(button_with(out.messages.first, "menu:clients"));
	assert_non_null(button_with(out.messages.first, "adm:menu"));
	/* in a message of its own, so that the rep's menu stays */
	out = by_admin(&s, EVENT_BUTTON, "adm:menu");
	assert_int_equal(out.messages.first->kind, MESSAGE_SEND);
	assert_non_null(button_with(out.messages.first, "adm:list"));
	assert_null(button_with(out.messages.first, "reg:yes"));
	/* and back from a list in its place */
	out = by_admin(&s, EVENT_BUTTON, "adm:menu:e");
	assert_int_equal(out.messages.first->kind, MESSAGE_EDIT_TEXT);
	out = by_admin(&s, EVENT_TEXT, "/admin");
	assert_true(says(out.messages.first->text, LOCALE_RU, TEXT_ADMIN_MENU));
	assert_int_equal(out.next.phase, PHASE_NONE);
	s.rep_status = REP_SUSPENDED;
	out = by_admin(&s, EVENT_TEXT, "админ");
	assert_true(says(out.messages.first->text, LOCALE_RU, TEXT_ADMIN_MENU));
}

static void nobody_else_has_it(void **state)
{
	(void)state;
	struct conversation_state s = state_of(REP_ACTIVE, PHASE_NONE, LOCALE_RU);
	struct event event = event_of(EVENT_BUTTON, "adm:menu");
	struct outcome out = step(&s, &event);
	assert_int_equal(out.messages.count, 0);
	assert_true(says(out.callback_answer, LOCALE_RU, TEXT_ANSWER_ADMIN_ONLY));
	event = event_of(EVENT_TEXT, "/admin");
	out = step(&s, &event);
	assert_false(says(out.messages.first->text, LOCALE_RU, TEXT_ADMIN_MENU));
	assert_null(button_with(out.messages.first, "adm:menu"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(an_admin_who_is_no_rep_has_the_menu_under_every_hello, each),
	    cmocka_unit_test_setup(an_admin_who_is_a_rep_has_both_menus, each),
	    cmocka_unit_test_setup(nobody_else_has_it, each),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
