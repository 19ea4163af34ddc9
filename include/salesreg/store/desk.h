/*
 * What admins see of reps in the chat: pages of the list, cards.
 * Ownership: rows and their strings live in the arena given; a plan borrows what is put into it until it has run.
 * Units: Telegram ids. Errors: those of the run.
 * *_parse turns the step of the function before it into rows.
 */
#pragma once
#include "salesreg/db/conn.h"

struct desk_ask {
	int64_t place, page; /* the first comes back; pages from 0 on */
};
struct desk_line_row {
	int64_t place, page, total; /* page: as it is, the last one at most; total: of reps */
	int64_t telegram_id;
	const char *id, *name, *status;
	int64_t open, capacity; /* capacity: their own; 0: as everybody's */
	bool paused, available;
};
/* Reps but those who are removed, by name; each: how many a page. */
size_t desk_reps(
    struct db_plan *plan, struct arena *a, const struct desk_ask *asks, size_t count, size_t each);
size_t desk_reps_parse(const PGresult *result, struct arena *a, struct desk_line_row **rows);

/* As struct rep_card has them. */
struct desk_card_row {
	const char *id, *username;
	int64_t open, converted, archived, capacity;
	const char *paused_until, *unreachable_since, *calendar, *calendar_email, *seen,
	    *registered, *day_ahead, *week_ahead, *zone, *changed_by;
	bool paused, available;
};
/* Of the reps with these accounts, several where an old table has one twice; times in this zone. */
size_t desk_cards(struct db_plan *plan, struct arena *a, const int64_t *telegram_ids, size_t count,
    const char *zone);
size_t desk_cards_parse(const PGresult *result, struct arena *a, struct desk_card_row **rows);

/* What admins were asked has been decided: what all who were read below it in this language, instead of the buttons. */
struct decided_row {
	const char *rep; /* the applicant; NULL: it is no application */
	const char
	    *button; /* that the messages have: its data, or what they begin with, up to a ':' */
	const char *locale, *line;
};
/* rows: one a language of each; behind all else that the transaction writes to the outbox. usual: the language of who has chosen none; admins:
 * those whom the table does not name. */
void desk_decided(struct db_plan *plan, struct arena *a, const struct decided_row *rows,
    size_t count, const char *usual, const int64_t *admins, size_t admin_count);
