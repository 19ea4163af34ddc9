/*
 * Secrets: values that have no way into a format string. The only way out is secret_reveal(), which is easy to grep for.
 * Ownership: the secret owns its bytes and wipes them when finished; secret_reveal() is valid until then.
 * Units: bytes. Errors: secret_set() says ERR_TOO_BIG over SECRET_MAX.
 */
#pragma once
#include "salesreg/base/err.h"
#include <stdbool.h>
#include <stddef.h>

enum { SECRET_MAX = 4096 };
struct secret {
	struct secret_bytes *bytes;
};

MUST_CHECK enum err secret_set(struct secret *s, const char *value);
bool secret_is_set(const struct secret *s);
/* "" when not set. Hand it to the one library call that needs it, never to a log. */
const char *secret_reveal(const struct secret *s);
void secret_finish(struct secret *s);
