/*
 * A short name for what somebody was shown, so that it can be told whether it is still the same.
 * Ownership: the result lives in the arena given.
 * Units: bytes.
 * Nobody can find two sets of parts with one fingerprint: 128 bits of BLAKE2b
 * (libsodium, "Generic hashing"; https://doc.libsodium.org/hashing/generic_hashing).
 */
#pragma once
#include "salesreg/base/arena.h"
#include <stddef.h>

enum { FINGERPRINT_CHARS = 32 };

/* Lower-case hex digits. A NULL part counts as an empty one; where one part ends matters. */
const char *fingerprint(struct arena *a, const char *const *parts, size_t count);
