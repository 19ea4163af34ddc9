/*
 * One Bot API request under way, and the ways to answer it; faults that strike after the effect are
 * applied here.
 * Ownership: a call lives on the caller's stack, or copied into a held poll; params only during the
 * request callback.
 * Units: none.
 * Errors: enum sandbox_error.
 * Callbacks: none.
 */
#pragma once
#include "salesreg/http/server.h"
#include "salesreg/sandbox/errors.h"
#include "salesreg/sandbox/faults.h"
#include <stddef.h>

#define SANDBOX_METHOD_MAP(X)                                                                      \
	X(SEND_MESSAGE, "sendMessage", method_send_message)                                        \
	X(GET_UPDATES, "getUpdates", method_get_updates)                                           \
	X(ANSWER_CALLBACK_QUERY, "answerCallbackQuery", method_answer_callback_query)              \
	X(EDIT_MESSAGE_TEXT, "editMessageText", method_edit_message_text)                          \
	X(EDIT_MESSAGE_REPLY_MARKUP, "editMessageReplyMarkup", method_edit_message_reply_markup)   \
	X(DELETE_MESSAGE, "deleteMessage", method_delete_message)                                  \
	X(SEND_CHAT_ACTION, "sendChatAction", method_send_chat_action)                             \
	X(GET_ME, "getMe", method_get_me)                                                          \
	X(GET_CHAT, "getChat", method_get_chat)                                                    \
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

struct sandbox;
struct bot;
struct buf;
struct call {
	struct sandbox *sandbox;
	struct bot *bot;
	struct http_exchange *exchange;
	const struct http_params *params;
	enum method method;
	struct fault_effect effect;
};

/* Dispatches /bot<token>/<method>. */
void call_handle(struct sandbox *s, struct http_exchange *x, const char *path);

/* A result is written between these two:
 * begin returns the buffer, end adds what closes it and answers. */
struct buf *call_begin(struct call *call);
void call_end(struct call *call);
void call_true(struct call *call);
void call_fail(struct call *call, enum sandbox_error error);
/* parameters: JSON object or NULL.
 * retry_after_s: 0 for none (else the header is set, and the parameter if parameters is NULL). */
void call_fail_with(struct call *call, int code, const char *description, const char *parameters,
    int retry_after_s);
void call_flood(struct call *call, int retry_after_s);

/* The methods, each answering its call (methods.c, send.c). */
#define X(name, text, function) void function(struct call *call);
SANDBOX_METHOD_MAP(X)
#undef X
