/*
 * What reps and admins are told unasked: prospects assigned, prospects nobody takes.
 * Ownership: prospects are borrowed for the call; messages live in the arena.
 * Units: message limits as in message.h; the callback data of the buttons is what conversation.h
 * understands.
 * Errors: none: long texts are shortened, and cards that one message does not hold become several.
 * Source: https://t.me/<name> opens a chat with a user name, tg://user?id=<n> with a number if the
 * client knows the person (core.telegram.org/api/links).
 */
#pragma once
#include "salesreg/domain/outbox/message.h"
#include "salesreg/domain/prospect/reach.h"
#include "salesreg/domain/text/catalog.h"

/* So many are told of by their cards; more of them by their names, in one message. */
enum { NOTICE_MAX_PROSPECTS = 8 };

struct notice_prospect {
	int64_t assignment_id; /* 0: no buttons */
	const char *
	    prospect_id; /* of one alone, without words of theirs: what the rep replies is a note on it; NULL: none */
	/* Any may be NULL. telegram: '@name' or a number. */
	const char *name, *telegram, *context, *notes, *email;
	const char *known;  /* the name under which the rep has this person already, or NULL */
	const char *said;   /* to the bot, or NULL */
	const char *invite; /* the link that leads the prospect to the bot, or NULL */
	const char *
	    bot_writes; /* to them by itself: at this time where they are; "": now; NULL: it does not */
	const char *colleague; /* who has this person, too, and is out of reach, or NULL */
	enum reach reach;      /* of whom the bot has met */
	bool again;            /* someone else had it before */
	bool again_contacted;  /* and wrote to them */
	bool contacted;        /* its rep said so already */
	bool own; /* chosen by a rep from their own contacts: they have asked for nothing */
	bool asks_for_person; /* so the bot is silent, and the rep leads */
};

/* Adds the notification of all that one rep got. count 0 adds nothing. */
void notice_build(const struct catalog *catalog, enum locale locale, int64_t chat_id,
    const struct notice_prospect *prospects, size_t count, struct arena *a,
    struct message_list *messages);

/* The same for prospects whose data another hand has changed. */
void notice_changed(const struct catalog *catalog, enum locale locale, int64_t chat_id,
    const struct notice_prospect *prospects, size_t count, struct arena *a,
    struct message_list *messages);

/* A prospect that the rep wanted to come back to at this time. */
void notice_follow_up(const struct catalog *catalog, enum locale locale, int64_t chat_id,
    const struct notice_prospect *prospect, struct arena *a, struct message_list *messages);

/* A prospect whom the bot cannot write to any more. */
void notice_unreachable(const struct catalog *catalog, enum locale locale, int64_t chat_id,
    const struct notice_prospect *prospect, struct arena *a, struct message_list *messages);

/* Tells one admin which prospects have been declined by everybody. count 0 adds nothing. */
void notice_nobody_left(const struct catalog *catalog, enum locale locale, int64_t chat_id,
    const struct notice_prospect *prospects, size_t count, struct arena *a,
    struct message_list *messages);
