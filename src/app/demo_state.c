#include "salesreg/app/demo_state.h"
#include "salesreg/base/log.h"
#include "salesreg/db/pool.h"
#include "salesreg/store/demo.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { DEADLINE_MS = 4000, ARENA_MAXIMUM = 64 * 1024 };

/* it shows things: it must not be able to change them, nor to hold anybody up */
static const char session[] =
    "SET default_transaction_read_only = on; SET statement_timeout = '3s'; SET lock_timeout = '1s'";

struct demo_state {
	uv_loop_t *loop;
	struct demo_state_options options;
	struct db_pool *pool; /* NULL while nobody asks */
	struct db_plan plan;
	struct arena arena; /* of what is being added */
	struct db_plan adding_plan;
	bool down_said, adding;
};

struct demo_state *demo_state_create(uv_loop_t *loop, const struct demo_state_options *options)
{
	struct demo_state *d = calloc(1, sizeof *d);
	if (!d)
		abort();
	d->loop = loop;
	d->options = *options;
	(void)demo_state(&d->plan);
	return d;
}

static void on_up(struct db_pool *pool, void *data)
{
	(void)pool;
	struct demo_state *d = data;
	d->down_said = false;
}

static void on_down(struct db_pool *pool, const char *why, void *data)
{
	(void)pool;
	struct demo_state *d = data;
	if (!d->down_said)
		log_warn("the page cannot show the system's state, no database: %s", why);
	d->down_said = true;
}

static void on_read(const struct db_reply *reply, void *data)
{
	static const char *const absent[] = {"42P01", "3F000", "42703"};
	struct demo_state *d = data;
	if (reply->err == ERR_OK) {
		d->options.told(demo_state_parse(reply->results[0]), NULL, d->options.data);
		return;
	}
	const char *problem = "The database does not answer. Trying again.";
	for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
		if (strcmp(reply->sqlstate, absent[i]) == 0)
			problem =
			    "The database has no tables of salesreg yet. Run: salesreg migrate";
	d->options.told(NULL, problem, d->options.data);
}

static void open_pool(struct demo_state *d)
{
	if (d->pool)
		return;
	d->pool = db_pool_create(d->loop, &(struct db_pool_options){
					      .uri = d->options.uri,
					      .application_name = "salesreg sandbox",
					      .session_sql = session,
					      .size = 1,
					      .up = on_up,
					      .down = on_down,
					      .data = d,
					  });
	db_pool_start(d->pool);
}

void demo_state_ask(struct demo_state *d)
{
	open_pool(d);
	db_pool_run(d->pool, d->plan.steps, d->plan.count, DEADLINE_MS, on_read, d);
}

static void added(struct demo_state *d, const char *problem)
{
	d->adding = false;
	arena_finish(&d->arena);
	d->options.added(problem, d->options.data);
}

static void on_added(const struct db_reply *reply, void *data)
{
	struct demo_state *d = data;
	if (!d->adding)
		return; /* demo_state_rest() has said so */
	if (reply->err != ERR_OK)
		log_warn("a prospect could not be added: %s", reply->message);
	added(d, reply->err == ERR_OK        ? NULL
		 : reply->err == ERR_REFUSED ? "the database refused it; the log says why"
					     : "the database does not answer");
}

void demo_state_add(struct demo_state *d, const char *name, const char *contact, const char *note)
{
	struct db_plan *plan = &d->adding_plan;
	assert(!d->adding);
	open_pool(d);
	d->adding = true;
	arena_init(&d->arena, ARENA_MAXIMUM);
	plan->count = 0;
	demo_prospect_add(plan, arena_strdup(&d->arena, name), arena_strdup(&d->arena, contact),
	    arena_strdup(&d->arena, note));
	db_pool_run(d->pool, plan->steps, plan->count, DEADLINE_MS, on_added, d);
}

void demo_state_rest(struct demo_state *d)
{
	struct db_pool *pool = d->pool;
	d->pool = NULL;
	if (pool)
		db_pool_destroy(pool);
	if (d->adding)
		added(d, "the page was closed");
}

void demo_state_destroy(struct demo_state *d)
{
	if (!d)
		return;
	demo_state_rest(d);
	free(d);
}
