/*
 * The conversation: from what is known of a person and one event to what changes and what is said.
 * Ownership: the state, its rules and views are borrowed for the call; everything in an outcome
 * lives in the arena given or is borrowed from state and event, so keep those until the batch is
 * written.
 * Units: Telegram's ids; counts.
 * Errors: none: every event has an outcome.
 * Source: Bot API, "InlineKeyboardButton" (callback data 1–64 bytes).
 */
#pragma once
#include "salesreg/domain/calendar/hours.h"
#include "salesreg/domain/conversation/prospect_view.h"
#include "salesreg/domain/event/event.h"
#include "salesreg/domain/event/person.h"
#include "salesreg/domain/outbox/message.h"
#include "salesreg/domain/prospect/outreach_rules.h"
#include "salesreg/domain/qualification/script.h"
#include "salesreg/domain/text/catalog.h"

/* What the bot is waiting for; the names are stored in salesreg.user_sessions. */
#define CONVERSATION_PHASE_MAP(X)                                                                    \
	X(NONE, "none")       /* nothing asked */                                                    \
	X(OFFERED, "offered") /* whether to register */                                              \
	X(NAME, "name")       /* the name; draft_name: one word, asked again */                      \
	X(EMAIL, "email")     /* the corporate e-mail; draft_name is set */                          \
	X(CLAIM, "claim")     /* an admin's word on claim_email */                                   \
	X(CODE,                                                                                      \
	    "code") /* the code that was mailed: to a newcomer, or for an active rep's new e-mail */ \
	X(CHANGE_EMAIL, "change_email")             /* an active rep's new e-mail */                 \
	X(HOURS, "hours")                           /* when an active rep works */                   \
	X(ZONE, "zone")                             /* in which time zone */                         \
	X(CONFIRM_UNREGISTER, "confirm_unregister") /* whether to unregister */

enum conversation_phase {
#define X(name, text) PHASE_##name,
	CONVERSATION_PHASE_MAP(X)
#undef X
};
const char *conversation_phase_name(enum conversation_phase phase);
/* An unknown name, or NULL, counts as none: an older or newer binary wrote it. */
enum conversation_phase conversation_phase_from_name(const char *name);

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

/* What a link's payload (`/start PAYLOAD`) is, by what it begins with; the letters are in links that people keep. */
enum { CONVERSATION_INVITE_LETTER = 'r' };
enum start_link {
	START_PLAIN,      /* there is none */
	START_PROSPECT,   /* p: a prospect's own link */
	START_CAMPAIGN,   /* c: of an advertisement */
	START_INVITATION, /* r: for one new rep */
	START_BUSINESS, /* bizChat<id>: a rep opens the bot from a chat of their business account (Bot API, "Business") */
	START_UNKNOWN
};
enum start_link start_link(const char *payload);

enum { CONVERSATION_PROSPECT_LETTER = 'p', CONVERSATION_CAMPAIGN_LETTER = 'c' };

struct conversation_rules {
	const struct catalog *catalog;
	const char *const *domains;
	size_t domain_count;
	bool approval_by_admin;
	const char *bot_username; /* "" or NULL until it is known */
	bool by_invitation;       /* a stranger needs a link, an admin does not */
	bool proves_email;        /* by a code that is mailed */
	const char
	    *calendar_url; /* links to Google's consent page begin so; NULL: the calendar is off */
	bool domains_are_told; /* to strangers, which domains are the company's */
	const int64_t *admin_ids;
	size_t admin_count;
	enum locale
	    default_locale; /* of who has no language of ours, and of admins who chose none */
	size_t max_prospects;
	/* as phrase_words() gives them: whoever says one of these wants a person, and no bot */
	const char *const *hand_over_words;
	size_t hand_over_count;
	struct outreach_limits outreach;
	int64_t follow_up_s; /* before a silent prospect is reminded; 0: never */
	const struct script *script; /* what prospects are asked; NULL: nothing */
};

struct client_view {
	const char *prospect_id, *name, *telegram;
	const char *status; /* the database's word */
	const char *context;
	int64_t assignment_id; /* 0: no buttons */
	bool contacted;        /* this rep said so already */
};

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
	bool proven;             /* the e-mail, by a code */
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

/* A prospect that every rep has declined. */
struct untaken_view {
	const char *name, *telegram, *context, *email;
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

struct conversation_state {
	const struct conversation_rules *rules;
	/* the session row */
	bool known;            /* there is one */
	bool locale_chosen;    /* by the person, so that Telegram's language does not matter */
	enum person_kind kind; /* as whom the person was asked what the phase says */
	enum conversation_phase phase;
	enum locale locale;         /* read only if known */
	const char *draft_name;     /* NULL if none */
	const char *claim_email;    /* of somebody else, as far as we know; NULL if none */
	const char *claim_rep;      /* in PHASE_CLAIM: who had it when the admins were asked */
	const char *claim_username; /* in PHASE_CLAIM: this person's, as they were shown it */
	const char *claim_holder;   /* who has it now; NULL: nobody any more */
	int64_t wrong_emails;       /* in a row */
	int64_t looked_emails; /* that turned out to be taken, or were free and taken, lately */
	int64_t pause_us;      /* for so long no e-mail is looked at; 0: now */
	/* the rep row; strings NULL if there is none */
	enum rep_status rep_status;
	const char *rep_id, *rep_name, *rep_email, *rep_username;
	bool rep_available; /* false after the bot was blocked */
	size_t open_clients;
	const struct prospect_view *prospect; /* that this person is; NULL: none */
	/* facts about this one event, as conversation_interest() asked for them */
	bool email_taken;     /* by another rep than this one */
	bool code_wait_wrong; /* code_wait_us is because of wrong codes, not of mails */
	bool guesses_over;    /* too many links that lead nowhere: such a one is not answered */
	const struct assignment_view *assignment; /* NULL: no such assignment */
	const struct subject_view *subject;       /* NULL: no such rep */
	const struct client_view *clients;        /* oldest assignment first */
	size_t client_count;
	const struct claim_view *claim; /* NULL: nothing is claimed */
	const struct hours_view *hours; /* NULL: they were not read */
	const struct zone_view *zone;   /* NULL: the event names none that there is */
	const struct code_view *code;   /* NULL: none is asked for */
	int64_t
	    code_wait_us; /* until a mail may be sent to the e-mail in the event, else the code's; 0: now */
	const struct invite_view *invite; /* whose link was pressed; NULL: there is none such */
	const struct link_view *opened;   /* the same of a prospect's or a campaign's */
	/* an unused one of this person's, one that has not ended and is good for the e-mail in the
	 * event if there is such; NULL: none */
	const struct invite_view *held;
	struct fresh_link link; /* for an admin who asks for one */
	struct calendar_view calendar;
	struct fresh_link calendar_link; /* to the consent page */
	/* the languages that admins have chosen: for what is written to them */
	const struct chosen_locale *admin_locales;
	size_t admin_locale_count;
	/* of admins only: what there is to be shown, and whether they missed some of it */
	bool missed;
	const struct application_view *applications; /* longest waiting first, not all of them */
	const struct claim_view *waiting_claims;     /* the same */
	size_t application_count, waiting_claim_count, application_total /* of both */;
	const struct untaken_view *untaken;
	size_t untaken_count;
};

/* What has to be read before the step: all it can possibly use, whatever the state turns out to
 * be. */
struct conversation_interest {
	const char *email_key; /* NULL: none. Whose is it? → email_taken */
	int64_t assignment_id; /* 0: none → assignment */
	/* 0: none → subject. Not the uuid: the database makes that only after the admins' buttons
	 * are written. */
	int64_t subject_telegram_id;
	int64_t claim_telegram_id; /* 0: none → claim */
	const char *code;          /* six digits; NULL: the event says none → code.matches */
	const char *invite;        /* what the link carries; NULL: none → invite */
	const char *link;          /* the same of a prospect's or a campaign's → opened */
	bool wants_clients;        /* → clients */
	bool wants_link;           /* → link */
	bool wants_calendar;       /* → calendar, calendar_link */
	bool wants_hours;          /* → hours */
	const char *zone;          /* NULL: the event names none → zone */
	bool wants_applications;   /* → applications, if an admin asks */
	bool tells_admins;         /* → admin_locales; it may end in a message to them */
	bool takes_back;          /* what was declined; anybody's doings with the prospect matter */
	bool changes_assignments; /* the assignment lock must be taken first */
};
/* What a person is told of the mail with the code, who did nothing meanwhile. */
enum code_news { CODE_NEWS_DELAYED, CODE_NEWS_SENT_LATE, CODE_NEWS_REFUSED, CODE_NEWS_FAILED };
struct message *conversation_code_news(const struct catalog *catalog, enum locale locale,
    int64_t chat_id, enum code_news news, const char *email, struct arena *a);
/* The six digits of a text that is nothing but them, spaces, dashes and dots aside, or a short line with them and no other
 * digits ("Your code: 123456"), or NULL. */
const char *conversation_code(const char *text, struct arena *a);
/* Whether the event is a link whose token is none of ours. */
bool conversation_link_leads_nowhere(
    const struct conversation_state *state, const struct event *event);
/* Who is talking, as a set of PERSON_…. */
unsigned conversation_kinds(const struct conversation_state *state, int64_t user_id);
bool conversation_is_admin(const struct conversation_rules *rules, int64_t user_id);
void conversation_interest(
    const struct event *event, struct arena *a, struct conversation_interest *interest);

#define EFFECT_KIND_MAP(X)                                                                         \
	/* name, email, email_key, status, username; new or back after removal */                  \
	X(REGISTER, "register")                                                                    \
	X(CHANGE_EMAIL, "change_email") /* email, email_key */                                     \
	X(UNREGISTER, "unregister")     /* removed; open prospects go back */                      \
	X(CONTACTED, "contacted")       /* assignment_id */                                        \
	X(UNDO, "undo")                 /* assignment_id, of one declined; to: who loses it */     \
	X(DECLINE, "decline")           /* assignment_id */                                        \
	X(APPROVE, "approve")           /* rep_id of the subject → active */                     \
	X(REJECT, "reject")             /* rep_id of the subject → removed */                    \
	X(UNREACHABLE, "unreachable")   /* blocked the bot: unavailable */                         \
	X(MOVE, "move") /* rep_id, from and to, name (NULL: as it is), email_key if proven */      \
	X(REFUSE_CLAIM, "refuse claim") /* to: whose claim it was */                               \
	X(SEND_CODE, "send code")       /* email, email_key: instead of any other */               \
	X(WRONG_CODE, "wrong code")     /* code_id */                                              \
	X(CODE_DONE, "code done")       /* no code is asked for any more */                        \
	X(EVICT, "evict")             /* rep_id, from: whose e-mail turned out to be another's */  \
	X(MAKE_INVITE, "make invite") /* invite, days: of the link that an admin is told */        \
	X(HOLD_INVITE, "hold invite") /* invite: it is this person's from now on */                \
	X(USE_INVITE, "use invite")   /* invite: it has done its work */                           \
	X(SET_HOURS, "set hours")     /* hours: instead of those there are */                      \
	X(ADD_DAYS_OFF, "add days off")       /* days_off */                                       \
	X(REMOVE_DAYS_OFF, "remove days off") /* days_off */                                       \
	X(SET_ZONE, "set zone")               /* zone */                                           \
	X(CALENDAR_LINK, "calendar link")     /* invite: of the link to the consent page */        \
	X(DISCONNECT_CALENDAR, "disconnect calendar") /* and the grant is given back */            \
	X(PICK_CALENDAR, "pick calendar")     /* calendar_id: whether it counts is turned round */ \
	X(TARGET_CALENDAR, "target calendar") /* calendar_id: calls are entered there */           \
	X(HEARD, "heard")                     /* an admin has been shown what was missed */        \
	/* name, username, source, campaign: who writes is a prospect from now on */               \
	X(NEW_PROSPECT, "new prospect")                                                            \
	X(MEET_PROSPECT, "meet prospect") /* prospect: who writes is that one */                   \
	X(SAID, "said")                   /* prospect, said: kept for the rep */                   \
	/* prospect, owner, version: as it was before; to: the prospect's account */               \
	X(OWN, "own")                                                                              \
	X(QUALIFY, "qualify") /* position: the first question of the rules' script */              \
	/* question, value (""), shown, voided, position, score, prospect, unclaimed */            \
	X(ANSWER, "answer")                                                                        \
	X(ASK, "ask")             /* position, score: another question is asked */                 \
	X(CLOSE, "close")         /* assignment_id, closed, reason */                              \
	X(STOP, "stop")           /* nothing is sent to this person unasked */                     \
	X(RESUME, "resume")       /* it is again */                                                \
	X(REACHABLE, "reachable") /* available again */                                            \
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
	const char *username;
	const char *invite;           /* its hash */
	int64_t days;                 /* it is good for */
	const char *hours, *days_off; /* as domain/calendar/hours.h packs them */
	const char *zone;
	const char *prospect, *said;
	bool unclaimed;    /* SAID: nobody has the prospect, and whoever comes is to read it */
	const char *owner; /* who leads the conversation from now on */
	int64_t version;
	const char *source, *campaign; /* where a prospect comes from: see salesreg.conversations */
	/* an answer as it is stored, and in words; questions whose answers it takes back, with commas; the question that is
	 * asked now, NULL: none */
	const char *question, *value, *shown, *voided, *position;
	int64_t score;
	const char *closed, *reason; /* the prospect's status from now on, and why */
	int64_t code_id;
	int64_t calendar_id;
	int64_t from, to; /* Telegram accounts */
};

enum { OUTCOME_MAX_EFFECTS = 6 };
/* Of applications and untaken prospects, as many as are shown at once. */
enum { CONVERSATION_SHOWN_MAX = 10 };

struct outcome {
	/*
	 * As it will be, with the facts about the event cleared. Fold the person's next event on
	 * it: the caller fills the facts again, and they must show the effects so far (a declined
	 * assignment is not live any more, …). rep_id stays NULL after a first REGISTER until the
	 * row is written.
	 */
	struct conversation_state next;
	bool session_changed; /* the session row has to be written (made, if !known) */
	struct effect effects[OUTCOME_MAX_EFFECTS];
	size_t effect_count;
	struct message_list messages;
	/* What a rep is shown of this prospect's answers, instead of what was shown before; NULL: nothing new. */
	const struct message *summary;
	const char *summary_of; /* the prospect */
	/* For answerCallbackQuery: a text, or "" to only stop the spinner;
	 * NULL if the event is no button. */
	const char *callback_answer;
	bool callback_alert;  /* as a box to be closed, not a passing line */
	bool awaits;          /* a prospect has been asked something, and will be reminded of it */
	bool sets_menu;       /* of commands in this chat, to next.locale */
	bool keeps_mail_back; /* a code was to be mailed, and code_wait_us says no */
};
void conversation_step(const struct conversation_state *state, const struct event *event,
    struct arena *a, struct outcome *outcome);
