#include "salesreg/sandbox/transcript.h"
#include "salesreg/base/clock.h"
#include "salesreg/sandbox/answer.h"
#include "salesreg/sandbox/hold.h"
#include "salesreg/sandbox/model.h"
#include "salesreg/sandbox/stream.h"
#include <stdlib.h>
#include <string.h>

enum { LIMIT_DEFAULT = 1000, WAIT_MAX_MS = 600000 };

struct query {
	int64_t chat, bot; /* 0: any */
	int64_t after, want;
	int64_t limit;
};

struct waiter {
	TAILQ_ENTRY(waiter) entry;
	struct hold hold;
	struct query query;
	int64_t have;
};

void transcript_init(struct transcript *t)
{
	*t = (struct transcript){0};
	TAILQ_INIT(&t->events);
	TAILQ_INIT(&t->waiters);
}

static void drop_oldest(struct transcript *t)
{
	struct event *e = TAILQ_FIRST(&t->events);
	TAILQ_REMOVE(&t->events, e, entry);
	t->count--;
	t->bytes -= e->size;
	free(e);
}

void transcript_finish(struct transcript *t)
{
	while (t->count > 0)
		drop_oldest(t);
}

static bool matches(const struct query *q, const struct event *e)
{
	return e->seq > q->after && (q->chat == 0 || q->chat == e->chat) &&
	       (q->bot == 0 || q->bot == e->bot);
}

void transcript_add(struct sandbox *s, const struct chat *chat, const char *kind,
    int64_t message_id, const char *members)
{
	if (chat->simulated)
		return;
	struct transcript *t = &s->transcript;
	struct buf head;
	buf_init(&head, 1024);
	buf_addf(&head, "\"time\":%lld,\"bot\":%lld,\"chat\":%lld,\"kind\":\"%s\"",
	    (long long)clock_wall_us(), (long long)chat->bot->id, (long long)chat->id, kind);
	if (message_id)
		buf_addf(&head, ",\"message_id\":%lld", (long long)message_id);
	if (*members)
		buf_addc(&head, ',');
	size_t tail = strlen(members);
	struct event *e = malloc(sizeof *e + head.size + tail + 1);
	if (!e)
		abort();
	*e = (struct event){
	    .seq = ++t->last_seq, .bot = chat->bot->id, .chat = chat->id, .size = head.size + tail};
	memcpy(e->json, head.data, head.size);
	memcpy(e->json + head.size, members, tail + 1);
	buf_finish(&head);
	TAILQ_INSERT_TAIL(&t->events, e, entry);
	t->count++;
	t->bytes += e->size;
	while (
	    t->count > 1 && (t->count > TRANSCRIPT_EVENTS_MAX || t->bytes > TRANSCRIPT_BYTES_MAX))
		drop_oldest(t);
	if (stream_is_watched(s->stream))
		stream_publish(s, chat, e, message_id);
	struct waiter *w;
	TAILQ_FOREACH (w, &t->waiters, entry)
		if (matches(&w->query, e) && ++w->have >= w->query.want)
			hold_wake(s, &w->hold);
}

void transcript_restore(
    struct transcript *t, int64_t seq, int64_t bot, int64_t chat, const char *json)
{
	size_t size = strlen(json);
	struct event *e = malloc(sizeof *e + size + 1);
	if (!e)
		abort();
	*e = (struct event){.seq = seq, .bot = bot, .chat = chat, .size = size};
	memcpy(e->json, json, size + 1);
	TAILQ_INSERT_TAIL(&t->events, e, entry);
	t->count++;
	t->bytes += size;
	t->last_seq = seq;
}

/* Calls nothing, counts the newer ones; *first is the oldest of them. */
static int64_t count_newer(
    const struct transcript *t, const struct query *q, const struct event **first)
{
	int64_t have = 0;
	const struct event *e;
	*first = NULL;
	TAILQ_FOREACH_REVERSE(e, &t->events, event_list, entry)
	{
		if (e->seq <= q->after)
			break;
		if (matches(q, e)) {
			*first = e;
			have++;
		}
	}
	return have;
}

static void answer(struct sandbox *s, struct http_exchange *x, const struct query *q)
{
	struct buf *out = &s->out;
	const struct event *first;
	int64_t have = count_newer(&s->transcript, q, &first), sent = 0;
	int64_t last_seq = s->transcript.last_seq;
	buf_clear(out);
	buf_addf(
	    out, "{\"ok\":true,\"enough\":%s,\"events\":[", have >= q->want ? "true" : "false");
	for (const struct event *e = first; e; e = TAILQ_NEXT(e, entry)) {
		if (!matches(q, e))
			continue;
		if (sent == q->limit) {
			last_seq = e->seq - 1;
			break;
		}
		buf_addf(out, "%s{\"seq\":%lld,", sent++ > 0 ? "," : "", (long long)e->seq);
		buf_add(out, e->json, e->size);
		buf_addc(out, '}');
	}
	buf_addf(out, "],\"last_seq\":%lld}", (long long)last_seq);
	answer_send(s, x, 200);
}

static void on_due(struct sandbox *s, struct hold *hold)
{
	struct waiter *w = hold->owner;
	TAILQ_REMOVE(&s->transcript.waiters, w, entry);
	answer(s, hold->exchange, &w->query);
	free(w);
}

static void on_gone(struct sandbox *s, struct hold *hold)
{
	struct waiter *w = hold->owner;
	TAILQ_REMOVE(&s->transcript.waiters, w, entry);
	free(w);
}

void transcript_handle(struct sandbox *s, struct http_exchange *x)
{
	int64_t wait_ms = answer_query_i64(x, "wait_ms", 0);
	struct query q = {.chat = answer_query_i64(x, "user", answer_query_i64(x, "chat", 0)),
	    .bot = answer_query_i64(x, "bot", 0),
	    .after = answer_query_i64(x, "after", 0),
	    .want = answer_query_i64(x, "min", 1),
	    .limit = answer_query_i64(x, "limit", LIMIT_DEFAULT)};
	const struct event *first;
	int64_t have = count_newer(&s->transcript, &q, &first);
	if (have >= q.want || wait_ms <= 0) {
		answer(s, x, &q);
		return;
	}
	struct waiter *w = calloc(1, sizeof *w);
	if (!w)
		abort();
	w->query = q;
	w->have = have;
	if (wait_ms > WAIT_MAX_MS)
		wait_ms = WAIT_MAX_MS;
	w->hold = (struct hold){.exchange = x,
	    .due_us = sandbox_now_us(s) + wait_ms * 1000,
	    .owner = w,
	    .due = on_due,
	    .gone = on_gone};
	TAILQ_INSERT_TAIL(&s->transcript.waiters, w, entry);
	hold_start(s, &w->hold);
}
