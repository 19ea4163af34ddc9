/*
 * The buttons under figures that an admin is shown: of how many days they are, and whether as text or as tables, which not every client
 * of Telegram shows.
 * Ownership: in the arena given. Units: days. Errors: none.
 */
#pragma once
#include "salesreg/domain/outbox/message.h"
#include "salesreg/domain/text/catalog.h"

enum { STATS_PERIODS = 3 };
extern const int64_t stats_periods
    [STATS_PERIODS]; /* the first is what is shown unless something else is asked for */
void stats_buttons(struct message *message, const struct catalog *catalog, enum locale locale,
    int64_t days, bool as_table, struct arena *a);
