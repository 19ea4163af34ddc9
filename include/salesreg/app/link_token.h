/*
 * What makes a link worth something: random, shown once; stored is its hash alone.
 * Ownership: everything lives in the arena. Units: bytes. Errors: without a source of randomness: aborts.
 * Facts: libsodium manual, "Generic hashing" (a token of 128 random bits and more needs no salt).
 */
#pragma once
#include "salesreg/base/arena.h"

enum { LINK_TOKEN_BYTES_MOST = 32 };
/* base64url without padding. */
const char *link_token_make(struct arena *a, size_t random_bytes);
/* Hexadecimal digits. */
const char *link_token_hash(struct arena *a, const char *token);
