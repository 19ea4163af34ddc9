#include "salesreg/app/outreach/retention.h"
#include "salesreg/base/fault_log.h"
#include "salesreg/base/log.h"
#include "salesreg/base/text.h"
#include "salesreg/store/prospect_changes.h"
#include <stdlib.h>
#include <string.h>

/*
 *   IDLE ──▶ LOOKING ──one is due──▶ FORGETTING ──▶ LOOKING behind it
 *    ▲          └── none ──┐
 *    └─────────────────────┘
 */
enum {
	FIRST_MS = 3 * 1000,
	EVERY_MS = 3600 * 1000,
	DEADLINE_MS = 120 * 1000,
	ARENA_MAXIMUM = 64 * 1024
};

struct retention {
	struct db_pool *pool;
	int64_t days, forgotten;
	uv_timer_t timer;
	struct arena arena;
	struct db_plan plan;
	bool running;
	char id[1024]; /* the one in hand; behind it the next is looked for */
	struct fault_log fault;
};

static void look(struct retention *r);

static void rest(struct retention *r)
{
	r->running = false;
	if (r->forgotten > 0)
		log_info("%lld archived %s forgotten, of whom nothing was heard for %lld %s",
		    (long long)r->forgotten,
		    text_plural(r->forgotten, "prospect is", "prospects are"), (long long)r->days,
		    text_plural(r->days, "day", "days"));
	r->forgotten = 0;
	r->id[0] = '\0';
}

static void run(struct retention *r, void (*callback)(const struct db_reply *reply, void *data))
{
	db_pool_run(r->pool, r->plan.steps, r->plan.count, DEADLINE_MS, callback, r);
}

static void begin(struct retention *r)
{
	arena_reset(&r->arena);
	r->plan.count = 0;
}

/* Whether the next one may go better. */
static bool say(struct retention *r, const struct db_reply *reply)
{
	bool rights = strcmp(reply->sqlstate, "42501") == 0;
	/* somebody was quicker, or the prospect has come back */
	if (strcmp(reply->sqlstate, "40001") == 0)
		return true;
	fault_log_warn(&r->fault, "an archived prospect could not be forgotten: %s%s",
	    reply->message,
	    rights ? "; PROSPECT_RETENTION_DAYS needs: GRANT DELETE ON public.test_prospects" : "");
	return !rights;
}

static void on_forgotten(const struct db_reply *reply, void *data)
{
	struct retention *r = data;
	if (reply->err == ERR_OK) {
		r->forgotten++;
		fault_log_over(&r->fault, "archived prospects can be forgotten again");
	} else if (!say(r, reply)) {
		rest(r);
		return;
	}
	look(r);
}

static void on_due(const struct db_reply *reply, void *data)
{
	struct retention *r = data;
	const char *id = reply->err == ERR_OK && PQntuples(reply->results[0]) > 0
			     ? db_get_text(&r->arena, reply->results[0], 0, 0)
			     : NULL;
	if (reply->err != ERR_OK)
		(void)say(r, reply);
	if (!id || strlen(id) >= sizeof r->id) {
		rest(r);
		return;
	}
	memcpy(r->id, id, strlen(id) + 1);
	begin(r);
	prospect_retention_forget(&r->plan, &r->arena, r->id, r->days);
	run(r, on_forgotten);
}

static void look(struct retention *r)
{
	if (!db_pool_is_up(r->pool)) {
		rest(r);
		return;
	}
	begin(r);
	(void)prospect_retention_due(&r->plan, &r->arena, r->days, arena_strdup(&r->arena, r->id));
	run(r, on_due);
}

static void on_timer(uv_timer_t *timer)
{
	struct retention *r = timer->data;
	if (r->running || !db_pool_is_up(r->pool))
		return;
	r->running = true;
	look(r);
}

struct retention *retention_create(uv_loop_t *loop, struct db_pool *pool, int64_t days)
{
	struct retention *r = calloc(1, sizeof *r);
	if (!r)
		abort();
	r->pool = pool;
	r->days = days;
	arena_init(&r->arena, ARENA_MAXIMUM);
	(void)uv_timer_init(loop, &r->timer);
	r->timer.data = r;
	(void)uv_timer_start(&r->timer, on_timer, FIRST_MS, EVERY_MS);
	return r;
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void retention_destroy(struct retention *r)
{
	if (!r)
		return;
	arena_finish(&r->arena);
	uv_close((uv_handle_t *)&r->timer, on_closed);
}
