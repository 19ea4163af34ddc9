/*
 * REGISTRATION_APPROVAL=admin: admins are asked about new reps and decide with buttons.
 */
#include "conversation_private.h"
#include "prospect_list.h"

void turn_tell_admins(struct turn *t)
{
	const struct conversation_rules *rules = t->state->rules;
	const struct conversation_state *next = &t->out->next;
	const int64_t subject = t->event->user_id;
	enum locale locale = rules->default_locale;
	const char *telegram = t->event->username && t->event->username[0]
				   ? arena_printf(t->a, "@%s", t->event->username)
				   : arena_printf(t->a, "id %lld", (long long)subject);
	const char *text = catalog_render(rules->catalog, locale, TEXT_ADMIN_NEW_REP,
	    ARGS({"name", next->rep_name}, {"email", next->rep_email}, {"telegram", telegram}),
	    t->a);
	struct button *buttons = ARENA_ARRAY(t->a, struct button, 2);
	buttons[0] = (struct button){
	    .text = catalog_render(rules->catalog, locale, TEXT_BUTTON_APPROVE, NO_ARGS, t->a),
	    .data = press_data(t->a, PRESS_APPROVE, subject),
	    .new_row = true,
	};
	buttons[1] = (struct button){
	    .text = catalog_render(rules->catalog, locale, TEXT_BUTTON_REJECT, NO_ARGS, t->a),
	    .data = press_data(t->a, PRESS_REJECT, subject),
	};
	for (size_t i = 0; i < rules->admin_count; i++) {
		struct message *message = message_list_add(
		    &t->out->messages, t->a, rules->admin_ids[i], PRIORITY_NOTIFICATION, text);
		message_set_buttons(message, buttons, 2);
		message_set_mention(message, t->a, telegram, subject);
	}
}

static bool is_admin(const struct turn *t)
{
	const struct conversation_rules *rules = t->state->rules;
	for (size_t i = 0; i < rules->admin_count; i++)
		if (rules->admin_ids[i] == t->event->user_id)
			return true;
	return false;
}

/* In the rep's language, to the rep's chat (in a private chat the chat's id is the person's). */
static void tell_subject(struct turn *t, const struct subject_view *subject, bool approved)
{
	enum locale own = t->out->next.locale;
	t->out->next.locale = subject->locale;
	const char *text = turn_text(t, approved ? TEXT_REP_APPROVED : TEXT_REP_REJECTED,
	    ARGS({"name", prospect_short_name(t->a, subject->name)}));
	struct message *message = message_list_add(
	    &t->out->messages, t->a, subject->telegram_id, PRIORITY_NOTIFICATION, text);
	if (approved)
		turn_menu_buttons(t, message);
	t->out->next.locale = own;
}

static enum text_id status_text(enum rep_status status)
{
	switch (status) {
	case REP_ABSENT:
		return TEXT_REP_IS_ABSENT;
	case REP_PENDING:
		return TEXT_REP_IS_PENDING;
	case REP_ACTIVE:
		return TEXT_REP_IS_ACTIVE;
	case REP_SUSPENDED:
		return TEXT_REP_IS_SUSPENDED;
	case REP_REMOVED:
		return TEXT_REP_IS_REMOVED;
	}
	return TEXT_REP_IS_ABSENT;
}

void turn_admin_pressed(struct turn *t)
{
	const struct subject_view *subject = t->state->subject;
	if (!is_admin(t)) {
		turn_answer(t, true, TEXT_ANSWER_ADMIN_ONLY, NO_ARGS);
		return;
	}
	turn_remove_buttons(t, 0, false, false);
	if (!subject || subject->telegram_id != t->press.id || subject->status == REP_ABSENT) {
		turn_answer(t, true, TEXT_ANSWER_STALE, NO_ARGS);
		return;
	}
	const char *name = prospect_short_name(t->a, subject->name);
	if (subject->status != REP_PENDING) {
		turn_answer(t, true, TEXT_ANSWER_DECIDED_ALREADY,
		    ARGS({"name", name},
			{"status", turn_text(t, status_text(subject->status), NO_ARGS)}));
		return;
	}
	bool approved = t->press.kind == PRESS_APPROVE;
	turn_effect(t, (struct effect){
			   .kind = approved ? EFFECT_APPROVE : EFFECT_REJECT,
			   .rep_id = subject->rep_id,
		       });
	/* an admin may be a rep, too */
	if (subject->telegram_id == t->event->user_id)
		t->out->next.rep_status = approved ? REP_ACTIVE : REP_REMOVED;
	tell_subject(t, subject, approved);
	turn_answer(
	    t, false, approved ? TEXT_ANSWER_APPROVED : TEXT_ANSWER_REJECTED, ARGS({"name", name}));
}
