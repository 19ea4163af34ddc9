#include "poller_private.h"
#include "salesreg/base/json.h"
#include "salesreg/base/log.h"
#include "salesreg/telegram/bytes.h"
#include <assert.h>
#include <string.h>

/*
 * Parked updates that somebody asked to be handled again: between two polls, one after the other.
 *
 * Happy path: asked for (NOTIFY) -> the poll under way is given up, nothing of it is confirmed -> claimed -> the batch handles it
 * as if it had come now.
 * Failures: what cannot be read, or whose writer has gone on since, is put back with the reason; what fails again is parked
 * again. If the database cannot be asked, it is with the next beat.
 */

static void on_refused(const struct db_reply *reply, void *data)
{
	struct poller *p = data;
	assert(p->claiming);
	p->claiming = false;
	if (reply->err != ERR_OK)
		fault_log_warn(&p->put_back_fault, "a parked update could not be put back: %s",
		    reply->message);
	else
		fault_log_over(&p->put_back_fault, "parked updates are put back again");
	if (p->state == POLLER_WORKING && p->leading && !batch_is_running(p->batch))
		poller_poll(p); /* looks for the next one */
}

static void refuse_parked(struct poller *p, int64_t id, const char *why, const char *reason)
{
	log_warn("parked update %lld is not handled again: %s", (long long)id, why);
	p->claiming = true;
	p->parked_plan.count = 0;
	parked_failed(&p->parked_plan, &p->parked_arena, id, reason);
	db_pool_run(p->options.leader, p->parked_plan.steps, p->parked_plan.count, DB_DEADLINE_MS,
	    on_refused, p);
}

/* A later version may read what an earlier one could not. NULL: this one cannot. */
static json_t *read_again(const struct parked_bytes *raw)
{
	json_t *answer = telegram_bytes_parse(raw->bytes, raw->size);
	const json_t *result = json_object_get(answer, "result");
	json_t *update = telegram_updates_are_numbered(result) && json_array_size(result) == 1
			     ? json_incref(json_array_get(result, 0))
			     : NULL;
	json_decref(answer);
	return update;
}

static void on_claimed(const struct db_reply *reply, void *data)
{
	struct poller *p = data;
	int64_t id;
	const char *payload;
	struct parked_bytes raw;
	bool too_late;
	assert(p->claiming);
	p->claiming = false;
	if (p->state != POLLER_WORKING || !p->leading || batch_is_running(p->batch))
		return;
	if (reply->err != ERR_OK)
		fault_log_warn(&p->parked_fault,
		    "parked updates could not be looked at, trying again: %s", reply->message);
	else
		fault_log_over(&p->parked_fault, "parked updates are looked at again");
	p->parked_again = reply->err != ERR_OK;
	if (reply->err != ERR_OK || !parked_claim_parse(reply->results[0], &p->parked_arena, &id,
					&payload, &raw, &too_late)) {
		p->want_parked = false;
		poller_poll(p);
		return;
	}
	if (too_late) {
		refuse_parked(p, id, "its writer has gone on since",
		    "not handled again: this person has gone on since, and the words would be "
		    "taken for an answer to something else; read them with `salesreg parked "
		    "show`, answer by hand, drop them");
		return;
	}
	json_t *update = raw.bytes ? read_again(&raw)
				   : json_loads(payload, JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL);
	if (!update) {
		refuse_parked(p, id, "it still cannot be read",
		    "it still cannot be read; `salesreg parked show` shows what came");
		return;
	}
	log_info("parked update %lld is handled again", (long long)id);
	p->retrying = true;
	batch_quiet(p->batch, false);
	batch_run_parked(p->batch, id, update);
	json_decref(update);
}

void poller_claim_parked(struct poller *p)
{
	poller_set_state(p, POLLER_WORKING);
	p->claiming = true;
	arena_reset(&p->parked_arena);
	p->parked_plan.count = 0;
	(void)parked_claim(&p->parked_plan, &p->parked_arena, p->options.bot_id,
	    "its retry did not come to an end: the bot stopped, or lost its database, meanwhile");
	db_pool_run(p->options.leader, p->parked_plan.steps, p->parked_plan.count, DB_DEADLINE_MS,
	    on_claimed, p);
}

void poller_look_at_parked(struct poller *p)
{
	p->want_parked = true;
	if (p->state != POLLER_POLLING || p->claiming)
		return; /* poller_poll() looks */
	/* nothing is lost: what this poll might have brought is not confirmed */
	telegram_call_cancel(p->poll);
	p->poll = NULL;
	poller_poll(p);
}
