/*
 * What makes a link worth something: random and shown once, or made of a key and shown often; stored is its hash alone.
 * Ownership: everything lives in the arena. Units: bytes. Errors: without a source of randomness: aborts.
 * Facts: libsodium manual, "Generic hashing" (a token of 128 random bits and more needs no salt).
 */
#pragma once
#include "salesreg/base/arena.h"

enum { LINK_TOKEN_BYTES_MOST = 32 };
/* base64url without padding. */
const char *link_token_make(struct arena *a, size_t random_bytes);
/*
 * The same token whenever it is asked for, so that what is shown often needs no link each time; without the key nobody can tell it.
 * purpose: what else the key is used for has another one. bytes: 16 and more.
 */
enum { LINK_TOKEN_KEY_BYTES = 32 };
const char *link_token_of(struct arena *a, const unsigned char key[LINK_TOKEN_KEY_BYTES],
    const char *purpose, const char *what, size_t bytes);
/* Hexadecimal digits. */
const char *link_token_hash(struct arena *a, const char *token);
