/*
 * Links to Google's consent page, and what became of those that came back.
 * Ownership: as in store/people.h. Units: seconds. Errors: those of the run.
 */
#pragma once
#include "salesreg/db/conn.h"

/* The start page of a link is shown; a row, or none: there is no such link. */
size_t oauth_state_open(struct db_plan *plan, const char *hash);
struct oauth_opened_row {
	const char *locale; /* the person's, or NULL */
	const char *name;   /* the rep's; NULL: there is none any more */
	bool active;        /* the rep */
};
struct oauth_opened_row oauth_opened_parse(const PGresult *result, struct arena *a);

struct oauth_state_row {
	int64_t exchange; /* 0: no exchange begins */
	const char *rep;
	int64_t person;
	bool ended;
	const char *status, *email, *locale; /* the rep's; NULL: there is none any more */
};
/* Uses a link up. exchanges: a code came, and its exchange begins: what is left of it, should we die, is told by a later process. */
size_t oauth_state_take(struct db_plan *plan, const char *hash, bool exchanges);
/* False: there is no such link. */
bool oauth_state_parse(const PGresult *result, struct arena *a, struct oauth_state_row *row);
/* CONFLICT: somebody has told of it as interrupted. */
void oauth_exchange_end(struct db_plan *plan, struct arena *a, int64_t exchange);

/* What has become of an exchange whose storing was refused. access_token: the sealed one that was to be stored, or NULL. */
struct oauth_outcome_row {
	bool is_open;   /* the exchange has not been ended */
	bool is_active; /* the rep */
	bool is_ours;   /* the token that is stored */
	bool has_token; /* one that lasts is stored */
};
size_t oauth_outcome(struct db_plan *plan, struct arena *a, int64_t exchange, const char *rep,
    const char *access_token, int64_t person);
struct oauth_outcome_row oauth_outcome_parse(const PGresult *result);

struct oauth_left_row {
	int64_t person;
	const char *locale;
};
/* Exchanges whose process died; links that were opened and led nowhere. Both are gone with it. */
size_t oauth_exchanges_left(struct db_plan *plan, struct arena *a, int64_t seconds, int64_t limit);
size_t oauth_states_left(struct db_plan *plan, struct arena *a, int64_t limit);
size_t oauth_left_parse(const PGresult *result, struct arena *a, struct oauth_left_row **rows);

/* Tokens of many reps died within an hour: something is wrong with the client or with its consent screen. */
struct calendar_deaths_row {
	int64_t dead, had; /* how many, of how many accounts */
};
size_t calendar_deaths(struct db_plan *plan, struct arena *a, int64_t least);
/* False: there is no such incident, or it has been told of. */
bool calendar_deaths_parse(const PGresult *result, struct calendar_deaths_row *row);
