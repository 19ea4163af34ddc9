#include "load.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/json.h"
#include "salesreg/sandbox/acts.h"
#include "salesreg/sandbox/answer.h"
#include "salesreg/sandbox/hold.h"
#include "salesreg/sandbox/model.h"
#include "salesreg/sandbox/telegram/entities.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	USERS_MAX = 1000000,
	LINES_MAX = 64,
	LINE_BYTES_MAX = 1024,
	/* latencies: 32 steps in every doubling, so a percentile is right within 3 % */
	STEPS = 32,
	STEP_BITS = 5,
	BINS = 64 * STEPS,
};
static const int64_t FIRST_ID = 2000000000;

struct line {
	char *text; /* before {n}; or the prefix of the button's data */
	char *tail; /* after {n}; NULL: there is no {n} */
	bool button;
};

struct load_user {
	struct chat *chat;
	uint32_t number;
	uint16_t line;    /* the next to send */
	uint16_t replies; /* since the last line */
	int64_t sent_us;
};

struct load {
	struct bot *bot;
	struct line lines[LINES_MAX];
	size_t line_count;
	struct load_user *users;
	uint32_t user_count, concurrency, started, done, stuck;
	uint16_t replies_per_line;
	int64_t updates, replies, began_us, ended_us, began_cpu_us, ended_cpu_us;
	int64_t max_us;
	uint32_t bins[BINS];
	struct hold waiting;
	bool has_waiting;
	int64_t first_id;
	char *language_code;
};

/* --- latencies --- */

static size_t bin_of(int64_t us)
{
	uint64_t v = us < 0 ? 0 : (uint64_t)us;
	if (v < STEPS)
		return (size_t)v;
	int shift = 63 - __builtin_clzll(v) - STEP_BITS;
	return (size_t)(shift + 1) * STEPS + (size_t)((v >> shift) - STEPS);
}

static int64_t bin_value(size_t bin)
{
	if (bin < STEPS)
		return (int64_t)bin;
	size_t shift = bin / STEPS - 1;
	return (int64_t)((bin % STEPS + STEPS) << shift);
}

static int64_t percentile(const struct load *load, double share)
{
	int64_t left = (int64_t)((double)load->replies * share);
	for (size_t i = 0; i < BINS; i++) {
		left -= load->bins[i];
		if (left < 0 || (left == 0 && load->bins[i] > 0))
			return bin_value(i);
	}
	return 0;
}

/* --- the users --- */

static void render(const struct load *load, const struct load_user *u, char *out, size_t size)
{
	const struct line *line = &load->lines[u->line];
	if (line->tail)
		(void)snprintf(out, size, "%s%u%s", line->text, u->number, line->tail);
	else
		(void)snprintf(out, size, "%s", line->text);
}

static void finish(struct sandbox *s)
{
	struct load *load = s->extension_data;
	load->ended_us = clock_monotonic_us();
	load->ended_cpu_us = clock_cpu_us();
	if (load->has_waiting)
		hold_wake(s, &load->waiting);
}

/* Sends the next line. False: the user is done. */
static bool say_next(struct sandbox *s, struct load_user *u)
{
	struct load *load = s->extension_data;
	char text[LINE_BYTES_MAX + 16];
	if (u->line == load->line_count)
		return false;
	render(load, u, text, sizeof text);
	u->sent_us = clock_monotonic_us();
	u->replies = 0;
	if (load->lines[u->line].button) {
		u->line++;
		if (act_press(u->chat, text) == 0) {
			load->stuck++;
			return false;
		}
	} else {
		struct arena arena;
		struct formatted f = {0};
		arena_init(&arena, 1024 * 1024);
		entities_detect(&arena, text, &f);
		u->line++;
		act_text(u->chat, text, f.entities);
		arena_finish(&arena);
	}
	load->updates++;
	return true;
}

static void begin_user(struct sandbox *s)
{
	struct load *load = s->extension_data;
	struct load_user *u = &load->users[load->started];
	char name[32];
	u->number = load->started++;
	int64_t id = load->first_id + u->number;
	(void)snprintf(name, sizeof name, "Load %u", u->number);
	struct user *user = user_put(s, id, name, NULL, load->language_code);
	u->chat = chat_put_private(load->bot, user);
	u->chat->simulated = u;
	if (!say_next(s, u))
		load->done++;
}

/* As many at once as asked for; ends the load after the last. */
static void begin_users(struct sandbox *s)
{
	struct load *load = s->extension_data;
	while (load->started < load->user_count && load->started - load->done < load->concurrency)
		begin_user(s);
	if (load->done == load->user_count && load->ended_us == 0)
		finish(s);
}

static void load_on_reply(struct chat *chat)
{
	struct sandbox *s = chat->bot->sandbox;
	struct load *load = s->extension_data;
	struct load_user *u = chat->simulated;
	if (++u->replies == 1) {
		int64_t us = clock_monotonic_us() - u->sent_us;
		load->replies++;
		load->bins[bin_of(us)]++;
		if (us > load->max_us)
			load->max_us = us;
	}
	if (u->replies != load->replies_per_line || u->line > load->line_count)
		return;
	if (say_next(s, u))
		return;
	u->line = UINT16_MAX; /* whatever else comes is not for us */
	load->done++;
	begin_users(s);
}

/* --- control --- */

static char *copy(const char *s, size_t n)
{
	char *c = strndup(s, n);
	if (!c)
		abort();
	return c;
}

static const char *read_line(struct line *line, const char *text)
{
	static const char button[] = "{button:";
	size_t n = strlen(text);
	if (n == 0 || n > LINE_BYTES_MAX)
		return "a line must have 1 to 1024 bytes";
	if (strncmp(text, button, sizeof button - 1) == 0 && text[n - 1] == '}') {
		line->button = true;
		text += sizeof button - 1;
		n -= sizeof button;
	}
	const char *mark = memmem(text, n, "{n}", 3);
	line->text = copy(text, mark ? (size_t)(mark - text) : n);
	if (mark)
		line->tail = copy(mark + 3, (size_t)(text + n - mark - 3));
	return NULL;
}

static const char *read_script(struct load *load, const json_t *script)
{
	size_t i;
	json_t *line;
	if (json_array_size(script) == 0 || json_array_size(script) > LINES_MAX)
		return "script must have 1 to 64 lines";
	json_array_foreach (script, i, line) {
		const char *text = json_string_value(line);
		const char *wrong = text ? read_line(&load->lines[load->line_count], text)
					 : "a line must be a string";
		if (wrong)
			return wrong;
		load->line_count++;
	}
	return NULL;
}

static void load_free(struct load *load)
{
	for (size_t i = 0; i < load->line_count; i++) {
		free(load->lines[i].text);
		free(load->lines[i].tail);
	}
	free(load->users);
	free(load->language_code);
	free(load);
}

static void write_progress(struct sandbox *s, struct http_exchange *x)
{
	const struct load *load = s->extension_data;
	bool done = load->ended_us != 0;
	int64_t until_us = done ? load->ended_us : clock_monotonic_us();
	int64_t until_cpu_us = done ? load->ended_cpu_us : clock_cpu_us();
	struct buf *out = &s->out;
	buf_clear(out);
	buf_addf(out,
	    "{\"ok\":true,\"done\":%s,\"users\":%u,\"users_done\":%u,\"stuck\":%u,"
	    "\"updates\":%lld,\"replies\":%lld,\"elapsed_us\":%lld,"
	    "\"latency_us\":{\"p50\":%lld,\"p99\":%lld,\"max\":%lld},\"cpu_us\":%lld}",
	    done ? "true" : "false", load->user_count, load->done, load->stuck,
	    (long long)load->updates, (long long)load->replies,
	    (long long)(until_us - load->began_us), (long long)percentile(load, 0.5),
	    (long long)percentile(load, 0.99), (long long)load->max_us,
	    (long long)(until_cpu_us - load->began_cpu_us));
	answer_send(s, x, 200);
}

static void on_due(struct sandbox *s, struct hold *hold)
{
	((struct load *)s->extension_data)->has_waiting = false;
	write_progress(s, hold->exchange);
}

static void on_gone(struct sandbox *s, struct hold *hold)
{
	(void)hold;
	((struct load *)s->extension_data)->has_waiting = false;
}

static void load_destroy(struct sandbox *s)
{
	struct load *load = s->extension_data;
	if (!load)
		return;
	if (load->has_waiting) {
		struct http_exchange *x = load->waiting.exchange;
		hold_stop(s, &load->waiting);
		write_progress(s, x);
	}
	for (uint32_t i = 0; i < load->started; i++)
		load->users[i].chat->simulated = NULL;
	load_free(load);
	s->extension_data = NULL;
}

static void load_start(struct sandbox *s, struct http_exchange *x, const json_t *spec)
{
	int64_t users = json_get_i64(spec, "users", 0);
	int64_t concurrency = json_get_i64(spec, "concurrency", users);
	int64_t replies = json_get_i64(spec, "replies", 1);
	struct bot *bot = bot_of_id(s, json_get_i64(spec, "bot", 0));
	if (!bot || users < 1 || users > USERS_MAX || concurrency < 1 || replies < 1 ||
	    replies > 100) {
		answer_fail(
		    s, x, 400, "users must be 1 to 1000000, concurrency and replies above 0");
		return;
	}
	struct load *load = calloc(1, sizeof *load);
	if (!load)
		abort();
	const char *wrong = read_script(load, json_get_array(spec, "script"));
	if (wrong) {
		load_free(load);
		answer_fail(s, x, 400, wrong);
		return;
	}
	load_destroy(s);
	s->extension_data = load;
	load->users = calloc((size_t)users, sizeof *load->users);
	if (!load->users)
		abort();
	load->bot = bot;
	load->user_count = (uint32_t)users;
	load->replies_per_line = (uint16_t)replies;
	load->first_id = json_get_i64(spec, "first_id", FIRST_ID);
	load->began_us = clock_monotonic_us();
	load->began_cpu_us = clock_cpu_us();
	set_string(
	    &load->language_code, json_get_text(http_exchange_arena(x), spec, "language_code"));
	load->concurrency = concurrency < users ? (uint32_t)concurrency : (uint32_t)users;
	begin_users(s);
	write_progress(s, x);
}

static void load_progress(struct sandbox *s, struct http_exchange *x, const json_t *body)
{
	(void)body;
	struct load *load = s->extension_data;
	int64_t wait_ms = answer_query_i64(x, "wait_ms", 0);
	if (!load) {
		answer_fail(s, x, 404, "no load was started");
		return;
	}
	if (load->ended_us != 0 || wait_ms <= 0 || load->has_waiting) {
		write_progress(s, x);
		return;
	}
	load->has_waiting = true;
	load->waiting = (struct hold){.exchange = x,
	    .due_us = sandbox_now_us(s) + wait_ms * 1000,
	    .due = on_due,
	    .gone = on_gone};
	hold_start(s, &load->waiting);
}

const struct sandbox_extension load_extension = {.path = "load",
    .post = load_start,
    .get = load_progress,
    .on_reply = load_on_reply,
    .destroy = load_destroy};
