/*
 * Corporate e-mail addresses as people type them into a chat.
 * Ownership: results live in the arena given; the domain list is borrowed for the call.
 * Units: bytes (all ASCII).
 * Errors: a verdict for what people type, ERR_INVALID for a configured list.
 * Source: RFC 5321 sections 4.1.2 (dot-string, no quoted forms here) and 4.5.3.1 (64 bytes before
 * the @), and RFC 3696's erratum 1690 (254 in all); RFC 1035 section 2.3.4 (63 a label).
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/base/err.h"
#include <stddef.h>

#define EMAIL_VERDICT_MAP(X)                                                                       \
	X(OK, "ok")                                                                                \
	X(MALFORMED, "malformed")                                                                  \
	X(FOREIGN_LETTER, "a letter that is not Latin")                                            \
	X(TOO_LONG, "too long")                                                                    \
	X(WRONG_DOMAIN, "wrong domain")

enum email_verdict {
#define X(name, text) EMAIL_##name,
	EMAIL_VERDICT_MAP(X)
#undef X
};
enum { EMAIL_MAX_BYTES = 254, EMAIL_MAX_LOCAL_BYTES = 64, EMAIL_MAX_LABEL_BYTES = 63 };

const char *email_verdict_name(enum email_verdict verdict);

/*
 * The address as it is to be stored (surrounding space, <>, quotes, the sentence's punctuation and mailto: gone, domain in
 * lower case)
 * and its key (all in lower case: two people cannot share it). The domain must be exactly one of
 * `domains`; sub-domains are other domains. *address and *key are set for EMAIL_OK only, else NULL.
 */
enum email_verdict email_check(const char *typed, const char *const *domains, size_t domain_count,
    struct arena *a, const char **address, const char **key);

/*
 * EMAIL_FOREIGN_LETTER: an address but for a letter of another alphabet, which mostly looks like a Latin one. *letter is it,
 * the result the address with that letter in brackets: "iv[а]n@example.org". NULL if typed is not such a text.
 */
const char *email_foreign_letter(const char *typed, struct arena *a, const char **letter);

/* The key of whatever text is an address of any domain; NULL if it is none.
 * Agrees with email_check(), but has keys also of addresses that no rep may have for what is before their @. */
const char *email_key(const char *typed, struct arena *a);

/* Where the mail of a key ends up: without a +tag, as "anna+1@…" and "anna@…" are one mailbox. rep_email.mailbox says it in SQL. */
const char *email_mailbox(const char *key, struct arena *a);

/*
 * "a.com, b.org" → lower case, without doubles. ERR_INVALID for an empty list, an empty member, a
 * leading @ or anything that is no domain of at least two labels.
 */
MUST_CHECK enum err email_domains_parse(
    const char *list, struct arena *a, const char *const **domains, size_t *domain_count);
