/*
 * An admin writes to all reps: the text is asked for, shown as they will have it, and sent when the admin says so. Who has it, and when, is
 * decided by app/bot/admin/broadcaster, which also says how far it is.
 */
#include "../conversation_private.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include "salesreg/domain/contact/name.h"
#include "salesreg/domain/conversation/admin/broadcast_text.h"
#include "salesreg/domain/text/quote.h"
#include <string.h>

static const char *count_of(const struct turn *t, int64_t count)
{
	return arena_printf(t->a, "%lld", (long long)count);
}

static void ask_text(struct turn *t, const char *first)
{
	static const struct turn_button cancel[] = {{TEXT_BUTTON_CANCEL, PRESS_CANCEL, true}};
	turn_set_phase(t, PHASE_BROADCAST);
	t->kind = PERSON_ADMIN; /* who may be a rep, too, is asked as an admin */
	turn_buttons(t,
	    turn_say_text(t, turn_join(t, first, turn_text(t, TEXT_ASK_BROADCAST, NO_ARGS))),
	    cancel, 1);
}

static void begin(struct turn *t)
{
	ask_text(t, NULL);
}

static void cancelled(struct turn *t)
{
	turn_set_phase(t, PHASE_NONE);
	(void)turn_say(t, TEXT_CANCELLED, NO_ARGS);
}

static const char *author(const struct turn *t)
{
	const char *name = t->out->next.rep_name ? t->out->next.rep_name : t->event->first_name;
	const char *shown = prospect_short_name(t->a, name);
	return *shown ? shown : turn_text(t, TEXT_PROSPECT_NAMELESS, NO_ARGS);
}

static struct button button_about(
    const struct turn *t, enum text_id label, enum press_kind press, const char *about)
{
	return (struct button){.text = turn_text(t, label, NO_ARGS),
	    .data = press_data_about(t->a, press, t->event->said_id, about)};
}

/* As the reps will have it, and then what the admin decides on. */
static void preview(struct turn *t, const struct broadcast_words *words, const char *about)
{
	const struct broadcast_audience *audience = &t->state->audience;
	struct message_list shown = {0};
	struct message *m = broadcast_message(
	    t->state->rules->catalog, t->out->next.locale, words, t->event->chat_id, t->a);
	m->priority = PRIORITY_REPLY;
	shown.first = shown.last = m;
	shown.count = 1;
	message_list_join(&t->out->messages, &shown);
	struct button *buttons = ARENA_ARRAY(t->a, struct button, 2);
	buttons[0] = button_about(t, TEXT_BUTTON_BROADCAST_SEND, PRESS_BROADCAST_SEND, about);
	buttons[1] = button_about(t, TEXT_BUTTON_CANCEL, PRESS_BROADCAST_CANCEL, about);
	const struct catalog_arg args[] = {{"count", count_of(t, audience->reached)},
	    {"unreached", count_of(t, audience->unreached)}};
	message_set_buttons(
	    turn_say(t,
		audience->unreached ? TEXT_BROADCAST_PREVIEW_UNREACHED : TEXT_BROADCAST_PREVIEW,
		args, audience->unreached ? 2 : 1),
	    buttons, 2);
}

static void take_text(struct turn *t)
{
	/* a command that is none here, /start among them, is no text for others */
	if (t->event->kind != EVENT_TEXT || t->event->text[0] == '/') {
		turn_set_phase(t, PHASE_NONE);
		phase_of(PHASE_NONE, PERSON_ADMIN)->on_text(t);
		return;
	}
	if (text_utf16_units(t->event->text) > BROADCAST_UNITS) {
		ask_text(t, turn_text(t, TEXT_BROADCAST_LONG,
				ARGS({"count", count_of(t, BROADCAST_UNITS)})));
		return;
	}
	turn_set_phase(t, PHASE_NONE);
	if (t->state->audience.reached == 0) {
		(void)turn_say(t, TEXT_BROADCAST_NOBODY, NO_ARGS);
		return;
	}
	const struct broadcast_words words = {.text = broadcast_clean(t->event->text, t->a),
	    .format = t->event->format,
	    .author = author(t)};
	const char *about = broadcast_about(&words, t->a);
	turn_effect(t, (struct effect){.kind = EFFECT_DRAFT_BROADCAST,
			   .message_id = t->event->said_id,
			   .said = words.text,
			   .value = words.format,
			   .name = words.author,
			   .reason = about});
	preview(t, &words, about);
}

/* The one that was pressed, if it is still to be decided on; else what became of it has been answered. */
static const struct broadcast_view *decides_on(struct turn *t)
{
	const struct broadcast_view *b = t->state->broadcast;
	if (!b || !press_is_about(&t->press, b->about)) {
		turn_remove_buttons(t, 0, false, false);
		turn_answer_stale(t);
		return NULL;
	}
	switch (b->state) {
	case BROADCAST_DRAFT:
		return b;
	case BROADCAST_SENDING:
		turn_answer(t, true, TEXT_ANSWER_BROADCAST_SENDING, NO_ARGS);
		break;
	case BROADCAST_STOPPED:
	case BROADCAST_DONE:
		turn_answer(t, true, TEXT_ANSWER_BROADCAST_OVER, NO_ARGS);
		break;
	}
	return NULL;
}

static void move(struct turn *t, const struct broadcast_view *b, const char *how)
{
	turn_effect(t, (struct effect){.kind = EFFECT_MOVE_BROADCAST,
			   .broadcast = b->id,
			   .message_id = t->event->message_id,
			   .reason = how});
}

/* Each can stop it. */
static void tell_others(struct turn *t, const struct broadcast_view *b)
{
	const struct conversation_rules *rules = t->state->rules;
	const struct catalog_arg who = {
	    "who", quote_name(t->a, turn_admin_name(t), NAME_MAX_CODE_POINTS)};
	for (size_t i = 0; i < rules->admin_count; i++) {
		enum locale locale = turn_admin_locale(t, rules->admin_ids[i]);
		if (rules->admin_ids[i] == t->event->user_id)
			continue;
		struct button *stop = ARENA_NEW(t->a, struct button);
		*stop = (struct button){.text = catalog_render(rules->catalog, locale,
					    TEXT_BUTTON_BROADCAST_STOP, NULL, 0, t->a),
		    .data = press_data_about(t->a, PRESS_BROADCAST_STOP, b->id, b->about)};
		message_set_buttons(message_list_add(&t->out->messages, t->a, rules->admin_ids[i],
					PRIORITY_NOTIFICATION,
					catalog_render(rules->catalog, locale,
					    TEXT_BROADCAST_OF_ANOTHER, &who, 1, t->a)),
		    stop, 1);
	}
}

static void press_send(struct turn *t)
{
	const struct broadcast_view *b = decides_on(t);
	if (!b)
		return;
	move(t, b, BROADCAST_SEND);
	tell_others(t, b);
	turn_put(t, true, turn_text(t, TEXT_BROADCAST_STARTS, NO_ARGS), NULL, 0);
}

static void press_cancel(struct turn *t)
{
	const struct broadcast_view *b = decides_on(t);
	if (!b)
		return;
	move(t, b, BROADCAST_CANCEL);
	turn_put(t, true, turn_text(t, TEXT_BROADCAST_CANCELLED, NO_ARGS), NULL, 0);
}

static void press_stop(struct turn *t)
{
	const struct broadcast_view *b = t->state->broadcast;
	if (!b || !press_is_about(&t->press, b->about)) {
		turn_remove_buttons(t, 0, false, false);
		turn_answer_stale(t);
		return;
	}
	if (!b->mine) /* the author's message says how far it is */
		turn_remove_buttons(t, 0, false, false);
	if (b->state == BROADCAST_SENDING && !b->ended) {
		move(t, b, BROADCAST_STOP);
		turn_answer(t, false, TEXT_ANSWER_BROADCAST_STOPPED, NO_ARGS);
	} else {
		turn_answer(t, true, TEXT_ANSWER_BROADCAST_OVER, NO_ARGS);
	}
}

static const struct phase phases[] = {
    {PHASE_BROADCAST, PERSON_ADMIN, .ask = ask_text, .on_text = take_text, .on_cancel = cancelled,
	.on_begin = turn_begin},
};
static const struct button_row buttons[] = {
    {PRESS_BROADCAST, PERSON_ADMIN, 0, OPEN_TO_ALL, begin},
    {PRESS_BROADCAST_SEND, PERSON_ADMIN, FACT_BROADCAST | FACT_ADMINS, OPEN_TO_ALL, press_send},
    {PRESS_BROADCAST_CANCEL, PERSON_ADMIN, FACT_BROADCAST, OPEN_TO_ALL, press_cancel},
    {PRESS_BROADCAST_STOP, PERSON_ADMIN, FACT_RUNNING_BROADCAST, OPEN_TO_ALL, press_stop},
};
static const struct word_row words[] = {
    {PHRASE_BROADCAST, PERSON_ADMIN, 0, 0, 0, begin},
};
const struct dialogue dialogue_broadcasts = {PHASES(phases), BUTTONS(buttons), WORDS(words)};
