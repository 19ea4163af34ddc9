#include "salesreg/app/bot/mail/email_code.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { CODES = 1000000, HASH_BYTES = 32, HEX_CHARS = 2 * HASH_BYTES };
static const char purpose[] = "salesreg: codes that prove an e-mail";

static void update(crypto_generichash_state *hash, const char *part)
{
	/* with its NUL: "ab", "c" is not "a", "bc" */
	(void)crypto_generichash_update(hash, (const unsigned char *)part, strlen(part) + 1);
}

void email_code_key(struct email_code_key *key, const struct secret *bot_token)
{
	crypto_generichash_state hash;
	if (sodium_init() < 0)
		abort();
	(void)crypto_generichash_init(&hash, NULL, 0, sizeof key->bytes);
	update(&hash, purpose);
	update(&hash, secret_reveal(bot_token));
	(void)crypto_generichash_final(&hash, key->bytes, sizeof key->bytes);
	sodium_memzero(&hash, sizeof hash);
}

const char *email_code_make(struct arena *a)
{
	return arena_printf(a, "%06u", (unsigned)randombytes_uniform(CODES));
}

const char *email_code_hash(struct arena *a, const struct email_code_key *key, int64_t user_id,
    const char *email_key, const char *code)
{
	unsigned char bytes[HASH_BYTES];
	crypto_generichash_state hash;
	(void)crypto_generichash_init(&hash, key->bytes, sizeof key->bytes, sizeof bytes);
	update(&hash, arena_printf(a, "%lld", (long long)user_id));
	update(&hash, email_key);
	update(&hash, code);
	(void)crypto_generichash_final(&hash, bytes, sizeof bytes);
	char *hex = arena_alloc(a, HEX_CHARS + 1);
	return sodium_bin2hex(hex, HEX_CHARS + 1, bytes, sizeof bytes);
}

bool email_code_matches(const char *hashes, const char *hash)
{
	bool any = false;
	for (size_t n = strlen(hashes); n >= HEX_CHARS;
	     n -= n > HEX_CHARS ? HEX_CHARS + 1 : HEX_CHARS) {
		any |= sodium_memcmp(hashes, hash, HEX_CHARS) == 0;
		hashes += n > HEX_CHARS ? HEX_CHARS + 1 : HEX_CHARS;
	}
	return any;
}
