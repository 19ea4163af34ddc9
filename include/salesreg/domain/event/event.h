/*
 * What a person did, stripped of Telegram's wrapping: the input of the conversation.
 * Ownership: strings borrow from the batch's arena or document and live as long as the batch; all
 * are clean UTF-8.
 * Units: chat and user ids are Telegram's (64 bits).
 * Source: Bot API, "Update", "Message", "CallbackQuery", "ChatMemberUpdated".
 */
#pragma once
#include "salesreg/base/arena.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVENT_KIND_MAP(X)                                                                          \
	X(TEXT, "text")           /* a private text message; text = what was written */            \
	X(START, "start")         /* /start; text = the deep-link payload or "" */                 \
	X(BUTTON, "button")       /* an inline button; text = callback data */                     \
	X(CONTACT, "contact")     /* a shared contact */                                           \
	X(PEOPLE, "people")       /* somebody chosen from the person's own list, by our button */  \
	X(MEDIA, "media")         /* sticker, photo, voice…: nothing to read; text = what */     \
	X(EDITED, "edited")       /* an edited private message */                                  \
	X(BLOCKED, "blocked")     /* my_chat_member: the person blocked the bot */                 \
	X(UNBLOCKED, "unblocked") /* my_chat_member: and unblocked it */                           \
	/* of an account that somebody has connected the bot to; see struct business_event */      \
	X(CONNECTION, "connection") /* begun, ended, or with other rights */                       \
	X(OWN_CHAT, "own chat") /* somebody wrote in a chat of it; text = "", whatever it was */   \
	X(OWN_DELETED,                                                                             \
	    "own deleted")    /* messages there are no more; text = their numbers, with commas */  \
	X(IGNORED, "ignored") /* groups, channels, bots, kinds nobody needs: no answer */

enum event_kind {
#define X(name, text) EVENT_##name,
	EVENT_KIND_MAP(X)
#undef X
};
const char *event_kind_name(enum event_kind kind);

/* An inline button as Telegram showed it under the message a callback belongs to. */
struct event_button {
	const char *text, *data; /* data NULL for link buttons */
	const char *url;         /* NULL for others than links */
	const char *copy;        /* the text that one copies, or NULL */
	size_t row;
};

/* What an event has in common with the same person's event before it in the same poll. */
enum event_repeat {
	EVENT_NEW,
	EVENT_SAME, /* says the same: «статус» twice, one button twice, the parts of an album */
	EVENT_SAME_SORT, /* both are words that none of our phrases stands for: "hi", "anybody there?" */
};

/*
 * What happens in somebody's own account, to which the bot is connected ("business"). What is said there is not read, but for a link of ours.
 * Source: Bot API, "BusinessConnection", "BusinessBotRights", "BusinessMessagesDeleted".
 */
struct business_event {
	const char *connection; /* its id */
	int64_t at;             /* seconds since 1970 */
	/* CONNECTION; rights: names of those we do not need, with commas */
	bool enabled, can_reply, can_read;
	const char *rights;
	/* of the others: whom the chat is with, in which message, or messages */
	int64_t peer, message_id;
	const char *peer_username; /* without @, NULL if none */
	/* of OWN_CHAT: to which bot's chat a prospect's own link in it leads, as in the draft of a card; NULL: there is none */
	const char *invites_to;
};

/* A file that was sent: by its id this bot can send it anywhere (Bot API, "file_id"). */
struct event_file {
	const char *kind; /* the name of its field: photo, video, voice… */
	const char *id;
	const char *name; /* NULL if it has none */
	int64_t size;     /* in bytes; 0: not known */
};

struct event {
	enum event_kind kind;
	enum event_repeat repeat;
	int64_t user_id, chat_id;
	const char *username;      /* without @, NULL if none */
	const char *first_name;    /* NULL if none */
	const char *language_code; /* IETF tag as Telegram gave it, NULL if none */
	const char *text;          /* see the kinds; never NULL */
	int64_t date_s;            /* when Telegram had the message, or its edit; 0: not known */
	int64_t said_id;           /* of the person's own message; 0: none */
	/* the message of this chat that it replies to, or that the pressed one replied to; 0: none */
	int64_t replies_to;
	bool replies_to_media;         /* which has no text */
	const char *album;             /* that it is a part of; NULL: none */
	const struct event_file *file; /* of MEDIA that is one; NULL: none */
	/* how the text, or the caption, looks: JSON as the Bot API has it ("MessageEntity"); NULL: plainly */
	const char *format, *replied_format;
	/* of BUTTON: of that message; NULL: not known, none */
	const char *replied_text, *replied_caption;
	const struct event_file *replied_file;
	const char
	    *caption; /* of MEDIA, and of what was EDITED if it is none but a caption; NULL: none */
	/* BUTTON only */
	const char *callback_id; /* for answerCallbackQuery; NULL otherwise */
	int64_t message_id;      /* of the message the button hangs on; 0 = too old to be known */
	const struct event_button *buttons;
	size_t button_count;
	/* of that message, with the marks of domain/outbox/message.h where it had entities of ours; NULL: not known */
	const char *message_text;
	const struct business_event
	    *business; /* of the last kinds; user_id is who wrote, chat_id 0 but for CONNECTION */
	/* CONTACT only */
	const char *phone;
	int64_t contact_user_id;
	/* PEOPLE only: who was chosen (Bot API, "UsersShared", "SharedUser"); strings NULL if they have none */
	int64_t chosen_id;
	const char *chosen_name, *chosen_username;
};

/* before: the same person's, next before it in the poll. */
enum event_repeat event_repeats(
    const struct event *before, const struct event *event, struct arena *a);
