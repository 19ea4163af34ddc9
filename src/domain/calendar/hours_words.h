/*
 * The words of hours_text, parted and told apart. Of these files only.
 * Ownership: tokens point into `text`, which is in the arena. Errors: TOKEN_UNKNOWN.
 */
#pragma once
#include "salesreg/base/arena.h"
#include <stdbool.h>
#include <stddef.h>

enum { TOKENS_MOST = 256, TOKEN_PARTS = 3, ALL_DAYS = 0xFE, WORKDAYS = 0x3E, WEEKEND = 0xC0 };

enum token_kind {
	TOKEN_END,
	TOKEN_NUMBER, /* 10, 10:30, 31.12.2026, 2026-12-31 */
	TOKEN_DAY,    /* value: a bit a weekday, 1 << 1 is Monday */
	TOKEN_MONTH,
	TOKEN_TODAY, /* value: so many days on */
	TOKEN_DASH,  /* -, до, to */
	TOKEN_PO,    /* «по»: "to" between two of a kind, else nothing */
	TOKEN_BREAK, /* a comma, a line */
	TOKEN_AND,
	TOKEN_FILLER,
	TOKEN_DAY_WORD, /* "days": nothing, but «рабочие дни» are days */
	TOKEN_EXCEPT,
	TOKEN_OFF,     /* value: the days that it may also mean */
	TOKEN_WORKING, /* value: the days it means before TOKEN_DAY_WORD */
	TOKEN_AM,
	TOKEN_PM,
	TOKEN_ALL_DAY, /* round the clock; value: the days, if it says them */
	TOKEN_UNKNOWN
};

struct token {
	enum token_kind kind;
	int value;
	int parts[TOKEN_PARTS];
	size_t part_count, digits /* of the first part */, last_digits;
	char separator; /* of the parts */
	size_t word;
	const char *text;
	size_t size;
};

/* Whether there is a word that says a time or a date without a number. */
bool hours_words_say_when(const char *folded);
/* How many, the last being TOKEN_END; 0: there are too many. */
size_t hours_tokens(
    struct arena *a, const char *text, const char *names, struct token out[TOKENS_MOST]);
