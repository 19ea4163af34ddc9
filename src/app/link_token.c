#include "salesreg/app/link_token.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING, HASH_BYTES = 32 };

const char *link_token_make(struct arena *a, size_t random_bytes)
{
	unsigned char bytes[LINK_TOKEN_BYTES_MOST];
	if (sodium_init() < 0 || random_bytes > sizeof bytes)
		abort();
	randombytes_buf(bytes, random_bytes);
	size_t size = sodium_base64_encoded_len(random_bytes, VARIANT);
	char *text = arena_alloc(a, size);
	(void)sodium_bin2base64(text, size, bytes, random_bytes, VARIANT);
	sodium_memzero(bytes, sizeof bytes);
	return text;
}

const char *link_token_hash(struct arena *a, const char *token)
{
	unsigned char hash[HASH_BYTES];
	(void)crypto_generichash(
	    hash, sizeof hash, (const unsigned char *)token, strlen(token), NULL, 0);
	char *hex = arena_alloc(a, 2 * HASH_BYTES + 1);
	return sodium_bin2hex(hex, 2 * HASH_BYTES + 1, hash, sizeof hash);
}
