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
	view->now = "14:05";
	return view;
}

static struct conversation_state rep(enum rep_status status, enum conversation_phase phase)
{
	struct conversation_state s = state_of(status, phase, LOCALE_RU);
	s.hours = view_of("1 600 1140,2 600 1140");
	return s;
}

/* As the caller does: what the event names is looked up. */
static void look_up(struct conversation_state *s, const struct event *event)
{
	struct conversation_interest interest;
	conversation_interest(event, &arena, &interest);
	if (!interest.zone || strncmp(interest.zone, "Nowhere", 7) == 0)
		return;
	struct zone_view *view = ARENA_NEW(&arena, struct zone_view);
	*view = (struct zone_view){interest.zone, "09:30"};
	s->zone = view;
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
    {REP_ACTIVE, PHASE_HOURS, EVENT_TEXT, "Дубай", PHASE_NONE, TEXT_ZONE_SET, NONE, EFFECT_SET_ZONE, "Asia/Dubai"},
    {REP_ACTIVE, PHASE_HOURS, EVENT_BUTTON, "hours:zone", PHASE_ZONE, TEXT_ZONE_NOW, TEXT_ZONE_QUESTION, NO_EFFECT, NULL},
    {REP_ACTIVE, PHASE_NONE, EVENT_BUTTON, "hours:zone", PHASE_ZONE, TEXT_ZONE_NOW, TEXT_ZONE_QUESTION, NO_EFFECT, NULL},
    {REP_ACTIVE, PHASE_ZONE, EVENT_TEXT, "Europe/Moscow", PHASE_NONE, TEXT_ZONE_SET, NONE, EFFECT_SET_ZONE, "Europe/Moscow"},
    {REP_ACTIVE, PHASE_ZONE, EVENT_TEXT, "utc+4", PHASE_NONE, TEXT_ZONE_SET, NONE, EFFECT_SET_ZONE, "Etc/GMT-4"},
    {REP_ACTIVE, PHASE_ZONE, EVENT_BUTTON, "zone:set:Asia/Dubai", PHASE_NONE, TEXT_ZONE_SET, NONE, EFFECT_SET_ZONE, "Asia/Dubai"},
    {REP_ACTIVE, PHASE_HOURS, EVENT_BUTTON, "zone:set:Asia/Dubai", PHASE_NONE, TEXT_ZONE_SET, NONE, EFFECT_SET_ZONE, "Asia/Dubai"},
    {REP_ACTIVE, PHASE_ZONE, EVENT_TEXT, "Готэм", PHASE_ZONE, TEXT_ZONE_UNKNOWN, TEXT_ZONE_QUESTION, NO_EFFECT, NULL},
    {REP_ACTIVE, PHASE_ZONE, EVENT_TEXT, "Nowhere/City", PHASE_ZONE, TEXT_ZONE_UNKNOWN, TEXT_ZONE_QUESTION, NO_EFFECT, NULL},
    {REP_ACTIVE, PHASE_ZONE, EVENT_TEXT, "UTC+5:30", PHASE_ZONE, TEXT_ZONE_PART_HOUR, TEXT_ZONE_QUESTION, NO_EFFECT, NULL},
    {REP_ACTIVE, PHASE_ZONE, EVENT_TEXT, "UTC+20", PHASE_ZONE, TEXT_ZONE_TOO_FAR, TEXT_ZONE_QUESTION, NO_EFFECT, NULL},
    {REP_ACTIVE, PHASE_ZONE, EVENT_TEXT, "пн 10-13", PHASE_ZONE, TEXT_ZONE_UNKNOWN, TEXT_ZONE_QUESTION, NO_EFFECT, NULL},
    {REP_ACTIVE, PHASE_ZONE, EVENT_TEXT, "да", PHASE_ZONE, TEXT_ZONE_UNKNOWN, TEXT_ZONE_QUESTION, NO_EFFECT, NULL},
    {REP_ACTIVE, PHASE_ZONE, EVENT_MEDIA, "photo", PHASE_ZONE, TEXT_ONLY_TEXT, TEXT_ZONE_QUESTION, NO_EFFECT, NULL},
    {REP_ACTIVE, PHASE_ZONE, EVENT_TEXT, "отмена", PHASE_NONE, TEXT_CANCELLED, TEXT_MENU, NO_EFFECT, NULL},
    {REP_ACTIVE, PHASE_ZONE, EVENT_BUTTON, "cancel", PHASE_NONE, TEXT_CANCELLED, TEXT_MENU, NO_EFFECT, NULL},
    {REP_ACTIVE, PHASE_ZONE, EVENT_TEXT, "часы", PHASE_HOURS, TEXT_HOURS_NOW, TEXT_HOURS_QUESTION, NO_EFFECT, NULL},
    {REP_PENDING, PHASE_ZONE, EVENT_TEXT, "Дубай", PHASE_NONE, TEXT_PENDING, NONE, NO_EFFECT, NULL},
    {REP_SUSPENDED, PHASE_ZONE, EVENT_TEXT, "Дубай", PHASE_NONE, TEXT_SUSPENDED, NONE, NO_EFFECT, NULL},
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
	look_up(&s, &event);
	struct outcome out = step(&s, &event);
	assert_int_equal(out.next.phase, row->next);
	assert_null(out.next.zone);
	assert_null(out.next.hours);
	assert_non_null(out.messages.first);
	assert_true(says(out.messages.first->text, LOCALE_RU, row->first));
	if (row->second != NONE)
		assert_true(says(out.messages.first->text, LOCALE_RU, row->second));
	assert_int_equal(out.effect_count, row->effect != NO_EFFECT);
	if (row->effect == NO_EFFECT)
		return;
	assert_int_equal(out.effects[0].kind, row->effect);
	assert_string_equal(row->effect == EFFECT_SET_HOURS  ? out.effects[0].hours
			    : row->effect == EFFECT_SET_ZONE ? out.effects[0].zone
							     : out.effects[0].days_off,
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

static void a_zone_of_a_former_question_sets_nothing(void **state)
{
	(void)state;
	struct conversation_state s = rep(REP_ACTIVE, PHASE_NONE);
	struct event event = event_of(EVENT_BUTTON, "zone:set:Asia/Dubai");
	look_up(&s, &event);
	struct outcome out = step(&s, &event);
	assert_int_equal(out.effect_count, 0);
	assert_string_equal(
	    out.callback_answer, rules.catalog->texts[LOCALE_RU][TEXT_ANSWER_STALE]);
}

static void check_offered(const struct conversation_state *s, const char *language, const char *all)
{
	struct event event = event_of(EVENT_BUTTON, "hours:zone");
	event.language_code = language;
	struct outcome out = step(s, &event);
	const struct message *m = out.messages.first;
	const char *seen = "";
	assert_non_null(m);
	for (size_t i = 0; i + 1 < m->button_count; i++)
		seen =
		    arena_printf(&arena, "%s%s ", seen, m->buttons[i].data + strlen("zone:set:"));
	assert_string_equal(seen, all);
	assert_string_equal(m->buttons[m->button_count - 1].data, "cancel");
}

/* The calendar's zone first, then the company's, then that of the language; none twice, nor what is set, nor what no button carries. */
static void likely_zones_are_offered(void **state)
{
	(void)state;
	struct conversation_state s = rep(REP_ACTIVE, PHASE_HOURS);
	struct hours_view *view = view_of(NULL);
	s.hours = view;
	check_offered(&s, "ru", "Europe/Moscow ");
	check_offered(&s, "en", "");
	check_offered(&s, NULL, "");
	view->calendar_zone = "Asia/Dubai";
	view->company_zone = "Asia/Makassar";
	check_offered(&s, "ru-RU", "Asia/Dubai Europe/Moscow ");
	view->zone = "Europe/Moscow";
	check_offered(&s, "ru", "Asia/Dubai Asia/Makassar ");
	view->calendar_zone = view->company_zone;
	check_offered(&s, "ru", "Asia/Makassar ");
	view->calendar_zone = "WITA-8";
	view->company_zone = "Etc/GMT-4";
	check_offered(&s, "rux", "Etc/GMT-4 ");
}

/* Where hours are asked for, the calendar's zone is a press away if it is another. */
static void the_zone_of_the_calendar_is_offered_with_the_hours(void **state)
{
	(void)state;
	struct conversation_state s = rep(REP_ACTIVE, PHASE_NONE);
	struct hours_view *view = view_of(NULL);
	s.hours = view;
	struct event event = event_of(EVENT_TEXT, "часы");
	for (int differs = 0; differs < 2; differs++) {
		view->calendar_zone = differs ? "Asia/Dubai" : view->zone;
		struct outcome out = step(&s, &event);
		const struct message *m = out.messages.first;
		assert_int_equal(m->button_count, 5 + differs);
		assert_string_equal(m->buttons[4].data, "hours:zone");
		if (differs)
			assert_string_equal(m->buttons[5].data, "zone:set:Asia/Dubai");
	}
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
	    {"Дубай", EVENT_TEXT, true}, {"zone:set:Asia/Dubai", EVENT_BUTTON, true},
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
	    {cmocka_unit_test_setup(a_zone_of_a_former_question_sets_nothing, each), ONCE},
	    {cmocka_unit_test_setup(likely_zones_are_offered, each), ONCE},
	    {cmocka_unit_test_setup(the_zone_of_the_calendar_is_offered_with_the_hours, each),
		ONCE},
	    {cmocka_unit_test_setup(hours_are_read_where_they_may_matter, each), ONCE},
	    {cmocka_unit_test_setup(what_is_set_is_shown_with_zone_and_days_off, each), ONCE},
	};
	return RUN_ROW_TESTS(tests, begin, end);
}
