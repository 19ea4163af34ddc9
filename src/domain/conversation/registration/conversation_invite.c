/*
 * Who may register where it takes an invitation: a link for one person, with an end.
 *
 *   made ──first press──▶ held by that person ──registered──▶ used
 *     └────────────────────────┴──the end──▶ good for nothing
 */
#include "../conversation_private.h"
#include <string.h>

bool turn_is_invitation(const struct turn *t)
{
	return t->state->rules->by_invitation && t->link == START_INVITATION;
}

static void refuse(struct turn *t, enum text_id why)
{
	/* who is in the middle of it by an earlier link goes on with that one */
	const struct invite_view *held = t->state->held;
	const char *text = turn_text(t, why, NO_ARGS);
	if (held && !held->ended) {
		turn_question(t, text);
		return;
	}
	turn_set_phase(t, PHASE_NONE);
	(void)turn_say_text(t, text);
}

/* Opened out of curiosity, or sent to several: the one at hand does, unless it is for another address or there is a pause. */
static bool needs_no_other(const struct turn *t)
{
	const struct invite_view *held = t->state->held;
	return held && !held->ended && !held->email_key && t->out->next.pause_us == 0;
}

static void spare(struct turn *t)
{
	const char *text = turn_text(t, TEXT_INVITE_SPARED, NO_ARGS);
	if (t->out->next.phase == PHASE_NONE)
		turn_ask_name(t, text);
	else
		turn_question(t, text);
}

void turn_open_invitation(struct turn *t)
{
	const struct invite_view *invite = t->state->invite;
	int64_t person = t->event->user_id;
	if (!invite) {
		refuse(t, TEXT_INVITE_UNKNOWN);
		return;
	}
	if (invite->used) {
		refuse(t, TEXT_INVITE_USED);
		return;
	}
	if (invite->holder && invite->holder != person) {
		refuse(t, TEXT_INVITE_TAKEN);
		return;
	}
	if (invite->ended) {
		refuse(t, TEXT_INVITE_ENDED);
		return;
	}
	if (!invite->holder && needs_no_other(t)) {
		spare(t);
		return;
	}
	if (!invite->holder) {
		turn_effect(t, (struct effect){.kind = EFFECT_HOLD_INVITE, .invite = invite->hash});
		turn_end_pause(t);
	}
	turn_ask_name(t, turn_text(t, TEXT_INVITE_WELCOME, NO_ARGS));
}

static bool needs_none(const struct turn *t)
{
	return !t->state->rules->by_invitation ||
	       conversation_acts_as_admin(t->state, t->event->user_id);
}

bool turn_lets_in(struct turn *t)
{
	const struct invite_view *held = t->state->held;
	/* an admin has been asked about who is in PHASE_CLAIM: that does not end with the link */
	if (needs_none(t) || (held && !held->ended) || t->out->next.phase == PHASE_CLAIM)
		return true;
	turn_set_phase(t, PHASE_NONE);
	static const struct turn_button property[] = {
	    {TEXT_BUTTON_PROPERTY, PRESS_PROPERTY, true},
	};
	struct message *message =
	    turn_say(t, held ? TEXT_INVITE_ENDED : TEXT_INVITE_NEEDED, NO_ARGS);
	if (!held)
		turn_buttons(t, message, property, 1);
	return false;
}

const char *turn_uninvited(const struct turn *t, const char *key)
{
	const struct invite_view *held = t->state->held;
	if (needs_none(t))
		return NULL;
	if (!held || held->ended)
		return turn_text(t, held ? TEXT_INVITE_ENDED : TEXT_INVITE_NEEDED, NO_ARGS);
	return held->email_key && strcmp(held->email_key, key) != 0
		   ? turn_text(t, TEXT_INVITE_OTHER_EMAIL, NO_ARGS)
		   : NULL;
}

void turn_use_invitation(struct turn *t)
{
	if (!needs_none(t))
		turn_effect(
		    t, (struct effect){.kind = EFFECT_USE_INVITE, .invite = t->state->held->hash});
}

static void admin_invites(struct turn *t)
{
	const struct fresh_link *link = &t->state->link;
	if (!t->state->rules->by_invitation) {
		turn_answer(t, true, TEXT_ANSWER_STALE, NO_ARGS);
		return;
	}
	if (!link->text) {
		turn_answer(t, true, TEXT_ANSWER_INVITE_LATER, NO_ARGS);
		return;
	}
	turn_effect(t,
	    (struct effect){.kind = EFFECT_MAKE_INVITE, .invite = link->hash, .days = link->days});
	(void)turn_say(t, TEXT_INVITE_LINK,
	    ARGS({"link", link->text}, {"days", arena_printf(t->a, "%d", link->days)}));
}

static const struct button_row buttons[] = {
    {PRESS_INVITE, PERSON_ADMIN, FACT_LINK, OPEN_TO_ALL, admin_invites},
};
const struct dialogue dialogue_invitations = {BUTTONS(buttons)};
