/*
 * How many mails with codes may go out, to whom, and how many wrong codes are put up with.
 *
 * A mail asked for by a person to a mailbox counts for the two together, for the person, for the mailbox and in all; so do the
 * wrong answers to its code. What strangers ask for must not shut out who has the mailbox: where the mailbox's limit, or the one
 * in all, is reached, somebody who has asked for one mail at most within a day is still sent one, up to a higher limit; two, because the first
 * may come too late to be of use. To keep both limits reached takes new accounts all the time.
 *
 * Ownership: rows are borrowed, results live in the arena. Units: microseconds. Errors, callbacks: none.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/store/codes.h"

enum {
	MAILS_TO_PAIR_HOUR = 3,
	MAILS_TO_PAIR_DAY = 6,
	MAILS_TO_PERSON_HOUR = 5,
	MAILS_TO_PERSON_DAY = 10,
	MAILS_SELDOM_DAY = 2, /* fewer are seldom */
	MAILS_TO_MAILBOX_HOUR = 15,
	MAILS_TO_MAILBOX_HOUR_MOST = 40, /* who has asked seldom may go as far */
	MAILS_IN_ALL_HOUR = 200,
	MAILS_IN_ALL_HOUR_MOST = 500, /* the same */
	WRONG_OF_PAIR_DAY = 10,
	WRONG_OF_PERSON_WEEK = 20,
	/* then somebody guesses, and each code for it has fewer tries */
	WRONG_FOR_MAILBOX_DAY = 30,
};

enum code_limit {
	CODE_LIMIT_NONE,
	CODE_LIMIT_PAIR,
	CODE_LIMIT_PERSON,
	CODE_LIMIT_MAILBOX,
	CODE_LIMIT_ALL,
	CODE_LIMIT_WRONG_PAIR,
	CODE_LIMIT_WRONG_PERSON,
	CODE_LIMIT_COUNT
};
/* For a log: "3 mails an hour, 6 a day, to one person for one mailbox". */
const char *code_limit_sentence(enum code_limit limit);

/* Mails that count, newest first: those to the person, to the mailbox, and (0, NULL) those in all. */
struct code_wait {
	enum code_limit limit; /* which one lasts longest */
	int64_t us;            /* until a mail may be sent; 0: now */
};
/* asked: mails in all that the rows do not have yet. mailbox NULL: none is named. */
struct code_wait code_limits(
    const struct code_mail *mails, size_t count, int64_t person, const char *mailbox, size_t asked);
