/*
 * What doctor asks the database: how the server is, what the tables tell.
 * Ownership: rows and their strings live in the arena given. Units: in the names.
 * Errors: false; the session says why.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/db/session.h"
#include <stdint.h>

struct doctor_server {
	int64_t version_num;  /* 150020 */
	const char *version;  /* "15.20 (Debian…)" */
	const char *encoding; /* of the database */
	const char *database, *user;
	bool in_recovery, read_only, autovacuum, commits_unsafely /* synchronous_commit off */,
	    no_fsync;
	int64_t clock_us, size_bytes;
};
bool doctor_server(struct db_session *s, struct arena *a, struct doctor_server *out);

struct doctor_connections {
	int64_t free; /* may be below 0 */
	int64_t ours; /* of the workers */
	bool outreach;
};
bool doctor_connections(struct db_session *s, struct doctor_connections *out);

struct doctor_transaction {
	int64_t pid, age_ms;
	const char *user, *application;
};
bool doctor_open_transactions(struct db_session *s, struct arena *a, int64_t longer_than_s,
    struct doctor_transaction **rows, size_t *count);

/* Names of tables. */
bool doctor_unvacuumed(
    struct db_session *s, struct arena *a, const char *const **names, size_t *count);

/* Active reps whom Telegram does not reach. */
bool doctor_unreachable(
    struct db_session *s, int64_t *unreachable, int64_t *longest_ms, int64_t *active);

struct doctor_status {
	bool of_reps; /* otherwise of prospects */
	const char *status;
	int64_t count, open_prospects;
};
/* Statuses that are none of ours. */
bool doctor_statuses(
    struct db_session *s, struct arena *a, struct doctor_status **rows, size_t *count);

/* *recorded NULL: they are the same, or the server is older than 15 and does not know. */
bool doctor_collation(
    struct db_session *s, struct arena *a, const char **recorded, const char **actual);

struct doctor_stranger {
	const char *kind;                     /* owner or create (of a schema), object */
	const char *object, *who, *statement; /* the one that ends it */
};
/* What on the search path is a stranger's, or may be made there by one, and keeps sessions off it: search_path. */
bool doctor_strangers(
    struct db_session *s, struct arena *a, struct doctor_stranger **rows, size_t *count);

/* Who may put triggers on tables of ours, or owns what one there calls. */
bool doctor_strange_triggers(
    struct db_session *s, struct arena *a, struct doctor_stranger **rows, size_t *count);

struct doctor_lack {
	const char *object, *right, *statement; /* the one that gives it */
};
/* What the workers need (or, migrating, a migration) and the user lacks. */
bool doctor_rights(struct db_session *s, struct arena *a, bool migrating, struct doctor_lack **rows,
    size_t *count);

struct doctor_owner {
	const char *object, *owner, *statement; /* the one that ends it */
};
/* Objects of ours that belong to a role that has nothing to do with this user (db/guard.h). */
bool doctor_foreign_owners(
    struct db_session *s, struct arena *a, struct doctor_owner **rows, size_t *count);
/* What else is in the schema, of other owners; no statement. */
bool doctor_not_ours(
    struct db_session *s, struct arena *a, struct doctor_owner **rows, size_t *count);
struct doctor_hidden {
	const char *table, *statement; /* the one that ends it */
	bool certain;                  /* else its policies depend on the rows */
};
/* Tables of ours that row-level security does not show whole, or may not. */
bool doctor_hidden_rows(
    struct db_session *s, struct arena *a, struct doctor_hidden **rows, size_t *count);

/* NULL: not known, or not on this machine. */
bool doctor_data_directory(struct db_session *s, struct arena *a, const char **path);

struct doctor_outbox {
	int64_t late, oldest_ms, failed, held, duplicates, blocked_ms;
	int64_t put_off, longest_ms; /* due in more than an hour */
	int64_t crowded,
	    crowded_chats; /* answers of a day dropped for newer ones, and in how many chats */
};
bool doctor_outbox(
    struct db_session *s, struct arena *a, int64_t late_s, struct doctor_outbox *out);
/* Prospects that every rep has declined; told: how many of them an admin knows of. */
bool doctor_declined(struct db_session *s, int64_t *prospects, int64_t *oldest_ms, int64_t *told);
/* Open prospects that salesreg never assigned, and how many reps who are suspended or removed have them. */
bool doctor_left_behind(struct db_session *s, struct arena *a, int64_t *prospects, int64_t *reps,
    const char **statement);
struct doctor_trigger {
	const char *table, *name;
	bool exists;
};
/* Those that do not fire. */
bool doctor_triggers(
    struct db_session *s, struct arena *a, struct doctor_trigger **off, size_t *count);
/* The statement that brings back the row that everything locks which changes an assignment; NULL: it is there. */
bool doctor_lock_row(struct db_session *s, struct arena *a, const char **statement);
/* The bot that this database serves, if it is another than bot_id: *other is 0 if not; *username may be NULL. */
bool doctor_other_bot(
    struct db_session *s, struct arena *a, int64_t bot_id, int64_t *other, const char **username);

struct doctor_required {
	const char *table, *columns, *statement;
};
/* Tables with columns that must have a value and that nothing of ours writes. */
bool doctor_required_columns(
    struct db_session *s, struct arena *a, struct doctor_required **tables, size_t *count);
struct doctor_index {
	const char *name, *schema /* NULL: it is missing, else its building failed */;
	bool is_key; /* statements fail without it */
};
bool doctor_indexes(
    struct db_session *s, struct arena *a, struct doctor_index **broken, size_t *count);
bool doctor_parked(struct db_session *s, int64_t *parked, int64_t *oldest_ms);
/* error: of the last of them; NULL: none is known. */
bool doctor_timers(struct db_session *s, struct arena *a, int64_t *given_up, const char **error,
    const char **statement);

struct doctor_rep {
	const char *name, *which /* the one with that Telegram id, or else that id */, *email;
	const char *holder; /* NULL: nobody */
};
/* A few of them; *total: how many there are. */
bool doctor_reps_pending(struct db_session *s, struct arena *a, int64_t longer_than_s,
    int64_t *pending, int64_t *oldest_ms);
bool doctor_mails_waiting(struct db_session *s, struct arena *a, int64_t longer_than_s,
    int64_t *waiting, int64_t *oldest_ms, const char **error /* may become NULL */);
/* A limit on codes that is reached: of a mailbox, of a person (mailbox NULL), or in all (person 0, too). */
struct doctor_code_limit {
	const char *mailbox;
	int64_t person, mails /* in the last hour */, wrong, people;
	const char *some; /* Telegram ids, separated by ", " */
};
struct doctor_code_bounds {
	int64_t to_mailbox, in_all, to_person, to_person_day, wrong_for_mailbox, wrong_of_person;
};
bool doctor_code_limits(struct db_session *s, struct arena *a,
    const struct doctor_code_bounds *bounds, struct doctor_code_limit **rows, size_t *count);
bool doctor_claims_waiting(struct db_session *s, struct arena *a, int64_t longer_than_s,
    int64_t *waiting, int64_t *oldest_ms);
/* Accounts of reps who are admins, `most` at most. */
bool doctor_admins(struct db_session *s, struct arena *a, int64_t *ids, size_t most, size_t *count);
bool doctor_reps_without_email(
    struct db_session *s, struct arena *a, struct doctor_rep **rows, size_t *count, int64_t *total);

struct doctor_prospects {
	int64_t waiting, oldest_ms, reps_with_room;
};
bool doctor_prospects(struct db_session *s, struct arena *a, int64_t capacity, int64_t late_s,
    struct doctor_prospects *out);

/* Open prospects that may be hard to reach: to be looked at with domain/contact. */
struct doctor_contact {
	const char *prospect, *telegram;
	bool has_email;
	bool hidden; /* Telegram refuses to link to this id */
};
/* Pairs of open prospects of one person, those of them that are with two reps, and the first pair in words. */
bool doctor_same_person(
    struct db_session *s, struct arena *a, int64_t *pairs, int64_t *apart, const char **example);
bool doctor_contacts(
    struct db_session *s, struct arena *a, struct doctor_contact **rows, size_t *count);

/* Reps' own accounts that the bot is connected to; names: of some of those counted before them, NULL: none. */
struct doctor_business {
	int64_t connected, mute, excessive;
	const char *mute_names, *excessive_names;
};
bool doctor_business(struct db_session *s, struct arena *a, struct doctor_business *out);
