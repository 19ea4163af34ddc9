/*
 * The methods of the Bot API that the emulator has.
 * Facts: Bot API, "Available methods"; names are compared without case (tdlib/telegram-bot-api, Client.cpp).
 */
#pragma once

#define SANDBOX_METHOD_MAP(X)                                                                      \
	X(SEND_MESSAGE, "sendMessage", method_send_message)                                        \
	X(SEND_PHOTO, "sendPhoto", method_send_media)                                              \
	X(SEND_VIDEO, "sendVideo", method_send_media)                                              \
	X(SEND_VOICE, "sendVoice", method_send_media)                                              \
	X(SEND_DOCUMENT, "sendDocument", method_send_media)                                        \
	X(SEND_STICKER, "sendSticker", method_send_media)                                          \
	X(GET_UPDATES, "getUpdates", method_get_updates)                                           \
	X(ANSWER_CALLBACK_QUERY, "answerCallbackQuery", method_answer_callback_query)              \
	X(EDIT_MESSAGE_TEXT, "editMessageText", method_edit_message_text)                          \
	X(EDIT_MESSAGE_REPLY_MARKUP, "editMessageReplyMarkup", method_edit_message_reply_markup)   \
	X(EDIT_MESSAGE_CAPTION, "editMessageCaption", method_edit_message_caption)                 \
	X(COPY_MESSAGE, "copyMessage", method_copy_message)                                        \
	X(COPY_MESSAGES, "copyMessages", method_copy_messages)                                     \
	X(SET_MESSAGE_REACTION, "setMessageReaction", method_set_message_reaction)                 \
	X(DELETE_MESSAGE, "deleteMessage", method_delete_message)                                  \
	X(SEND_CHAT_ACTION, "sendChatAction", method_send_chat_action)                             \
	X(GET_ME, "getMe", method_get_me)                                                          \
	X(GET_CHAT, "getChat", method_get_chat)                                                    \
	X(GET_FILE, "getFile", method_get_file)                                                    \
	X(GET_BUSINESS_CONNECTION, "getBusinessConnection", method_get_business_connection)        \
	X(SET_MY_COMMANDS, "setMyCommands", method_set_my_commands)                                \
	X(GET_MY_COMMANDS, "getMyCommands", method_get_my_commands)                                \
	X(DELETE_MY_COMMANDS, "deleteMyCommands", method_delete_my_commands)                       \
	X(SET_WEBHOOK, "setWebhook", method_set_webhook)                                           \
	X(DELETE_WEBHOOK, "deleteWebhook", method_delete_webhook)                                  \
	X(GET_WEBHOOK_INFO, "getWebhookInfo", method_get_webhook_info)
enum method {
#define X(name, text, function) METHOD_##name,
	SANDBOX_METHOD_MAP(X)
#undef X
	    METHOD_UNKNOWN,
	METHOD_COUNT
};
const char *method_name(enum method method);
