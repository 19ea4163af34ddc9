/*
 * Admins in the chat: their menu beside the rep's.
 */
#include "conversation_fixture.h"
#include "salesreg/base/fingerprint.h"
#include "salesreg/domain/conversation/rep_change.h"

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

static const char *about(const char *data)
{
	const char *const parts[] = {"Иван Петров", ADDRESS};
	return arena_printf(&arena, "%s:%s", data, fingerprint(&arena, parts, 2));
}

static struct subject_view applicant(void)
{
	return (struct subject_view){.rep_id = "rep-1",
	    .name = "Иван Петров",
	    .email = ADDRESS,
	    .telegram_id = PERSON,
	    .status = REP_PENDING,
	    .locale = LOCALE_EN};
}

static void an_application_is_declined_with_a_reason_by_one_tap(void **state)
{
	(void)state;
	const struct subject_view subject = applicant();
	struct conversation_state s = state_of(REP_ABSENT, PHASE_NONE, LOCALE_RU);
	s.subject = &subject;
	/* first the reasons, in the place of the buttons */
	struct outcome out = by_admin(&s, EVENT_BUTTON, about("adm:no:500"));
	assert_int_equal(out.effect_count, 0);
	assert_null(out.decided);
	assert_int_equal(out.messages.first->kind, MESSAGE_EDIT_KEYBOARD);
	assert_non_null(button_with(out.messages.first, about("adm:no:500:1")));
	assert_non_null(button_with(out.messages.first, about("adm:no:500:0")));
	/* and the way back */
	out = by_admin(&s, EVENT_BUTTON, about("adm:no:500:b"));
	assert_int_equal(out.effect_count, 0);
	assert_non_null(button_with(out.messages.first, about("adm:ok:500")));
	out = by_admin(&s, EVENT_BUTTON, about("adm:no:500:1"));
	assert_int_equal(out.effects[0].kind, EFFECT_REJECT);
	assert_string_equal(out.effects[0].by, "Иван");
	assert_string_equal(
	    out.effects[0].reason, rules.catalog->texts[LOCALE_RU][TEXT_REJECT_NOT_OURS]);
	/* the applicant in their language, all admins in theirs */
	assert_true(says(out.messages.last->text, LOCALE_EN, TEXT_REP_REJECTED_WHY));
	assert_non_null(
	    strstr(out.messages.last->text, rules.catalog->texts[LOCALE_EN][TEXT_REJECT_NOT_OURS]));
	assert_string_equal(out.decided->button, "adm:ok:500");
	for (unsigned l = 0; l < LOCALE_COUNT; l++) {
		assert_true(says(out.decided->lines[l], (enum locale)l, TEXT_DECIDED_REJECTED_WHY));
		assert_non_null(strstr(out.decided->lines[l], "Иван"));
	}
}

static void a_reason_in_own_words_is_asked_for_and_asked_once_more(void **state)
{
	(void)state;
	const struct subject_view subject = applicant();
	/* an admin who is a rep: the answer is the admin's all the same */
	struct conversation_state s = state_of(REP_ACTIVE, PHASE_NONE, LOCALE_RU);
	s.subject = &subject;
	struct outcome out = by_admin(&s, EVENT_BUTTON, about("adm:no:500:w"));
	assert_int_equal(out.next.phase, PHASE_REASON);
	assert_int_equal(out.next.kind, PERSON_ADMIN);
	s = out.next;
	out = by_admin(&s, EVENT_TEXT, "нет\nтакого  отдела https://x.example");
	assert_int_equal(out.effect_count, 0);
	assert_int_equal(out.next.phase, PHASE_REASON);
	assert_non_null(strstr(out.messages.first->text, "нет такого отдела"));
	assert_non_null(button_with(out.messages.first, about("adm:no:500:t")));
	s = out.next;
	s.subject = &subject;
	out = by_admin(&s, EVENT_BUTTON, about("adm:no:500:t"));
	assert_int_equal(out.next.phase, PHASE_NONE);
	assert_int_equal(out.effects[0].kind, EFFECT_REJECT);
	assert_string_equal(out.effects[0].reason, "нет такого отдела https://x.example");
	assert_true(says(out.messages.last->text, LOCALE_EN, TEXT_REP_REJECTED_WHY));
	/* the same button once more: nothing is asked any more */
	s = out.next;
	s.subject = &subject;
	out = by_admin(&s, EVENT_BUTTON, about("adm:no:500:t"));
	assert_int_equal(out.effect_count, 0);
}

static void a_reason_that_is_asked_for_can_be_left(void **state)
{
	(void)state;
	struct conversation_state s = state_of(REP_ABSENT, PHASE_REASON, LOCALE_RU);
	s.kind = PERSON_ADMIN;
	s.draft_name = about("500");
	struct outcome out = by_admin(&s, EVENT_TEXT, "отмена");
	assert_int_equal(out.next.phase, PHASE_NONE);
	assert_null(out.next.draft_name);
	out = by_admin(&s, EVENT_BUTTON, "cancel");
	assert_int_equal(out.next.phase, PHASE_NONE);
	out = by_admin(&s, EVENT_MEDIA, NULL);
	assert_int_equal(out.next.phase, PHASE_REASON);
	/* who is no admin any more is asked nothing */
	struct event event = event_of(EVENT_TEXT, "потому что");
	out = step(&s, &event);
	assert_int_not_equal(out.next.phase, PHASE_REASON);
	assert_int_equal(out.effect_count, 0);
}

static void who_comes_second_reads_who_was_first(void **state)
{
	(void)state;
	struct subject_view subject = applicant();
	struct conversation_state s = state_of(REP_ABSENT, PHASE_NONE, LOCALE_RU);
	subject.status = REP_ACTIVE;
	subject.decided_by = "Clara";
	s.subject = &subject;
	struct outcome out = by_admin(&s, EVENT_BUTTON, about("adm:no:500:2"));
	assert_int_equal(out.effect_count, 0);
	assert_null(out.decided);
	assert_true(says(out.callback_answer, LOCALE_RU, TEXT_ANSWER_DECIDED_BY));
	assert_non_null(strstr(out.callback_answer, "Clara"));
}

/* What a button of a card comes to, pressed by an admin in a message that is there. */
static struct outcome on_card(
    const char *data, const struct subject_view *subject, const struct rep_card *card)
{
	struct conversation_state s = state_of(REP_ABSENT, PHASE_NONE, LOCALE_RU);
	s.subject = subject;
	s.rep_card = card;
	return by_admin(&s, EVENT_BUTTON, data);
}

static struct rep_card usual_card(void)
{
	return (struct rep_card){.open = 2,
	    .day_ahead = "02.12.2026 10:00",
	    .week_ahead = "08.12.2026 10:00",
	    .zone = "Asia/Makassar",
	    .changed_by = "Clara",
	    .available = true};
}

static void a_card_has_the_buttons_that_fit_the_rep(void **state)
{
	(void)state;
	static const struct {
		enum rep_status status;
		bool paused;
		const char *letters; /* behind the id */
	} rows[] = {
	    {REP_ACTIVE, false, "psc"},
	    {REP_ACTIVE, true, "rsc"},
	    {REP_SUSPENDED, false, "ac"},
	    {REP_PENDING, false, "sc"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct subject_view subject = applicant();
		struct rep_card card = usual_card();
		subject.status = rows[i].status;
		card.paused = rows[i].paused;
		struct outcome out = on_card("r:500:i:3.rep-", &subject, &card);
		assert_int_equal(out.messages.count, 0); /* that is no tag */
		out = on_card("r:500:i:3.", &subject, &card);
		const struct message *m = out.messages.first;
		assert_int_equal(m->kind, MESSAGE_EDIT_TEXT);
		for (const char *letter = "prsac"; *letter; letter++)
			assert_int_equal(
			    button_with(m, arena_printf(&arena, "r:500:%c:3.", *letter)) != NULL,
			    strchr(rows[i].letters, *letter) != NULL);
		assert_int_equal(button_with(m, "adm:list") != NULL, rows[i].status == REP_PENDING);
		assert_non_null(button_with(m, "adm:reps:3"));
	}
}

static void a_change_on_a_card_is_one_effect_and_told_to_the_rep(void **state)
{
	(void)state;
	static const struct {
		const char *data, *change;
		int64_t amount;
		enum rep_status from, to;
		enum text_id told;
		bool paused;
	} rows[] = {
	    {"r:500:p1:0.", "pause", 86400, REP_ACTIVE, REP_ACTIVE, TEXT_REP_PAUSED_UNTIL, false},
	    {"r:500:p7:0.", "pause", 604800, REP_ACTIVE, REP_ACTIVE, TEXT_REP_PAUSED_UNTIL, false},
	    {"r:500:p0:0.", "pause", -1, REP_ACTIVE, REP_ACTIVE, TEXT_REP_PAUSED, false},
	    {"r:500:r:0.", "resume", 0, REP_ACTIVE, REP_ACTIVE, TEXT_REP_RESUMED, true},
	    {"r:500:s1:0.", "suspend", 0, REP_ACTIVE, REP_SUSPENDED, TEXT_REP_SUSPENDED_NOW, false},
	    {"r:500:a:0.", "reactivate", 0, REP_SUSPENDED, REP_ACTIVE, TEXT_REP_REACTIVATED, false},
	    {"r:500:c1:0..9.0", "set-capacity", 9, REP_ACTIVE, REP_ACTIVE, TEXT_REP_CAPACITY_SET,
		false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct subject_view subject = applicant();
		struct rep_card card = usual_card();
		subject.status = rows[i].from;
		card.paused = rows[i].paused;
		struct outcome out = on_card(rows[i].data, &subject, &card);
		assert_int_equal(out.effect_count, 1);
		const struct effect *e = &out.effects[0];
		assert_int_equal(e->kind, EFFECT_CHANGE_REP);
		assert_string_equal(e->change, rows[i].change);
		assert_string_equal(e->rep_id, "rep-1");
		assert_int_equal(e->amount, rows[i].amount);
		assert_int_equal(e->status, rows[i].to);
		assert_int_equal(out.messages.count, 2);
		assert_int_equal(out.messages.first->chat_id, PERSON);
		assert_true(says(out.messages.first->text, LOCALE_EN, rows[i].told));
		assert_int_equal(out.messages.last->kind, MESSAGE_EDIT_TEXT);
	}
}

static void a_button_of_a_card_that_is_out_of_date_changes_nothing(void **state)
{
	(void)state;
	static const struct {
		const char *data;
		enum rep_status status;
		bool paused;
	} rows[] = {
	    {"r:500:p1:0.", REP_ACTIVE, true},
	    {"r:500:r:0.", REP_ACTIVE, false},
	    {"r:500:p:0.", REP_SUSPENDED, false},
	    {"r:500:s:0.", REP_SUSPENDED, false},
	    {"r:500:s1:0.", REP_SUSPENDED, false},
	    {"r:500:a:0.", REP_ACTIVE, false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct subject_view subject = applicant();
		struct rep_card card = usual_card();
		subject.status = rows[i].status;
		card.paused = rows[i].paused;
		struct outcome out = on_card(rows[i].data, &subject, &card);
		assert_int_equal(out.effect_count, 0);
		assert_true(says(out.callback_answer, LOCALE_RU, TEXT_ANSWER_REP_CHANGED_BY));
		assert_non_null(strstr(out.callback_answer, "Clara"));
		assert_true(says(out.messages.first->text, LOCALE_RU, TEXT_ADMIN_REP));
	}
	/* a limit that is so already, and a rep who is gone, or another one by now */
	struct subject_view subject = applicant();
	struct rep_card card = usual_card();
	subject.status = REP_ACTIVE;
	card.capacity = 9;
	assert_int_equal(on_card("r:500:c1:0..9.0", &subject, &card).effect_count, 0);
	/* in the place of another limit than it is now, or of nobody knows which */
	static const char *const others[] = {"r:500:c1:0..7.0", "r:500:c1:0..7.8", "r:500:c1:0..7"};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		struct outcome refused = on_card(others[i], &subject, &card);
		assert_int_equal(refused.effect_count, 0);
		assert_true(says(refused.callback_answer, LOCALE_RU, TEXT_ANSWER_REP_CHANGED_BY));
	}
	assert_int_equal(on_card("r:500:c1:0..7.9", &subject, &card).effect_count, 1);
	struct outcome out = on_card("r:500:s1:0.ffffffff", &subject, &card);
	assert_int_equal(out.effect_count, 0);
	assert_true(says(out.messages.first->text, LOCALE_RU, TEXT_ADMIN_REP_GONE));
	subject.status = REP_REMOVED;
	out = on_card("r:500:s1:0.", &subject, &card);
	assert_int_equal(out.effect_count, 0);
	assert_true(says(out.messages.first->text, LOCALE_RU, TEXT_ADMIN_REP_GONE));
	out = on_card("r:500:s1:0.", NULL, NULL);
	assert_int_equal(out.effect_count, 0);
}

static void what_a_button_of_a_card_carries_is_read_back(void **state)
{
	(void)state;
	static const struct rep_press rows[] = {{.page = 0}, {.page = 12, .tag = "0123abcd"},
	    {.page = 99999, .value = 999999},
	    {.page = 1, .value = 0, .shown = 999999, .has_shown = true},
	    {.page = 1, .value = 7, .shown = 0, .has_shown = true}};
	static const char *const bad[] = {"", ".", "1", "a.", "1.xyz", "1.0123abcde", "123456.",
	    "1..", "1..1234567", "1..5.", "1..5.6.", "1..5.1234567"};
	struct rep_press press;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_true(rep_press_read(rep_press_write(rows[i], &arena), &press));
		assert_int_equal(press.page, rows[i].page);
		assert_int_equal(press.value, rows[i].value);
		assert_int_equal(press.has_shown, rows[i].has_shown);
		assert_int_equal(press.shown, rows[i].shown);
		assert_string_equal(press.tag, rows[i].tag);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(rep_press_read(bad[i], &press));
	assert_false(rep_press_read(NULL, &press));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(an_admin_who_is_no_rep_has_the_menu_under_every_hello, each),
	    cmocka_unit_test_setup(an_admin_who_is_a_rep_has_both_menus, each),
	    cmocka_unit_test_setup(nobody_else_has_it, each),
	    cmocka_unit_test_setup(an_application_is_declined_with_a_reason_by_one_tap, each),
	    cmocka_unit_test_setup(a_reason_in_own_words_is_asked_for_and_asked_once_more, each),
	    cmocka_unit_test_setup(a_reason_that_is_asked_for_can_be_left, each),
	    cmocka_unit_test_setup(who_comes_second_reads_who_was_first, each),
	    cmocka_unit_test_setup(a_card_has_the_buttons_that_fit_the_rep, each),
	    cmocka_unit_test_setup(a_change_on_a_card_is_one_effect_and_told_to_the_rep, each),
	    cmocka_unit_test_setup(a_button_of_a_card_that_is_out_of_date_changes_nothing, each),
	    cmocka_unit_test_setup(what_a_button_of_a_card_carries_is_read_back, each),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
