/*
 * The update queue of a bot and getUpdates.
 * Ownership: the queue owns the JSON of its updates until they are confirmed, expire or are
 * dropped.
 * Units: microseconds of sandbox_now_us(); bytes.
 * Errors: 0 instead of an update id when nothing was queued (kind not among the allowed updates, or
 * queue full).
 * Callbacks: a held poll is answered in the next turn of the loop, never inside updates_add().
 * Facts: Bot API, "getUpdates"; tdlib/telegram-bot-api (2026-05), Client.cpp
 * (process_get_updates_query), td TQueue.
 */
#pragma once
#include "salesreg/sandbox/call.h"
#include "salesreg/sandbox/hold.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

struct update {
	int64_t id, expires_us;
	char *json; /* `"message":{…}`, what follows the update_id */
	size_t size;
	bool whole; /* json is all between the commas of the answer, its own number included */
};

struct updates {
	struct update *ring; /* capacity is a power of two */
	size_t head, count, capacity;
	int64_t next_id;
	uint32_t allowed; /* bit 1 << kind */
	/* as Client.cpp remembers them */
	int64_t previous_offset, previous_start_us;
	/* the held poll */
	bool held;
	struct hold hold;
	struct call call;
	int64_t offset;
	int limit;
};

struct bot;
struct sandbox;
void updates_init(struct updates *u, int64_t first_id);
void updates_finish(struct updates *u);
/* json: `"message":{…}`, copied. Returns the update id, or 0. */
int64_t updates_add(struct bot *bot, enum update_kind kind, const char *json, size_t size);
/* Bytes as they are, JSON or not: after the update_id, or instead of everything (whole). */
int64_t updates_add_bytes(struct bot *bot, const char *bytes, size_t size, bool whole);
/* The i-th of those queued, the oldest first. */
const struct update *updates_at(const struct updates *u, size_t i);
bool updates_is_allowed(const struct updates *u, enum update_kind kind);
/* Of what is queued, what has not expired. */
size_t updates_pending(struct bot *bot);
void updates_drop_all(struct updates *u);
/* Answers a held poll with an error (409). */
void updates_abort_poll(struct bot *bot, enum sandbox_error error);
void method_get_updates(struct call *call);
/* Reads the parameter allowed_updates, if there. */
enum sandbox_error updates_set_allowed(struct updates *u, const struct http_params *params);
/* The allowed kinds as a JSON array. */
void updates_write_allowed(const struct updates *u, struct buf *out);
