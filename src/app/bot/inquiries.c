#include "inquiries_private.h"
#include "salesreg/base/json.h"
#include "salesreg/base/log.h"
#include <stdlib.h>
#include <string.h>

enum {
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
 */
enum inquiries_state { INQUIRIES_IDLE, INQUIRIES_READING, INQUIRIES_CALLING, INQUIRIES_WRITING };

struct inquiries {
	struct db_pool *leader;
	struct telegram *telegram;
	const struct conversation_rules *rules;
	enum inquiries_state state;
	bool leading, everybody, woken;
	int pause; /* beats */
	uint64_t news;
	struct inquiry round[INQUIRIES_MOST];
	size_t count, under_way;
	struct arena arena; /* of one round */
	struct db_plan plan;
	size_t connections_step, chats_step;
};

static void look(struct inquiries *q);

static void rest(struct inquiries *q)
{
	q->state = INQUIRIES_IDLE;
	if (q->leading && q->woken)
		look(q);
}

static void on_written(const struct db_reply *reply, void *data)
{
	struct inquiries *q = data;
	if (reply->err != ERR_OK) {
		log_debug("what Telegram said of people could not be noted: %s", reply->message);
		q->woken = false;
		q->pause = PAUSE_BEATS;
	}
	rest(q);
}

static void write_results(struct inquiries *q)
{
	q->plan.count = 0;
	(void)db_plan_add_plain(&q->plan, SQL_TX_BEGIN);
	q->woken |= inquiry_connections_write(&q->plan, &q->arena, q->rules, q->round, q->count);
	/* many people may come at once, and these calls cost Telegram what messages do: so many a beat */
	if (inquiry_chats_write(&q->plan, &q->arena, q->round, q->count) && q->pause == 0)
		q->pause = 1;
	(void)db_plan_add_plain(&q->plan, SQL_TX_COMMIT);
	q->state = INQUIRIES_WRITING;
	db_pool_run(q->leader, q->plan.steps, q->plan.count, DB_DEADLINE_MS, on_written, q);
}

static void on_answered(const struct telegram_answer *answer, void *data)
{
	struct inquiry *inquiry = data;
	struct inquiries *q = inquiry->owner;
	inquiry->call = NULL;
	inquiry->over = true;
	q->under_way--;
	switch (answer->class) {
	case TELEGRAM_OK:
	case TELEGRAM_BUG:
	case TELEGRAM_GONE:
		if (inquiry->connection)
			inquiry_connection_answered(inquiry, answer, &q->arena);
		else
			inquiry_chat_answered(inquiry, answer);
		break;
	case TELEGRAM_RETRY:
	case TELEGRAM_CONFLICT:
	case TELEGRAM_TOKEN:
	case TELEGRAM_UNKNOWN:
	case TELEGRAM_CANCELLED:
		inquiry->later = true;
		q->pause = PAUSE_BEATS;
		break;
	}
	if (q->under_way == 0 && q->state == INQUIRIES_CALLING)
		write_results(q);
}

static void ask(struct inquiries *q, struct inquiry *inquiry)
{
	const struct business_row *row = inquiry->connection;
	const char *method = row ? "getBusinessConnection" : "getChat";
	const char *body = row ? arena_concat(&q->arena, "{\"business_connection_id\":",
				     json_quote(&q->arena, row->connection), "}", (char *)NULL)
			       : arena_printf(&q->arena, "{\"chat_id\":%lld}",
				     (long long)inquiry->chat.telegram_id);
	inquiry->call = telegram_call(
	    q->telegram, method, body, strlen(body), CALL_TIMEOUT_MS, on_answered, inquiry);
}

static void on_read(const struct db_reply *reply, void *data)
{
	struct inquiries *q = data;
	if (reply->err != ERR_OK || !q->leading) {
		q->pause = PAUSE_BEATS;
		rest(q);
		return;
	}
	q->everybody = false;
	struct business_row *rows;
	int64_t *chats;
	size_t connected =
	    business_to_ask_parse(reply->results[q->connections_step], &q->arena, &rows);
	size_t met = chats_to_ask_parse(reply->results[q->chats_step], &q->arena, &chats);
	q->count = 0;
	for (size_t i = 0; i < connected && q->count < INQUIRIES_MOST; i++)
		q->round[q->count++] =
		    (struct inquiry){.owner = q, .connection = &rows[i], .event = {.text = ""}};
	for (size_t i = 0; i < met && q->count < INQUIRIES_MOST; i++)
		q->round[q->count++] =
		    (struct inquiry){.owner = q, .chat = {.telegram_id = chats[i]}};
	if (q->count == 0) {
		rest(q);
		return;
	}
	q->state = INQUIRIES_CALLING;
	q->under_way = q->count;
	for (size_t i = 0; i < q->count; i++)
		ask(q, &q->round[i]);
}

static void look(struct inquiries *q)
{
	q->woken = false;
	q->pause = 0;
	arena_reset(&q->arena);
	q->plan.count = 0;
	if (q->everybody)
		business_ask_all(&q->plan);
	q->connections_step = business_to_ask(&q->plan);
	q->chats_step = chats_to_ask(&q->plan);
	q->state = INQUIRIES_READING;
	db_pool_run(q->leader, q->plan.steps, q->plan.count, DB_DEADLINE_MS, on_read, q);
}

static void wake(struct inquiries *q)
{
	q->woken = true;
	if (q->leading && q->state == INQUIRIES_IDLE)
		look(q);
}

void inquiries_beat(struct inquiries *q, uint64_t news)
{
	bool over = q->pause > 0 && --q->pause == 0;
	if (news != q->news || over)
		wake(q);
	q->news = news;
}

void inquiries_on_elected(struct inquiries *q)
{
	q->leading = q->everybody = true;
	wake(q);
}

void inquiries_step_down(struct inquiries *q)
{
	q->leading = q->woken = false;
	if (q->state != INQUIRIES_CALLING)
		return; /* the database's answer ends it */
	for (size_t i = 0; i < q->count; i++)
		if (!q->round[i].over)
			telegram_call_cancel(q->round[i].call);
	q->under_way = 0;
	q->state = INQUIRIES_IDLE;
}

struct inquiries *inquiries_create(
    struct db_pool *leader, struct telegram *telegram, const struct conversation_rules *rules)
{
	struct inquiries *q = calloc(1, sizeof *q);
	if (!q)
		abort();
	q->leader = leader;
	q->telegram = telegram;
	q->rules = rules;
	arena_init(&q->arena, ARENA_MAXIMUM);
	return q;
}

void inquiries_destroy(struct inquiries *q)
{
	if (!q)
		return;
	inquiries_step_down(q);
	arena_finish(&q->arena);
	free(
	    q); /* what the database is asked just now the pool drops without a word, as it ends with this (db_pool_destroy()) */
}
