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
	/* of the same: it lets the person choose one of their own list (Bot API, "KeyboardButtonRequestUsers") */
	bool asks_person;
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
/* As it is in the transaction that stores the message: whoever says it knows nothing of the conversation. */
enum { MESSAGE_VERSION_NOW = -1 };

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
	/* sendPhoto, sendVideo… of a file that the bot was sent; `text` is its caption, or NULL */
	MESSAGE_FILE,
	/* editMessageCaption of message_id: `text` is the caption */
	MESSAGE_EDIT_CAPTION,
	/* copyMessage of message_id of from_chat: whatever it is, as if the bot had said it (Bot API, "copyMessage") */
	MESSAGE_COPY,
};

/* Why words that are passed on do not arrive; the names are the keys of outbox.relay, "refused". */
#define RELAY_REFUSAL_MAP(X)                                                                       \
	X(GONE, "gone")   /* the receiver has blocked the bot, or is no more */                    \
	X(COPY, "copy")   /* it opens once, or is protected */                                     \
	X(VOICE, "voice") /* the receiver takes no voice messages */                               \
	X(LARGE, "large")                                                                          \
	X(DELETED, "deleted") /* by who said it, meanwhile */                                      \
	X(OWN, "own") /* the bot may not write as the rep any more, and has no chat of its own */  \
	X(OTHER, "other")
enum relay_refusal {
#define X(name, text) RELAY_REFUSED_##name,
	RELAY_REFUSAL_MAP(X)
#undef X
};
#define X(name, text) +1
enum { RELAY_REFUSALS = 0 RELAY_REFUSAL_MAP(X) };
#undef X

/* Whose words a message carries: see store/relay.h. */
struct relayed {
	const char *prospect; /* whose conversation they belong to */
	int64_t chat_id,
	    message_id; /* where they were said; chat_id 0: the bot's own words about the prospect; message_id 0: its own words
			   to the prospect, and who is told of a refusal */
	bool caption;   /* what its sender can edit is a caption */
	bool card;      /* own words to which a reply is a note, and goes to nobody */
	bool
	    notice; /* a card that goes even if the prospect has somebody else by now: what the rep hears of that follows */
	bool receipt;                        /* a sign under them says when they have arrived */
	const char *refused[RELAY_REFUSALS]; /* what the sender is told; all NULL: nothing */
};

struct message {
	enum message_kind kind;
	enum message_priority priority;
	int64_t chat_id;
	int64_t message_id; /* EDIT and COPY */
	int64_t from_chat;  /* COPY */
	int64_t reply_to;   /* SEND and COPY: a message of the chat, that may be gone; 0: none */
	const char *file_kind, *file_id; /* FILE: as struct event_file has them */
	/* SEND, FILE and edits: to a chat of an account that the bot is connected to, as its owner (Bot API, business_connection_id); NULL: as
	 * the bot. Such a message has no buttons. */
	const char *connection;
	const char *
	    format; /* with a connection: how the text or caption looks, as struct event has it; NULL: plainly */
	const struct relayed *relayed; /* NULL: nobody's words */
	/* COPY: of a part of an album, which goes as one with the others, a second after the last of them came; NULL: it is none.
	 * head: a SEND that goes before it, once; NULL: none */
	const char *album;
	const struct message *head;
	/* EDIT_TEXT and EDIT_CAPTION: the SEND that says the same, for where what is to be edited is gone; NULL: then it need not be said */
	const struct message *anew;
	/* of a KEYBOARD_REPLY that stays until it is removed: grey, where one writes; 1–64 characters. NULL: it goes after a press */
	const char *placeholder;
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
struct message *message_list_add_file(struct message_list *list, struct arena *a, int64_t chat_id,
    enum message_priority priority, const char *kind, const char *id, const char *caption);
struct message *message_list_add_edit(
    struct message_list *list, struct arena *a, int64_t chat_id, int64_t message_id);
struct message *message_list_add_copy(struct message_list *list, struct arena *a, int64_t chat_id,
    enum message_priority priority, int64_t from_chat, int64_t message_id);
/* text: with marks; NULL if it is longer than a message may be. */
struct message *message_list_add_edit_text(struct message_list *list, struct arena *a,
    int64_t chat_id, int64_t message_id, const char *text);
/* Puts those of another list at the end, which is empty then. */
void message_list_join(struct message_list *list, struct message_list *other);
/* The last `shown` in the message's text becomes a mention; nothing if it is not there. */
void message_set_mention(
    struct message *message, struct arena *a, const char *shown, int64_t user_id);
/* buttons: an array in the arena. */
void message_set_buttons(struct message *message, const struct button *buttons, size_t count);
