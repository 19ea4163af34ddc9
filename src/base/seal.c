#include "salesreg/base/seal.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
	VERSION = 1,
	NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	TAG_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES,
	HEAD_BYTES = 1 + SEAL_ID_BYTES,
	DATA_BYTES = 512, /* owner and purpose are ours, and short */
};
_Static_assert(SEAL_OVERHEAD == HEAD_BYTES + NONCE_BYTES + TAG_BYTES, "the header's figures");
_Static_assert(SEAL_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "one key");

static void start(void)
{
	if (sodium_init() < 0)
		abort();
}

void seal_derive(const struct seal_key *key, const char *purpose, const char *text,
    unsigned char out[SEAL_KEY_BYTES])
{
	crypto_generichash_state state;
	(void)crypto_generichash_init(&state, key->bytes, sizeof key->bytes, SEAL_KEY_BYTES);
	(void)crypto_generichash_update(
	    &state, (const unsigned char *)purpose, strlen(purpose) + 1);
	(void)crypto_generichash_update(&state, (const unsigned char *)text, strlen(text));
	(void)crypto_generichash_final(&state, out, SEAL_KEY_BYTES);
	sodium_memzero(&state, sizeof state);
}

static void name_key(struct seal_key *key)
{
	unsigned char hash[SEAL_KEY_BYTES];
	seal_derive(key, "id", "", hash);
	memcpy(key->id, hash, sizeof key->id);
	(void)sodium_bin2hex(key->id_text, sizeof key->id_text, key->id, sizeof key->id);
}

static bool read_key(struct seal_key *key, const char *s, size_t n)
{
	unsigned char bytes[SEAL_KEY_BYTES + 1];
	size_t size = 0;
	const char *end = NULL;
	bool good = sodium_base642bin(bytes, sizeof bytes, s, n, NULL, &size, &end,
			sodium_base64_VARIANT_ORIGINAL) == 0 &&
		    size == SEAL_KEY_BYTES && end == s + n;
	if (good) {
		memcpy(key->bytes, bytes, sizeof key->bytes);
		name_key(key);
	}
	sodium_memzero(bytes, sizeof bytes);
	return good;
}

enum err seal_keys_parse(struct seal_keys *keys, const char *text)
{
	start();
	keys->count = 0;
	for (const char *s = text; *text; s++) {
		s += strspn(s, " ");
		size_t n = strcspn(s, " ,");
		if (keys->count == SEAL_KEYS_MOST || !read_key(&keys->keys[keys->count], s, n)) {
			seal_keys_finish(keys);
			return ERR_INVALID;
		}
		keys->count++;
		s += n + strspn(s + n, " ");
		if (*s == '\0')
			break;
		if (*s != ',') {
			seal_keys_finish(keys);
			return ERR_INVALID;
		}
	}
	return ERR_OK;
}

void seal_keys_finish(struct seal_keys *keys)
{
	sodium_memzero(keys, sizeof *keys);
}

const struct seal_key *seal_key_find(const struct seal_keys *keys, const char *id_text)
{
	for (size_t i = 0; i < keys->count; i++)
		if (strcmp(keys->keys[i].id_text, id_text) == 0)
			return &keys->keys[i];
	return NULL;
}

/* The additional data; returns its size. */
static size_t describe(unsigned char out[DATA_BYTES], const unsigned char head[HEAD_BYTES],
    const char *owner, const char *purpose)
{
	size_t owner_size = strlen(owner) + 1, purpose_size = strlen(purpose);
	if (HEAD_BYTES + owner_size + purpose_size >= DATA_BYTES)
		abort();
	memcpy(out, head, HEAD_BYTES);
	memcpy(out + HEAD_BYTES, owner, owner_size);
	memcpy(out + HEAD_BYTES + owner_size, purpose, purpose_size + 1);
	return HEAD_BYTES + owner_size + purpose_size;
}

void seal_close(const struct seal_keys *keys, const char *owner, const char *purpose,
    const void *plain, size_t size, unsigned char *out)
{
	if (keys->count == 0)
		abort();
	const struct seal_key *key = &keys->keys[0];
	unsigned char data[DATA_BYTES];
	out[0] = VERSION;
	memcpy(out + 1, key->id, sizeof key->id);
	size_t data_size = describe(data, out, owner, purpose);
	unsigned char *nonce = out + HEAD_BYTES;
	randombytes_buf(nonce, NONCE_BYTES);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(
	    nonce + NONCE_BYTES, NULL, plain, size, data, data_size, NULL, nonce, key->bytes);
}

enum seal_result seal_open(const struct seal_keys *keys, const char *owner, const char *purpose,
    const unsigned char *sealed, size_t size, unsigned char *out, char id_text[SEAL_ID_TEXT])
{
	id_text[0] = '\0';
	if (size < SEAL_OVERHEAD || sealed[0] != VERSION)
		return SEAL_BROKEN;
	start();
	(void)sodium_bin2hex(id_text, SEAL_ID_TEXT, sealed + 1, SEAL_ID_BYTES);
	const struct seal_key *key = seal_key_find(keys, id_text);
	if (!key)
		return SEAL_NO_KEY;
	unsigned char data[DATA_BYTES];
	size_t data_size = describe(data, sealed, owner, purpose);
	const unsigned char *nonce = sealed + HEAD_BYTES;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, nonce + NONCE_BYTES,
		size - HEAD_BYTES - NONCE_BYTES, data, data_size, nonce, key->bytes) == 0)
		return SEAL_OPENED;
	id_text[0] = '\0';
	return SEAL_BROKEN;
}
