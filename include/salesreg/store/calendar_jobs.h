/*
 * What is to be done at Google (table calendar_jobs): a queue with leases, for any number of `salesreg oauth`.
 * Ownership: as in store/people.h. Results are struct queue_result.
 */
#pragma once
#include "salesreg/store/queue.h"

/* How long a job may take: its calls to Google end earlier, by deadlines of theirs. */
#define CALENDAR_JOB_LEASE_US (120 * INT64_C(1000000))

struct calendar_job {
	struct queue_row row;
	const char *rep, *kind;
	const char *sub;         /* the Google account it is about, or NULL */
	const char *payload_hex; /* sealed where it is a token; NULL: none */
	int64_t age_s;           /* since it was made */
};
extern const struct queue calendar_jobs_queue;
