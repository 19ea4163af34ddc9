/*
 * Prospects as the bot meets them: who of its people is one, and links that lead to it.
 * Ownership: as in store/people.h. Units: Telegram's ids; times in microseconds since 1970. Errors: those of the run.
 */
#pragma once
#include "salesreg/db/conn.h"
#include "salesreg/db/session.h"

/* About one prospect; of a campaign's link prospect is NULL. rep_name: who has it, NULL: nobody. */
struct prospect_row {
	const char *prospect, *name;
	bool described;
	const char *owner;           /* of the conversation */
	int64_t version, assignment; /* 0: none goes on */
	const char *rep_name, *rep_locale;
	int64_t rep_telegram_id;
	/* prospects_met */
	int64_t telegram_id;
	bool met, opted_out, blocked, archived;
	/* both: neither converted nor archived */
	bool open;
	/* links_read */
	const char *hash, *campaign;
	bool forwarded; /* the rep has heard lately that somebody else opened it */
	int64_t account;
};
/* usernames: in lower case, "" if there is none; as many as people. */
size_t prospects_met(struct db_plan *plan, struct arena *a, const int64_t *people,
    const char *const *usernames, size_t count);
size_t prospects_met_parse(const PGresult *result, struct arena *a, struct prospect_row **rows);
size_t links_read(struct db_plan *plan, struct arena *a, const char *const *hashes, size_t count);
size_t links_parse(const PGresult *result, struct arena *a, struct prospect_row **rows);

/* Prospects' own links. */
struct link_new {
	const char *hash, *prospect;
};
void links_create(
    struct db_plan *plan, struct arena *a, const struct link_new *links, size_t count);

/* What prospects have said, and does not stand on their card, goes to whoever they are assigned to, behind `head`: the payload of a sendMessage, with
 * "{count}" in its text. */
struct heard_before {
	const char *prospect;
	int64_t chat_id; /* the rep's */
	const char *head;
};
void prospects_heard_before(
    struct db_plan *plan, struct arena *a, const struct heard_before *rows, size_t count);

/* What Telegram's getChat tells of prospects whom the bot has met, asked once for each. stars: what a first message costs who writes. */
struct chat_settings {
	int64_t telegram_id, message_stars;
	bool private_forwards, no_voices;
};
/* Accounts, some of those that are to be asked. */
size_t chats_to_ask(struct db_plan *plan);
size_t chats_to_ask_parse(const PGresult *result, struct arena *a, int64_t **accounts);
void chats_asked(
    struct db_plan *plan, struct arena *a, const struct chat_settings *rows, size_t count);

/* Own links of those who are no open prospects any more. Yields how many, up to 10,000. */
void links_prune(struct db_plan *plan, struct arena *a, int64_t days);

/* For a command. */
struct campaign_row {
	const char *campaign;
	int64_t created_us, removed_us; /* 0: it is good */
	int64_t prospects, converted;
};
/* *added false: there is one of this name already. */
bool links_add_now(struct db_session *session, const char *hash, const char *campaign, bool *added);
bool links_list_now(
    struct db_session *session, struct arena *a, struct campaign_row **rows, size_t *count);
/* *removed false: there is none of this name. */
bool links_remove_now(struct db_session *session, const char *campaign, bool *removed);
