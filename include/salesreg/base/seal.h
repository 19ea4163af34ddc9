/*
 * Secrets at rest: sealed with a key of the environment, so that whoever reads the database reads none of them.
 *
 * Ownership: seal_keys is the caller's memory; seal_keys_finish() wipes it. What is opened is the caller's to wipe.
 * Units: bytes. Errors: seal_result; a sealed text that was changed, moved to another owner or taken for another purpose is BROKEN.
 *
 * Facts: libsodium manual, "XChaCha20-Poly1305 construction" (a random nonce of 24 bytes is safe; the additional data is
 * authenticated, not stored).
 *
 *   version 1 | key id, 4 bytes | nonce, 24 | ciphertext and tag, size + 16
 *   additional data: version, key id, owner, 0, purpose: a row that is swapped with another's does not open
 */
#pragma once
#include "salesreg/base/err.h"
#include <stdbool.h>
#include <stddef.h>

enum {
	SEAL_KEY_BYTES = 32,
	SEAL_KEYS_MOST = 8,
	SEAL_ID_BYTES = 4,
	SEAL_ID_TEXT = 2 * SEAL_ID_BYTES + 1,
	SEAL_OVERHEAD = 1 + SEAL_ID_BYTES + 24 + 16,
};

struct seal_key {
	unsigned char bytes[SEAL_KEY_BYTES];
	unsigned char id[SEAL_ID_BYTES]; /* made from the key, and tells nothing about it */
	char id_text[SEAL_ID_TEXT];
};
/* The first seals, all open. */
struct seal_keys {
	struct seal_key keys[SEAL_KEYS_MOST];
	size_t count;
};

/* text: base64, 32 bytes each, separated by commas; spaces around them do not matter. ERR_INVALID: one is none, or they are too
 * many. "" has none. */
MUST_CHECK enum err seal_keys_parse(struct seal_keys *keys, const char *text);
void seal_keys_finish(struct seal_keys *keys);
const struct seal_key *seal_key_find(const struct seal_keys *keys, const char *id_text);

/* out: size + SEAL_OVERHEAD bytes. There must be a key. */
void seal_close(const struct seal_keys *keys, const char *owner, const char *purpose,
    const void *plain, size_t size, unsigned char *out);
enum seal_result { SEAL_OPENED, SEAL_NO_KEY, SEAL_BROKEN };
/* out: size - SEAL_OVERHEAD bytes. id_text: which key it takes, also if there is none such; "" if it is BROKEN. */
MUST_CHECK enum seal_result seal_open(const struct seal_keys *keys, const char *owner,
    const char *purpose, const unsigned char *sealed, size_t size, unsigned char *out,
    char id_text[SEAL_ID_TEXT]);

/* 32 bytes that only who has the key can make, of something public. */
void seal_derive(const struct seal_key *key, const char *purpose, const char *text,
    unsigned char out[SEAL_KEY_BYTES]);
