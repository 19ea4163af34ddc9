/* What an admin sends to all reps: who may, what is asked, and what each press comes to. */
#include "conversation_fixture.h"

#include "salesreg/domain/conversation/admin/broadcast_text.h"
#include "salesreg/domain/event/callback_data.h"

static const struct broadcast_audience audience = {.reached = 37, .unreached = 2};

static struct event of_admin(enum event_kind kind, const char *text)
{
	struct event event = event_of(kind, text);
	event.user_id = event.chat_id = ADMIN;
	event.said_id = 77;
	return event;
}

static struct outcome writes(const char *text, struct broadcast_audience reached)
{
	struct conversation_state s = state_of(REP_ABSENT, PHASE_BROADCAST, LOCALE_RU);
	s.kind = PERSON_ADMIN;
	s.audience = reached;
	struct event event = of_admin(EVENT_TEXT, text);
	return step(&s, &event);
}

static void the_text_is_kept_and_shown_with_who_gets_it(void **state)
{
	(void)state;
	struct outcome out = writes("Всем \x01привет\x03", audience);
	assert_int_equal(out.effect_count, 1);
	const struct effect *e = &out.effects[0];
	assert_int_equal(e->kind, EFFECT_DRAFT_BROADCAST);
	assert_string_equal(
	    e->said, "Всем  привет "); /* no mark of ours, and every place as it was */
	assert_int_equal(e->message_id, 77);
	assert_int_equal(out.next.phase, PHASE_NONE);
	assert_int_equal(out.messages.count, 2);
	const struct message *asks = out.messages.last;
	assert_non_null(strstr(asks->text, "37"));
	assert_non_null(strstr(asks->text, "ещё 2"));
	assert_int_equal(asks->button_count, 2);
	for (size_t i = 0; i < 2; i++) {
		struct press press = press_parse(asks->buttons[i].data);
		assert_int_equal(press.id, 77);
		assert_true(press_is_about(&press, e->reason));
	}
}

static void nothing_is_kept_where_nobody_gets_it_or_it_is_too_long(void **state)
{
	(void)state;
	struct outcome out = writes("Всем привет", (struct broadcast_audience){0, 2});
	assert_true(out.effect_count == 0 && out.next.phase == PHASE_NONE);
	assert_true(says(out.messages.first->text, LOCALE_RU, TEXT_BROADCAST_NOBODY));
	char longest[BROADCAST_UNITS + 2];
	memset(longest, 'x', sizeof longest);
	longest[BROADCAST_UNITS + 1] = '\0';
	out = writes(longest, audience);
	assert_true(out.effect_count == 0 && out.next.phase == PHASE_BROADCAST);
	longest[BROADCAST_UNITS] = '\0';
	assert_int_equal(writes(longest, audience).effect_count, 1);
}

static void a_command_is_no_text_for_others(void **state)
{
	(void)state;
	static const struct {
		enum event_kind kind;
		const char *text;
	} said[] = {{EVENT_START, ""}, {EVENT_START, "x"}, {EVENT_TEXT, "/help"},
	    {EVENT_TEXT, "/nonsense"}};
	for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
		struct conversation_state s = state_of(REP_ABSENT, PHASE_BROADCAST, LOCALE_RU);
		s.kind = PERSON_ADMIN;
		s.audience = audience;
		struct event event = of_admin(said[i].kind, said[i].text);
		struct outcome out = step(&s, &event);
		assert_int_equal(out.effect_count, 0);
		assert_int_equal(out.next.phase, PHASE_NONE);
		assert_int_equal(out.messages.count, 1);
	}
}

#define ABOUT "0123456789abcdef0123456789abcdef"
static const struct press_row {
	const char *data;
	enum broadcast_state state;
	bool there, ended;
	const char *effect; /* NULL: none */
	int answer;         /* -1: none is said */
} press_rows[] = {
    {"cast:go:77:" ABOUT, BROADCAST_DRAFT, true, false, BROADCAST_SEND, -1},
    {"cast:no:77:" ABOUT, BROADCAST_DRAFT, true, false, BROADCAST_CANCEL, -1},
    {"cast:stop:5:" ABOUT, BROADCAST_SENDING, true, false, BROADCAST_STOP,
	TEXT_ANSWER_BROADCAST_STOPPED},
    {"cast:go:77:" ABOUT, BROADCAST_SENDING, true, false, NULL, TEXT_ANSWER_BROADCAST_SENDING},
    {"cast:no:77:" ABOUT, BROADCAST_SENDING, true, false, NULL, TEXT_ANSWER_BROADCAST_SENDING},
    {"cast:go:77:" ABOUT, BROADCAST_DONE, true, true, NULL, TEXT_ANSWER_BROADCAST_OVER},
    {"cast:go:77:" ABOUT, BROADCAST_STOPPED, true, true, NULL, TEXT_ANSWER_BROADCAST_OVER},
    {"cast:stop:5:" ABOUT, BROADCAST_STOPPED, true, false, NULL, TEXT_ANSWER_BROADCAST_OVER},
    {"cast:stop:5:" ABOUT, BROADCAST_DONE, true, true, NULL, TEXT_ANSWER_BROADCAST_OVER},
    {"cast:stop:5:" ABOUT, BROADCAST_DRAFT, true, false, NULL, TEXT_ANSWER_BROADCAST_OVER},
    {"cast:go:77:" ABOUT, BROADCAST_DRAFT, false, false, NULL, TEXT_ANSWER_STALE},
    {"cast:go:77:fedcba9876543210fedcba9876543210", BROADCAST_DRAFT, true, false, NULL,
	TEXT_ANSWER_STALE},
    {"cast:stop:5", BROADCAST_SENDING, true, false, NULL, TEXT_ANSWER_STALE},
};

static void each_press_does_what_is_still_to_be_done(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof press_rows / sizeof *press_rows; i++) {
		const struct press_row *row = &press_rows[i];
		const struct broadcast_view view = {.id = 5,
		    .mine = true,
		    .about = ABOUT,
		    .state = row->state,
		    .ended = row->ended};
		struct conversation_state s = state_of(REP_ABSENT, PHASE_NONE, LOCALE_RU);
		s.broadcast = row->there ? &view : NULL;
		struct event event = of_admin(EVENT_BUTTON, row->data);
		struct outcome out = step(&s, &event);
		assert_int_equal(out.effect_count, row->effect ? 1 : 0);
		if (row->effect) {
			assert_int_equal(out.effects[0].kind, EFFECT_MOVE_BROADCAST);
			assert_int_equal(out.effects[0].broadcast, 5);
			assert_string_equal(out.effects[0].reason, row->effect);
		}
		if (row->answer >= 0)
			assert_true(
			    says(out.callback_answer, LOCALE_RU, (enum text_id)row->answer));
		else
			assert_string_equal(out.callback_answer, "");
		/* whoever is no admin, any more or ever, changes nothing */
		event.user_id = event.chat_id = PERSON;
		out = step(&s, &event);
		assert_int_equal(out.effect_count, 0);
		assert_true(says(out.callback_answer, LOCALE_RU, TEXT_ANSWER_ADMIN_ONLY));
	}
}

static void only_admins_are_asked_for_a_text(void **state)
{
	(void)state;
	static const struct {
		enum event_kind kind;
		const char *text;
	} begins[] = {
	    {EVENT_TEXT, "/broadcast"}, {EVENT_TEXT, "Рассылка"}, {EVENT_BUTTON, "adm:cast"}};
	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
		/* as a rep, too */
		for (int rep = 0; rep < 2; rep++) {
			struct conversation_state s =
			    state_of(rep ? REP_ACTIVE : REP_ABSENT, PHASE_NONE, LOCALE_RU);
			struct event event = of_admin(begins[i].kind, begins[i].text);
			struct outcome out = step(&s, &event);
			assert_true(
			    out.next.phase == PHASE_BROADCAST && out.next.kind == PERSON_ADMIN);
		}
		struct conversation_state s = state_of(REP_ACTIVE, PHASE_NONE, LOCALE_RU);
		struct event event = event_of(begins[i].kind, begins[i].text);
		assert_int_equal(step(&s, &event).next.phase, PHASE_NONE);
	}
}

static void progress_says_who_did_not_get_it(void **state)
{
	(void)state;
	struct broadcast_counts counts = {.recipients = 37,
	    .waiting = 10,
	    .queued = 4,
	    .sent = 20,
	    .later = 1,
	    .gone = 2,
	    .failed = 1};
	const struct message *m =
	    broadcast_progress(rules.catalog, LOCALE_EN, &counts, 5, ABOUT, ADMIN, 9, &arena);
	assert_string_equal(m->text,
	    "Sent: 20 of 37.\nNot arriving for now: 1. These messages wait.\nNot delivered, the "
	    "bot cannot write there: 2.\n"
	    "Refused by Telegram: 1. salesreg outbox list --state failed shows why.");
	assert_int_equal(m->button_count, 1);
	assert_int_equal(press_parse(m->buttons[0].data).kind, PRESS_BROADCAST_STOP);
	counts = (struct broadcast_counts){.recipients = 3, .sent = 2, .left = 1};
	m = broadcast_progress(rules.catalog, LOCALE_EN, &counts, 5, ABOUT, ADMIN, 9, &arena);
	assert_string_equal(m->text, "All done: 2 of 3 sent.\nNot reps any more: 1.");
	assert_true(m->button_count == 0 && broadcast_is_over(&counts));
	counts =
	    (struct broadcast_counts){.recipients = 3, .sent = 1, .stopped = 2, .is_stopped = true};
	m = broadcast_progress(rules.catalog, LOCALE_EN, &counts, 5, ABOUT, ADMIN, 0, &arena);
	assert_string_equal(m->text, "Stopped: 1 of 3 sent.\nNot sent: 2.");
	assert_int_equal(m->kind, MESSAGE_SEND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(the_text_is_kept_and_shown_with_who_gets_it, each),
	    cmocka_unit_test_setup(nothing_is_kept_where_nobody_gets_it_or_it_is_too_long, each),
	    cmocka_unit_test_setup(a_command_is_no_text_for_others, each),
	    cmocka_unit_test_setup(each_press_does_what_is_still_to_be_done, each),
	    cmocka_unit_test_setup(only_admins_are_asked_for_a_text, each),
	    cmocka_unit_test_setup(progress_says_who_did_not_get_it, each),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
