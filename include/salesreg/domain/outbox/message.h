/*
 * An outgoing message before anybody turned it into JSON.
 * Ownership: everything in the arena of the batch.
 * Units: text in UTF-8; Telegram's limit is 4096 UTF-16 units of text, 1–64 bytes of callback data,
 * 100 buttons.
 * Source: Bot API, "sendMessage", "InlineKeyboardButton".
 */
#pragma once
#include "salesreg/base/arena.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MESSAGE_COPY_CHARACTERS = 256 };
enum { MESSAGE_TEXT_UNITS = 4096, MESSAGE_CALLBACK_BYTES = 64, MESSAGE_MAX_BUTTONS = 100 };

/* Lower goes first between chats; within a chat order is kept whatever the priority. */
enum message_priority { PRIORITY_REPLY = 0, PRIORITY_NOTIFICATION = 1, PRIORITY_BULK = 2 };

struct button {
	const char *text;
	const char *data; /* callback data, or NULL */
	const char *url;  /* or a link */
	const char
	    *copy;    /* or a text that is copied: 1–256 characters (Bot API, "CopyTextButton") */
	bool new_row; /* starts a row of its own; the first button always does */
	/* of a keyboard in the place of the letters: it sends the person's own number (Bot API, "KeyboardButton") */
	bool asks_contact;
};

/* Where the buttons are (Bot API, "ReplyKeyboardMarkup", "ReplyKeyboardRemove"). */
enum message_keyboard {
	KEYBOARD_INLINE, /* under the message */
	KEYBOARD_REPLY, /* in the place of the letters until one is pressed; each sends its text. SEND only */
	KEYBOARD_REMOVE, /* those that were there are taken away, and the message has none. SEND only */
};

/* Part of a text that opens the profile of a person the bot has seen; Telegram shows it as plain text where that is not
 * allowed. */
struct mention {
	size_t offset, length; /* UTF-16 units */
	int64_t user_id;
};

/*
 * What somebody else wrote (a table, a form, a prospect) stands in a text between marks, so that nobody takes it for the bot's
 * words: as a quoted block, or as a piece that Telegram makes no link of (Bot API, "MessageEntity": blockquote, code). The marks
 * are controls, which no text from outside has left when it gets here (domain/quote.h).
 */
#define MESSAGE_MARK_QUOTE "\x01"
#define MESSAGE_MARK_CODE "\x02"
#define MESSAGE_MARK_END "\x03"

enum { MESSAGE_MAX_SPANS = 100 };

struct span {
	const char *type;      /* of the entity */
	size_t offset, length; /* UTF-16 units */
};

enum message_kind {
	MESSAGE_SEND, /* sendMessage */
	/* editMessageReplyMarkup of message_id: the buttons replace what hangs there */
	MESSAGE_EDIT_KEYBOARD,
	/* editMessageText of message_id: text and buttons replace what stands there */
	MESSAGE_EDIT_TEXT,
};

struct message {
	enum message_kind kind;
	enum message_priority priority;
	int64_t chat_id;
	int64_t message_id; /* EDIT only */
	/* of the conversation with the chat's person: not sent once it is another. 0: any */
	int64_t version;
	const char *text; /* SEND and EDIT_TEXT */
	const struct button *buttons;
	size_t button_count;
	enum message_keyboard keyboard;
	const struct mention *mention; /* SEND only; NULL: none */
	const struct span *spans;      /* of the text */
	size_t span_count;
	struct message *next; /* in the order to be sent */
};

/* Messages in order; text over Telegram's limit is split at line ends
 * (the buttons go under the last part). Marks in the text become spans of the messages. */
struct message_list {
	struct message *first, *last;
	size_t count;
};
struct message *message_list_add(struct message_list *list, struct arena *a, int64_t chat_id,
    enum message_priority priority, const char *text);
struct message *message_list_add_edit(
    struct message_list *list, struct arena *a, int64_t chat_id, int64_t message_id);
/* text: with marks; NULL if it is longer than a message may be. */
struct message *message_list_add_edit_text(struct message_list *list, struct arena *a,
    int64_t chat_id, int64_t message_id, const char *text);
/* The last `shown` in the message's text becomes a mention; nothing if it is not there. */
void message_set_mention(
    struct message *message, struct arena *a, const char *shown, int64_t user_id);
/* buttons: an array in the arena. */
void message_set_buttons(struct message *message, const struct button *buttons, size_t count);
