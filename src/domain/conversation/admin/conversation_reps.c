/*
 * The reps as a list for admins: one message, whose pages take each other's place. A button with each rep's name opens the card there.
 */
#include "../conversation_private.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include "salesreg/domain/text/quote.h"
#include "salesreg/domain/text/shorten.h"
#include <string.h>

enum { NAME_UNITS = 80, STATUS_UNITS = 64, BUTTONS_BESIDES = 3, PAGE_DIGITS = 5, VALUE_DIGITS = 6 };

/* Digits only; returns what follows them, NULL: there are none, or more. */
static const char *read_number(const char *s, size_t most, int64_t *number)
{
	size_t n = strspn(s, "0123456789");
	*number = 0;
	if (n == 0 || n > most)
		return NULL;
	for (size_t i = 0; i < n; i++)
		*number = *number * 10 + (s[i] - '0');
	return s + n;
}

const char *rep_press_write(struct rep_press press, struct arena *a)
{
	const char *text = arena_printf(a, "%lld.%s", (long long)press.page, press.tag);
	if (press.has_shown)
		return arena_printf(
		    a, "%s.%lld.%lld", text, (long long)press.value, (long long)press.shown);
	return press.value ? arena_printf(a, "%s.%lld", text, (long long)press.value) : text;
}

bool rep_press_read(const char *about, struct rep_press *press)
{
	*press = (struct rep_press){.page = 0};
	const char *s = about ? read_number(about, PAGE_DIGITS, &press->page) : NULL;
	if (!s || *s != '.')
		return false;
	size_t n = strspn(++s, "0123456789abcdef");
	if (n > REP_TAG_CHARS)
		return false;
	memcpy(press->tag, s, n);
	s += n;
	if (*s == '.')
		s = read_number(s + 1, VALUE_DIGITS, &press->value);
	press->has_shown = s && *s == '.';
	if (press->has_shown)
		s = read_number(s + 1, VALUE_DIGITS, &press->shown);
	return s && !*s;
}

void turn_reps_interest(const struct press *press, struct conversation_interest *interest)
{
	if (press->kind != PRESS_REPS)
		return;
	interest->wants_reps = true;
	const char *end =
	    press->about ? read_number(press->about, PAGE_DIGITS, &interest->reps_page) : NULL;
	if (!end || *end)
		interest->reps_page = 0;
}

struct button turn_reps_button(const struct turn *t, int64_t page)
{
	return (struct button){.text = turn_text(t, TEXT_BUTTON_REPS_BACK, NO_ARGS),
	    .data =
		press_data_about(t->a, PRESS_REPS, 0, arena_printf(t->a, "%lld", (long long)page)),
	    .new_row = true};
}

const char *turn_rep_status_word(const struct turn *t, const char *word, bool paused)
{
	struct subject_view subject = {.rep_id = NULL};
	if (!rep_status_from_name(word, &subject.status))
		return shorten(t->a, text_tidy(t->a, word ? word : "—"), STATUS_UNITS);
	bool shows = paused && subject.status == REP_ACTIVE;
	return turn_text(t, shows ? TEXT_REP_IS_PAUSED : turn_status_text(&subject), NO_ARGS);
}

static const char *name_of(const struct turn *t, const struct rep_line *rep)
{
	const char *name = quote_name(t->a, rep->name, NAME_UNITS);
	return *name ? name : turn_text(t, TEXT_PROSPECT_NAMELESS, NO_ARGS);
}

static const char *line(const struct turn *t, size_t number, const struct rep_line *rep)
{
	int64_t most = rep->capacity ? rep->capacity : (int64_t)t->state->rules->max_prospects;
	const char *text = turn_text(t, TEXT_REPS_LINE,
	    ARGS({"number", arena_printf(t->a, "%zu", number)}, {"name", name_of(t, rep)},
		{"status", turn_rep_status_word(t, rep->status, rep->paused)},
		{"open", arena_printf(t->a, "%lld", (long long)rep->open)},
		{"max", arena_printf(t->a, "%lld", (long long)most)}));
	return rep->available ? text
			      : arena_concat(t->a, text, " ",
				    turn_text(t, TEXT_REPS_UNREACHABLE, NO_ARGS), (char *)NULL);
}

static struct button open_button(const struct turn *t, size_t number, const struct rep_line *rep)
{
	struct rep_press press = {.page = t->state->reps->page};
	memcpy(press.tag, rep->id, strnlen(rep->id, REP_TAG_CHARS));
	const char *short_name = prospect_short_name(t->a, rep->name);
	const char *label = turn_text(t, TEXT_BUTTON_CLIENT,
	    ARGS({"number", arena_printf(t->a, "%zu", number)},
		{"name",
		    *short_name ? short_name : turn_text(t, TEXT_PROSPECT_NAMELESS, NO_ARGS)}));
	return (struct button){.text = shorten(t->a, label, TEXT_BUTTON_UNITS),
	    .data = arena_concat(t->a, press_data(t->a, PRESS_REP, rep->telegram_id), ":",
		rep_press_write(press, t->a), (char *)NULL),
	    .new_row = true};
}

static struct button page_button(const struct turn *t, enum text_id label, int64_t page, bool first)
{
	return (struct button){.text = turn_text(t, label, NO_ARGS),
	    .data =
		press_data_about(t->a, PRESS_REPS, 0, arena_printf(t->a, "%lld", (long long)page)),
	    .new_row = first};
}

static void press_list(struct turn *t)
{
	const struct rep_page *page = t->state->reps;
	struct button *buttons = ARENA_ARRAY(t->a, struct button, REPS_A_PAGE + BUTTONS_BESIDES);
	size_t count = 0;
	bool again = t->press.about != NULL;
	if (!page || page->count == 0) {
		buttons[count++] = turn_admin_menu_button(t);
		turn_put(t, again, turn_text(t, TEXT_REPS_NONE, NO_ARGS), buttons, count);
		return;
	}
	int64_t pages = (page->total + REPS_A_PAGE - 1) / REPS_A_PAGE;
	const char *text = turn_text(t, TEXT_REPS_HEADER,
	    ARGS({"count", arena_printf(t->a, "%lld", (long long)page->total)},
		{"page", arena_printf(t->a, "%lld", (long long)page->page + 1)},
		{"pages", arena_printf(t->a, "%lld", (long long)pages)}));
	text = arena_concat(t->a, text, "\n", (char *)NULL);
	for (size_t i = 0; i < page->count && i < REPS_A_PAGE; i++) {
		size_t number = (size_t)page->page * REPS_A_PAGE + i + 1;
		text =
		    arena_concat(t->a, text, "\n", line(t, number, &page->lines[i]), (char *)NULL);
		if (page->lines[i].telegram_id > 0)
			buttons[count++] = open_button(t, number, &page->lines[i]);
	}
	bool before = page->page > 0, after = page->page + 1 < pages;
	if (before)
		buttons[count++] = page_button(t, TEXT_BUTTON_PAGE_BEFORE, page->page - 1, true);
	if (after)
		buttons[count++] = page_button(t, TEXT_BUTTON_PAGE_AFTER, page->page + 1, !before);
	buttons[count++] = turn_admin_menu_button(t);
	turn_put(t, again, text, buttons, count);
}

static const struct button_row buttons[] = {
    {PRESS_REPS, PERSON_ADMIN, 0, OPEN_TO_ALL, press_list},
};
const struct dialogue dialogue_reps = {BUTTONS(buttons)};
