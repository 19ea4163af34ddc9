/*
 * The mail with a code: headers and text, as SMTP carries it.
 * Ownership: the result lives in the arena. Units: seconds since 1970. Errors, callbacks: none.
 * Source: RFC 5322 (headers, CR LF), RFC 2047 (a subject in other letters), RFC 2045 (base64), RFC 3834 (Auto-Submitted).
 */
#pragma once
#include "salesreg/domain/text/catalog.h"
#include <stdint.h>
#include <time.h>

struct mail_about {
	const char *from, *to, *code;
	const char *bot; /* its username; NULL or "": not known yet */
	int64_t wrong;   /* answers that were no codes of this mailbox, lately */
	time_t now;
};
const char *mail_text_code(const struct catalog *catalog, enum locale locale,
    const struct mail_about *about, struct arena *a);
