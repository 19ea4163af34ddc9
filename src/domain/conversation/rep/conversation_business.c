/*
 * A rep's own Telegram account, to which the bot is connected: what is written there counts, and is read by nobody but who it is for.
 *
 *   the rep writes to a prospect of theirs ──▶ leads the conversation from now on: the bot is silent until it is given back. Not by the
 *                                              draft of a card, which leads to the bot
 *   the prospect writes to the rep ──────────▶ has answered; for a day the bot may write there as the rep, and greets a newcomer whom
 *                                              the rep does not answer (app/outreach/timers.h)
 *   anybody else, either way ────────────────▶ nothing, and nothing is kept
 */
#include "../conversation_private.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include <string.h>

/* What a right that nobody needs lets the bot do, as its owner reads it. */
static const struct {
	const char *begins;
	enum text_id text;
} rights[] = {
    {"can_delete_", TEXT_BUSINESS_RIGHT_DELETE},
    {"can_edit_", TEXT_BUSINESS_RIGHT_PROFILE},
    {"can_manage_stories", TEXT_BUSINESS_RIGHT_STORIES},
    {"can_", TEXT_BUSINESS_RIGHT_GIFTS},
};
enum { RIGHTS = sizeof rights / sizeof *rights };

static size_t find_right(const char *name)
{
	size_t i = 0;
	while (i < RIGHTS - 1 && strncmp(name, rights[i].begins, strlen(rights[i].begins)) != 0)
		i++;
	return i;
}

/* "delete messages, gifts and Stars", each once. */
static const char *shown_rights(const struct turn *t, const char *names)
{
	const char *list = "";
	unsigned shown = 0;
	for (const char *name = names; *name; name += strcspn(name, ","), name += *name == ',') {
		size_t i = find_right(name);
		if (shown >> i & 1)
			continue;
		shown |= 1U << i;
		list = arena_printf(
		    t->a, "%s%s%s", list, *list ? ", " : "", turn_text(t, rights[i].text, NO_ARGS));
	}
	return list;
}

/* Whether the bot greets newcomers as the rep, with a link to where it asks its questions: here it reads no answers. */
static bool may_greet(const struct conversation_rules *rules)
{
	return rules->script && rules->outreach.most_a_day > 0;
}

static void say_connected(struct turn *t, bool fresh)
{
	const struct business_event *is = t->event->business;
	const char *text =
	    turn_text(t, fresh ? TEXT_BUSINESS_CONNECTED : TEXT_BUSINESS_RIGHTS_CHANGED, NO_ARGS);
	if (fresh && is->can_reply && may_greet(t->state->rules))
		text = turn_join(t, text, turn_text(t, TEXT_BUSINESS_GREETS, NO_ARGS));
	if (!is->can_reply)
		text = turn_join(t, text, turn_text(t, TEXT_BUSINESS_RIGHT_MISSING, NO_ARGS));
	if (*is->rights)
		text = turn_join(t, text,
		    turn_text(t, TEXT_BUSINESS_RIGHTS_EXTRA,
			ARGS({"rights", shown_rights(t, is->rights)})));
	(void)turn_say_text(t, text);
}

void turn_connected(struct turn *t)
{
	const struct business_event *is = t->event->business;
	const struct business_view *was = t->state->business;
	bool known = was && was->enabled;
	struct effect effect = {.kind = is->enabled ? EFFECT_CONNECT : EFFECT_DISCONNECT,
	    .connection = is->connection,
	    .rights = is->rights,
	    .can_reply = is->can_reply,
	    .can_read = is->can_read,
	    .at = is->at};
	if (!is->enabled) {
		if (!known)
			return; /* another one took its place, or it was nobody's of ours */
		turn_effect(t, effect);
		(void)turn_say(t, TEXT_BUSINESS_ENDED, NO_ARGS);
		return;
	}
	if (!(t->kinds & PERSON_REP)) {
		(void)turn_say(t, TEXT_BUSINESS_STRANGER, NO_ARGS);
		return;
	}
	bool same = known && was->can_reply == is->can_reply && was->can_read == is->can_read &&
		    strcmp(was->rights, is->rights) == 0;
	if (same)
		return;
	turn_effect(t, effect);
	say_connected(t, !known);
}

static struct effect about(const struct turn *t, enum effect_kind kind)
{
	const struct business_event *event = t->event->business;
	return (struct effect){.kind = kind,
	    .connection = event->connection,
	    .prospect = t->state->business->prospect_id,
	    .from = event->peer,
	    .to = t->state->business->rep_telegram_id,
	    .at = event->at};
}

/* To the rep, in the bot's chat. */
static struct message *tell_rep(struct turn *t, const struct business_view *chat, enum text_id id,
    enum conversation_owner owner)
{
	struct prospect_view *view = ARENA_NEW(t->a, struct prospect_view);
	*view = (struct prospect_view){.id = chat->prospect_id,
	    .name = chat->name,
	    .owner = owner,
	    .assignment_id = chat->assignment_id,
	    .rep_telegram_id = chat->rep_telegram_id,
	    .rep_locale = chat->rep_locale};
	t->out->next.locale = chat->rep_locale;
	struct message *m = turn_tell_rep(t, view, id, ARGS({"name", turn_prospect_name(t, view)}));
	t->out->next.locale = t->state->locale;
	struct relayed *relayed = ARENA_NEW(t->a, struct relayed);
	*relayed = (struct relayed){.prospect = view->id};
	m->relayed = relayed; /* a reply goes to the prospect */
	turn_owner_buttons(t, m, view);
	return m;
}

/* The draft of a card, which the rep only sends: it leads to the bot, and is no beginning of the rep's own. */
static bool is_invitation(const struct turn *t)
{
	const char *to = t->event->business->invites_to, *bot = t->state->rules->bot_username;
	return to && bot && strcmp(text_fold(t->a, to), text_fold(t->a, bot)) == 0;
}

static void typed(struct turn *t, const struct business_view *chat)
{
	turn_effect(t, about(t, EFFECT_TYPED_THERE));
	if (chat->assignment_id && !chat->contacted)
		turn_effect(t, (struct effect){
				   .kind = EFFECT_CONTACTED, .assignment_id = chat->assignment_id});
	if (chat->owner == OWNER_REP || is_invitation(t))
		return;
	turn_effect(t, (struct effect){.kind = EFFECT_OWN,
			   .prospect = chat->prospect_id,
			   .owner = conversation_owner_name(OWNER_REP),
			   .version = chat->version,
			   .to = chat->account});
	(void)tell_rep(t, chat, TEXT_BUSINESS_TAKEN_OVER, OWNER_REP);
}

static void heard(struct turn *t, const struct business_view *chat)
{
	turn_effect(t, about(t, EFFECT_HEARD_THERE));
	bool greets = chat->fresh && !chat->open && !chat->contacted && chat->can_reply &&
		      chat->owner == OWNER_BOT && may_greet(t->state->rules);
	if (greets) {
		struct effect greet = about(t, EFFECT_GREET_THERE);
		greet.version = chat->version;
		turn_effect(t, greet);
	}
	/* Telegram has told the rep already; that it can be answered here is worth a word once a day */
	if (!chat->open && chat->owner != OWNER_REP)
		(void)tell_rep(
		    t, chat, greets ? TEXT_BUSINESS_HEARD_FIRST : TEXT_BUSINESS_HEARD, chat->owner);
}

static void deleted(struct turn *t)
{
	struct effect effect = about(t, EFFECT_DELETED_THERE);
	effect.said = t->event->text;
	turn_effect(t, effect);
}

void turn_own_chat(struct turn *t)
{
	const struct business_view *chat = t->state->business;
	if (!chat || !chat->enabled || !chat->prospect_id)
		return;
	if (t->event->kind == EVENT_OWN_DELETED)
		deleted(t);
	else if (chat->ours)
		return;
	else if (t->event->user_id == t->event->business->peer)
		heard(t, chat);
	else if (t->event->user_id == chat->rep_telegram_id)
		typed(t, chat);
}
