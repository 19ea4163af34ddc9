/*
 * Codes that prove an address: made when their mail goes out, and stored as a keyed hash. The key is made of the bot's token, so
 * it is nowhere in the database: whoever reads the table, or a dump of it, cannot find out six digits by trying them all.
 * With another token the codes under way are good for nothing; they last ten minutes anyway.
 * Ownership: results live in the arena.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/base/secret.h"
#include <stdbool.h>
#include <stdint.h>

enum { EMAIL_CODE_KEY_BYTES = 32 };
struct email_code_key {
	unsigned char bytes[EMAIL_CODE_KEY_BYTES];
};
void email_code_key(struct email_code_key *key, const struct secret *bot_token);

const char *email_code_make(struct arena *a);
/* Of one person for one address. */
const char *email_code_hash(struct arena *a, const struct email_code_key *key, int64_t user_id,
    const char *email_key, const char *code);
/* hashes: separated by spaces. In a time that depends on neither. */
bool email_code_matches(const char *hashes, const char *hash);
