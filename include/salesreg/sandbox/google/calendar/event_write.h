/*
 * events.get, insert, patch, update and delete.
 * Ownership: everything is borrowed for the call.
 * Errors: those of the Calendar API. The id of a deleted event is still taken (409), and cannot be changed (403).
 * Decided here: a deleted event can be read for 30 days, then it is 404.
 */
#pragma once
#include "salesreg/sandbox/google/call.h"

/* brief: only when it is. */
void google_event_get(
    struct google_call *call, struct google_share *share, const char *id, bool brief);
void google_event_insert(struct google_call *call, struct google_share *share);
/* Merged into what there is, or in place of it. */
void google_event_change(
    struct google_call *call, struct google_share *share, const char *id, bool merged);
void google_event_delete(struct google_call *call, struct google_share *share, const char *id);
