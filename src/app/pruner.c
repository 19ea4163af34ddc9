#include "salesreg/app/pruner.h"
#include "salesreg/base/log.h"
#include "salesreg/store/history.h"
#include <stdlib.h>

enum {
	FIRST_MS = 10 * 1000,
	EVERY_MS = 3600 * 1000,
	MORE_MS = 1000, /* there was more than one transaction should delete */
	DEADLINE_MS = 60 * 1000,
	ARENA_MAXIMUM = 64 * 1024,
};

struct pruner {
	struct db_pool *pool;
	uv_timer_t timer;
	struct arena arena;
	struct db_plan plan;
	bool running;
};

static void on_timer(uv_timer_t *timer);

static void on_pruned(const struct db_reply *reply, void *data)
{
	struct pruner *p = data;
	int64_t deleted = 0;
	p->running = false;
	if (reply->err != ERR_OK)
		log_debug("old history could not be deleted: %s", reply->message);
	for (size_t i = 0; reply->err == ERR_OK && i < reply->count; i++)
		deleted += db_get_i64(reply->results[i], 0, 0, 0);
	if (deleted > 0)
		(void)uv_timer_start(&p->timer, on_timer, MORE_MS, EVERY_MS);
}

static void on_timer(uv_timer_t *timer)
{
	struct pruner *p = timer->data;
	if (p->running || !db_pool_is_up(p->pool))
		return;
	p->running = true;
	db_pool_run(p->pool, p->plan.steps, p->plan.count, DEADLINE_MS, on_pruned, p);
}

struct pruner *pruner_create(uv_loop_t *loop, struct db_pool *pool, int64_t retention_days,
    const int64_t *admins, size_t count)
{
	struct pruner *p = calloc(1, sizeof *p);
	if (!p)
		abort();
	p->pool = pool;
	arena_init(&p->arena, ARENA_MAXIMUM);
	history_prune(&p->plan, &p->arena, retention_days, admins, count);
	(void)uv_timer_init(loop, &p->timer);
	p->timer.data = p;
	(void)uv_timer_start(&p->timer, on_timer, FIRST_MS, EVERY_MS);
	return p;
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void pruner_destroy(struct pruner *p)
{
	if (!p)
		return;
	arena_finish(&p->arena);
	uv_close((uv_handle_t *)&p->timer, on_closed);
}
