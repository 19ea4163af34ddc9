#include "salesreg/domain/qualification/summary.h"
#include "salesreg/domain/event/callback_data.h"
#include "salesreg/domain/qualification/answer.h"
#include "salesreg/domain/text/quote.h"
#include "salesreg/domain/text/shorten.h"

enum { NAME_UNITS = 120, ANSWER_UNITS = 300, LINES_UNITS = 3000 };

const char *summary_lines(const struct catalog *catalog, enum locale locale,
    const struct script *script, const char *const *answers, struct arena *a)
{
	const char *lines = "";
	for (size_t q = 0; q < script->count; q++) {
		const struct script_question *question = &script->questions[q];
		const char *shown = answer_show(catalog, locale, question, answers[q], a);
		if (!shown)
			continue;
		if (question->kind == QUESTION_TEXT)
			shown = quote_piece(a, shown, ANSWER_UNITS);
		else if (question->kind == QUESTION_EMAIL)
			shown = quote_email(a, shown, ANSWER_UNITS);
		const struct catalog_arg args[] = {
		    {"title", question->title.in[locale]}, {"answer", shown}};
		lines = arena_concat(a, lines, *lines ? "\n" : "",
		    *shown ? catalog_render(catalog, locale, TEXT_SUMMARY_LINE, args, 2, a)
			   : catalog_render(catalog, locale, TEXT_SUMMARY_SKIPPED, args, 1, a),
		    (char *)NULL);
	}
	return shorten(a, lines, LINES_UNITS);
}

const struct button *summary_buttons(const struct catalog *catalog, enum locale locale,
    int64_t assignment_id, bool bot_leads, struct arena *a)
{
	const struct {
		enum text_id label;
		enum press_kind press;
	} rows[SUMMARY_BUTTONS] = {{bot_leads ? TEXT_BUTTON_TAKE_OVER : TEXT_BUTTON_GIVE_BACK,
				       bot_leads ? PRESS_TAKE_OVER : PRESS_GIVE_BACK},
	    {TEXT_BUTTON_CONVERTED, PRESS_CONVERTED}, {TEXT_BUTTON_ARCHIVE, PRESS_ARCHIVE}};
	struct button *buttons = ARENA_ARRAY(a, struct button, SUMMARY_BUTTONS);
	for (size_t i = 0; i < SUMMARY_BUTTONS; i++)
		buttons[i] = (struct button){
		    .text = catalog_render(catalog, locale, rows[i].label, NULL, 0, a),
		    .data = press_data(a, rows[i].press, assignment_id),
		    .new_row = i < 2,
		};
	return buttons;
}

struct message *summary_message(const struct summary *s, struct arena *a)
{
	const char *name = quote_name(a, s->name, NAME_UNITS);
	if (!*name)
		name = catalog_render(s->catalog, s->locale, TEXT_PROSPECT_NAMELESS, NULL, 0, a);
	const struct catalog_arg who = {"name", name},
				 score = {"score",
				     arena_printf(a, "%d", script_score(s->script, s->answers))};
	const char *lines = summary_lines(s->catalog, s->locale, s->script, s->answers, a);
	const char *text = arena_concat(a,
	    catalog_render(s->catalog, s->locale,
		s->finished ? TEXT_SUMMARY_DONE : TEXT_SUMMARY_GOING, &who, 1, a),
	    *lines ? "\n\n" : "", lines, "\n\n",
	    catalog_render(s->catalog, s->locale, TEXT_SUMMARY_SCORE, &score, 1, a), (char *)NULL);
	struct message_list list = {0};
	struct message *message =
	    message_list_add(&list, a, s->chat_id, PRIORITY_NOTIFICATION, text);
	if (s->assignment_id)
		message_set_buttons(message,
		    summary_buttons(s->catalog, s->locale, s->assignment_id, s->bot_leads, a),
		    SUMMARY_BUTTONS);
	return message;
}
