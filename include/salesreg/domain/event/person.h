/*
 * Who is talking to the bot, decided before anything is asked or answered.
 * Errors: an unknown name counts as PERSON_UNKNOWN: an older or newer binary wrote it.
 */
#pragma once

/* A set has a bit for each: a rep may be an admin, and a prospect, too. */
#define PERSON_KIND_MAP(X)                                                                         \
	X(UNKNOWN, "unknown", 0)   /* on no list of ours */                                        \
	X(PROSPECT, "prospect", 1) /* talks about a prospect's business */                         \
	X(REP, "rep", 2)           /* pending, active or suspended */                              \
	X(ADMIN, "admin", 3)       /* of ADMIN_TELEGRAM_IDS */

enum person_kind {
#define X(name, text, bit) PERSON_##name = 1 << (bit),
	PERSON_KIND_MAP(X)
#undef X
	    PERSON_ANYBODY = PERSON_UNKNOWN | PERSON_PROSPECT | PERSON_REP | PERSON_ADMIN
};
const char *person_kind_name(enum person_kind kind);
enum person_kind person_kind_from_name(const char *name);
