#include "salesreg/app/bot/admin/broadcaster.h"
#include "salesreg/app/bot/delivery/telegram_message.h"
#include "salesreg/app/queue_worker.h"
#include "salesreg/domain/conversation/admin/broadcast_text.h"
#include "salesreg/store/broadcasts.h"
#include <stdlib.h>
#include <string.h>

enum {
	DB_DEADLINE_MS = 15000,
	ARENA_MAXIMUM = 1024 * 1024,
	PORTION = 60, /* two seconds' worth of what Telegram takes */
};
static const int64_t PAUSE_FIRST_US = 1000000, PAUSE_LONGEST_US = 10 * 1000000LL;
static const int64_t FEED_US = 1000000, SHOW_US = 3 * 1000000LL, LATER_US = 10 * 1000000LL;

/* One at a time, in turn: what is to be written of it is decided at once. */
struct sending {
	struct broadcast_result result;
};

struct broadcaster {
	struct broadcaster_options options;
	struct queue_worker *worker;
	struct arena arena; /* of the one in hand */
};

static struct broadcast_counts counts_of(const struct broadcast_due *due)
{
	return (struct broadcast_counts){.recipients = due->recipients,
	    .waiting = due->waiting,
	    .queued = due->queued,
	    .sent = due->sent,
	    .later = due->later < due->queued ? due->later : due->queued,
	    .failed = due->failed,
	    .gone = due->gone,
	    .left = due->left,
	    .stopped = due->stopped,
	    .is_stopped = broadcast_state_from_name(due->state) == BROADCAST_STOPPED};
}

/* What is sent in each language; for whom is added where it is queued. */
static void add_words(const struct broadcaster *b, const struct broadcast_due *due,
    struct broadcast_result *result, struct arena *a)
{
	const struct broadcast_words words = {due->text, due->format, due->author};
	const char **locales = ARENA_ARRAY(a, const char *, LOCALE_COUNT),
		   **payloads = ARENA_ARRAY(a, const char *, LOCALE_COUNT);
	for (unsigned l = 0; l < LOCALE_COUNT; l++) {
		locales[l] = locale_code((enum locale)l);
		payloads[l] = outgoing_payload(
		    broadcast_message(b->options.rules->catalog, (enum locale)l, &words, 0, a), a);
	}
	result->locales = locales;
	result->payloads = payloads;
	result->locale_count = LOCALE_COUNT;
	result->default_locale = locale_code(b->options.rules->default_locale);
	result->most = PORTION;
	result->hold_hours = b->options.hold_hours;
}

static int64_t pause_of(const struct broadcast_counts *counts)
{
	if (broadcast_is_over(counts))
		return -1;
	return counts->waiting == 0 && counts->queued == counts->later ? LATER_US : FEED_US;
}

static struct broadcast_result decide(
    const struct broadcaster *b, const struct broadcast_due *due, struct arena *a)
{
	struct broadcast_counts counts = counts_of(due);
	struct broadcast_result result = {.id = due->row.id, .pause_us = pause_of(&counts)};
	/* whose right to write to all is over before they have it all */
	if (result.pause_us >= 0 && !counts.is_stopped &&
	    !conversation_is_admin(b->options.rules, due->admin)) {
		result.orphaned = true;
		result.pause_us = FEED_US;
		return result;
	}
	if (counts.waiting > 0 && !counts.is_stopped)
		add_words(b, due, &result, a);
	enum locale locale = b->options.rules->default_locale;
	(void)locale_parse(due->locale, &locale);
	const struct message *m = broadcast_progress(b->options.rules->catalog, locale, &counts,
	    due->row.id, due->about, due->admin, due->shown_message, a);
	bool is_new = !due->shown || strcmp(due->shown, m->text) != 0;
	if (result.pause_us < 0 || (is_new && (!due->shown || due->shown_us >= SHOW_US))) {
		result.edit = outgoing_payload(m, a);
		result.shown = m->text;
	}
	return result;
}

static const char *take(void *job, const void *row, struct arena *a, void *data)
{
	(void)a;
	struct broadcaster *b = data;
	arena_reset(&b->arena);
	((struct sending *)job)->result = decide(b, row, &b->arena);
	return "";
}

static void start(void *job, struct arena *a, void *data)
{
	(void)a;
	const struct broadcaster *b = data;
	queue_worker_ended(b->worker, job);
}

static void judge(
    const void *job, const struct queue_row *row, void *result, struct arena *a, void *data)
{
	(void)row;
	(void)a;
	(void)data;
	*(struct broadcast_result *)result = ((const struct sending *)job)->result;
}

static bool may(void *data)
{
	const struct broadcaster *b = data;
	return b->options.leads(b->options.data);
}

struct broadcaster *broadcaster_create(uv_loop_t *loop, const struct broadcaster_options *options)
{
	struct broadcaster *b = calloc(1, sizeof *b);
	if (!b)
		abort();
	b->options = *options;
	arena_init(&b->arena, ARENA_MAXIMUM);
	b->worker =
	    queue_worker_create(loop, &(struct queue_worker_options){.pool = options->leader,
					  .queue = &broadcasts_queue,
					  .places = 1,
					  .job_size = sizeof(struct sending),
					  .deadline_ms = DB_DEADLINE_MS,
					  .pause_first_us = PAUSE_FIRST_US,
					  .pause_longest_us = PAUSE_LONGEST_US,
					  .may = may,
					  .take = take,
					  .start = start,
					  .judge = judge,
					  .data = b});
	return b;
}

void broadcaster_wake(struct broadcaster *b)
{
	if (b)
		queue_worker_wake(b->worker);
}

void broadcaster_destroy(struct broadcaster *b)
{
	if (!b)
		return;
	queue_worker_destroy(b->worker);
	arena_finish(&b->arena);
	free(b);
}
