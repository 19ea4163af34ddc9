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
#include "salesreg/domain/conversation/client_view.h"
#include "salesreg/domain/conversation/effect.h"
#include "salesreg/domain/conversation/managed_view.h"
#include "salesreg/domain/conversation/rep_view.h"
#include "salesreg/domain/conversation/views.h"
#include "salesreg/domain/event/event.h"
#include "salesreg/domain/event/person.h"
#include "salesreg/domain/outbox/message.h"
#include "salesreg/domain/prospect/outreach_rules.h"
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
	X(CHANGE_EMAIL, "change_email") /* an active rep's new e-mail */                             \
	X(FOLLOW_UP, "follow_up")       /* when to come back to a client; in draft_name */           \
	X(FIND, "find")                 /* a word about one of the rep's clients */                  \
	X(OWN_CLIENT, "own_client")     /* somebody of the rep's own, chosen by a button */          \
	X(HOURS, "hours")               /* when an active rep works */                               \
	X(ZONE, "zone")                 /* in which time zone */                                     \
	X(MANAGED_NOTE, "admin_note")   /* an admin's note on draft_client */                        \
	X(MANAGED_FIND, "admin_find")   /* whom an admin looks for */                                \
	X(CHAT, "chat")           /* nothing: what an active rep writes goes to draft_client */      \
	X(BROADCAST, "broadcast") /* what an admin says to all reps */                               \
	X(REASON, "reason") /* an admin, why an application is declined; draft_name: of whom */      \
	X(CONFIRM_UNREGISTER, "confirm_unregister") /* whether to unregister */

enum conversation_phase {
#define X(name, text) PHASE_##name,
	CONVERSATION_PHASE_MAP(X)
#undef X
};
const char *conversation_phase_name(enum conversation_phase phase);
/* An unknown name, or NULL, counts as none: an older or newer binary wrote it. */
enum conversation_phase conversation_phase_from_name(const char *name);

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
	size_t
	    admins_by_row; /* the last so many of them: by is_admin of their own row, when it was last looked at */
	enum locale
	    default_locale; /* of who has no language of ours, and of admins who chose none */
	size_t max_prospects;
	/* as phrase_words() gives them: whoever says one of these wants a person, and no bot */
	const char *const *hand_over_words;
	size_t hand_over_count;
	struct outreach_limits outreach;
	int64_t kept_days;      /* what is over, and strangers who are silent */
	int64_t forgotten_days; /* after which archived prospects are forgotten; 0: when they ask */
	int64_t follow_up_s;    /* before a silent prospect is reminded; 0: never */
	const struct script *script; /* what prospects are asked; NULL: nothing */
};

struct conversation_state {
	const struct conversation_rules *rules;
	/* the session row */
	bool known;            /* there is one */
	bool locale_chosen;    /* by the person, so that Telegram's language does not matter */
	enum person_kind kind; /* as whom the person was asked what the phase says */
	enum conversation_phase phase;
	enum locale locale;       /* read only if known */
	const char *draft_name;   /* NULL if none */
	const char *draft_client; /* a prospect; NULL if none */
	int64_t draft_seen;       /* up to this message it is clear for whom the rep's words are */
	const char *claim_email;  /* of somebody else, as far as we know; NULL if none */
	const char *claim_rep;    /* in PHASE_CLAIM: who had it when the admins were asked */
	const char *claim_username; /* in PHASE_CLAIM: this person's, as they were shown it */
	const char *claim_holder;   /* who has it now; NULL: nobody any more */
	int64_t wrong_emails;       /* in a row */
	int64_t looked_emails; /* that turned out to be taken, or were free and taken, lately */
	int64_t pause_us;      /* for so long no e-mail is looked at; 0: now */
	/* the rep row; strings NULL if there is none */
	enum rep_status rep_status;
	const char *rep_id, *rep_name, *rep_email, *rep_username;
	bool rep_available;  /* false after the bot was blocked */
	bool rep_paused;     /* nothing new, by a manager's word */
	bool rep_is_admin;   /* as the row is now */
	bool rep_only_admin; /* and no other row says so */
	size_t open_clients;
	size_t rep_capacity;                  /* their own; 0: the rules' */
	const struct prospect_view *prospect; /* that this person is; NULL: none */
	/* facts about this one event, as conversation_interest() asked for them */
	bool email_taken;     /* by another rep than this one */
	bool code_wait_wrong; /* code_wait_us is because of wrong codes, not of mails */
	bool guesses_over;    /* too many links that lead nowhere: such a one is not answered */
	const struct assignment_view *assignment; /* NULL: no such assignment */
	/* what this message replies to, or what was edited; NULL: nothing that was passed on */
	const struct relay_view *replied;
	/* whose conversations this rep leads, the one who wrote last first */
	const struct relay_view *partners;
	size_t partner_count;
	const struct broadcast_view
	    *broadcast; /* that was pressed, of this admin's; NULL: there is none such */
	struct broadcast_audience audience; /* if an admin is asked for a text */
	const struct subject_view *subject; /* NULL: no such rep */
	const struct rep_card *rep_card;    /* of the subject; NULL: not asked for */
	const struct rep_page *reps;        /* the same */
	const struct business_view
	    *business;                     /* that the event is about; NULL: none that is known */
	const struct client_page *clients; /* a page of this rep's; NULL: not asked for */
	const struct chosen_view *chosen;  /* whom the event names; NULL: it names nobody */
	const struct client_view *client;  /* of this rep's, open; NULL: there is none such */
	const struct claim_view *claim;    /* NULL: nothing is claimed */
	const struct hours_view *hours;    /* NULL: they were not read */
	const struct zone_view *zone;      /* NULL: the event names none that there is */
	const struct code_view *code;      /* NULL: none is asked for */
	int64_t
	    code_wait_us; /* until a mail may be sent to the e-mail in the event, else the code's; 0: now */
	const struct invite_view *invite; /* whose link was pressed; NULL: there is none such */
	const struct link_view *opened;   /* the same of a prospect's or a campaign's */
	/* an unused one of this person's, one that has not ended and is good for the e-mail in the
	 * event if there is such; NULL: none */
	const struct invite_view *held;
	struct fresh_link link; /* for an admin who asks for one */
	struct file_view file;  /* of this admin's, of prospects */
	struct calendar_view calendar;
	struct fresh_link calendar_link; /* to the consent page */
	/* the languages that admins have chosen: for what is written to them */
	const struct chosen_locale *admin_locales;
	size_t admin_locale_count;
	/* of admins only: what there is to be shown, and whether they missed some of it */
	bool missed;
	const struct managed_view *managed; /* what the event asks of prospects; NULL: nothing */
	const struct application_view *applications; /* longest waiting first, not all of them */
	const struct claim_view *waiting_claims;     /* the same */
	size_t application_count, waiting_claim_count, application_total /* of both */;
	const struct code_waiter *code_waiters; /* longest first, not all of them */
	size_t code_waiter_count, code_waiter_total;
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
	/* 0: none → broadcast: by the admin's message that is its text, or by its own number */
	int64_t broadcast_said, broadcast_id;
	bool wants_audience;       /* → audience, if the person is an admin in PHASE_BROADCAST */
	int64_t claim_telegram_id; /* 0: none → claim */
	bool wants_rep_card;       /* → rep_card */
	bool wants_reps;           /* → reps: the page `reps_page`, from 0 on */
	int64_t reps_page;
	const char *code;     /* six digits; NULL: the event says none → code.matches */
	const char *invite;   /* what the link carries; NULL: none → invite */
	const char *link;     /* the same of a prospect's or a campaign's → opened */
	int64_t pair_message; /* 0: none → replied */
	bool wants_partners;  /* → partners */
	bool wants_business;  /* → business */
	bool wants_clients;   /* → clients: the page that `clients_press` means */
	/* → client: whose assignment, or link, this is about, or who stands in the list where `clients_press` says */
	bool wants_client;
	/* → clients: as many as are searched for a word, if the person is in PHASE_FIND */
	bool wants_search;
	int64_t
	    chosen_id; /* 0: nobody → chosen, by this account or this @name in lower case ("": none) */
	const char *chosen_username;
	struct client_press clients_press;
	int64_t events_before; /* → client: its events that are older than this; 0: the newest */
	struct managed_ask managed; /* → managed, if an admin asks */
	bool wants_history;         /* → client: as many of them as a page has, and whole */
	bool wants_link;            /* → link */
	bool wants_file;            /* → shown_file */
	bool wants_calendar;        /* → calendar, calendar_link */
	bool wants_hours;           /* → hours */
	const char *zone;           /* NULL: the event names none → zone */
	bool wants_applications;    /* → applications, if an admin asks */
	bool tells_admins;          /* → admin_locales; it may end in a message to them */
	bool takes_back;          /* what was declined; anybody's doings with the prospect matter */
	bool changes_assignments; /* the assignment lock must be taken first */
};
/* What a person is told of the mail with the code, who did nothing meanwhile. */
enum code_news {
	CODE_NEWS_AGAIN,
	CODE_NEWS_DELAYED,
	CODE_NEWS_SENT_LATE,
	CODE_NEWS_REFUSED,
	CODE_NEWS_FAILED
};
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
/* Whose menu of commands this person has. */
unsigned conversation_audience(const struct conversation_state *state, int64_t user_id);
/* Of the list, which may be older than their row. */
bool conversation_is_admin(const struct conversation_rules *rules, int64_t user_id);
/* And their row, as it is now, says so too. */
bool conversation_acts_as_admin(const struct conversation_state *state, int64_t user_id);
void conversation_interest(
    const struct event *event, struct arena *a, struct conversation_interest *interest);

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
	const char *summary_of;                 /* the prospect */
	const struct application_news *decided; /* an application; NULL: none */
	/* For answerCallbackQuery: a text, or "" to only stop the spinner;
	 * NULL if the event is no button. */
	const char *callback_answer;
	bool callback_alert; /* as a box to be closed, not a passing line */
	bool awaits;         /* a prospect has been asked something, and will be reminded of it */
	bool passes_on;      /* what was said goes on to somebody: it is never but a repetition */
	bool sets_menu;      /* of commands in this chat, to next.locale and menu_audience */
	unsigned menu_audience; /* AUDIENCE_… */
	bool keeps_mail_back;   /* a code was to be mailed, and code_wait_us says no */
};
void conversation_step(const struct conversation_state *state, const struct event *event,
    struct arena *a, struct outcome *outcome);
