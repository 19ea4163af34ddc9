#include "salesreg/app/bot/invite.h"
#include "salesreg/domain/conversation/conversation.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
	RANDOM_BYTES = 18,
	VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING,
	TEXT_BYTES = sodium_base64_ENCODED_LEN(RANDOM_BYTES, VARIANT),
	HASH_BYTES = 32,
};

const char *invite_make(struct arena *a)
{
	unsigned char bytes[RANDOM_BYTES];
	char text[TEXT_BYTES];
	if (sodium_init() < 0)
		abort();
	randombytes_buf(bytes, sizeof bytes);
	(void)sodium_bin2base64(text, sizeof text, bytes, sizeof bytes, VARIANT);
	const char *payload = arena_printf(a, "%c%s", CONVERSATION_INVITE_LETTER, text);
	sodium_memzero(bytes, sizeof bytes);
	sodium_memzero(text, sizeof text);
	return payload;
}

const char *invite_hash(struct arena *a, const char *payload)
{
	unsigned char hash[HASH_BYTES];
	(void)crypto_generichash(
	    hash, sizeof hash, (const unsigned char *)payload, strlen(payload), NULL, 0);
	char *hex = arena_alloc(a, 2 * HASH_BYTES + 1);
	return sodium_bin2hex(hex, 2 * HASH_BYTES + 1, hash, sizeof hash);
}

const char *invite_link(struct arena *a, const char *bot_username, const char *payload)
{
	return arena_printf(a, "https://t.me/%s?start=%s", bot_username, payload);
}
