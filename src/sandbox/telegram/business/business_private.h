/*
 * What is known of accounts that a bot may be connected to, for the files of this folder.
 */
#pragma once
#include "salesreg/sandbox/telegram/business/business.h"
#include "salesreg/sandbox/telegram/update_kind.h"

enum { BUSINESS_OPEN_S = 24 * 3600, BUSINESS_RIGHTS_MOST = 20 };

/* One chat of the account. Its messages have the account's numbers, not the bot's. */
struct business_chat {
	struct business_chat *next;
	struct chat chat;
	int64_t incoming_s; /* the other one's last word; 0: none */
	bool paused;
};

struct business {
	struct business *next;
	struct bot *bot;
	struct user *owner;
	char id[32]; /* "": this account has connected no bot so far */
	bool enabled;
	char *rights; /* `"can_reply":true,…` */
	bool can_reply;
	int64_t date_s, last_message_id;
	struct business_chat *chats;
};

/* With this id; NULL: there is none. */
struct business *business_find(const struct bot *bot, const char *id);
/* A new one, the newest, which takes over the chats of the account. */
struct business *business_add(struct bot *bot, struct user *owner);
struct business_chat *business_chat_of(struct business *b, struct user *peer);
struct message *business_add_message(struct business *b, struct business_chat *c,
    const struct user *from, const char *text, const char *entities, const char *markup,
    const char *extra);
/* As the other one's chat with the bot has it in the transcript, where tests and the page look for what somebody reads. */
void business_record(const struct business *b, const struct business_chat *c, const char *kind,
    const struct message *m, bool by_bot);
/* The update; 0: the bot is told nothing. */
int64_t business_tell_message(const struct business *b, const struct business_chat *c,
    enum update_kind kind, const struct message *m);
/* As the bot gets it: by which connection, too. */
void business_write_message(struct buf *out, const struct business *b,
    const struct business_chat *c, const struct message *m);
void business_write_connection(struct buf *out, const struct business *b);
