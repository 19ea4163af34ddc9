#include "salesreg/app/admins.h"
#include "salesreg/base/config.h"
#include "salesreg/base/log.h"
#include "salesreg/store/people.h"
#include <stdlib.h>
#include <string.h>

enum { EVERY_MS = 60 * 1000, DEADLINE_MS = 15000, ARENA_MAXIMUM = 64 * 1024 };

struct admins {
	struct db_pool *pool;
	struct conversation_rules *rules;
	uv_timer_t timer;
	struct arena arena;
	struct db_plan plan;
	size_t configured; /* so many of ids are always there */
	int64_t ids[CONFIG_LIST_MAX + ADMINS_BY_ROW_MOST];
	bool reading, again;
};

static void on_read(const struct db_reply *reply, void *data)
{
	struct admins *x = data;
	int64_t found[ADMINS_BY_ROW_MOST];
	size_t count = 0;
	x->reading = false;
	if (reply->err == ERR_OK) {
		size_t rows = admins_parse(reply->results[0], found, sizeof found / sizeof *found);
		for (size_t i = 0; i < rows; i++) {
			size_t place = 0;
			while (place < x->configured && x->ids[place] != found[i])
				place++;
			if (place == x->configured)
				x->ids[x->configured + count++] = found[i];
		}
		x->rules->admin_count = x->configured + count;
		x->rules->admins_by_row = count;
	} else {
		log_debug("who is an admin could not be read: %s", reply->message);
	}
	if (x->again)
		admins_look(x);
}

void admins_look(struct admins *x)
{
	x->again = x->reading;
	if (x->reading || !db_pool_is_up(x->pool))
		return;
	x->reading = true;
	db_pool_run(x->pool, x->plan.steps, x->plan.count, DEADLINE_MS, on_read, x);
}

static void on_timer(uv_timer_t *timer)
{
	admins_look(timer->data);
}

struct admins *admins_create(
    uv_loop_t *loop, struct db_pool *pool, struct conversation_rules *rules)
{
	struct admins *x = calloc(1, sizeof *x);
	if (!x)
		abort();
	x->pool = pool;
	x->rules = rules;
	x->configured = rules->admin_count;
	memcpy(x->ids, rules->admin_ids, x->configured * sizeof *x->ids);
	rules->admin_ids = x->ids;
	arena_init(&x->arena, ARENA_MAXIMUM);
	(void)admins_read(&x->plan, &x->arena, ADMINS_BY_ROW_MOST);
	(void)uv_timer_init(loop, &x->timer);
	x->timer.data = x;
	(void)uv_timer_start(&x->timer, on_timer, EVERY_MS, EVERY_MS);
	return x;
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void admins_destroy(struct admins *x)
{
	if (!x)
		return;
	arena_finish(&x->arena);
	uv_close((uv_handle_t *)&x->timer, on_closed);
}
