/*
 * What the Bot API server says when it refuses: one list of code and text.
 * Ownership: static strings.
 * Units: HTTP status codes.
 * Facts: tdlib/telegram-bot-api, td (2026-05); the common ones are in its table of
 * errors.
 */
#pragma once

#define SANDBOX_ERROR_MAP(X)                                                                       \
	X(UNAUTHORIZED, 401, "Unauthorized")                                                       \
	X(TOKEN_MALFORMED, 401, "Unauthorized: invalid token specified")                           \
	X(NOT_FOUND, 404, "Not Found")                                                             \
	X(METHOD_UNKNOWN, 404, "Not Found: method not found")                                      \
	X(CONFLICT_POLL, 409,                                                                      \
	    "Conflict: terminated by other getUpdates request; make sure that only one bot "       \
	    "instance is running")                                                                 \
	X(CONFLICT_WEBHOOK, 409,                                                                   \
	    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to " \
	    "delete the webhook first")                                                            \
	X(CONFLICT_SET_WEBHOOK, 409, "Conflict: terminated by setWebhook request")                 \
	X(RESTART, 500, "Internal Server Error: restart")                                          \
	X(BODY_INVALID, 400, "Bad Request: can't parse request parameters")                        \
	X(FILE_ID_INVALID, 400, "Bad Request: invalid file_id")                                    \
	X(FILE_TOO_BIG, 400, "Bad Request: file is too big")                                       \
	X(CHAT_ID_EMPTY, 400, "Bad Request: chat_id is empty")                                     \
	X(CHAT_NOT_FOUND, 400, "Bad Request: chat not found")                                      \
	X(CHAT_MIGRATED, 400, "Bad Request: group chat was upgraded to a supergroup chat")         \
	X(BLOCKED, 403, "Forbidden: bot was blocked by the user")                                  \
	X(DEACTIVATED, 403, "Forbidden: user is deactivated")                                      \
	X(CANT_INITIATE, 403, "Forbidden: bot can't initiate conversation with a user")            \
	X(TEXT_EMPTY, 400, "Bad Request: message text is empty")                                   \
	X(TEXT_TOO_LONG, 400, "Bad Request: message is too long")                                  \
	X(PARSE_MODE_UNKNOWN, 400, "Bad Request: unsupported parse_mode")                          \
	X(ENTITIES_INVALID, 400, "Bad Request: can't parse entities JSON object")                  \
	X(MARKUP_INVALID, 400, "Bad Request: can't parse reply keyboard markup JSON object")       \
	X(MARKUP_NO_OBJECT, 400, "Bad Request: object expected as reply markup")                   \
	X(MARKUP_ROWS, 400,                                                                        \
	    "Bad Request: field \"inline_keyboard\" must be of type Array of Array of "            \
	    "InlineKeyboardButton")                                                                \
	X(KEYBOARD_ROWS, 400,                                                                      \
	    "Bad Request: field \"keyboard\" must be of type Array of Array of KeyboardButton")    \
	X(MARKUP_TOO_LONG, 400, "Bad Request: REPLY_MARKUP_TOO_LONG")                              \
	X(BUTTON_TEXT_EMPTY, 400, "Bad Request: inline keyboard button text must be non-empty")    \
	X(KEYBOARD_TEXT_EMPTY, 400, "Bad Request: keyboard button text must be non-empty")         \
	X(BUTTON_NO_ACTION, 400,                                                                   \
	    "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the "  \
	    "inline keyboard")                                                                     \
	X(BUTTON_DATA_INVALID, 400, "Bad Request: BUTTON_DATA_INVALID")                            \
	X(BUTTON_URL_INVALID, 400, "Bad Request: BUTTON_URL_INVALID")                              \
	X(BUTTON_USER_INVALID, 400, "Bad Request: BUTTON_USER_INVALID")                            \
	X(BUTTON_USER_PRIVACY_RESTRICTED, 400, "Bad Request: BUTTON_USER_PRIVACY_RESTRICTED")      \
	X(BUTTON_COPY_TEXT_INVALID, 400, "Bad Request: BUTTON_COPY_TEXT_INVALID")                  \
	X(MESSAGE_ID_MISSING, 400, "Bad Request: message identifier is not specified")             \
	X(EDIT_NOT_FOUND, 400, "Bad Request: message to edit not found")                           \
	X(EDIT_NOT_OURS, 400, "Bad Request: message can't be edited")                              \
	X(EDIT_SAME, 400,                                                                          \
	    "Bad Request: message is not modified: specified new message content and reply "       \
	    "markup "                                                                              \
	    "are exactly the same as a current content and reply markup of the message")           \
	X(COPY_NOT_FOUND, 400, "Bad Request: message to copy not found")                           \
	X(COPY_REFUSED, 400, "Bad Request: the message can't be copied")                           \
	X(COPY_IDS, 400,                                                                           \
	    "Bad Request: message identifiers must be in a strictly increasing order")             \
	X(REPLY_NOT_FOUND, 400, "Bad Request: message to be replied not found")                    \
	X(REACT_NOT_FOUND, 400, "Bad Request: message to react not found")                         \
	X(REACTION_INVALID, 400, "Bad Request: REACTION_INVALID")                                  \
	X(DELETE_NOT_FOUND, 400, "Bad Request: message to delete not found")                       \
	X(QUERY_TOO_OLD, 400,                                                                      \
	    "Bad Request: query is too old and response timeout expired or query ID is invalid")   \
	X(ANSWER_TOO_LONG, 400, "Bad Request: MESSAGE_TOO_LONG")                                   \
	X(ACTION_INVALID, 400, "Bad Request: wrong parameter action in request")                   \
	X(WEBHOOK_NOT_HTTPS, 400,                                                                  \
	    "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")                 \
	X(WEBHOOK_PORT, 400,                                                                       \
	    "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")   \
	X(WEBHOOK_SECRET, 400, "Bad Request: secret token contains unallowed characters")          \
	X(COMMANDS_INVALID, 400, "Bad Request: can't parse commands JSON object")                  \
	X(COMMAND_INVALID, 400, "Bad Request: BOT_COMMAND_INVALID")                                \
	X(COMMAND_DESCRIPTION, 400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")                \
	X(ALLOWED_UPDATES_INVALID, 400,                                                            \
	    "Bad Request: can't parse allowed updates: expected an Array of String")               \
	X(FILE_UNKNOWN, 400, "Bad Request: wrong file identifier/HTTP URL specified")              \
	X(VOICE_FORBIDDEN, 400, "Bad Request: VOICE_MESSAGES_FORBIDDEN")                           \
	X(BUSINESS_UNKNOWN, 400, "Bad Request: business connection not found")                     \
	X(BUSINESS_PEER_INVALID, 400, "Bad Request: BUSINESS_PEER_INVALID")                        \
	X(BUSINESS_PEER_USAGE_MISSING, 400, "Bad Request: BUSINESS_PEER_USAGE_MISSING")            \
	X(BUSINESS_NO_RIGHT, 400, "Bad Request: BOT_ACCESS_FORBIDDEN")

enum sandbox_error {
	SANDBOX_OK,
#define X(name, code, text) SANDBOX_##name,
	SANDBOX_ERROR_MAP(X)
#undef X
};

int sandbox_error_code(enum sandbox_error error);
const char *sandbox_error_text(enum sandbox_error error);
