/*
 * What a step of the conversation changes: one list of kinds, which the store turns into statements.
 * Ownership: strings are borrowed until the batch is written. Units: Telegram's ids; days. Errors: none.
 */
#pragma once
#include "salesreg/domain/conversation/views.h"

#define EFFECT_KIND_MAP(X)                                                                                        \
	/* name, email, email_key, status, username; new or back after removal */                                 \
	X(REGISTER, "register")                                                                                   \
	X(CHANGE_EMAIL, "change_email") /* email, email_key */                                                    \
	X(UNREGISTER, "unregister")     /* removed; open prospects go back */                                     \
	X(CONTACTED, "contacted")       /* assignment_id */                                                       \
	X(UNDO, "undo")                 /* assignment_id, of one declined; to: who loses it */                    \
	X(DECLINE, "decline")           /* assignment_id */                                                       \
	X(APPROVE, "approve")           /* rep_id of the subject → active */                                    \
	X(REJECT, "reject")             /* the same → removed; reason */                                        \
	/* rep_id of the subject, change, status it leads to; amount */                                           \
	X(CHANGE_REP, "change rep")                                                                               \
	/* prospect; was, to_rep: whose it was and is, NULL: nobody's; by; from, to: accounts of who */           \
	/* had it, and its own */                                                                                 \
	X(GIVE, "give")                                                                                           \
	/* prospect, was, closed: the status; reason: what happened, said: how; by, from, to */                   \
	X(SET_STATUS, "set status")                                                                               \
	X(MANAGER_NOTE, "manager's note") /* prospect, said, by */                                                \
	X(UNREACHABLE, "unreachable")     /* blocked the bot: unavailable */                                      \
	X(MOVE, "move") /* rep_id, from and to, name (NULL: as it is), email_key if proven */                     \
	X(REFUSE_CLAIM, "refuse claim") /* to: whose claim it was */                                              \
	X(SEND_CODE, "send code")       /* email, email_key: instead of any other */                              \
	X(RESEND_CODE, "resend code")   /* to, email, email_key: by an admin */                                   \
	X(WRONG_CODE, "wrong code")     /* code_id */                                                             \
	X(CODE_DONE, "code done")       /* no code is asked for any more */                                       \
	X(EVICT, "evict")             /* rep_id, from: whose e-mail turned out to be another's */                 \
	X(MAKE_INVITE, "make invite") /* invite, days: of the link that an admin is told */                       \
	X(HOLD_INVITE, "hold invite") /* invite: it is this person's from now on */                               \
	X(USE_INVITE, "use invite")   /* invite: it has done its work */                                          \
	X(SET_HOURS, "set hours")     /* hours: instead of those there are */                                     \
	X(ADD_DAYS_OFF, "add days off")       /* days_off */                                                      \
	X(REMOVE_DAYS_OFF, "remove days off") /* days_off */                                                      \
	X(SET_ZONE, "set zone")               /* zone */                                                          \
	X(CALENDAR_LINK, "calendar link")     /* invite: of the link to the consent page */                       \
	X(DISCONNECT_CALENDAR, "disconnect calendar") /* and the grant is given back */                           \
	X(PICK_CALENDAR, "pick calendar")     /* calendar_id: whether it counts is turned round */                \
	X(TARGET_CALENDAR, "target calendar") /* calendar_id: calls are entered there */                          \
	/* assignment_id, zone, day, minute: the rep gets the card again then */                                  \
	X(FOLLOW_UP, "follow up")                                                                                 \
	X(STATS, "stats") /* days, as_table, message_id: whose place they take, 0: none */                        \
	/* message_id: the admin's, said, value: its format, name: whose it is, reason: what its buttons carry */ \
	X(DRAFT_BROADCAST, "draft broadcast")                                                                     \
	/* broadcast, reason: BROADCAST_SEND…, message_id: where it is said how far it is */                    \
	X(MOVE_BROADCAST, "move broadcast")                                                                       \
	/* message_id, said: the file's id, name, at: its bytes: an admin's, of prospects */                      \
	X(SEND_FILE, "send file")                                                                                 \
	X(IMPORT_FILE, "import file") /* message_id, reason: all of it, or its good rows */                       \
	X(CANCEL_FILE, "cancel file") /* message_id */                                                            \
	X(HEARD, "heard")             /* an admin has been shown what was missed */                               \
	/* name, username, source, campaign: who writes is a prospect from now on */                              \
	X(NEW_PROSPECT, "new prospect")                                                                           \
	X(MEET_PROSPECT, "meet prospect") /* prospect: who writes is that one */                                  \
	X(SAID, "said") /* prospect, said, message_id, attached: kept for the rep */                              \
	/* prospect, owner, version: as it was before; to: the prospect's account */                              \
	X(OWN, "own")                                                                                             \
	X(QUALIFY, "qualify") /* position: the first question of the rules' script */                             \
	/* question, value (""), shown, voided, position, score, prospect, unclaimed */                           \
	X(ANSWER, "answer")                                                                                       \
	X(ASK, "ask")     /* position, score: another question is asked */                                        \
	X(CLOSE, "close") /* assignment_id, closed, reason */                                                     \
	/* prospect, known, from, username, name, assignment_id: a client of the rep's own */                     \
	X(OWN_CLIENT, "own client")                                                                               \
	X(NOTE, "note") /* prospect, said, message_id: a rep's, by this message of theirs */                      \
	X(CHANGE_NOTE, "change note")       /* message_id, said */                                                \
	X(REOPEN, "reopen")                 /* prospect: was archived, and has written */                         \
	X(LEAVE_PROSPECT, "leave prospect") /* who writes is no more the prospect they were */                    \
	X(FORWARDED, "forwarded")           /* prospect: somebody else has opened the link */                     \
	X(BLOCK, "block")                   /* prospect, blocked: by the rep; to: the account */                  \
	/* connection, at, rights: the bot may act for an account, or with other rights; and no more */           \
	X(CONNECT, "connect")                                                                                     \
	X(DISCONNECT, "disconnect")                                                                               \
	/* connection, prospect, at; from and to: accounts of the prospect and the rep, in whose own */           \
	/* chat the prospect has written, or the rep; or what was written there is no more: said */               \
	X(HEARD_THERE, "heard there")                                                                             \
	X(TYPED_THERE, "typed there")                                                                             \
	X(DELETED_THERE, "deleted there")                                                                         \
	X(GREET_THERE,                                                                                            \
	    "greet there")  /* prospect, version: by the bot as the rep, unless that one does */                  \
	X(STOP, "stop")     /* nothing is sent to this person unasked */                                          \
	X(RESUME, "resume") /* it is again */                                                                     \
	X(REACHABLE, "reachable") /* available again */                                                           \
	X(USERNAME, "username")   /* username, NULL if they have none any more */

enum effect_kind {
#define X(name, text) EFFECT_##name,
	EFFECT_KIND_MAP(X)
#undef X
};
#define X(name, text) +1
enum { EFFECT_COUNT = 0 EFFECT_KIND_MAP(X) };
#undef X
const char *effect_kind_name(enum effect_kind kind);

/* About the person of the event and their rep_id, where the kind names no other. Members not named by the kind are zero. */
struct effect {
	enum effect_kind kind;
	const char *name, *email, *email_key;
	bool proven; /* the e-mail with this key, by a code */
	enum rep_status status;
	int64_t assignment_id;
	const char *rep_id;
	const char *by;     /* the admin, as others call them */
	const char *change; /* as rep_change.h names it */
	const char *was, *to_rep;
	int64_t amount; /* seconds, < 0: no end, 0: it ends; or a capacity, 0: as everybody's */
	int64_t usual;  /* everybody's capacity */
	const char *username;
	const char *invite;           /* its hash */
	int64_t days;                 /* it is good for */
	const char *hours, *days_off; /* as domain/calendar/hours.h packs them */
	const char *zone;
	const char *prospect, *said;
	bool unclaimed; /* SAID: nobody has the prospect, and whoever comes is to read it */
	bool blocked, as_table;
	bool known;        /* OWN_CLIENT: there is a row of the prospect */
	const char *owner; /* who leads the conversation from now on */
	int64_t version;
	const char *source, *campaign; /* where a prospect comes from: see salesreg.conversations */
	/* an answer as it is stored, and in words; questions whose answers it takes back, with commas; the question that is
	 * asked now, NULL: none */
	const char *question, *value, *shown, *voided, *position;
	int64_t score;
	const char *closed, *reason;     /* the prospect's status from now on, and why */
	const char *connection, *rights; /* rights: as struct business_event has them */
	bool can_reply, can_read;
	int64_t at; /* seconds since 1970 */
	int64_t message_id;
	bool attached; /* to what was said: more than words */
	int64_t code_id;
	int64_t broadcast;
	int64_t calendar_id;
	int64_t day, minute; /* there: since 1970, and since midnight */
	int64_t from, to;    /* Telegram accounts */
};
