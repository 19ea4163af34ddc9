/*
 * Events that come again: each occurrence is an event of its own, with the id SERIES_20261231T235959Z, as events.list has them with
 * singleEvents=true; without it, it has the series.
 * Ownership: the calendar's. Errors: none; what finds no room in the calendar is left out.
 * Decided here: when a series is changed its occurrences begin anew, also those that were changed or deleted by themselves.
 */
#pragma once
#include "salesreg/sandbox/google/state.h"

/* After an event was put or cancelled: makes, changes and cancels its occurrences; nothing for what is no series and was none. */
void google_series_apply(
    struct google *g, struct google_calendar *calendar, const struct google_event *series);
