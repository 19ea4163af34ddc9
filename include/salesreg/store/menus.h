/*
 * Menus of commands of single chats that Telegram has still to take (table chat_menus).
 * Ownership: as in store/people.h. Units: microseconds. Errors: those of the run.
 */
#pragma once
#include "salesreg/db/conn.h"

struct menu_row {
	int64_t chat_id;
	const char *payload; /* of setMyCommands */
	const char *audience,
	    *locale;    /* as command_audience_name() has it; of menus_waiting(): NULL */
	int64_t wanted; /* which wish of this chat it is */
	int64_t tries;
	bool due;
	int64_t pause_us; /* for menus_later() */
};
/* In order: of several of one chat the last counts. */
void menus_want(struct db_plan *plan, struct arena *a, const struct menu_row *menus, size_t count);
/* Of menus that are not whose the chat is any more: chat_id, audience, locale. `admins` are such whatever their row says. */
void menus_stale(
    struct db_plan *plan, struct arena *a, const int64_t *admins, size_t count, size_t most);
size_t menus_stale_parse(const PGresult *result, struct arena *a, struct menu_row **rows);
/* A few, the first due first. */
size_t menus_waiting(struct db_plan *plan);
size_t menus_waiting_parse(const PGresult *result, struct arena *a, struct menu_row **rows);
/* Unless the chat has had another wish since. */
void menus_done(struct db_plan *plan, struct arena *a, const struct menu_row *menus, size_t count);
void menus_later(struct db_plan *plan, struct arena *a, const struct menu_row *menus, size_t count);
