/*
 * Turns one element of getUpdates' result into what a person did (domain/event.h). Survives any
 * JSON value.
 *
 * Ownership: strings of the event borrow from the JSON document or from the arena; both must
 * outlive the event.
 * Units: Telegram's ids; texts are cut at UPDATE_TEXT_UNITS UTF-16 units.
 * Errors: none; what makes no sense is EVENT_IGNORED, has_id is false where even the update's
 * number is missing.
 * Facts: core.telegram.org/bots/api (Update, Message, CallbackQuery, MaybeInaccessibleMessage,
 * ChatMemberUpdated).
 *
 *   message             private chat, from a person:
 *     text              TEXT; "/start", "/start@bot", each with an optional payload: START
 *     contact           CONTACT
 *     photo, voice…     MEDIA, text = the name of the field ("photo"; venue before location,
 *                       animation before document); content this program has never heard of:
 *                       "unknown". A caption is not text.
 *     pinned_message…   IGNORED: Telegram's own notices, nobody said anything
 *   edited_message      EDITED if it has text or a caption, otherwise IGNORED (a live location is edited every
 *                       few seconds)
 *   callback_query      BUTTON on a message in a private chat, text = data or ""; a message that
 *                       Telegram no longer has gives its number and no buttons, an absent one
 *                       message_id 0. Buttons of other kinds than callback and link are left out;
 *                       at most UPDATE_MAX_BUTTONS.
 *   my_chat_member      private chat: new status "kicked" BLOCKED, "member" UNBLOCKED
 *   business_connection CONNECTION
 *   business_message    of a person, in a private chat of an account that the bot is connected to: OWN_CHAT. Nothing of what is
 *                       said is read, but whether a prospect's own link stands there. A bot's words and what is sent while somebody is away: IGNORED
 *   deleted_business_messages  OWN_DELETED
 *   edited_business_message    IGNORED: an edit is no new word, and sometimes nobody's at all
 *   anything else, groups, channels, bots, messages sent in inline mode: IGNORED
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/domain/event/event.h"
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	UPDATE_TEXT_UNITS = 4096,
	UPDATE_MAX_BUTTONS = 100,
	/* No update takes more of the arena than this, whatever it contains. */
	UPDATE_ARENA_BYTES = 128 * 1024,
};

/* A BusinessConnection, as getBusinessConnection answers it: CONNECTION; what is none leaves the event as it is. */
void telegram_connection_parse(const json_t *connection, struct arena *a, struct event *event);
/* Whose content nobody may keep: an update about chats in somebody's own account. update may be NULL. */
bool telegram_update_is_private(const json_t *update);
/* The same of bytes that are no JSON. */
bool telegram_bytes_are_private(const char *bytes, size_t size);

/* The kinds that are read, or known to be ignored: a JSON array for getUpdates. */
#define TELEGRAM_ALLOWED_UPDATES                                                                   \
	"[\"message\",\"edited_message\",\"callback_query\",\"my_chat_member\","                   \
	"\"business_connection\",\"business_message\",\"edited_business_message\","                \
	"\"deleted_business_messages\"]"

struct telegram_update {
	int64_t update_id;
	bool has_id;
	bool flooded;       /* its person is too fast: it is not read (domain/event/floods.h) */
	struct event event; /* user_id and chat_id are 0 where unknown, which only IGNORED allows */
};

/*
 * What a message shows that was edited by us since a button of it was pressed: the buttons of the edit, and its text if it has one,
 * instead of those in the event. payload: of editMessageText or editMessageReplyMarkup. Nothing of an event whose message is not shown.
 * Ownership: copies, in the arena.
 */
void telegram_edit_apply(const char *payload, struct arena *a, struct event *event);

/* update may be NULL. */
void telegram_update_parse(const json_t *update, struct arena *a, struct telegram_update *out);
