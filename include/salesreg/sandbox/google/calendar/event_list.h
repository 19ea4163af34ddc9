/*
 * calendarList.list and events.list: pages, and sync tokens.
 * Ownership: everything is borrowed for the call.
 * Errors: those of the Calendar API.
 * Decided here: a sync token is not given with orderBy, q, updatedMin, iCalUID or an extended property; it tells of every
 * change, whatever timeMin and timeMax were asked for at first; updatedMin may be 180 days ago at most.
 */
#pragma once
#include "salesreg/sandbox/google/call.h"

void google_calendar_list(struct google_call *call);
/* brief: only when the events are. */
void google_event_list(struct google_call *call, const struct google_share *share, bool brief);
