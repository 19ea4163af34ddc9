/*
 * People in the database: their sessions and the reps among them.
 * Ownership: rows and their strings live in the arena given; a plan borrows what is put into it until it has run.
 * Units: Telegram ids. Errors: those of the run.
 * *_read adds a step and returns its index; *_parse turns that step's result into rows.
 */
#pragma once
#include "salesreg/db/conn.h"
#include "salesreg/domain/text/locale.h"

struct session_row {
	int64_t user_id;
	const char *kind, *phase, *draft_name, *locale;
	const char *draft_client;
	int64_t draft_seen;
	bool locale_chosen;
	const char *claim_email, *claim_rep, *claim_username;
	const char *claim_holder; /* the rep who has that e-mail now, NULL: nobody; not written */
	int64_t wrong_emails;
	int64_t pause_us; /* left of the pause that they led to */
	int64_t looked_emails;
	bool old; /* written more than a day ago; not written */
};
size_t sessions_read(struct db_plan *plan, struct arena *a, const int64_t *user_ids, size_t count);
size_t sessions_parse(const PGresult *result, struct arena *a, struct session_row **rows);
void sessions_write(
    struct db_plan *plan, struct arena *a, const struct session_row *rows, size_t count);

/* The languages of those among these people who have chosen one. */
size_t locales_read(struct db_plan *plan, struct arena *a, const int64_t *user_ids, size_t count);
size_t locales_parse(const PGresult *result, struct arena *a, struct chosen_locale **rows);

struct rep_row {
	int64_t telegram_id;
	const char *id, *name, *email, *status, *username;
	bool available, paused;
	bool is_admin;   /* while active */
	bool only_admin; /* nobody else is one by their row; stays so under assignment_lock() */
	int64_t open_clients;
	int64_t capacity; /* their own; 0: as everybody's */
};
size_t reps_read(struct db_plan *plan, struct arena *a, const int64_t *telegram_ids, size_t count);
size_t reps_parse(const PGresult *result, struct arena *a, struct rep_row **rows);

/* The accounts of reps who are admins, `most` of them at most. */
size_t admins_read(struct db_plan *plan, struct arena *a, size_t most);
size_t admins_parse(const PGresult *result, int64_t *ids, size_t most);

/* Whose e-mail keys these are. */
struct email_row {
	const char *email_key, *rep;
};
size_t rep_emails_read(
    struct db_plan *plan, struct arena *a, const char *const *keys, size_t count);
size_t rep_emails_parse(const PGresult *result, struct arena *a, struct email_row **rows);

/* Reps an admin decides about. */
struct subject_row {
	const char *id, *name, *email, *status, *locale;
	const char *application; /* declined, withdrawn; NULL: neither, or long ago */
	const char *decided_by;  /* an application of theirs, last; or NULL */
	int64_t telegram_id;
	bool proven;   /* the e-mail, by a code */
	bool is_admin; /* while active */
};
size_t subjects_read(
    struct db_plan *plan, struct arena *a, const int64_t *telegram_ids, size_t count);
size_t subjects_parse(const PGresult *result, struct arena *a, struct subject_row **rows);

/* Who says that an e-mail somebody else has is theirs; rep NULL: nobody has it any more. */
struct claim_row {
	int64_t telegram_id, rep_telegram_id;
	const char *name, *email, *locale, *rep, *rep_name, *rep_username, *rep_status, *rep_locale;
	const char *username; /* as the admins were shown it */
	bool asked, stands;   /* the latter: rep is who had it when they were */
	int64_t total;        /* of those who wait; of claims_waiting only */
};
size_t claims_read(
    struct db_plan *plan, struct arena *a, const int64_t *telegram_ids, size_t count);
size_t claims_parse(const PGresult *result, struct arena *a, struct claim_row **rows);
/* Claims that wait for an admin, longest first; parsed by claims_parse. Arguments as of applications_read. */
size_t claims_waiting(struct db_plan *plan, struct arena *a, size_t limit, const int64_t *admins,
    size_t count, bool asked);
/* Claims of what is another one's now, or nobody's; needs no lock. */
struct claim_over_row {
	int64_t telegram_id;
	const char *email, *locale;
	bool free;
};
size_t claims_over(struct db_plan *plan, struct arena *a, size_t limit);
size_t claims_over_parse(const PGresult *result, struct arena *a, struct claim_over_row **rows);
/* Ends them, with a sendMessage each; what is not over any more, or in use, is left as it is. */
void claims_end(struct db_plan *plan, struct arena *a, const int64_t *telegram_ids,
    const char *const *payloads, size_t count);

/* What admins are shown; `asked`: one of them asks for it. */
struct application_row {
	int64_t telegram_id, total /* of those who wait */;
	const char *name, *email, *username;
};
size_t applications_read(struct db_plan *plan, struct arena *a, size_t limit, const int64_t *admins,
    size_t count, bool asked);
size_t applications_parse(const PGresult *result, struct arena *a, struct application_row **rows);
struct untaken_row {
	const char *name, *telegram, *context, *email;
};
size_t untaken_read(struct db_plan *plan, struct arena *a, size_t limit, const int64_t *admins,
    size_t count, bool asked);
size_t untaken_parse(const PGresult *result, struct arena *a, struct untaken_row **rows);
/* The admins whom something did not reach. */
size_t admins_missed_read(
    struct db_plan *plan, struct arena *a, const int64_t *admins, size_t count);
size_t admins_missed_parse(const PGresult *result, struct arena *a, const int64_t **admins);

/*
 * Of chats that Telegram reports as gone: nothing new is assigned to their reps, and what they have goes on when the grace has
 * passed; and the end of it, for chats that a message reached.
 */
void reps_unreachable(struct db_plan *plan, struct arena *a, const int64_t *chats, size_t count);
void reps_reachable(struct db_plan *plan, struct arena *a, const int64_t *chats, size_t count);
