/*
 * What an invitation's link carries, and the hash that is stored of it. 144 random bits: nobody finds one by trying, so the
 * hash needs neither key nor salt.
 * Ownership: results live in the arena. Units: days. Errors: none; without randomness libsodium aborts.
 * Source: Bot API, "Deep linking": up to 64 of A-Z, a-z, 0-9, _ and -.
 */
#pragma once
#include "salesreg/base/arena.h"

enum { INVITE_DAYS = 7, INVITE_DAYS_MAX = 90 };

const char *invite_make(struct arena *a);
const char *invite_link(struct arena *a, const char *bot_username, const char *payload);
