/*
 * What is done at Google without anybody waiting for it: calendars are read again and again, grants are given back.
 *
 * A job of kind `sync` (one a rep) reads what has changed since the last time, and becomes due again; of kind `revoke` gives a grant
 * back, and ends; of kind `check` asks when a rep is busy for somebody who waits for the answer (store/calendar_checks.h). All are claimed with a lease (store/calendar_jobs.h), so any number of processes may run, and one rep's tokens are
 * refreshed by one of them at a time.
 *
 * Ownership: everything in the options is borrowed and outlives it. Units: seconds. Errors: waited out; a rep whose tokens are dead is
 * told once, an operator's fault is in the log and leaves every token where it is.
 */
#pragma once
#include "salesreg/base/seal.h"
#include "salesreg/db/pool.h"
#include "salesreg/domain/conversation/conversation.h"
#include "salesreg/google/oauth.h"
#include <uv.h>

struct jobs_options {
	struct db_pool *pool;
	struct google_client *google;
	const struct conversation_rules *rules;
	const struct seal_keys *keys;
	int64_t interval_s; /* between two looks at one calendar; a quarter more or less */
};
struct jobs_stats {
	uint64_t synced, failed, refreshed, died, revoked;
};

struct jobs;
struct jobs *jobs_create(uv_loop_t *loop, const struct jobs_options *options);
/* Something may be due. */
void jobs_wake(struct jobs *j);
struct jobs_stats jobs_stats(const struct jobs *j);
void jobs_drain(struct jobs *j, void (*drained)(void *data), void *data);
void jobs_destroy(struct jobs *j);
