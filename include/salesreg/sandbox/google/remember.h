/*
 * What of the emulated Google is kept from run to run (keep.h): accounts, what they granted, refresh tokens, calendars and
 * events. Not: the project, codes, access tokens (a client asks for another one), faults, the journal.
 * Ownership: google_remember()'s document is the caller's. Units: seconds in the document.
 * Errors: what cannot be understood is left out.
 */
#pragma once
#include "salesreg/sandbox/google/state.h"

json_t *google_remember(const struct google *g);
/* In place of all there is; NULL leaves it. */
void google_recall(struct google *g, const json_t *kept);
