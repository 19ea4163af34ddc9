#include "jobs_private.h"
#include "salesreg/base/log.h"
#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
	PLACES = 8,
	DEADLINE_MS = 15000,
	REVOKE_DAYS_MOST = 60,
	TOKEN_BYTES_MOST = 8 * 1024,
};
static const int64_t PAUSE_FIRST_US = 5 * 1000000LL, PAUSE_LONGEST_US = 3600 * 1000000LL;

struct job {
	struct jobs *jobs;
	char kind[16], rep[REP_BYTES];
	char *payload; /* hexadecimal digits; of a revocation */
	int64_t attempts, age_s;
	struct sync *sync;
	struct queue_result result;
	char why[WHY_BYTES];
};

/* Tokens ------------------------------------------------------------------------------------------------------------------------*/

char *jobs_open(
    struct jobs *j, struct arena *a, const char *rep, const char *purpose, const char *hex)
{
	size_t size = 0;
	const char *sealed = hex ? db_hex_read(a, hex, &size) : NULL;
	if (!sealed || size < SEAL_OVERHEAD || size > TOKEN_BYTES_MOST)
		return NULL;
	char *out = arena_alloc(a, size - SEAL_OVERHEAD + 1);
	char key[SEAL_ID_TEXT];
	switch (seal_open(j->options.keys, rep, purpose, (const unsigned char *)sealed, size,
	    (unsigned char *)out, key)) {
	case SEAL_OPENED:
		fault_log_over(&j->key_fault, "calendar: stored tokens can be opened again");
		return out;
	case SEAL_NO_KEY:
		fault_log_warn(&j->key_fault,
		    "calendar: tokens are sealed with the key %s, which is not in "
		    "TOKEN_ENCRYPTION_KEY: add it; nothing is lost meanwhile",
		    key);
		return NULL;
	case SEAL_BROKEN:
		fault_log_warn(&j->key_fault,
		    "calendar: the stored token of rep %s was changed, or is another's", rep);
		return NULL;
	}
	return NULL;
}

const char *jobs_close(
    struct jobs *j, struct arena *a, const char *rep, const char *purpose, const char *plain)
{
	size_t size = strlen(plain);
	unsigned char *sealed = arena_alloc(a, size + SEAL_OVERHEAD);
	seal_close(j->options.keys, rep, purpose, plain, size, sealed);
	return db_hex(a, (const char *)sealed, size + SEAL_OVERHEAD);
}

/* Jobs --------------------------------------------------------------------------------------------------------------------------*/

static void end_job(struct job *job, enum queue_outcome outcome, int64_t pause_us, const char *why)
{
	(void)snprintf(job->why, sizeof job->why, "%s", why);
	job->result =
	    (struct queue_result){.outcome = outcome, .pause_us = pause_us, .error = job->why};
	free(job->payload);
	job->payload = NULL;
	queue_worker_ended(job->jobs->queue, job);
}

/* A quarter more or less, so that a restart does not have all of them due at once for ever. */
static int64_t jittered_us(int64_t seconds)
{
	int64_t us = seconds * 1000000, quarter = us / 4;
	return us - quarter +
	       (int64_t)(randombytes_random() % (uint32_t)(quarter / 1000 * 2 + 1)) * 1000;
}

void jobs_sync_ended(struct sync *s)
{
	struct job *job = s->job;
	struct jobs *j = job->jobs;
	assert(job->sync == s);
	bool failed = *s->why;
	int64_t pause_us = failed ? queue_worker_pause_us(j->queue, s->account.failures)
				  : jittered_us(j->options.interval_s);
	if (s->pause_s && pause_us < s->pause_s * 1000000)
		pause_us = jittered_us(s->pause_s);
	if (failed && !s->checks)
		log_info("calendar: rep %s: %s; again in %lld s", s->rep, s->why,
		    (long long)(pause_us / 1000000));
	j->stats.synced += !failed && !s->over;
	j->stats.failed += failed && !s->checks;
	job->sync = NULL;
	end_job(job, s->over || s->checks ? QUEUE_DONE : QUEUE_RETRY, pause_us, s->why);
	sync_destroy(s);
}

static void on_revoked(const struct google_answer *answer, void *data)
{
	struct job *job = data;
	struct jobs *j = job->jobs;
	if (answer->class == GOOGLE_OK) {
		j->stats.revoked++;
		log_info("calendar: the grant of rep %s was given back", job->rep);
		end_job(job, QUEUE_DONE, 0, "");
	} else if (job->age_s >= REVOKE_DAYS_MOST * INT64_C(86400)) {
		log_error(
		    "calendar: the grant of rep %s could not be given back in %d days: %s; the "
		    "rep can end it at myaccount.google.com/permissions, and `salesreg "
		    "calendar sync` tries once more",
		    job->rep, REVOKE_DAYS_MOST, answer->error);
		end_job(job, QUEUE_GIVEN_UP, 0, answer->error);
	} else {
		end_job(job, QUEUE_RETRY, queue_worker_pause_us(j->queue, job->attempts),
		    answer->error);
	}
}

static void give_back(struct job *job, struct arena *a)
{
	struct jobs *j = job->jobs;
	char *token = jobs_open(j, a, job->rep, "refresh", job->payload);
	if (!token) {
		end_job(job, QUEUE_RETRY, PAUSE_LONGEST_US, "its token cannot be opened");
		return;
	}
	google_revoke(j->options.google, token, on_revoked, job);
	sodium_memzero(token, strlen(token));
}

/* The queue's questions ---------------------------------------------------------------------------------------------------------*/

static const char *take(void *data_job, const void *data_row, struct arena *a, void *data)
{
	(void)a;
	struct job *job = data_job;
	const struct calendar_job *row = data_row;
	job->jobs = data;
	job->attempts = row->row.attempts;
	job->age_s = row->age_s;
	(void)snprintf(job->kind, sizeof job->kind, "%.15s", row->kind);
	(void)snprintf(job->rep, sizeof job->rep, "%.36s", row->rep);
	job->payload = row->payload_hex ? strdup(row->payload_hex) : NULL;
	return NULL;
}

static void start(void *data_job, struct arena *a, void *data)
{
	struct job *job = data_job;
	struct jobs *j = data;
	if (strcmp(job->kind, "revoke") == 0) {
		give_back(job, a);
	} else if (strcmp(job->kind, "sync") == 0 || strcmp(job->kind, "check") == 0) {
		job->sync = sync_create(j, job, job->rep, strcmp(job->kind, "check") == 0);
		sync_start(job->sync);
	} else {
		end_job(job, QUEUE_RETRY, PAUSE_LONGEST_US, "of a newer version");
	}
}

static void dropped(void *data_job, void *data)
{
	(void)data;
	struct job *job = data_job;
	sync_destroy(job->sync);
	job->sync = NULL;
	free(job->payload);
	job->payload = NULL;
}

static void judge(
    const void *data_job, const struct queue_row *row, void *result, struct arena *a, void *data)
{
	(void)data;
	const struct job *job = data_job;
	struct queue_result *out = result;
	*out = job->result;
	out->row = *row;
	out->error = job->why[0] ? arena_strdup(a, job->why) : NULL;
}

struct jobs *jobs_create(uv_loop_t *loop, const struct jobs_options *options)
{
	struct jobs *j = calloc(1, sizeof *j);
	if (!j)
		abort();
	j->options = *options;
	j->loop = loop;
	j->queue = queue_worker_create(loop, &(struct queue_worker_options){
						 .pool = options->pool,
						 .queue = &calendar_jobs_queue,
						 .places = PLACES,
						 .job_size = sizeof(struct job),
						 .deadline_ms = DEADLINE_MS,
						 .pause_first_us = PAUSE_FIRST_US,
						 .pause_longest_us = PAUSE_LONGEST_US,
						 .take = take,
						 .start = start,
						 .dropped = dropped,
						 .judge = judge,
						 .data = j,
					     });
	return j;
}

void jobs_wake(struct jobs *j)
{
	queue_worker_wake(j->queue);
}

struct jobs_stats jobs_stats(const struct jobs *j)
{
	return j->stats;
}

void jobs_drain(struct jobs *j, void (*drained)(void *data), void *data)
{
	queue_worker_drain(j->queue, drained, data);
}

void jobs_destroy(struct jobs *j)
{
	if (!j)
		return;
	queue_worker_destroy(j->queue);
	free(j);
}
