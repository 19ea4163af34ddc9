/*
 * The questions that prospects are asked: what a script is, and the walk over it.
 * Ownership: a script and its strings live in the arena of whoever read it, and never change; arrays of answers are the caller's.
 * Units: questions and options are counted from 0, in the script's order.
 * Errors: none here; what is wrong with a script is said by script_check.h.
 *
 * An answer is a string for each question: NULL: none yet, "": skipped, else its value:
 *   choice    "villa"              number   "300000 USD", "200000-300000 USD", "-300000 USD" (up to), "200000- USD" (from)
 *   several   "villa,flat"         date     "2027-05-15", "2027-05", "2027", "2027-06/2027-08"
 *   text      as written           contact  "+79991234567"      email  "anna@example.org"
 *
 * The path: questions in their order, without those whose conditions do not hold. A condition is about an earlier question, and
 * a question that is not on the path has no answer, so nothing depends on what was left behind.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/domain/text/locale.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SCRIPT_QUESTIONS_MOST = 50,
	SCRIPT_OPTIONS_MOST = 20,
	SCRIPT_CURRENCIES_MOST = 10,
	SCRIPT_ID_BYTES = 32,
	SCRIPT_TEXT_UNITS = 1000,
	SCRIPT_TITLE_UNITS = 80,
	SCRIPT_LABEL_UNITS = 40,
	SCRIPT_ANSWER_UNITS = 1000,
	SCRIPT_WEIGHT_MOST = 1000,
	SCRIPT_VERSION_CHARS = 16,
};

#define QUESTION_KIND_MAP(X)                                                                       \
	X(CHOICE, "choice")   /* one of its options */                                             \
	X(SEVERAL, "several") /* at least one of its options */                                    \
	X(NUMBER, "number")   /* a number or a range of two, of money where it has currencies */   \
	X(TEXT, "text")                                                                            \
	X(CONTACT, "contact") /* the person's own phone number */                                  \
	X(EMAIL, "email")                                                                          \
	X(DATE, "date") /* a day, a month, a season, a year, none of them over */

enum question_kind {
#define X(name, text) QUESTION_##name,
	QUESTION_KIND_MAP(X)
#undef X
};
#define X(name, text) +1
enum { QUESTION_KIND_COUNT = 0 QUESTION_KIND_MAP(X) };
#undef X
const char *question_kind_name(enum question_kind kind);
bool question_kind_from_name(const char *name, enum question_kind *kind);

struct localized {
	const char *in[LOCALE_COUNT];
};

struct script_option {
	const char *id;
	struct localized label;
	int weight; /* of this answer */
};

/* Holds if one of these options is the answer, or among the answers, to that question. */
struct script_condition {
	size_t question;
	uint32_t options; /* a bit each */
};

struct script_question {
	const char *id;
	enum question_kind kind;
	struct localized text, title; /* title: for the rep's summary */
	const struct script_option *options;
	size_t option_count;
	const struct script_condition *conditions; /* all must hold */
	size_t condition_count;
	bool required; /* cannot be skipped */
	int weight;    /* of any answer that is not skipped */
	/* NUMBER; the first currency is meant where none is said */
	int64_t least, most;
	const char *currencies[SCRIPT_CURRENCIES_MOST]; /* ISO 4217 */
	size_t currency_count;
};

struct script {
	const char *version; /* a hash of the content, SCRIPT_VERSION_CHARS hex digits */
	const char *json;    /* the content, as it is stored */
	const struct script_question *questions;
	size_t count;
};

/* script->count: there is none. */
size_t script_find(const struct script *script, const char *id);
/* SCRIPT_OPTIONS_MOST: there is none. */
size_t question_option(const struct script_question *question, const char *id, size_t size);
/* The options that a value of CHOICE or SEVERAL names, a bit each. */
uint32_t question_options(const struct script_question *question, const char *value);
/* The value of these, for SEVERAL; "" for none. */
const char *question_options_value(
    const struct script_question *question, uint32_t options, struct arena *a);

/* Whether the question is on the path. The answers here, and in the next two, are what script_prune() leaves. */
bool script_asks(const struct script *script, const char *const *answers, size_t question);
/* The first question on the path that has no answer; script->count: the path has come to its end. */
size_t script_next(const struct script *script, const char *const *answers);
/* The one before it on the path; script->count: it is the first. */
size_t script_previous(const struct script *script, const char *const *answers, size_t question);
/* Takes back what is not on the path any more; gone: a flag for each question, or NULL. How many. */
size_t script_prune(const struct script *script, const char **answers, bool *gone);
/* The weights of all answers. */
int script_score(const struct script *script, const char *const *answers);

/* What a button under a question does. */
enum question_act {
	QUESTION_CHOOSE, /* option, of a choice */
	QUESTION_TOGGLE, /* option, of several */
	QUESTION_DONE,   /* options that are chosen */
	QUESTION_SKIP,
	QUESTION_BACK, /* to the question before this one */
};
struct question_press {
	size_t question;
	enum question_act act;
	size_t option;
	uint32_t options;
};
/* In callback data behind the press: "<version>:<question>:<act>", 40 bytes at most. */
const char *question_press_write(
    const struct script *script, const struct question_press *press, struct arena *a);
/* False: it is of another version, or of no question of this one. */
bool question_press_read(
    const struct script *script, const char *data, struct question_press *press);
