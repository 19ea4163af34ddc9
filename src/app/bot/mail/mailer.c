#include "salesreg/app/bot/mail/mailer.h"
#include "salesreg/app/bot/delivery/telegram_message.h"
#include "salesreg/app/bot/mail/mail_text.h"
#include "salesreg/app/queue_worker.h"
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
	ATTEMPTS_MOST = 14,     /* some two hours */
	REFUSALS_OF_SERVER = 3, /* of so many addresses in a row none is wrong */
};
static const int64_t PAUSE_FIRST_US = 15 * 1000000LL, PAUSE_LONGEST_US = 15 * 60 * 1000000LL;

/* A mail under way: a job of the queue. */
struct letter {
	struct mailer *mailer;
	int64_t user_id, wrong;
	char email[256], code[CODE_DIGITS + 1];
	enum locale locale;
	bool delay_told;
	struct mail_result result;
};

struct mailer {
	struct mailer_options options;
	struct queue_worker *worker;
	struct mail_client *client;
	bool telling; /* those who wait are known; next they are told */
	struct fault_log fault;
	char refused[REFUSALS_OF_SERVER][256]; /* addresses, in a row */
	size_t refused_count;
	/* when the server last turned out to be of no use to anybody; 0: it is of use */
	int64_t useless_us;
	char trouble[MAIL_REPLY_BYTES + 64];
};

/* What came of a mail ---------------------------------------------------------------------------------------------------------*/

static const char *news_of(const struct mailer *m, struct arena *a, enum locale locale,
    int64_t user_id, const char *email, enum code_news what)
{
	return outgoing_payload(
	    conversation_code_news(m->options.rules->catalog, locale, user_id, what, email, a), a);
}

static const char *news(const struct letter *l, struct arena *a, enum code_news what)
{
	return news_of(l->mailer, a, l->locale, l->user_id, l->email, what);
}

static struct code_result outcome_of(
    const struct letter *l, const struct queue_row *row, struct arena *a)
{
	struct code_result r = {.id = row->id,
	    .reply = l->result.reply,
	    .lost = l->result.outcome != MAIL_SENT && !l->result.maybe_delivered};
	switch (l->result.outcome) {
	case MAIL_SENT:
		r.state = code_state_name(CODE_SENT);
		r.payload = l->delay_told ? news(l, a, CODE_NEWS_SENT_LATE) : NULL;
		return r;
	case MAIL_REFUSED:
		r.state = code_state_name(CODE_REFUSED);
		r.payload = news(l, a, CODE_NEWS_REFUSED);
		return r;
	case MAIL_LATER:
	case MAIL_BROKEN:
		break;
	}
	if (row->attempts + 1 >= ATTEMPTS_MOST) {
		r.state = code_state_name(CODE_FAILED);
		r.payload = news(l, a, CODE_NEWS_FAILED);
		return r;
	}
	r.state = code_state_name(CODE_QUEUED);
	r.pause_us = queue_worker_pause_us(l->mailer->worker, row->attempts);
	r.payload = l->delay_told ? NULL : news(l, a, CODE_NEWS_DELAYED);
	return r;
}

static void judge(
    const void *job, const struct queue_row *row, void *result, struct arena *a, void *data)
{
	(void)data;
	*(struct code_result *)result = outcome_of(job, row, a);
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
	struct letter *l = data;
	l->result = *result;
	say(l->mailer, l->email, result);
	queue_worker_ended(l->mailer->worker, l);
}

/* What is due -----------------------------------------------------------------------------------------------------------------*/

static const char *take(void *job, const void *row, struct arena *a, void *data)
{
	struct mailer *m = data;
	struct letter *l = job;
	const struct code_due *due = row;
	l->mailer = m;
	l->user_id = due->user_id;
	l->wrong = due->wrong;
	l->delay_told = due->delay_told;
	l->locale = m->options.rules->default_locale;
	(void)locale_parse(due->locale, &l->locale);
	(void)snprintf(l->email, sizeof l->email, "%s", due->email);
	(void)snprintf(l->code, sizeof l->code, "%s", email_code_make(a));
	return email_code_hash(a, m->options.key, l->user_id, due->email_key, l->code);
}

static void start(void *job, struct arena *a, void *data)
{
	const struct mailer *m = data;
	struct letter *l = job;
	mail_send(m->client, l->email,
	    mail_text_code(m->options.rules->catalog, l->locale,
		&(struct mail_about){.from = m->options.mail.from,
		    .to = l->email,
		    .code = l->code,
		    .bot = m->options.rules->bot_username,
		    .wrong = l->wrong,
		    .now = time(NULL)},
		a),
	    on_mailed, l);
	explicit_bzero(l->code, sizeof l->code);
}

static void dropped(void *job, void *data)
{
	(void)data;
	struct letter *l = job;
	explicit_bzero(l->code, sizeof l->code);
}

/* Who waits while the server is of no use ------------------------------------------------------------------------------------*/

/* Those who wait, by the list of them. */
static enum queue_beside tell(
    struct mailer *m, const PGresult *list, struct db_plan *plan, struct arena *a)
{
	struct code_due *waiting = NULL;
	size_t count = codes_untold_parse(list, a, &waiting);
	if (count == 0)
		return QUEUE_LOOK;
	int64_t *ids = ARENA_ARRAY(a, int64_t, count);
	const char **payloads = ARENA_ARRAY(a, const char *, count);
	for (size_t i = 0; i < count; i++) {
		enum locale locale = m->options.rules->default_locale;
		(void)locale_parse(waiting[i].locale, &locale);
		ids[i] = waiting[i].row.id;
		payloads[i] =
		    news_of(m, a, locale, waiting[i].user_id, waiting[i].email, CODE_NEWS_DELAYED);
	}
	m->telling = true;
	(void)codes_tell(plan, a, ids, payloads, count);
	return QUEUE_RUN;
}

/*
 * A mail that is tried takes up to a minute to fail, four at a time: nobody waits for their turn to hear of it. Who asks
 * after the failure hears at once if there is no place, and else from their own mail.
 */
static enum queue_beside tell_who_waits(
    const struct db_reply *reply, struct db_plan *plan, struct arena *a, void *data)
{
	struct mailer *m = data;
	if (reply && !m->telling)
		return tell(m, reply->results[0], plan, a);
	m->telling = false;
	if (reply) /* those who are left are locked */
		return codes_tell_parse(reply->results[0]) == 0 ? QUEUE_LOOK : QUEUE_AGAIN;
	if (m->useless_us == 0)
		return QUEUE_LOOK;
	int64_t ids[PLACES];
	size_t count = queue_worker_held(m->worker, ids);
	(void)codes_untold(
	    plan, a, ids, count, count == PLACES ? 0 : clock_monotonic_us() - m->useless_us);
	return QUEUE_RUN;
}

/* Life ------------------------------------------------------------------------------------------------------------------------*/

static bool may(void *data)
{
	const struct mailer *m = data;
	return m->options.leads(m->options.data);
}

struct mailer *mailer_create(uv_loop_t *loop, const struct mailer_options *options)
{
	struct mailer *m = calloc(1, sizeof *m);
	if (!m)
		abort();
	m->options = *options;
	m->client = mail_client_create(loop, &m->options.mail);
	m->worker =
	    queue_worker_create(loop, &(struct queue_worker_options){.pool = options->leader,
					  .queue = &codes_queue,
					  .places = PLACES,
					  .job_size = sizeof(struct letter),
					  .deadline_ms = DEADLINE_MS,
					  .pause_first_us = PAUSE_FIRST_US,
					  .pause_longest_us = PAUSE_LONGEST_US,
					  .may = may,
					  .take = take,
					  .start = start,
					  .dropped = dropped,
					  .judge = judge,
					  .beside = tell_who_waits,
					  .data = m});
	return m;
}

void mailer_wake(struct mailer *m)
{
	if (m)
		queue_worker_wake(m->worker);
}

const char *mailer_trouble(const struct mailer *m)
{
	return m && m->trouble[0] ? m->trouble : NULL;
}

void mailer_destroy(struct mailer *m)
{
	if (!m)
		return;
	mail_client_destroy(m->client);
	queue_worker_destroy(m->worker);
	free(m);
}
