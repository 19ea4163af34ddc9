/*
 * A message of the domain as a Bot API call: method and JSON parameters.
 * Ownership: everything in the arena. Errors: none: the domain keeps Telegram's limits.
 * Source: Bot API, "sendMessage", "copyMessage", "editMessageCaption", "ReplyParameters", "ReplyKeyboardMarkup", "editMessageReplyMarkup", "InlineKeyboardMarkup", "LinkPreviewOptions",
 * "BotCommandScopeChat": it goes before the scope default and its languages.
 */
#pragma once
#include "salesreg/db/conn.h"
#include "salesreg/domain/outbox/message.h"
#include "salesreg/domain/text/catalog.h"

const char *outgoing_method(const struct message *message);
const char *outgoing_payload(const struct message *message, struct arena *a);
/* The step that puts messages into the outbox, to wait behind what waits in their chats; nothing for an empty list. */
void outgoing_insert(struct db_plan *plan, struct arena *a, const struct message_list *list);
/* outbox.relay of it, see store/relay.h; NULL: it carries nobody's words. */
const char *outgoing_relay(const struct message *message, struct arena *a);
/* Parameters of setMyCommands: for those whose Telegram has this language, NULL: for everybody else; with a chat's id for that
 * chat alone, whatever its language. audience: AUDIENCE_…. */
const char *outgoing_menu(const struct catalog *catalog, enum locale locale,
    const char *language_code, int64_t chat_id, unsigned audience, struct arena *a);
/*
 * The same parameters of editMessageText, to be shown as a rich message with this HTML (Bot API 10.1, "InputRichMessage"). They have both: the
 * text is for Telegram's refusal, and is left out before that (delivery_send.c).
 */
const char *outgoing_rich(const char *payload, const char *html, struct arena *a);
/* Parameters of answerCallbackQuery. */
const char *outgoing_callback_answer(
    const char *callback_id, const char *text, bool alert, struct arena *a);
