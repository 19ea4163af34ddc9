/*
 * How to reach a person: whatever a table or a spreadsheet has becomes a kind and a normal form, or a problem with its
 * reason. Two texts lead to the same person if kind and value agree.
 * Ownership: strings live in the arena given; names and sentences are static.
 * Errors: a problem; contact->kind is then CONTACT_NONE.
 * Source: usernames: core.telegram.org/method/account.checkUsername and telegram.org/faq, "Collectible usernames" (letters,
 * digits, single underscores inside, a letter first, case-blind; 32 at most, collectible ones from 4). Links: core.telegram.org/api/links.
 * Ids: Bot API, "User" (at most 52 significant bits). Numbers: ITU-T E.164 (15 digits at most), the plan of +7 (10 after
 * the 7; inside the country written with 8 in front of them), of +1 (10 after the 1).
 */
#pragma once
#include "salesreg/base/arena.h"
#include <stdint.h>

#define CONTACT_KIND_MAP(X)                                                                        \
	X(NONE, "none")                                                                            \
	X(USERNAME, "username")       /* value: in lower case, without @ */                        \
	X(TELEGRAM_ID, "telegram_id") /* value: decimal digits */                                  \
	X(PHONE, "phone")             /* value: + and 7 to 15 digits */                            \
	X(EMAIL, "email")             /* value: in lower case, as email_key() makes it */

enum contact_kind {
#define X(name, text) CONTACT_##name,
	CONTACT_KIND_MAP(X)
#undef X
};

/* name, what is wrong in an operator's words */
#define CONTACT_PROBLEM_MAP(X)                                                                     \
	X(NO_PROBLEM, "")                                                                          \
	X(NOTHING, "there is nothing in it")                                                       \
	X(LOST_DIGITS, "a spreadsheet has rounded the number and its last digits are lost")        \
	X(NO_COUNTRY, "the phone number has no country code")                                      \
	X(DIGITS, "the phone number has too few or too many digits")                               \
	X(GROUP, "it leads to a group, a channel or something else that is no person")             \
	X(FOREIGN_LETTER, "a letter of another alphabet stands among Latin ones")                  \
	X(SEVERAL, "there is more than one contact in it")                                         \
	X(BAD_NAME, "no Telegram username can be like this")                                       \
	X(BAD_EMAIL, "it is not a complete e-mail address")                                        \
	X(UNKNOWN, "it is neither a username nor an id, a phone number or an e-mail address")

enum contact_problem {
#define X(name, sentence) CONTACT_##name,
	CONTACT_PROBLEM_MAP(X)
#undef X
	    CONTACT_PROBLEM_COUNT
};

struct contact {
	enum contact_kind kind;
	const char *value;   /* the normal form, to compare by; NULL with a problem */
	const char *shown;   /* for people: "@Alex_Buyer", "123", "+62812…", "a@b.org" */
	const char *foreign; /* CONTACT_FOREIGN_LETTER: the letter, else NULL */
};

const char *contact_kind_name(enum contact_kind kind);
const char *contact_problem_sentence(enum contact_problem problem);

/*
 * text may be NULL. Digits alone are a Telegram id up to ten of them (the longest there are) and a phone number with its
 * country code from eleven on; eleven that begin with 83, 84, 87, 88 or 89 are Russian or Kazakh, the 8 stands for +7. A single
 * word is a username. Among other words one contact is found if it shows itself: by @, a link, or its digits.
 */
enum contact_problem contact_parse(const char *text, struct arena *a, struct contact *contact);

/* The address that opens a chat with this person in Telegram; NULL for an id (which needs a mention) and an e-mail. */
const char *contact_link(const struct contact *contact, struct arena *a);
/* The same with a text in the input field, to be sent with one tap; Telegram cuts it at 4,096 (core.telegram.org/api/links). */
const char *contact_draft_link(const struct contact *contact, const char *text, struct arena *a);
