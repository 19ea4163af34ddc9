/*
 * What a rep writes goes to a prospect, as if the bot had said it: by a reply to something of the prospect's, or to the client the
 * rep talks to now. What was said to nobody by name is asked about, rather than sent to the wrong one.
 *
 *   a reply to what came from a prospect ──▶ sent to that one, who is the current client from now on
 *   a word to the current client ──────────▶ sent, unless another one has written since: asked
 *   a word while none is current ──────────▶ asked, if this rep leads any conversation
 *
 * Whoever writes leads: the bot is silent from then on. A sign under each message says when it has arrived.
 */
#include "../conversation_private.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include "salesreg/domain/text/shorten.h"
#include <string.h>

enum { CHOICES_MOST = 6, LABEL_NAME_UNITS = 32, PLACEHOLDER_UNITS = 64 };

void turn_refusals(const struct turn *t, const char *name, struct relayed *relayed)
{
	static const enum text_id texts[] = {[RELAY_REFUSED_GONE] = TEXT_RELAY_REFUSED_GONE,
	    [RELAY_REFUSED_COPY] = TEXT_RELAY_REFUSED_COPY,
	    [RELAY_REFUSED_VOICE] = TEXT_RELAY_REFUSED_VOICE,
	    [RELAY_REFUSED_LARGE] = TEXT_RELAY_REFUSED_LARGE,
	    [RELAY_REFUSED_DELETED] = TEXT_RELAY_REFUSED_DELETED,
	    [RELAY_REFUSED_OWN] = TEXT_RELAY_REFUSED_OWN,
	    [RELAY_REFUSED_OTHER] = TEXT_RELAY_REFUSED_OTHER};
	for (size_t i = 0; i < RELAY_REFUSALS; i++)
		relayed->refused[i] = turn_text(t, texts[i], ARGS({"name", name}));
}

void turn_talk_to(struct turn *t, const char *prospect_id, const char *name, int64_t seen)
{
	struct conversation_state *next = &t->out->next;
	bool already = next->phase == PHASE_CHAT && next->draft_client &&
		       strcmp(next->draft_client, prospect_id) == 0;
	turn_set_phase(t, PHASE_CHAT);
	next->draft_client = prospect_id;
	next->draft_seen = seen;
	if (already)
		return;
	struct message *m =
	    turn_say(t, TEXT_RELAY_CURRENT, ARGS({"name", prospect_quoted_name(t->a, name)}));
	struct button *end = ARENA_NEW(t->a, struct button);
	*end = (struct button){.text = turn_text(t, TEXT_BUTTON_RELAY_DONE, NO_ARGS)};
	message_set_buttons(m, end, 1);
	m->keyboard = KEYBOARD_REPLY;
	m->placeholder = shorten(t->a,
	    turn_text(t, TEXT_RELAY_PLACEHOLDER, ARGS({"name", prospect_short_name(t->a, name)})),
	    PLACEHOLDER_UNITS);
}

/* A message of the rep's. */
struct said {
	int64_t id;
	const char *text; /* NULL: it is none */
	const struct event_file *file;
	const char *caption, *format;
};

/* Telegram copies nothing into chats of the rep's own: text and files are sent there anew. NULL: it is neither. */
static struct message *add_as_rep(
    struct turn *t, const struct relay_view *to, const struct said *said)
{
	struct message_list *list = &t->out->messages;
	if (!to->connection || (!said->text && !said->file))
		return NULL;
	struct message *m =
	    said->text ? message_list_add(list, t->a, to->own_account, PRIORITY_REPLY, said->text)
		       : message_list_add_file(list, t->a, to->own_account, PRIORITY_REPLY,
			     said->file->kind, said->file->id, said->caption);
	m->connection = to->connection;
	m->format = said->format;
	return m;
}

/* As the rep, where that may be. An answer to what came by the bot goes by the bot. */
static void send_to(struct turn *t, const struct relay_view *to, const struct said *said)
{
	const char *name = prospect_quoted_name(t->a, to->name);
	if (to->rep_telegram_id != t->event->user_id) {
		turn_set_phase(t, PHASE_NONE);
		(void)turn_say(t, TEXT_RELAY_NOT_YOURS, ARGS({"name", name}));
		return;
	}
	bool in_bot_s = to->account && to->other_chat == to->account;
	struct message *copy = in_bot_s ? NULL : add_as_rep(t, to, said);
	if (!to->account && !copy) {
		(void)turn_say(t, to->connection ? TEXT_BUSINESS_FILES_ONLY : TEXT_RELAY_NOT_MET,
		    ARGS({"name", name}));
		return;
	}
	if (!copy) {
		copy = message_list_add_copy(&t->out->messages, t->a, to->account, PRIORITY_REPLY,
		    t->event->chat_id, said->id);
		copy->album = t->event->kind == EVENT_BUTTON ? NULL : t->event->album;
	}
	/* what the rep replied to has its other side in the prospect's chat */
	copy->reply_to = in_bot_s ? to->other_message : 0;
	struct relayed *relayed = ARENA_NEW(t->a, struct relayed);
	*relayed = (struct relayed){.prospect = to->prospect_id,
	    .chat_id = t->event->chat_id,
	    .message_id = said->id,
	    .caption = !said->text,
	    .receipt = true};
	turn_refusals(t, name, relayed);
	copy->relayed = relayed;
	t->out->passes_on = true;
	if (to->owner != OWNER_REP)
		turn_effect(t, (struct effect){.kind = EFFECT_OWN,
				   .prospect = to->prospect_id,
				   .owner = conversation_owner_name(OWNER_REP),
				   .version = to->version,
				   .to = to->account});
	turn_talk_to(t, to->prospect_id, to->name,
	    said->id > t->event->message_id ? said->id : t->event->message_id);
}

static bool is_active(const struct turn *t)
{
	return t->kind == PERSON_REP && t->state->rep_status == REP_ACTIVE;
}

static bool says_something(const struct turn *t)
{
	return t->event->kind == EVENT_TEXT || t->event->kind == EVENT_MEDIA ||
	       t->event->kind == EVENT_CONTACT;
}

static struct said said_now(const struct turn *t)
{
	const struct event *event = t->event;
	return (struct said){.id = event->said_id,
	    .text = event->kind == EVENT_TEXT ? event->text : NULL,
	    .file = event->file,
	    .caption = event->caption,
	    .format = event->format};
}

bool turn_replied(struct turn *t)
{
	const struct relay_view *to = t->state->replied;
	if (!is_active(t) || !says_something(t) || !t->event->replies_to || !to)
		return false;
	if (to->card || to->note) /* nothing of theirs is ever for the client */
		return false;
	const struct said said = said_now(t);
	send_to(t, to, &said);
	return true;
}

/* The other side's message becomes text, or, where that is gone by now or has no room for it, a new one says it. */
static void mirror(struct turn *t, const struct relay_view *pair, const char *text)
{
	struct message *m = NULL;
	struct message_list anew = {0}, *list = &t->out->messages;
	(void)message_list_add(&anew, t->a, pair->other_chat, PRIORITY_REPLY, text);
	if (pair->caption) {
		m = message_list_add_edit(list, t->a, pair->other_chat, pair->other_message);
		m->kind = MESSAGE_EDIT_CAPTION;
		m->text = t->event->text;
	} else {
		m = message_list_add_edit_text(
		    list, t->a, pair->other_chat, pair->other_message, text);
	}
	if (pair->other_connection) { /* a chat of the rep's own, where the rep sees what becomes of it */
		if (m) {
			m->connection = pair->other_connection;
			m->format = t->event->format;
		}
		return;
	}
	if (m)
		m->anew = anew.first;
	else
		m = message_list_add(list, t->a, pair->other_chat, PRIORITY_REPLY, text);
	struct relayed *relayed = ARENA_NEW(t->a, struct relayed);
	*relayed = (struct relayed){.prospect = pair->prospect_id,
	    .chat_id = t->event->chat_id,
	    .message_id = t->event->said_id,
	    .caption = pair->caption};
	m->relayed = relayed;
}

bool turn_mirrored(struct turn *t)
{
	const struct relay_view *pair = t->state->replied;
	const struct event *event = t->event;
	if (event->kind != EVENT_EDITED || !event->said_id || !pair || !pair->passed_on ||
	    !pair->other_message)
		return false;
	bool of_rep = pair->rep_telegram_id == event->user_id && is_active(t);
	/* neither side may have become somebody else's since */
	bool still = of_rep ? pair->other_connection || pair->other_chat == pair->account
			    : pair->account == event->user_id &&
				  pair->other_chat == pair->rep_telegram_id && !pair->blocked;
	if (!still)
		return false;
	t->out->passes_on = true;
	/* what is a caption on the other side, and has none here, is a place, a contact: its text is no text there */
	if (pair->caption && !event->caption)
		return true;
	mirror(t, pair, of_rep ? event->text : turn_text_from(t, pair->name, event->text));
	return true;
}

static void ask_for_whom(struct turn *t)
{
	const struct conversation_state *state = t->state;
	size_t count = 0;
	struct button *choices = ARENA_ARRAY(t->a, struct button, CHOICES_MOST);
	for (size_t i = 0; i < state->partner_count && count < CHOICES_MOST; i++) {
		const struct relay_view *partner = &state->partners[i];
		if (!partner->assignment_id)
			continue;
		choices[count] = (struct button){
		    .text =
			shorten(t->a, prospect_short_name(t->a, partner->name), LABEL_NAME_UNITS),
		    .data = press_data(t->a, PRESS_SEND_TO, partner->assignment_id),
		    .new_row = count % 2 == 0};
		count++;
	}
	struct message *m = turn_say(t, TEXT_RELAY_WHOM, NO_ARGS);
	m->reply_to = t->event->said_id;
	message_set_buttons(m, choices, count);
	t->out->passes_on = true; /* each is asked about */
}

bool turn_asked_for_whom(struct turn *t)
{
	bool leads = false;
	for (size_t i = 0; i < t->state->partner_count; i++)
		leads |= t->state->partners[i].owner == OWNER_REP;
	if (!is_active(t) || !says_something(t) || !leads || t->out->next.phase != PHASE_NONE)
		return false;
	ask_for_whom(t);
	return true;
}

/* In PHASE_CHAT. */
static void to_current(struct turn *t)
{
	const struct conversation_state *state = t->state;
	const struct relay_view *current = NULL;
	bool ambiguous = false;
	for (size_t i = 0; i < state->partner_count; i++) {
		const struct relay_view *partner = &state->partners[i];
		if (strcmp(partner->prospect_id, state->draft_client) == 0)
			current = partner;
		else
			ambiguous |= partner->last > state->draft_seen;
	}
	/* a reply to something of which nobody knows whose it is: rather asked than sent to the wrong one */
	ambiguous |= t->event->replies_to != 0;
	if (!current) {
		turn_set_phase(t, PHASE_NONE);
		turn_say(t, TEXT_RELAY_ENDED, NO_ARGS)->keyboard = KEYBOARD_REMOVE;
	} else if (ambiguous) {
		ask_for_whom(t);
	} else {
		const struct said said = said_now(t);
		send_to(t, current, &said);
	}
}

bool turn_talks_on(struct turn *t)
{
	if (!is_active(t) || t->out->next.phase != PHASE_CHAT || t->event->kind != EVENT_TEXT ||
	    *t->event->text == '/' || t->phrase == PHRASE_DONE)
		return false;
	to_current(t);
	return true;
}

static void done(struct turn *t)
{
	turn_set_phase(t, PHASE_NONE);
	turn_say(t, TEXT_RELAY_DONE, NO_ARGS)->keyboard = KEYBOARD_REMOVE;
}

static void say_current(struct turn *t, const char *first)
{
	(void)turn_say_text(t, first ? first : turn_text(t, TEXT_RELAY_WRITE, NO_ARGS));
}

/* The answer to "for whom is this?", under which stands what is to be sent. */
static void press_send_to(struct turn *t)
{
	const struct assignment_view *a = turn_own_assignment(t);
	/* pressed twice, or two names after each other: it is on its way */
	bool open = false;
	for (size_t i = 0; i < t->event->button_count; i++)
		open |= press_parse(t->event->buttons[i].data).kind == PRESS_SEND_TO;
	if (!a || !t->event->replies_to || !open) {
		turn_answer(t, true, TEXT_ANSWER_PROSPECT_STALE, NO_ARGS);
		turn_remove_buttons(t, 0, false, false);
		return;
	}
	turn_remove_buttons(t, 0, false, false);
	send_to(t,
	    &(struct relay_view){.prospect_id = a->prospect_id,
		.name = a->prospect_name,
		.account = a->prospect_account,
		.owner = a->owner,
		.version = a->version,
		.connection = a->connection,
		.own_account = a->own_account,
		.rep_telegram_id = t->event->user_id},
	    &(struct said){.id = t->event->replies_to,
		.text = t->event->replied_text,
		.file = t->event->replied_file,
		.caption = t->event->replied_caption,
		.format = t->event->replied_format});
	turn_answer(t, false, TEXT_ANSWER_RELAY_SENT,
	    ARGS({"name", prospect_short_name(t->a, a->prospect_name)}));
}

static enum conversation_phase fits(const struct conversation_state *state)
{
	return state->rep_status == REP_ACTIVE && state->draft_client ? PHASE_CHAT : PHASE_NONE;
}

static const struct phase phases[] = {
    {PHASE_CHAT, PERSON_REP, .fits = fits, .keeps = KEEPS_CLIENT, .takes_anything = true,
	.ask = say_current, .on_text = to_current, .on_cancel = done},
};
static const struct button_row buttons[] = {
    {PRESS_SEND_TO, PERSON_REP, FACT_ASSIGNMENT | FACT_LOCK, 0, press_send_to},
};
static const struct word_row words[] = {
    {PHRASE_DONE, PERSON_REP, IN(NONE) | IN(CHAT), 0, 0, done},
};
const struct dialogue dialogue_relay = {PHASES(phases), BUTTONS(buttons), WORDS(words)};
