/*
 * The worker of a queue with leases, on a real PostgreSQL: DATABASE_URL, migrated. Started by test_db.py. `hold` as its argument: a
 * process that claims all there is, says how many, and does nothing more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "salesreg/app/queue_worker.h"
#include "salesreg/base/clock.h"
#include "salesreg/db/connect.h"
#include "salesreg/store/calendar_jobs.h"
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* less than a worker idles: nothing is found only because it looks anyhow */
enum { PATIENCE_US = 25 * 1000 * 1000, PLACES = 3, JOBS_MOST = 64 };

static struct secret uri;
static uv_loop_t loop;
/* A second, blocking connection: somebody else, and who looks. */
static PGconn *other;

static int64_t ask(const char *sql)
{
	PGresult *result = PQexec(other, sql);
	ExecStatusType status = PQresultStatus(result);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		fail_msg("%s: %s", sql, PQerrorMessage(other));
	int64_t value = status == PGRES_TUPLES_OK && PQntuples(result) > 0
			    ? strtoll(PQgetvalue(result, 0, 0), NULL, 10)
			    : -1;
	PQclear(result);
	return value;
}

/* An engine and what its user saw ----------------------------------------------------------------------------------------------*/

struct job {
	int64_t id, attempts;
	char kind[16], rep[64];
};
struct engine {
	struct db_pool *pool;
	struct queue_worker *worker;
	bool holds; /* jobs end when the test says so */
	enum queue_outcome outcome;
	int64_t give_up_at;
	int started, dropped, drained;
	int times[JOBS_MOST]; /* started, by id */
	struct job *held[PLACES];
	size_t held_count;
};

static const char *take(void *job, const void *row, struct arena *a, void *data)
{
	(void)a;
	(void)data;
	const struct calendar_job *r = row;
	struct job *j = job;
	j->id = r->row.id;
	j->attempts = r->row.attempts;
	(void)snprintf(j->kind, sizeof j->kind, "%s", r->kind);
	(void)snprintf(j->rep, sizeof j->rep, "%s", r->rep);
	return NULL;
}

static void start(void *job, struct arena *a, void *data)
{
	(void)a;
	struct engine *e = data;
	struct job *j = job;
	assert_string_equal(j->kind, "sync");
	assert_int_equal(strlen(j->rep), 36);
	assert_in_range(j->id, 1, JOBS_MOST - 1);
	e->times[j->id]++;
	e->started++;
	if (e->holds)
		e->held[e->held_count++] = j;
	else
		queue_worker_ended(e->worker, j);
}

static void on_drained(void *data)
{
	((struct engine *)data)->drained++;
}

static void dropped(void *job, void *data)
{
	(void)job;
	((struct engine *)data)->dropped++;
}

static void judge(
    const void *job, const struct queue_row *row, void *result, struct arena *a, void *data)
{
	(void)a;
	const struct engine *e = data;
	const struct job *j = job;
	assert_int_equal(j->id, row->id);
	*(struct queue_result *)result = (struct queue_result){.row = *row,
	    .outcome =
		e->give_up_at && row->attempts >= e->give_up_at ? QUEUE_GIVEN_UP : e->outcome,
	    .pause_us = queue_worker_pause_us(e->worker, row->attempts - 1),
	    .error = "Google said no"};
}

static void on_up(struct db_pool *pool, void *data)
{
	(void)pool;
	(void)data;
}

static void on_down(struct db_pool *pool, const char *why, void *data)
{
	(void)pool;
	(void)why;
	(void)data;
}

static void open_engine(struct engine *e)
{
	e->pool = db_pool_create(&loop, &(struct db_pool_options){.uri = &uri,
					    .application_name = "salesreg queue test",
					    .size = 1,
					    .up = on_up,
					    .down = on_down});
	db_pool_start(e->pool);
	e->worker = queue_worker_create(&loop, &(struct queue_worker_options){.pool = e->pool,
						   .queue = &calendar_jobs_queue,
						   .places = PLACES,
						   .job_size = sizeof(struct job),
						   .deadline_ms = 20000,
						   .pause_first_us = 1000,
						   .pause_longest_us = 2000,
						   .take = take,
						   .start = start,
						   .dropped = dropped,
						   .judge = judge,
						   .data = e});
	queue_worker_wake(e->worker);
}

static void close_engine(struct engine *e)
{
	queue_worker_destroy(e->worker);
	db_pool_destroy(e->pool);
	e->worker = NULL;
}

static void let_go(struct engine *e)
{
	e->holds = false;
	for (size_t i = 0; i < e->held_count; i++)
		queue_worker_ended(e->worker, e->held[i]);
	e->held_count = 0;
}

static void until(const int *counter, int wanted)
{
	int64_t deadline = clock_monotonic_us() + PATIENCE_US;
	while (*counter < wanted && clock_monotonic_us() < deadline)
		(void)uv_run(&loop, UV_RUN_ONCE);
	assert_true(*counter >= wanted);
}

static void until_so(const char *sql, int64_t wanted)
{
	int64_t deadline = clock_monotonic_us() + PATIENCE_US;
	while (ask(sql) != wanted && clock_monotonic_us() < deadline)
		(void)uv_run(&loop, UV_RUN_ONCE);
	assert_int_equal(ask(sql), wanted);
}

#define LEFT "SELECT count(*) FROM salesreg.calendar_jobs"
#define LEASES_END "UPDATE salesreg.calendar_jobs SET due_at = now(), leased_until = now()"

static int none_left(void **state)
{
	(void)state;
	(void)ask("TRUNCATE salesreg.calendar_jobs RESTART IDENTITY");
	return 0;
}

static int all_closed(void **state)
{
	(void)state;
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	return 0;
}

static void add(int count)
{
	char sql[200];
	(void)snprintf(sql, sizeof sql,
	    "INSERT INTO salesreg.calendar_jobs (rep, kind) SELECT gen_random_uuid(), 'sync' FROM "
	    "generate_series(1, %d)",
	    count);
	(void)ask(sql);
}

/* Tests ------------------------------------------------------------------------------------------------------------------------*/

static void of_two_that_look_at_once_each_job_is_done_by_one(void **state)
{
	(void)state;
	enum { JOBS = 40 };
	struct engine a = {0}, b = {0};
	add(JOBS);
	open_engine(&a);
	open_engine(&b);
	until_so(LEFT, 0);
	assert_int_equal(a.started + b.started, JOBS);
	for (int id = 1; id <= JOBS; id++)
		assert_int_equal(a.times[id] + b.times[id], 1);
	close_engine(&a);
	close_engine(&b);
}

static pid_t holder(int *output)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	char name[] = "queue_worker_test", mode[] = "hold", *argv[] = {name, mode, NULL};
	pid_t pid = 0;
	assert_int_equal(posix_spawn(&pid, "/proc/self/exe", &actions, NULL, argv, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	*output = ends[0];
	return pid;
}

static void what_a_killed_process_had_is_done_by_another_when_the_lease_ends(void **state)
{
	(void)state;
	int output = -1;
	add(PLACES);
	pid_t pid = holder(&output);
	char byte = 0;
	for (int i = 0; i < PLACES; i++)
		assert_int_equal(read(output, &byte, 1), 1);
	close(output);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);

	struct engine b = {0};
	add(1);
	open_engine(&b);
	until(&b.started, 1);
	until_so(LEFT, PLACES);
	assert_int_equal(b.started, 1); /* its own; the others are leased */
	assert_int_equal(ask(LEFT " WHERE leased_until > now() AND attempts = 1"), PLACES);
	(void)ask("UPDATE salesreg.calendar_jobs SET due_at = now() + interval '1 second'");
	queue_worker_wake(b.worker); /* reads when the leases end, and waits for that */
	until_so(LEFT, 0);
	assert_int_equal(b.started, 1 + PLACES);
	close_engine(&b);
}

static void a_result_of_an_older_claim_changes_nothing(void **state)
{
	(void)state;
	struct engine a = {.holds = true}, b = {.holds = true};
	add(1);
	open_engine(&a);
	until(&a.started, 1);
	(void)ask(LEASES_END);
	open_engine(&b);
	until(&b.started, 1);
	let_go(&a); /* late */
	queue_worker_drain(a.worker, on_drained, &a);
	until(&a.drained, 1); /* written, that is */
	assert_int_equal(ask(LEFT " WHERE attempts = 2 AND leased_until > now()"), 1);
	let_go(&b);
	until_so(LEFT, 0);
	close_engine(&a);
	close_engine(&b);
}

static void what_fails_is_tried_again_until_it_is_given_up_and_kept(void **state)
{
	(void)state;
	struct engine a = {.outcome = QUEUE_RETRY, .give_up_at = 4};
	add(1);
	open_engine(&a);
	until(&a.started, 4); /* by its own timer */
	until_so(LEFT " WHERE due_at = 'infinity' AND attempts = 4 AND error = 'Google said no' AND"
		      " leased_until IS NULL",
	    1);
	/* and is in nobody's way */
	a.outcome = QUEUE_DONE;
	add(1);
	queue_worker_wake(a.worker);
	until_so(LEFT, 1);
	assert_int_equal(a.times[1], 4);
	close_engine(&a);
}

static void a_result_waits_for_who_holds_a_lock_on_the_row_and_the_others_do_not(void **state)
{
	(void)state;
	struct engine a = {.holds = true};
	add(2);
	open_engine(&a);
	until(&a.started, 2);
	(void)ask("BEGIN");
	(void)ask("SELECT id FROM salesreg.calendar_jobs WHERE id = 1 FOR UPDATE");
	let_go(&a);
	until_so(LEFT " WHERE id = 2", 0);
	assert_int_equal(ask(LEFT), 1);
	(void)ask("COMMIT");
	until_so(LEFT, 0);
	assert_int_equal(a.times[1], 1);
	close_engine(&a);
}

static void a_lost_connection_loses_no_result(void **state)
{
	(void)state;
	struct engine a = {.holds = true};
	add(PLACES + 2);
	open_engine(&a);
	until(&a.started, PLACES);
	(void)ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
		  "'salesreg queue test'");
	let_go(&a);
	until_so(LEFT, 0);
	for (int id = 1; id <= PLACES + 2; id++)
		assert_int_equal(a.times[id], 1);
	close_engine(&a);
}

static void draining_ends_what_is_under_way_and_claims_nothing_more(void **state)
{
	(void)state;
	struct engine a = {.holds = true};
	add(PLACES + 2);
	open_engine(&a);
	until(&a.started, PLACES);
	queue_worker_drain(a.worker, on_drained, &a);
	assert_int_equal(a.drained, 0);
	let_go(&a);
	until(&a.drained, 1);
	assert_int_equal(ask(LEFT " WHERE attempts = 0"), 2);
	assert_int_equal(ask(LEFT), 2);
	close_engine(&a);
	assert_int_equal(a.dropped, 0);
}

static void what_is_under_way_when_it_is_destroyed_is_dropped_and_stays(void **state)
{
	(void)state;
	struct engine a = {.holds = true};
	add(PLACES);
	open_engine(&a);
	until(&a.started, PLACES);
	close_engine(&a);
	assert_int_equal(a.dropped, PLACES);
	assert_int_equal(ask(LEFT " WHERE leased_until > now()"), PLACES);
}

/* The other process ------------------------------------------------------------------------------------------------------------*/

static int hold(void)
{
	struct engine e = {.holds = true};
	open_engine(&e);
	for (int said = 0;;) {
		(void)uv_run(&loop, UV_RUN_ONCE);
		for (; said < e.started; said++)
			if (write(STDOUT_FILENO, "j", 1) != 1)
				return EXIT_FAILURE;
	}
}

int main(int argc, char **argv)
{
	const char *url = getenv("DATABASE_URL");
	if (!url || secret_set(&uri, url) != ERR_OK) {
		(void)fprintf(stderr, "DATABASE_URL is not set; test_db.py sets it\n");
		return EXIT_FAILURE;
	}
	(void)uv_loop_init(&loop);
	if (argc > 1 && strcmp(argv[1], "hold") == 0)
		return hold();
	struct db_failure failure;
	other = db_connect_blocking(url, "salesreg other", 0, &failure);
#define T(name) cmocka_unit_test_setup_teardown(name, none_left, all_closed)
	const struct CMUnitTest tests[] = {
	    T(of_two_that_look_at_once_each_job_is_done_by_one),
	    T(what_a_killed_process_had_is_done_by_another_when_the_lease_ends),
	    T(a_result_of_an_older_claim_changes_nothing),
	    T(what_fails_is_tried_again_until_it_is_given_up_and_kept),
	    T(a_result_waits_for_who_holds_a_lock_on_the_row_and_the_others_do_not),
	    T(a_lost_connection_loses_no_result),
	    T(draining_ends_what_is_under_way_and_claims_nothing_more),
	    T(what_is_under_way_when_it_is_destroyed_is_dropped_and_stays),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	PQfinish(other);
	secret_finish(&uri);
	(void)uv_loop_close(&loop);
	return failed;
}
