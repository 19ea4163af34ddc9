#include "salesreg/app/bot/connections.h"
#include "salesreg/app/bot/delivery/telegram_message.h"
#include "salesreg/base/json.h"
#include "salesreg/base/log.h"
#include "salesreg/store/business.h"
#include "salesreg/store/effects.h"
#include "salesreg/store/outbox.h"
#include "salesreg/telegram/update.h"
#include <stdlib.h>
#include <string.h>

enum {
	CALLS_MOST = 20,
	CALL_TIMEOUT_MS = 10000,
	DB_DEADLINE_MS = 15000,
	ARENA_MAXIMUM = 1024 * 1024,
	PAUSE_BEATS = 12, /* before what could not be asked is asked again */
};

/*
 *         woken               some are to be asked       all answered
 *   IDLE -------> READING -----------------------> CALLING -----------> WRITING --> IDLE, and READING if there may be more
 *     ^              | none, or no answer             | the leadership is lost
 *     +--------------+--------------------------------+
 *
 * What has changed is decided and written as if the update had come that tells so.
 */
enum connections_state {
	CONNECTIONS_IDLE,
	CONNECTIONS_READING,
	CONNECTIONS_CALLING,
	CONNECTIONS_WRITING
};

struct call {
	struct connections *owner;
	struct telegram_call *call;
	struct business_row row; /* in the arena */
	struct event event;      /* what the answer comes to */
	bool over, later;
};

struct connections {
	struct db_pool *leader;
	struct telegram *telegram;
	const struct conversation_rules *rules;
	enum connections_state state;
	bool leading, all, woken, destroyed;
	int pause; /* beats */
	uint64_t refused;
	struct call calls[CALLS_MOST];
	size_t count, under_way;
	struct arena arena; /* of one round */
	struct db_plan plan;
};

static void look(struct connections *c);

static void free_now(struct connections *c)
{
	arena_finish(&c->arena);
	free(c);
}

static void rest(struct connections *c)
{
	c->state = CONNECTIONS_IDLE;
	if (c->destroyed)
		free_now(c);
	else if (c->leading && c->woken)
		look(c);
}

static void on_written(const struct db_reply *reply, void *data)
{
	struct connections *c = data;
	if (reply->err != ERR_OK) {
		log_debug("connected accounts could not be noted: %s", reply->message);
		c->woken = false;
		c->pause = PAUSE_BEATS;
	}
	rest(c);
}

static void decide(struct connections *c, const struct call *call)
{
	const struct business_row *row = &call->row;
	const struct business_view was = {.enabled = true,
	    .can_reply = row->can_reply,
	    .can_read = row->can_read,
	    .rights = row->rights,
	    .rep_telegram_id = row->rep_telegram_id};
	struct conversation_state state = {.rules = c->rules,
	    .known = true,
	    .locale_chosen = true,
	    .locale = c->rules->default_locale,
	    .rep_status = REP_ACTIVE,
	    .rep_available = true,
	    .business = &was};
	(void)locale_parse(row->rep_locale, &state.locale);
	struct outcome *out = ARENA_NEW(&c->arena, struct outcome);
	conversation_step(&state, &call->event, &c->arena, out);
	struct effect_row *rows = ARENA_ARRAY(&c->arena, struct effect_row, out->effect_count);
	for (size_t i = 0; i < out->effect_count; i++)
		rows[i] = (struct effect_row){.effect = out->effects[i],
		    .user_id = row->rep_telegram_id,
		    .status = rep_status_name(REP_ACTIVE)};
	effects_write(&c->plan, &c->arena, rows, out->effect_count);
	outgoing_insert(&c->plan, &c->arena, &out->messages);
}

static void write_results(struct connections *c)
{
	const char **asked = ARENA_ARRAY(&c->arena, const char *, c->count);
	size_t count = 0;
	c->plan.count = 0;
	(void)db_plan_add_plain(&c->plan, SQL_TX_BEGIN);
	/* one a round: a transaction has room for its statements, and who is connected seldom changes */
	bool decided = false;
	for (size_t i = 0; i < c->count; i++) {
		const struct call *call = &c->calls[i];
		bool news = !call->later && call->event.business;
		if (call->later || (news && decided))
			continue;
		decided |= news;
		asked[count++] = call->row.connection;
		if (news)
			decide(c, call);
	}
	business_asked(&c->plan, &c->arena, asked, count);
	(void)db_plan_add_plain(&c->plan, SQL_TX_COMMIT);
	c->woken |= count > 0;
	c->state = CONNECTIONS_WRITING;
	db_pool_run(c->leader, c->plan.steps, c->plan.count, DB_DEADLINE_MS, on_written, c);
}

/* Whether what Telegram says is not what was known; then the event says it. */
static void compare(struct connections *c, struct call *call, const json_t *result)
{
	struct event *event = &call->event;
	telegram_connection_parse(result, &c->arena, event);
	const struct business_event *is = event->business;
	const struct business_row *row = &call->row;
	bool same = !is || strcmp(is->connection, row->connection) != 0 ||
		    event->user_id != row->rep_telegram_id ||
		    (is->enabled && is->can_reply == row->can_reply &&
			is->can_read == row->can_read && strcmp(is->rights, row->rights) == 0);
	if (same) {
		event->business = NULL;
		return;
	}
	struct business_event *kept = ARENA_NEW(&c->arena, struct business_event);
	*kept = *is;
	kept->connection = row->connection; /* the answer is gone after this */
	kept->rights = arena_strdup(&c->arena, is->rights);
	event->business = kept;
	event->username = event->first_name = event->language_code = NULL;
}

static void ended(struct connections *c, struct call *call)
{
	struct business_event *event = ARENA_NEW(&c->arena, struct business_event);
	*event = (struct business_event){.connection = call->row.connection, .rights = ""};
	call->event = (struct event){.kind = EVENT_CONNECTION,
	    .user_id = call->row.rep_telegram_id,
	    .chat_id = call->row.rep_telegram_id,
	    .text = "",
	    .business = event};
}

static void on_answered(const struct telegram_answer *answer, void *data)
{
	struct call *call = data;
	struct connections *c = call->owner;
	call->call = NULL;
	call->over = true;
	c->under_way--;
	switch (answer->class) {
	case TELEGRAM_OK:
		compare(c, call, answer->result);
		break;
	case TELEGRAM_BUG:
	case TELEGRAM_GONE:
		if (strcasestr(answer->description, "business connection not found") ||
		    strcasestr(answer->description, "BUSINESS_CONNECTION"))
			ended(c, call);
		else
			log_info(
			    "a connected account could not be asked for: %s", answer->description);
		break;
	case TELEGRAM_RETRY:
	case TELEGRAM_CONFLICT:
	case TELEGRAM_TOKEN:
	case TELEGRAM_UNKNOWN:
	case TELEGRAM_CANCELLED:
		call->later = true;
		c->pause = PAUSE_BEATS;
		break;
	}
	if (c->under_way == 0 && c->state == CONNECTIONS_CALLING)
		write_results(c);
}

static void ask(struct connections *c, struct call *call)
{
	const char *body = arena_concat(&c->arena,
	    "{\"business_connection_id\":", json_quote(&c->arena, call->row.connection), "}",
	    (char *)NULL);
	call->call = telegram_call(c->telegram, "getBusinessConnection", body, strlen(body),
	    CALL_TIMEOUT_MS, on_answered, call);
}

static void on_read(const struct db_reply *reply, void *data)
{
	struct connections *c = data;
	struct business_row *rows;
	if (reply->err != ERR_OK || !c->leading || c->destroyed) {
		c->pause = PAUSE_BEATS;
		rest(c);
		return;
	}
	c->all = false;
	size_t count = business_to_ask_parse(reply->results[c->plan.count - 1], &c->arena, &rows);
	c->count = count < CALLS_MOST ? count : (size_t)CALLS_MOST;
	if (c->count == 0) {
		rest(c);
		return;
	}
	c->state = CONNECTIONS_CALLING;
	c->under_way = c->count;
	for (size_t i = 0; i < c->count; i++)
		c->calls[i] = (struct call){.owner = c, .row = rows[i], .event = {.text = ""}};
	for (size_t i = 0; i < c->count; i++)
		ask(c, &c->calls[i]);
}

static void look(struct connections *c)
{
	c->woken = false;
	c->pause = 0;
	arena_reset(&c->arena);
	c->plan.count = 0;
	if (c->all)
		business_ask_all(&c->plan);
	business_to_ask(&c->plan);
	c->state = CONNECTIONS_READING;
	db_pool_run(c->leader, c->plan.steps, c->plan.count, DB_DEADLINE_MS, on_read, c);
}

static void wake(struct connections *c)
{
	c->woken = true;
	if (c->leading && c->state == CONNECTIONS_IDLE)
		look(c);
}

void connections_beat(struct connections *c, uint64_t refused)
{
	bool over = c->pause > 0 && --c->pause == 0;
	if (refused != c->refused || over)
		wake(c);
	c->refused = refused;
}

void connections_on_elected(struct connections *c)
{
	c->leading = c->all = true;
	wake(c);
}

void connections_step_down(struct connections *c)
{
	c->leading = c->woken = false;
	if (c->state != CONNECTIONS_CALLING)
		return; /* the database's answer ends it */
	for (size_t i = 0; i < c->count; i++)
		if (!c->calls[i].over)
			telegram_call_cancel(c->calls[i].call);
	c->under_way = 0;
	c->state = CONNECTIONS_IDLE;
}

struct connections *connections_create(
    struct db_pool *leader, struct telegram *telegram, const struct conversation_rules *rules)
{
	struct connections *c = calloc(1, sizeof *c);
	if (!c)
		abort();
	c->leader = leader;
	c->telegram = telegram;
	c->rules = rules;
	arena_init(&c->arena, ARENA_MAXIMUM);
	return c;
}

void connections_destroy(struct connections *c)
{
	if (!c)
		return;
	connections_step_down(c);
	if (c->state == CONNECTIONS_IDLE)
		free_now(c);
	else
		c->destroyed = true; /* rest() frees it */
}
