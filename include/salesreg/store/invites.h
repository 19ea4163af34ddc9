/*
 * Links for one new rep each; only their hashes are stored (app/invite.h).
 * Ownership: as in store/people.h. Units: days, microseconds. Errors: those of the run.
 */
#pragma once
#include "salesreg/db/conn.h"
#include "salesreg/db/session.h"

struct invite_row {
	const char *hash, *email_key; /* the latter NULL: good for any address */
	int64_t holder;               /* 0: nobody's yet */
	bool ended, used;
};
/* Those with these hashes, and the unused ones that these people hold. */
size_t invites_read(struct db_plan *plan, struct arena *a, const char *const *hashes,
    size_t hash_count, const int64_t *people, size_t people_count);
size_t invites_parse(const PGresult *result, struct arena *a, struct invite_row **rows);

struct invite_new {
	const char *hash, *email_key; /* the latter may be NULL */
	int64_t days;
	int64_t admin; /* 0: made by the command line */
};
/* For a command; *ends_us: when it ends, since 1970. */
bool invites_create_now(
    struct db_session *session, struct arena *a, const struct invite_new *invite, int64_t *ends_us);
