/*
 * What people answer, from their words to a value (script.h) or to what is wrong with it; and a value back into words.
 * Ownership: values live in the arena. Units: days since 1970-01-01; UTF-16 units of text.
 * Errors: a problem; problem_text() says it in a friendly line. ANSWER_OTHER: the words are no attempt at an answer.
 */
#pragma once
#include "salesreg/domain/event/event.h"
#include "salesreg/domain/qualification/script.h"
#include "salesreg/domain/text/catalog.h"

#define ANSWER_PROBLEM_MAP(X)                                                                      \
	X(OK)                                                                                      \
	X(OTHER)      /* says something else: a question of their own, perhaps */                  \
	X(NO_OPTION)  /* none of the options */                                                    \
	X(NO_NUMBER)  /* no number, or too many of them */                                         \
	X(TOO_LOW)    /* below the question's least */                                             \
	X(TOO_HIGH)   /* above its most */                                                         \
	X(CURRENCY)   /* a currency that is none of the question's */                              \
	X(NO_PHONE)   /* no phone number */                                                        \
	X(NO_COUNTRY) /* one without the country's code */                                         \
	X(NOT_OWN)    /* somebody else's contact */                                                \
	X(NO_EMAIL)   /* no address */                                                             \
	X(NO_DATE)    /* no date, or none that there is */                                         \
	X(PAST)       /* a date that is over */                                                    \
	X(TOO_LONG)   /* text of more than SCRIPT_ANSWER_UNITS */

enum answer_problem {
#define X(name) ANSWER_##name,
	ANSWER_PROBLEM_MAP(X)
#undef X
};
#define X(name) +1
enum { ANSWER_PROBLEM_COUNT = 0 ANSWER_PROBLEM_MAP(X) };
#undef X

/* Of a text; today: in the company's zone. *value is set with ANSWER_OK. */
enum answer_problem answer_read(const struct script_question *question, const char *text,
    int32_t today, struct arena *a, const char **value);
/* Of a shared contact, to a question of QUESTION_CONTACT. */
enum answer_problem answer_read_contact(
    const struct event *event, struct arena *a, const char **value);

/* The parts of answer_read(), each of one kind. */
enum answer_problem answer_read_number(
    const struct script_question *question, const char *text, struct arena *a, const char **value);
enum answer_problem answer_read_date(
    const char *text, int32_t today, struct arena *a, const char **value);

/* As people read it: labels, "200 000–300 000 USD", "05.2027"; what is another's words as they are. NULL for no answer, "" for a skipped one. */
const char *answer_show(const struct catalog *catalog, enum locale locale,
    const struct script_question *question, const char *value, struct arena *a);
/* What is wrong, and how to do it right. Not for ANSWER_OK and ANSWER_OTHER. */
const char *answer_problem_text(const struct catalog *catalog, enum locale locale,
    const struct script_question *question, enum answer_problem problem, struct arena *a);
