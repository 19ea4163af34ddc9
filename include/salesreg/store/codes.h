/*
 * Codes by mail: what is asked of whom, and the queue of the mails (table email_codes).
 * Ownership: as in store/people.h. Units: microseconds (_us). Errors: those of the run.
 */
#pragma once
#include "salesreg/db/session.h"
#include "salesreg/store/queue.h"

/* What a person is asked for, and who has the address now (holder NULL: nobody). */
struct code_row {
	int64_t user_id, id, wrong, holder_telegram_id;
	int64_t wrong_of_others; /* in a day, for the same mailbox */
	const char *email, *email_key, *state;
	const char *hashes; /* separated by spaces, of codes that still are good */
	bool mailed;        /* some mail may have arrived, or it has and is too old */
	const char *holder, *holder_name, *holder_status, *holder_locale;
};
size_t codes_read(struct db_plan *plan, struct arena *a, const int64_t *people, size_t count);
size_t codes_parse(const PGresult *result, struct arena *a, struct code_row **rows);

/* A mail that counts, of whom and to which mailbox (a key without its +tag); (0, NULL): one of all. Newest first. */
struct code_mail {
	int64_t user_id;
	const char *mailbox;
	int64_t age_us, wrong; /* the latter: answers to its code, of the people asked about only */
};
/* most: how many of all are of interest. */
size_t codes_counted(struct db_plan *plan, struct arena *a, const int64_t *people,
    size_t people_count, const char *const *mailboxes, size_t mailbox_count, size_t most);
size_t codes_counted_parse(const PGresult *result, struct arena *a, struct code_mail **rows);

/* The queue of the mails: the leader's. Its rows are struct code_due, what goes with a claim is the code's hash. */
extern const struct queue codes_queue;
struct code_due {
	struct queue_row row;
	int64_t user_id;
	int64_t wrong; /* in a week, for the mailbox, of anybody */
	const char *email, *email_key, *locale;
	bool delay_told;
};
/* Who waits, since before_us ago at least, and has not been told that it takes longer; attempts and the like are not read. sending:
   what this process has under way. */
size_t codes_untold(
    struct db_plan *plan, struct arena *a, const int64_t *sending, size_t count, int64_t before_us);
size_t codes_untold_parse(const PGresult *result, struct arena *a, struct code_due **rows);
size_t codes_tell(struct db_plan *plan, struct arena *a, const int64_t *ids,
    const char *const *payloads, size_t count);
/* How many were told. */
int64_t codes_tell_parse(const PGresult *result);
/* What a result of the queue is. */
struct code_result {
	int64_t id, pause_us;
	const char *state;
	const char *reply;
	const char *payload; /* of a sendMessage; NULL: nothing is said */
	bool lost;           /* this attempt's mail cannot have arrived */
};

/* Whom a code is asked for. */
struct code_waiting {
	int64_t id, user_id, total; /* total: of those there are */
	const char *email, *email_key, *state;
	const char *locale, *name; /* may be NULL */
};
size_t codes_waiting(struct db_plan *plan, struct arena *a, size_t limit);
size_t codes_waiting_parse(const PGresult *result, struct arena *a, struct code_waiting **rows);
/* The same of this account or address. False: the session says why. */
bool codes_waiting_now(struct db_session *s, struct arena *a, const char *who, size_t limit,
    struct code_waiting **rows, size_t *count);
/* In the caller's transaction: another code is mailed instead of this one. *is_there: false: it is asked for no more. */
bool codes_again(
    struct db_session *s, struct arena *a, const struct code_waiting *code, bool *is_there);
