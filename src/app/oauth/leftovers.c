#include "salesreg/app/oauth/leftovers.h"
#include "salesreg/app/oauth/news.h"
#include "salesreg/base/log.h"
#include "salesreg/base/text.h"
#include "salesreg/store/oauth.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	FIRST_MS = 1000,
	EVERY_MS = 5000,
	DEADLINE_MS = 10000,
	EXCHANGE_S =
	    240, /* twice what waiting for a revocation and storing take together, with Google's answers */
	PLAN_PEOPLE = 15, /* a message is a step of the transaction: see DB_MAX_STEPS */
	DEATHS_LEAST = 3, /* fewer may be people who changed their minds */
	ARENA_BYTES = 1024 * 1024,
};

/*
 *           lease          deleted           told, committed
 *   IDLE ---------> DELETING -------> TELLING ---------------> IDLE
 *                      | nothing left over ------------------> IDLE
 */
enum leftovers_state { LEFTOVERS_IDLE, LEFTOVERS_DELETING, LEFTOVERS_TELLING };

struct leftovers {
	struct db_pool *pool;
	const struct conversation_rules *rules;
	uv_timer_t timer;
	struct db_conn *conn;
	struct arena arena;
	struct db_plan plan;
	size_t exchanges_step, states_step, deaths_step, told;
	struct calendar_deaths_row deaths; /* to be told of; dead 0: none */
	uint64_t incidents;
	enum leftovers_state state;
};

static void rest(struct leftovers *l)
{
	l->state = LEFTOVERS_IDLE;
	db_pool_release(l->pool, l->conn);
	l->conn = NULL;
}

static void on_told(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct leftovers *l = data;
	assert(l->state == LEFTOVERS_TELLING && conn == l->conn);
	if (reply->err == ERR_OK && l->told > 0)
		log_info("calendar: %zu %s told that their calendar is not connected", l->told,
		    text_plural((int64_t)l->told, "person was", "people were"));
	if (reply->err == ERR_OK && l->deaths.dead > 0) {
		l->incidents++;
		log_error("calendar: Google ended its access for %lld of %lld reps within an hour "
			  "(invalid_grant); likely causes: the client or its consent screen was "
			  "changed or deleted, the consent screen is in Testing (7 days), or an "
			  "administrator of the organisation withdrew the app; see salesreg doctor",
		    (long long)l->deaths.dead, (long long)l->deaths.had);
	}
	rest(l);
}

static void tell(struct leftovers *l, const PGresult *result, enum oauth_outcome outcome)
{
	struct oauth_left_row *rows;
	size_t count = oauth_left_parse(result, &l->arena, &rows);
	for (size_t i = 0; i < count; i++) {
		struct oauth_news news = {.outcome = outcome,
		    .person = rows[i].person,
		    .locale = l->rules->default_locale};
		if (rows[i].locale)
			(void)locale_parse(rows[i].locale, &news.locale);
		oauth_news_plan(&l->plan, &l->arena, l->rules, &news);
		l->told++;
	}
}

static void on_deleted(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct leftovers *l = data;
	assert(l->state == LEFTOVERS_DELETING && conn == l->conn);
	if (reply->err != ERR_OK) {
		log_debug("calendar: links that ran out cannot be looked at: %s", reply->message);
		rest(l);
		return;
	}
	l->plan.count = 0;
	l->told = 0;
	tell(l, reply->results[l->exchanges_step], OAUTH_INTERRUPTED);
	tell(l, reply->results[l->states_step], OAUTH_RUN_OUT);
	l->deaths.dead = 0;
	if (calendar_deaths_parse(reply->results[l->deaths_step], &l->deaths))
		oauth_news_plan_deaths(
		    &l->plan, &l->arena, l->rules, l->deaths.dead, l->deaths.had);
	(void)db_plan_add_plain(&l->plan, SQL_TX_COMMIT);
	l->state = LEFTOVERS_TELLING;
	db_conn_run(conn, l->plan.steps, l->plan.count, DEADLINE_MS, on_told, l);
}

static void on_lease(struct db_conn *conn, enum err err, void *data)
{
	struct leftovers *l = data;
	if (err != ERR_OK) {
		l->state = LEFTOVERS_IDLE;
		return;
	}
	l->conn = conn;
	arena_reset(&l->arena);
	l->plan.count = 0;
	(void)db_plan_add_plain(&l->plan, SQL_TX_BEGIN);
	l->exchanges_step = oauth_exchanges_left(&l->plan, &l->arena, EXCHANGE_S, PLAN_PEOPLE);
	l->states_step = oauth_states_left(&l->plan, &l->arena, PLAN_PEOPLE);
	l->deaths_step = calendar_deaths(&l->plan, &l->arena, DEATHS_LEAST);
	db_conn_run(conn, l->plan.steps, l->plan.count, DEADLINE_MS, on_deleted, l);
}

static void on_timer(uv_timer_t *timer)
{
	struct leftovers *l = timer->data;
	if (l->state != LEFTOVERS_IDLE || !db_pool_is_up(l->pool))
		return;
	l->state = LEFTOVERS_DELETING;
	db_pool_acquire(l->pool, DEADLINE_MS, on_lease, l);
}

struct leftovers *leftovers_create(
    uv_loop_t *loop, struct db_pool *pool, const struct conversation_rules *rules)
{
	struct leftovers *l = calloc(1, sizeof *l);
	if (!l)
		abort();
	l->pool = pool;
	l->rules = rules;
	arena_init(&l->arena, ARENA_BYTES);
	(void)uv_timer_init(loop, &l->timer);
	l->timer.data = l;
	(void)uv_timer_start(&l->timer, on_timer, FIRST_MS, EVERY_MS);
	return l;
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void leftovers_destroy(struct leftovers *l)
{
	if (!l)
		return;
	arena_finish(&l->arena);
	uv_close((uv_handle_t *)&l->timer, on_closed);
}

uint64_t leftovers_incidents(const struct leftovers *l)
{
	return l ? l->incidents : 0;
}
