/* What the fold's files know of each other: fold_interests.c says what is read, fold.c goes through the updates, fold_facts.c says what an
 * update needs to know, fold_effects.c what its outcome writes, fold_depends.c which update cannot be decided on in the same batch. */
#pragma once
#include "salesreg/app/bot/batch/fold.h"
#include "salesreg/base/map.h"

struct person {
	struct conversation_state state;
	const struct session_row *session; /* NULL: none */
	bool session_dirty;
	bool passed_album; /* in this batch, which goes after its messages */
	bool heard;        /* an admin who has been shown what was missed */
	bool touched;      /* an effect of this batch changed the rep or what belongs to it */
	bool left; /* by an effect of this batch a rep is none, or another account, from now on */
	int64_t user_id;
	struct heard_row *spoke;     /* a prospect, in this batch; NULL: not yet */
	struct refused_row *blocker; /* the same */
	unsigned guesses;            /* in this batch */
	enum code_limit limit;       /* that keeps a mail back in this event */
};

struct folding {
	const struct fold_input *input;
	struct arena *a;
	struct fold_writes *writes;
	struct map people;         /* user id → struct person */
	struct map assignments;    /* ids changed in this batch */
	bool applications_changed; /* in this batch */
	bool admins_changed;       /* the same: who is one by their row */
	struct map chats;          /* chats that have a message in this batch */
	const char **keys;         /* e-mail keys taken in this batch */
	size_t key_count;
	const char **mailed; /* mailboxes that a code was asked for in this batch */
	size_t mailed_count;
	size_t message_room, edit_room;
	struct outbox_edit *edits; /* of this batch, among the messages */
	size_t edit_count;
};

/* The code that this person is asked for, or NULL. */
const struct code_row *fold_code_row_of(const struct fold_input *input, int64_t user_id);
const struct prospect_view *fold_prospect_view(struct folding *f, const struct prospect_row *row);
/* Puts into p->state what the decision about one update may ask. */
void fold_fill_facts(struct folding *f, struct person *p, const struct event *event,
    const struct conversation_interest *interest);
/* The same of a rep's clients: a page of the list, a card. */
void fold_fill_clients(
    struct folding *f, struct person *p, const struct conversation_interest *interest);
/* The same of what an admin looks at: a page of reps, the card of the subject. */
void fold_fill_desk(
    struct folding *f, struct person *p, const struct conversation_interest *interest);
/* The same of prospects that an admin asks for (admin/fold_managed.c). */
void fold_fill_managed(
    struct folding *f, struct person *p, const struct conversation_interest *interest);
void fold_managed_interests(struct fold_interests *in, size_t place, const struct event *event,
    const struct conversation_interest *of, struct arena *a);
/* Out of what the database has: most at most, the rest is said by more_events; and what they answered. */
void fold_read_events(struct folding *f, const char *json, size_t most, struct client_view *view);
void fold_read_answers(struct folding *f, const char *json, struct client_view *view);
/* The same of what an admin sends to all reps. */
void fold_fill_broadcasts(
    struct folding *f, struct person *p, const struct conversation_interest *interest);
/* What one update's outcome adds to the writes: its effects, its messages; and at the end the sessions that changed. */
void fold_apply_effect(struct folding *f, struct person *p, const struct effect *effect);
/* Whether the update leans on something this batch has already changed. */
bool fold_depends(struct folding *f, const struct person *p, const struct event *event,
    const struct conversation_interest *interest);
/* Whether the connection, or the conversation with whom the chat is, is not what was read. */
bool fold_business_changed(struct folding *f, const struct event *event);
/* Whether others may see another state of somebody's prospects after it. */
bool fold_changes_assignments(enum effect_kind kind);
void fold_add_messages(struct folding *f, const struct person *p,
    const struct telegram_update *update, const struct outcome *outcome);
/* What a rep is shown of somebody's answers from now on. */
void fold_add_summary(struct folding *f, const struct outcome *outcome);
/* What admins read below an application from now on. */
void fold_add_decided(struct folding *f, const struct outcome *outcome);
void fold_finish_sessions(struct folding *f);
/* Which address a mail would go to: the one that is named, or claimed, or asked a code for; NULL: none. */
const char *fold_key_to_mail(
    const struct folding *f, const struct person *p, const struct conversation_interest *interest);
/* How far the people are with their questions: after their prospects are known. */
void fold_load_questions(struct folding *f);
/* Made when it is first asked for. */
struct person *fold_person_of(struct folding *f, int64_t user_id);
