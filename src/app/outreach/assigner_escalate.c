#include "assigner_private.h"
#include "salesreg/base/log.h"
#include "salesreg/base/text.h"
#include <assert.h>

/*
 * The step ESCALATING: prospects that every rep declined are said to the admins, ESCALATED_AT_ONCE of them at once.
 * Failures: as of every step, see assigner.c; nobody is told twice, since that they were told is written with the message.
 */

enum { ESCALATED_AT_ONCE = 100 };

static void on_escalated(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct assigner *s = data;
	assert(conn == s->conn && s->step == STEP_ESCALATING);
	if (reply->err != ERR_OK)
		assigner_fail(s, reply);
	else if (s->more_left)
		assigner_escalate(s);
	else {
		s->apart = s->apart_next;
		s->apart_whole = false;
		assigner_rest(s);
	}
}

static void on_exhausted(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct assigner *s = data;
	assert(conn == s->conn && s->step == STEP_ESCALATING);
	if (reply->err != ERR_OK) {
		assigner_fail(s, reply);
		return;
	}
	struct waiting_row *rows;
	size_t count =
	    allocation_exhausted_parse(reply->results[s->candidates_step], &s->arena, &rows);
	assigner_read_admin_locales(s, reply);
	s->plan.count = 0;
	if (count > 0) {
		const struct conversation_rules *rules = s->options.rules;
		struct notice_prospect *prospects =
		    ARENA_ARRAY(&s->arena, struct notice_prospect, count);
		const char **ids = ARENA_ARRAY(&s->arena, const char *, count);
		for (size_t i = 0; i < count; i++) {
			prospects[i] = assigner_notice_of(s, &rows[i], "");
			ids[i] = rows[i].prospect;
		}
		struct message_list messages = {0};
		for (size_t i = 0; i < rules->admin_count; i++)
			notice_nobody_left(rules->catalog,
			    assigner_admin_locale(s, rules->admin_ids[i]), rules->admin_ids[i],
			    prospects, count, &s->arena, &messages);
		log_warn("%zu %s for somebody new%s", count,
		    text_plural((int64_t)count, "prospect was declined by every rep and waits",
			"prospects were declined by every rep and wait"),
		    rules->admin_count ? "; the admins are told"
				       : "; set ADMIN_TELEGRAM_IDS to be told by the bot");
		assigner_queue(s, &messages);
		allocation_escalated(&s->plan, &s->arena, ids, count, rules->admin_count > 0);
	}
	s->more_left = count == ESCALATED_AT_ONCE;
	s->passed_over = allocation_skipped_locked_parse(reply->results[s->passed_step]);
	assigner_commit(s, on_escalated);
}

void assigner_escalate(struct assigner *s)
{
	assigner_set_step(s, STEP_ESCALATING);
	struct db_plan *plan = assigner_begin(s);
	s->candidates_step = allocation_exhausted(
	    plan, &s->arena, s->options.rules->admin_count > 0, ESCALATED_AT_ONCE, &s->apart);
	s->passed_step = allocation_skipped_locked(
	    plan, &s->arena, (int64_t)s->options.rules->max_prospects, assigner_left_out(s));
	assigner_plan_admin_locales(s);
	assigner_run(s, on_exhausted);
}
