/*
 * One step of the conversation while it is being taken; shared by the conversation_*.c files only.
 * Ownership: a turn borrows the step's arguments and lives as long as the step.
 */
#pragma once
#include "salesreg/domain/conversation/conversation.h"
#include "salesreg/domain/event/callback_data.h"
#include "salesreg/domain/event/intents.h"

struct turn {
	const struct conversation_state *state; /* as it was */
	const struct event *event;
	struct arena *a;
	/* out->next is as it is now; its phase is one that fits the rep's status */
	struct outcome *out;
	unsigned kinds;        /* who is talking: PERSON_… */
	enum person_kind kind; /* as which of them */
	enum phrase phrase;    /* what a text or /start says */
	enum start_link link;  /* what /start came with */
	/* of the message that was pressed, as it is from now on; NULL: it stays. See turn_mark() */
	const char *text;
	struct press press; /* what a button says */
};

typedef void turn_handler(struct turn *t);
typedef void turn_question_handler(struct turn *t, const char *first);

/*
 * A dialogue is what some of these files lead: rows that say what can be asked, pressed and said, with the functions that do it
 * beside them. conversation_dialogues.c lists them.
 *
 * A phase: what the bot may be waiting for, of one kind of person. A phase that several kinds can be in has a row for each.
 * ask: the question, once more or for the first time, after a line on what went before (NULL: there is none).
 * on_yes, on_no, on_cancel: NULL: as any other text; a button *cancel* is stale then. on_begin: *register* is pressed.
 */
enum { KEEPS_NAME = 1 << 0, KEEPS_EMAIL = 1 << 1, KEEPS_CLAIM = 1 << 2, KEEPS_CLIENT = 1 << 3 };
struct phase {
	enum conversation_phase phase;
	enum person_kind kind;
	/* which phase it is now: the row may be older than what the person is. NULL: this one */
	enum conversation_phase (*fits)(const struct conversation_state *state);
	unsigned keeps;           /* of the draft */
	bool keeps_name_for_code; /* while a code is asked for */
	bool greets;              /* nothing is asked yet: what cannot be read needs no remark */
	bool takes_anything;      /* photos, voices and contacts are answers, too */
	turn_question_handler *ask;
	turn_handler *on_text, *on_yes, *on_no, *on_cancel, *on_begin;
};
/* A phase that this kind of person cannot be in counts as PHASE_NONE. */
const struct phase *phase_of(enum conversation_phase phase, enum person_kind kind);
enum conversation_phase phase_that_fits(
    const struct conversation_state *state, enum person_kind kind);

/* What a button or a word wants to be known before the step, as conversation_interest has it. */
enum {
	FACT_ASSIGNMENT = 1 << 0,
	FACT_SUBJECT = 1 << 1,
	FACT_CLAIM = 1 << 2, /* of the id that the button carries */
	FACT_OWN_CLAIM = 1 << 3,
	FACT_CLIENTS = 1 << 4,
	FACT_APPLICATIONS = 1 << 5,
	FACT_LINK = 1 << 6,
	FACT_ADMINS = 1 << 7,
	FACT_TAKES_BACK = 1 << 8,
	FACT_LOCK = 1 << 9,
	FACT_CALENDAR = 1 << 10,
	FACT_HOURS = 1 << 11,
	FACT_CLIENT = 1 << 12,
	FACT_BROADCAST = 1 << 20,         /* of the admin's message whose id the button carries */
	FACT_RUNNING_BROADCAST = 1 << 21, /* of the id that it carries */
	FACT_REP = 1 << 13,               /* the card of the subject */
	FACT_FILE = 1 << 24,              /* that was shown, and waits for a word */
};
enum {
	/* reached also by who is suspended, and by who has no invitation where it takes one */
	OPEN_TO_ALL = 1 << 0,
	/* by who has no invitation */
	UNINVITED = 1 << 1,
};
/* A press by these kinds. Buttons stay under messages for ever, and people become something else. */
struct button_row {
	enum press_kind press;
	unsigned kinds, facts, manners;
	turn_handler *handler;
};
/* A word that means something whatever was asked. */
#define IN(phase) (1U << PHASE_##phase)
struct word_row {
	enum phrase phrase;
	unsigned kinds;
	unsigned phases; /* IN(NONE) | …; 0: all */
	unsigned facts, manners;
	turn_handler *handler;
};
struct dialogue {
	const struct phase *phases;
	size_t phase_count;
	const struct button_row *buttons;
	size_t button_count;
	const struct word_row *words;
	size_t word_count;
};
#define PHASES(rows) .phases = (rows), .phase_count = sizeof(rows) / sizeof *(rows)
#define BUTTONS(rows) .buttons = (rows), .button_count = sizeof(rows) / sizeof *(rows)
#define WORDS(rows) .words = (rows), .word_count = sizeof(rows) / sizeof *(rows)
extern const struct dialogue dialogue_registration, dialogue_rep_menu, dialogue_codes,
    dialogue_claims, dialogue_admins, dialogue_admin_menu, dialogue_invitations, dialogue_languages,
    dialogue_privacy, dialogue_client_cards, dialogue_own_clients, dialogue_client_list,
    dialogue_client_card, dialogue_calendar, dialogue_hours, dialogue_zones, dialogue_follow_ups,
    dialogue_prospects, dialogue_owners, dialogue_questions, dialogue_closing, dialogue_relay,
    dialogue_stats;
extern const struct dialogue dialogue_broadcasts, dialogue_files;
extern const struct dialogue dialogue_reps, dialogue_rep_card, dialogue_decide;
extern const struct dialogue dialogue_resend;
extern const struct dialogue dialogue_managed_find, dialogue_managed_acts, dialogue_managed_waits;

/* conversation_dialogues.c */
unsigned button_facts(enum press_kind press);
unsigned word_facts(enum phrase phrase);
void turn_pressed(struct turn *t);
void turn_said(struct turn *t);
/* The question of the phase as it is now. */
turn_handler turn_ask;
/* The same after a line on what went before; the line alone if nothing is asked. */
void turn_question(struct turn *t, const char *first);
turn_handler turn_press_begin, turn_press_cancel, turn_answer_stale;

/* Arguments of a text: ARGS({"name", name}, {"email", email}), or NO_ARGS. */
#define ARGS(...)                                                                                  \
	(const struct catalog_arg[]){__VA_ARGS__},                                                 \
	    sizeof((const struct catalog_arg[]){__VA_ARGS__}) / sizeof(struct catalog_arg)
#define NO_ARGS NULL, 0

/* conversation_say.c: texts, messages, buttons, effects */

const char *turn_text(
    const struct turn *t, enum text_id id, const struct catalog_arg *args, size_t count);
/* "@a.com, @b.com"; to strangers where not everybody may know, "the company's domain" */
const char *turn_domains(const struct turn *t);
struct message *turn_say_text(struct turn *t, const char *text);
struct message *turn_say(
    struct turn *t, enum text_id id, const struct catalog_arg *args, size_t count);
/* What is said of the link that somebody came by, before anything else; NULL: nothing. */
const char *turn_about_link(const struct turn *t);
/* first (may be NULL), an empty line, second. */
const char *turn_join(const struct turn *t, const char *first, const char *second);
/* Sets the text shown where a button was pressed; alert: to be closed by hand. */
void turn_answer(
    struct turn *t, bool alert, enum text_id id, const struct catalog_arg *args, size_t count);
void turn_effect(struct turn *t, struct effect effect);
/* Leaves what was asked; a draft goes with it. */
void turn_set_phase(struct turn *t, enum conversation_phase phase);

struct turn_button {
	enum text_id label;
	enum press_kind press;
	bool new_row;
};
void turn_buttons(
    const struct turn *t, struct message *message, const struct turn_button *buttons, size_t count);
/* The same; those that decide about what the message shows carry its fingerprint. */
void turn_buttons_about(const struct turn *t, struct message *message,
    const struct turn_button *buttons, size_t count, const char *about);
/* How many open clients this rep may have. */
size_t turn_capacity(const struct turn *t);
/* What an active rep can do. */
void turn_menu_buttons(const struct turn *t, struct message *message);
/*
 * What is true of a prospect from now on is said in the text of the message that was pressed, too, at its end: an answer to a
 * press is gone in three seconds. Before the buttons are changed.
 */
/* again: it may stand there already. */
void turn_mark(struct turn *t, enum text_id id, const char *name, bool again);
/* What such a line said is not so any more. */
void turn_unmark(struct turn *t, enum text_id id, const char *name);
/* Takes the buttons with these ids away from under the message that was pressed;
 * id 0: all buttons. */
void turn_remove_buttons(struct turn *t, int64_t id, bool contacted, bool decline);
/* The same for all that belong to an assignment, with others in their place. */
void turn_replace_buttons(
    struct turn *t, int64_t id, const struct button *fresh, size_t fresh_count);
/* Whoever leads the conversation now: the button that changes it, in place of the other. */
void turn_replace_owner_button(struct turn *t, int64_t id, const struct button *fresh);
/* The same of whether anything of this prospect's is passed on. */
void turn_replace_block_button(struct turn *t, int64_t id, const struct button *fresh);

/* What to say about something that is no readable text, or NULL if it is one. */
const char *turn_unreadable(const struct turn *t);
/* registration/conversation_email.c */
/*
 * The e-mail in the event; NULL with *problem set if it will not do. Guesses are counted, what has no @ is none: three wrong
 * ones in a row begin a pause, in which none is looked at, because whoever guesses learns from the answers which addresses
 * there are. Where codes prove addresses, only the answers about an invitation tell anything.
 */
struct turn_email {
	const char *address, *key;
	const char *problem;
	bool
	    paused; /* the problem says when the next one is looked at, so there is nothing to ask for */
};
struct turn_email turn_read_email(struct turn *t);
/* A right address has been taken: the wrong ones before count no more, but for those that told something. */
void turn_right_email(struct turn *t);
/* An admin has acted: nothing before counts any more. */
void turn_end_pause(struct turn *t);

/* registration/conversation_register.c: people who are no reps, or none any more */
turn_question_handler turn_ask_name;
turn_handler turn_begin;

/* A newcomer is a rep, pending or active, under this address. */
void turn_register(struct turn *t, const char *address, const char *key);

/* registration/conversation_code.c: an address is proven by a code that was mailed there */
/* Mails one, unless too many were. */
void turn_prove_email(struct turn *t, const char *address, const char *key);
/* In PHASE_CODE: false: it is no answer, but an address. */
bool turn_code_answered(struct turn *t);
/* Wherever the person has gone meanwhile: true: it was a code that is still asked for, and has been answered. */
bool turn_late_code(struct turn *t);
turn_question_handler turn_question_of_code;
/* Whoever was asked for a code is asked no more. */
void turn_forget_code(struct turn *t);

/* registration/conversation_invite.c: who may register */
bool turn_is_invitation(const struct turn *t);
void turn_open_invitation(struct turn *t);
/* Whether this stranger may; says why not. */
bool turn_lets_in(struct turn *t);
/* NULL, or why this address will not do for the invitation. */
const char *turn_uninvited(const struct turn *t, const char *key);
/* The person has registered. */
void turn_use_invitation(struct turn *t);

/* rep/conversation_rep.c: pending, active and suspended reps */
turn_handler turn_of_suspended;
/* The same for who waits for an admin. */
turn_handler turn_of_pending;

/* The new address is theirs. */
void turn_change_email(struct turn *t, const char *address, const char *key);

/* registration/conversation_claim.c: the same person with a new account */
/* The e-mail just given is somebody else's. */
void turn_email_is_taken(struct turn *t, const char *address);
/* Something was said while the admins think about it. */
void turn_of_claimant(struct turn *t);
turn_question_handler turn_question_of_claimant;
/* The same for who presses a button of before. */
turn_handler turn_press_of_claimant;
/* What admins are asked, with the buttons they decide by; username: the claimant's, NULL if it is not known. */
void turn_show_claim(struct turn *t, int64_t admin, enum message_priority priority,
    enum locale locale, const struct claim_view *claim, const char *username);

/* rep/conversation_zone.c */
/* The zone that the event names is the rep's from now on. */
turn_handler turn_set_zone;
/* Presets' neighbours: one that asks for a zone, and the calendar's zone if that is another. */
enum { TURN_ZONE_BUTTONS = 2 };
size_t turn_zone_buttons(const struct turn *t, struct button buttons[TURN_ZONE_BUTTONS]);
/* As it is shown. */
const char *turn_zone(const struct turn *t, const char *zone);

/* rep/conversation_client_list.c */
/* The first page of them, which conversation_interest asked for by FACT_CLIENTS. */
turn_handler turn_list_clients;
/* What a press on the list, or on a card, wants to be known besides its row's facts. */
void turn_clients_interest(const struct press *press, struct conversation_interest *interest);

/* rep/conversation_client_card.c */
void turn_show_client(struct turn *t, const struct client_view *client);
/* The same in the place of the message that was pressed. */
void turn_show_client_again(struct turn *t, const struct client_view *client);
/* As many events as one message holds, the first whole, as far as that goes; *count: of those there are. */
const char *turn_history(const struct turn *t, const struct client_view *client, size_t *count);
/* Whether that message is a card of this client's. */
bool turn_is_card(const struct turn *t, int64_t assignment);

/* rep/conversation_clients.c */
enum client_stage { CLIENT_OPEN, CLIENT_CLOSED };
/* Of the database's word; one that is none of ours is a closed one's. */
enum client_stage turn_client_stage(const char *word);
/* As this rep reads it: whom a colleague has contacted is not contacted by them. */
const char *turn_client_status(const struct turn *t, const char *word, bool contacted);
/* Whether a button of an open prospect that this rep has was pressed; else it has been answered. */
bool turn_acts_on_assignment(struct turn *t);
/* The assignment whose button was pressed, if it goes on, and is this active rep's; else NULL. */
const struct assignment_view *turn_own_assignment(const struct turn *t);

/* rep/conversation_closing.c */
/* Why a client was archived, of the database's word; NULL: it is none of ours. */
const char *turn_archive_reason(const struct turn *t, const char *word);

/* prospect/conversation_prospect.c */
/* A stranger came by a prospect's or a campaign's link: true: that has been answered. */
bool turn_came_by_link(struct turn *t);
/* A rep or an admin has opened one. */
bool turn_looked_at_link(struct turn *t);
/* Whatever was asked: the person is a prospect. */
turn_handler turn_greet_prospect;
/* This stranger looks for property. */
turn_handler turn_becomes_prospect;
/* Whether a person leads the conversation: then what the prospect says is theirs to read, whatever it means to the bot, but for
 * commands. It has been passed on. */
bool turn_human_leads(struct turn *t);
/* The same of what a rep says to the current client. */
bool turn_talks_on(struct turn *t);
/* Something for the rep who has the prospect, in their language; NULL: nobody is to be told. */
struct message *turn_tell_rep(struct turn *t, const struct prospect_view *view, enum text_id id,
    const struct catalog_arg *args, size_t count);
/* The same at the end of another list than the turn's. */
struct message *turn_tell_rep_in(const struct turn *t, struct message_list *list,
    const struct prospect_view *view, enum text_id id, const struct catalog_arg *args,
    size_t count);
/* A table may have none. */
const char *turn_prospect_name(const struct turn *t, const struct prospect_view *view);

/* prospect/conversation_pass_on.c: what a prospect says goes to the rep */
turn_handler turn_pass_on;
/* As the rep reads it. */
const char *turn_text_from(const struct turn *t, const char *name, const char *text);

/* rep/conversation_own_client.c */
/* Whether a rep has chosen somebody to be their client: that has been answered. */
bool turn_chose(struct turn *t);

/* rep/conversation_notes.c */
/* Whether the rep replied to a card, or edited such a reply: that has been noted, or answered. */
bool turn_noted(struct turn *t);
/* These messages are about this client: what is replied to them is a note. */
void turn_about_client(const struct turn *t, struct message_list *list, const char *prospect);

/* rep/conversation_relay.c: what a rep says goes to a prospect */
/* Whether the rep replied to something of a prospect's: that has been passed on. */
bool turn_replied(struct turn *t);
/* Whether something was edited that had been passed on: the edit is, too. */
bool turn_mirrored(struct turn *t);
/* What a rep said to nobody by name, who leads conversations: asked for whom it is. */
bool turn_asked_for_whom(struct turn *t);
/* This rep's words go to that prospect from now on. */
void turn_talk_to(struct turn *t, const char *prospect_id, const char *name, int64_t seen);
/* What the sender is told of words that do not arrive. */
void turn_refusals(const struct turn *t, const char *name, struct relayed *relayed);

/* rep/conversation_business.c: reps' own accounts, to which the bot is connected */
/* The event tells of a connection. */
turn_handler turn_connected;
/* Something happened in a chat of such an account. The turn has a state only as far as `business` goes. */
turn_handler turn_own_chat;

/* prospect/conversation_owner.c: who leads the conversation with a prospect */
/* Whether the text asks for a person: the list is the operator's. */
bool turn_asks_for_person(const struct turn *t);
/* The prospect of this turn is led by a person from now on; what they said is passed on by the caller. */
turn_handler turn_hand_over;
/* Under a message to the rep about this prospect: to take over, or to give back. */
void turn_owner_buttons(
    const struct turn *t, struct message *message, const struct prospect_view *view);

/* prospect/conversation_questions.c */
/* Begins the questions, or goes on with them: the greeting and the question in one message. False: nothing is asked. */
bool turn_ask_prospect(struct turn *t, const char *greeting);
/* Whether the event answers the question that is asked; what is wrong with it has been said then, too. */
bool turn_answered(struct turn *t);
/* The question that is asked, once more, after a line on what went before. False: none is. */
bool turn_ask_again(struct turn *t, const char *first);
/* Whether all questions have been asked. */
bool turn_has_asked_all(const struct turn *t);
/* Whether the letters of who talks are covered by the buttons of a question: they stay until a message takes them away. */
bool turn_shows_keyboard(const struct turn *t);

/* admin/conversation_admin_menu.c */
/* Under a message to an admin: all that an admin can do by a button. */
void turn_admin_buttons(const struct turn *t, struct message *message);
/* The way back to it, in the place of the message that it hangs on. */
struct button turn_admin_menu_button(const struct turn *t);
/* Of who talks: their name in the registry, else in Telegram, else the account; on one line, to be quoted. */
const char *turn_admin_name(const struct turn *t);
/* A message of its own, or instead of the one that was pressed. */
void turn_put(
    struct turn *t, bool again, const char *text, const struct button *buttons, size_t count);

/* admin/conversation_reps.c */
void turn_reps_interest(const struct press *press, struct conversation_interest *interest);
/* What the card says of a rep's status, and of a pause. */
const char *turn_rep_status(
    const struct turn *t, const struct subject_view *subject, const struct rep_card *card);
/* Of the database's word. */
const char *turn_rep_status_word(const struct turn *t, const char *word, bool paused);
/* The way to a page of the list, in the place of the message. */
struct button turn_reps_button(const struct turn *t, int64_t page);

/* admin/conversation_resend.c */
/* Who is asked for a code that was mailed, with a button each that mails another one; nothing if nobody is. */
turn_handler turn_list_code_waiters;

/* admin/conversation_decide.c */
/* Approve and reject, in this language: two. */
void turn_application_buttons(const struct turn *t, enum locale locale, int64_t telegram_id,
    const char *about, struct button *buttons);
/* admin/conversation_managed_find.c: admins look for prospects */
/* What an admin's event wants to be known of prospects. phrase: of a text; press: of a button, NULL: the event is none. */
void turn_managed_interest(const struct event *event, enum phrase phrase, const struct press *press,
    struct arena *a, struct conversation_interest *interest);

/* Whether an admin who is asked something has begun anew by /start, or written a command, but /find: that has been answered. */
bool turn_admin_began(struct turn *t);
/* conversation_dialogues.c: what an admin is asked ends, and what they wrote is answered as if they had been asked nothing. */
void turn_command(struct turn *t);

/* admin/conversation_managed_waits.c */
/* The way to what waits, in the place of the message that it hangs on. */
struct button turn_waits_button(const struct turn *t);

/* admin/conversation_managed_card.c */
/* The card; place: where it was found, or NULL. again: in the place of the message that was pressed. */
void turn_show_managed(
    struct turn *t, const struct managed_prospect *prospect, const char *place, bool again);
/* Where the card was found, as far as the message that was pressed has a button to it; else NULL. */
const char *turn_managed_place(const struct turn *t);
struct button turn_managed_button(
    const struct turn *t, const char *label, struct managed_press press, bool new_row);
/* The way to that list; how many. */
enum { MANAGED_BACK_MOST = 1 };
size_t turn_managed_back(
    const struct turn *t, const char *place, struct button buttons[MANAGED_BACK_MOST]);

/* admin/conversation_managed_acts.c */
/* What a press under a card wants to be known. */
void turn_managed_press_interest(
    const struct managed_press *press, struct conversation_interest *interest);

/* admin/conversation_file.c */
/* Whether an admin has sent a file of prospects, or what was meant as one: that has been answered. */
bool turn_sent_file(struct turn *t);

/* conversation_admin.c */
/* What an admin decides about: other data under the same account are another application. */
const char *turn_about_application(const struct turn *t, const char *name, const char *email);
enum text_id turn_status_text(const struct subject_view *subject);
/* What an admin is written to in, unasked. */
enum locale turn_admin_locale(const struct turn *t, int64_t admin);
void turn_tell_admins(struct turn *t);
/* Whether nobody would be an admin without whose event it is: sure under the lock. */
bool turn_is_only_admin(const struct turn *t);
/* What waits for a decision, behind whatever else is said. */
void turn_show_missed(struct turn *t);
