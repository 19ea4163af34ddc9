/*
 * Prospects in an admin's chat: who is found, the card, and what buttons say.
 */
#include "conversation_fixture.h"

#include "salesreg/domain/event/callback_data.h"

static const struct managed_line lines[] = {
    {7, "Ada", "contacted", "Boris", NULL}, {-1, NULL, "something\nnew", NULL, NULL}};
static const struct managed_prospect ada = {.hash = 7,
    .client = {.prospect_id = "p7",
	.name = "Ada",
	.telegram = "@ada_lovelace",
	.status = "contacted",
	.owner = OWNER_BOT,
	.assignment_id = 5},
    .rep_id = "11111111-1111-1111-1111-111111111111",
    .rep_name = "Boris",
    .rep_status = "active",
    .rep_telegram_id = 501,
    .account = 77,
    .came = "01.11.2026 10:00",
    .days = 26};

static struct conversation_interest interest_of(const struct event *event)
{
	struct conversation_interest interest;
	conversation_interest(event, &arena, &interest);
	return interest;
}

static struct event of_admin(enum event_kind kind, const char *text)
{
	struct event event = event_of(kind, text);
	event.user_id = event.chat_id = ADMIN;
	return event;
}

static const char *data_of(const struct message *m)
{
	const char *all = "";
	for (size_t i = 0; i < m->button_count; i++)
		all = arena_printf(&arena, "%s%s%s", all,
		    i == 0                  ? ""
		    : m->buttons[i].new_row ? " / "
					    : " ",
		    m->buttons[i].data ? m->buttons[i].data : "url");
	return all;
}

/* Asked for a word, as an admin. */
static struct conversation_state asked(const struct managed_view *view)
{
	struct conversation_state s = state_of(REP_ABSENT, PHASE_MANAGED_FIND, LOCALE_EN);
	s.kind = PERSON_ADMIN;
	s.managed = view;
	return s;
}

static void a_word_of_an_admin_is_looked_for(void **state)
{
	(void)state;
	struct conversation_state s = state_of(REP_ACTIVE, PHASE_NONE, LOCALE_EN);
	struct event event = of_admin(EVENT_BUTTON, "adm:find");
	struct outcome out = step(&s, &event);
	assert_int_equal(out.next.phase, PHASE_MANAGED_FIND);
	assert_int_equal(out.next.kind, PERSON_ADMIN);
	event = of_admin(EVENT_TEXT, "  Ada \n Lovelace ");
	struct conversation_interest interest = interest_of(&event);
	assert_int_equal(interest.managed.want, MANAGED_SEARCH);
	assert_string_equal(interest.managed.words, "Ada Lovelace");
	assert_string_equal(interest.managed.phase, "admin_find");
	/* the command needs no question */
	event = of_admin(EVENT_TEXT, "/find@salesbot Ada");
	interest = interest_of(&event);
	assert_string_equal(interest.managed.words, "Ada");
	assert_null(interest.managed.phase);
}

static void of_several_one_is_chosen(void **state)
{
	(void)state;
	const struct managed_view view = {.lines = lines, .line_count = 2, .more = true};
	struct conversation_state s = asked(&view);
	struct event event = of_admin(EVENT_TEXT, "ad");
	struct outcome out = step(&s, &event);
	assert_int_equal(out.next.phase, PHASE_NONE);
	const struct message *m = out.messages.first;
	assert_string_equal(m->text, "Found for ad. Which of these?\n\n"
				     "1. Ada — contacted, Boris\n"
				     "2. No name — something new, without a representative");
	assert_string_equal(data_of(m), "pc:0000000000000007c0.ad / pc:ffffffffffffffffc0.ad / "
					"pl:1.ad / adm:find / adm:menu:e");
	/* words that no button can carry have one page, and no way back to it */
	event = of_admin(EVENT_TEXT, "01234567890123456789012345678901234567890");
	out = step(&s, &event);
	assert_string_equal(data_of(out.messages.first),
	    "pc:0000000000000007c / pc:ffffffffffffffffc / adm:find / adm:menu:e");
	assert_true(says(out.messages.first->text, LOCALE_EN, TEXT_MANAGED_MORE));
}

static void the_only_one_is_shown_and_nobody_is_said(void **state)
{
	(void)state;
	struct managed_view view = {.lines = lines, .line_count = 1, .prospect = &ada};
	struct conversation_state s = asked(&view);
	struct event event = of_admin(EVENT_TEXT, "ada");
	struct outcome out = step(&s, &event);
	assert_non_null(strstr(out.messages.first->text, "\nRepresentative: Boris"));
	assert_int_equal(out.next.phase, PHASE_NONE);
	view = (struct managed_view){.line_count = 0};
	out = step(&s, &event);
	assert_true(says(out.messages.first->text, LOCALE_EN, TEXT_MANAGED_NOT_FOUND));
	assert_int_equal(out.next.phase, PHASE_MANAGED_FIND);
}

static void a_card_takes_the_place_of_what_was_pressed(void **state)
{
	(void)state;
	const struct managed_view view = {.prospect = &ada};
	struct conversation_state s = state_of(REP_SUSPENDED, PHASE_NONE, LOCALE_EN);
	s.managed = &view;
	struct event event = of_admin(EVENT_BUTTON, "pc:0000000000000007c3.ad");
	struct conversation_interest interest = interest_of(&event);
	assert_int_equal(interest.managed.want, MANAGED_ONE);
	assert_true(interest.managed.press.hash == 7);
	struct outcome out = step(&s, &event);
	assert_int_equal(out.messages.first->kind, MESSAGE_EDIT_TEXT);
	assert_non_null(strstr(data_of(out.messages.first), "pl:3.ad"));
	/* deleted meanwhile; and no admin any more */
	s.managed = &(struct managed_view){0};
	out = step(&s, &event);
	assert_true(says(out.callback_answer, LOCALE_EN, TEXT_ANSWER_MANAGED_GONE));
	event.user_id = event.chat_id = PERSON;
	out = step(&s, &event);
	assert_true(says(out.callback_answer, LOCALE_EN, TEXT_ANSWER_ADMIN_ONLY));
}

/* What a button that decides carries of Ada's card. */
static const char *about(const struct managed_prospect *p)
{
	char *text = arena_alloc(&arena, MANAGED_ABOUT_CHARS + 1);
	managed_about(p, &arena, text);
	return text;
}

static void a_rep_is_chosen_from_those_whose_turn_is_next(void **state)
{
	(void)state;
	static const struct rep_choice reps[] = {
	    {.telegram_id = 501, .id = "11111111-1111-1111-1111-111111111111", .name = "Boris"},
	    {.telegram_id = 502,
		.id = "2",
		.name = "Anna",
		.open = 3,
		.capacity = 7,
		.paused = true},
	    {.telegram_id = INT64_MAX, .id = "3", .name = NULL, .open = 9, .unreachable = true}};
	const struct managed_view view = {
	    .prospect = &ada, .reps = reps, .rep_count = 3, .more_reps = true};
	struct conversation_state s = state_of(REP_ABSENT, PHASE_NONE, LOCALE_EN);
	s.managed = &view;
	struct event event = of_admin(EVENT_BUTTON, "pc:0000000000000007r1");
	struct conversation_interest interest = interest_of(&event);
	assert_true(interest.managed.wants_reps && !interest.managed.holds);
	assert_int_equal(interest.managed.reps_page, 1);
	struct outcome out = step(&s, &event);
	const struct message *m = out.messages.first;
	assert_string_equal(m->buttons[0].text, "Anna · 3/7 ⏸");
	assert_string_equal(m->buttons[1].text, "No name · 9/5 🔕");
	assert_string_equal(data_of(m),
	    arena_printf(&arena,
		"pc:0000000000000007g%s502 / pc:0000000000000007g%s9223372036854775807 / "
		"pc:0000000000000007r pc:0000000000000007r2 / pc:0000000000000007c",
		about(&ada), about(&ada)));
}

static const struct what_decides_is_held_row {
	const char *act;
	int64_t subject;
	enum effect_kind effect;
} what_decides_is_held_rows[] = {
    {"g%s502", 502, EFFECT_GIVE},
    {"q%s", 0, EFFECT_GIVE},
    {"S%s4", 0, EFFECT_SET_STATUS},
};

static void what_decides_is_held(void **state)
{
	const struct what_decides_is_held_row *row = *state;
	const char *act = arena_printf(&arena, "%.1s%s%s", row->act, about(&ada), row->act + 3);
	struct managed_prospect changed = ada;
	struct managed_view view = {.prospect = &ada};
	const struct subject_view anna = {
	    .rep_id = "2", .name = "Anna", .telegram_id = 502, .status = REP_ACTIVE};
	struct conversation_state s = state_of(REP_ABSENT, PHASE_NONE, LOCALE_EN);
	s.managed = &view;
	s.subject = row->subject ? &anna : NULL;
	struct event event =
	    of_admin(EVENT_BUTTON, arena_printf(&arena, "pc:0000000000000007%s", act));
	struct conversation_interest interest = interest_of(&event);
	assert_true(interest.managed.holds && interest.changes_assignments);
	assert_int_equal(interest.subject_telegram_id, row->subject);
	struct outcome out = step(&s, &event);
	assert_int_equal(out.effect_count, 1);
	assert_int_equal(out.effects[0].kind, row->effect);
	assert_string_equal(out.effects[0].prospect, "p7");
	assert_int_equal(out.effects[0].assignment_id, 5);
	assert_int_equal(out.messages.first->kind, MESSAGE_EDIT_TEXT);
	assert_false(out.callback_alert);
	/* another admin was quicker: nothing changes, and it is said who */
	changed.client.status = "in_conversation";
	changed.changed_by = "Clara";
	view.prospect = &changed;
	out = step(&s, &event);
	assert_int_equal(out.effect_count, 0);
	assert_true(says(out.callback_answer, LOCALE_EN, TEXT_ANSWER_MANAGED_CHANGED_BY));
	assert_non_null(strstr(out.callback_answer, "Clara"));
	assert_int_equal(out.messages.first->kind, MESSAGE_EDIT_TEXT);
}

static void a_rep_who_is_not_at_work_gets_nobody(void **state)
{
	(void)state;
	static const enum rep_status statuses[] = {
	    REP_PENDING, REP_SUSPENDED, REP_REMOVED, REP_ABSENT};
	const struct managed_view view = {.prospect = &ada};
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
		const struct subject_view anna = {
		    .rep_id = "2", .name = "Anna", .telegram_id = 502, .status = statuses[i]};
		struct conversation_state s = state_of(REP_ABSENT, PHASE_NONE, LOCALE_EN);
		s.managed = &view;
		s.subject = &anna;
		struct event event = of_admin(
		    EVENT_BUTTON, arena_printf(&arena, "pc:0000000000000007g%s502", about(&ada)));
		struct outcome out = step(&s, &event);
		assert_int_equal(out.effect_count, 0);
		assert_true(says(out.callback_answer, LOCALE_EN, TEXT_ANSWER_MANAGED_REP));
	}
}

static void a_note_is_whatever_is_written_next(void **state)
{
	(void)state;
	const struct managed_view view = {.prospect = &ada};
	struct conversation_state s = state_of(REP_ACTIVE, PHASE_NONE, LOCALE_EN);
	s.managed = &view;
	struct event event = of_admin(EVENT_BUTTON, "pc:0000000000000007n");
	struct outcome out = step(&s, &event);
	assert_int_equal(out.next.phase, PHASE_MANAGED_NOTE);
	assert_string_equal(out.next.draft_client, "p7");
	s = out.next;
	s.managed = &view;
	event = of_admin(EVENT_TEXT, "my clients");
	struct conversation_interest interest = interest_of(&event);
	assert_string_equal(interest.managed.draft_phase, "admin_note");
	out = step(&s, &event);
	assert_int_equal(out.effects[0].kind, EFFECT_MANAGER_NOTE);
	assert_string_equal(out.effects[0].said, "my clients");
	assert_int_equal(out.next.phase, PHASE_NONE);
	/* somebody else's by now, or nobody's */
	s.managed = &(struct managed_view){0};
	out = step(&s, &event);
	assert_int_equal(out.effect_count, 0);
	assert_true(says(out.messages.first->text, LOCALE_EN, TEXT_MANAGED_GONE));
}

static void the_history_says_by_whom(void **state)
{
	(void)state;
	static const struct client_event events[] = {
	    {9, "27.11.2026 10:00", "given", "by a manager", "Boris", "Clara"},
	    {8, "27.11.2026 09:00", "note", "calls \"at noon\"", NULL, "Clara"},
	    {7, "26.11.2026 09:00", "note", "likes villas", "Boris", NULL},
	    {6, "25.11.2026 09:00", "status", "contacted", NULL, NULL}};
	struct managed_prospect p = ada;
	p.client.events = events;
	p.client.event_count = 4;
	p.client.more_events = true;
	const struct managed_view view = {.prospect = &p};
	struct conversation_state s = state_of(REP_ABSENT, PHASE_NONE, LOCALE_EN);
	s.managed = &view;
	struct event event = of_admin(EVENT_BUTTON, "pc:0000000000000007h77");
	struct conversation_interest interest = interest_of(&event);
	assert_true(interest.managed.wants_history && interest.managed.events_before == 77);
	struct outcome out = step(&s, &event);
	const struct message *m = out.messages.first;
	assert_int_equal(m->kind, MESSAGE_EDIT_TEXT);
	assert_non_null(
	    strstr(m->text, "27.11.2026 10:00 an administrator gave the client to Boris · Clara"));
	assert_non_null(strstr(m->text, "Clara:\ncalls \"at noon\""));
	assert_non_null(strstr(m->text, "Boris:\nlikes villas"));
	assert_string_equal(
	    data_of(m), "pc:0000000000000007h pc:0000000000000007h6 / pc:0000000000000007c");
}

static void what_waits_leads_to_lists(void **state)
{
	(void)state;
	const struct managed_waits waits = {
	    .count = {[LISTED_WITHOUT_REP] = 1001, [LISTED_WITHOUT_CONTACT] = 3},
	    .late = {[LISTED_WITHOUT_REP] = 2},
	    .oldest = {[LISTED_WITHOUT_REP] = "01.11.2026 10:00"},
	    .partial = true,
	    .failed = 4,
	    .unreachable = 2,
	    .unreachable_names = "Anna, Boris"};
	struct managed_view view = {.waits = &waits};
	struct conversation_state s = state_of(REP_ABSENT, PHASE_NONE, LOCALE_EN);
	s.managed = &view;
	struct event event = of_admin(EVENT_TEXT, "what waits");
	assert_int_equal(interest_of(&event).managed.want, MANAGED_WAITS);
	struct outcome out = step(&s, &event);
	const struct message *m = out.messages.first;
	assert_string_equal(m->text,
	    "What waits now:\n"
	    "Without a representative: 1000+, longer than an hour: 2, the first since 01.11.2026 "
	    "10:00\n"
	    "No word from the representative yet: 3+, longer than a day: 0\n"
	    "No contact for more than 14 days: 0, more than 30: 0\n"
	    "Messages that could not be sent: 4\n"
	    "Representatives whom Telegram cannot reach: 2: Anna, Boris");
	assert_string_equal(data_of(m), "pl:w0 / pl:c0 / adm:menu:e");
	/* a page of such a list */
	view = (struct managed_view){.lines = lines, .line_count = 2, .more = true};
	event = of_admin(EVENT_BUTTON, "pl:c1");
	struct conversation_interest interest = interest_of(&event);
	assert_int_equal(interest.managed.want, MANAGED_LISTED);
	assert_int_equal(interest.managed.list, LISTED_WITHOUT_CONTACT);
	assert_int_equal(interest.managed.page, 1);
	out = step(&s, &event);
	assert_non_null(strstr(out.messages.first->text, "\n9. Ada — contacted, Boris"));
	assert_string_equal(data_of(out.messages.first),
	    "pc:0000000000000007cc1 / pc:ffffffffffffffffcc1 / pl:c0 pl:c2 / adm:waits:e / "
	    "adm:menu:e");
}

static const struct what_is_no_button_of_ours_is_stale_row {
	const char *data;
} what_is_no_button_of_ours_is_stale_rows[] = {
    {"pc"},
    {"pc:"},
    {"pc:7c"},
    {"pc:000000000000000Gc"},
    {"pc:0000000000000007"},
    {"pc:0000000000000007?"},
    {"pc:0000000000000007c0"},
    {"pc:0000000000000007c0."},
    {"pc:0000000000000007c99.x"},
    {"pc:0000000000000007g"},
    {"pc:0000000000000007g0123456"},
    {"pc:0000000000000007q01234567x"},
    {"pc:0000000000000007r99999999999999999999"},
    {"pc:0000000000000007n0"},
    {"pl"},
    {"pl:"},
    {"pl:x"},
    {"pl:-1.x"},
    {"pl:w"},
    {"pl:w1."},
    {"pl:w25"},
    {"pl:z1"},
    {"pl:99999999999999999999.x"},
};

static void what_is_no_button_of_ours_is_stale(void **state)
{
	const struct what_is_no_button_of_ours_is_stale_row *row = *state;
	const struct managed_view view = {.prospect = &ada};
	struct conversation_state s = state_of(REP_ABSENT, PHASE_NONE, LOCALE_EN);
	s.managed = &view;
	struct event event = of_admin(EVENT_BUTTON, row->data);
	struct outcome out = step(&s, &event);
	assert_true(says(out.callback_answer, LOCALE_EN, TEXT_ANSWER_STALE));
	assert_int_equal(out.messages.count, 0);
}

int main(void)
{
	const struct row_test tests[] = {
	    {cmocka_unit_test(a_word_of_an_admin_is_looked_for), ONCE},
	    {cmocka_unit_test(of_several_one_is_chosen), ONCE},
	    {cmocka_unit_test(the_only_one_is_shown_and_nobody_is_said), ONCE},
	    {cmocka_unit_test(a_card_takes_the_place_of_what_was_pressed), ONCE},
	    {cmocka_unit_test(a_rep_is_chosen_from_those_whose_turn_is_next), ONCE},
	    {cmocka_unit_test(what_decides_is_held), ROWS(what_decides_is_held_rows, act)},
	    {cmocka_unit_test(a_rep_who_is_not_at_work_gets_nobody), ONCE},
	    {cmocka_unit_test(a_note_is_whatever_is_written_next), ONCE},
	    {cmocka_unit_test(the_history_says_by_whom), ONCE},
	    {cmocka_unit_test(what_waits_leads_to_lists), ONCE},
	    {cmocka_unit_test(what_is_no_button_of_ours_is_stale),
		ROWS(what_is_no_button_of_ours_is_stale_rows, data)},
	};
	return RUN_ROW_TESTS(tests, begin, end);
}
