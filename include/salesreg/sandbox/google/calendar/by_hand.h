/*
 * Calendars and events as their owners change them by hand, without a client: control calls (their list: google.h).
 * Ownership: everything is borrowed for the call.
 * Errors: 400 with a sentence in "error".
 */
#pragma once
#include "salesreg/sandbox/google/state.h"

/* "calendars" and "events"; false: neither, and nothing was answered. */
bool google_by_hand(
    struct sandbox *s, struct http_exchange *x, const char *path, const json_t *body);
/* The member "zone" of the body, if there. NULL, or the sentence that says what is wrong. */
const char *google_by_hand_zone(struct google_calendar *calendar, const json_t *body);
