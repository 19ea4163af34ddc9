/*
 * Reps' own Telegram accounts, to which the bot is connected.
 * Ownership: as in store/people.h. Units: Telegram's ids. Errors: those of the run.
 * What is written there is an effect (store/effects.h); what is read comes here.
 */
#pragma once
#include "salesreg/db/conn.h"

/* A connection, and a chat of its account (peer 0: of none): see business_read. */
struct business_row {
	const char *connection;
	int64_t peer, message, rep_telegram_id;
	bool enabled, can_reply, can_read;
	const char *rights, *rep_locale;
	const char *prospect, *name, *owner;
	int64_t version, account, assignment;
	bool contacted, open, fresh, ours;
};
size_t business_read(struct db_plan *plan, struct arena *a, const char *const *connections,
    const int64_t *peers, const char *const *usernames, const int64_t *messages, size_t count);
size_t business_parse(const PGresult *result, struct arena *a, struct business_row **rows);

/* Those that Telegram is to be asked about: of the row connection, rep_telegram_id, rights and rep_locale are read. */
void business_ask_all(struct db_plan *plan);
size_t business_to_ask(struct db_plan *plan);
size_t business_to_ask_parse(const PGresult *result, struct arena *a, struct business_row **rows);
void business_asked(
    struct db_plan *plan, struct arena *a, const char *const *connections, size_t count);

/* What was written as reps long ago, and connections that ended then. Yields how many messages, up to 10,000. */
void business_prune(struct db_plan *plan, struct arena *a, int64_t days);
