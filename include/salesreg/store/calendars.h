/*
 * Calendars of reps: the account that is connected, how it is connected and let go.
 * Ownership: as in store/people.h. Units: seconds as named. Errors: those of the run; must() is CONFLICT.
 */
#pragma once
#include "salesreg/db/conn.h"

struct calendar_account_row {
	int64_t rep_telegram_id;
	const char *state, *email;
	bool unread;   /* nothing of it has been read yet */
	bool doubtful; /* it is unknown when the rep is busy: salesreg.calendar_doubt() */
};
/* Of these people; no row of who has none. */
size_t calendar_accounts_read(
    struct db_plan *plan, struct arena *a, const int64_t *people, size_t count);
size_t calendar_accounts_parse(
    const PGresult *result, struct arena *a, struct calendar_account_row **rows);

struct calendar_choice_row {
	int64_t rep_telegram_id, id;
	const char *summary;
	bool conflicts, primary, writable;
	bool target; /* calls are entered there */
};
size_t calendar_choices(
    struct db_plan *plan, struct arena *a, const int64_t *people, size_t count, size_t most);
size_t calendar_choices_parse(
    const PGresult *result, struct arena *a, struct calendar_choice_row **rows);

struct calendar_connection {
	const char *rep;
	int64_t person;
	const char *sub, *email, *scopes;
	const char *refresh_token,
	    *access_token; /* sealed, hexadecimal; the first NULL: as it is */
	int64_t expires_in_s;
	const char *key_id;
};
/* CONFLICT: the person is no active rep any more, or there is no refresh token, neither new nor old, or a grant of the account is being
   given back just now. */
void calendar_connect(
    struct db_plan *plan, struct arena *a, const struct calendar_connection *connection);
/* Grants of an account that are to be given back are not. all: also those that somebody is about to send. */
void calendar_revocations_drop(struct db_plan *plan, const char *sub, bool all);
/* One is being sent, and was left. */
bool calendar_revocation_is_sent(const PGresult *result);
