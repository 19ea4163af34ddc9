/* People who look for property: who is taken for a prospect, what they hear, what their rep hears. */
#include "conversation_fixture.h"
#include "row_tests.h"

enum { REP = 700 };

static const struct prospect_view anna = {.id = "p1",
    .name = "Anna",
    .met = true,
    .rep_name = "Boris",
    .rep_telegram_id = REP,
    .rep_locale = LOCALE_EN};
static const struct prospect_view not_met = {.id = "p1", .name = "Anna"};
static const struct prospect_view left = {
    .id = "p1", .name = "Anna", .met = true, .opted_out = true};
static const struct link_view campaign = {.campaign = "Fair"};
static const struct link_view own = {.prospect = {.id = "p1",
					 .name = "Anna",
					 .rep_name = "Boris",
					 .rep_telegram_id = REP,
					 .rep_locale = LOCALE_EN}};
static const struct link_view taken = {.prospect = {.id = "p1",
					   .name = "Anna",
					   .rep_name = "Boris",
					   .rep_telegram_id = REP,
					   .rep_locale = LOCALE_EN},
    .account = 501};

#define NONE TEXT_COUNT
#define NOBODY NULL
#define NO_LINK NULL

/* clang-format off */
static const struct prospect_row_of_test {
	enum rep_status status;
	enum event_kind kind;
	const struct prospect_view *who;
	const struct link_view *link;
	const char *text;
	enum text_id first, second; /* what the person hears */
	enum text_id to_rep;
	int effects[3];
} people_rows[] = {
    /* a stranger */
    {REP_ABSENT, EVENT_START, NOBODY, &campaign, "cX", TEXT_PROSPECT_HELLO, TEXT_PROSPECT_ASK, NONE, {EFFECT_NEW_PROSPECT, NO_EFFECT}},
    {REP_REMOVED, EVENT_START, NOBODY, &campaign, "cX", TEXT_OFFER_QUESTION, NONE, NONE, {NO_EFFECT}},
    {REP_ABSENT, EVENT_START, NOBODY, NO_LINK, "cX", TEXT_OFFER, NONE, NONE, {NO_EFFECT}},
    {REP_ABSENT, EVENT_START, NOBODY, NO_LINK, "pX", TEXT_OFFER, NONE, NONE, {NO_EFFECT}},
    {REP_ABSENT, EVENT_BUTTON, NOBODY, NO_LINK, "pros:yes", TEXT_PROSPECT_HELLO, TEXT_PROSPECT_ASK, NONE, {EFFECT_NEW_PROSPECT, NO_EFFECT}},
    {REP_ABSENT, EVENT_TEXT, NOBODY, NO_LINK, "Ищу недвижимость", TEXT_PROSPECT_HELLO, TEXT_PROSPECT_ASK, NONE, {EFFECT_NEW_PROSPECT, NO_EFFECT}},
    {REP_ABSENT, EVENT_TEXT, NOBODY, NO_LINK, "Looking for property!", TEXT_PROSPECT_HELLO, TEXT_PROSPECT_ASK, NONE, {EFFECT_NEW_PROSPECT, NO_EFFECT}},
    {REP_ABSENT, EVENT_BUTTON, NOBODY, NO_LINK, "pros:stop", NONE, NONE, NONE, {NO_EFFECT}},
    {REP_ABSENT, EVENT_START, NOBODY, &own, "pX", TEXT_PROSPECT_HELLO, TEXT_PROSPECT_ASK, TEXT_PROSPECT_CAME, {EFFECT_MEET_PROSPECT, NO_EFFECT}},
    {REP_ABSENT, EVENT_START, NOBODY, &taken, "pX", TEXT_LINK_OF_ANOTHER, TEXT_OFFER_QUESTION, TEXT_PROSPECT_FORWARDED, {EFFECT_FORWARDED, NO_EFFECT}},
    /* a former rep may have seen the link on a card */
    {REP_REMOVED, EVENT_START, NOBODY, &own, "pX", TEXT_LINK_OF_ANOTHER, TEXT_OFFER_QUESTION, TEXT_PROSPECT_FORWARDED, {EFFECT_FORWARDED, NO_EFFECT}},
    /* a prospect */
    {REP_ABSENT, EVENT_START, &anna, NO_LINK, "", TEXT_PROSPECT_HELLO, TEXT_PROSPECT_ASK, NONE, {NO_EFFECT}},
    {REP_ABSENT, EVENT_START, &anna, &campaign, "cX", TEXT_PROSPECT_HELLO, TEXT_PROSPECT_ASK, NONE, {NO_EFFECT}},
    {REP_ABSENT, EVENT_START, &anna, &taken, "pX", TEXT_PROSPECT_HELLO, TEXT_PROSPECT_ASK, NONE, {NO_EFFECT}},
    {REP_ABSENT, EVENT_START, &anna, NO_LINK, "pX", TEXT_LINK_UNKNOWN, TEXT_PROSPECT_HELLO, NONE, {NO_EFFECT}},
    {REP_ABSENT, EVENT_TEXT, &anna, NO_LINK, "да", TEXT_PROSPECT_PASSED_ON, NONE, TEXT_PROSPECT_SAYS, {EFFECT_SAID, NO_EFFECT}},
    {REP_ABSENT, EVENT_TEXT, &anna, NO_LINK, "Три спальни", TEXT_PROSPECT_PASSED_ON, NONE, TEXT_PROSPECT_SAYS, {EFFECT_SAID, NO_EFFECT}},
    {REP_ABSENT, EVENT_TEXT, &not_met, NO_LINK, "Три спальни", TEXT_PROSPECT_NOTED, NONE, NONE, {EFFECT_MEET_PROSPECT, EFFECT_SAID, NO_EFFECT}},
    {REP_ABSENT, EVENT_START, &not_met, &campaign, "cX", TEXT_PROSPECT_HELLO, TEXT_PROSPECT_ASK, NONE, {EFFECT_MEET_PROSPECT, NO_EFFECT}},
    {REP_ABSENT, EVENT_MEDIA, &anna, NO_LINK, "photo", TEXT_PROSPECT_PASSED_ON, NONE, TEXT_RELAY_ATTACHMENT, {EFFECT_SAID, NO_EFFECT}},
    {REP_ABSENT, EVENT_TEXT, &anna, NO_LINK, "стоп", TEXT_PROSPECT_STOPPED, NONE, TEXT_PROSPECT_SAID_STOP, {EFFECT_STOP, NO_EFFECT}},
    {REP_ABSENT, EVENT_BUTTON, &anna, NO_LINK, "pros:stop", TEXT_PROSPECT_STOPPED, NONE, TEXT_PROSPECT_SAID_STOP, {EFFECT_STOP, NO_EFFECT}},
    {REP_ABSENT, EVENT_BUTTON, &left, NO_LINK, "pros:resume", TEXT_PROSPECT_RESUMED, NONE, NONE, {EFFECT_RESUME, NO_EFFECT}},
    {REP_ABSENT, EVENT_START, &left, NO_LINK, "", TEXT_PROSPECT_HELLO, TEXT_PROSPECT_ASK, NONE, {EFFECT_RESUME, NO_EFFECT}},
    {REP_ABSENT, EVENT_BUTTON, &anna, NO_LINK, "pros:yes", TEXT_PROSPECT_HELLO, TEXT_PROSPECT_ASK, NONE, {NO_EFFECT}},
    {REP_ABSENT, EVENT_START, &left, &campaign, "cX", TEXT_PROSPECT_HELLO, TEXT_PROSPECT_ASK, NONE, {EFFECT_RESUME, NO_EFFECT}},
    {REP_ABSENT, EVENT_START, &not_met, &own, "pX", TEXT_PROSPECT_HELLO, TEXT_PROSPECT_ASK, TEXT_PROSPECT_CAME, {EFFECT_MEET_PROSPECT, NO_EFFECT}},
    {REP_ABSENT, EVENT_BUTTON, &anna, NO_LINK, "reg:yes", TEXT_ASK_NAME, NONE, NONE, {NO_EFFECT}},
    {REP_ABSENT, EVENT_BUTTON, &anna, NO_LINK, "cancel", NONE, NONE, NONE, {NO_EFFECT}},
    {REP_ABSENT, EVENT_TEXT, &anna, NO_LINK, "зарегистрироваться", TEXT_ASK_NAME, NONE, NONE, {NO_EFFECT}},
    /* a rep, who may be in the table of prospects as well */
    {REP_ACTIVE, EVENT_START, NOBODY, &campaign, "cX", TEXT_LINK_IS_CAMPAIGN, NONE, NONE, {NO_EFFECT}},
    {REP_ACTIVE, EVENT_START, &anna, &own, "pX", TEXT_LINK_IS_PROSPECT, NONE, NONE, {NO_EFFECT}},
    {REP_ACTIVE, EVENT_START, NOBODY, &taken, "pX", TEXT_LINK_IS_PROSPECT_MET, NONE, NONE, {NO_EFFECT}},
    {REP_ACTIVE, EVENT_TEXT, &anna, NO_LINK, "отмена", TEXT_MENU, NONE, NONE, {NO_EFFECT}},
};
/* clang-format on */

static void check(const struct prospect_row_of_test *row, enum locale locale)
{
	struct conversation_state state = state_of(row->status, PHASE_NONE, locale);
	state.prospect = row->who;
	state.opened = row->link;
	struct event event = event_of(row->kind, row->text);
	struct outcome out = step(&state, &event);
	const char *what = arena_printf(&arena, "%s %s + %s \"%s\"", locale_code(locale),
	    row->who ? "prospect" : rep_status_name(row->status), event_kind_name(row->kind),
	    row->text);
	size_t effects = 0;
	while (row->effects[effects] != NO_EFFECT)
		effects++;
	if (out.effect_count != effects)
		fail_msg("%s: %zu effects", what, out.effect_count);
	for (size_t i = 0; i < effects; i++)
		if ((int)out.effects[i].kind != row->effects[i])
			fail_msg("%s: %s", what, effect_kind_name(out.effects[i].kind));
	const char *heard = NULL, *told = NULL;
	for (const struct message *m = out.messages.first; m; m = m->next) {
		if (m->kind != MESSAGE_SEND)
			continue;
		if (m->chat_id == REP) {
			assert_int_equal(m->priority, PRIORITY_NOTIFICATION);
			told = m->text;
		} else {
			assert_int_equal(m->chat_id, PERSON);
			heard = m->text;
		}
	}
	if ((heard != NULL) != (row->first != NONE) || (heard && !says(heard, locale, row->first)))
		fail_msg("%s: %s", what, heard ? heard : "nothing");
	const char *rest = heard && row->second != NONE ? strstr(heard, "\n\n") : NULL;
	if (row->second != NONE && (!rest || !says(rest, locale, row->second)))
		fail_msg("%s: %s", what, heard);
	if ((told != NULL) != (row->to_rep != NONE) ||
	    (told && !says(told, LOCALE_EN, row->to_rep)))
		fail_msg("%s: the rep hears %s", what, told ? told : "nothing");
}

static void who_looks_for_property_is_a_prospect(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof people_rows / sizeof *people_rows; i++)
		for (unsigned l = 0; l < LOCALE_COUNT; l++)
			check(&people_rows[i], (enum locale)l);
}

static void a_prospect_is_called_as_telegram_calls_them(void **state)
{
	static const struct {
		const char *first_name, *username, *name;
	} names[] = {
	    {"Anna", "anna", "Anna"},
	    {"\xe2\x80\x8b", "anna", "@anna"},
	    {NULL, "anna", "@anna"},
	    {NULL, NULL, "No name"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct conversation_state s = state_of(REP_ABSENT, PHASE_NONE, LOCALE_EN);
		s.locale_chosen = true;
		s.opened = &campaign;
		struct event event = event_of(EVENT_START, "cX");
		event.first_name = names[i].first_name;
		event.username = names[i].username;
		struct outcome out = step(&s, &event);
		assert_int_equal(out.effect_count, 1);
		assert_string_equal(out.effects[0].name, names[i].name);
		assert_string_equal(out.effects[0].campaign, "Fair");
		assert_true(out.next.prospect && out.next.prospect->met);
		s.known = false;
		assert_true(step(&s, &event).session_changed);
	}
}

static void a_prospect_gets_in_where_reps_need_an_invitation(void **state)
{
	(void)state;
	rules.by_invitation = true;
	struct conversation_state s = state_of(REP_ABSENT, PHASE_NONE, LOCALE_EN);
	struct event hello = event_of(EVENT_TEXT, "hello"),
		     press = event_of(EVENT_BUTTON, "pros:yes");
	struct outcome out = step(&s, &hello);
	assert_true(says(out.messages.first->text, LOCALE_EN, TEXT_INVITE_NEEDED));
	assert_int_equal(out.messages.first->button_count, 1);
	assert_string_equal(out.messages.first->buttons[0].data, "pros:yes");
	out = step(&s, &press);
	assert_int_equal(out.effects[0].kind, EFFECT_NEW_PROSPECT);
	rules.by_invitation = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(who_looks_for_property_is_a_prospect, each),
	    cmocka_unit_test_setup(a_prospect_is_called_as_telegram_calls_them, each),
	    cmocka_unit_test_setup(a_prospect_gets_in_where_reps_need_an_invitation, each),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
