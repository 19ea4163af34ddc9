/*
 * What managers change of a rep, whoever of them and from where: when it fits, and what the rep is told.
 * Ownership: everything borrowed for the call; messages live in the arena given. Errors: none.
 */
#pragma once
#include "salesreg/domain/conversation/conversation.h"

#define REP_CHANGE_MAP(X)                                                                          \
	X(APPROVE, "approve")       /* an application */                                           \
	X(REJECT, "reject")         /* the same */                                                 \
	X(SUSPEND, "suspend")       /* open prospects go back; the e-mail stays taken */           \
	X(REACTIVATE, "reactivate") /* who was suspended */                                        \
	X(REMOVE, "remove")         /* as if they had unregistered */                              \
	X(SET_NAME, "set-name")                                                                    \
	X(SET_EMAIL, "set-email")                                                                  \
	X(SET_CAPACITY, "set-capacity")                                                            \
	X(SET_ADMIN, "set-admin")                                                                  \
	X(PAUSE, "pause")   /* nothing new; what they have they keep */                            \
	X(RESUME, "resume") /* ends a pause */

enum rep_change_kind {
#define X(name, text) REP_CHANGE_##name,
	REP_CHANGE_MAP(X)
#undef X
	    REP_CHANGE_COUNT
};
const char *rep_change_name(enum rep_change_kind kind);
/* Whether it can be done to a rep of this status. */
bool rep_change_fits(enum rep_change_kind kind, enum rep_status status);
/* What the status is then; of a change that keeps it, the same. */
enum rep_status rep_change_status(enum rep_change_kind kind, enum rep_status status);

/*
 * What an admin's yes or no to an application comes to. unproven: the yes is a no, for nobody knows whose address it is: the application
 * is from before the mail server was set, and is to be made once more.
 */
struct application_verdict {
	bool approved, unproven,
	    uninvited;     /* uninvited: nor was it by invitation, which that takes now */
	enum text_id told; /* the rep */
};
struct application_verdict application_decide(
    const struct conversation_rules *rules, bool approved, bool proven);

/* Why an application is declined: by one tap, or as it was typed; neither: no reason is given. */
enum reject_reason { REJECT_NO_REASON, REJECT_IS_NOT_OURS, REJECT_IS_WRONG_DATA, REJECT_IS_TWICE };
struct reject_why {
	enum reject_reason reason;
	const char *typed; /* or NULL */
};
enum { REJECT_REASON_UNITS = 300 };
/* In this language, on one line, with no marks (message.h); NULL: there is none. */
const char *reject_why_text(const struct conversation_rules *rules, enum locale locale,
    struct reject_why why, struct arena *a);
/* What all admins who were asked for a decision read below that from now on, instead of the buttons, each in their language. */
struct application_news {
	const char *rep_id; /* the applicant; NULL: it is no application */
	const char *button; /* what one of the buttons carries, or begins with, up to a ':' */
	const char *lines[LOCALE_COUNT];
};
/* who: as others call who decided, to be quoted. */
const struct application_news *application_news(const struct conversation_rules *rules,
    const struct subject_view *subject, struct application_verdict verdict, const char *who,
    struct reject_why why, struct arena *a);
/* The same of an application that the applicant takes back. */
const struct application_news *application_withdrawn(const struct conversation_rules *rules,
    const char *rep_id, int64_t telegram_id, struct arena *a);
/* What the applicant reads of the verdict. */
void application_tell(const struct conversation_rules *rules, const struct subject_view *subject,
    struct application_verdict verdict, struct reject_why why, struct arena *a,
    struct message_list *messages);

/* What the rep reads of a change that is none of an application. */
enum text_id rep_change_told(enum rep_change_kind kind);
/* detail: what else the text names, {detail}; or NULL. In the rep's language, to the rep's chat (in a private chat the chat's id is the person's). */
void rep_change_tell(const struct conversation_rules *rules, const struct subject_view *subject,
    enum text_id told, const char *detail, struct arena *a, struct message_list *messages);
/* What a rep can do, under a message. */
void rep_menu_buttons(const struct conversation_rules *rules, enum locale locale, struct arena *a,
    struct message *message);
