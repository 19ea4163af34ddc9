/*
 * A rep is done with a prospect: converted, or archived with a reason, one tap each.
 */
#include "../conversation_private.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include "salesreg/domain/qualification/summary.h"
#include <string.h>

static const struct reason {
	enum press_kind press;
	enum text_id label;
	const char *word; /* in prospect_events.detail */
} reasons[] = {
    {PRESS_ARCHIVE_NO_INTEREST, TEXT_BUTTON_ARCHIVE_NO_INTEREST, "not interested"},
    {PRESS_ARCHIVE_NO_ANSWER, TEXT_BUTTON_ARCHIVE_NO_ANSWER, "no answer"},
    {PRESS_ARCHIVE_NO_BUDGET, TEXT_BUTTON_ARCHIVE_NO_BUDGET, "no budget"},
    {PRESS_ARCHIVE_BOUGHT_ELSEWHERE, TEXT_BUTTON_ARCHIVE_BOUGHT_ELSEWHERE, "bought elsewhere"},
    {PRESS_ARCHIVE_WRONG_PERSON, TEXT_BUTTON_ARCHIVE_WRONG_PERSON, "wrong person"},
};
enum { REASONS = sizeof reasons / sizeof *reasons };

const char *turn_archive_reason(const struct turn *t, const char *word)
{
	for (size_t i = 0; word && i < REASONS; i++)
		if (strcmp(word, reasons[i].word) == 0)
			return turn_text(t, reasons[i].label, NO_ARGS);
	return NULL;
}

static void change_buttons(struct turn *t, const struct button *buttons, size_t count)
{
	if (t->event->message_id == 0)
		return;
	message_set_buttons(
	    message_list_add_edit(&t->out->messages, t->a, t->event->chat_id, t->event->message_id),
	    buttons, count);
}

/* Among the buttons of the message that was pressed. */
static bool has_more_answers(const struct turn *t)
{
	bool more = false;
	for (size_t i = 0; i < t->event->button_count; i++)
		more |= press_parse(t->event->buttons[i].data).kind == PRESS_CLIENT_ANSWERS;
	return more;
}

static void ask_reason(struct turn *t, int64_t assignment)
{
	size_t count = REASONS;
	struct button *buttons = ARENA_ARRAY(t->a, struct button, REASONS + 2);
	for (size_t i = 0; i < REASONS; i++)
		buttons[i] = (struct button){.text = turn_text(t, reasons[i].label, NO_ARGS),
		    .data = press_data(t->a, reasons[i].press, assignment),
		    .new_row = true};
	if (has_more_answers(t))
		buttons[count++] =
		    (struct button){.text = turn_text(t, TEXT_BUTTON_ANSWERS, NO_ARGS),
			.data = press_data(t->a, PRESS_CLIENT_ANSWERS, assignment),
			.new_row = true};
	buttons[count++] = (struct button){.text = turn_text(t, TEXT_BUTTON_ARCHIVE_KEEP, NO_ARGS),
	    .data = turn_is_card(t, assignment)
			? press_data_about(t->a, PRESS_CLIENT, assignment, "e")
			: press_data(t->a, PRESS_ARCHIVE_KEEP, assignment),
	    .new_row = true};
	turn_answer(t, false, TEXT_ANSWER_ARCHIVE_WHY, NO_ARGS);
	change_buttons(t, buttons, count);
}

static void close(
    struct turn *t, const char *status, const char *reason, enum text_id answer, enum text_id mark)
{
	const struct assignment_view *assignment = t->state->assignment;
	turn_effect(t, (struct effect){.kind = EFFECT_CLOSE,
			   .assignment_id = assignment->id,
			   .closed = status,
			   .reason = reason,
			   .to = assignment->prospect_account ? assignment->prospect_account
							      : assignment->own_account});
	if (t->out->next.open_clients > 0)
		t->out->next.open_clients--;
	turn_answer(
	    t, false, answer, ARGS({"name", prospect_short_name(t->a, assignment->prospect_name)}));
	turn_mark(t, mark, assignment->prospect_name, false);
	turn_remove_buttons(t, 0, false, false);
}

static void closing_pressed(struct turn *t)
{
	if (!turn_acts_on_assignment(t)) {
		/* there is nothing else on this message */
		turn_remove_buttons(t, 0, false, false);
		return;
	}
	if (t->press.kind == PRESS_ARCHIVE) {
		ask_reason(t, t->press.id);
	} else if (t->press.kind == PRESS_ARCHIVE_KEEP) {
		size_t count;
		const struct button *buttons = summary_buttons(t->state->rules->catalog,
		    t->out->next.locale, t->press.id, t->state->assignment->owner == OWNER_BOT,
		    has_more_answers(t), &count, t->a);
		change_buttons(t, buttons, count);
	} else if (t->press.kind == PRESS_CONVERTED) {
		close(t, "converted", NULL, TEXT_ANSWER_CONVERTED, TEXT_CARD_CONVERTED);
	} else {
		size_t i = 0;
		while (reasons[i].press != t->press.kind)
			i++;
		close(t, "archived", reasons[i].word, TEXT_ANSWER_ARCHIVED, TEXT_CARD_ARCHIVED);
	}
}

#define CLOSES(press)                                                                              \
	{                                                                                          \
		press, PERSON_ANYBODY, FACT_ASSIGNMENT | FACT_LOCK, UNINVITED, closing_pressed     \
	}
static const struct button_row buttons[] = {CLOSES(PRESS_CONVERTED), CLOSES(PRESS_ARCHIVE),
    CLOSES(PRESS_ARCHIVE_KEEP), CLOSES(PRESS_ARCHIVE_NO_INTEREST), CLOSES(PRESS_ARCHIVE_NO_ANSWER),
    CLOSES(PRESS_ARCHIVE_NO_BUDGET), CLOSES(PRESS_ARCHIVE_BOUGHT_ELSEWHERE),
    CLOSES(PRESS_ARCHIVE_WRONG_PERSON)};
const struct dialogue dialogue_closing = {BUTTONS(buttons)};
