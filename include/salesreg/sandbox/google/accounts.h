/*
 * Accounts and the calendars in their lists.
 * Ownership: what is found belongs to struct google; texts are copied.
 * Errors: NULL where a list is full, or there is none of that name.
 */
#pragma once
#include "salesreg/sandbox/google/state.h"

struct google_account *google_account_by_sub(const struct google *g, const char *sub);
/* By e-mail, whatever its case, or by sub. */
struct google_account *google_account_find(const struct google *g, const char *name);
/* One @ with something on both sides, no blanks or quotes. */
bool google_account_is_email(const char *email);
/* Made with a primary calendar. sub NULL: the next free one. hd NULL: that of a company's e-mail, none of gmail.com. */
struct google_account *google_account_add(struct google *g, const char *sub, const char *email);
/* "gmail.com" has none. */
const char *google_account_domain(const char *email);

/* "primary", or the id. */
struct google_share *google_share_find(const struct google_account *account, const char *id);
/* A calendar into the list of an account: a new one, or one that others have, too. id NULL: a new id. */
struct google_share *google_share_add(
    struct google *g, struct google_account *account, const char *id, enum google_role role);
void google_share_remove(struct google_account *account, struct google_share *share);
struct google_calendar *google_calendar_find(const struct google *g, const char *id);
/* False: the zone database has none of that name, and nothing was changed. */
bool google_calendar_set_zone(struct google_calendar *calendar, const char *zone);
const char *google_role_name(enum google_role role);

void google_accounts_finish(struct google *g);
