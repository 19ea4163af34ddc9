/*
 * What the conversation knows of a prospect: who leads it, how far the questions are, whose the links are.
 * Ownership: as of the state it is part of (conversation.h). Units: Telegram's ids; days since 1970-01-01. Errors: none.
 */
#pragma once
#include "salesreg/domain/qualification/script.h"
#include "salesreg/domain/text/locale.h"

/* Who leads a prospect's conversation; the words are the database's. */
#define CONVERSATION_OWNER_MAP(X)                                                                  \
	X(BOT, "bot")       /* it asks and answers by itself */                                    \
	X(REP, "rep")       /* a person does, and the bot only passes on */                        \
	X(NOBODY, "nobody") /* a person is asked for, and there is none yet */
enum conversation_owner {
#define X(name, text) OWNER_##name,
	CONVERSATION_OWNER_MAP(X)
#undef X
};
const char *conversation_owner_name(enum conversation_owner owner);
/* What is none of ours, or NULL, counts as a rep's: the careful reading. */
enum conversation_owner conversation_owner_from_name(const char *name);

/* What a prospect is asked: by the script that they began on, whatever is configured now. */
struct questionnaire {
	const struct script *script;
	const char *const *answers; /* as script.h has them */
	size_t at;                  /* the question that is asked; script->count: it is finished */
	int32_t today;              /* days since 1970-01-01, in the company's zone */
};

/* Whose business a prospect's chat is about. */
struct prospect_view {
	const char *id, *name; /* the first is NULL until the row is written */
	bool met;              /* this account's conversation is there already */
	bool opted_out;        /* said STOP */
	bool blocked;          /* the rep wants to hear nothing of them */
	bool open;             /* neither converted nor archived */
	bool archived;
	bool described;                        /* something is known of what they look for */
	const struct questionnaire *questions; /* NULL: none were begun */
	enum conversation_owner owner;
	int64_t version; /* of the conversation: grows with each change of its owner */
	/* who has the prospect, by which assignment (0: none is written yet); rep_name NULL: nobody yet */
	int64_t assignment_id;
	const char *rep_name;
	int64_t rep_telegram_id;
	enum locale rep_locale;
};

/* A link of ours that was opened. */
struct link_view {
	const char *campaign;          /* NULL: a prospect's own */
	struct prospect_view prospect; /* whose own it is */
	int64_t account;               /* that came by it first; 0: nobody has */
	bool forwarded;                /* the rep has heard lately that somebody else opened it */
};
