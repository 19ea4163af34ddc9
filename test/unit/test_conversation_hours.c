/* /hours: who is asked, what an answer changes, and what is said of it. */
#include "conversation_fixture.h"
#include "row_tests.h"
#include "salesreg/base/civil.h"

static struct hours_view *view_of(const char *hours)
{
	struct hours_view *view = ARENA_NEW(&arena, struct hours_view);
	assert_true(hours_unpack(hours, &view->hours));
	view->zone = "Asia/Makassar";
	view->today = civil_days((struct civil){2026, 11, 26});
	return view;
}

static struct conversation_state rep(enum rep_status status, enum conversation_phase phase)
{
	struct conversation_state s = state_of(status, phase, LOCALE_RU);
	s.hours = view_of("1 600 1140,2 600 1140");
	return s;
}

#define NONE TEXT_COUNT

/* clang-format off */
static const struct hours_row {
	enum rep_status status;
	enum conversation_phase phase;
	enum event_kind kind;
	const char *text;
	enum conversation_phase next;
	enum text_id first, second;
	int effect;
	const char *value; /* hours or days off of the effect */
} answers_rows[] = {
    {REP_ACTIVE, PHASE_NONE, EVENT_TEXT, "/hours", PHASE_HOURS, TEXT_HOURS_NOW, TEXT_HOURS_QUESTION, NO_EFFECT, NULL},
    {REP_ACTIVE, PHASE_NONE, EVENT_TEXT, "Часы работы", PHASE_HOURS, TEXT_HOURS_NOW, TEXT_HOURS_QUESTION, NO_EFFECT, NULL},
    {REP_ACTIVE, PHASE_NONE, EVENT_TEXT, "my hours", PHASE_HOURS, TEXT_HOURS_NOW, TEXT_HOURS_QUESTION, NO_EFFECT, NULL},
    {REP_ACTIVE, PHASE_CHANGE_EMAIL, EVENT_TEXT, "часы", PHASE_HOURS, TEXT_HOURS_NOW, TEXT_HOURS_QUESTION, NO_EFFECT, NULL},
    {REP_ACTIVE, PHASE_NONE, EVENT_BUTTON, "menu:hours", PHASE_HOURS, TEXT_HOURS_NOW, TEXT_HOURS_QUESTION, NO_EFFECT, NULL},
    {REP_ACTIVE, PHASE_HOURS, EVENT_TEXT, "пн 10-13", PHASE_NONE, TEXT_HOURS_SET, NONE, EFFECT_SET_HOURS, "1 600 780"},
    {REP_ACTIVE, PHASE_HOURS, EVENT_BUTTON, "hours:work", PHASE_NONE, TEXT_HOURS_SET, NONE, EFFECT_SET_HOURS, "1 600 1140,2 600 1140,3 600 1140,4 600 1140,5 600 1140"},
    {REP_ACTIVE, PHASE_HOURS, EVENT_BUTTON, "hours:daily", PHASE_NONE, TEXT_HOURS_SET, NONE, EFFECT_SET_HOURS, "1 540 1260,2 540 1260,3 540 1260,4 540 1260,5 540 1260,6 540 1260,7 540 1260"},
    {REP_ACTIVE, PHASE_HOURS, EVENT_TEXT, "выходной 27.11", PHASE_NONE, TEXT_DAYS_OFF_SET, NONE, EFFECT_ADD_DAYS_OFF, "20784"},
    {REP_ACTIVE, PHASE_HOURS, EVENT_TEXT, "off tomorrow", PHASE_NONE, TEXT_DAYS_OFF_SET, NONE, EFFECT_ADD_DAYS_OFF, "20784"},
    {REP_ACTIVE, PHASE_HOURS, EVENT_TEXT, "работаю 27.11", PHASE_NONE, TEXT_DAYS_OFF_ENDED, NONE, EFFECT_REMOVE_DAYS_OFF, "20784"},
    {REP_ACTIVE, PHASE_HOURS, EVENT_TEXT, "да", PHASE_HOURS, TEXT_HOURS_UNKNOWN_WORD, TEXT_HOURS_QUESTION, NO_EFFECT, NULL},
    {REP_ACTIVE, PHASE_HOURS, EVENT_TEXT, "пн 19-10", PHASE_HOURS, TEXT_HOURS_REVERSED, TEXT_HOURS_QUESTION, NO_EFFECT, NULL},
    {REP_ACTIVE, PHASE_HOURS, EVENT_TEXT, "123456", PHASE_HOURS, TEXT_HOURS_UNKNOWN_WORD, TEXT_HOURS_QUESTION, NO_EFFECT, NULL},
    {REP_ACTIVE, PHASE_HOURS, EVENT_MEDIA, "photo", PHASE_HOURS, TEXT_ONLY_TEXT, TEXT_HOURS_QUESTION, NO_EFFECT, NULL},
    {REP_ACTIVE, PHASE_HOURS, EVENT_TEXT, "нет", PHASE_NONE, TEXT_CANCELLED, TEXT_MENU, NO_EFFECT, NULL},
    {REP_ACTIVE, PHASE_HOURS, EVENT_BUTTON, "cancel", PHASE_NONE, TEXT_CANCELLED, TEXT_MENU, NO_EFFECT, NULL},
    {REP_ACTIVE, PHASE_HOURS, EVENT_TEXT, "статус", PHASE_NONE, TEXT_STATUS, NONE, NO_EFFECT, NULL},
    {REP_PENDING, PHASE_NONE, EVENT_TEXT, "/hours", PHASE_NONE, TEXT_PENDING, NONE, NO_EFFECT, NULL},
    {REP_PENDING, PHASE_HOURS, EVENT_TEXT, "пн 10-13", PHASE_NONE, TEXT_PENDING, NONE, NO_EFFECT, NULL},
    {REP_SUSPENDED, PHASE_NONE, EVENT_TEXT, "/hours", PHASE_NONE, TEXT_SUSPENDED, NONE, NO_EFFECT, NULL},
    {REP_SUSPENDED, PHASE_HOURS, EVENT_TEXT, "пн 10-13", PHASE_NONE, TEXT_SUSPENDED, NONE, NO_EFFECT, NULL},
    {REP_REMOVED, PHASE_HOURS, EVENT_TEXT, "пн 10-13", PHASE_OFFERED, TEXT_OFFER_AGAIN, NONE, NO_EFFECT, NULL},
};
/* clang-format on */

static void answers(void **state)
{
	const struct hours_row *row = *state;
	struct conversation_state s = rep(row->status, row->phase);
	struct event event = event_of(row->kind, row->text);
	struct outcome out = step(&s, &event);
	assert_int_equal(out.next.phase, row->next);
	assert_null(out.next.hours);
	assert_non_null(out.messages.first);
	assert_true(says(out.messages.first->text, LOCALE_RU, row->first));
	if (row->second != NONE)
		assert_true(says(out.messages.first->text, LOCALE_RU, row->second));
	assert_int_equal(out.effect_count, row->effect != NO_EFFECT);
	if (row->effect == NO_EFFECT)
		return;
	assert_int_equal(out.effects[0].kind, row->effect);
	assert_string_equal(
	    row->effect == EFFECT_SET_HOURS ? out.effects[0].hours : out.effects[0].days_off,
	    row->value);
}

static void a_preset_of_a_former_question_sets_nothing(void **state)
{
	(void)state;
	struct conversation_state s = rep(REP_ACTIVE, PHASE_NONE);
	struct event event = event_of(EVENT_BUTTON, "hours:daily");
	struct outcome out = step(&s, &event);
	assert_int_equal(out.effect_count, 0);
	assert_true(out.callback_alert);
	assert_string_equal(
	    out.callback_answer, rules.catalog->texts[LOCALE_RU][TEXT_ANSWER_STALE]);
}

static void hours_are_read_where_they_may_matter(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum event_kind kind;
		bool wants;
	} rows[] = {{"/hours", EVENT_TEXT, true}, {"пн 10-13", EVENT_TEXT, true},
	    {"выходной завтра", EVENT_TEXT, true}, {"круглосуточно", EVENT_TEXT, true},
	    {"menu:hours", EVENT_BUTTON, true}, {"hours:six", EVENT_BUTTON, true},
	    {"Иван Петров", EVENT_TEXT, false}, {"ivan7@truerealestate.bali", EVENT_TEXT, false},
	    {"мои клиенты", EVENT_TEXT, false}, {"menu:status", EVENT_BUTTON, false},
	    {"", EVENT_MEDIA, false}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct event event = event_of(rows[i].kind, rows[i].text);
		struct conversation_interest interest;
		conversation_interest(&event, &arena, &interest);
		if (interest.wants_hours != rows[i].wants)
			fail_msg("%s", rows[i].text);
	}
}

static const char *answer_to(const struct conversation_state *s, const char *words)
{
	struct event event = event_of(EVENT_TEXT, words);
	struct outcome out = step(s, &event);
	assert_non_null(out.messages.first);
	return out.messages.first ? out.messages.first->text : "";
}

static void what_is_set_is_shown_with_zone_and_days_off(void **state)
{
	(void)state;
	struct conversation_state s = rep(REP_ACTIVE, PHASE_NONE);
	struct hours_view *view = view_of("6 660 1440");
	view->days_off[0] = view->today + 1;
	view->day_off_count = 1;
	s.hours = view;
	const char *text = answer_to(&s, "/hours");
	assert_non_null(strstr(text, "Asia/Makassar"));
	assert_non_null(strstr(text, "сб 11:00–24:00"));
	assert_non_null(strstr(text, "27.11.2026"));
	view->hours.count = 0;
	assert_true(says(answer_to(&s, "/hours"), LOCALE_RU, TEXT_HOURS_NONE));
}

int main(void)
{
	const struct row_test tests[] = {
	    {cmocka_unit_test_setup(answers, each), ROWS(answers_rows, text)},
	    {cmocka_unit_test_setup(a_preset_of_a_former_question_sets_nothing, each), ONCE},
	    {cmocka_unit_test_setup(hours_are_read_where_they_may_matter, each), ONCE},
	    {cmocka_unit_test_setup(what_is_set_is_shown_with_zone_and_days_off, each), ONCE},
	};
	return RUN_ROW_TESTS(tests, begin, end);
}
