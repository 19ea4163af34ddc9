#include "conversation_private.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include "salesreg/domain/conversation/rep_change.h"
#include "salesreg/domain/text/shorten.h"
#include <assert.h>
#include <string.h>

const char *turn_text(
    const struct turn *t, enum text_id id, const struct catalog_arg *args, size_t count)
{
	return catalog_render(t->state->rules->catalog, t->out->next.locale, id, args, count, t->a);
}

const char *turn_domains(const struct turn *t)
{
	const struct conversation_rules *rules = t->state->rules;
	if (!rules->domains_are_told && t->out->next.rep_status != REP_ACTIVE)
		return turn_text(t, TEXT_COMPANY_DOMAIN, NO_ARGS);
	const char *list = "";
	for (size_t i = 0; i < rules->domain_count; i++)
		list = arena_printf(t->a, "%s%s@%s", list, i ? ", " : "", rules->domains[i]);
	return list;
}

struct message *turn_say_text(struct turn *t, const char *text)
{
	return message_list_add(&t->out->messages, t->a, t->event->chat_id, PRIORITY_REPLY, text);
}

struct message *turn_say(
    struct turn *t, enum text_id id, const struct catalog_arg *args, size_t count)
{
	return turn_say_text(t, turn_text(t, id, args, count));
}

const char *turn_about_link(const struct turn *t)
{
	return t->link == START_UNKNOWN ? turn_text(t, TEXT_LINK_UNKNOWN, NO_ARGS) : NULL;
}

const char *turn_join(const struct turn *t, const char *first, const char *second)
{
	return first ? arena_printf(t->a, "%s\n\n%s", first, second) : second;
}

void turn_answer(
    struct turn *t, bool alert, enum text_id id, const struct catalog_arg *args, size_t count)
{
	t->out->callback_answer = shorten(t->a, turn_text(t, id, args, count), TEXT_ANSWER_UNITS);
	t->out->callback_alert = alert;
}

void turn_effect(struct turn *t, struct effect effect)
{
	assert(t->out->effect_count < OUTCOME_MAX_EFFECTS);
	t->out->effects[t->out->effect_count++] = effect;
	if (effect.kind == EFFECT_REGISTER || effect.kind == EFFECT_CHANGE_EMAIL)
		turn_right_email(t);
}

void turn_set_phase(struct turn *t, enum conversation_phase phase)
{
	t->out->next.phase = phase;
	t->out->next.draft_name = NULL;
	t->out->next.draft_client = NULL;
	t->out->next.draft_seen = 0;
	t->out->next.claim_email = NULL;
	t->out->next.claim_rep = NULL;
	t->out->next.claim_username = NULL;
}

void turn_buttons(
    const struct turn *t, struct message *message, const struct turn_button *buttons, size_t count)
{
	turn_buttons_about(t, message, buttons, count, NULL);
}

void turn_buttons_about(const struct turn *t, struct message *message,
    const struct turn_button *buttons, size_t count, const char *about)
{
	struct button *out = ARENA_ARRAY(t->a, struct button, count);
	for (size_t i = 0; i < count; i++)
		out[i] = (struct button){
		    .text = turn_text(t, buttons[i].label, NO_ARGS),
		    .data = about && press_shows_something(buttons[i].press)
				? press_data_about(t->a, buttons[i].press, 0, about)
				: press_data(t->a, buttons[i].press, 0),
		    .new_row = buttons[i].new_row,
		};
	message_set_buttons(message, out, count);
}

size_t turn_capacity(const struct turn *t)
{
	return t->state->rep_capacity ? t->state->rep_capacity : t->state->rules->max_prospects;
}

void turn_menu_buttons(const struct turn *t, struct message *message)
{
	rep_menu_buttons(t->state->rules, t->out->next.locale, t->a, message);
	if (!(t->kinds & PERSON_ADMIN))
		return;
	size_t count = message->button_count;
	struct button *buttons = ARENA_ARRAY(t->a, struct button, count + 1);
	memcpy(buttons, message->buttons, count * sizeof *buttons);
	buttons[count] = (struct button){.text = turn_text(t, TEXT_BUTTON_ADMIN, NO_ARGS),
	    .data = press_data(t->a, PRESS_ADMIN_MENU, 0),
	    .new_row = true};
	message_set_buttons(message, buttons, count + 1);
}

void turn_put(
    struct turn *t, bool again, const char *text, const struct button *buttons, size_t count)
{
	struct message *m = NULL;
	if (again && t->event->message_id)
		m = message_list_add_edit_text(
		    &t->out->messages, t->a, t->event->chat_id, t->event->message_id, text);
	if (!m)
		m = turn_say_text(t, text);
	message_set_buttons(m, buttons, count);
}

static const char *line_about(
    const struct turn *t, enum locale locale, enum text_id id, const char *name)
{
	return catalog_render(t->state->rules->catalog, locale, id,
	    ARGS({"name", prospect_quoted_name(t->a, name)}), t->a);
}

/* Where `line` stands in the text as a whole line, or NULL. */
static const char *find_line(const char *text, const char *line)
{
	size_t n = strlen(line);
	for (const char *at = text; (at = strstr(at, line)); at++)
		if ((at == text || at[-1] == '\n') && (at[n] == '\0' || at[n] == '\n'))
			return at;
	return NULL;
}

/* In whatever language it was written. */
static const char *find_line_about(
    const struct turn *t, const char *text, enum text_id id, const char *name, size_t *size)
{
	const char *found = NULL;
	for (unsigned l = 0; l < LOCALE_COUNT && !found; l++) {
		const char *line = line_about(t, (enum locale)l, id, name);
		found = find_line(text, line);
		*size = strlen(line);
	}
	return found;
}

void turn_mark(struct turn *t, enum text_id id, const char *name, bool again)
{
	const char *text = t->text ? t->text : t->event->message_text;
	size_t size;
	if (!text || (again && find_line_about(t, text, id, name, &size)))
		return;
	const char *line = line_about(t, t->out->next.locale, id, name);
	/* under others of its kind; the first stands apart */
	const char *last = strrchr(text, '\n');
	bool follows = last && strncmp(last + 1, line, strcspn(line, " ")) == 0;
	t->text = arena_printf(t->a, "%s%s%s", text, follows ? "\n" : "\n\n", line);
}

void turn_unmark(struct turn *t, enum text_id id, const char *name)
{
	const char *text = t->text ? t->text : t->event->message_text;
	size_t size;
	const char *gone = text ? find_line_about(t, text, id, name, &size) : NULL;
	if (!gone)
		return;
	const char *rest = gone + size;
	while (gone > text && gone[-1] == '\n')
		gone--;
	t->text = arena_printf(t->a, "%.*s%s", (int)(gone - text), text, rest);
}

/* Buttons that go, or are turned round, together. */
enum { CONTACTED = 1 << 0, DECLINED = 1 << 1, OWNED = 1 << 2, BLOCKED = 1 << 3 };
static const unsigned char groups[PRESS_UNKNOWN + 1] = {
    [PRESS_CONTACTED] = CONTACTED,
    [PRESS_DECLINE] = DECLINED,
    [PRESS_UNDO] = DECLINED,
    [PRESS_FOLLOW_UP] = DECLINED,
    [PRESS_FOLLOW_TOMORROW] = DECLINED,
    [PRESS_FOLLOW_WEEK] = DECLINED,
    /* whose client is another one's, or nobody's, has nothing to press */
    [PRESS_TAKE_OVER] = OWNED | DECLINED,
    [PRESS_GIVE_BACK] = OWNED | DECLINED,
    [PRESS_CONVERTED] = DECLINED,
    [PRESS_ARCHIVE] = DECLINED,
    [PRESS_CLIENT] = DECLINED,
    [PRESS_CLIENT_HISTORY] = DECLINED,
    [PRESS_CLIENT_ANSWERS] = DECLINED,
    [PRESS_BLOCK] = BLOCKED,
    [PRESS_UNBLOCK] = BLOCKED,
};

/* `fresh` takes the place of the first button that goes. */
static void edit_buttons(
    struct turn *t, int64_t id, unsigned which, const struct button *fresh, size_t fresh_count)
{
	const struct event *event = t->event;
	/* a message Telegram shows no more of cannot be edited either */
	if (event->message_id == 0 || event->button_count == 0)
		return;
	struct button *kept = ARENA_ARRAY(t->a, struct button, event->button_count + fresh_count);
	size_t count = 0, row = SIZE_MAX, hits = 0;
	for (size_t i = 0; i < event->button_count && count + fresh_count < MESSAGE_MAX_BUTTONS;
	     i++) {
		const struct event_button *b = &event->buttons[i];
		struct press press = press_parse(b->data);
		bool hit = press.id == id && (groups[press.kind] & which);
		if (hit && hits++ == 0 && fresh_count > 0) {
			memcpy(kept + count, fresh, fresh_count * sizeof *fresh);
			count += fresh_count;
			row = SIZE_MAX;
		}
		if (id == 0 || hit || !b->text || (!b->data && !b->url && !b->copy))
			continue;
		kept[count] = (struct button){
		    .text = b->text,
		    .data = b->data,
		    .url = b->url,
		    .copy = b->copy,
		    .new_row = row == SIZE_MAX || b->row != row,
		};
		count++;
		row = b->row;
	}
	const char *text = t->text;
	/* Telegram answers an edit that changes nothing with an error */
	if (!text && count == event->button_count && (hits == 0 || fresh_count == 0))
		return;
	struct message *edit = text ? message_list_add_edit_text(&t->out->messages, t->a,
					  event->chat_id, event->message_id, text)
				    : NULL;
	if (!edit)
		edit = message_list_add_edit(
		    &t->out->messages, t->a, event->chat_id, event->message_id);
	message_set_buttons(edit, kept, count);
}

void turn_remove_buttons(struct turn *t, int64_t id, bool contacted, bool decline)
{
	edit_buttons(t, id, (contacted ? CONTACTED : 0) | (decline ? DECLINED : 0), NULL, 0);
}

void turn_replace_buttons(
    struct turn *t, int64_t id, const struct button *fresh, size_t fresh_count)
{
	edit_buttons(t, id, CONTACTED | DECLINED, fresh, fresh_count);
}

void turn_replace_owner_button(struct turn *t, int64_t id, const struct button *fresh)
{
	edit_buttons(t, id, OWNED, fresh, 1);
}

void turn_replace_block_button(struct turn *t, int64_t id, const struct button *fresh)
{
	edit_buttons(t, id, BLOCKED, fresh, 1);
}

const char *turn_unreadable(const struct turn *t)
{
	switch (t->event->kind) {
	case EVENT_CONTACT:
	case EVENT_PEOPLE:
	case EVENT_MEDIA:
		return turn_text(t, TEXT_ONLY_TEXT, NO_ARGS);
	case EVENT_EDITED:
		return turn_text(t, TEXT_EDITED, NO_ARGS);
	case EVENT_TEXT:
	case EVENT_START:
	case EVENT_BUTTON:
	case EVENT_BLOCKED:
	case EVENT_UNBLOCKED:
	case EVENT_CONNECTION:
	case EVENT_OWN_CHAT:
	case EVENT_OWN_DELETED:
	case EVENT_IGNORED:
		break;
	}
	return NULL;
}
