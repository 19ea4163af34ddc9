/*
 * One step of the conversation while it is being taken; shared by the conversation_*.c files only.
 * Ownership: a turn borrows the step's arguments and lives as long as the step.
 */
#pragma once
#include "salesreg/domain/conversation/conversation.h"
#include "salesreg/domain/conversation/intents.h"
#include "salesreg/domain/outbox/callback_data.h"

struct turn {
	const struct conversation_state *state; /* as it was */
	const struct event *event;
	struct arena *a;
	/* out->next is as it is now; its phase is one that fits the rep's status */
	struct outcome *out;
	enum phrase phrase; /* what a text or /start says */
	struct press press; /* what a button says */
};

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
/* What an active rep can do. */
void turn_menu_buttons(const struct turn *t, struct message *message);
/* Takes the buttons with these ids away from under the message that was pressed;
 * id 0: all buttons. */
void turn_remove_buttons(struct turn *t, int64_t id, bool contacted, bool decline);
/* The same for all that belong to an assignment, with others in their place. */
void turn_replace_buttons(
    struct turn *t, int64_t id, const struct button *fresh, size_t fresh_count);

/* What to say about something that is no readable text, or NULL if it is one. */
const char *turn_unreadable(const struct turn *t);
/* conversation_email.c */
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

/* conversation_register.c: people who are no reps, or none any more */
void step_unregistered(struct turn *t);

/* first, and the question that is open once more, if there is one */
void turn_question_of_stranger(struct turn *t, const char *first);
/* problem, or whatever is to be said first (may be NULL), and the question for the name. */
void turn_ask_name(struct turn *t, const char *problem);

/* A newcomer is a rep, pending or active, under this address. */
void turn_register(struct turn *t, const char *address, const char *key);

/* conversation_code.c: an address is proven by a code that was mailed there */
/* Mails one, unless too many were. */
void turn_prove_email(struct turn *t, const char *address, const char *key);
/* In PHASE_CODE: false: it is no answer, but an address. */
bool turn_code_answered(struct turn *t);
/* Wherever the person has gone meanwhile: true: it was a code that is still asked for, and has been answered. */
bool turn_late_code(struct turn *t);
void turn_question_of_code(struct turn *t, const char *first);
void turn_press_of_code(struct turn *t);
/* Whoever was asked for a code is asked no more. */
void turn_forget_code(struct turn *t);

/* conversation_invite.c: who may register */
bool turn_is_invitation(const struct turn *t);
void turn_open_invitation(struct turn *t);
/* *Invite*: a link for an admin to pass on. */
void turn_admin_invites(struct turn *t);
/* Whether this stranger may; says why not. */
bool turn_lets_in(struct turn *t);
/* NULL, or why this address will not do for the invitation. */
const char *turn_uninvited(const struct turn *t, const char *key);
/* The person has registered. */
void turn_use_invitation(struct turn *t);

/* conversation_rep.c: pending, active and suspended reps */
void turn_of_rep(struct turn *t);
void turn_of_suspended(struct turn *t);
/* problem, or whatever is to be said first, and the question that is open once more, or the menu */
void turn_question_of_rep(struct turn *t, const char *problem);

/* The new address is theirs. */
void turn_change_email(struct turn *t, const char *address, const char *key);

/* conversation_claim.c: the same person with a new account */
/* The e-mail just given is somebody else's. */
void turn_email_is_taken(struct turn *t, const char *address);
void turn_claim(struct turn *t);
/* Something was said while the admins think about it. */
void turn_of_claimant(struct turn *t);
/* The same for who presses a button of before. */
void turn_press_of_claimant(struct turn *t);
void turn_admin_decided_claim(struct turn *t);
/* What admins are asked, with the buttons they decide by; username: the claimant's, NULL if it is not known. */
void turn_show_claim(struct turn *t, int64_t admin, enum message_priority priority,
    enum locale locale, const struct claim_view *claim, const char *username);

/* conversation_language.c */
bool turn_is_about_language(const struct turn *t);
void turn_language(struct turn *t);

/* conversation_clients.c */
void turn_list_clients(struct turn *t);
void turn_assignment_pressed(struct turn *t);

/* conversation_admin.c */
/* What an admin is written to in, unasked. */
enum locale turn_admin_locale(const struct turn *t, int64_t admin);
void turn_tell_admins(struct turn *t);
void turn_admin_pressed(struct turn *t);
/* True: what admins alone may do, and it has been answered. */
bool turn_of_admin(struct turn *t);
/* What waits for a decision, behind whatever else is said. */
void turn_show_missed(struct turn *t);
