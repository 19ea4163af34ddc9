/*
 * The workers: one table for who starts them, names them and checks their names.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct worker_kind {
	const char *name;
	bool is_vital;       /* without it a supervisor is of no use: its end is the supervisor's */
	bool is_of_calendar; /* of no use while the calendar is off */
};

/* NULL: there is none such. */
const struct worker_kind *worker_kind_of(const char *name);
/* "bot, outreach, oauth" */
#define WORKER_NAMES "bot, outreach, oauth"
