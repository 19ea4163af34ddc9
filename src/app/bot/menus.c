#include "salesreg/app/bot/menus.h"
#include "salesreg/app/bot/delivery/telegram_message.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/fault_log.h"
#include "salesreg/base/log.h"
#include "salesreg/domain/outbox/backoff.h"
#include <stdlib.h>
#include <string.h>

enum {
	CALLS_MOST = 20,
	STALE_MOST = 100,
	CALL_TIMEOUT_MS = 10000,
	DB_DEADLINE_MS = 15000,
	ARENA_MAXIMUM = 1024 * 1024
};
static const int64_t RETRY_FIRST_US = 5 * 1000000, RETRY_LONGEST_US = INT64_C(3600) * 1000000;

/*
 *         woken               rows that are due          all answered
 *   IDLE -------> READING -----------------> CALLING -----------------> WRITING --> IDLE, and READING if woken meanwhile
 *     ^              | nothing due, or no answer | the leadership is lost
 *     +--------------+---------------------------+
 * Before READING, where who is a rep or an admin may have changed: LOOKING for chats with another's menu, WISHING theirs.
 */
enum menus_state {
	MENUS_IDLE,
	MENUS_LOOKING,
	MENUS_WISHING,
	MENUS_READING,
	MENUS_CALLING,
	MENUS_WRITING
};

struct call {
	struct menus *menus;
	struct telegram_call *call;
	struct menu_row row; /* the payload is in the arena */
	bool over, later;
};

struct menus {
	struct db_pool *leader;
	struct telegram *telegram;
	const struct conversation_rules *rules;
	enum menus_state state;
	bool leading, woken, left; /* left: rows, perhaps, that are not due yet */
	bool people;               /* may have changed */
	struct call calls[CALLS_MOST];
	size_t count, under_way;
	struct arena arena; /* of one round */
	struct db_plan plan;
	struct fault_log fault;
};

static void look(struct menus *m);

/* The round is over, however. */
static void rest(struct menus *m)
{
	m->state = MENUS_IDLE;
	if (m->woken)
		look(m);
}

static void on_written(const struct db_reply *reply, void *data)
{
	struct menus *m = data;
	if (reply->err != ERR_OK)
		log_debug("menus of single chats could not be noted as set: %s", reply->message);
	rest(m);
}

static void write_results(struct menus *m)
{
	struct menu_row *done = ARENA_ARRAY(&m->arena, struct menu_row, m->count),
			*later = ARENA_ARRAY(&m->arena, struct menu_row, m->count);
	size_t done_count = 0, later_count = 0;
	for (size_t i = 0; i < m->count; i++) {
		if (m->calls[i].later)
			later[later_count++] = m->calls[i].row;
		else
			done[done_count++] = m->calls[i].row;
	}
	m->woken |= m->count == CALLS_MOST;
	m->plan.count = 0;
	menus_done(&m->plan, &m->arena, done, done_count);
	menus_later(&m->plan, &m->arena, later, later_count);
	m->state = MENUS_WRITING;
	db_pool_run(m->leader, m->plan.steps, m->plan.count, DB_DEADLINE_MS, on_written, m);
}

static void on_answered(const struct telegram_answer *answer, void *data)
{
	struct call *c = data;
	struct menus *m = c->menus;
	c->call = NULL;
	c->over = true;
	m->under_way--;
	switch (answer->class) {
	case TELEGRAM_OK:
		fault_log_over(&m->fault, "menus of single chats are set again");
		break;
	case TELEGRAM_BUG:
	case TELEGRAM_GONE:
		fault_log_warn(&m->fault,
		    "the menu of a chat could not be set: %s; the next /start there sets it",
		    answer->description);
		break;
	case TELEGRAM_RETRY:
	case TELEGRAM_CONFLICT:
	case TELEGRAM_TOKEN:
	case TELEGRAM_UNKNOWN:
	case TELEGRAM_CANCELLED:
		c->later = true;
		c->row.pause_us = answer->retry_after_ms >= 0
				      ? answer->retry_after_ms * 1000
				      : backoff_us((unsigned)c->row.tries, RETRY_FIRST_US,
					    RETRY_LONGEST_US, clock_random());
		fault_log_warn(&m->fault, "the menu of a chat could not be set: %s; trying again",
		    answer->description);
		break;
	}
	if (m->under_way == 0 && m->state == MENUS_CALLING)
		write_results(m);
}

static void on_read(const struct db_reply *reply, void *data)
{
	struct menus *m = data;
	struct menu_row *rows;
	if (reply->err != ERR_OK || !m->leading) {
		m->left = true;
		m->woken = false; /* the next beat looks again */
		rest(m);
		return;
	}
	size_t count = menus_waiting_parse(reply->results[0], &m->arena, &rows);
	m->left = count > 0;
	m->count = 0;
	for (size_t i = 0; i < count && m->count < CALLS_MOST; i++)
		if (rows[i].due)
			m->calls[m->count++] = (struct call){.menus = m, .row = rows[i]};
	if (m->count == 0) {
		rest(m);
		return;
	}
	m->state = MENUS_CALLING;
	m->under_way = m->count;
	for (size_t i = 0; i < m->count; i++) {
		struct call *c = &m->calls[i];
		c->call = telegram_call(m->telegram, "setMyCommands", c->row.payload,
		    strlen(c->row.payload), CALL_TIMEOUT_MS, on_answered, c);
	}
}

static void read_wishes(struct menus *m)
{
	arena_reset(&m->arena);
	m->plan.count = 0;
	(void)menus_waiting(&m->plan);
	m->state = MENUS_READING;
	db_pool_run(m->leader, m->plan.steps, m->plan.count, DB_DEADLINE_MS, on_read, m);
}

struct menu_row menus_wish(const struct catalog *catalog, int64_t chat_id, unsigned audience,
    const char *language, enum locale locale, struct arena *a)
{
	return (struct menu_row){.chat_id = chat_id,
	    .payload = outgoing_menu(catalog, locale, NULL, chat_id, audience, a),
	    .audience = command_audience_name(audience),
	    .locale = language};
}

/* Not tried again before there is a reason to: a failure is the database's, whose return is one. */
static void on_wished(const struct db_reply *reply, void *data)
{
	struct menus *m = data;
	if (reply->err != ERR_OK || !m->leading) {
		m->people |= m->leading;
		m->woken = false; /* the next beat looks again */
		m->left = true;
		rest(m);
		return;
	}
	read_wishes(m);
}

static void on_looked(const struct db_reply *reply, void *data)
{
	struct menus *m = data;
	struct menu_row *rows;
	if (reply->err != ERR_OK || !m->leading) {
		on_wished(reply, m);
		return;
	}
	size_t count = menus_stale_parse(reply->results[0], &m->arena, &rows);
	if (count == 0) {
		read_wishes(m);
		return;
	}
	m->people |= count == STALE_MOST;
	m->woken |= m->people;
	for (size_t i = 0; i < count; i++) {
		enum locale locale = m->rules->default_locale;
		(void)locale_parse(rows[i].locale, &locale);
		rows[i] = menus_wish(m->rules->catalog, rows[i].chat_id,
		    command_audience_from_name(rows[i].audience), rows[i].locale, locale,
		    &m->arena);
	}
	m->plan.count = 0;
	menus_want(&m->plan, &m->arena, rows, count);
	m->state = MENUS_WISHING;
	db_pool_run(m->leader, m->plan.steps, m->plan.count, DB_DEADLINE_MS, on_wished, m);
}

static void look(struct menus *m)
{
	m->woken = false;
	if (!m->people) {
		read_wishes(m);
		return;
	}
	m->people = false;
	arena_reset(&m->arena);
	m->plan.count = 0;
	menus_stale(&m->plan, &m->arena, m->rules->admin_ids,
	    m->rules->admin_count - m->rules->admins_by_row, STALE_MOST);
	m->state = MENUS_LOOKING;
	db_pool_run(m->leader, m->plan.steps, m->plan.count, DB_DEADLINE_MS, on_looked, m);
}

void menus_look_at_people(struct menus *m)
{
	m->people = true;
	menus_wake(m);
}

void menus_wake(struct menus *m)
{
	m->woken = true;
	if (m->leading && m->state == MENUS_IDLE)
		look(m);
}

void menus_beat(struct menus *m)
{
	if (m->left && m->state == MENUS_IDLE)
		menus_wake(m);
}

void menus_on_elected(struct menus *m)
{
	m->leading = true;
	menus_look_at_people(m);
}

void menus_step_down(struct menus *m)
{
	m->leading = false;
	m->woken = false;
	if (m->state != MENUS_CALLING)
		return; /* the database's answer ends it */
	for (size_t i = 0; i < m->count; i++)
		if (!m->calls[i].over)
			telegram_call_cancel(m->calls[i].call);
	m->under_way = 0;
	m->state = MENUS_IDLE;
}

struct menus *menus_create(
    struct db_pool *leader, struct telegram *telegram, const struct conversation_rules *rules)
{
	struct menus *m = calloc(1, sizeof *m);
	if (!m)
		abort();
	m->leader = leader;
	m->telegram = telegram;
	m->rules = rules;
	arena_init(&m->arena, ARENA_MAXIMUM);
	return m;
}

void menus_destroy(struct menus *m)
{
	if (!m)
		return;
	menus_step_down(m);
	arena_finish(&m->arena);
	free(
	    m); /* what the database is asked just now the pool drops without a word, as it ends with this (db_pool_destroy()) */
}
