#include "salesreg/sandbox/control.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/json.h"
#include "salesreg/sandbox/acts.h"
#include "salesreg/sandbox/answer.h"
#include "salesreg/sandbox/extension.h"
#include "salesreg/sandbox/google/control.h"
#include "salesreg/sandbox/hold.h"
#include "salesreg/sandbox/model.h"
#include "salesreg/sandbox/stats.h"
#include "salesreg/sandbox/telegram/updates.h"
#include "salesreg/sandbox/transcript.h"
#include <stdlib.h>
#include <string.h>

enum { USERS_LISTED_MAX = 1000, ACTS_MAX = 10000 };

static void send_ok(struct sandbox *s, struct http_exchange *x)
{
	buf_clear(&s->out);
	buf_adds(&s->out, "{\"ok\":true}");
	answer_send(s, x, 200);
}

static void on_health(struct sandbox *s, struct http_exchange *x, const json_t *body)
{
	(void)body;
	buf_clear(&s->out);
	buf_adds(&s->out, "{\"ok\":true,\"version\":\"" SALESREG_VERSION "\"}");
	answer_send(s, x, 200);
}

static void on_users_list(struct sandbox *s, struct http_exchange *x, const json_t *body)
{
	(void)body;
	int listed = 0;
	buf_clear(&s->out);
	buf_adds(&s->out, "{\"ok\":true,\"users\":[");
	for (struct map_slot *slot = NULL;
	     listed < USERS_LISTED_MAX && (slot = map_next(&s->users, slot));) {
		if (listed++ > 0)
			buf_addc(&s->out, ',');
		write_user(&s->out, slot->value.pointer);
	}
	buf_adds(&s->out, "]}");
	answer_send(s, x, 200);
}

static void on_users_add(struct sandbox *s, struct http_exchange *x, const json_t *body)
{
	struct arena *arena = http_exchange_arena(x);
	int64_t id = json_get_i64(body, "id", 0);
	if (id < 0) {
		answer_fail(s, x, 400, "id must be above 0");
		return;
	}
	struct user *user = user_put(s, id, json_get_text(arena, body, "first_name"),
	    json_get_text(arena, body, "username"), json_get_text(arena, body, "language_code"));
	user->private_forwards = json_get_bool(body, "private_forwards", user->private_forwards);
	user->no_voices = json_get_bool(body, "no_voices", user->no_voices);
	user->message_stars = json_get_i64(body, "message_stars", user->message_stars);
	buf_clear(&s->out);
	buf_adds(&s->out, "{\"ok\":true,\"user\":");
	write_user(&s->out, user);
	buf_addc(&s->out, '}');
	answer_send(s, x, 200);
}

static void write_id(struct buf *out, const char *name, int64_t id)
{
	buf_addf(out, ",\"%s\":", name);
	if (id)
		buf_add_i64(out, id);
	else
		buf_adds(out, "null");
}

static void write_result(struct buf *out, const struct act_result *result)
{
	buf_addf(out, "\"user\":%lld", (long long)result->user);
	write_id(out, "update_id", result->update_id);
	write_id(out, "message_id", result->message_id);
	if (result->url) {
		buf_adds(out, ",\"url\":");
		write_string(out, result->url);
	}
	if (result->copied) {
		buf_adds(out, ",\"copied\":");
		write_string(out, result->copied);
	}
}

static void on_act(struct sandbox *s, struct http_exchange *x, const json_t *body)
{
	struct act_result result;
	const char *wrong = act_perform(s, http_exchange_arena(x), body, false, &result);
	if (wrong) {
		answer_fail(s, x, 400, wrong);
		return;
	}
	buf_clear(&s->out);
	buf_adds(&s->out, "{\"ok\":true,");
	write_result(&s->out, &result);
	buf_addc(&s->out, '}');
	answer_send(s, x, 200);
}

static void on_acts(struct sandbox *s, struct http_exchange *x, const json_t *body)
{
	struct arena *arena = http_exchange_arena(x);
	const json_t *acts = json_get_array(body, "acts");
	struct act_result result;
	size_t i;
	json_t *act;
	const char *wrong = acts ? NULL : "acts is missing";
	if (json_array_size(acts) > ACTS_MAX)
		wrong = "too many acts";
	for (i = 0; !wrong && i < json_array_size(acts); i++)
		wrong = act_perform(s, arena, json_array_get(acts, i), true, &result);
	if (wrong) {
		answer_fail(s, x, 400, wrong);
		return;
	}
	struct buf *out = &s->out;
	buf_clear(out);
	buf_adds(out, "{\"ok\":true,\"results\":[");
	json_array_foreach (acts, i, act) {
		wrong = act_perform(s, arena, act, false, &result);
		buf_adds(out, i > 0 ? ",{" : "{");
		if (wrong) {
			buf_adds(out, "\"error\":");
			write_string(out, wrong);
		} else {
			write_result(out, &result);
		}
		buf_addc(out, '}');
	}
	buf_adds(out, "]}");
	answer_send(s, x, 200);
}

static void on_transcript(struct sandbox *s, struct http_exchange *x, const json_t *body)
{
	(void)body;
	transcript_handle(s, x);
}

static void on_faults_list(struct sandbox *s, struct http_exchange *x, const json_t *body)
{
	(void)body;
	buf_clear(&s->out);
	buf_adds(&s->out, "{\"ok\":true,\"faults\":");
	faults_write(&s->faults, &s->out);
	buf_addc(&s->out, '}');
	answer_send(s, x, 200);
}

static void on_faults_add(struct sandbox *s, struct http_exchange *x, const json_t *body)
{
	const char *wrong = fault_add(&s->faults, body);
	if (wrong)
		answer_fail(s, x, 400, wrong);
	else
		send_ok(s, x);
}

static void on_faults_clear(struct sandbox *s, struct http_exchange *x, const json_t *body)
{
	(void)body;
	faults_clear(&s->faults);
	send_ok(s, x);
}

static void on_limits(struct sandbox *s, struct http_exchange *x, const json_t *body)
{
	const json_t *overall = json_object_get(body, "overall");
	const json_t *chat = json_object_get(body, "chat");
	if (json_is_number(overall))
		s->limits.overall_per_s = json_number_value(overall);
	if (json_is_number(chat))
		s->limits.chat_per_s = json_number_value(chat);
	s->limits.enabled = json_get_bool(body, "enabled", s->limits.enabled);
	s->limits.overall = (struct limit_bucket){0};
	send_ok(s, x);
}

static void on_clock(struct sandbox *s, struct http_exchange *x, const json_t *body)
{
	int64_t advance_ms = json_get_i64(body, "advance_ms", -1);
	if (advance_ms < 0 || advance_ms > INT64_C(1000) * 86400 * 3650) {
		answer_fail(s, x, 400, "advance_ms must be 0 or more");
		return;
	}
	s->clock_offset_us += advance_ms * 1000;
	hold_rearm(s);
	send_ok(s, x);
}

static struct bot *named_bot(struct sandbox *s, struct http_exchange *x, const json_t *body)
{
	struct bot *bot = bot_of_id(s, json_get_i64(body, "bot", 0));
	if (!bot)
		answer_fail(s, x, 400, "no such bot");
	return bot;
}

static void on_reset_ids(struct sandbox *s, struct http_exchange *x, const json_t *body)
{
	int64_t next = json_get_i64(body, "next_update_id", 0);
	struct bot *bot = named_bot(s, x, body);
	if (!bot)
		return;
	if (next < 1 || next > INT32_MAX) {
		answer_fail(s, x, 400, "next_update_id must be 1 to 2147483647");
		return;
	}
	if (json_get_bool(body, "drop_pending", false))
		updates_drop_all(&bot->updates);
	if (updates_pending(bot) > 0) {
		answer_fail(s, x, 409, "updates are pending");
		return;
	}
	updates_drop_all(&bot->updates);
	bot->updates.next_id = next;
	send_ok(s, x);
}

static void on_webhook(struct sandbox *s, struct http_exchange *x, const json_t *body)
{
	const char *url = json_get_text(http_exchange_arena(x), body, "url");
	struct bot *bot = named_bot(s, x, body);
	if (!bot)
		return;
	set_string(&bot->webhook_url, url && url[0] ? url : NULL);
	if (bot->webhook_url)
		updates_abort_poll(bot, SANDBOX_CONFLICT_SET_WEBHOOK);
	send_ok(s, x);
}

static void on_bot(struct sandbox *s, struct http_exchange *x, const json_t *body)
{
	struct bot *bot = named_bot(s, x, body);
	if (!bot)
		return;
	bot->joins_no_groups = !json_get_bool(body, "can_join_groups", !bot->joins_no_groups);
	bot->reads_groups = json_get_bool(body, "can_read_all_group_messages", bot->reads_groups);
	bot->takes_no_business =
	    !json_get_bool(body, "can_connect_to_business", !bot->takes_no_business);
	send_ok(s, x);
}

static void on_stats(struct sandbox *s, struct http_exchange *x, const json_t *body)
{
	(void)body;
	struct buf *out = &s->out;
	buf_clear(out);
	buf_adds(out, "{\"ok\":true,");
	stats_write(&s->stats, out);
	buf_adds(out, ",\"bots\":[");
	for (struct bot *bot = s->first_bot; bot; bot = bot->next) {
		buf_addf(out, "%s{\"id\":%lld,\"username\":", bot == s->first_bot ? "" : ",",
		    (long long)bot->id);
		write_string(out, bot->username ? bot->username : s->username);
		buf_addf(out,
		    ",\"pending\":%zu,\"next_update_id\":%lld,\"polling\":%s,\"webhook\":",
		    updates_pending(bot), (long long)bot->updates.next_id,
		    bot->updates.held ? "true" : "false");
		write_string(out, bot->webhook_url ? bot->webhook_url : "");
		buf_addc(out, '}');
	}
	buf_addf(out, "],\"users\":%zu,\"transcript_events\":%zu,\"cpu_us\":%lld}", s->users.count,
	    s->transcript.count, (long long)clock_cpu_us());
	answer_send(s, x, 200);
}

typedef void control_handler(struct sandbox *s, struct http_exchange *x, const json_t *body);

static const struct {
	const char *method, *path;
	control_handler *handle;
} routes[] = {
    {"GET", "health", on_health},
    {"GET", "users", on_users_list},
    {"POST", "users", on_users_add},
    {"POST", "act", on_act},
    {"POST", "acts", on_acts},
    {"GET", "transcript", on_transcript},
    {"GET", "faults", on_faults_list},
    {"POST", "faults", on_faults_add},
    {"DELETE", "faults", on_faults_clear},
    {"POST", "limits", on_limits},
    {"POST", "clock", on_clock},
    {"POST", "reset_ids", on_reset_ids},
    {"POST", "webhook", on_webhook},
    {"POST", "bot", on_bot},
    {"GET", "stats", on_stats},
};

static control_handler *find_handler(const char *verb, const char *path)
{
	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
		if (strcmp(routes[i].path, path) == 0 && strcmp(routes[i].method, verb) == 0)
			return routes[i].handle;
	const struct sandbox_extension *more = sandbox_extension();
	if (!more || strcmp(more->path, path) != 0)
		return NULL;
	return strcmp(verb, "POST") == 0 ? more->post : strcmp(verb, "GET") == 0 ? more->get : NULL;
}

void control_handle(struct sandbox *s, struct http_exchange *x, const char *path)
{
	const char *verb = http_exchange_method(x);
	bool google = strncmp(path, "google/", 7) == 0;
	control_handler *handle = google ? NULL : find_handler(verb, path);
	if (!handle && !google) {
		answer_fail(s, x, 404, "no such control call");
		return;
	}
	size_t size;
	const char *text = http_exchange_body(x, &size);
	json_t *body = size > 0 ? json_loadb(text, size, JSON_ALLOW_NUL, NULL) : NULL;
	if (strcmp(verb, "POST") == 0 && !json_is_object(body))
		answer_fail(s, x, 400, "the body must be a JSON object");
	else if (google)
		google_control_handle(s, x, path + 7, body);
	else
		handle(s, x, body);
	json_decref(body);
}
