/*
 * The HTML of the authorization endpoint, in Russian and English: plain forms, no script.
 * Ownership: written to sandbox->out, everything is borrowed.
 * Errors: none.
 */
#pragma once
#include "salesreg/sandbox/google/call.h"

/* What was asked for; texts may be NULL unless said otherwise. */
struct google_ask {
	const char *client_id, *redirect_uri, *scope; /* never NULL once checked */
	const char *state, *prompt, *login_hint, *hd, *nonce, *access_type, *response_type;
	const char *challenge, *method, *include;
	uint32_t scopes;
	bool offline, select, consent, none;
};

/* More than one scope besides those of signing in, and no trust of the Workspace. */
bool google_ask_has_boxes(const struct google *g, const struct google_ask *ask);

void google_page_choose(struct google_call *call, const struct google_ask *ask);
void google_page_consent(struct google_call *call, const struct google_ask *ask);
void google_page_error(struct google_call *call, enum google_refusal refusal);
