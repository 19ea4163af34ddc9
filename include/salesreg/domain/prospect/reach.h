/*
 * Whether the bot can write to a prospect whom it has met, and why not.
 * Ownership: texts are static. Errors: what is none of ours counts as reachable.
 * Source: the Bot API server's own sentences and codes (tdlib/telegram-bot-api, Client.cpp): "bot was blocked by the user", "user is
 * deactivated", "bot can't initiate conversation with a user", PRIVACY_PREMIUM_REQUIRED.
 */
#pragma once

/* The words are the database's (salesreg.conversations.reach). */
#define REACH_MAP(X)                                                                               \
	X(OPEN, "reachable")                                                                       \
	X(BLOCKED, "blocked")     /* the person has blocked the bot */                             \
	X(NEVER_MET, "never_met") /* Telegram says that they have never written to the bot */      \
	X(PRIVACY, "privacy")     /* their settings, or whatever else Telegram has against it */   \
	X(DEACTIVATED, "deactivated") /* the account is no more */
enum reach {
#define X(name, text) REACH_##name,
	REACH_MAP(X)
#undef X
};
const char *reach_name(enum reach reach);
/* NULL counts as reachable. */
enum reach reach_from_name(const char *name);
/* What Telegram's refusal of a message says: never REACH_OPEN. */
enum reach reach_of_refusal(const char *description);
