/*
 * A call under way: what strikes it, how it is answered, and the journal of them all.
 * Ownership: the call is on the handler's stack and lives until it is answered; everything else is borrowed.
 * Units: HTTP status codes; milliseconds.
 * Errors: none.
 * Callbacks: none; a delayed answer is a hold of the sandbox (hold.h).
 *
 * JOURNAL: {"seq", "time" (us since 1970), "on", "method", "path", "params":{…}, "body"?, "account"?, "status", "error"?,
 * "answer"?}. params are the query and the form; values that are secrets (codes, tokens, the client's secret, verifier, state)
 * stand there as "***". body is the JSON that came. status 0: no answer was sent, or none yet. error: what was refused with.
 * answer "lost": the call had its effect, and nobody was told.
 */
#pragma once
#include "salesreg/sandbox/google/rules.h"

struct google_call {
	struct google *google;
	struct sandbox *sandbox;
	struct http_exchange *exchange;
	struct arena *arena;
	const struct http_params *params; /* query and form, or the members of a JSON body */
	enum google_endpoint endpoint;
	struct google_strike strike;
	struct google_account *account; /* NULL: not known yet */
	uint32_t scopes;                /* of its access token */
	int64_t seq;                    /* in the journal */
};

/* Enters it into the journal. */
void google_call_begin(struct google_call *call, enum google_endpoint endpoint);
/* Once the account is known or known not to be: true if what struck was the whole answer. */
bool google_call_struck(struct google_call *call);

/* A text of the query or form; NULL: absent or empty. */
const char *google_call_text(const struct google_call *call, const char *name);

/* Answers with what stands in sandbox->out. headers may be NULL. */
void google_call_answer(struct google_call *call, unsigned status, const char *content_type,
    const struct http_header *headers);
/* JSON, with status 200. */
void google_call_json(struct google_call *call);
/* As the OAuth endpoints refuse; description NULL: the usual one. */
void google_call_refuse(
    struct google_call *call, enum google_refusal refusal, const char *description);
/* As the Calendar API refuses. location: the parameter in question, or NULL. */
void google_call_fail(struct google_call *call, enum google_reason reason, const char *location);

/* What `error` stands in the journal for a refusal that is answered otherwise. */
void google_call_note(struct google_call *call, const char *error);

const char *google_refusal_error(enum google_refusal refusal);
const char *google_refusal_description(enum google_refusal refusal);
unsigned google_refusal_status(enum google_refusal refusal);

void google_journal_write(const struct google *g, int64_t after, size_t limit, struct buf *out);
void google_journal_clear(struct google *g);
