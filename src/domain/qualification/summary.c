#include "salesreg/domain/qualification/summary.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/event/callback_data.h"
#include "salesreg/domain/qualification/answer.h"
#include "salesreg/domain/text/quote.h"
#include <string.h>

enum { NAME_UNITS = 120, ANSWER_UNITS = 300, LINES_UNITS = 3000 };

/* In words; NULL: it was not asked, "": it was skipped. whole: as it was written, line by line. */
static const char *shown(const struct summary *s, size_t q, bool whole, bool *cut, struct arena *a)
{
	const struct script_question *question = &s->script->questions[q];
	const char *answer = answer_show(s->catalog, s->locale, question, s->answers[q], a);
	bool written = question->kind == QUESTION_TEXT || question->kind == QUESTION_EMAIL;
	if (!answer || !*answer || !written)
		return answer;
	const char *piece = question->kind == QUESTION_TEXT ? quote_piece(a, answer, ANSWER_UNITS)
							    : quote_email(a, answer, ANSWER_UNITS);
	bool all = text_utf16_units(answer) <= ANSWER_UNITS;
	*cut |= !all;
	if (!whole || (all && !strchr(answer, '\n')))
		return piece;
	return arena_concat(a, "\n", quote_block(a, answer, SCRIPT_ANSWER_UNITS), (char *)NULL);
}

static const char *lines_of(
    const struct summary *s, size_t most, bool whole, bool *cut, struct arena *a)
{
	const char *lines = "";
	size_t units = 0;
	for (size_t q = 0; q < s->script->count; q++) {
		const char *answer = shown(s, q, whole, cut, a);
		if (!answer)
			continue;
		const struct catalog_arg args[] = {
		    {"title", s->script->questions[q].title.in[s->locale]}, {"answer", answer}};
		const char *line =
		    *answer
			? catalog_render(s->catalog, s->locale, TEXT_SUMMARY_LINE, args, 2, a)
			: catalog_render(s->catalog, s->locale, TEXT_SUMMARY_SKIPPED, args, 1, a);
		units += text_utf16_units(line) + 1;
		if (units > most) { /* in the middle of a line a quote would have no end */
			*cut = true;
			return arena_concat(a, lines, *lines ? "\n…" : "…", (char *)NULL);
		}
		lines = arena_concat(a, lines, *lines ? "\n" : "", line, (char *)NULL);
	}
	return lines;
}

const char *summary_lines(const struct summary *s, size_t most, bool *cut, struct arena *a)
{
	*cut = false;
	return lines_of(s, most, false, cut, a);
}

const struct button *summary_buttons(const struct catalog *catalog, enum locale locale,
    int64_t assignment_id, bool bot_leads, bool more, size_t *count, struct arena *a)
{
	const struct {
		enum text_id label;
		enum press_kind press;
	} rows[SUMMARY_BUTTONS_MOST] = {{bot_leads ? TEXT_BUTTON_TAKE_OVER : TEXT_BUTTON_GIVE_BACK,
					    bot_leads ? PRESS_TAKE_OVER : PRESS_GIVE_BACK},
	    {TEXT_BUTTON_CONVERTED, PRESS_CONVERTED}, {TEXT_BUTTON_ARCHIVE, PRESS_ARCHIVE},
	    {TEXT_BUTTON_ANSWERS, PRESS_CLIENT_ANSWERS}};
	*count = more ? SUMMARY_BUTTONS_MOST : SUMMARY_BUTTONS_MOST - 1;
	struct button *buttons = ARENA_ARRAY(a, struct button, *count);
	for (size_t i = 0; i < *count; i++)
		buttons[i] = (struct button){
		    .text = catalog_render(catalog, locale, rows[i].label, NULL, 0, a),
		    .data = press_data(a, rows[i].press, assignment_id),
		    .new_row = i != 2,
		};
	return buttons;
}

static struct message *add(
    struct message_list *list, const struct summary *s, bool whole, struct arena *a)
{
	const char *name = quote_name(a, s->name, NAME_UNITS);
	if (!*name)
		name = catalog_render(s->catalog, s->locale, TEXT_PROSPECT_NAMELESS, NULL, 0, a);
	const struct catalog_arg who = {"name", name},
				 score = {"score",
				     arena_printf(a, "%d", script_score(s->script, s->answers))};
	bool cut = false;
	const char *lines = lines_of(s, whole ? SIZE_MAX : LINES_UNITS, whole, &cut, a);
	const char *text = arena_concat(a,
	    catalog_render(s->catalog, s->locale,
		s->finished ? TEXT_SUMMARY_DONE : TEXT_SUMMARY_GOING, &who, 1, a),
	    *lines ? "\n\n" : "", lines, "\n\n",
	    catalog_render(s->catalog, s->locale, TEXT_SUMMARY_SCORE, &score, 1, a), (char *)NULL);
	struct message *message =
	    message_list_add(list, a, s->chat_id, PRIORITY_NOTIFICATION, text);
	if (s->assignment_id) {
		size_t count;
		const struct button *buttons = summary_buttons(s->catalog, s->locale,
		    s->assignment_id, s->bot_leads, cut && !whole, &count, a);
		message_set_buttons(message, buttons, count);
	}
	return message;
}

struct message *summary_message(const struct summary *s, struct arena *a)
{
	struct message_list list = {0};
	return add(&list, s, false, a);
}

void summary_add_whole(struct message_list *list, const struct summary *s, struct arena *a)
{
	(void)add(list, s, true, a);
}
