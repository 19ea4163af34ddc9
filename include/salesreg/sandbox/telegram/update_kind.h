/*
 * The kinds of updates, and which of them a bot gets that does not say which it wants.
 * Facts: Bot API, "Update", "getUpdates" (allowed_updates).
 */
#pragma once
#include <stdbool.h>

#define UPDATE_KIND_MAP(X)                                                                         \
	X(MESSAGE, "message", true)                                                                \
	X(EDITED_MESSAGE, "edited_message", true)                                                  \
	X(CHANNEL_POST, "channel_post", true)                                                      \
	X(EDITED_CHANNEL_POST, "edited_channel_post", true)                                        \
	X(BUSINESS_CONNECTION, "business_connection", true)                                        \
	X(BUSINESS_MESSAGE, "business_message", true)                                              \
	X(EDITED_BUSINESS_MESSAGE, "edited_business_message", true)                                \
	X(DELETED_BUSINESS_MESSAGES, "deleted_business_messages", true)                            \
	X(MESSAGE_REACTION, "message_reaction", false)                                             \
	X(MESSAGE_REACTION_COUNT, "message_reaction_count", false)                                 \
	X(INLINE_QUERY, "inline_query", true)                                                      \
	X(CHOSEN_INLINE_RESULT, "chosen_inline_result", true)                                      \
	X(CALLBACK_QUERY, "callback_query", true)                                                  \
	X(SHIPPING_QUERY, "shipping_query", true)                                                  \
	X(PRE_CHECKOUT_QUERY, "pre_checkout_query", true)                                          \
	X(PURCHASED_PAID_MEDIA, "purchased_paid_media", true)                                      \
	X(POLL, "poll", true)                                                                      \
	X(POLL_ANSWER, "poll_answer", true)                                                        \
	X(MY_CHAT_MEMBER, "my_chat_member", true)                                                  \
	X(CHAT_MEMBER, "chat_member", false)                                                       \
	X(CHAT_JOIN_REQUEST, "chat_join_request", true)                                            \
	X(CHAT_BOOST, "chat_boost", true)                                                          \
	X(REMOVED_CHAT_BOOST, "removed_chat_boost", true)                                          \
	X(OTHER, "other", true)
enum update_kind {
#define X(name, text, by_default) UPDATE_##name,
	UPDATE_KIND_MAP(X)
#undef X
	    UPDATE_KIND_COUNT
};
const char *update_kind_name(enum update_kind kind);
enum update_kind update_kind_of(const char *name);

enum {
	UPDATE_KINDS_DEFAULT = 0
#define X(name, text, by_default) | ((by_default) ? 1 << UPDATE_##name : 0)
	UPDATE_KIND_MAP(X)
#undef X
};
