#include "salesreg/sandbox/stream.h"
#include "salesreg/base/clock.h"
#include "salesreg/http/sse.h"
#include "salesreg/sandbox/answer.h"
#include "salesreg/sandbox/google/google.h"
#include "salesreg/sandbox/model.h"
#include <stdlib.h>
#include <string.h>

enum {
	WATCHERS_MAX = 50,
	PEOPLE_MAX = 50,
	PEOPLE_LOOKED_AT_MAX = 5000, /* a simulation may have made very many */
	TICK_MS = 500,
	ASK_TICKS = 2,         /* the system, once a second */
	KEEP_ALIVE_TICKS = 30, /* proxies end what is silent */
	TEXT_MAX = 16 * 1024 * 1024
};
/* how long a bot may be busy between two polls until it counts as gone, when nobody has watched it before */
static const int64_t BUSY_US = 2 * 1000 * 1000;

struct stream {
	struct sandbox *sandbox;
	uint64_t instance;
	struct http_sse sse;
	uv_timer_t timer;
	uint64_t ticks;
	bool asked;                             /* the provider has not told yet */
	struct buf bot, people, google, system; /* what was sent last */
	struct buf fresh;                       /* what is being made */
	/* a bot between two polls is alive: it is gone when nothing moves from one tick to the next */
	int64_t poll_seen_us;
	bool was_running;
};

/* Nobody watches any more. */
static void rest(void *data)
{
	struct stream *stream = data;
	const struct sandbox_system *system = &stream->sandbox->system;
	(void)uv_timer_stop(&stream->timer);
	stream->asked = false;
	buf_clear(&stream->system);
	if (system->rest)
		system->rest(system->data);
}

struct stream *stream_create(struct sandbox *s)
{
	struct stream *stream = calloc(1, sizeof *stream);
	if (!stream)
		abort();
	stream->sandbox = s;
	stream->instance = clock_random(); /* not the seeded one: ids must stay repeatable */
	http_sse_init(&stream->sse, WATCHERS_MAX, TEXT_MAX, rest, stream);
	buf_init(&stream->bot, TEXT_MAX);
	buf_init(&stream->people, TEXT_MAX);
	buf_init(&stream->google, TEXT_MAX);
	buf_init(&stream->system, TEXT_MAX);
	buf_init(&stream->fresh, TEXT_MAX);
	(void)uv_timer_init(s->loop, &stream->timer);
	stream->timer.data = stream;
	return stream;
}

static void on_timer_closed(uv_handle_t *handle)
{
	struct stream *stream = handle->data;
	buf_finish(&stream->bot);
	buf_finish(&stream->people);
	buf_finish(&stream->google);
	buf_finish(&stream->system);
	buf_finish(&stream->fresh);
	http_sse_finish(&stream->sse);
	free(stream);
}

void stream_destroy(struct stream *stream)
{
	rest(stream);
	uv_close((uv_handle_t *)&stream->timer, on_timer_closed);
}

bool stream_is_watched(const struct stream *stream)
{
	return stream->sse.count > 0;
}

bool stream_on_closed(struct sandbox *s, struct http_exchange *x)
{
	return http_sse_on_closed(&s->stream->sse, x);
}

/* --- what there is to say --- */

static bool is_running(struct stream *stream, const struct bot *bot)
{
	const struct updates *u = &bot->updates;
	bool moved = u->previous_start_us != stream->poll_seen_us;
	return bot->token && (u->held || moved || stream->was_running);
}

static void write_bot_state(struct stream *stream, struct buf *out)
{
	struct bot *bot = bot_of_id(stream->sandbox, 0);
	bool running = is_running(stream, bot);
	buf_addf(out, "{\"id\":%lld,\"username\":", (long long)bot->id);
	write_string(out, bot->username ? bot->username : stream->sandbox->username);
	buf_addf(out, ",\"running\":%s,\"webhook\":%s,\"commands\":[", running ? "true" : "false",
	    bot->webhook_url ? "true" : "false");
	const char *comma = "";
	for (size_t i = 0; i < bot->command_list_count; i++) {
		const struct command_list *list = &bot->commands[i];
		if (!list->commands || !strstr(list->scope, "\"default\""))
			continue;
		buf_addf(out, "%s{\"language_code\":", comma);
		write_string(out, list->language_code);
		buf_addf(out, ",\"commands\":%s}", list->commands);
		comma = ",";
	}
	buf_adds(out, "]}");
}

static void write_people(struct stream *stream, struct buf *out)
{
	struct sandbox *s = stream->sandbox;
	const struct bot *bot = bot_of_id(s, 0);
	int listed = 0, looked = 0;
	buf_addc(out, '[');
	for (struct map_slot *slot = NULL; listed < PEOPLE_MAX && looked < PEOPLE_LOOKED_AT_MAX &&
					   (slot = map_next(&s->users, slot));
	     looked++) {
		const struct user *user = slot->value.pointer;
		const struct chat *chat = chat_find(bot, user->id);
		if (chat && chat->simulated)
			continue;
		if (listed++ > 0)
			buf_addc(out, ',');
		write_user(out, user);
	}
	buf_addc(out, ']');
}

static void write_google(struct stream *stream, struct buf *out)
{
	google_write_news(stream->sandbox->google, out);
}

/* True: `last` was something else, and now is this. */
static bool renew(
    struct stream *stream, struct buf *last, void (*write)(struct stream *stream, struct buf *out))
{
	struct buf *fresh = &stream->fresh;
	buf_clear(fresh);
	write(stream, fresh);
	if (fresh->size == last->size && memcmp(fresh->data, last->data, last->size) == 0)
		return false;
	buf_clear(last);
	buf_add(last, fresh->data, fresh->size);
	return true;
}

void stream_look(struct sandbox *s)
{
	struct stream *stream = s->stream;
	if (stream->sse.count == 0)
		return;
	if (renew(stream, &stream->bot, write_bot_state))
		http_sse_broadcast(&stream->sse, "bot", &stream->bot);
	if (stream->sse.count > 0 && renew(stream, &stream->people, write_people))
		http_sse_broadcast(&stream->sse, "people", &stream->people);
	if (stream->sse.count > 0 && renew(stream, &stream->google, write_google))
		http_sse_broadcast(&stream->sse, "google", &stream->google);
}

static void ask(struct stream *stream)
{
	const struct sandbox_system *system = &stream->sandbox->system;
	if (!system->ask || stream->asked || stream->sse.count == 0)
		return;
	stream->asked = true;
	system->ask(system->data);
}

void sandbox_system_told(struct sandbox *s, const char *json, const char *problem)
{
	struct stream *stream = s->stream;
	struct buf *fresh = &stream->fresh;
	stream->asked = false;
	if (stream->sse.count == 0)
		return;
	buf_clear(fresh);
	if (json) {
		buf_adds(fresh, json);
	} else {
		buf_adds(fresh, "{\"problem\":");
		write_string(fresh, problem);
		buf_addc(fresh, '}');
	}
	if (fresh->size == stream->system.size &&
	    memcmp(fresh->data, stream->system.data, fresh->size) == 0)
		return;
	buf_clear(&stream->system);
	buf_add(&stream->system, fresh->data, fresh->size);
	http_sse_broadcast(&stream->sse, "system", &stream->system);
}

static void on_tick(uv_timer_t *timer)
{
	struct stream *stream = timer->data;
	const struct updates *u = &bot_of_id(stream->sandbox, 0)->updates;
	stream->ticks++;
	stream_look(stream->sandbox);
	stream->was_running = u->held || u->previous_start_us != stream->poll_seen_us;
	stream->poll_seen_us = u->previous_start_us;
	if (stream->ticks % ASK_TICKS == 0)
		ask(stream);
	if (stream->ticks % KEEP_ALIVE_TICKS == 0) {
		http_sse_keep_alive(&stream->sse);
	}
}

/* --- watchers --- */

static void wake(struct stream *stream)
{
	const struct updates *u = &bot_of_id(stream->sandbox, 0)->updates;
	int64_t since_us = sandbox_now_us(stream->sandbox) - u->previous_start_us;
	stream->poll_seen_us = u->previous_start_us;
	stream->was_running = u->held || since_us < BUSY_US;
	(void)uv_timer_start(&stream->timer, on_tick, TICK_MS, TICK_MS);
}

static void greet(struct stream *stream, struct http_sse_watcher *w)
{
	struct buf *fresh = &stream->fresh;
	(void)renew(stream, &stream->bot, write_bot_state);
	(void)renew(stream, &stream->people, write_people);
	(void)renew(stream, &stream->google, write_google);
	buf_clear(fresh);
	buf_addf(fresh, "{\"instance\":\"%016llx\",\"bot\":", (unsigned long long)stream->instance);
	buf_add(fresh, stream->bot.data, stream->bot.size);
	buf_adds(fresh, ",\"people\":");
	buf_add(fresh, stream->people.data, stream->people.size);
	buf_adds(fresh, ",\"google\":");
	buf_add(fresh, stream->google.data, stream->google.size);
	buf_addf(fresh, ",\"system\":%s,\"prospects\":%s,\"admin\":%lld,\"kept\":%s}",
	    stream->sandbox->system.ask ? "true" : "false",
	    stream->sandbox->system.add ? "true" : "false",
	    (long long)stream->sandbox->system.admin, stream->sandbox->keep ? "true" : "false");
	if (http_sse_send(&stream->sse, w, "hello", fresh) && stream->system.size > 0)
		(void)http_sse_send(&stream->sse, w, "system", &stream->system);
}

void stream_start(struct sandbox *s, struct http_exchange *x)
{
	struct stream *stream = s->stream;
	bool first = stream->sse.count == 0;
	struct http_sse_watcher *w = http_sse_add(&stream->sse, x);
	if (!w) {
		answer_fail(s, x, 503, "too many pages watch already");
		return;
	}
	if (first)
		wake(stream);
	greet(stream, w);
	ask(stream);
}

/* --- chats --- */

void stream_write_entry(struct buf *out, const struct chat *chat, const struct message *m)
{
	static const char inline_keyboard[] = "{\"inline_keyboard\"";
	buf_addf(out, "{\"from_bot\":%s,\"message\":", m->from_bot ? "true" : "false");
	write_message(out, chat, m);
	if (m->markup && strncmp(m->markup, inline_keyboard, sizeof inline_keyboard - 1) != 0)
		buf_addf(out, ",\"keyboard\":%s", m->markup);
	buf_addc(out, '}');
}

void stream_publish(
    struct sandbox *s, const struct chat *chat, const struct event *e, int64_t message_id)
{
	struct stream *stream = s->stream;
	struct buf *fresh = &stream->fresh;
	if (chat->kind != CHAT_PRIVATE || chat->bot != s->first_bot)
		return;
	const struct message *m = message_id ? message_find(chat, message_id) : NULL;
	buf_clear(fresh);
	buf_addf(fresh, "{\"seq\":%lld,", (long long)e->seq);
	buf_add(fresh, e->json, e->size);
	if (m) {
		buf_adds(fresh, ",\"entry\":");
		stream_write_entry(fresh, chat, m);
	}
	buf_addc(fresh, '}');
	http_sse_broadcast(&stream->sse, "chat", fresh);
}
