#include "assigner_private.h"
#include "salesreg/app/bot/delivery/telegram_message.h"
#include "salesreg/app/outreach/manual_changes.h"
#include "salesreg/base/log.h"
#include "salesreg/base/text.h"
#include <assert.h>
#include <string.h>

enum {
	IDENTIFY_AT_ONCE = 10000,
	SORT_AGAIN_MS = 10000,
	PASSED_ON_LISTED = 30,
	NAME_UNITS = 60,
};

static void fail_reconciling(struct assigner *s, const struct db_reply *reply)
{
	/* assigning goes on; whoever holds what is to be reconciled may hold it long */
	uint64_t interval = (uint64_t)s->options.sweep_interval_s * 1000;
	(void)uv_timer_start(&s->sweep, assigner_on_sweep, SORT_AGAIN_MS, interval);
	assigner_fail(s, reply);
}

/* Open prospects that came to their rep past us, or whose contact changed, are known by it again before anything is assigned. */
static void identify(struct assigner *s);

static void on_identified(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct assigner *s = data;
	assert(conn == s->conn && s->step == STEP_RECONCILING);
	if (reply->err != ERR_OK)
		fail_reconciling(s, reply);
	else if (s->more_left)
		identify(s);
	else
		assigner_assign_new(s);
}

static void on_unidentified(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct assigner *s = data;
	assert(conn == s->conn && s->step == STEP_RECONCILING);
	if (reply->err != ERR_OK) {
		fail_reconciling(s, reply);
		return;
	}
	struct waiting_row *rows;
	size_t count =
	    allocation_unidentified_parse(reply->results[s->candidates_step], &s->arena, &rows);
	struct people people;
	people_identify(rows, count, &s->arena, &people);
	s->plan.count = 0;
	allocation_identify(&s->plan, &s->arena, people.rows, people.count);
	s->more_left = count == IDENTIFY_AT_ONCE;
	assigner_commit(s, on_identified);
}

static void identify(struct assigner *s)
{
	s->candidates_step =
	    allocation_unidentified(assigner_begin(s), &s->arena, IDENTIFY_AT_ONCE);
	assigner_run(s, on_unidentified);
}

static void on_reconciled(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct assigner *s = data;
	assert(conn == s->conn && s->step == STEP_RECONCILING);
	if (reply->err != ERR_OK)
		fail_reconciling(s, reply);
	else
		identify(s);
}

/* One notification a rep, as if it had been assigned. */
static void notify_given(struct assigner *s, struct allocated_row *given, size_t count)
{
	struct notice_prospect *prospects = ARENA_ARRAY(&s->arena, struct notice_prospect, count);
	for (size_t i = 0; i < count; i++) {
		prospects[i] = assigner_notice_of(s, &given[i].prospect, given[i].rep.rep);
		assigner_show_answers(s, &given[i].prospect, &given[i].rep);
	}
	struct first_words of = {.prospects = ARENA_ARRAY(&s->arena, struct waiting_row *, count),
	    .reps = ARENA_ARRAY(&s->arena, const char *, count),
	    .count = count};
	for (size_t i = 0; i < count; i++) {
		of.prospects[i] = &given[i].prospect;
		of.reps[i] = given[i].rep.rep;
	}
	assigner_plan_first_words(s, &of);
	struct message_list messages = {0};
	for (size_t from = 0, to; from < count; from = to) {
		const struct allocation_rep_row *rep = &given[from].rep;
		for (to = from + 1; to < count && strcmp(given[to].rep.rep, rep->rep) == 0;)
			to++;
		notice_build(s->options.rules->catalog, assigner_locale_of(s, rep),
		    rep->telegram_id, prospects + from, to - from, &s->arena, &messages);
	}
	assigner_queue(s, &messages);
}

static void say(struct assigner *s, int64_t chat, const char *text, struct message_list *messages)
{
	(void)message_list_add(messages, &s->arena, chat, PRIORITY_NOTIFICATION, text);
}

static const char *short_name(struct assigner *s, const char *name)
{
	return arena_printf(&s->arena, "%.*s", (int)text_prefix_utf16(name, NAME_UNITS), name);
}

/* To the admins: whose prospects went on because Telegram has not reached them for too long. */
static void tell_admins(
    struct assigner *s, const char *rep, size_t prospects, struct message_list *messages)
{
	const struct conversation_rules *rules = s->options.rules;
	const struct catalog_arg args[] = {{"name", rep},
	    {"count", arena_printf(&s->arena, "%zu", prospects)},
	    {"minutes", arena_printf(&s->arena, "%lld", (long long)s->options.grace_s / 60)}};
	log_warn("%s has been out of reach for %lld %s; %zu %s on", rep,
	    (long long)s->options.grace_s / 60,
	    text_plural(s->options.grace_s / 60, "minute", "minutes"), prospects,
	    text_plural((int64_t)prospects, "prospect goes", "prospects go"));
	for (size_t i = 0; i < rules->admin_count; i++)
		say(s, rules->admin_ids[i],
		    catalog_render(rules->catalog, assigner_admin_locale(s, rules->admin_ids[i]),
			TEXT_REP_UNREACHABLE, args, 3, &s->arena),
		    messages);
}

/* To reps who are back: what went on, and to whom. Rows [from, to) are one rep's. */
static void tell_returned(struct assigner *s, const struct returned_row *rows, size_t count,
    struct message_list *messages)
{
	const struct conversation_rules *rules = s->options.rules;
	enum locale locale = rules->default_locale;
	(void)locale_parse(rows[0].locale, &locale);
	const char *list = "";
	for (size_t i = 0; i < count && i < PASSED_ON_LISTED; i++) {
		const struct catalog_arg args[] = {{"name", short_name(s, rows[i].prospect)},
		    {"rep", rows[i].holder ? short_name(s, rows[i].holder) : ""}};
		list = arena_printf(&s->arena, "%s%s%s", list, *list ? "\n" : "",
		    catalog_render(rules->catalog, locale,
			rows[i].holder ? TEXT_PASSED_ON_TO : TEXT_PASSED_ON_NOBODY, args,
			rows[i].holder ? 2 : 1, &s->arena));
	}
	const struct catalog_arg args[] = {
	    {"count", arena_printf(&s->arena, "%zu", count)}, {"list", list}};
	say(s, rows[0].telegram_id,
	    catalog_render(rules->catalog, locale, TEXT_PASSED_ON, args, 2, &s->arena), messages);
}

static void tell_of_the_unreachable(struct assigner *s, const struct db_reply *reply)
{
	struct returned_row *back;
	struct message_list messages = {0};
	for (size_t from = 0, to; from < s->lost_count; from = to) {
		const struct lost_row *row = &s->lost[from];
		for (to = from + 1;
		     to < s->lost_count && s->lost[to].telegram_id == row->telegram_id;)
			to++;
		size_t gone = 0;
		for (size_t i = from; i < to; i++)
			gone += strcmp(s->lost[i].reason, "unavailable") == 0;
		if (gone > 0)
			tell_admins(s, row->rep, gone, &messages);
	}
	size_t back_count =
	    allocation_returned_parse(reply->results[s->reconciliation.returned], &s->arena, &back);
	for (size_t from = 0, to; from < back_count; from = to) {
		for (to = from + 1;
		     to < back_count && back[to].telegram_id == back[from].telegram_id;)
			to++;
		tell_returned(s, back + from, to - from, &messages);
	}
	assigner_queue(s, &messages);
	int64_t held,
	    next_us = allocation_expiry_parse(reply->results[s->reconciliation.expiry], &held);
	if (next_us >= 0)
		(void)uv_timer_start(
		    &s->expiry, assigner_on_sweep, (uint64_t)next_us / 1000 + 10, 0);
	if (held > 0)
		log_warn(
		    "Telegram reaches hardly any rep, %lld of them for longer than the grace: that "
		    "is about the bot and not about them, so no prospects are moved; "
		    "`salesreg doctor` says more",
		    (long long)held);
}

/* Those who have what was changed by hand read how it is now; the cards they were told of it with lose their buttons. */
static void tell_of_changes(struct assigner *s, const struct changed_row *rows, size_t count)
{
	struct message_list messages = {0};
	by_hand_tell_lost(s->options.rules, s->lost, s->lost_count, &s->arena, &messages);
	by_hand_tell_closed(s->options.rules, rows, count, &s->arena, &messages);
	struct notice_prospect *changed = ARENA_ARRAY(&s->arena, struct notice_prospect, count);
	for (size_t i = 0, n; i < count; i += n) {
		const struct allocation_rep_row *rep = &rows[i].assigned.rep;
		size_t open = 0;
		for (n = 0; i + n < count && strcmp(rows[i + n].assigned.rep.rep, rep->rep) == 0;
		     n++) {
			if (rows[i + n].closed)
				continue;
			changed[open] =
			    assigner_notice_of(s, &rows[i + n].assigned.prospect, rep->rep);
			changed[open++].contacted = rows[i + n].contacted;
		}
		if (open > 0)
			notice_changed(s->options.rules->catalog, assigner_locale_of(s, rep),
			    rep->telegram_id, changed, open, &s->arena, &messages);
	}
	assigner_queue(s, &messages);
}

/* Plans what finds the cards whose buttons go; false: there are none. */
static bool find_cards(struct assigner *s, const struct changed_row *rows, size_t count)
{
	struct buttons_row *gone =
	    ARENA_ARRAY(&s->arena, struct buttons_row, s->lost_count + s->stale_count + count);
	size_t gone_count = 0;
	for (size_t i = 0; i < s->stale_count; i++)
		gone[gone_count++] = s->stale[i];
	s->shown = ARENA_ARRAY(&s->arena, int64_t, count);
	s->shown_count = 0;
	size_t first = 0; /* of those lost that must wait */
	while (first < s->lost_count && gone_count < CARDS_AT_ONCE)
		gone[gone_count++].assignment_id = s->lost[first++].assignment_id;
	if (first < s->lost_count) {
		struct buttons_row *later =
		    ARENA_ARRAY(&s->arena, struct buttons_row, s->lost_count - first);
		for (size_t i = first; i < s->lost_count; i++)
			later[i - first].assignment_id = s->lost[i].assignment_id;
		allocation_cards_later(&s->plan, &s->arena, later, s->lost_count - first);
		s->reconcile = s->woken = true;
	}
	for (size_t i = 0; i < count; i++) {
		gone[gone_count++].assignment_id = rows[i].assigned.prospect.assignment_id;
		if (!rows[i].closed)
			s->shown[s->shown_count++] = rows[i].assigned.prospect.assignment_id;
	}
	if (gone_count == 0)
		return false;
	s->cards_step = allocation_cards(&s->plan, &s->arena, gone, gone_count);
	s->unsent_step = allocation_cards_unsent(&s->plan, &s->arena, gone, gone_count);
	return true;
}

/* Messages that have not gone out yet go without the buttons; one that is just going is looked at again. */
static void rewrite_unsent(struct assigner *s, const struct db_reply *reply)
{
	struct unsent_row *rows;
	size_t count =
	    allocation_cards_unsent_parse(reply->results[s->unsent_step], &s->arena, &rows);
	struct unsent_row *fresh = ARENA_ARRAY(&s->arena, struct unsent_row, count);
	struct buttons_row *later = ARENA_ARRAY(&s->arena, struct buttons_row, count);
	size_t fresh_count = 0, later_count = 0;
	for (size_t i = 0; i < count; i++) {
		if (!rows[i].payload) {
			later[later_count++] =
			    (struct buttons_row){rows[i].assignment_id, rows[i].chat_id};
		} else if (fresh_count == 0 || fresh[fresh_count - 1].id != rows[i].id) {
			fresh[fresh_count] = rows[i];
			fresh[fresh_count++].payload = by_hand_unsent_card(&rows[i], &s->arena);
		}
	}
	allocation_cards_rewrite(&s->plan, &s->arena, fresh, fresh_count);
	allocation_cards_later(&s->plan, &s->arena, later, later_count);
	if (later_count > 0)
		(void)uv_timer_start(&s->sweep, assigner_on_sweep, LOOK_AGAIN_MS,
		    (uint64_t)s->options.sweep_interval_s * 1000);
}

static void on_cards(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct assigner *s = data;
	assert(conn == s->conn && s->step == STEP_RECONCILING);
	if (reply->err != ERR_OK) {
		fail_reconciling(s, reply);
		return;
	}
	struct card_row *cards;
	size_t count = allocation_cards_parse(reply->results[s->cards_step], &s->arena, &cards);
	struct queued_row *edits = ARENA_ARRAY(&s->arena, struct queued_row, count);
	for (size_t i = 0; i < count; i++)
		edits[i] = by_hand_card_edit(&cards[i], &s->arena);
	s->plan.count = 0;
	outbox_queue(&s->plan, &s->arena, edits, count, PRIORITY_NOTIFICATION);
	rewrite_unsent(s, reply);
	allocation_shown(&s->plan, &s->arena, s->shown, s->shown_count);
	assigner_commit(s, on_reconciled);
}

void assigner_on_reconciling(struct db_conn *conn, const struct db_reply *reply, void *data)
{
	struct assigner *s = data;
	assert(conn == s->conn && s->step == STEP_RECONCILING);
	if (reply->err != ERR_OK) {
		fail_reconciling(s, reply);
		return;
	}
	struct allocated_row *given;
	size_t count =
	    allocation_by_hand_parse(reply->results[s->reconciliation.by_hand], &s->arena, &given);
	struct changed_row *changed;
	size_t changed_count = allocation_changed_parse(
	    reply->results[s->reconciliation.changed], &s->arena, &changed);
	s->lost_count =
	    allocation_lost_parse(reply->results[s->reconciliation.lost], &s->arena, &s->lost);
	while (s->lost_count > 0 && strcmp(s->lost[s->lost_count - 1].reason, "kept") == 0)
		assigner_leave_kept(s, s->lost[--s->lost_count].prospect);
	const char *const *kept;
	size_t kept_count =
	    allocation_kept_parse(reply->results[s->reconciliation.kept], &s->arena, &kept);
	for (size_t i = 0; i < kept_count; i++)
		assigner_leave_kept(s, kept[i]);
	s->stale_count =
	    allocation_cards_due_parse(reply->results[s->stale_step], &s->arena, &s->stale);
	assigner_read_admin_locales(s, reply);
	s->plan.count = 0;
	tell_of_the_unreachable(s, reply);
	tell_of_changes(s, changed, changed_count);
	if (count > 0) {
		log_info("%zu %s by hand", count,
		    text_plural((int64_t)count, "prospect was given to a rep",
			"prospects were given to reps"));
		notify_given(s, given, count);
	}
	if (count == AT_ONCE || changed_count == AT_ONCE || s->stale_count == CARDS_AT_ONCE)
		s->reconcile = s->woken = true; /* there may be more */
	by_hand_end_claims(s->options.rules, reply->results[s->claims_step], &s->plan, &s->arena);
	if (find_cards(s, changed, changed_count))
		assigner_run(s, on_cards);
	else
		assigner_commit(s, on_reconciled);
}
