#include "salesreg/sandbox/page.h"
#include "salesreg/base/text.h"
#include "salesreg/http/assets.h"
#include "salesreg/sandbox/answer.h"
#include "salesreg/sandbox/control.h"
#include "salesreg/sandbox/model.h"
#include "salesreg/sandbox/prospect.h"
#include "salesreg/sandbox/stream.h"
#include "salesreg/sandbox/telegram/business/business.h"
#include <string.h>

static const struct http_asset files[] = {
#include "salesreg/generated/page.inc"
};

static void send_chat(struct sandbox *s, struct http_exchange *x)
{
	struct bot *bot = bot_of_id(s, 0);
	int64_t id = answer_query_i64(x, "user", 0);
	const struct chat *chat = chat_find(bot, id);
	struct buf *out = &s->out;
	bool first = true;
	buf_clear(out);
	buf_addf(out, "{\"ok\":true,\"seq\":%lld,\"chat\":%lld,\"blocked\":%s,\"entries\":[",
	    (long long)s->transcript.last_seq, (long long)id,
	    chat && chat->blocked ? "true" : "false");
	const struct message *m = chat ? TAILQ_FIRST(&chat->messages) : NULL;
	for (; m; m = TAILQ_NEXT(m, entry)) {
		if (!first)
			buf_addc(out, ',');
		first = false;
		stream_write_entry(out, chat, m);
	}
	buf_adds(out, "]}");
	answer_send(s, x, 200);
}

static void send_accounts(struct sandbox *s, struct http_exchange *x)
{
	buf_clear(&s->out);
	buf_adds(&s->out, "{\"ok\":true,\"accounts\":");
	business_write(bot_of_id(s, 0), &s->out);
	buf_addc(&s->out, '}');
	answer_send(s, x, 200);
}

static void rehearse(struct sandbox *s, struct http_exchange *x)
{
	struct arena *arena = http_exchange_arena(x);
	size_t size;
	const char *text = http_exchange_body(x, &size);
	buf_clear(&s->out);
	buf_adds(&s->out, s->system.rehearse(text_clean(arena, text ? text : "", size), arena));
	answer_send(s, x, 200);
}

static void handle_post(struct sandbox *s, struct http_exchange *x, const char *call)
{
	if (strcmp(call, "calendar") == 0) {
		control_handle(s, x, "google/events");
		stream_look(s);
		return;
	}
	if (strcmp(call, "prospects") == 0) {
		prospect_handle(s, x);
		return;
	}
	if (strcmp(call, "rehearsal") == 0 && s->system.rehearse) {
		rehearse(s, x);
		return;
	}
	if (strcmp(call, "act") != 0 && strcmp(call, "users") != 0) {
		answer_fail(s, x, 404, "no such call");
		return;
	}
	control_handle(s, x, call);
	stream_look(s); /* a new person appears in the other pages at once */
}

void page_handle(struct sandbox *s, struct http_exchange *x, const char *path)
{
	const char *wrong = http_guard_page(&s->guard, x, "/");
	const char *verb = http_exchange_method(x);
	const char *name = strcmp(path, "/") == 0 ? "index.html" : path + strlen("/page/");
	if (wrong)
		answer_fail(s, x, 403, wrong);
	else if (strcmp(verb, "POST") == 0)
		handle_post(s, x, name);
	else if (strcmp(verb, "GET") == 0 && strcmp(name, "events") == 0)
		stream_start(s, x);
	else if (strcmp(verb, "GET") == 0 && strcmp(name, "chat") == 0)
		send_chat(s, x);
	else if (strcmp(verb, "GET") == 0 && strcmp(name, "accounts") == 0)
		send_accounts(s, x);
	else if (strcmp(verb, "GET") == 0 && strcmp(name, "calendar") == 0)
		control_handle(s, x, "google/events");
	else if (!http_assets_answer(x, files, sizeof files / sizeof *files, name))
		answer_fail(s, x, 404, "no such page");
}
