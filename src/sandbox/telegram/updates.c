#include "salesreg/sandbox/telegram/updates.h"
#include "salesreg/base/text.h"
#include "salesreg/sandbox/hold.h"
#include "salesreg/sandbox/model.h"
#include "salesreg/sandbox/telegram/call.h"
#include <stdlib.h>
#include <string.h>

enum {
	QUEUE_MAX = 100000,
	ANSWER_MAX_BYTES = 4 * 1024 * 1024,
	LIMIT_MAX = 100,
	TIMEOUT_MAX_S = 50,
	OFFSET_SLACK = 10,
	FIRST_CAPACITY = 64,
};
static const int64_t SECOND_US = 1000000;
static const int64_t CALLBACK_TTL_S = 150;
static const int64_t MESSAGE_TTL_S = 24 * 3600;

static struct update *at(const struct updates *u, size_t i)
{
	return &u->ring[(u->head + i) & (u->capacity - 1)];
}

const struct update *updates_at(const struct updates *u, size_t i)
{
	return at(u, i);
}

static void pop(struct updates *u)
{
	free(at(u, 0)->json);
	u->head = (u->head + 1) & (u->capacity - 1);
	u->count--;
}

void updates_drop_all(struct updates *u)
{
	while (u->count > 0)
		pop(u);
}

void updates_finish(struct updates *u)
{
	updates_drop_all(u);
	free(u->ring);
	u->ring = NULL;
	u->capacity = 0;
}

static void grow(struct updates *u)
{
	size_t capacity = u->capacity ? u->capacity * 2 : FIRST_CAPACITY;
	struct update *ring = calloc(capacity, sizeof *ring);
	if (!ring)
		abort();
	for (size_t i = 0; i < u->count; i++)
		ring[i] = *at(u, i);
	free(u->ring);
	u->ring = ring;
	u->capacity = capacity;
	u->head = 0;
}

bool updates_is_allowed(const struct updates *u, enum update_kind kind)
{
	return u->allowed & (UINT32_C(1) << kind);
}

int64_t updates_add(struct bot *bot, enum update_kind kind, const char *json, size_t size)
{
	struct updates *u = &bot->updates;
	struct sandbox *s = bot->sandbox;
	if (!updates_is_allowed(u, kind)) {
		s->stats.updates_filtered++;
		return 0;
	}
	if (u->count >= QUEUE_MAX) {
		s->stats.updates_dropped++;
		return 0;
	}
	if (u->count == u->capacity)
		grow(u);
	int64_t ttl_s = kind == UPDATE_CALLBACK_QUERY ? CALLBACK_TTL_S : MESSAGE_TTL_S;
	struct update *update = at(u, u->count);
	*update = (struct update){.id = u->next_id++,
	    .expires_us = sandbox_now_us(s) + ttl_s * SECOND_US,
	    .json = malloc(size + 1),
	    .size = size};
	if (!update->json)
		abort();
	memcpy(update->json, json, size);
	update->json[size] = '\0';
	u->count++;
	s->stats.updates_added++;
	if (u->held)
		hold_wake(s, &u->hold);
	return update->id;
}

int64_t updates_add_bytes(struct bot *bot, const char *bytes, size_t size, bool whole)
{
	int64_t id = updates_add(bot, UPDATE_MESSAGE, bytes, size);
	if (id)
		at(&bot->updates, bot->updates.count - 1)->whole = whole;
	return id;
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = c ? strchr(digits, c) : NULL;
	return found ? (int)(found - digits) : -1;
}

int64_t updates_add_hex(struct bot *bot, struct arena *a, const char *hex, bool whole)
{
	size_t size = hex ? strlen(hex) / 2 : 0;
	if (size == 0 || strlen(hex) % 2 != 0)
		return -1;
	char *bytes = arena_alloc(a, size);
	for (size_t i = 0; i < size; i++) {
		int high = hex_digit(hex[2 * i]), low = hex_digit(hex[2 * i + 1]);
		if (high < 0 || low < 0)
			return -1;
		bytes[i] = (char)(high * 16 + low);
	}
	return updates_add_bytes(bot, bytes, size, whole);
}

size_t updates_pending(struct bot *bot)
{
	struct updates *u = &bot->updates;
	int64_t now_us = sandbox_now_us(bot->sandbox);
	size_t pending = 0;
	for (size_t i = 0; i < u->count; i++)
		pending += at(u, i)->expires_us > now_us;
	return pending;
}

/* --- getUpdates --- */

static void confirm(struct bot *bot, int64_t offset)
{
	struct updates *u = &bot->updates;
	size_t before = u->count;
	if (offset < 0) {
		uint64_t keep = (uint64_t)-offset;
		while (u->count > keep)
			pop(u);
	} else if (offset <= u->next_id + OFFSET_SLACK) {
		while (u->count > 0 && at(u, 0)->id < offset)
			pop(u);
	}
	bot->sandbox->stats.updates_confirmed += (int64_t)(before - u->count);
}

static void drop_expired(struct bot *bot)
{
	struct updates *u = &bot->updates;
	int64_t now_us = sandbox_now_us(bot->sandbox);
	while (u->count > 0 && at(u, 0)->expires_us <= now_us)
		pop(u);
}

static void write_update(struct buf *out, const struct update *update, bool comma)
{
	if (comma)
		buf_addc(out, ',');
	if (update->whole) {
		buf_add(out, update->json, update->size);
		return;
	}
	buf_adds(out, "{\"update_id\":");
	buf_add_i64(out, update->id);
	buf_addc(out, ',');
	buf_add(out, update->json, update->size);
	buf_addc(out, '}');
}

static void answer(struct call *call, int limit)
{
	struct updates *u = &call->bot->updates;
	struct buf *out = call_begin(call);
	int64_t now_us = sandbox_now_us(call->sandbox);
	buf_addc(out, '[');
	int sent = 0;
	for (size_t i = 0; i < u->count && sent < limit; i++) {
		const struct update *update = at(u, i);
		if (update->expires_us <= now_us)
			continue;
		if (sent > 0 && out->size + update->size > ANSWER_MAX_BYTES)
			break;
		write_update(out, update, sent > 0);
		sent++;
	}
	buf_addc(out, ']');
	call->sandbox->stats.updates_sent += sent;
	call_end(call);
}

static void on_due(struct sandbox *s, struct hold *hold)
{
	(void)s;
	struct bot *bot = hold->owner;
	bot->updates.held = false;
	drop_expired(bot);
	answer(&bot->updates.call, bot->updates.limit);
}

static void on_gone(struct sandbox *s, struct hold *hold)
{
	struct bot *bot = hold->owner;
	bot->updates.held = false;
	s->stats.polls_lost++;
}

void updates_abort_poll(struct bot *bot, enum sandbox_error error)
{
	struct updates *u = &bot->updates;
	if (!u->held)
		return;
	u->held = false;
	hold_stop(bot->sandbox, &u->hold);
	bot->sandbox->stats.conflicts++;
	call_fail(&u->call, error);
}

static enum sandbox_error set_allowed(struct updates *u, const json_t *list)
{
	if (!json_is_array(list))
		return SANDBOX_ALLOWED_UPDATES_INVALID;
	uint32_t bits = 0;
	size_t i;
	json_t *name;
	json_array_foreach (list, i, name) {
		if (!json_is_string(name))
			return SANDBOX_ALLOWED_UPDATES_INVALID;
		bits |= UINT32_C(1) << update_kind_of(json_string_value(name));
	}
	u->allowed = bits ? bits : UPDATE_KINDS_DEFAULT;
	return SANDBOX_OK;
}

enum sandbox_error updates_set_allowed(struct updates *u, const struct http_params *params)
{
	const char *text = http_params_text(params, "allowed_updates");
	if (!text || text[0] == '\0')
		return SANDBOX_OK;
	json_t *list = json_loads(text, 0, NULL);
	enum sandbox_error error = set_allowed(u, list);
	json_decref(list);
	return error;
}

void updates_write_allowed(const struct updates *u, struct buf *out)
{
	const char *before = "[\"";
	for (int k = 0; k < UPDATE_KIND_COUNT; k++) {
		if (!(u->allowed & (UINT32_C(1) << k)))
			continue;
		buf_adds(out, before);
		buf_adds(out, update_kind_name((enum update_kind)k));
		before = "\",\"";
	}
	buf_adds(out, "\"]");
}

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
	return value < low ? low : value > high ? high : value;
}

void method_get_updates(struct call *call)
{
	struct bot *bot = call->bot;
	struct updates *u = &bot->updates;
	struct sandbox *s = call->sandbox;
	if (bot->webhook_url) {
		s->stats.conflicts++;
		call_fail(call, SANDBOX_CONFLICT_WEBHOOK);
		return;
	}
	enum sandbox_error error = updates_set_allowed(u, call->params);
	if (error) {
		call_fail(call, error);
		return;
	}
	int64_t offset =
	    clamp(http_params_i64(call->params, "offset", 0, NULL), INT32_MIN, INT32_MAX);
	int limit =
	    (int)clamp(http_params_i64(call->params, "limit", LIMIT_MAX, NULL), 1, LIMIT_MAX);
	int64_t timeout_s =
	    clamp(http_params_i64(call->params, "timeout", 0, NULL), 0, TIMEOUT_MAX_S);
	int64_t now_us = sandbox_now_us(s);
	if (offset == u->previous_offset) {
		if (timeout_s < 3 && now_us < u->previous_start_us + 3 * SECOND_US)
			timeout_s = 3;
		if (now_us < u->previous_start_us + SECOND_US / 2)
			limit = 1;
	}
	u->previous_offset = offset;
	u->previous_start_us = now_us;
	updates_abort_poll(bot, SANDBOX_CONFLICT_POLL);
	confirm(bot, offset);
	drop_expired(bot);
	if (u->count > 0 || timeout_s == 0) {
		answer(call, limit);
		return;
	}
	u->held = true;
	u->call = *call;
	u->call.params = NULL; /* lives only during this request's callback */
	u->limit = limit;
	u->offset = offset;
	u->hold = (struct hold){.exchange = call->exchange,
	    .due_us = now_us + timeout_s * SECOND_US,
	    .owner = bot,
	    .due = on_due,
	    .gone = on_gone};
	hold_start(s, &u->hold);
}
