/*
 * freebusy.query.
 * Ownership: everything is borrowed for the call.
 * Errors: those of the Calendar API; a calendar that cannot be told of has an entry in `errors` inside the 200.
 * Decided here: intervals that overlap or touch are one; they are not cut at the ends of the range. A tentative or unanswered
 * invitation takes time, a declined one does not. More than 50 calendars: each has an error, tooManyCalendarsRequested.
 */
#pragma once
#include "salesreg/sandbox/google/call.h"

void google_free_busy(struct google_call *call);
