#include "salesreg/app/batch.h"
#include "salesreg/app/fold.h"
#include "salesreg/app/outgoing.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/fault_log.h"
#include "salesreg/base/json.h"
#include "salesreg/base/log.h"
#include "salesreg/store/bot.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LEASE_DEADLINE_MS = 20000,
	RUN_DEADLINE_MS = 15000,
	CLIENTS_EACH = 200,
	ARENA_MAXIMUM = 256 * 1024 * 1024,
	/* What the updates of one transaction may take, with all they read: a hundred people's clients, or nearly. */
	SCRATCH_MAXIMUM = 16 * 1024 * 1024,
	IN_HAND_MOST = 2,
	PAYLOAD_MOST = 512 * 1024,
};

/*
 *            lease        marked (careful only)       read, folded          committed
 *   IDLE ----------> NEXT ------> MARKING ------> READING --------> WRITING -----------> NEXT … until no update is left
 *                      ^                             |                 |
 *                      +--- aborted: again, singly --+-----------------+
 *                      +--- alone and aborted again --> PARKING --> NEXT
 */
enum batch_state {
	BATCH_IDLE,
	BATCH_NEXT,
	BATCH_MARKING,
	BATCH_READING,
	BATCH_WRITING,
	BATCH_PARKING
};

struct batch {
	struct batch_options options;
	enum batch_state state;
	struct db_conn *conn;
	json_t *document;
	struct arena arena;   /* the whole batch: parsed updates */
	struct arena scratch; /* one transaction */
	struct telegram_update *updates;
	size_t count, from, to; /* [from, to): the transaction in hand */
	bool careful, single, retried, force_lock, lock_taken, inserted;
	bool has_marked, has_next; /* whether the next two hold something */
	int64_t marked, next;
	int64_t in_hand_id, in_hand_count;
	int64_t locked_user; /* somebody holds this person's row; 0: nobody's as far as we know */
	int64_t parked_id;   /* the batch is the retry of this parked update; 0: it is Telegram's */
	struct db_plan plan;
	struct fold_interests interests;
	struct fold_writes writes;
	const char *park_reason;
	struct {
		size_t sessions, reps, emails, assignments, subjects, clients, lock, applications,
		    untaken, missed, claims, waiting_claims, locales, invites, codes, code_mails;
	} steps; /* of the read */
	size_t fence_step, insert_step, thin_step;
	int64_t arrived_us, begun_us; /* the updates; the transaction in hand */
	struct {
		const char
		    *bytes; /* NULL: updates are in hand, not something that cannot be read */
		size_t size;
		bool has_id;
		int64_t id, next;
	} bytes;
	bool quiet;
	struct fault_log code_fault; /* mails that limits keep back */
	char why[512];               /* the last error */
	struct batch_stats stats;
	struct histogram commits;
};

static void next_transaction(struct batch *b);

/* What a committed transaction dropped of what waits, if it looked. */
static void thinned(struct batch *b, const struct db_reply *reply)
{
	if (b->thin_step == OUTBOX_NO_STEP)
		return;
	struct outbox_thinned gone = outbox_thinned_parse(reply->results[b->thin_step]);
	b->stats.crowded += (uint64_t)gone.messages;
	if (gone.messages > 0)
		log_info(
		    "more than %d answers waited in %lld %s, and all but the newest are dropped "
		    "(%lld messages); see salesreg.outbox_history, error crowded",
		    OUTBOX_ANSWERS_MOST, (long long)gone.chats, gone.chats == 1 ? "chat" : "chats",
		    (long long)gone.messages);
}

static void finish(struct batch *b, enum err err)
{
	db_pool_release(b->options.leader, b->conn);
	b->conn = NULL;
	b->state = BATCH_IDLE;
	json_decref(b->document);
	b->document = NULL;
	b->bytes.bytes = NULL;
	arena_reset(&b->scratch);
	arena_reset(&b->arena);
	log_context(0, 0);
	b->options.done(b, err, b->options.data);
}

/* Ends the batch for what the database said. */
static void fail(struct batch *b, enum err err, const struct db_reply *reply)
{
	(void)snprintf(b->why, sizeof b->why, "%s%s%s", reply->sqlstate,
	    reply->sqlstate[0] ? " " : "",
	    reply->message[0] ? reply->message : err_sentence(reply->err));
	finish(b, err);
}

/* A plan that first leaves a transaction which went wrong. */
static struct db_plan *fresh_plan(struct batch *b)
{
	b->plan.count = 0;
	if (db_conn_in_transaction(b->conn))
		(void)db_plan_add_plain(&b->plan, SQL_TX_ROLLBACK);
	return &b->plan;
}

/* The offset after updates [0, to): the last id, plus one; ids may restart lower, so nothing is compared. */
static bool next_after(const struct batch *b, size_t to, int64_t *next)
{
	while (to-- > b->from) {
		if (b->updates[to].has_id) {
			*next = b->updates[to].update_id + 1;
			return true;
		}
	}
	return false;
}

static void plan_advance(struct batch *b, struct db_plan *plan, size_t to)
{
	int64_t next;
	b->fence_step = SIZE_MAX;
	if (b->parked_id) {
		/* Telegram's queue has nothing to do with it */
		parked_done(plan, &b->scratch, b->parked_id);
		return;
	}
	if (!next_after(b, to, &next))
		return;
	b->fence_step = plan->count;
	bot_advance(plan, &b->scratch, b->options.bot_id, b->has_next ? &b->next : NULL, next);
}

static void advanced(struct batch *b, size_t to)
{
	int64_t next;
	if (!b->parked_id && next_after(b, to, &next)) {
		b->next = next;
		b->has_next = true;
	}
	b->has_marked &= b->parked_id != 0;
	b->stats.updates += to - b->from;
	b->stats.transactions++;
	b->from = to;
}

/* Parking ------------------------------------------------------------------------------------------------------------*/

static void on_parked(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct batch *b = data;
	(void)conn;
	if (reply->err != ERR_OK) {
		/* not even this: weather, or the fence; the update stays with Telegram */
		bool fenced =
		    reply->failed_step == b->fence_step && strcmp(reply->sqlstate, "40001") == 0;
		fail(b, fenced ? ERR_CONFLICT : ERR_UNAVAILABLE, reply);
		return;
	}
	thinned(b, reply);
	b->stats.parked += !b->parked_id;
	if (!b->parked_id)
		log_error("this update could not be handled and is parked: %s; see `salesreg "
			  "parked list`",
		    b->why);
	const struct event *event = &b->updates[b->from].event;
	if (event->callback_id && !b->parked_id)
		delivery_answer_callback(b->options.delivery, event->chat_id,
		    outgoing_callback_answer(event->callback_id, "", false, &b->scratch));
	advanced(b, b->from + 1);
	delivery_wake(b->options.delivery);
	b->retried = false;
	next_transaction(b);
}

/* Its user was told when it was first put aside. */
static void park_again(struct batch *b, const char *reason)
{
	struct db_plan *plan = fresh_plan(b);
	b->thin_step = OUTBOX_NO_STEP;
	log_error("the retry of parked update %lld failed: %s", (long long)b->parked_id, reason);
	parked_failed(plan, &b->scratch, b->parked_id, reason);
	b->state = BATCH_PARKING;
	db_conn_run(b->conn, plan->steps, plan->count, RUN_DEADLINE_MS, on_parked, b);
}

/* Puts it aside, and tells its user so. */
static void park_and_tell(struct batch *b, bool tell, enum locale locale)
{
	const struct telegram_update *update = &b->updates[b->from];
	const struct event *event = &update->event;
	char *payload = json_text_dup(json_array_get(b->document, b->from));
	struct db_plan *plan = fresh_plan(b);
	(void)db_plan_add_plain(plan, SQL_TX_BEGIN);
	plan_advance(b, plan, b->from + 1);
	bot_park(plan, &b->scratch, b->options.bot_id, update->has_id ? &update->update_id : NULL,
	    event->user_id,
	    payload && strlen(payload) <= PAYLOAD_MOST ? arena_strdup(&b->scratch, payload) : "{}",
	    json_object_get(json_array_get(b->document, b->from), "message") != NULL,
	    b->park_reason);
	free(payload);
	if (tell) {
		struct message message = {.kind = MESSAGE_SEND,
		    .chat_id = event->chat_id,
		    .text = catalog_render(
			b->options.rules->catalog, locale, TEXT_PARKED, NULL, 0, &b->scratch)};
		struct outbox_new row = {.chat_id = event->chat_id,
		    .method = outgoing_method(&message),
		    .payload = outgoing_payload(&message, &b->scratch),
		    .priority = PRIORITY_REPLY,
		    .answers_to = update->has_id ? update->update_id : 0};
		(void)outbox_insert(plan, &b->scratch, &row, 1);
		b->thin_step = outbox_thin(plan, &b->scratch, &row, 1, true);
	}
	(void)db_plan_add_plain(plan, SQL_TX_COMMIT);
	db_conn_run(b->conn, plan->steps, plan->count, RUN_DEADLINE_MS, on_parked, b);
}

static void on_park_locale(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct batch *b = data;
	(void)conn;
	const struct event *event = &b->updates[b->from].event;
	struct chosen_locale *chosen = NULL;
	size_t count = 0;
	if (reply->err == ERR_OK)
		count = locales_parse(reply->results[b->steps.locales], &b->scratch, &chosen);
	else if (reply->err != ERR_CONFLICT && reply->err != ERR_REFUSED) {
		fail(b, ERR_UNAVAILABLE, reply);
		return;
	}
	/* that the sessions cannot be read may be the very reason why it is put aside */
	park_and_tell(b, true,
	    locale_chosen_by(chosen, count, event->user_id,
		locale_choose(event->language_code, b->options.rules->default_locale)));
}

static void park(struct batch *b, const char *reason)
{
	if (b->parked_id) {
		park_again(b, reason);
		return;
	}
	const struct telegram_update *update = &b->updates[b->from];
	const struct event *event = &update->event;
	log_context(event->chat_id, update->update_id);
	(void)snprintf(b->why, sizeof b->why, "%s", reason);
	b->park_reason = reason;
	b->state = BATCH_PARKING;
	b->thin_step = OUTBOX_NO_STEP;
	if (event->kind == EVENT_IGNORED || event->kind == EVENT_BLOCKED || !event->chat_id) {
		park_and_tell(b, false, b->options.rules->default_locale);
		return;
	}
	struct db_plan *plan = fresh_plan(b);
	b->steps.locales = locales_read(plan, &b->scratch, &event->user_id, 1);
	db_conn_run(b->conn, plan->steps, plan->count, RUN_DEADLINE_MS, on_park_locale, b);
}

static const char locked_person[] =
    "55P03 another database session holds this person's row: an open transaction, most likely in "
    "psql";
static const char locked_row[] =
    "55P03 another database session holds a row that this changes: an open transaction, most "
    "likely in psql";

/* A transaction went wrong ---------------------------------------------------------------------------------------------*/

/*
 * No fault of any update: a whole table is locked (VACUUM FULL, ALTER TABLE), somebody cancelled the statement, the server is
 * out of something (class 53), or the transaction had failed before; a right is missing, or nothing may be written, which an
 * operator ends for everybody at once.
 */
static bool is_weather(const struct db_reply *reply)
{
	const char *s = reply->sqlstate;
	return (strcmp(s, "55P03") == 0 && !reply->row_locked) || strcmp(s, "57014") == 0 ||
	       strncmp(s, "53", 2) == 0 || strcmp(s, "25P02") == 0 || strcmp(s, "42501") == 0 ||
	       strcmp(s, "25006") == 0;
}

/* Then everything this person sends meets the same lock; another row concerns this update alone. */
static bool is_own_row(const struct batch *b, const struct db_reply *reply)
{
	return reply->row_locked && b->state == BATCH_READING &&
	       (reply->failed_step == b->steps.sessions || reply->failed_step == b->steps.reps);
}

static void aborted(struct batch *b, const struct db_reply *reply)
{
	if (reply->err != ERR_CONFLICT && reply->err != ERR_REFUSED) {
		fail(b, reply->err, reply);
		return;
	}
	if (is_weather(reply)) {
		fail(b, ERR_UNAVAILABLE, reply);
		return;
	}
	if (b->state == BATCH_WRITING && reply->failed_step == b->fence_step &&
	    strcmp(reply->sqlstate, "40001") == 0) {
		log_error(
		    "the offset of this bot is not what this process wrote last: somebody else has "
		    "moved it, or row-level security hides it; giving the leadership up");
		fail(b, ERR_CONFLICT, reply);
		return;
	}
	b->stats.retried++;
	log_write(b->quiet ? LOG_DEBUG : LOG_WARN,
	    "a transaction over %zu updates was undone: %s %s", b->to - b->from, reply->sqlstate,
	    reply->message);
	if (reply->err == ERR_CONFLICT && !b->retried) {
		b->retried = true;
	} else if (b->to - b->from > 1) {
		b->single = true;
		b->retried = false;
	} else {
		const char *reason =
		    arena_printf(&b->scratch, "%s %s", reply->sqlstate, reply->message);
		bool own = is_own_row(b, reply);
		b->locked_user = own ? b->updates[b->from].event.user_id : 0;
		park(b, !reply->row_locked ? reason : own ? locked_person : locked_row);
		return;
	}
	next_transaction(b);
}

/* Nothing is written yet. */
static void too_large(struct batch *b)
{
	b->stats.retried++;
	if (b->to - b->from == 1) {
		park(b, "it takes more memory than one update may");
		return;
	}
	log_debug("%zu updates take too much memory together and go one by one", b->to - b->from);
	b->single = true;
	next_transaction(b);
}

/* Writing --------------------------------------------------------------------------------------------------------------*/

/* Nothing that was folded goes out. */
static void give_grants_back(struct batch *b)
{
	for (size_t i = 0; i < b->writes.message_count; i++)
		if (b->writes.messages[i].send_now)
			delivery_ungrant(b->options.delivery, b->writes.messages[i].chat_id);
}

/* Somebody waits for a code that is not mailed, and an operator is to know why. */
static void say_limits(struct batch *b)
{
	bool any = false;
	for (int i = CODE_LIMIT_NONE + 1; i < CODE_LIMIT_COUNT; i++) {
		if (b->writes.code_limited[i] == 0)
			continue;
		any = true;
		fault_log_warn(&b->code_fault,
		    "a mail with a code is kept back by a limit: %s; see `salesreg doctor`",
		    code_limit_sentence((enum code_limit)i));
	}
	if (!any && b->writes.code_request_count > 0)
		(void)fault_log_end(&b->code_fault);
}

static void on_written(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct batch *b = data;
	(void)conn;
	delivery_results_written(b->options.delivery, reply);
	if (reply->err != ERR_OK) {
		give_grants_back(b);
		aborted(b, reply);
		return;
	}
	int64_t now = clock_monotonic_us();
	histogram_observe(&b->commits, now - b->begun_us);
	advanced(b, b->from + b->writes.taken);
	/* the next poll travels while these answers are sent */
	if (b->from == b->count && !b->parked_id)
		b->options.committed(b, b->options.data);
	bool queued = false;
	thinned(b, reply);
	say_limits(b);
	if (b->inserted) {
		struct outbox_born *born;
		size_t count =
		    outbox_born_parse(reply->results[b->insert_step], &b->scratch, &born);
		assert(count == b->writes.message_count);
		for (size_t i = 0; i < count; i++) {
			const struct outbox_new *row = &b->writes.messages[i];
			if (!born[i].sending) {
				if (row->send_now)
					delivery_ungrant(b->options.delivery, row->chat_id);
				queued = true;
				continue;
			}
			delivery_waited(b->options.delivery, (enum message_priority)row->priority,
			    now - b->arrived_us);
			delivery_send(b->options.delivery, &(struct outbox_row){.id = born[i].id,
							       .chat_id = row->chat_id,
							       .birth_us = born[i].birth_us,
							       .method = row->method,
							       .payload = row->payload,
							       .attempts = 1});
		}
	}
	for (size_t i = 0; i < b->writes.answer_count; i++)
		delivery_answer_callback(b->options.delivery, b->writes.answers[i].chat_id,
		    outgoing_callback_answer(b->writes.answers[i].callback_id,
			b->writes.answers[i].text, b->writes.answers[i].alert, &b->scratch));
	for (size_t i = 0; i < b->writes.menu_count; i++)
		delivery_set_menu(b->options.delivery,
		    outgoing_menu(b->options.rules->catalog, b->writes.menus[i].locale, NULL,
			b->writes.menus[i].chat_id, &b->scratch));
	if (queued)
		delivery_wake(b->options.delivery);
	b->retried = false;
	next_transaction(b);
}

static bool grants(int64_t chat, void *data)
{
	struct batch *b = data;
	return delivery_grants(b->options.delivery, chat);
}

static void write_batch(struct batch *b, const struct db_reply *reply)
{
	struct arena *a = &b->scratch;
	struct fold_input input = {.rules = b->options.rules,
	    .code_key = b->options.code_key,
	    .updates = b->updates + b->from,
	    .count = b->to - b->from,
	    .grants = grants,
	    .data = b};
	struct session_row *sessions;
	struct rep_row *reps;
	struct email_row *emails;
	struct assignment_row *assignments;
	struct subject_row *subjects;
	struct client_row *clients;
	if (b->interests.user_count) {
		input.session_count =
		    sessions_parse(reply->results[b->steps.sessions], a, &sessions);
		input.sessions = sessions;
		input.rep_count = reps_parse(reply->results[b->steps.reps], a, &reps);
		input.reps = reps;
	}
	if (b->interests.email_key_count) {
		input.email_count = rep_emails_parse(reply->results[b->steps.emails], a, &emails);
		input.emails = emails;
	}
	if (b->interests.assignment_count) {
		input.assignment_count =
		    assignments_parse(reply->results[b->steps.assignments], a, &assignments);
		input.assignments = assignments;
	}
	if (b->interests.subject_count) {
		input.subject_count =
		    subjects_parse(reply->results[b->steps.subjects], a, &subjects);
		input.subjects = subjects;
	}
	if (b->interests.client_rep_count) {
		input.client_count = clients_parse(reply->results[b->steps.clients], a, &clients);
		input.clients = clients;
	}
	if (b->interests.claimant_count) {
		struct claim_row *claims;
		input.claim_count = claims_parse(reply->results[b->steps.claims], a, &claims);
		input.claims = claims;
	}
	if (b->interests.user_count && b->options.rules->proves_email) {
		struct code_row *codes;
		struct code_mail *mails;
		input.code_count = codes_parse(reply->results[b->steps.codes], a, &codes);
		input.codes = codes;
		input.code_mail_count =
		    codes_counted_parse(reply->results[b->steps.code_mails], a, &mails);
		input.code_mails = mails;
	}
	if (b->interests.user_count && b->options.rules->by_invitation) {
		struct invite_row *invites;
		input.invite_count = invites_parse(reply->results[b->steps.invites], a, &invites);
		input.invites = invites;
	}
	if (b->interests.tells_admins) {
		struct chosen_locale *locales;
		input.admin_locale_count =
		    locales_parse(reply->results[b->steps.locales], a, &locales);
		input.admin_locales = locales;
	}
	if (b->interests.admin_count) {
		struct application_row *applications;
		struct untaken_row *untaken;
		input.application_count =
		    applications_parse(reply->results[b->steps.applications], a, &applications);
		input.applications = applications;
		struct claim_row *waiting;
		input.waiting_claim_count =
		    claims_parse(reply->results[b->steps.waiting_claims], a, &waiting);
		input.waiting_claims = waiting;
		input.untaken_count = untaken_parse(reply->results[b->steps.untaken], a, &untaken);
		input.untaken = untaken;
		input.missed_count =
		    admins_missed_parse(reply->results[b->steps.missed], a, &input.missed);
	}
	fold_run(&input, &b->interests, a, &b->writes);
	if (arena_is_over(a)) {
		give_grants_back(b);
		too_large(b);
		return;
	}
	struct db_plan *plan = &b->plan;
	plan->count = 0;
	if (b->writes.needs_lock && !b->lock_taken) {
		/* known only now: once more, with the lock ahead of the reads */
		give_grants_back(b);
		b->force_lock = true;
		next_transaction(b);
		return;
	}
	b->force_lock = false;
	plan_advance(b, plan, b->from + b->writes.taken);
	fold_plan_writes(&b->writes, plan, a);
	delivery_put_results(b->options.delivery, plan, a);
	b->inserted = b->writes.message_count > 0;
	b->thin_step = OUTBOX_NO_STEP;
	if (b->inserted) {
		b->insert_step =
		    outbox_insert(plan, a, b->writes.messages, b->writes.message_count);
		b->thin_step = outbox_thin(plan, a, b->writes.messages, b->writes.message_count,
		    delivery_has_backlog(b->options.delivery));
	}
	(void)db_plan_add_plain(plan, SQL_TX_COMMIT);
	b->state = BATCH_WRITING;
	db_conn_run(b->conn, plan->steps, plan->count, RUN_DEADLINE_MS, on_written, b);
}

/* Reading --------------------------------------------------------------------------------------------------------------*/

static void on_read(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct batch *b = data;
	(void)conn;
	if (reply->err != ERR_OK) {
		aborted(b, reply);
		return;
	}
	b->lock_taken = b->interests.user_count && PQntuples(reply->results[b->steps.lock]) > 0;
	write_batch(b, reply);
}

static void read_batch(struct batch *b)
{
	struct arena *a = &b->scratch;
	struct fold_interests *in = &b->interests;
	b->begun_us = clock_monotonic_us();
	fold_interests(b->options.rules, b->updates + b->from, b->to - b->from, a, in);
	struct db_plan *plan = fresh_plan(b);
	(void)db_plan_add_plain(plan, SQL_TX_BEGIN);
	if (in->user_count) {
		b->steps.lock = assignment_lock_if(
		    plan, a, in->lock_certainly || b->force_lock, in->leavers, in->leaver_count);
		b->steps.sessions = sessions_read(plan, a, in->users, in->user_count);
		b->steps.reps = reps_read(plan, a, in->users, in->user_count);
	}
	if (in->email_key_count)
		b->steps.emails = rep_emails_read(plan, a, in->email_keys, in->email_key_count);
	if (in->assignment_count)
		b->steps.assignments =
		    assignments_read(plan, a, in->assignments, in->assignment_count);
	if (in->subject_count)
		b->steps.subjects = subjects_read(plan, a, in->subjects, in->subject_count);
	if (in->client_rep_count)
		b->steps.clients =
		    clients_read(plan, a, in->client_reps, in->client_rep_count, CLIENTS_EACH);
	if (in->claimant_count)
		b->steps.claims = claims_read(plan, a, in->claimants, in->claimant_count);
	if (in->user_count && b->options.rules->proves_email) {
		b->steps.codes = codes_read(plan, a, in->users, in->user_count);
		b->steps.code_mails = codes_counted(plan, a, in->users, in->user_count,
		    in->mailboxes, in->email_key_count, MAILS_IN_ALL_HOUR_MOST);
	}
	if (in->user_count && b->options.rules->by_invitation)
		b->steps.invites =
		    invites_read(plan, a, in->invites, in->invite_count, in->users, in->user_count);
	if (in->tells_admins)
		b->steps.locales = locales_read(
		    plan, a, b->options.rules->admin_ids, b->options.rules->admin_count);
	if (in->admin_count) {
		b->steps.applications = applications_read(plan, a, CONVERSATION_SHOWN_MAX,
		    in->admins, in->admin_count, in->wants_applications);
		b->steps.waiting_claims = claims_waiting(plan, a, CONVERSATION_SHOWN_MAX,
		    in->admins, in->admin_count, in->wants_applications);
		b->steps.untaken = untaken_read(plan, a, CONVERSATION_SHOWN_MAX, in->admins,
		    in->admin_count, in->wants_applications);
		b->steps.missed = admins_missed_read(plan, a, in->admins, in->admin_count);
	}
	b->state = BATCH_READING;
	db_conn_run(b->conn, plan->steps, plan->count, RUN_DEADLINE_MS, on_read, b);
}

static void on_marked(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct batch *b = data;
	(void)conn;
	if (reply->err != ERR_OK) {
		fail(b, reply->err, reply);
		return;
	}
	b->has_marked = true;
	b->marked = b->updates[b->from].update_id;
	read_batch(b);
}

static void mark(struct batch *b)
{
	const struct telegram_update *update = &b->updates[b->from];
	if (update->has_id && update->update_id == b->in_hand_id &&
	    b->in_hand_count >= IN_HAND_MOST) {
		park(b, "the bot died twice while it had this update in hand");
		return;
	}
	struct db_plan *plan = fresh_plan(b);
	bot_in_hand(plan, &b->scratch, b->options.bot_id, update->update_id);
	b->state = BATCH_MARKING;
	db_conn_run(b->conn, plan->steps, plan->count, RUN_DEADLINE_MS, on_marked, b);
}

static void next_transaction(struct batch *b)
{
	b->state = BATCH_NEXT;
	if (b->from == b->count) {
		finish(b, ERR_OK);
		return;
	}
	arena_reset(&b->scratch);
	b->to = b->single || b->careful ? b->from + 1 : b->count;
	const struct telegram_update *first = &b->updates[b->from];
	log_context(b->to - b->from == 1 ? first->event.chat_id : 0,
	    b->to - b->from == 1 ? first->update_id : 0);
	if (b->locked_user && first->event.user_id == b->locked_user)
		park(b, locked_person); /* the others need not wait once more */
	else if (b->careful)
		mark(b);
	else
		read_batch(b);
}

static void step_over(struct batch *b);

static void on_lease(struct db_conn *conn, enum err err, void *data)
{
	struct batch *b = data;
	if (err != ERR_OK) {
		(void)snprintf(b->why, sizeof b->why, "%s", err_sentence(err));
		b->state = BATCH_IDLE;
		json_decref(b->document);
		b->document = NULL;
		b->bytes.bytes = NULL;
		arena_reset(&b->arena);
		b->options.done(b, err, b->options.data);
		return;
	}
	b->conn = conn;
	if (b->bytes.bytes)
		step_over(b);
	else
		next_transaction(b);
}

/* Life -----------------------------------------------------------------------------------------------------------------*/

struct batch *batch_create(const struct batch_options *options)
{
	struct batch *b = calloc(1, sizeof *b);
	if (!b)
		abort();
	b->options = *options;
	arena_init(&b->arena, ARENA_MAXIMUM);
	arena_init(&b->scratch, SCRATCH_MAXIMUM);
	return b;
}

void batch_quiet(struct batch *b, bool quiet)
{
	b->quiet = quiet;
}

const char *batch_why(const struct batch *b)
{
	return b->why;
}

void batch_set_next(struct batch *b, const int64_t *next)
{
	b->has_next = next != NULL;
	b->next = next ? *next : 0;
}

const int64_t *batch_next(const struct batch *b)
{
	return b->has_next ? &b->next : NULL;
}

static void run(struct batch *b, json_t *updates)
{
	assert(b->state == BATCH_IDLE);
	b->arrived_us = clock_monotonic_us();
	b->document = json_incref(updates);
	b->count = json_array_size(updates);
	b->from = b->to = 0;
	b->single = b->retried = b->force_lock = false;
	b->locked_user = 0;
	b->updates = ARENA_ARRAY(&b->arena, struct telegram_update, b->count);
	for (size_t i = 0; i < b->count; i++)
		telegram_update_parse(json_array_get(updates, i), &b->arena, &b->updates[i]);
	fold_mark_repeats(b->updates, b->count, &b->arena);
	b->state = BATCH_NEXT;
	db_pool_acquire_first(b->options.leader, LEASE_DEADLINE_MS, on_lease, b);
}

void batch_run(
    struct batch *b, json_t *updates, bool careful, int64_t in_hand_id, int64_t in_hand_count)
{
	b->careful = careful;
	b->in_hand_id = in_hand_id;
	b->in_hand_count = in_hand_count;
	b->parked_id = 0;
	run(b, updates);
}

void batch_run_parked(struct batch *b, int64_t parked_id, json_t *update)
{
	json_t *updates = json_array();
	(void)json_array_append(updates, update);
	b->careful = false; /* that it was asked for is forgotten already, should it be deadly */
	b->parked_id = parked_id;
	run(b, updates);
	json_decref(updates);
}

/* What cannot be read is parked as it came, and stepped over ----------------------------------------------------------*/

static void on_stepped(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct batch *b = data;
	(void)conn;
	if (reply->err != ERR_OK) {
		bool fenced =
		    reply->failed_step == b->fence_step && strcmp(reply->sqlstate, "40001") == 0;
		fail(b, fenced ? ERR_CONFLICT : ERR_UNAVAILABLE, reply);
		return;
	}
	b->stats.parked++;
	b->next = b->bytes.next;
	b->has_next = true;
	log_error("an update that cannot be read (%zu bytes) is parked and stepped over; see "
		  "`salesreg parked list`",
	    b->bytes.size);
	finish(b, ERR_OK);
}

static void step_over(struct batch *b)
{
	struct arena *a = &b->scratch;
	struct db_plan *plan = fresh_plan(b);
	(void)db_plan_add_plain(plan, SQL_TX_BEGIN);
	b->fence_step = plan->count;
	bot_advance(plan, a, b->options.bot_id, b->has_next ? &b->next : NULL, b->bytes.next);
	size_t kept = b->bytes.size < PAYLOAD_MOST ? b->bytes.size : PAYLOAD_MOST;
	bot_park_bytes(plan, a, b->options.bot_id, b->bytes.has_id ? &b->bytes.id : NULL,
	    b->bytes.bytes, kept,
	    kept < b->bytes.size
		? "it cannot be read; only its beginning is kept"
		: "it cannot be read: no JSON, even with what is no character replaced");
	(void)db_plan_add_plain(plan, SQL_TX_COMMIT);
	b->state = BATCH_PARKING;
	db_conn_run(b->conn, plan->steps, plan->count, RUN_DEADLINE_MS, on_stepped, b);
}

void batch_step_over(
    struct batch *b, const char *bytes, size_t size, const int64_t *update_id, int64_t next)
{
	assert(b->state == BATCH_IDLE);
	b->parked_id = 0;
	b->bytes.bytes =
	    arena_strndup(&b->arena, bytes, size < PAYLOAD_MOST ? size : (size_t)PAYLOAD_MOST);
	b->bytes.size = size;
	b->bytes.has_id = update_id != NULL;
	b->bytes.id = update_id ? *update_id : 0;
	b->bytes.next = next;
	b->state = BATCH_NEXT;
	db_pool_acquire_first(b->options.leader, LEASE_DEADLINE_MS, on_lease, b);
}

const int64_t *batch_marked(const struct batch *b)
{
	return b->has_marked ? &b->marked : NULL;
}

void batch_unmark(struct batch *b)
{
	b->has_marked = false;
}

bool batch_is_running(const struct batch *b)
{
	return b->state != BATCH_IDLE;
}

struct batch_stats batch_stats(const struct batch *b)
{
	return b->stats;
}

const struct histogram *batch_commits(const struct batch *b)
{
	return &b->commits;
}

void batch_destroy(struct batch *b)
{
	if (!b)
		return;
	json_decref(b->document);
	arena_finish(&b->arena);
	arena_finish(&b->scratch);
	free(b);
}
