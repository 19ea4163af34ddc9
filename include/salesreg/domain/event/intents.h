/*
 * Words and commands the bot understands, in all its languages at once (config/messages/, "understood").
 * Only a whole message counts: «Да» is a yes, «Да Винчи Леонардо» is a name. Case, ё, punctuation
 * and emoji do not matter.
 * Ownership: the arena is scratch.
 * Errors: PHRASE_NONE.
 * Source: commands may carry the bot's name, /help@bot (Bot API, "Commands").
 */
#pragma once
#include "salesreg/base/arena.h"
#include <stdbool.h>
#include <stddef.h>

#define PHRASE_MAP(X)                                                                              \
	X(NONE, "none")                                                                            \
	X(START, "start")                                                                          \
	X(REGISTER, "register")                                                                    \
	X(YES, "yes")                                                                              \
	X(NO, "no")                                                                                \
	X(CANCEL, "cancel")                                                                        \
	X(STOP, "stop")                                                                            \
	X(SKIP, "skip") /* a question */                                                           \
	X(BACK, "back") /* to the one before */                                                    \
	X(DONE, "done")                                                                            \
	X(CLIENTS, "clients")                                                                      \
	X(STATUS, "status")                                                                        \
	X(CHANGE_EMAIL, "change email")                                                            \
	X(HOURS, "hours")                                                                          \
	X(PROPERTY, "property")                                                                    \
	X(UNREGISTER, "unregister")                                                                \
	X(APPLICATIONS, "applications") /* admins only */                                          \
	X(ADMIN, "admin")               /* the same */                                             \
	X(BROADCAST, "broadcast")       /* the same */                                             \
	X(STATS, "stats")               /* the same */                                             \
	X(WAITS, "waits")               /* the same */                                             \
	X(FIND, "find")                 /* the same */                                             \
	X(TOMORROW, "tomorrow")                                                                    \
	X(IN_A_WEEK, "in a week")                                                                  \
	X(CALENDAR, "calendar")                                                                    \
	X(LANGUAGE, "language")                                                                    \
	X(PRIVACY, "privacy")                                                                      \
	X(FORGET, "forget") /* as the text about privacy says it */                                \
	X(HELP, "help")

enum phrase {
#define X(name, text) PHRASE_##name,
	PHRASE_MAP(X)
#undef X
};

const char *phrase_name(enum phrase phrase);
enum phrase phrase_recognise(const char *text, struct arena *a);
/*
 * A list of phrases of an operator's, "call me, urgent": each as phrase_among() compares it. NULL where one has no letter or
 * digit in it; then *count is its place, from 0.
 */
const char *const *phrase_list(const char *list, struct arena *a, size_t *count);
/* Whether one of these stands in the text, as whole words. */
bool phrase_among(const char *text, const char *const *list, size_t count, struct arena *a);
