#include "salesreg/app/doctor/doctor.h"
#include "salesreg/base/json.h"
#include "salesreg/telegram/api.h"
#include "salesreg/telegram/update.h"
#include <stdio.h>
#include <string.h>

enum {
	ANSWER_MS = 10000,
	/* Telegram refuses the older of two polls, so the look for another poller is to be the older one for a while. */
	HOLD_S = 5,
	LOOKS = 3,
	BETWEEN_LOOKS_MS = 1000,
	MANY_UPDATES = 1000,
};

static const char area[] = "telegram";

/* One call after the other, each waited for. */
struct asking {
	uv_loop_t loop;
	uv_timer_t pause;
	struct telegram *telegram;
	enum telegram_class class;
	long http_status; /* 0: nobody answered */
	char description[TELEGRAM_DESCRIPTION_BYTES];
	json_t *result; /* of the last answer; ours until the next */
};

static void on_answer(const struct telegram_answer *answer, void *data)
{
	struct asking *q = data;
	q->class = answer->class;
	q->http_status = answer->http_status;
	(void)snprintf(q->description, sizeof q->description, "%s", answer->description);
	q->result = json_incref(answer->result);
	uv_stop(&q->loop);
}

static bool ask(struct asking *q, const char *method, const char *body, int64_t timeout_ms)
{
	json_decref(q->result);
	q->result = NULL;
	(void)telegram_call(q->telegram, method, body, strlen(body), timeout_ms, on_answer, q);
	(void)uv_run(&q->loop, UV_RUN_DEFAULT);
	return q->class == TELEGRAM_OK;
}

static void on_pause_over(uv_timer_t *timer)
{
	uv_stop(timer->loop);
}

static void pause_between(struct asking *q)
{
	(void)uv_timer_start(&q->pause, on_pause_over, BETWEEN_LOOKS_MS, 0);
	(void)uv_run(&q->loop, UV_RUN_DEFAULT);
}

static void find_second_poller(struct doctor *d, const char *seen)
{
	doctor_find(d,
	    (struct finding){SEVERITY_SERIOUS, area, "second-poller",
		"another program polls with this token", seen,
		"stop the other one (the old Python system, a copy on another machine, or one with "
		"another database), or give each a bot of its own from @BotFather"});
}

/* Without an offset nothing is confirmed, so nobody loses an update by this. */
static void look_for_poller(struct doctor *d, struct asking *q)
{
	char body[64];
	int64_t first = 0;
	(void)snprintf(body, sizeof body, "{\"timeout\":%d,\"limit\":1}", HOLD_S);
	for (int look = 0; look < LOOKS; look++) {
		if (look > 0)
			pause_between(q);
		if (!ask(q, "getUpdates", body, (int64_t)HOLD_S * 1000 + ANSWER_MS)) {
			if (q->class == TELEGRAM_CONFLICT && !strstr(q->description, "webhook"))
				find_second_poller(d, "no bot leads in this database, and Telegram "
						      "refused a poll because of another one");
			return;
		}
		const json_t *update = json_array_get(q->result, 0);
		int64_t id = json_get_i64(update, "update_id", 0);
		if (look > 0 && id != first) {
			find_second_poller(d, "no bot leads in this database, and somebody took an "
					      "update out of Telegram's queue");
			return;
		}
		if (id == 0)
			return; /* held to the end, and nobody minded */
		first = id;
	}
}

/* Scheme and host: the path of a webhook may hold its secret. */
static const char *host_of(struct arena *a, const char *url)
{
	const char *host = strstr(url, "://");
	host = host ? host + 3 : url;
	size_t n = strcspn(host, "/?#");
	const char *at = memchr(host, '@', n);
	if (at) {
		n -= (size_t)(at + 1 - host);
		host = at + 1;
	}
	return arena_strndup(a, host, n > 100 ? 100 : n);
}

static void look_at_webhook(struct doctor *d, struct asking *q)
{
	struct arena *a = d->arena;
	const char *url = json_get_text(a, q->result, "url");
	int64_t pending = json_get_i64(q->result, "pending_update_count", 0);
	bool leads = d->bot_leads == DOCTOR_YES;
	if (url && *url)
		doctor_find(d,
		    (struct finding){leads ? SEVERITY_SERIOUS : SEVERITY_WARNING, area, "webhook",
			arena_printf(a, "a webhook is set for this bot, on %s", host_of(a, url)),
			"while there is one, Telegram sends the updates there and refuses to be "
			"polled",
			leads ? "restart the bot, which removes it, and stop the program that sets "
				"it again"
			      : "the bot removes it when it starts, and drops no update; stop the "
				"program that has set it"});
	if (pending > 0 && (d->bot_leads == DOCTOR_NO || pending >= MANY_UPDATES))
		doctor_find(d,
		    (struct finding){pending >= MANY_UPDATES ? SEVERITY_WARNING : SEVERITY_NOTE,
			area, "updates-waiting",
			arena_printf(a, "%lld update%s at Telegram", (long long)pending,
			    pending == 1 ? " waits" : "s wait"),
			"Telegram keeps messages for 24 hours and pressed buttons for 150 seconds",
			leads ? "look at `salesreg status` and the log for what holds the bot up"
			      : "start `salesreg bot`"});
}

static bool has(const json_t *list, const char *name)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *one = json_string_value(json_array_get(list, i));
		if (one && strcmp(one, name) == 0)
			return true;
	}
	return false;
}

/* The last poll says what Telegram sends; it is the bot's while the bot leads. Without a list Telegram sends all that we read. */
static void look_at_updates(struct doctor *d, const struct asking *q)
{
	const json_t *sent = json_get_array(q->result, "allowed_updates");
	json_t *wanted = json_loads(TELEGRAM_ALLOWED_UPDATES, 0, NULL);
	const char *missing = "";
	for (size_t i = 0; sent && i < json_array_size(wanted); i++) {
		const char *name = json_string_value(json_array_get(wanted, i));
		if (!has(sent, name))
			missing =
			    arena_printf(d->arena, "%s%s%s", missing, *missing ? ", " : "", name);
	}
	json_decref(wanted);
	if (*missing && d->bot_leads == DOCTOR_YES)
		doctor_find(
		    d, (struct finding){SEVERITY_WARNING, area, "updates-unasked",
			   arena_printf(d->arena, "Telegram does not send the bot: %s", missing),
			   "another program, or an older version, polled last and asked for less",
			   "restart the bot, and stop the other one"});
}

static void look_at_me(struct doctor *d, const struct asking *q)
{
	const char *name = json_get_text(d->arena, q->result, "username");
	doctor_checked(d, area, arena_printf(d->arena, "Telegram as @%s", name ? name : "?"));
	if (json_get_bool(q->result, "can_read_all_group_messages", false))
		doctor_find(
		    d, (struct finding){SEVERITY_WARNING, area, "privacy-off",
			   "the bot's privacy mode is off",
			   "in groups it is sent everything that anybody writes, and it answers in "
			   "private chats only",
			   "@BotFather, /setprivacy, Enable"});
	if (json_get_bool(q->result, "can_join_groups", false))
		doctor_find(d, (struct finding){SEVERITY_NOTE, area, "groups",
				   "the bot can be added to groups",
				   "it answers in private chats only, and is silent there",
				   "@BotFather, /setjoingroups, Disable"});
	if (!json_get_bool(q->result, "can_connect_to_business", true))
		doctor_find(
		    d, (struct finding){SEVERITY_NOTE, area, "business-off",
			   "reps cannot connect the bot to their own accounts",
			   "what they write to prospects goes by the bot, never as themselves",
			   "@BotFather, the bot, Bot Settings, Secretary Mode; then each rep: own "
			   "profile, Edit, Chat Automation"});
}

static bool is_configured(const struct doctor *d, int64_t admin)
{
	for (size_t i = 0; i < d->config.admin_count; i++)
		if (d->config.admin_ids[i] == admin)
			return true;
	return false;
}

/* Telegram lets a bot write only to who has pressed Start. */
static void look_at_admins(struct doctor *d, struct asking *q)
{
	const char *silent = "";
	size_t count = 0;
	for (size_t i = 0; i < d->config.admin_count + d->admin_count; i++) {
		int64_t admin = i < d->config.admin_count ? d->config.admin_ids[i]
							  : d->admins[i - d->config.admin_count];
		char body[48];
		if (i >= d->config.admin_count && is_configured(d, admin))
			continue;
		(void)snprintf(body, sizeof body, "{\"chat_id\":%lld}", (long long)admin);
		if (ask(q, "getChat", body, ANSWER_MS))
			continue;
		if (q->class != TELEGRAM_GONE)
			break; /* no fact about admins, and the next would take as long */
		silent =
		    arena_printf(d->arena, "%s%s%lld", silent, count ? ", " : "", (long long)admin);
		count++;
	}
	if (count > 0)
		doctor_find(d,
		    (struct finding){SEVERITY_WARNING, area, "admin-silent",
			arena_printf(d->arena, "%s never pressed Start in a chat with the bot: %s",
			    count == 1 ? "an admin has" : "admins have", silent),
			"Telegram lets a bot write only to those who have, so requests to be "
			"approved and prospects nobody takes do not reach them",
			"let them open a chat with the bot and press Start: they are shown then "
			"what waits; or correct ADMIN_TELEGRAM_IDS (salesreg rep set-admin WHO "
			"off, of a "
			"rep)"});
}

/*
 * Whether anything but getMe works: a server of one's own may lack that method, and a failing getMe keeps no bot from
 * polling. Nobody has the chat 1, and only Telegram says so in its own way.
 */
static bool answers_otherwise(const struct doctor *d, struct asking *q)
{
	if (ask(q, "getWebhookInfo", "{}", ANSWER_MS))
		return true;
	(void)ask(q, "getChat", "{\"chat_id\":1}", ANSWER_MS);
	if (q->class == TELEGRAM_OK || q->class == TELEGRAM_GONE)
		return true;
	/* the bot's own poll would be refused because of this one */
	if (d->bot_leads != DOCTOR_NO || d->no_poll)
		return false;
	(void)ask(q, "getUpdates", "{\"timeout\":0,\"limit\":1}", ANSWER_MS);
	return q->class == TELEGRAM_OK || q->class == TELEGRAM_CONFLICT;
}

/* True: the rest can be looked at all the same. */
static bool explain_failure(struct doctor *d, struct asking *q)
{
	bool token = q->class == TELEGRAM_TOKEN, answered = q->http_status != 0;
	const char *said = arena_strdup(d->arena, q->description);
	if (token) {
		doctor_find(d,
		    (struct finding){SEVERITY_SERIOUS, area, "token-refused",
			arena_printf(
			    d->arena, "Telegram does not accept REGISTRY_BOT_TOKEN: %s", said),
			"the token was revoked or mistyped, or TELEGRAM_API_BASE is not Telegram",
			"copy the token again from @BotFather"});
		return false;
	}
	if (answered && answers_otherwise(d, q)) {
		doctor_find(d,
		    (struct finding){SEVERITY_WARNING, area, "getme",
			arena_printf(d->arena, "getMe fails, and other methods work: %s", said),
			"the bot polls and sends all the same; only its name is missing in the log "
			"until getMe works",
			"if TELEGRAM_API_BASE is a server of your own, see its log; else wait, "
			"Telegram fixes it"});
		return true;
	}
	doctor_find(d,
	    (struct finding){SEVERITY_SERIOUS, area, "telegram-unreachable",
		arena_printf(d->arena, "Telegram does not answer as it should: %s", said),
		"without it the bot neither hears nor speaks; it goes on when Telegram is back",
		"see that this machine reaches TELEGRAM_API_BASE (network, proxy, certificates)"});
	return false;
}

static void look(struct doctor *d, struct asking *q)
{
	if (ask(q, "getMe", "{}", ANSWER_MS))
		look_at_me(d, q);
	else if (!explain_failure(d, q))
		return;
	look_at_admins(d, q);
	bool webhook = false;
	if (ask(q, "getWebhookInfo", "{}", ANSWER_MS)) {
		const char *url = json_get_text(d->arena, q->result, "url");
		webhook = url && *url;
		look_at_webhook(d, q);
		look_at_updates(d, q);
	}
	if (d->bot_leads == DOCTOR_UNKNOWN)
		doctor_left_out(d, "a second poller",
		    "without the database it is not known whether the bot itself polls");
	else if (d->bot_leads == DOCTOR_NO && d->no_poll)
		doctor_left_out(d, "a second poller", "--no-poll");
	else if (d->bot_leads == DOCTOR_NO && !webhook)
		look_for_poller(d, q);
}

void doctor_telegram(struct doctor *d)
{
	if (!d->may_call) {
		doctor_left_out(d, area,
		    d->bot_needed ? "the configuration has to be fixed first"
				  : "there is no token here, and this role needs none");
		return;
	}
	struct asking q = {.result = NULL};
	if (uv_loop_init(&q.loop) != 0)
		return;
	(void)uv_timer_init(&q.loop, &q.pause);
	q.pause.data = &q;
	q.telegram =
	    telegram_create(&q.loop, d->config.telegram_api_base, &d->config.bot_token, NULL);
	if (q.telegram)
		look(d, &q);
	else
		doctor_skipped(d, area, "the HTTP client does not start");
	telegram_destroy(q.telegram, NULL, NULL);
	uv_close((uv_handle_t *)&q.pause, NULL);
	(void)uv_run(&q.loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&q.loop);
	json_decref(q.result);
}
