/*
 * What a step of the conversation may look at besides the person's own state: rows of the database as the domain sees them.
 * Ownership: borrowed for the step. Units: Telegram's ids; counts; microseconds (_us). Errors: none.
 */
#pragma once
#include "salesreg/domain/calendar/hours.h"
#include "salesreg/domain/conversation/prospect_view.h"
#include "salesreg/domain/text/locale.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* sales_representatives.status; absent = no row. */
#define REP_STATUS_MAP(X)                                                                          \
	X(ABSENT, "absent")                                                                        \
	X(PENDING, "pending")                                                                      \
	X(ACTIVE, "active")                                                                        \
	X(SUSPENDED, "suspended")                                                                  \
	X(REMOVED, "removed")

enum rep_status {
#define X(name, text) REP_##name,
	REP_STATUS_MAP(X)
#undef X
};
const char *rep_status_name(enum rep_status status);
/* False for NULL or a word that is none of ours
 * (*status is then REP_SUSPENDED: the careful reading). */
bool rep_status_from_name(const char *name, enum rep_status *status);

struct assignment_view {
	int64_t id;
	bool live;
	bool mine;      /* its rep is who pressed */
	bool contacted; /* its rep said so already, whatever earlier ones did */
	const char *prospect_name, *prospect_telegram, *prospect_status;
	const char *prospect_id;
	/* the prospect's conversation, and account; account 0: the bot has not met them */
	enum conversation_owner owner;
	int64_t version, prospect_account;
	enum locale prospect_locale;
	bool blocked;           /* by the rep */
	const char *connection; /* as struct relay_view has them */
	int64_t own_account;
	bool opted_out;    /* the prospect has said STOP */
	bool undoable;     /* declined a moment ago, and nobody has done anything since */
	bool nobody_else;  /* could take it, if its rep declines */
	const char *ended; /* assignments.reason; NULL: it goes on */
	bool again; /* it ended, and its rep has the prospect by another one, or by hand so far */
	/* the assignment and rep that have the prospect instead; 0: none */
	int64_t other_id, other_telegram_id;
	enum locale other_locale;
};

/* Whom an admin decides about. */
struct subject_view {
	const char *rep_id, *name, *email;
	int64_t telegram_id;
	enum rep_status status;
	const char *application; /* of one removed: declined, withdrawn; NULL: it was a rep */
	const char *
	    decided_by; /* an application of theirs, last: a name or an account; NULL: nobody has */
	bool proven;    /* the e-mail, by a code */
	bool is_admin;  /* while active */
	enum locale locale;
};

#define CODE_STATE_MAP(X)                                                                          \
	X(QUEUED, "queued")   /* its mail is to be sent */                                         \
	X(SENDING, "sending") /* it goes out just now */                                           \
	X(SENT, "sent")                                                                            \
	X(REFUSED, "refused") /* the mail server says that there is no such address */             \
	X(FAILED, "failed")   /* it was tried for too long */

enum code_state {
#define X(name, text) CODE_##name,
	CODE_STATE_MAP(X)
#undef X
};
const char *code_state_name(enum code_state state);
/* What is none of ours counts as failed. */
enum code_state code_state_from_name(const char *name);

enum { CODE_DIGITS = 6, CODE_TRIES = 5, CODE_TRIES_GUESSED = 2, CODE_MINUTES = 10 };

/* The code a person is asked for, and who has its address: known, and said, only when the code is right. */
struct code_view {
	int64_t id;
	const char *email, *email_key;
	enum code_state state;
	int64_t wrong; /* answers so far */
	bool guessed;  /* others have tried to guess codes for the mailbox */
	bool mailed;   /* some mail may have arrived */
	bool expired;
	bool matches; /* what the event says is the code */
	/* who has the address; rep_id NULL: nobody */
	const char *rep_id, *rep_name;
	int64_t rep_telegram_id;
	enum rep_status rep_status;
	enum locale rep_locale;
};

/* A link for one new rep. */
struct invite_view {
	const char *hash;      /* names it */
	const char *email_key; /* the only address it is good for; NULL: any */
	int64_t holder;        /* whose first press it was; 0: nobody's yet */
	bool ended, used;
};

/* A link that nobody has yet: what it says, and what is stored of it. */
struct fresh_link {
	const char *text, *hash; /* NULL: none can be made, the bot does not know its own name */
	int days;
};

/* A rep's calendar; the words are the database's. */
#define CALENDAR_STATE_MAP(X)                                                                      \
	X(NONE, "none")                                                                            \
	X(CONNECTED, "connected")                                                                  \
	X(RECONNECT, "reconnect") /* Google takes the token no more */                             \
	X(DISCONNECTED, "disconnected")
enum { CALENDAR_SLOTS_SHOWN = 5, CALENDAR_CHOICES_SHOWN = 90 };
struct calendar_choice {
	int64_t id;
	const char *summary;
	bool counts;   /* its events keep the rep busy */
	bool writable; /* by the rep, so that calls can be entered */
	bool target;   /* they are; of all that are known one is */
};
enum calendar_state {
#define X(name, text) CALENDAR_##name,
	CALENDAR_STATE_MAP(X)
#undef X
};
/* What is none of ours, or NULL, counts as none. */
enum calendar_state calendar_state_from_name(const char *name);
struct calendar_view {
	enum calendar_state state;
	const char *email;            /* of the Google account */
	bool unread;                  /* nothing of it is known yet */
	bool doubtful;                /* what is known is old, or not all: nothing is free */
	const char *today, *tomorrow; /* busy times, "10:00–11:30, 14:00–15:00"; "": none */
	const char *slots; /* the next free ones; "": none; NULL: the rep has set no hours */
	const char *zone;  /* of all these times */
	/* those that count first; CALENDAR_CHOICES_SHOWN at most */
	const struct calendar_choice *choices;
	size_t choice_count;
};

/* Somebody who says that an e-mail another account has is theirs. */
struct claim_view {
	int64_t telegram_id;
	const char *name, *email, *username; /* the latter as the admins were shown it */
	bool asked;                          /* the admins know, and have not decided */
	bool stands; /* who has the e-mail is who had it when they were asked */
	enum locale locale;
	/* who has the e-mail; rep_id NULL: nobody any more */
	const char *rep_id, *rep_name, *rep_username;
	int64_t rep_telegram_id;
	enum rep_status rep_status;
	enum locale rep_locale;
};

/* Somebody who waits for an admin. */
struct application_view {
	int64_t telegram_id;
	const char *name, *email, *username; /* username without @, NULL if none */
};

/* What an admin sends to all reps. */
#define BROADCAST_STATE_MAP(X)                                                                     \
	X(DRAFT, "draft")                                                                          \
	X(SENDING, "sending")                                                                      \
	X(STOPPED, "stopped")                                                                      \
	X(DONE, "done")
enum broadcast_state {
#define X(name, text) BROADCAST_##name,
	BROADCAST_STATE_MAP(X)
#undef X
};
/* What is none of ours counts as done. */
enum broadcast_state broadcast_state_from_name(const char *name);
struct broadcast_view {
	int64_t id;
	const char *about; /* what its buttons carry */
	bool mine;         /* whose event it is wrote it */
	enum broadcast_state state;
	bool ended; /* nobody is sent it any more */
};
/* What an effect does with one. */
#define BROADCAST_SEND "send"
#define BROADCAST_CANCEL "cancel"
#define BROADCAST_STOP "stop"
/* How many reps would be sent one, and how many cannot be reached now. */
struct broadcast_audience {
	int64_t reached, unreached;
};

/* Who is asked for a code that was mailed. */
struct code_waiter {
	int64_t telegram_id, code_id;
	const char *name, *email, *email_key; /* name: NULL: none was given */
	enum code_state state;
	enum locale locale;
};

/* A file of prospects that an admin has sent, and how far it is. */
enum file_state {
	FILE_NONE,
	FILE_READ,   /* it is being read, or looked at */
	FILE_SHOWN,  /* what would come of it; it waits for the admin's word */
	FILE_WANTED, /* it is being imported */
};
struct file_view {
	int64_t message_id; /* the admin's, that it came with */
	const char *name;
	enum file_state state;
};

/* A prospect that every rep has declined. */
struct untaken_view {
	const char *name, *telegram, *context, *email;
};

/* A prospect's conversation as words are passed on in it. */
struct relay_view {
	const char *prospect_id, *name;
	int64_t account; /* of the prospect; 0: has not met the bot */
	enum locale prospect_locale;
	enum conversation_owner owner;
	int64_t version, assignment_id;
	int64_t rep_telegram_id; /* who has the prospect */
	bool blocked;            /* the rep wants to hear nothing of them */
	/* of a message: the one on the other side, 0: none; whether it was said here, or came here; whether it has but a caption */
	int64_t other_chat, other_message;
	bool passed_on, caption;
	bool card,
	    note; /* the bot's, to which a reply is a note that goes to nobody; such a note of the rep's */
	const char
	    *other_connection; /* it was said as the rep, by this connection; NULL: by the bot */
	int64_t last;          /* of a partner: the message that came last */
	/* of the rep: what goes to this prospect goes by it, as the rep, to this account of the prospect's; NULL: by the bot */
	const char *connection;
	int64_t own_account;
};

/* A connection to a rep's own account as it was so far, and a chat there. */
struct business_view {
	bool enabled, can_reply, can_read;
	const char *rights; /* others that were given */
	int64_t rep_telegram_id;
	enum locale rep_locale;
	/* whom the chat is with; prospect_id NULL: no open prospect of this rep's, so that it is no business of ours */
	const char *prospect_id, *name;
	enum conversation_owner owner;
	int64_t version, assignment_id;
	int64_t account; /* in the bot's chat; 0: has not met the bot */
	bool contacted;  /* the rep said so already */
	bool open;       /* they wrote there in the last day */
	bool fresh;      /* nobody of ours has said a word to them, and they may be written to */
	bool ours;       /* the bot wrote this message as the rep */
};

/* When a rep works, and where. */
struct hours_view {
	struct hours hours;
	int32_t days_off[HOURS_DAYS_OFF_MOST]; /* that are still to come */
	size_t day_off_count;
	const char *zone; /* its name */
	int32_t today;    /* there */
	const char *now;  /* what clocks show there: "14:05" */
	/* other zones that may be the rep's; NULL: not known */
	const char *calendar_zone, *company_zone;
};

/* A zone that the event names, as the database knows it. */
struct zone_view {
	const char *name, *now;
};
