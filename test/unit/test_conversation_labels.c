/* A label of MESSAGES may be as long as a button, and a name comes into it. */
#include "conversation_fixture.h"

static void a_long_label_with_a_name_in_it_still_fits(void **state)
{
	(void)state;
	static struct catalog long_texts;
	long_texts = *rules.catalog;
	const char *label = "{name}: take this one back while there is still a little time for it";
	assert_null(catalog_check(TEXT_BUTTON_UNDO, "{name}: take this one back, there is time"));
	for (unsigned l = 0; l < LOCALE_COUNT; l++)
		long_texts.texts[l][TEXT_BUTTON_UNDO] = label;
	const struct catalog *usual = rules.catalog;
	rules.catalog = &long_texts;
	struct conversation_state s = state_of(REP_ACTIVE, PHASE_NONE, LOCALE_EN);
	struct assignment_view assignment = {.id = 5,
	    .live = true,
	    .mine = true,
	    .prospect_name = "Wolfeschlegelsteinhausenbergerdorff Hubert",
	    .prospect_telegram = "@x",
	    .prospect_status = "unreached"};
	struct event_button buttons[] = {
	    {.text = "Contacted", .data = "a:5:c"}, {.text = "No", .data = "a:5:d"}};
	struct event event = event_of(EVENT_BUTTON, "a:5:d");
	event.buttons = buttons;
	event.button_count = 2;
	s.assignment = &assignment;
	struct outcome out = step(&s, &event);
	rules.catalog = usual;
	size_t undo = 0;
	for (const struct message *m = out.messages.first; m; m = m->next)
		for (size_t i = 0; i < m->button_count; i++)
			if (strcmp(m->buttons[i].data, "a:5:u") == 0) {
				undo++;
				assert_in_range(
				    text_utf16_units(m->buttons[i].text), 1, TEXT_BUTTON_UNITS);
			}
	assert_int_equal(undo, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(a_long_label_with_a_name_in_it_still_fits, each)};
	return cmocka_run_group_tests(tests, begin, end);
}
