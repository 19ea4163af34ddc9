/*
 * A message of the domain as a Bot API call: method and JSON parameters.
 * Ownership: everything in the arena. Units: none. Errors: none: the domain keeps Telegram's limits. Callbacks: none.
 * Source: Bot API, "sendMessage", "editMessageReplyMarkup", "InlineKeyboardMarkup", "LinkPreviewOptions".
 */
#pragma once
#include "salesreg/domain/message.h"

const char *outgoing_method(const struct message *message);
const char *outgoing_payload(const struct message *message, struct arena *a);
/* Parameters of answerCallbackQuery. */
const char *outgoing_callback_answer(
    const char *callback_id, const char *text, bool alert, struct arena *a);
