/*
 * The authorization endpoint: checks, account chooser, consent with boxes, and the way back.
 * Ownership: everything is borrowed for the call.
 * Errors: Google's own page and no redirect, but for what it redirects with (access_denied by Cancel, prompt=none).
 * Facts: developers.google.com/identity/protocols/oauth2/web-server; granular consent, 2024-06: with two or more scopes
 * besides those of signing in each has a box that is not ticked.
 * Unlike Google, the chooser takes any address for an account: it is made at once.
 * Decided here (not documented): Allow with no box ticked gives a code for the scopes of signing in, and is access_denied if
 * there are none of these.
 */
#pragma once
#include "salesreg/sandbox/google/call.h"

void google_consent_handle(struct google_call *call);
