#include "salesreg/app/outreach/manual_changes.h"
#include "salesreg/app/bot/delivery/telegram_message.h"
#include "salesreg/base/json.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/event/callback_data.h"
#include "salesreg/store/people.h"
#include <stdlib.h>
#include <string.h>

enum { LISTED = 30, NAME_UNITS = 60 };

static const char *short_name(struct arena *a, const char *name)
{
	name = text_tidy(a, name ? name : "");
	return arena_printf(a, "%.*s", (int)text_prefix_utf16(name, NAME_UNITS), name);
}

static enum locale locale_of(const struct conversation_rules *rules, const char *word)
{
	enum locale locale = rules->default_locale;
	(void)locale_parse(word, &locale);
	return locale;
}

static const char *counted(const struct conversation_rules *rules, enum locale locale,
    enum text_id id, size_t count, struct arena *a)
{
	const struct catalog_arg arg = {"count", arena_printf(a, "%zu", count)};
	return catalog_render(rules->catalog, locale, id, &arg, 1, a);
}

static const char *lost_line(const struct conversation_rules *rules, enum locale locale,
    const struct lost_row *row, struct arena *a)
{
	const struct catalog_arg args[] = {{"name", short_name(a, row->prospect)},
	    {"rep", row->holder ? short_name(a, row->holder) : ""}};
	if (row->deleted)
		return catalog_render(rules->catalog, locale, TEXT_LOST_DELETED, args, 1, a);
	if (row->holder)
		return catalog_render(rules->catalog, locale, TEXT_PASSED_ON_TO, args, 2, a);
	return catalog_render(rules->catalog, locale, TEXT_LOST_BACK, args, 1, a);
}

static const char *add_line(const char *list, const char *line, struct arena *a)
{
	return arena_printf(a, "%s%s%s", list, *list ? "\n" : "", line);
}

/* One rep's. */
static void tell_lost(const struct conversation_rules *rules, const struct lost_row *rows,
    size_t count, struct arena *a, struct message_list *messages)
{
	enum locale locale = locale_of(rules, rows[0].locale);
	const char *list = "";
	size_t matter = 0, listed = 0, unnamed = 0;
	bool inactive = false;
	for (size_t i = 0; i < count; i++) {
		if (!rows[i].matters || strcmp(rows[i].reason, "unavailable") == 0)
			continue;
		matter++;
		inactive |= strcmp(rows[i].reason, "changed") != 0;
		if (!rows[i].prospect)
			unnamed++;
		else if (listed++ < LISTED)
			list = add_line(list, lost_line(rules, locale, &rows[i], a), a);
	}
	if (matter == 0)
		return;
	if (listed > LISTED)
		list =
		    add_line(list, counted(rules, locale, TEXT_LOST_MORE, listed - LISTED, a), a);
	if (unnamed > 0)
		list = add_line(list, counted(rules, locale, TEXT_LOST_UNNAMED, unnamed, a), a);
	const struct catalog_arg args[] = {
	    {"count", arena_printf(a, "%zu", matter)}, {"list", list}};
	(void)message_list_add(messages, a, rows[0].telegram_id, PRIORITY_NOTIFICATION,
	    catalog_render(
		rules->catalog, locale, inactive ? TEXT_LOST_INACTIVE : TEXT_LOST, args, 2, a));
}

void by_hand_tell_lost(const struct conversation_rules *rules, const struct lost_row *rows,
    size_t count, struct arena *a, struct message_list *messages)
{
	for (size_t from = 0, to; from < count; from = to) {
		for (to = from + 1; to < count && rows[to].telegram_id == rows[from].telegram_id;)
			to++;
		tell_lost(rules, rows + from, to - from, a, messages);
	}
}

void by_hand_tell_closed(const struct conversation_rules *rules, const struct changed_row *rows,
    size_t count, struct arena *a, struct message_list *messages)
{
	for (size_t i = 0; i < count; i++) {
		const struct allocated_row *d = &rows[i].assigned;
		const struct catalog_arg arg = {"name", short_name(a, d->prospect.name)};
		if (rows[i].closed)
			(void)message_list_add(messages, a, d->rep.telegram_id,
			    PRIORITY_NOTIFICATION,
			    catalog_render(rules->catalog, locale_of(rules, d->rep.locale),
				TEXT_CLOSED, &arg, 1, a));
	}
}

void by_hand_end_claims(const struct conversation_rules *rules, const PGresult *over,
    struct db_plan *plan, struct arena *a)
{
	struct claim_over_row *rows;
	size_t count = claims_over_parse(over, a, &rows);
	int64_t *people = ARENA_ARRAY(a, int64_t, count);
	const char **payloads = ARENA_ARRAY(a, const char *, count);
	for (size_t i = 0; i < count; i++) {
		const struct catalog_arg arg = {"email", rows[i].email};
		struct message_list one = {0};
		people[i] = rows[i].telegram_id;
		payloads[i] = outgoing_payload(
		    message_list_add(&one, a, rows[i].telegram_id, PRIORITY_NOTIFICATION,
			catalog_render(rules->catalog, locale_of(rules, rows[i].locale),
			    rows[i].free ? TEXT_CLAIM_FREE : TEXT_CLAIM_OVER, &arg, 1, a)),
		    a);
	}
	claims_end(plan, a, people, payloads, count);
}

static bool stays(const char *list, const json_t *button, struct arena *a)
{
	const char *data = json_string_value(json_object_get(button, "callback_data"));
	if (data && press_parse(data).kind == PRESS_MENU_CLIENTS)
		return true; /* about nobody */
	return data && list && strstr(list, arena_printf(a, " %s ", data));
}

/* A row with a link belongs to the prospect whose buttons follow it. */
static void keep_rows(const char *list, const json_t *rows, json_t *kept, struct arena *a)
{
	const json_t *link = NULL;
	size_t r, i;
	json_t *row, *button;
	json_array_foreach (rows, r, row) {
		if (json_object_get(json_array_get(row, 0), "url")) {
			link = row;
			continue;
		}
		json_t *left = json_array();
		json_array_foreach (row, i, button)
			if (stays(list, button, a))
				(void)json_array_append(left, button);
		if (json_array_size(left) > 0) {
			if (link)
				(void)json_array_append_new(kept, json_deep_copy(link));
			(void)json_array_append(kept, left);
		}
		json_decref(left);
		link = NULL;
	}
}

struct queued_row by_hand_card_edit(const struct card_row *card, struct arena *a)
{
	json_t *sent = json_loads(card->payload, 0, NULL);
	json_t *kept = json_array();
	keep_rows(card->stays,
	    json_object_get(json_object_get(sent, "reply_markup"), "inline_keyboard"), kept, a);
	const char *keyboard = json_text(a, kept, NULL);
	const char *payload = arena_printf(a,
	    "{\"chat_id\":%lld,\"message_id\":%lld,\"reply_markup\":{\"inline_keyboard\":%s}}",
	    (long long)card->chat_id, (long long)card->message_id, keyboard ? keyboard : "[]");
	json_decref(kept);
	json_decref(sent);
	return (struct queued_row){
	    .chat_id = card->chat_id, .method = "editMessageReplyMarkup", .payload = payload};
}

const char *by_hand_unsent_card(const struct unsent_row *card, struct arena *a)
{
	json_t *message = json_loads(card->payload, 0, NULL);
	json_t *kept = json_array();
	keep_rows(card->stays,
	    json_object_get(json_object_get(message, "reply_markup"), "inline_keyboard"), kept, a);
	(void)json_object_del(message, "reply_markup");
	if (json_array_size(kept) > 0)
		(void)json_object_set_new(
		    message, "reply_markup", json_pack("{s:O}", "inline_keyboard", kept));
	const char *text = json_text(a, message, NULL);
	const char *payload = text ? text : card->payload;
	json_decref(kept);
	json_decref(message);
	return payload;
}
