#include "salesreg/app/link_token.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING, HASH_BYTES = 32 };

static const char *text_of(struct arena *a, const unsigned char *bytes, size_t count)
{
	size_t size = sodium_base64_encoded_len(count, VARIANT);
	char *text = arena_alloc(a, size);
	return sodium_bin2base64(text, size, bytes, count, VARIANT);
}

const char *link_token_make(struct arena *a, size_t random_bytes)
{
	unsigned char bytes[LINK_TOKEN_BYTES_MOST];
	if (sodium_init() < 0 || random_bytes > sizeof bytes)
		abort();
	randombytes_buf(bytes, random_bytes);
	const char *text = text_of(a, bytes, random_bytes);
	sodium_memzero(bytes, sizeof bytes);
	return text;
}

const char *link_token_of(struct arena *a, const unsigned char key[LINK_TOKEN_KEY_BYTES],
    const char *purpose, const char *what, size_t bytes)
{
	unsigned char out[LINK_TOKEN_BYTES_MOST];
	crypto_generichash_state hash;
	if (sodium_init() < 0 || bytes > sizeof out || bytes < crypto_generichash_BYTES_MIN)
		abort();
	(void)crypto_generichash_init(&hash, key, LINK_TOKEN_KEY_BYTES, bytes);
	/* with its NUL: "ab", "c" is not "a", "bc" */
	(void)crypto_generichash_update(&hash, (const unsigned char *)purpose, strlen(purpose) + 1);
	(void)crypto_generichash_update(&hash, (const unsigned char *)what, strlen(what) + 1);
	(void)crypto_generichash_final(&hash, out, bytes);
	return text_of(a, out, bytes);
}

const char *link_token_hash(struct arena *a, const char *token)
{
	unsigned char hash[HASH_BYTES];
	(void)crypto_generichash(
	    hash, sizeof hash, (const unsigned char *)token, strlen(token), NULL, 0);
	char *hex = arena_alloc(a, 2 * HASH_BYTES + 1);
	return sodium_bin2hex(hex, 2 * HASH_BYTES + 1, hash, sizeof hash);
}
