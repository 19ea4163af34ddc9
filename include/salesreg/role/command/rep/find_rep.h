/*
 * The rep that a person means who says a few words.
 * Ownership: *found lives in the arena. Errors: an exit code, and it has been said on stderr that nobody is known so, or who may be meant.
 */
#pragma once
#include "salesreg/role/database.h"
#include "salesreg/store/hours.h"
#include "salesreg/store/managed_reps.h"

/* command: its name, static, as argv has it. */
int find_rep(struct command_database *d, struct arena *a, const char *command, const char *who,
    struct managed_rep *found);
/* The same of whom hours and calendars are; an e-mail address means who has it now. */
int find_rep_owner(struct command_database *d, struct arena *a, const char *command,
    const char *who, struct hours_owner *owner);
/* "@name", else the account. */
const char *rep_telegram(struct arena *a, const struct managed_rep *rep);
