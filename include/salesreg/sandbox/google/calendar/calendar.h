/*
 * The Calendar API: whose token it is, whether its scopes reach, and which call it is.
 * Ownership: everything is borrowed for the call.
 * Errors: Google's envelope (call.h).
 * Facts: the v3 discovery document, "scopes" of each method.
 * Decided here: a scope for owned calendars alone is answered 403 insufficientPermissions for any other.
 */
#pragma once
#include "salesreg/sandbox/google/call.h"

/* path: what follows "/google/calendar/v3/"; readable: the body could be parsed. */
void google_calendar_handle(struct google_call *call, const char *path, bool readable);
