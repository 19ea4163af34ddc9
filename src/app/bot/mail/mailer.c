#include "salesreg/app/bot/mail/mailer.h"
#include "salesreg/app/bot/delivery/telegram_message.h"
#include "salesreg/app/bot/mail/mail_text.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/fault_log.h"
#include "salesreg/base/log.h"
#include "salesreg/store/codes.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	PLACES = 4, /* mails under way */
	DEADLINE_MS = 15000,
	IDLE_MS = 30000,
	SOON_MS = 1000,
	ATTEMPTS_MOST = 14, /* some two hours */
	DOUBLINGS_MOST = 6,
	REFUSALS_OF_SERVER = 3, /* of so many addresses in a row none is wrong */
	ARENA_MAXIMUM = 1024 * 1024,
};
static const int64_t PAUSE_FIRST_US = 15 * 1000000LL, PAUSE_LONGEST_US = 15 * 60 * 1000000LL;

/*
 *              what is due               codes stored, mails on their way
 *   IDLE ──────────────────▶ LOOKING ──────────────────▶ MARKING ──▶ IDLE
 *     │  a mail has ended              nothing is due ──▶ IDLE
 *     ├──────────────────▶ WRITING ──▶ IDLE
 *     │  the server is of no use for now
 *     └──────────────────▶ LISTING ──▶ TELLING ──▶ IDLE, until everybody who waits knows; then LOOKING
 *
 *   Each is one run on the leader's connection; mails end meanwhile, and wait in their place to be written.
 */
enum mailer_state {
	MAILER_IDLE,
	MAILER_LOOKING,
	MAILER_MARKING,
	MAILER_WRITING,
	MAILER_LISTING,
	MAILER_TELLING
};

/* LOCKED: ended, and somebody holds a lock on its row; it is tried again in a moment. */
enum place_state {
	PLACE_FREE,
	PLACE_MARKING,
	PLACE_SENDING,
	PLACE_ENDED,
	PLACE_WRITING,
	PLACE_LOCKED
};
struct place {
	enum place_state state;
	struct mailer *mailer;
	int64_t id, user_id, attempts, wrong;
	char email[256], code[CODE_DIGITS + 1];
	enum locale locale;
	bool delay_told;
	struct mail_result result;
};

struct mailer {
	struct mailer_options options;
	enum mailer_state state;
	struct mail_client *client;
	uv_timer_t timer;
	struct arena arena; /* of the run in hand */
	struct db_plan plan;
	size_t due_step, next_step, locked_step;
	bool again; /* woken while a run was in hand */
	bool closing;
	struct place places[PLACES];
	struct fault_log fault, database_fault;
	char refused[REFUSALS_OF_SERVER][256]; /* addresses, in a row */
	size_t refused_count;
	int64_t
	    useless_us; /* when the server last turned out to be of no use to anybody; 0: it is of use */
	char trouble[MAIL_REPLY_BYTES + 64];
};

static void tick(struct mailer *m);

static void on_timer(uv_timer_t *timer)
{
	struct mailer *m = timer->data;
	for (size_t i = 0; i < PLACES; i++)
		if (m->places[i].state == PLACE_LOCKED)
			m->places[i].state = PLACE_ENDED;
	tick(m);
}

static void wait(struct mailer *m, int64_t ms)
{
	for (size_t i = 0; i < PLACES; i++)
		if (m->places[i].state == PLACE_LOCKED && ms > SOON_MS)
			ms = SOON_MS;
	(void)uv_timer_start(&m->timer, on_timer, (uint64_t)(ms < IDLE_MS ? ms : IDLE_MS), 0);
}

static void begin(struct mailer *m, enum mailer_state state)
{
	m->state = state;
	m->plan.count = 0;
	arena_reset(&m->arena);
}

/* Back to IDLE; on an error a little later. */
static void end(struct mailer *m, const struct db_reply *reply)
{
	m->state = MAILER_IDLE;
	if (m->closing)
		return;
	if (reply->err != ERR_OK) {
		fault_log_warn(
		    &m->database_fault, "the mails' table cannot be used: %s", reply->message);
		wait(m, SOON_MS);
		return;
	}
	fault_log_over(&m->database_fault, "the mails' table can be used again");
	tick(m);
}

static size_t under_way(const struct mailer *m, int64_t ids[PLACES])
{
	size_t count = 0;
	for (size_t i = 0; i < PLACES; i++)
		if (m->places[i].state != PLACE_FREE)
			ids[count++] = m->places[i].id;
	return count;
}

/* What came of a mail ---------------------------------------------------------------------------------------------------------*/

static int64_t pause_after(int64_t attempts)
{
	int64_t pause = PAUSE_FIRST_US << (attempts < DOUBLINGS_MOST ? attempts : DOUBLINGS_MOST);
	return pause < PAUSE_LONGEST_US ? pause : PAUSE_LONGEST_US;
}

static const char *news_of(
    struct mailer *m, enum locale locale, int64_t user_id, const char *email, enum code_news what)
{
	struct arena *a = &m->arena;
	return outgoing_payload(
	    conversation_code_news(m->options.rules->catalog, locale, user_id, what, email, a), a);
}

static const char *news(struct mailer *m, const struct place *p, enum code_news what)
{
	return news_of(m, p->locale, p->user_id, p->email, what);
}

static struct code_result judge(struct mailer *m, const struct place *p)
{
	struct code_result r = {.id = p->id,
	    .reply = p->result.reply,
	    .lost = p->result.outcome != MAIL_SENT && !p->result.maybe_delivered};
	switch (p->result.outcome) {
	case MAIL_SENT:
		r.state = code_state_name(CODE_SENT);
		r.payload = p->delay_told ? news(m, p, CODE_NEWS_SENT_LATE) : NULL;
		return r;
	case MAIL_REFUSED:
		r.state = code_state_name(CODE_REFUSED);
		r.payload = news(m, p, CODE_NEWS_REFUSED);
		return r;
	case MAIL_LATER:
	case MAIL_BROKEN:
		break;
	}
	if (p->attempts + 1 >= ATTEMPTS_MOST) {
		r.state = code_state_name(CODE_FAILED);
		r.payload = news(m, p, CODE_NEWS_FAILED);
		return r;
	}
	r.state = code_state_name(CODE_QUEUED);
	r.pause_us = pause_after(p->attempts);
	r.payload = p->delay_told ? NULL : news(m, p, CODE_NEWS_DELAYED);
	return r;
}

static void on_written(const struct db_reply *reply, void *data)
{
	struct mailer *m = data;
	int64_t *locked = NULL;
	size_t count = 0;
	if (reply->err == ERR_OK)
		count = codes_sending_parse(reply->results[m->locked_step], &m->arena, &locked);
	for (size_t i = 0; i < PLACES; i++) {
		struct place *p = &m->places[i];
		if (p->state != PLACE_WRITING)
			continue;
		p->state = reply->err == ERR_OK ? PLACE_FREE : PLACE_ENDED;
		for (size_t k = 0; k < count; k++)
			if (locked[k] == p->id)
				p->state = PLACE_LOCKED;
	}
	end(m, reply);
}

static bool write_results(struct mailer *m)
{
	struct code_result results[PLACES];
	size_t count = 0;
	begin(m, MAILER_IDLE);
	for (size_t i = 0; i < PLACES; i++) {
		if (m->places[i].state != PLACE_ENDED)
			continue;
		m->places[i].state = PLACE_WRITING;
		results[count++] = judge(m, &m->places[i]);
	}
	if (count == 0)
		return false;
	m->state = MAILER_WRITING;
	m->locked_step = codes_result(&m->plan, &m->arena, results, count);
	db_pool_run(m->options.leader, m->plan.steps, m->plan.count, DEADLINE_MS, on_written, m);
	return true;
}

/* A server that refuses whatever address comes means us. */
static void note_refusal(struct mailer *m, const char *email, const char *reply)
{
	for (size_t i = 0; i < m->refused_count; i++)
		if (strcmp(m->refused[i], email) == 0)
			return;
	if (m->refused_count < REFUSALS_OF_SERVER)
		(void)snprintf(m->refused[m->refused_count++], sizeof *m->refused, "%s", email);
	if (m->refused_count == REFUSALS_OF_SERVER)
		(void)snprintf(m->trouble, sizeof m->trouble,
		    "the mail server refuses one address after the other: %s", reply);
}

static void say(struct mailer *m, const char *email, const struct mail_result *result)
{
	m->useless_us = result->of_server ? clock_monotonic_us() : 0;
	switch (result->outcome) {
	case MAIL_REFUSED:
		log_warn("the mail server refuses an address: %s", result->reply);
		note_refusal(m, email, result->reply);
		break;
	case MAIL_SENT:
		m->refused_count = 0;
		m->trouble[0] = '\0';
		fault_log_over(&m->fault, "mail goes out again");
		break;
	case MAIL_LATER:
		fault_log_warn(&m->fault, "a mail does not go out for now: %s", result->reply);
		(void)snprintf(m->trouble, sizeof m->trouble, "mail does not go out for now: %s",
		    result->reply);
		break;
	case MAIL_BROKEN:
		fault_log_warn(&m->fault,
		    "mail cannot be sent as SMTP_URL, SMTP_FROM and SMTP_TLS say: %s",
		    result->reply);
		(void)snprintf(
		    m->trouble, sizeof m->trouble, "mail cannot be sent: %s", result->reply);
		break;
	}
}

static void on_mailed(const struct mail_result *result, void *data)
{
	struct place *p = data;
	p->result = *result;
	p->state = PLACE_ENDED;
	say(p->mailer, p->email, result);
	tick(p->mailer);
}

/* What is due -----------------------------------------------------------------------------------------------------------------*/

static void on_marked(const struct db_reply *reply, void *data)
{
	struct mailer *m = data;
	int64_t *ids = NULL;
	size_t count = 0;
	if (reply->err == ERR_OK)
		count = codes_sending_parse(reply->results[0], &m->arena, &ids);
	for (size_t i = 0; i < PLACES; i++) {
		struct place *p = &m->places[i];
		if (p->state != PLACE_MARKING)
			continue;
		p->state = PLACE_FREE; /* unless it still is to be sent */
		for (size_t k = 0; k < count; k++)
			if (ids[k] == p->id)
				p->state = PLACE_SENDING;
		if (p->state == PLACE_SENDING)
			mail_send(m->client, p->email,
			    mail_text_code(m->options.rules->catalog, p->locale,
				&(struct mail_about){.from = m->options.mail.from,
				    .to = p->email,
				    .code = p->code,
				    .bot = m->options.rules->bot_username,
				    .wrong = p->wrong,
				    .now = time(NULL)},
				&m->arena),
			    on_mailed, p);
		explicit_bzero(p->code, sizeof p->code);
	}
	end(m, reply);
}

static void take(struct mailer *m, struct place *p, const struct code_due *due)
{
	*p = (struct place){.state = PLACE_MARKING,
	    .mailer = m,
	    .id = due->id,
	    .user_id = due->user_id,
	    .attempts = due->attempts,
	    .wrong = due->wrong,
	    .delay_told = due->delay_told,
	    .locale = m->options.rules->default_locale};
	(void)snprintf(p->email, sizeof p->email, "%s", due->email);
	(void)snprintf(p->code, sizeof p->code, "%s", email_code_make(&m->arena));
	(void)locale_parse(due->locale, &p->locale);
}

static void mark(struct mailer *m, const struct code_due *due, size_t count)
{
	int64_t ids[PLACES];
	const char *hashes[PLACES];
	size_t marked = 0;
	m->state = MAILER_MARKING;
	m->plan.count = 0;
	for (size_t i = 0; i < PLACES && marked < count; i++) {
		struct place *p = &m->places[i];
		if (p->state != PLACE_FREE)
			continue;
		take(m, p, &due[marked]);
		ids[marked] = p->id;
		hashes[marked] = email_code_hash(
		    &m->arena, m->options.key, p->user_id, due[marked].email_key, p->code);
		marked++;
	}
	(void)codes_sending(&m->plan, &m->arena, ids, hashes, marked);
	db_pool_run(m->options.leader, m->plan.steps, m->plan.count, DEADLINE_MS, on_marked, m);
}

static void on_looked(const struct db_reply *reply, void *data)
{
	struct mailer *m = data;
	struct code_due *due = NULL;
	if (reply->err != ERR_OK) {
		end(m, reply);
		return;
	}
	size_t count = codes_due_parse(reply->results[m->due_step], &m->arena, &due);
	if (count > 0) {
		mark(m, due, count);
		return;
	}
	int64_t next_us = codes_next_parse(reply->results[m->next_step]);
	m->state = MAILER_IDLE;
	if (m->again) {
		tick(m);
		return;
	}
	/* what is due and did not come is locked */
	wait(m, next_us < 0 ? IDLE_MS : next_us == 0 ? SOON_MS : next_us / 1000 + 1);
}

static void look(struct mailer *m)
{
	int64_t ids[PLACES];
	size_t count = under_way(m, ids);
	if (count == PLACES) { /* the first that ends looks again */
		m->state = MAILER_IDLE;
		wait(m, IDLE_MS);
		return;
	}
	begin(m, MAILER_LOOKING);
	m->again = false;
	m->due_step = codes_due(&m->plan, &m->arena, PLACES - count, ids, count);
	m->next_step = codes_next(&m->plan, &m->arena, ids, count);
	db_pool_run(m->options.leader, m->plan.steps, m->plan.count, DEADLINE_MS, on_looked, m);
}

/* Who waits while the server is of no use ------------------------------------------------------------------------------------*/

static void on_told(const struct db_reply *reply, void *data)
{
	struct mailer *m = data;
	if (reply->err == ERR_OK && codes_tell_parse(reply->results[0]) == 0)
		look(m); /* those who are left are locked */
	else
		end(m, reply);
}

static void on_listed(const struct db_reply *reply, void *data)
{
	struct mailer *m = data;
	struct code_due *waiting = NULL;
	if (reply->err != ERR_OK) {
		end(m, reply);
		return;
	}
	size_t count = codes_untold_parse(reply->results[0], &m->arena, &waiting);
	if (count == 0) {
		look(m);
		return;
	}
	int64_t *ids = ARENA_ARRAY(&m->arena, int64_t, count);
	const char **payloads = ARENA_ARRAY(&m->arena, const char *, count);
	for (size_t i = 0; i < count; i++) {
		enum locale locale = m->options.rules->default_locale;
		(void)locale_parse(waiting[i].locale, &locale);
		ids[i] = waiting[i].id;
		payloads[i] =
		    news_of(m, locale, waiting[i].user_id, waiting[i].email, CODE_NEWS_DELAYED);
	}
	m->state = MAILER_TELLING;
	m->plan.count = 0;
	(void)codes_tell(&m->plan, &m->arena, ids, payloads, count);
	db_pool_run(m->options.leader, m->plan.steps, m->plan.count, DEADLINE_MS, on_told, m);
}

/*
 * A mail that is tried takes up to a minute to fail, four at a time: nobody waits for their turn to hear of it. Who asks
 * after the failure hears at once if there is no place, and else from their own mail.
 */
static void tell_who_waits(struct mailer *m)
{
	int64_t ids[PLACES];
	size_t count = under_way(m, ids);
	begin(m, MAILER_LISTING);
	(void)codes_untold(&m->plan, &m->arena, ids, count,
	    count == PLACES ? 0 : clock_monotonic_us() - m->useless_us);
	db_pool_run(m->options.leader, m->plan.steps, m->plan.count, DEADLINE_MS, on_listed, m);
}

static void tick(struct mailer *m)
{
	if (m->state != MAILER_IDLE || m->closing)
		return;
	if (!m->options.leads(m->options.data)) {
		wait(m, SOON_MS);
		return;
	}
	if (write_results(m))
		return;
	if (m->useless_us > 0)
		tell_who_waits(m);
	else
		look(m);
}

/* Life ------------------------------------------------------------------------------------------------------------------------*/

struct mailer *mailer_create(uv_loop_t *loop, const struct mailer_options *options)
{
	struct mailer *m = calloc(1, sizeof *m);
	if (!m)
		abort();
	m->options = *options;
	arena_init(&m->arena, ARENA_MAXIMUM);
	m->client = mail_client_create(loop, &m->options.mail);
	(void)uv_timer_init(loop, &m->timer);
	m->timer.data = m;
	wait(m, SOON_MS);
	return m;
}

void mailer_wake(struct mailer *m)
{
	if (!m)
		return;
	m->again = true;
	tick(m);
}

const char *mailer_trouble(const struct mailer *m)
{
	return m && m->trouble[0] ? m->trouble : NULL;
}

static void on_closed(uv_handle_t *handle)
{
	struct mailer *m = handle->data;
	arena_finish(&m->arena);
	explicit_bzero(m, sizeof *m);
	free(m);
}

void mailer_destroy(struct mailer *m)
{
	if (!m)
		return;
	m->closing = true;
	mail_client_destroy(m->client);
	uv_close((uv_handle_t *)&m->timer, on_closed);
}
