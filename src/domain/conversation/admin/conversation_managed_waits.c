/*
 * What waits now, for admins: as salesreg stats counts it, as far as that goes within a message; each figure leads to a list.
 */
#include "../conversation_private.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/text/quote.h"

enum { NAMES_UNITS = 300, BUTTONS_MOST = MANAGED_LISTS + 1 };

struct button turn_waits_button(const struct turn *t)
{
	return (struct button){.text = turn_text(t, TEXT_BUTTON_WAITS_BACK, NO_ARGS),
	    .data = press_data_about(t->a, PRESS_MANAGED_WAITS, 0, "e"),
	    .new_row = true};
}

/* partial: not all have been looked at. */
static const char *number(const struct turn *t, int64_t count, bool partial)
{
	bool more = count > WAITS_COUNTED;
	return arena_printf(t->a, "%lld%s", more ? (long long)WAITS_COUNTED : (long long)count,
	    more || (partial && count > 0) ? "+" : "");
}

static const char *number_of(
    const struct turn *t, const struct managed_waits *waits, enum managed_list list, bool late)
{
	return number(t, late ? waits->late[list] : waits->count[list],
	    waits->partial && list != LISTED_WITHOUT_REP);
}

static const struct {
	enum managed_list list;
	enum text_id text, oldest, button;
} figures[] = {
    {LISTED_WITHOUT_REP, TEXT_WAITS_REP, TEXT_WAITS_OLDEST, TEXT_BUTTON_WAITS_REP},
    {LISTED_WITHOUT_CONTACT, TEXT_WAITS_CONTACT, TEXT_WAITS_OLDEST, TEXT_BUTTON_WAITS_CONTACT},
    {LISTED_QUIET, TEXT_WAITS_QUIET, TEXT_WAITS_OLDEST, TEXT_BUTTON_WAITS_QUIET},
};

static const char *figures_text(const struct turn *t, const struct managed_waits *waits)
{
	const char *text = turn_text(t, TEXT_WAITS_HEADER, NO_ARGS);
	for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
		enum managed_list list = figures[i].list;
		const struct catalog_arg args[] = {{"count", number_of(t, waits, list, false)},
		    {"late", number_of(t, waits, list, true)}, {"time", waits->oldest[list]}};
		text = arena_concat(
		    t->a, text, "\n", turn_text(t, figures[i].text, args, 2), (char *)NULL);
		if (waits->oldest[list])
			text = arena_concat(
			    t->a, text, turn_text(t, figures[i].oldest, args + 2, 1), (char *)NULL);
	}
	text = arena_concat(t->a, text, "\n",
	    turn_text(t, TEXT_WAITS_FAILED, ARGS({"count", number(t, waits->failed, false)})), "\n",
	    turn_text(
		t, TEXT_WAITS_UNREACHABLE, ARGS({"count", number(t, waits->unreachable, false)})),
	    (char *)NULL);
	const char *names = quote_name(t->a, waits->unreachable_names, NAMES_UNITS);
	return waits->unreachable > 0 && *names
		   ? arena_concat(t->a, text, ": ", names, (char *)NULL)
		   : text;
}

static void show_waits(struct turn *t)
{
	const struct managed_waits *waits = t->state->managed ? t->state->managed->waits : NULL;
	if (!waits) { /* only an admin's is read */
		turn_answer_stale(t);
		return;
	}
	struct button *buttons = ARENA_ARRAY(t->a, struct button, BUTTONS_MOST);
	size_t count = 0;
	for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
		if (waits->count[figures[i].list] > 0)
			buttons[count++] = (struct button){
			    .text = turn_text(t, figures[i].button,
				ARGS({"count", number_of(t, waits, figures[i].list, false)})),
			    .data = press_data_about(t->a, PRESS_MANAGED_LIST, 0,
				managed_place_write(
				    (struct managed_place){.list = figures[i].list}, t->a)),
			    .new_row = true};
	buttons[count++] = turn_admin_menu_button(t);
	turn_put(t, t->press.about != NULL, figures_text(t, waits), buttons, count);
}

static void said_waits(struct turn *t)
{
	turn_set_phase(t, PHASE_NONE);
	show_waits(t);
}

static const struct button_row buttons[] = {
    {PRESS_MANAGED_WAITS, PERSON_ADMIN, 0, OPEN_TO_ALL, show_waits},
};
static const struct word_row words[] = {
    {PHRASE_WAITS, PERSON_ADMIN, 0, 0, 0, said_waits},
};
const struct dialogue dialogue_managed_waits = {BUTTONS(buttons), WORDS(words)};
