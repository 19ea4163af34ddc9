/*
 * The token endpoint and the revocation endpoint.
 * Ownership: everything is borrowed for the call.
 * Errors: {"error","error_description"} as Google writes them (reasons.h).
 * Facts: RFC 6749 §4.1.3, §6; RFC 7636 §4.6; developers.google.com/identity/protocols/oauth2/web-server.
 * Decided here: a code survives a failed exchange (only a successful one uses it up). The signature of the id_token is
 * random bytes: who takes it straight from this endpoint need not check it, and nobody else should take it.
 */
#pragma once
#include "salesreg/sandbox/google/call.h"

void google_token_handle(struct google_call *call);
void google_revoke_handle(struct google_call *call);
