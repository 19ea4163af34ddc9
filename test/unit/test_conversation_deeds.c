/*
 * The conversation where more than one event or the database's answers matter: registering,
 * prospects, approval, coming and going.
 */
#include "conversation_fixture.h"
#include "row_tests.h"

#include "salesreg/base/fingerprint.h"

static bool has_effect(const struct outcome *out, enum effect_kind kind)
{
	for (size_t i = 0; i < out->effect_count; i++)
		if (out->effects[i].kind == kind)
			return true;
	return false;
}

static void four_messages_lead_from_hello_to_active(void **state)
{
	(void)state;
	static const char *const said[] = {
	    "привет", "да", "  Иван \xE2\x80\x8B  Петров ", "<Ivan@TrueRealEstate.bali>"};
	struct conversation_state now = {.rules = &rules};
	struct outcome out = {0};
	for (size_t i = 0; i < 4; i++) {
		struct event event = event_of(EVENT_TEXT, said[i]);
		event.language_code = "en-US";
		out = step(&now, &event);
		assert_int_equal(out.messages.count, 1);
		assert_true(out.session_changed);
		now = out.next;
	}
	assert_int_equal(now.rep_status, REP_ACTIVE);
	assert_int_equal(now.phase, PHASE_NONE);
	assert_int_equal(now.locale, LOCALE_EN);
	assert_null(now.draft_name);
	assert_string_equal(now.rep_name, "Иван Петров");
	assert_true(now.rep_available);
	const struct effect *e = &out.effects[0];
	assert_int_equal(out.effect_count, 1);
	assert_int_equal(e->kind, EFFECT_REGISTER);
	assert_string_equal(e->name, "Иван Петров");
	assert_string_equal(e->email, "Ivan@truerealestate.bali");
	assert_string_equal(e->email_key, "ivan@truerealestate.bali");
	assert_string_equal(e->username, "ivan");
	assert_int_equal(e->status, REP_ACTIVE);
	assert_int_equal(out.messages.first->button_count, 6);
}

static void the_name_is_asked_again_if_it_was_lost(void **state)
{
	(void)state;
	struct conversation_state s = state_of(REP_ABSENT, PHASE_EMAIL, LOCALE_RU);
	s.draft_name = NULL;
	struct event event = event_of(EVENT_TEXT, ADDRESS);
	struct outcome out = step(&s, &event);
	assert_int_equal(out.effect_count, 0);
	assert_int_equal(out.next.phase, PHASE_NAME);
}

static void a_taken_address_is_asked_for_again(void **state)
{
	(void)state;
	static const struct {
		enum rep_status status;
		enum conversation_phase phase;
	} rows[] = {{REP_ABSENT, PHASE_EMAIL}, {REP_REMOVED, PHASE_EMAIL},
	    {REP_ACTIVE, PHASE_CHANGE_EMAIL}};
	for (size_t i = 0; i < 3; i++) {
		struct conversation_state s = state_of(rows[i].status, rows[i].phase, LOCALE_RU);
		s.email_taken = true;
		struct event event = event_of(EVENT_TEXT, ADDRESS);
		struct outcome out = step(&s, &event);
		assert_int_equal(out.effect_count, 0);
		assert_int_equal(out.next.phase, rows[i].phase);
		assert_int_equal(out.messages.count, 1);
		bool rep = rows[i].status == REP_ACTIVE;
		assert_true(says(out.messages.first->text, LOCALE_RU,
		    rep ? TEXT_EMAIL_TAKEN : TEXT_EMAIL_TAKEN_CLAIM));
		if (rep)
			assert_true(says(out.messages.first->text, LOCALE_RU, TEXT_EMAIL_QUESTION));
		else
			assert_string_equal(out.next.claim_email, ADDRESS);
		assert_non_null(strstr(out.messages.first->text, ADDRESS));
	}
}

static const struct a_telegram_language_of_ours_wins_and_is_remembered_row {
	const char *language_code;
	enum locale stored, fallback, expected;
	bool known, changed; /* the session row of an active rep */
} a_telegram_language_of_ours_wins_and_is_remembered_rows[] = {
    {"en", LOCALE_RU, LOCALE_RU, LOCALE_EN, true, true},
    {"ru-RU", LOCALE_RU, LOCALE_RU, LOCALE_RU, true, false},
    {"de", LOCALE_EN, LOCALE_RU, LOCALE_EN, true, false},
    {NULL, LOCALE_EN, LOCALE_RU, LOCALE_EN, true, false},
    {"de", LOCALE_RU, LOCALE_EN, LOCALE_EN, false, true},
    {NULL, LOCALE_EN, LOCALE_RU, LOCALE_RU, false, true},
    {"en-GB", LOCALE_EN, LOCALE_RU, LOCALE_EN, false, true},
};

static void a_telegram_language_of_ours_wins_and_is_remembered(void **state)
{
	const struct a_telegram_language_of_ours_wins_and_is_remembered_row *row = *state;
	struct conversation_state s = state_of(REP_ACTIVE, PHASE_NONE, row->stored);
	s.known = row->known;
	rules.default_locale = row->fallback;
	struct event event = event_of(EVENT_TEXT, "?");
	event.language_code = row->language_code;
	struct outcome out = step(&s, &event);
	assert_int_equal(out.next.locale, row->expected);
	assert_int_equal(out.session_changed, row->changed);
	assert_true(out.next.known);
	assert_true(says(out.messages.first->text, row->expected, TEXT_MENU));
	rules.default_locale = LOCALE_RU;
}

static void a_rep_who_shows_up_again_is_available_again(void **state)
{
	(void)state;
	static const enum event_kind kinds[] = {
	    EVENT_TEXT, EVENT_START, EVENT_BUTTON, EVENT_MEDIA, EVENT_EDITED, EVENT_UNBLOCKED};
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct conversation_state s = state_of(REP_ACTIVE, PHASE_NONE, LOCALE_RU);
		s.rep_available = false;
		struct event event = event_of(kinds[i], "menu:status");
		struct outcome out = step(&s, &event);
		assert_int_equal(out.effect_count, 1);
		assert_int_equal(out.effects[0].kind, EFFECT_REACHABLE);
		assert_true(out.next.rep_available);
	}
	/* blocked twice is gone once */
	struct conversation_state s = state_of(REP_ACTIVE, PHASE_NONE, LOCALE_RU);
	struct event event = event_of(EVENT_BLOCKED, "");
	struct outcome out = step(&s, &event);
	assert_false(out.next.rep_available);
	s.rep_available = false;
	assert_int_equal(step(&s, &event).effect_count, 0);
}

static const struct a_changed_username_is_noted_row {
	const char *before, *after;
	bool changed;
} a_changed_username_is_noted_rows[] = {{"ivan", "ivan", false}, {"ivan", "petr", true},
    {"ivan", NULL, true}, {NULL, "ivan", true}, {NULL, NULL, false}};

static void a_changed_username_is_noted(void **state)
{
	const struct a_changed_username_is_noted_row *row = *state;
	struct conversation_state s = state_of(REP_ACTIVE, PHASE_NONE, LOCALE_RU);
	s.rep_username = row->before;
	struct event event = event_of(EVENT_TEXT, "статус");
	event.username = row->after;
	struct outcome out = step(&s, &event);
	assert_int_equal(has_effect(&out, EFFECT_USERNAME), row->changed);
	if (row->changed)
		assert_ptr_equal(out.effects[0].username, row->after);
	assert_ptr_equal(out.next.rep_username, row->changed ? row->after : row->before);
}

static void three_things_at_once_fit(void **state)
{
	(void)state;
	struct conversation_state s = state_of(REP_ACTIVE, PHASE_CONFIRM_UNREGISTER, LOCALE_RU);
	s.rep_available = false;
	s.rep_username = "old";
	struct event event = event_of(EVENT_TEXT, "да");
	struct outcome out = step(&s, &event);
	assert_int_equal(out.effect_count, 3);
	assert_true(has_effect(&out, EFFECT_REACHABLE) && has_effect(&out, EFFECT_USERNAME) &&
		    has_effect(&out, EFFECT_UNREGISTER));
}

static const struct event_button keyboard[] = {
    {.text = "✅ 1", .data = "a:5:c", .row = 0},
    {.text = "↩️ 1", .data = "a:5:d", .row = 0},
    {.text = "✅ 2", .data = "a:6:c", .row = 1},
    {.text = "↩️ 2", .data = "a:6:d", .row = 1},
    {.text = "site", .url = "https://example.com", .row = 2},
};

static struct outcome press(const char *data, const struct assignment_view *assignment)
{
	struct conversation_state s = state_of(REP_ACTIVE, PHASE_NONE, LOCALE_EN);
	s.assignment = assignment;
	struct event event = event_of(EVENT_BUTTON, data);
	event.buttons = keyboard;
	event.button_count = 5;
	struct conversation_interest interest;
	conversation_interest(&event, &arena, &interest);
	assert_int_equal(interest.assignment_id, 5);
	assert_true(interest.changes_assignments);
	return step(&s, &event);
}

/* The data of the buttons an edit leaves, rows parted by "/". */
static const char *left(const struct outcome *out)
{
	const struct message *m = out->messages.first;
	if (out->messages.count == 0)
		return "unchanged";
	assert_int_equal(out->messages.count, 1);
	assert_int_equal(m->kind, MESSAGE_EDIT_KEYBOARD);
	assert_int_equal(m->message_id, 33);
	const char *all = "";
	for (size_t i = 0; i < m->button_count; i++)
		all = arena_printf(&arena, "%s%s%s", all,
		    i == 0                  ? ""
		    : m->buttons[i].new_row ? " / "
					    : " ",
		    m->buttons[i].data ? m->buttons[i].data : m->buttons[i].url);
	return all;
}

static const struct assignment_buttons_act_on_what_is_live_and_ones_own_row {
	const char *data, *status;
	bool live, mine, contacted;
	int effect;
	enum text_id answer;
	const char *left;
} assignment_buttons_act_on_what_is_live_and_ones_own_rows[] = {
    {"a:5:c", "unreached", true, true, false, EFFECT_CONTACTED, TEXT_ANSWER_CONTACTED,
	"a:5:d / a:6:c a:6:d / https://example.com"},
    {"a:5:c", "contacted", true, true, true, NO_EFFECT, TEXT_ANSWER_CONTACTED_ALREADY,
	"a:5:d / a:6:c a:6:d / https://example.com"},
    {"a:5:c", "in_conversation", true, true, true, NO_EFFECT, TEXT_ANSWER_CONTACTED_ALREADY,
	"a:5:d / a:6:c a:6:d / https://example.com"},
    /* an earlier rep got so far, this one says it for the first time */
    {"a:5:c", "contacted", true, true, false, EFFECT_CONTACTED, TEXT_ANSWER_CONTACTED,
	"a:5:d / a:6:c a:6:d / https://example.com"},
    {"a:5:c", "in_conversation", true, true, false, EFFECT_CONTACTED, TEXT_ANSWER_CONTACTED,
	"a:5:d / a:6:c a:6:d / https://example.com"},
    {"a:5:c", "converted", true, true, true, NO_EFFECT, TEXT_ANSWER_PROSPECT_CLOSED,
	"a:6:c a:6:d / https://example.com"},
    {"a:5:d", "unreached", true, true, false, EFFECT_DECLINE, TEXT_ANSWER_DECLINED,
	"a:5:u / a:6:c a:6:d / https://example.com"},
    {"a:5:d", "contacted", true, true, false, EFFECT_DECLINE, TEXT_ANSWER_DECLINED,
	"a:5:u / a:6:c a:6:d / https://example.com"},
    {"a:5:d", "converted", true, true, false, NO_EFFECT, TEXT_ANSWER_PROSPECT_CLOSED,
	"a:6:c a:6:d / https://example.com"},
    {"a:5:c", "archived", true, true, false, NO_EFFECT, TEXT_ANSWER_PROSPECT_CLOSED,
	"a:6:c a:6:d / https://example.com"},
    {"a:5:c", "weird", true, true, false, NO_EFFECT, TEXT_ANSWER_PROSPECT_CLOSED,
	"a:6:c a:6:d / https://example.com"},
    {"a:5:c", "unreached", false, true, false, NO_EFFECT, TEXT_ANSWER_PROSPECT_STALE,
	"a:6:c a:6:d / https://example.com"},
    {"a:5:d", "unreached", true, false, false, NO_EFFECT, TEXT_ANSWER_PROSPECT_STALE,
	"a:6:c a:6:d / https://example.com"},
};

static void assignment_buttons_act_on_what_is_live_and_ones_own(void **state)
{
	const struct assignment_buttons_act_on_what_is_live_and_ones_own_row *row = *state;
	const struct assignment_view view = {
	    .id = 5,
	    .live = row->live,
	    .mine = row->mine,
	    .contacted = row->contacted,
	    .prospect_name = "Alex",
	    .prospect_status = row->status,
	};
	struct outcome out = press(row->data, &view);
	assert_int_equal(out.effect_count, row->effect == NO_EFFECT ? 0 : 1);
	if (row->effect != NO_EFFECT) {
		assert_int_equal(out.effects[0].kind, row->effect);
		assert_int_equal(out.effects[0].assignment_id, 5);
	}
	assert_true(says(out.callback_answer, LOCALE_EN, row->answer));
	assert_string_equal(left(&out), row->left);
	assert_int_equal(out.next.open_clients, row->effect == EFFECT_DECLINE ? 1 : 2);
	assert_false(out.session_changed);
}

static void a_button_of_an_assignment_that_is_not_known_is_stale(void **state)
{
	(void)state;
	struct outcome out = press("a:5:c", NULL);
	assert_int_equal(out.effect_count, 0);
	assert_true(says(out.callback_answer, LOCALE_EN, TEXT_ANSWER_PROSPECT_STALE));
	/* an assignment that was not asked for */
	const struct assignment_view other = {.id = 6, .live = true, .mine = true};
	out = press("a:5:d", &other);
	assert_int_equal(out.effect_count, 0);
}

enum { LIVE = -1, AGAIN = -2 };

static const struct declining_can_be_taken_back_while_nobody_has_acted_row {
	const char *data;
	bool undoable, mine, contacted;
	int64_t other; /* a rep; LIVE, AGAIN: none */
	int effect;
	enum text_id answer;
	const char *left;
	size_t messages;
} declining_can_be_taken_back_while_nobody_has_acted_rows[] = {
    {"a:5:u", true, true, false, 0, EFFECT_UNDO, TEXT_ANSWER_UNDONE,
	"a:5:c a:5:d / a:6:c a:6:d / https://example.com", 1},
    {"a:5:u", true, true, true, 0, EFFECT_UNDO, TEXT_ANSWER_UNDONE,
	"a:5:d / a:6:c a:6:d / https://example.com", 1},
    {"a:5:u", true, true, false, 777, EFFECT_UNDO, TEXT_ANSWER_UNDONE,
	"a:5:c a:5:d / a:6:c a:6:d / https://example.com", 2},
    {"a:5:u", false, true, false, 777, NO_EFFECT, TEXT_ANSWER_UNDO_LATE,
	"a:6:c a:6:d / https://example.com", 1},
    {"a:5:u", true, false, false, 777, NO_EFFECT, TEXT_ANSWER_UNDO_LATE,
	"a:6:c a:6:d / https://example.com", 1},
    /* pressed twice: it is undone already */
    {"a:5:u", false, true, true, LIVE, NO_EFFECT, TEXT_ANSWER_UNDONE,
	"a:5:d / a:6:c a:6:d / https://example.com", 1},
    {"a:5:u", false, false, false, LIVE, NO_EFFECT, TEXT_ANSWER_UNDO_LATE,
	"a:6:c a:6:d / https://example.com", 1},
    /* given back by hand: outreach, which makes the new assignment, may have yet to see it */
    {"a:5:u", false, true, false, AGAIN, NO_EFFECT, TEXT_ANSWER_PROSPECT_AGAIN,
	"a:6:c a:6:d / https://example.com", 1},
    {"a:5:d", false, true, false, AGAIN, NO_EFFECT, TEXT_ANSWER_PROSPECT_AGAIN,
	"a:6:c a:6:d / https://example.com", 1},
    /* the old buttons, pressed again in a slow app */
    {"a:5:d", true, true, false, 0, NO_EFFECT, TEXT_ANSWER_PROSPECT_STALE,
	"a:5:u / a:6:c a:6:d / https://example.com", 1},
    {"a:5:d", false, true, false, 0, NO_EFFECT, TEXT_ANSWER_PROSPECT_STALE,
	"a:6:c a:6:d / https://example.com", 1},
};

static void declining_can_be_taken_back_while_nobody_has_acted(void **state)
{
	const struct declining_can_be_taken_back_while_nobody_has_acted_row *row = *state;
	const struct assignment_view view = {
	    .id = 5,
	    .mine = row->mine,
	    .contacted = row->contacted,
	    .undoable = row->undoable,
	    .prospect_name = "Alex",
	    .prospect_status = "unreached",
	    .other_telegram_id = row->other > 0 ? row->other : 0,
	    .other_locale = LOCALE_RU,
	    .live = row->other == LIVE,
	    .again = row->other == AGAIN,
	};
	struct outcome out = press(row->data, &view);
	assert_int_equal(out.effect_count, row->effect == NO_EFFECT ? 0 : 1);
	assert_true(says(out.callback_answer, LOCALE_EN, row->answer));
	assert_int_equal(out.messages.count, row->messages);
	struct outcome first = out;
	first.messages.count = 1;
	assert_string_equal(left(&first), row->left);
	if (row->effect == NO_EFFECT)
		return;
	assert_int_equal(out.effects[0].kind, EFFECT_UNDO);
	assert_true(out.effects[0].assignment_id == 5 && out.effects[0].to == row->other);
	assert_int_equal(out.next.open_clients, 3);
	if (row->other) {
		assert_true(out.messages.last->chat_id == 777);
		assert_true(says(out.messages.last->text, LOCALE_RU, TEXT_TAKEN_BACK));
	}
}

static void the_last_one_to_decline_hears_that_nobody_is_left(void **state)
{
	(void)state;
	const struct assignment_view view = {.id = 5,
	    .live = true,
	    .mine = true,
	    .nobody_else = true,
	    .prospect_name = "Alex",
	    .prospect_status = "unreached"};
	struct outcome out = press("a:5:d", &view);
	assert_true(says(out.callback_answer, LOCALE_EN, TEXT_ANSWER_DECLINED_LAST));
	rules.admin_count = 0;
	out = press("a:5:d", &view);
	rules.admin_count = 2;
	assert_true(says(out.callback_answer, LOCALE_EN, TEXT_ANSWER_DECLINED_ALONE));
}

static void a_keyboard_that_is_not_known_or_would_not_change_is_left_alone(void **state)
{
	(void)state;
	const struct assignment_view view = {.id = 7,
	    .live = true,
	    .mine = true,
	    .prospect_name = "A",
	    .prospect_status = "unreached"};
	struct conversation_state s = state_of(REP_ACTIVE, PHASE_NONE, LOCALE_EN);
	s.assignment = &view;
	struct event event = event_of(EVENT_BUTTON, "a:7:c");
	struct outcome out = step(&s, &event);
	assert_int_equal(out.effect_count, 1);
	assert_string_equal(left(&out), "unchanged");
	event.buttons = keyboard;
	event.button_count = 5;
	out = step(&s, &event);
	assert_string_equal(left(&out), "unchanged");
	event.message_id = 0;
	event.text = "a:5:c";
	out = step(&s, &event);
	assert_string_equal(left(&out), "unchanged");
}

/* Data of a button that shows these two. */
static const char *about(const char *data, const char *name, const char *email)
{
	const char *const parts[] = {name, email};
	return arena_printf(&arena, "%s:%s", data, fingerprint(&arena, parts, 2));
}

static void admins_are_asked_about_new_reps(void **state)
{
	(void)state;
	rules.approval_by_admin = true;
	struct conversation_state s = state_of(REP_ABSENT, PHASE_EMAIL, LOCALE_EN);
	struct event event = event_of(EVENT_TEXT, ADDRESS);
	struct outcome out = step(&s, &event);
	assert_int_equal(out.effects[0].kind, EFFECT_REGISTER);
	assert_int_equal(out.effects[0].status, REP_PENDING);
	assert_int_equal(out.next.rep_status, REP_PENDING);
	assert_int_equal(out.messages.count, 3);
	const struct message *m = out.messages.first;
	assert_true(says(m->text, LOCALE_EN, TEXT_REGISTERED_PENDING));
	assert_int_equal(m->button_count, 0);
	for (size_t i = 0; i < 2; i++) {
		m = m->next;
		assert_int_equal(m->chat_id, admins[i]);
		assert_int_equal(m->priority, PRIORITY_NOTIFICATION);
		assert_true(says(m->text, LOCALE_RU, TEXT_ADMIN_NEW_REP));
		assert_non_null(strstr(m->text, "Иван Петров\n" ADDRESS "\n@ivan"));
		assert_string_equal(
		    m->buttons[0].data, about("adm:ok:500", "Иван Петров", ADDRESS));
		assert_string_equal(
		    m->buttons[1].data, about("adm:no:500", "Иван Петров", ADDRESS));
	}
}

static struct outcome decide(int64_t who, const char *data, const struct subject_view *subject)
{
	struct conversation_state s = state_of(REP_ABSENT, PHASE_NONE, LOCALE_RU);
	s.subject = subject;
	struct event event = event_of(EVENT_BUTTON, data);
	event.user_id = event.chat_id = who;
	event.buttons = keyboard;
	event.button_count = 2;
	struct conversation_interest interest;
	conversation_interest(&event, &arena, &interest);
	assert_int_equal(interest.subject_telegram_id, 500);
	assert_true(interest.changes_assignments);
	return step(&s, &event);
}

static void an_admins_decision_is_carried_out_once_and_told_to_the_rep(void **state)
{
	(void)state;
	for (unsigned approve = 0; approve < 2; approve++) {
		const char *data =
		    about(approve ? "adm:ok:500" : "adm:no:500:0", "Иван Петров", ADDRESS);
		struct subject_view subject = {
		    .rep_id = "rep-1",
		    .name = "Иван Петров",
		    .email = ADDRESS,
		    .telegram_id = PERSON,
		    .status = REP_PENDING,
		    .locale = LOCALE_EN,
		};
		struct outcome out = decide(OTHER_ADMIN, data, &subject);
		assert_int_equal(out.effect_count, 1);
		assert_int_equal(out.effects[0].kind, approve ? EFFECT_APPROVE : EFFECT_REJECT);
		assert_string_equal(out.effects[0].rep_id, "rep-1");
		assert_int_equal(out.messages.count, 2);
		const struct message *m = out.messages.first;
		assert_int_equal(m->kind, MESSAGE_EDIT_KEYBOARD);
		assert_int_equal(m->chat_id, OTHER_ADMIN);
		assert_int_equal(m->button_count, 0);
		m = m->next;
		assert_int_equal(m->chat_id, PERSON);
		assert_true(
		    says(m->text, LOCALE_EN, approve ? TEXT_REP_APPROVED : TEXT_REP_REJECTED));
		assert_true(says(out.callback_answer, LOCALE_RU,
		    approve ? TEXT_ANSWER_APPROVED : TEXT_ANSWER_REJECTED));
		/* the other admin, later */
		subject.status = approve ? REP_ACTIVE : REP_REMOVED;
		out = decide(ADMIN, data, &subject);
		assert_int_equal(out.effect_count, 0);
		assert_int_equal(out.messages.count, 1);
		assert_true(says(out.callback_answer, LOCALE_RU, TEXT_ANSWER_DECIDED_ALREADY));
		/* no admin */
		subject.status = REP_PENDING;
		out = decide(PERSON, data, &subject);
		assert_int_equal(out.effect_count, 0);
		assert_int_equal(out.messages.count, 0);
		assert_true(says(out.callback_answer, LOCALE_RU, TEXT_ANSWER_ADMIN_ONLY));
		out = decide(ADMIN, data, NULL);
		assert_true(says(out.callback_answer, LOCALE_RU, TEXT_ANSWER_STALE));
	}
}

static void an_admins_card_decides_about_nothing_but_what_it_showed(void **state)
{
	(void)state;
	const struct subject_view subject = {
	    .rep_id = "rep-1",
	    .name = "Пётр Петров",
	    .email = "petr@truerealestate.bali",
	    .telegram_id = PERSON,
	    .status = REP_PENDING,
	};
	static const char *const old[][2] = {
	    {"Иван Петров", ADDRESS},
	    {"Иван Петров", "petr@truerealestate.bali"},
	    {"Пётр Петров", ADDRESS},
	    {"Пётр Петровp", "etr@truerealestate.bali"},
	};
	for (size_t i = 0; i <= sizeof old / sizeof old[0]; i++)
		for (unsigned approve = 0; approve < 2; approve++) {
			const char *data = approve ? "adm:ok:500" : "adm:no:500";
			/* the last: a card of a version that wrote no fingerprint */
			if (i < sizeof old / sizeof old[0])
				data = about(data, old[i][0], old[i][1]);
			struct outcome out = decide(ADMIN, data, &subject);
			assert_int_equal(out.effect_count, 0);
			assert_int_equal(out.messages.count, 1);
			assert_int_equal(out.messages.first->button_count, 0);
			assert_true(out.callback_alert);
			assert_true(
			    says(out.callback_answer, LOCALE_RU, TEXT_ANSWER_APPLICATION_CHANGED));
		}
}

static void an_admin_who_is_a_rep_may_approve_themselves(void **state)
{
	(void)state;
	const struct subject_view subject = {
	    .rep_id = "r", .name = "A B", .telegram_id = ADMIN, .status = REP_PENDING};
	struct conversation_state s = state_of(REP_PENDING, PHASE_NONE, LOCALE_RU);
	s.subject = &subject;
	struct event event = event_of(EVENT_BUTTON, about("adm:ok:900", "A B", NULL));
	event.user_id = event.chat_id = ADMIN;
	struct outcome out = step(&s, &event);
	assert_int_equal(out.next.rep_status, REP_ACTIVE);
}

static const struct what_must_be_read_is_known_from_the_event_alone_row {
	const char *text, *email_key;
	int64_t assignment_id, subject;
	enum event_kind kind;
	bool clients, changes;
} what_must_be_read_is_known_from_the_event_alone_rows[] = {
    {"привет", NULL, 0, 0, EVENT_TEXT, false, false},
    {" Ivan@TRUErealestate.bali ", ADDRESS, 0, 0, EVENT_TEXT, false, false},
    {"ivan@other.example", "ivan@other.example", 0, 0, EVENT_TEXT, false, false},
    {ADDRESS, NULL, 0, 0, EVENT_EDITED, false, false},
    {"Да!", NULL, 0, 0, EVENT_TEXT, false, true},
    {"мои клиенты", NULL, 0, 0, EVENT_TEXT, true, false},
    {"menu:clients", NULL, 0, 0, EVENT_BUTTON, true, false},
    {"un:yes", NULL, 0, 0, EVENT_BUTTON, false, true},
    {"reg:yes", NULL, 0, 0, EVENT_BUTTON, false, false},
    {"a:12:c", NULL, 12, 0, EVENT_BUTTON, false, true},
    {"a:12:d", NULL, 12, 0, EVENT_BUTTON, false, true},
    {"a:-12:d", NULL, 0, 0, EVENT_BUTTON, false, false},
    {"a:012:d", NULL, 0, 0, EVENT_BUTTON, false, false},
    {"adm:no:77", NULL, 0, 77, EVENT_BUTTON, false, true},
    {"adm:no:", NULL, 0, 0, EVENT_BUTTON, false, false},
    {"adm:no:77:0123456789abcdef0123456789abcdef", NULL, 0, 77, EVENT_BUTTON, false, true},
    {"adm:no:77:0123456789abcdef", NULL, 0, 0, EVENT_BUTTON, false, false},
    {"adm:no:77:0123456789ABCDEF0123456789ABCDEF", NULL, 0, 0, EVENT_BUTTON, false, false},
    {"adm:no:77:0123456789abcdef0123456789abcdef0", NULL, 0, 0, EVENT_BUTTON, false, false},
    {"adm:no:77:", NULL, 0, 0, EVENT_BUTTON, false, false},
    {"menu:clients:0123456789abcdef0123456789abcdef", NULL, 0, 0, EVENT_BUTTON, false, false},
    {ADDRESS, NULL, 0, 0, EVENT_BUTTON, false, false},
    {ADDRESS, NULL, 0, 0, EVENT_START, false, false},
    {"", NULL, 0, 0, EVENT_BLOCKED, false, true},
    {"", NULL, 0, 0, EVENT_UNBLOCKED, false, true},
    {"", NULL, 0, 0, EVENT_IGNORED, false, false},
};

static void what_must_be_read_is_known_from_the_event_alone(void **state)
{
	const struct what_must_be_read_is_known_from_the_event_alone_row *row = *state;
	struct event event = event_of(row->kind, row->text);
	struct conversation_interest interest;
	conversation_interest(&event, &arena, &interest);
	if (!interest.email_key != !row->email_key ||
	    (interest.email_key && strcmp(interest.email_key, row->email_key) != 0) ||
	    interest.assignment_id != row->assignment_id ||
	    interest.subject_telegram_id != row->subject ||
	    interest.wants_clients != row->clients || interest.changes_assignments != row->changes)
		fail_msg("%s \"%s\"", event_kind_name(row->kind), row->text);
}

static void names_of_phases_and_statuses_are_read_back(void **state)
{
	(void)state;
	static const enum conversation_phase phases[] = {PHASE_NONE, PHASE_OFFERED, PHASE_NAME,
	    PHASE_EMAIL, PHASE_CHANGE_EMAIL, PHASE_CONFIRM_UNREGISTER};
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(
		    conversation_phase_from_name(conversation_phase_name(phases[i])), phases[i]);
	assert_int_equal(conversation_phase_from_name("from the future"), PHASE_NONE);
	assert_int_equal(conversation_phase_from_name(NULL), PHASE_NONE);
	static const enum rep_status statuses[] = {
	    REP_ABSENT, REP_PENDING, REP_ACTIVE, REP_SUSPENDED, REP_REMOVED};
	enum rep_status status = REP_ABSENT;
	for (size_t i = 0; i < 5; i++) {
		assert_true(rep_status_from_name(rep_status_name(statuses[i]), &status));
		assert_int_equal(status, statuses[i]);
	}
	assert_false(rep_status_from_name("retired", &status));
	assert_int_equal(status, REP_SUSPENDED);
	assert_false(rep_status_from_name(NULL, &status));
}

static void the_longest_of_everything_stays_within_telegrams_limits(void **state)
{
	(void)state;
	char *name = arena_alloc(&arena, 4 * 255 + 1), *at = name;
	for (size_t i = 0; i < 255; i++)
		at = stpcpy(at, i == 100 ? " " : "𝒜");
	struct conversation_state s = state_of(REP_ABSENT, PHASE_NAME, LOCALE_RU);
	struct event event = event_of(EVENT_TEXT, name);
	struct outcome out = step(&s, &event);
	assert_int_equal(out.next.phase, PHASE_EMAIL);
	assert_string_equal(out.next.draft_name, name);
	assert_in_range(text_utf16_units(out.messages.first->text), 1, 400);
	rules.approval_by_admin = true;
	s = out.next;
	event = event_of(EVENT_TEXT, ADDRESS);
	out = step(&s, &event);
	assert_string_equal(out.effects[0].name, name);
	char *letters = arena_alloc(&arena, 4097);
	memset(letters, 'x', 4096);
	static const enum conversation_phase phases[] = {
	    PHASE_NONE, PHASE_OFFERED, PHASE_NAME, PHASE_EMAIL};
	for (size_t i = 0; i < 4; i++) {
		s = state_of(REP_ABSENT, phases[i], LOCALE_EN);
		event = event_of(EVENT_TEXT, letters);
		out = step(&s, &event);
		assert_int_equal(out.messages.count, 1);
	}
}

int main(void)
{
	const struct row_test tests[] = {
	    {cmocka_unit_test_setup(four_messages_lead_from_hello_to_active, each), ONCE},
	    {cmocka_unit_test_setup(the_name_is_asked_again_if_it_was_lost, each), ONCE},
	    {cmocka_unit_test_setup(a_taken_address_is_asked_for_again, each), ONCE},
	    {cmocka_unit_test_setup(a_telegram_language_of_ours_wins_and_is_remembered, each),
		ROWS(a_telegram_language_of_ours_wins_and_is_remembered_rows, language_code)},
	    {cmocka_unit_test_setup(a_rep_who_shows_up_again_is_available_again, each), ONCE},
	    {cmocka_unit_test_setup(a_changed_username_is_noted, each),
		ROWS(a_changed_username_is_noted_rows, before)},
	    {cmocka_unit_test_setup(three_things_at_once_fit, each), ONCE},
	    {cmocka_unit_test_setup(assignment_buttons_act_on_what_is_live_and_ones_own, each),
		ROWS(assignment_buttons_act_on_what_is_live_and_ones_own_rows, data)},
	    {cmocka_unit_test_setup(a_button_of_an_assignment_that_is_not_known_is_stale, each),
		ONCE},
	    {cmocka_unit_test_setup(
		 a_keyboard_that_is_not_known_or_would_not_change_is_left_alone, each),
		ONCE},
	    {cmocka_unit_test_setup(declining_can_be_taken_back_while_nobody_has_acted, each),
		ROWS(declining_can_be_taken_back_while_nobody_has_acted_rows, data)},
	    {cmocka_unit_test_setup(the_last_one_to_decline_hears_that_nobody_is_left, each), ONCE},
	    {cmocka_unit_test_setup(admins_are_asked_about_new_reps, each), ONCE},
	    {cmocka_unit_test_setup(
		 an_admins_decision_is_carried_out_once_and_told_to_the_rep, each),
		ONCE},
	    {cmocka_unit_test_setup(an_admins_card_decides_about_nothing_but_what_it_showed, each),
		ONCE},
	    {cmocka_unit_test_setup(an_admin_who_is_a_rep_may_approve_themselves, each), ONCE},
	    {cmocka_unit_test_setup(what_must_be_read_is_known_from_the_event_alone, each),
		ROWS(what_must_be_read_is_known_from_the_event_alone_rows, text)},
	    {cmocka_unit_test_setup(names_of_phases_and_statuses_are_read_back, each), ONCE},
	    {cmocka_unit_test_setup(the_longest_of_everything_stays_within_telegrams_limits, each),
		ONCE},
	};
	return RUN_ROW_TESTS(tests, begin, end);
}
