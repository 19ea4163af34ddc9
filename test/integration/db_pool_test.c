/* The pool and the listener against a real PostgreSQL: DATABASE_URL, migrated. Started by test_db.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "salesreg/base/clock.h"
#include "salesreg/db/listener.h"
#include "salesreg/db/migrate.h"
#include "salesreg/db/pool.h"
#include "salesreg/store/people.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE_US = 30 * 1000 * 1000 };

static struct secret uri;
static uv_loop_t loop;

/* A second, blocking connection: somebody else. */
static PGconn *other;

static void other_runs(const char *sql)
{
	PGresult *result = PQexec(other, sql);
	ExecStatusType status = PQresultStatus(result);
	PQclear(result);
	assert_true(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK);
}

struct seen {
	int granted, done, up, down;
	enum err err;
	char sqlstate[6];
	struct db_conn *conn;
	int64_t number;
	int order[8], ordered;
};

static void until(const int *counter, int wanted)
{
	int64_t deadline = clock_monotonic_us() + PATIENCE_US;
	while (*counter < wanted && clock_monotonic_us() < deadline)
		(void)uv_run(&loop, UV_RUN_ONCE);
	assert_true(*counter >= wanted);
}

static void on_up(struct db_pool *pool, void *data)
{
	(void)pool;
	((struct seen *)data)->up++;
}

static void on_down(struct db_pool *pool, const char *why, void *data)
{
	(void)pool;
	(void)why;
	((struct seen *)data)->down++;
}

static void on_granted(struct db_conn *conn, enum err err, void *data)
{
	struct seen *seen = data;
	seen->granted++;
	seen->err = err;
	seen->conn = conn;
}

static void on_done(const struct db_reply *reply, void *data)
{
	struct seen *seen = data;
	seen->done++;
	seen->err = reply->err;
	(void)snprintf(seen->sqlstate, sizeof seen->sqlstate, "%s", reply->sqlstate);
	if (reply->err == ERR_OK && reply->results[0] && PQntuples(reply->results[0]) > 0)
		seen->number = db_get_i64(reply->results[0], 0, 0, -1);
}

static void on_conn_done(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	(void)conn;
	on_done(reply, data);
}

static struct db_pool *pool_with(struct seen *seen, size_t size, size_t max_waiting)
{
	struct db_pool *pool = db_pool_create(&loop, &(struct db_pool_options){.uri = &uri,
							 .application_name = "salesreg pool test",
							 .size = size,
							 .max_waiting = max_waiting,
							 .up = on_up,
							 .down = on_down,
							 .data = seen});
	db_pool_start(pool);
	return pool;
}

static void finish(struct db_pool *pool)
{
	db_pool_destroy(pool);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
}

static const struct db_step ping = {.statement = SQL_PING};
static const struct db_step begin = {.statement = SQL_TX_BEGIN};

/* Something that writes a row of this user. */
static struct db_step a_session(struct arena *a, int64_t user)
{
	const struct session_row row = {
	    .user_id = user, .kind = "unknown", .phase = "none", .locale = "ru"};
	struct db_plan plan = {0};
	arena_init(a, 1024 * 1024);
	sessions_write(&plan, a, &row, 1);
	assert_int_equal(plan.count, 1);
	return plan.steps[0];
}

static void a_run_answers_from_the_loop_never_inside_the_call(void **state)
{
	(void)state;
	struct seen seen = {0};
	struct db_pool *pool = pool_with(&seen, 1, 0);
	db_pool_run(pool, &ping, 1, 20000, on_done, &seen);
	assert_int_equal(seen.done, 0);
	until(&seen.done, 1);
	assert_int_equal(seen.err, ERR_OK);
	assert_int_equal(seen.number, 1);
	finish(pool);
}

static void an_error_undoes_the_whole_run_and_leaves_the_pool_usable(void **state)
{
	(void)state;
	struct seen seen = {0};
	struct db_pool *pool = pool_with(&seen, 1, 0);
	struct arena a;
	struct db_step steps[] = {
	    a_session(&a, 77),
	    /* the fence of a bot nobody knows: must() raises 40001 */
	    {.statement = SQL_BOT_STATE_ADVANCE, .count = 3, .values = {"424242", NULL, "1"}},
	};
	db_pool_run(pool, steps, 2, 20000, on_done, &seen);
	until(&seen.done, 1);
	arena_finish(&a);
	assert_int_equal(seen.err, ERR_CONFLICT);
	assert_string_equal(seen.sqlstate, "40001");
	struct db_step look = {.statement = SQL_SESSIONS_READ, .count = 1, .values = {"{77}"}};
	seen.number = -1;
	db_pool_run(pool, &look, 1, 20000, on_done, &seen);
	until(&seen.done, 2);
	assert_int_equal(seen.err, ERR_OK);
	assert_int_equal(seen.number, -1); /* no row */
	assert_int_equal(seen.down, 0);
	finish(pool);
}

static void a_lease_given_back_inside_a_transaction_is_rolled_back(void **state)
{
	(void)state;
	struct seen seen = {0};
	struct db_pool *pool = pool_with(&seen, 1, 0);
	db_pool_acquire(pool, 20000, on_granted, &seen);
	until(&seen.granted, 1);
	struct arena a;
	struct db_step steps[] = {begin, a_session(&a, 78)};
	db_conn_run(seen.conn, steps, 2, 20000, on_conn_done, &seen);
	until(&seen.done, 1);
	arena_finish(&a);
	assert_int_equal(seen.err, ERR_OK);
	assert_true(db_conn_in_transaction(seen.conn));
	db_pool_release(pool, seen.conn);
	struct db_step look = {.statement = SQL_SESSIONS_READ, .count = 1, .values = {"{78}"}};
	seen.number = -1;
	db_pool_run(pool, &look, 1, 20000, on_done, &seen);
	until(&seen.done, 2);
	assert_int_equal(seen.err, ERR_OK);
	assert_int_equal(seen.number, -1);
	finish(pool);
}

struct place {
	struct seen *seen;
	int number;
	struct db_conn *conn;
};

static void on_place(struct db_conn *conn, enum err err, void *data)
{
	struct place *place = data;
	assert_int_equal(err, ERR_OK);
	place->conn = conn;
	place->seen->order[place->seen->ordered++] = place->number;
}

static void waiters_are_served_in_order_and_first_means_first(void **state)
{
	(void)state;
	struct seen seen = {0};
	struct db_pool *pool = pool_with(&seen, 1, 0);
	struct place places[4] = {
	    {&seen, 0, NULL}, {&seen, 1, NULL}, {&seen, 2, NULL}, {&seen, 3, NULL}};
	db_pool_acquire(pool, 20000, on_place, &places[0]);
	until(&seen.ordered, 1);
	db_pool_acquire(pool, 20000, on_place, &places[1]);
	db_pool_acquire(pool, 20000, on_place, &places[2]);
	db_pool_acquire_first(pool, 20000, on_place, &places[3]);
	assert_int_equal(db_pool_stats(pool).waiting, 3);
	static const int expected[] = {0, 3, 1, 2};
	for (int i = 0; i < 4; i++) {
		until(&seen.ordered, i + 1);
		assert_int_equal(seen.order[i], expected[i]);
		db_pool_release(pool, places[expected[i]].conn);
	}
	finish(pool);
}

static void who_waits_too_long_hears_timeout_and_who_is_too_many_hears_busy(void **state)
{
	(void)state;
	struct seen holder = {0}, late = {0}, extra = {0};
	struct db_pool *pool = pool_with(&holder, 1, 1);
	db_pool_acquire(pool, 20000, on_granted, &holder);
	until(&holder.granted, 1);
	db_pool_acquire(pool, 200, on_granted, &late);
	db_pool_acquire(pool, 20000, on_granted, &extra);
	assert_int_equal(extra.granted, 0);
	until(&extra.granted, 1);
	assert_int_equal(extra.err, ERR_BUSY);
	assert_null(extra.conn);
	until(&late.granted, 1);
	assert_int_equal(late.err, ERR_TIMEOUT);
	assert_null(late.conn);
	db_pool_release(pool, holder.conn);
	finish(pool);
}

static void a_run_past_its_deadline_loses_the_connection_and_another_comes(void **state)
{
	(void)state;
	struct seen seen = {0};
	struct db_pool *pool = pool_with(&seen, 1, 0);
	other_runs("BEGIN; SELECT 1 FROM salesreg.assignment_lock FOR UPDATE");
	struct db_step lock = {.statement = SQL_ASSIGNMENT_LOCK};
	db_pool_run(pool, &lock, 1, 300, on_done, &seen);
	until(&seen.done, 1);
	assert_int_equal(seen.err, ERR_TIMEOUT);
	until(&seen.down, 1);
	other_runs("COMMIT");
	db_pool_run(pool, &ping, 1, 20000, on_done, &seen);
	until(&seen.done, 2);
	assert_int_equal(seen.err, ERR_OK);
	finish(pool);
}

static void a_connection_that_dies_in_a_run_is_reported_and_replaced(void **state)
{
	(void)state;
	struct seen seen = {0};
	struct db_pool *pool = pool_with(&seen, 1, 0);
	until(&seen.up, 1);
	other_runs("BEGIN; SELECT 1 FROM salesreg.assignment_lock FOR UPDATE");
	struct db_step lock = {.statement = SQL_ASSIGNMENT_LOCK};
	db_pool_run(pool, &lock, 1, 20000, on_done, &seen);
	for (int i = 0; i < 20; i++)
		(void)uv_run(&loop, UV_RUN_NOWAIT);
	other_runs("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name "
		   "= 'salesreg pool test'");
	until(&seen.done, 1);
	assert_int_equal(seen.err, ERR_UNAVAILABLE);
	other_runs("COMMIT");
	until(&seen.up, 2);
	db_pool_run(pool, &ping, 1, 20000, on_done, &seen);
	until(&seen.done, 2);
	assert_int_equal(seen.err, ERR_OK);
	finish(pool);
}

static void a_pool_grows_to_its_size_when_callers_wait(void **state)
{
	(void)state;
	struct seen seen = {0};
	struct db_pool *pool = pool_with(&seen, 3, 0);
	struct place places[3] = {{&seen, 0, NULL}, {&seen, 1, NULL}, {&seen, 2, NULL}};
	for (int i = 0; i < 3; i++)
		db_pool_acquire(pool, 20000, on_place, &places[i]);
	until(&seen.ordered, 3);
	assert_int_equal(db_pool_stats(pool).busy, 3);
	assert_true(places[0].conn != places[1].conn && places[1].conn != places[2].conn);
	for (int i = 0; i < 3; i++)
		db_pool_release(pool, places[i].conn);
	finish(pool);
}

static void whoever_waits_at_the_end_is_told(void **state)
{
	(void)state;
	struct seen holder = {0}, waiting = {0};
	struct db_pool *pool = pool_with(&holder, 1, 0);
	db_pool_acquire(pool, 20000, on_granted, &holder);
	until(&holder.granted, 1);
	db_pool_acquire(pool, 20000, on_granted, &waiting);
	finish(pool);
	assert_int_equal(waiting.granted, 1);
	assert_int_equal(waiting.err, ERR_CANCELLED);
}

static void nobody_passes_a_gate_that_another_holds(void **state)
{
	(void)state;
	struct seen first = {0}, second = {0};
	struct db_pool_options options = {.uri = &uri,
	    .application_name = "salesreg gate test",
	    .size = 1,
	    .has_gate = true,
	    .gate = {.statement = SQL_LEADER_LOCK, .count = 1, .values = {"31337"}},
	    .up = on_up,
	    .down = on_down,
	    .data = &first};
	struct db_pool *leader = db_pool_create(&loop, &options);
	db_pool_start(leader);
	until(&first.up, 1);
	options.data = &second;
	struct db_pool *standby = db_pool_create(&loop, &options);
	db_pool_start(standby);
	db_pool_run(leader, &ping, 1, 20000, on_done, &first);
	until(&first.done, 1);
	assert_int_equal(second.up, 0);
	/* whoever asks first is next, which may be the same one again */
	int64_t deadline = clock_monotonic_us() + PATIENCE_US;
	while (second.up == 0 && clock_monotonic_us() < deadline) {
		if (first.up > first.down)
			db_pool_reset(leader, "to see who comes next");
		(void)uv_run(&loop, UV_RUN_ONCE);
	}
	assert_int_equal(second.up, 1);
	assert_int_equal(first.down, first.up);
	db_pool_destroy(leader);
	finish(standby);
}

struct heard {
	int ready, notified, down;
};

static void on_ready(struct listener *listener, void *data)
{
	(void)listener;
	((struct heard *)data)->ready++;
}

static void on_notified(struct listener *listener, const char *channel, void *data)
{
	(void)listener;
	assert_string_equal(channel, "salesreg_assign");
	((struct heard *)data)->notified++;
}

static void on_listener_down(struct listener *listener, const char *why, void *data)
{
	(void)listener;
	(void)why;
	((struct heard *)data)->down++;
}

static void on_deaf(struct listener *listener, void *data)
{
	(void)listener;
	(void)data;
	fail_msg("the listener did not hear its own notification");
}

static void a_listener_hears_and_after_a_loss_listens_again_before_it_is_ready(void **state)
{
	(void)state;
	struct heard heard = {0};
	struct listener *listener =
	    listener_create(&loop, &(struct listener_options){.uri = &uri,
				       .application_name = "salesreg listener test",
				       .channels = {"salesreg_assign"},
				       .ready = on_ready,
				       .notified = on_notified,
				       .down = on_listener_down,
				       .deaf = on_deaf,
				       .data = &heard});
	until(&heard.ready, 1);
	other_runs("NOTIFY salesreg_assign");
	until(&heard.notified, 1);
	other_runs("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name "
		   "= 'salesreg listener test'");
	until(&heard.down, 1);
	until(&heard.ready, 2);
	other_runs("NOTIFY salesreg_assign");
	until(&heard.notified, 2);
	listener_destroy(listener);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
}

int main(void)
{
	const char *url = getenv("DATABASE_URL");
	if (!url || secret_set(&uri, url) != ERR_OK) {
		(void)fprintf(stderr, "DATABASE_URL is not set; test_db.py sets it\n");
		return EXIT_FAILURE;
	}
	(void)uv_loop_init(&loop);
	struct db_failure failure;
	other = db_connect_blocking(url, "salesreg other", 0, &failure);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_run_answers_from_the_loop_never_inside_the_call),
	    cmocka_unit_test(an_error_undoes_the_whole_run_and_leaves_the_pool_usable),
	    cmocka_unit_test(a_lease_given_back_inside_a_transaction_is_rolled_back),
	    cmocka_unit_test(waiters_are_served_in_order_and_first_means_first),
	    cmocka_unit_test(who_waits_too_long_hears_timeout_and_who_is_too_many_hears_busy),
	    cmocka_unit_test(a_run_past_its_deadline_loses_the_connection_and_another_comes),
	    cmocka_unit_test(a_connection_that_dies_in_a_run_is_reported_and_replaced),
	    cmocka_unit_test(a_pool_grows_to_its_size_when_callers_wait),
	    cmocka_unit_test(whoever_waits_at_the_end_is_told),
	    cmocka_unit_test(nobody_passes_a_gate_that_another_holds),
	    cmocka_unit_test(a_listener_hears_and_after_a_loss_listens_again_before_it_is_ready),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	PQfinish(other);
	secret_finish(&uri);
	(void)uv_loop_close(&loop);
	return failed;
}
