#include "salesreg/domain/assignment/prospect_list.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/contact/contact.h"
#include "salesreg/domain/event/callback_data.h"
#include "salesreg/domain/text/quote.h"
#include "salesreg/domain/text/shorten.h"
#include <string.h>

enum {
	NAME_UNITS = 120,
	SHORT_NAME_UNITS = 60,
	LABEL_NAME_UNITS = 24,
	TELEGRAM_UNITS = 64,
	EMAIL_UNITS = 254,
	BUTTONS_A_PROSPECT = 6,
	DRAFT_NAME_UNITS = 40,
	MARKUP_BYTES = 8000,
	BUTTON_FRAME_BYTES = 48, /* {"text":"","copy_text":{"text":""}}, and escapes */
	NAMES_MOST =
	    48, /* two marks each are not too many for a message (Bot API, "Formatting options": 100) */
};

const char *prospect_short_name(struct arena *a, const char *name)
{
	return shorten(a, text_tidy(a, name ? name : ""), SHORT_NAME_UNITS);
}

const char *prospect_quoted_name(struct arena *a, const char *name)
{
	return quote_name(a, name, SHORT_NAME_UNITS);
}

static const char *line(const struct prospect_list *list, struct arena *a, enum text_id id,
    const char *placeholder, const char *value)
{
	struct catalog_arg arg = {placeholder, value};
	return catalog_render(list->catalog, list->locale, id, &arg, 1, a);
}

/* "\n" and a line, or nothing where there is no value. */
static const char *optional(const struct prospect_list *list, struct arena *a, enum text_id id,
    const char *placeholder, const char *value)
{
	return *value ? arena_printf(a, "\n%s", line(list, a, id, placeholder, value)) : "";
}

/* What the tables have, on one line. */
static const char *one_line(struct arena *a, const char *value, size_t units)
{
	return value ? shorten(a, text_tidy(a, value), units) : "";
}

/* An address that is none is nobody's to write to. */
static const char *email_of(struct arena *a, const char *email)
{
	struct contact contact;
	if (email && contact_parse(email, a, &contact) == CONTACT_NO_PROBLEM &&
	    contact.kind == CONTACT_EMAIL)
		return shorten(a, contact.shown, EMAIL_UNITS);
	return quote_piece(a, email, EMAIL_UNITS);
}

static const enum text_id problem_texts[CONTACT_PROBLEM_COUNT] = {
    [CONTACT_NO_PROBLEM] = TEXT_CONTACT_UNKNOWN,
    [CONTACT_NOTHING] = TEXT_PROSPECT_NO_CONTACT,
    [CONTACT_LOST_DIGITS] = TEXT_CONTACT_LOST_DIGITS,
    [CONTACT_NO_COUNTRY] = TEXT_CONTACT_NO_COUNTRY,
    [CONTACT_DIGITS] = TEXT_CONTACT_DIGITS,
    [CONTACT_GROUP] = TEXT_CONTACT_GROUP,
    [CONTACT_FOREIGN_LETTER] = TEXT_CONTACT_FOREIGN_LETTER,
    [CONTACT_SEVERAL] = TEXT_CONTACT_SEVERAL,
    [CONTACT_BAD_NAME] = TEXT_CONTACT_BAD_NAME,
    [CONTACT_BAD_EMAIL] = TEXT_CONTACT_BAD_EMAIL,
    [CONTACT_UNKNOWN] = TEXT_CONTACT_UNKNOWN,
};

/* What leads nowhere is shown as it is, with the reason: a person may see what was meant. */
static const char *unreachable(const struct prospect_list *list, struct arena *a,
    const char *telegram, enum contact_problem problem, const char *letter)
{
	if (problem == CONTACT_NOTHING)
		return catalog_render(
		    list->catalog, list->locale, TEXT_PROSPECT_NO_CONTACT, NULL, 0, a);
	const struct catalog_arg args[] = {
	    {"contact", quote_piece(a, telegram, TELEGRAM_UNITS)},
	    {"reason", line(list, a, problem_texts[problem], "letter", letter)},
	};
	return catalog_render(list->catalog, list->locale, TEXT_PROSPECT_UNREACHABLE, args, 2, a);
}

static const char *reach(
    const struct prospect_list *list, struct arena *a, const struct prospect_item *item)
{
	struct contact contact;
	enum contact_problem problem = contact_parse(item->telegram, a, &contact);
	const struct catalog_arg phone[] = {
	    {"phone", contact.shown},
	    {"link", contact_link(&contact, a)},
	};
	switch (contact.kind) {
	case CONTACT_USERNAME:
		return line(list, a, TEXT_PROSPECT_LINK, "link", contact_link(&contact, a));
	case CONTACT_PHONE:
		return catalog_render(
		    list->catalog, list->locale, TEXT_PROSPECT_PHONE, phone, 2, a);
	case CONTACT_TELEGRAM_ID:
		return item->hidden
			   ? line(list, a, TEXT_PROSPECT_NUMBER_HIDDEN, "number", contact.shown)
			   : line(list, a, TEXT_PROSPECT_NUMBER, "number", contact.shown);
	case CONTACT_EMAIL:
		return line(list, a, TEXT_PROSPECT_EMAIL, "email", contact.shown);
	case CONTACT_NONE:
		break;
	}
	return unreachable(list, a, item->telegram, problem, contact.foreign);
}

/* What the bot does with a prospect it has met: it writes, so that the rep need not begin, or cannot. */
static const char *bot_writes(
    const struct prospect_list *list, struct arena *a, const struct prospect_item *item)
{
	static const enum text_id refusals[] = {
	    [REACH_BLOCKED] = TEXT_PROSPECT_REACH_BLOCKED,
	    [REACH_NEVER_MET] = TEXT_PROSPECT_REACH_NEVER_MET,
	    [REACH_PRIVACY] = TEXT_PROSPECT_REACH_PRIVACY,
	    [REACH_DEACTIVATED] = TEXT_PROSPECT_REACH_DEACTIVATED,
	};
	if (item->reach != REACH_OPEN)
		return arena_printf(a, "\n%s",
		    catalog_render(list->catalog, list->locale, refusals[item->reach], NULL, 0, a));
	if (!item->bot_writes)
		return "";
	return arena_printf(a, "\n%s",
	    *item->bot_writes
		? line(list, a, TEXT_NOTICE_BOT_WRITES_AT, "time", item->bot_writes)
		: catalog_render(list->catalog, list->locale, TEXT_NOTICE_BOT_WRITES, NULL, 0, a));
}

static const char *card(const struct prospect_list *list, struct arena *a, size_t index)
{
	const struct prospect_item *item = &list->items[index];
	const char *name = quote_name(a, item->name, NAME_UNITS);
	const char *number = list->numbered ? arena_printf(a, "%zu. ", index + 1) : "";
	const char *again = item->again ? catalog_render(list->catalog, list->locale,
					      item->again_contacted ? TEXT_NOTICE_AGAIN_CONTACTED
								    : TEXT_NOTICE_AGAIN,
					      NULL, 0, a)
					: NULL;
	return arena_printf(a, "%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s", number, name,
	    arena_printf(a, "\n%s", reach(list, a, item)),
	    optional(list, a, TEXT_PROSPECT_EMAIL, "email", email_of(a, item->email)),
	    optional(list, a, TEXT_PROSPECT_STATUS, "status",
		one_line(a, item->status, TEXT_BUTTON_UNITS)),
	    optional(list, a, TEXT_NOTICE_KNOWN, "name", quote_name(a, item->known, NAME_UNITS)),
	    optional(
		list, a, TEXT_NOTICE_COLLEAGUE, "rep", quote_name(a, item->colleague, NAME_UNITS)),
	    again ? "\n" : "", again ? again : "", bot_writes(list, a, item),
	    item->asks_for_person ? arena_printf(a, "\n%s",
					catalog_render(list->catalog, list->locale,
					    TEXT_NOTICE_ASKS_FOR_PERSON, NULL, 0, a))
				  : "",
	    optional(list, a, TEXT_PROSPECT_CONTEXT, "context",
		quote_block(a, item->context, list->context_units)),
	    optional(list, a, TEXT_PROSPECT_SAID, "text",
		quote_block(a, item->said, list->context_units)),
	    optional(list, a, TEXT_PROSPECT_NOTES, "notes",
		quote_block(a, item->notes, list->notes_units)),
	    item->more ? item->more : "");
}

static const char *label(const struct prospect_list *list, struct arena *a, size_t index,
    enum text_id plain, enum text_id named)
{
	const char *name = list->items[index].name ? list->items[index].name : "";
	const struct catalog_arg args[] = {
	    {"number", arena_printf(a, "%zu", index + 1)},
	    {"name", shorten(a, text_tidy(a, name), LABEL_NAME_UNITS)},
	};
	const char *text =
	    catalog_render(list->catalog, list->locale, list->numbered ? named : plain, args, 2, a);
	return shorten(a, text, TEXT_BUTTON_UNITS);
}

/* One tap and *send*: Telegram lets no bot write first. The same to be pasted elsewhere. */
static size_t add_draft(const struct prospect_list *list, struct arena *a, size_t index,
    const struct contact *contact, struct button *out)
{
	const struct prospect_item *item = &list->items[index];
	size_t count = 0;
	if (!item->invite)
		return 0;
	const struct catalog_arg args[] = {
	    {"name", shorten(a, text_tidy(a, item->name ? item->name : ""), DRAFT_NAME_UNITS)},
	    {"link", item->invite},
	};
	bool named = *args[0].value;
	/* [own][named] */
	static const enum text_id drafts[2][2] = {
	    {TEXT_PROSPECT_DRAFT_NAMELESS, TEXT_PROSPECT_DRAFT},
	    {TEXT_PROSPECT_DRAFT_OWN_NAMELESS, TEXT_PROSPECT_DRAFT_OWN},
	};
	const char *draft = catalog_render(list->catalog, list->locale, drafts[item->own][named],
	    named ? args : args + 1, named ? 2 : 1, a);
	const char *link = contact_draft_link(contact, draft, a);
	if (link)
		out[count++] = (struct button){
		    .text = label(list, a, index, TEXT_BUTTON_WRITE, TEXT_BUTTON_WRITE_NAMED),
		    .url = link,
		    .new_row = true,
		};
	if (text_utf16_units(draft) <= MESSAGE_COPY_CHARACTERS)
		out[count++] = (struct button){
		    .text = label(list, a, index, TEXT_BUTTON_COPY, TEXT_BUTTON_COPY_NAMED),
		    .copy = draft,
		    .new_row = !link,
		};
	return count;
}

static size_t add_buttons(
    const struct prospect_list *list, struct arena *a, size_t index, struct button *out)
{
	const struct prospect_item *item = &list->items[index];
	size_t count = 0;
	struct contact contact;
	/* there is no address for an id that could stand in a text (Bot API, "Formatting options") */
	if (contact_parse(item->telegram, a, &contact) == CONTACT_NO_PROBLEM &&
	    contact.kind == CONTACT_TELEGRAM_ID && !item->hidden)
		out[count++] = (struct button){
		    .text = label(list, a, index, TEXT_BUTTON_WRITE, TEXT_BUTTON_WRITE_NAMED),
		    .url = arena_printf(a, "tg://user?id=%s", contact.value),
		    .new_row = true,
		};
	count += add_draft(list, a, index, &contact, out + count);
	if (item->assignment_id <= 0)
		return count;
	const size_t first = count;
	if (item->can_contact)
		out[count++] = (struct button){
		    .text =
			label(list, a, index, TEXT_BUTTON_CONTACTED, TEXT_BUTTON_CONTACTED_NAMED),
		    .data = press_data(a, PRESS_CONTACTED, item->assignment_id),
		};
	if (item->can_decline)
		out[count++] = (struct button){
		    .text = label(list, a, index, TEXT_BUTTON_DECLINE, TEXT_BUTTON_DECLINE_NAMED),
		    .data = press_data(a, PRESS_DECLINE, item->assignment_id),
		};
	if (item->can_decline) /* it is theirs, and open */
		out[count++] = (struct button){
		    .text =
			label(list, a, index, TEXT_BUTTON_FOLLOW_UP, TEXT_BUTTON_FOLLOW_UP_NAMED),
		    .data = press_data(a, PRESS_FOLLOW_UP, item->assignment_id),
		};
	if (count > first)
		out[first].new_row = true;
	return count;
}

/* Telegram takes less than 10,000 of one message ("reply markup is too long"; tginfo/Telegram-Limits, issue 187). */
static size_t markup_bytes(const struct button *buttons, size_t count)
{
	size_t bytes = 0;
	for (size_t i = 0; i < count; i++) {
		const struct button *b = &buttons[i];
		const char *what = b->url ? b->url : b->copy ? b->copy : b->data;
		bytes += strlen(b->text) + (what ? strlen(what) : 0) + BUTTON_FRAME_BYTES;
	}
	return bytes;
}

/* A message's text, with empty lines between: one copy, however many cards there are. */
static const char *join(
    struct arena *a, const char *head, const char *const *cards, size_t count, const char *tail)
{
	size_t bytes = strlen(head) + strlen(tail) + 1;
	for (size_t i = 0; i < count; i++)
		bytes += 2 + strlen(cards[i]);
	char *whole = arena_alloc(a, bytes), *end = stpcpy(whole, head);
	for (size_t i = 0; i < count; i++)
		end = stpcpy(stpcpy(end, end == whole ? "" : "\n\n"), cards[i]);
	(void)stpcpy(end, tail);
	return whole;
}

void prospect_list_send(
    const struct prospect_list *list, struct arena *a, struct message_list *messages)
{
	const char *legend =
	    list->numbered
		? arena_printf(a, "\n\n%s",
		      catalog_render(list->catalog, list->locale, TEXT_LEGEND, NULL, 0, a))
		: "";
	const size_t legend_units = text_utf16_units(legend);
	const char *text = list->header;
	for (size_t next = 0; next < list->count;) {
		size_t units = text_utf16_units(text) + legend_units, in_part = 0, button_count = 0,
		       markup = 0;
		struct button *buttons = ARENA_ARRAY(a, struct button,
		    PROSPECT_LIST_A_MESSAGE * BUTTONS_A_PROSPECT + PROSPECT_LIST_EXTRA_MOST);
		const char *cards[PROSPECT_LIST_A_MESSAGE];
		while (next < list->count && in_part < PROSPECT_LIST_A_MESSAGE) {
			const char *one = card(list, a, next);
			units += 2 + text_utf16_units(one);
			size_t more = add_buttons(list, a, next, buttons + button_count);
			markup += markup_bytes(buttons + button_count, more);
			if (in_part > 0 && (units > MESSAGE_TEXT_UNITS || markup > MARKUP_BYTES))
				break;
			cards[in_part++] = one;
			button_count += more;
			next++;
		}
		if (list->count == 1 && list->extra_count > 0) {
			memcpy(buttons + button_count, list->extra,
			    list->extra_count * sizeof *buttons);
			button_count += list->extra_count;
		}
		const char *whole = join(a, text, cards, in_part, button_count > 0 ? legend : "");
		struct message *message =
		    message_list_add(messages, a, list->chat_id, list->priority, whole);
		message_set_buttons(message, buttons, button_count);
		text = "";
	}
}

/* Of those to be named: who waits for a person before the others, as there may be no room for all. */
static const struct prospect_item *by_need(const struct prospect_list *list, struct arena *a)
{
	struct prospect_item *items = ARENA_ARRAY(a, struct prospect_item, list->count);
	size_t count = 0;
	for (unsigned need = 2; need-- > 0;)
		for (size_t i = 0; i < list->count; i++)
			if (list->items[i].asks_for_person == (need == 1)) {
				items[count] = list->items[i];
				items[count].email = items[count].context = NULL;
				items[count].said = items[count].notes = NULL;
				count++;
			}
	return items;
}

static struct button name_button(const struct prospect_list *list, struct arena *a, size_t index)
{
	const struct prospect_item *item = &list->items[index];
	const char *name = shorten(a, text_tidy(a, item->name ? item->name : ""), LABEL_NAME_UNITS);
	const struct catalog_arg args[] = {
	    {"number", arena_printf(a, "%zu", index + 1)},
	    {"name", *name ? name
			   : catalog_render(
				 list->catalog, list->locale, TEXT_PROSPECT_NAMELESS, NULL, 0, a)},
	};
	return (struct button){
	    .text = shorten(a,
		catalog_render(list->catalog, list->locale, TEXT_BUTTON_CLIENT, args, 2, a),
		TEXT_BUTTON_UNITS),
	    .data = press_data(a, PRESS_CLIENT, item->assignment_id),
	    .new_row = index % 2 == 0,
	};
}

static const char *names_end(
    const struct prospect_list *list, struct arena *a, size_t left, const char *hint)
{
	return left == 0
		   ? arena_printf(a, "\n\n%s", hint)
		   : arena_printf(a, "\n\n%s\n\n%s",
			 line(list, a, TEXT_NOTICE_REST, "count", arena_printf(a, "%zu", left)),
			 hint);
}

void prospect_list_send_names(
    const struct prospect_list *list, struct arena *a, struct message_list *messages)
{
	struct prospect_list names = *list;
	names.items = by_need(list, a);
	names.numbered = true;
	const char *hint =
	    catalog_render(list->catalog, list->locale, TEXT_NOTICE_NAMES_HINT, NULL, 0, a);
	struct button *buttons = ARENA_ARRAY(a, struct button, NAMES_MOST + 1);
	size_t units = text_utf16_units(list->header) +
		       text_utf16_units(names_end(list, a, list->count, hint)),
	       markup = 0, shown = 0;
	const char *cards[NAMES_MOST];
	for (; shown < list->count && shown < NAMES_MOST; shown++) {
		cards[shown] = card(&names, a, shown);
		buttons[shown] = name_button(&names, a, shown);
		units += 2 + text_utf16_units(cards[shown]);
		markup += markup_bytes(&buttons[shown], 1);
		if (units > MESSAGE_TEXT_UNITS || markup > MARKUP_BYTES)
			break;
	}
	buttons[shown] = (struct button){
	    .text = catalog_render(list->catalog, list->locale, TEXT_BUTTON_CLIENTS, NULL, 0, a),
	    .data = press_data(a, PRESS_MENU_CLIENTS, 0),
	    .new_row = true,
	};
	struct message *message = message_list_add(messages, a, list->chat_id, list->priority,
	    join(a, list->header, cards, shown, names_end(list, a, list->count - shown, hint)));
	message_set_buttons(message, buttons, shown + 1);
}
