/*
 * The fold: a batch's updates over what was read of its people, into what is written. Pure apart from the arena.
 * Ownership: everything lives in the batch's arena; inputs are borrowed until the writes have run.
 * Callbacks: `grants` only, inside fold_run().
 *
 * An update that depends on something an earlier one of the batch changed (a person who just registered, an e-mail just
 * taken, an assignment just declined) ends the fold before it: it goes into the next transaction, which reads afresh.
 * The first update of a batch depends on nothing, so there is always progress.
 */
#pragma once
#include "salesreg/app/bot/batch/agenda.h"
#include "salesreg/app/bot/batch/scripts.h"
#include "salesreg/app/bot/mail/code_limits.h"
#include "salesreg/app/bot/mail/email_code.h"
#include "salesreg/domain/conversation/conversation.h"
#include "salesreg/domain/event/floods.h"
#include "salesreg/domain/event/guesses.h"
#include "salesreg/store/assignments.h"
#include "salesreg/store/broadcasts.h"
#include "salesreg/store/business.h"
#include "salesreg/store/calendars.h"
#include "salesreg/store/clients.h"
#include "salesreg/store/codes.h"
#include "salesreg/store/desk.h"
#include "salesreg/store/effects.h"
#include "salesreg/store/file_imports.h"
#include "salesreg/store/hours.h"
#include "salesreg/store/invites.h"
#include "salesreg/store/managed_prospects.h"
#include "salesreg/store/outbox.h"
#include "salesreg/store/people.h"
#include "salesreg/store/prospects.h"
#include "salesreg/store/qualification.h"
#include "salesreg/store/relay.h"
#include "salesreg/store/timers.h"
#include "salesreg/telegram/update.h"

struct fold_input {
	const struct conversation_rules *rules;
	const struct telegram_update *updates;
	size_t count;
	/* what fold_plan_reads() asked for */
	const struct session_row *sessions;
	size_t session_count;
	const struct rep_row *reps;
	size_t rep_count;
	const struct email_row *emails;
	size_t email_count;
	const struct assignment_row *assignments;
	size_t assignment_count;
	const struct subject_row *subjects;
	size_t subject_count;
	const struct desk_line_row *rep_lines; /* in the order of what was asked */
	size_t rep_line_count;
	const struct desk_card_row *rep_cards; /* of subjects */
	size_t rep_card_count;
	const struct broadcast_row *broadcasts;
	size_t broadcast_count;
	struct broadcast_audience audience;
	const struct client_line_row *client_lines; /* in the order of what was asked */
	size_t client_line_count;
	const struct chosen_row *chosen;
	size_t chosen_count;
	const struct client_line_row *client_searched; /* the same of searches */
	size_t client_searched_count;
	const struct client_card_row *client_cards;
	size_t client_card_count;
	const struct client_card_row *client_histories; /* cards with more events */
	size_t client_history_count;
	const struct hours_row *hours;
	size_t hours_count;
	const struct zone_row *zones;
	size_t zone_count;
	const struct outbox_edit *edits;
	size_t edit_count;
	const struct claim_row *claims;
	size_t claim_count;
	const struct email_code_key *code_key;
	const struct code_row *codes;
	size_t code_count;
	const struct code_mail *code_mails; /* those that limits count */
	size_t code_mail_count;
	const struct invite_row *invites;
	size_t invite_count;
	const struct prospect_row *prospects, *links;
	size_t prospect_count, link_count;
	struct scripts *scripts; /* of before */
	const struct questions_row *questions;
	size_t questions_count;
	const struct relay_row *pairs; /* of messages that were replied to, or edited */
	size_t pair_count;
	const struct relay_row *partners;
	size_t partner_count;
	const struct business_row *business;
	size_t business_count;
	const struct calendar_account_row *calendars;
	size_t calendar_count;
	const struct calendar_choice_row *calendar_choices;
	size_t calendar_choice_count;
	struct agenda_rows agenda;
	const struct found_row *found; /* by admins; the place of each is the update's number */
	size_t found_count;
	const struct managed_waits_row *managed_waits;
	size_t managed_waits_count;
	const struct managed_waiting_row *managed_waiting;
	size_t managed_waiting_count;
	const struct managed_rep_row *managed_reps;
	size_t managed_rep_count;
	const struct managed_card_row *managed_cards;
	size_t managed_card_count;
	const struct file_import_row *files;
	size_t file_count;
	/* of admins only */
	const struct application_row *applications;
	size_t application_count;
	const struct claim_row *waiting_claims;
	size_t waiting_claim_count;
	const struct code_waiting *code_waiting;
	size_t code_waiting_count;
	const struct untaken_row *untaken;
	size_t untaken_count;
	const int64_t *missed; /* admins */
	size_t missed_count;
	const struct chosen_locale *admin_locales;
	size_t admin_locale_count;
	const struct guesses *guesses; /* links that lead nowhere */
	int64_t now_us;                /* of their clock */
	const struct floods *floods;   /* who is too fast, and has heard of it */
	int64_t wall_us;
	/* Whether a message to this chat may be sent at once. */
	bool (*grants)(int64_t chat, void *data);
	void *data;
};

/* Which users and facts the updates are about: to be read before the fold. */
struct fold_interests {
	struct conversation_interest *of; /* one an update */
	int64_t *users, *assignments, *subjects, *leavers;
	const char **email_keys, **mailboxes; /* of the same addresses */
	size_t user_count, assignment_count, subject_count, leaver_count, email_key_count;
	struct desk_ask *rep_pages; /* the place of each is the update's number */
	size_t rep_page_count;
	bool wants_rep_cards; /* of the subjects */
	struct chosen_ask *chosen;
	size_t chosen_count;
	/* the place of each is the update's number */
	struct client_ask *client_pages, *client_searches, *client_cards, *client_histories;
	size_t client_page_count, client_search_count, client_card_count, client_history_count;
	/* of admins; the same */
	struct prospect_search *managed_searches;
	struct managed_card_ask *managed_cards;
	struct managed_waiting_ask *managed_waiting;
	size_t managed_waiting_count;
	bool wants_waits;
	struct managed_reps_ask *managed_reps;
	int64_t *managed_held; /* hashes */
	size_t managed_search_count, managed_card_count, managed_reps_count, managed_held_count;
	int64_t *file_chats;
	size_t file_chat_count;
	int64_t *admins; /* among the users */
	size_t admin_count;
	bool wants_applications, tells_admins, wants_audience;
	struct broadcast_ask *broadcasts;
	size_t broadcast_count;
	int64_t *claimants, *hours_reps;
	size_t claimant_count, hours_rep_count;
	const char **invites, **links; /* hashes */
	size_t invite_count, link_count;
	const char **zones; /* that are named */
	size_t zone_count;
	int64_t *pressed_chats, *pressed_messages; /* that buttons hang on, of those chats */
	size_t pressed_count;
	int64_t *pair_chats, *pair_messages; /* that were replied to, or edited */
	size_t pair_count;
	int64_t *writers; /* who may be a rep that talks to a prospect */
	size_t writer_count;
	const char **connections,
	    **peer_usernames; /* and the chats of the accounts, with messages there */
	int64_t *peers, *own_messages;
	size_t business_count;
	const char **usernames; /* of the users, in lower case */
	int64_t *calendar_reps;
	size_t calendar_rep_count;
	bool lock_certainly; /* an event that changes assignments whatever the state */
};
/* Marks what people have said twice in one poll. */
void fold_mark_repeats(struct telegram_update *updates, size_t count, struct arena *a);
void fold_interests(const struct conversation_rules *rules, const struct telegram_update *updates,
    size_t count, struct arena *a, struct fold_interests *interests);

struct fold_answer {
	int64_t chat_id;
	const char *callback_id, *text;
	bool alert;
};

/* A search of an admin's has found one, whose card is to be read, too: in the same transaction, begun once more. */
struct fold_only {
	size_t update;
	int64_t hash;
};

/* The menu of commands in a chat. */
struct fold_menu {
	int64_t chat_id;
	enum locale locale;
	unsigned audience; /* AUDIENCE_… */
};

struct fold_writes {
	size_t taken; /* how many updates this covers: a prefix */
	struct session_row *sessions;
	struct effect_row *effects;
	size_t code_limited[CODE_LIMIT_COUNT]; /* how often each kept a mail back */
	struct outbox_new *messages;
	struct outbox_album *albums; /* parts of */
	size_t album_count;
	struct fold_answer *answers;
	struct fold_menu *menus;
	size_t session_count, effect_count, message_count, answer_count, menu_count;
	struct decided_row *decided; /* one a language of each application */
	size_t decided_count;
	struct summary_new *summaries;
	struct questions_new *begun;
	size_t summary_count, begun_count;
	const struct script *script; /* that they begin on */
	int64_t *guessers;           /* who tried a link that leads nowhere, once for each */
	size_t guesser_count;
	int64_t *warned; /* who is told that they are too fast */
	size_t warned_count;
	int64_t *reported; /* of whom admins hear that it goes on */
	size_t reported_count;
	struct heard_row *heard; /* prospects who wrote or pressed, once each */
	size_t heard_count;
	struct link_new *links; /* of prospects, that reps are shown */
	size_t link_count, link_room;
	struct refused_row *blockers; /* prospects who have blocked the bot */
	size_t blocker_count;
	struct fold_only *only;
	size_t only_count;
	int64_t reminder_us; /* until those are reminded who are awaited; 0: nobody is */
	bool needs_lock;     /* the assignment lock must have been taken */
};
void fold_run(const struct fold_input *input, const struct fold_interests *interests,
    struct arena *a, struct fold_writes *writes);
/* All but messages, in an order that holds. */
void fold_plan_writes(const struct fold_writes *writes, struct db_plan *plan, struct arena *a);
