#include "salesreg/app/bot/delivery/delivery_results.h"
#include "salesreg/domain/prospect/reach.h"
#include "salesreg/store/people.h"
#include "salesreg/store/timers.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void add(struct result_list *list, struct outbox_result item)
{
	if (list->count == list->capacity) {
		size_t capacity = list->capacity ? 2 * list->capacity : 64;
		struct outbox_result *items = realloc(list->items, capacity * sizeof *items);
		if (!items)
			abort();
		list->items = items;
		list->capacity = capacity;
	}
	item.error = item.error ? strdup(item.error) : NULL;
	item.message_ids = item.message_ids ? strdup(item.message_ids) : NULL;
	item.payload = item.payload ? strdup(item.payload) : NULL;
	list->items[list->count++] = item;
}

static void clear(struct result_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free((char *)(uintptr_t)list->items[i].error);
		free((char *)(uintptr_t)list->items[i].message_ids);
		free((char *)(uintptr_t)list->items[i].payload);
	}
	list->count = 0;
	if (list->capacity > 1024) {
		free(list->items);
		*list = (struct result_list){0};
	}
}

static void move(struct result_list *from, struct result_list *to)
{
	for (size_t i = 0; i < from->count; i++)
		add(to, from->items[i]);
	clear(from);
}

void results_add(struct results *r, enum result_kind kind, struct outbox_result item)
{
	add(&r->fresh[kind], item);
}

size_t results_waiting(const struct results *r)
{
	size_t n = 0;
	for (int k = 0; k < RESULT_KINDS; k++)
		n += r->fresh[k].count;
	return n;
}

/* Chats that took a message which they had not taken before: whoever was out of reach is back. */
static void put_reached(const struct result_list *sent, struct db_plan *plan, struct arena *a)
{
	int64_t *chats = ARENA_ARRAY(a, int64_t, sent->count);
	size_t count = 0;
	for (size_t i = 0; i < sent->count; i++)
		if (sent->items[i].attempts > 1)
			chats[count++] = sent->items[i].chat_id;
	reps_reachable(plan, a, chats, count);
}

/* Prospects among those who refused are known to do so from now on. */
static void put_refused(const struct result_list *gone, struct db_plan *plan, struct arena *a)
{
	struct refused_row *rows = ARENA_ARRAY(a, struct refused_row, gone->count);
	for (size_t i = 0; i < gone->count; i++)
		rows[i] = (struct refused_row){gone->items[i].chat_id,
		    reach_name(reach_of_refusal(gone->items[i].error)), gone->items[i].error};
	timers_refused(plan, a, rows, gone->count);
}

void results_put(
    struct results *r, struct db_plan *plan, struct arena *a, bool with_gone, int64_t grace_s)
{
	struct result_list *w = r->writing;
	for (int k = 0; k < RESULT_KINDS; k++) {
		if (k == RESULT_GONE && !with_gone)
			continue;
		assert(w[k].count == 0);
		struct result_list empty = w[k];
		w[k] = r->fresh[k];
		r->fresh[k] = empty;
	}
	r->steps[RESULT_SENT] = outbox_sent(plan, a, w[RESULT_SENT].items, w[RESULT_SENT].count);
	r->steps[RESULT_LATER] =
	    outbox_reschedule(plan, a, w[RESULT_LATER].items, w[RESULT_LATER].count);
	r->steps[RESULT_FAILED] =
	    outbox_failed(plan, a, w[RESULT_FAILED].items, w[RESULT_FAILED].count);
	r->steps[RESULT_GONE] =
	    outbox_unreachable(plan, a, w[RESULT_GONE].items, w[RESULT_GONE].count, grace_s);
	put_refused(&w[RESULT_GONE], plan, a);
	put_reached(&w[RESULT_SENT], plan, a);
}

/* Those whose rows an open transaction of somebody holds: nobody else's wait for them. */
static void put_aside_locked(struct results *r, int k, const struct db_reply *reply)
{
	if (r->steps[k] == OUTBOX_NO_STEP || PQntuples(reply->results[r->steps[k]]) == 0)
		return;
	const struct result_list *list = &r->writing[k];
	for (size_t i = 0; i < list->count; i++)
		if (outbox_is_left(reply->results[r->steps[k]], list->items[i].id))
			add(&r->locked[k], list->items[i]);
}

void results_written(struct results *r, const struct db_reply *reply)
{
	for (int k = 0; k < RESULT_KINDS; k++) {
		if (reply->err != ERR_OK) {
			move(&r->writing[k], &r->fresh[k]);
			continue;
		}
		if (r->writing[k].count > 0)
			put_aside_locked(r, k, reply);
		clear(&r->writing[k]);
	}
}

void results_retry_locked(struct results *r)
{
	for (int k = 0; k < RESULT_KINDS; k++)
		move(&r->locked[k], &r->fresh[k]);
}

void results_discard(struct results *r)
{
	for (int k = 0; k < RESULT_KINDS; k++) {
		clear(&r->locked[k]);
		if (k != RESULT_SENT)
			clear(&r->fresh[k]);
	}
}

void results_finish(struct results *r)
{
	for (int k = 0; k < RESULT_KINDS; k++) {
		clear(&r->fresh[k]);
		clear(&r->writing[k]);
		clear(&r->locked[k]);
		free(r->fresh[k].items);
		free(r->writing[k].items);
		free(r->locked[k].items);
	}
}
