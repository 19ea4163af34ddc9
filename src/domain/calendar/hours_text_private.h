/*
 * A text about hours while it is being read; shared by these files only.
 * Ownership: a reader lives as long as the call; tokens are in the arena.
 */
#pragma once
#include "hours_words.h"
#include "salesreg/domain/calendar/hours_text.h"

struct reader {
	const struct token *first;
	const struct token *at; /* the last is TOKEN_END, and never passed */
	struct hours_text *out;
	struct arena *a;
	int32_t today;
};

/* False, so that it can be returned; the first problem stays. */
bool reader_fails(struct reader *r, enum hours_problem problem, const struct token *token);

/* days_text.c: days off, from the first date on. */
bool reader_days(struct reader *r);
