/*
 * Who registers, or changes an e-mail, and waits for the mail with the code: an admin has another one mailed.
 */
#include "../conversation_private.h"
#include "salesreg/base/fingerprint.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include "salesreg/domain/contact/name.h"
#include "salesreg/domain/text/quote.h"
#include "salesreg/domain/text/shorten.h"

enum { EMAIL_UNITS = 254 };

/* This mail and no other: after another one was asked for the button does nothing more. */
static const char *about(const struct turn *t, const struct code_waiter *who)
{
	const char *const parts[] = {
	    who->email_key, arena_printf(t->a, "%lld", (long long)who->code_id)};
	return fingerprint(t->a, parts, 2);
}

static const char *name_of(const struct turn *t, const struct code_waiter *who)
{
	const char *name = quote_name(t->a, who->name, NAME_MAX_CODE_POINTS);
	return *name ? name : arena_printf(t->a, "id %lld", (long long)who->telegram_id);
}

void turn_list_code_waiters(struct turn *t)
{
	const struct conversation_state *state = t->state;
	if (state->code_waiter_count == 0)
		return;
	struct button *buttons = ARENA_ARRAY(t->a, struct button, state->code_waiter_count);
	const char *text = turn_text(t, TEXT_CODE_WAITERS,
	    ARGS({"count", arena_printf(t->a, "%zu", state->code_waiter_total)}));
	for (size_t i = 0; i < state->code_waiter_count; i++) {
		const struct code_waiter *who = &state->code_waiters[i];
		const char *number = arena_printf(t->a, "%zu", i + 1);
		text = arena_concat(t->a, text, "\n",
		    turn_text(t, TEXT_CODE_WAITER,
			ARGS({"number", number}, {"name", name_of(t, who)},
			    {"email", quote_email(t->a, who->email, EMAIL_UNITS)})),
		    (char *)NULL);
		const char *label = turn_text(t, TEXT_BUTTON_CODE_RESEND,
		    ARGS({"number", number}, {"name", prospect_short_name(t->a, who->name)}));
		buttons[i] = (struct button){.text = shorten(t->a, label, TEXT_BUTTON_UNITS),
		    .data =
			press_data_about(t->a, PRESS_CODE_RESEND, who->telegram_id, about(t, who)),
		    .new_row = true};
	}
	message_set_buttons(turn_say_text(t, text), buttons, state->code_waiter_count);
}

static void press_resend(struct turn *t)
{
	const struct conversation_state *state = t->state;
	const struct code_waiter *who = NULL;
	for (size_t i = 0; i < state->code_waiter_count; i++)
		if (state->code_waiters[i].telegram_id == t->press.id &&
		    press_is_about(&t->press, about(t, &state->code_waiters[i])))
			who = &state->code_waiters[i];
	if (!who) {
		turn_answer(t, true, TEXT_ANSWER_CODE_OVER, NO_ARGS);
		return;
	}
	const struct catalog_arg email = {"email", shorten(t->a, who->email, EMAIL_UNITS / 2)};
	if (who->state == CODE_QUEUED || who->state == CODE_SENDING) {
		turn_answer(t, true, TEXT_ANSWER_CODE_ON_ITS_WAY, &email, 1);
		return;
	}
	turn_effect(t, (struct effect){.kind = EFFECT_RESEND_CODE,
			   .to = who->telegram_id,
			   .email = who->email,
			   .email_key = who->email_key,
			   .by = turn_admin_name(t)});
	struct message_list list = {.first = NULL};
	struct message *told = conversation_code_news(state->rules->catalog, who->locale,
	    who->telegram_id, CODE_NEWS_AGAIN, who->email, t->a);
	list = (struct message_list){.first = told, .last = told, .count = 1};
	message_list_join(&t->out->messages, &list);
	turn_answer(t, false, TEXT_ANSWER_CODE_RESENT, &email, 1);
}

static const struct button_row buttons[] = {
    {PRESS_CODE_RESEND, PERSON_ADMIN, FACT_APPLICATIONS, OPEN_TO_ALL, press_resend},
};
const struct dialogue dialogue_resend = {BUTTONS(buttons)};
