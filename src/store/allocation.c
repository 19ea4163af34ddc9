#include "salesreg/store/allocation.h"
#include "rows.h"

/* `in` is where they are in the row: nothing, or a member with its dot. */
#define WAITING_COLUMNS(row, in)                                                                   \
	COL(row, in prospect, TEXT), COL(row, in telegram, TEXT), COL(row, in name, TEXT),         \
	    COL(row, in context, TEXT), COL(row, in notes, TEXT), COL(row, in email, TEXT),        \
	    COL(row, in assignment_id, I64), COL(row, in place, TEXT), COL(row, in former, TEXT),  \
	    COL(row, in bot, TEXT), COL(row, in said, TEXT), COL(row, in answers, TEXT),           \
	    COL(row, in asks_for_person, BOOL), COL(row, in own, BOOL)
#define ALLOCATED_COLUMNS(row, in)                                                                 \
	WAITING_COLUMNS(row, in prospect.), COL(row, in rep.rep, TEXT),                            \
	    COL(row, in rep.telegram_id, I64), COL(row, in rep.locale, TEXT)

size_t allocation_candidates(
    struct db_plan *plan, struct arena *a, size_t limit, struct left_out left_out)
{
	return db_plan_add(plan, SQL_ALLOCATION_CANDIDATES, db_i64(a, (int64_t)limit),
	    db_text_array(a, left_out.ids, left_out.count));
}

size_t allocation_next(struct db_plan *plan, struct arena *a, struct left_out left_out)
{
	return db_plan_add(
	    plan, SQL_ALLOCATION_NEXT, db_text_array(a, left_out.ids, left_out.count));
}

const char *allocation_next_parse(const PGresult *result, struct arena *a)
{
	return PQntuples(result) > 0 ? db_get_text(a, result, 0, 0) : NULL;
}

size_t allocation_candidates_parse(
    const PGresult *result, struct arena *a, struct waiting_row **rows)
{
	static const struct column columns[] = {WAITING_COLUMNS(waiting_row, )};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t allocation_waiting(struct db_plan *plan)
{
	return db_plan_add_plain(plan, SQL_ALLOCATION_WAITING);
}

struct allocation_waiting allocation_waiting_parse(const PGresult *result)
{
	return (struct allocation_waiting){
	    db_get_i64(result, 0, 0, 0), db_get_i64(result, 0, 1, -1)};
}

size_t allocation_reps(struct db_plan *plan, struct arena *a, int64_t capacity, bool all,
    size_t limit, const struct allocation_rep_row *counted, size_t counted_count)
{
	static const struct allocation_rep_row none;
	if (counted_count == 0)
		counted = &none;
	return db_plan_add(plan, SQL_ALLOCATION_REPS, db_i64(a, capacity),
	    all ? NULL : db_i64(a, (int64_t)limit), TEXT_COLUMN(a, counted, counted_count, rep),
	    I64_COLUMN(a, counted, counted_count, open));
}

size_t allocation_reps_parse(
    const PGresult *result, struct arena *a, struct allocation_rep_row **rows)
{
	static const struct column columns[] = {COL(allocation_rep_row, rep, TEXT),
	    COL(allocation_rep_row, telegram_id, I64),
	    COL(allocation_rep_row, last_assigned_turn, I64), COL(allocation_rep_row, open, I64),
	    COL(allocation_rep_row, locale, TEXT), COL(allocation_rep_row, capacity, I64)};
	return ROWS_PARSE(result, a, columns, rows);
}

void allocation_identify(
    struct db_plan *plan, struct arena *a, const struct identity_row *rows, size_t count)
{
	if (count)
		(void)db_plan_add(plan, SQL_ALLOCATION_IDENTIFY,
		    TEXT_COLUMN(a, rows, count, prospect), TEXT_COLUMN(a, rows, count, kind),
		    TEXT_COLUMN(a, rows, count, value));
}

size_t allocation_unidentified(struct db_plan *plan, struct arena *a, size_t limit)
{
	return db_plan_add(plan, SQL_ALLOCATION_UNIDENTIFIED, db_i64(a, (int64_t)limit));
}

size_t allocation_unidentified_parse(
    const PGresult *result, struct arena *a, struct waiting_row **rows)
{
	static const struct column columns[] = {COL(waiting_row, prospect, TEXT),
	    COL(waiting_row, telegram, TEXT), COL(waiting_row, email, TEXT)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t allocation_known(
    struct db_plan *plan, struct arena *a, const struct identity_row *rows, size_t count)
{
	return db_plan_add(plan, SQL_ALLOCATION_KNOWN, TEXT_COLUMN(a, rows, count, kind),
	    TEXT_COLUMN(a, rows, count, value), TEXT_COLUMN(a, rows, count, prospect));
}

size_t allocation_known_parse(const PGresult *result, struct arena *a, struct known_row **rows)
{
	static const struct column columns[] = {COL(known_row, prospect, TEXT),
	    COL(known_row, rep.rep, TEXT), COL(known_row, name, TEXT),
	    COL(known_row, rep.telegram_id, I64), COL(known_row, rep.locale, TEXT),
	    COL(known_row, colleague, TEXT)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t allocation_shared(
    struct db_plan *plan, struct arena *a, const struct identity_row *rows, size_t count)
{
	return db_plan_add(plan, SQL_ALLOCATION_SHARED, TEXT_COLUMN(a, rows, count, kind),
	    TEXT_COLUMN(a, rows, count, value));
}

size_t allocation_shared_parse(const PGresult *result, struct arena *a, struct identity_row **rows)
{
	static const struct column columns[] = {
	    COL(identity_row, kind, TEXT), COL(identity_row, value, TEXT)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t allocation_turn(struct db_plan *plan)
{
	return db_plan_add_plain(plan, SQL_ALLOCATION_TURN);
}

int64_t allocation_turn_parse(const PGresult *result)
{
	return db_get_i64(result, 0, 0, 0);
}

void allocation_write(struct db_plan *plan, struct arena *a, const struct allocation *assigns,
    size_t count, const char *detail)
{
	if (count == 0)
		return;
	(void)db_plan_add(plan, SQL_ALLOCATION_WRITE, TEXT_COLUMN(a, assigns, count, prospect),
	    TEXT_COLUMN(a, assigns, count, rep), I64_COLUMN(a, assigns, count, assignment_id),
	    detail, TEXT_COLUMN(a, assigns, count, place));
	(void)db_plan_add(plan, SQL_ALLOCATION_STAYED, TEXT_COLUMN(a, assigns, count, prospect));
}

void allocation_round(struct db_plan *plan, struct arena *a, const struct allocation_round *round)
{
	const struct allocation_rep_row *some = round->candidates;
	size_t count = round->candidate_count;
	(void)db_plan_add(plan, SQL_ALLOCATION_ROUND, db_i64(a, round->first_assignment),
	    round->rule, db_i64(a, round->capacity), db_i64(a, (int64_t)round->prospects),
	    TEXT_COLUMN(a, some, count, rep), I64_COLUMN(a, some, count, open),
	    I64_COLUMN(a, some, count, last_assigned_turn), I64_COLUMN(a, some, count, capacity),
	    db_i64(a, (int64_t)round->others_most));
}

void allocation_round_declined(struct db_plan *plan, struct arena *a,
    const struct allocation *given, int64_t capacity, size_t most)
{
	(void)db_plan_add(plan, SQL_ALLOCATION_ROUND_DECLINED, db_i64(a, given->assignment_id),
	    given->prospect, db_i64(a, capacity), db_i64(a, (int64_t)most));
}

void allocation_served(
    struct db_plan *plan, struct arena *a, const struct allocation *assigns, size_t count)
{
	if (count)
		(void)db_plan_add(plan, SQL_ALLOCATION_SERVED, TEXT_COLUMN(a, assigns, count, rep),
		    I64_COLUMN(a, assigns, count, turn));
}

size_t allocation_declined(struct db_plan *plan, struct arena *a, int64_t capacity,
    struct left_out left_out, const struct apart_slice *slice)
{
	return db_plan_add(plan, SQL_ALLOCATION_DECLINED, db_i64(a, capacity),
	    db_text_array(a, left_out.ids, left_out.count), db_i64(a, slice->since_us),
	    slice->prospect, db_i64(a, slice->newest_us), db_i64(a, slice->most));
}

size_t allocation_apart_end(struct db_plan *plan, struct arena *a, const struct apart_slice *slice)
{
	return db_plan_add(plan, SQL_ALLOCATION_APART_END, db_i64(a, slice->since_us),
	    slice->prospect, db_i64(a, slice->most));
}

bool allocation_apart_end_parse(const PGresult *result, struct apart_slice *next)
{
	bool more = !PQgetisnull(result, 0, 0);
	next->since_us = db_get_i64(result, 0, 0, 0);
	(void)snprintf(
	    next->prospect, sizeof next->prospect, "%s", more ? PQgetvalue(result, 0, 1) : "");
	next->newest_us = db_get_i64(result, 0, 2, next->newest_us);
	return more;
}

bool allocation_declined_parse(const PGresult *result, struct arena *a, struct allocated_row *row)
{
	if (PQntuples(result) == 0)
		return false;
	static const struct column columns[] = {ALLOCATED_COLUMNS(allocated_row, ),
	    COL(allocated_row, prospect.known, TEXT), COL(allocated_row, prospect.colleague, TEXT)};
	row_parse(result, 0, a, columns, COLUMN_COUNT(columns), row);
	return true;
}

void allocation_reassigned(struct db_plan *plan, const struct allocation *allocation)
{
	(void)db_plan_add(plan, SQL_ALLOCATION_REASSIGNED, allocation->rep, allocation->prospect);
}

void allocation_reopen_exhausted(struct db_plan *plan)
{
	(void)db_plan_add_plain(plan, SQL_ALLOCATION_REOPEN_EXHAUSTED);
}

size_t allocation_exhausted(struct db_plan *plan, struct arena *a, bool admins, size_t limit,
    const struct apart_slice *slice)
{
	return db_plan_add(plan, SQL_ALLOCATION_EXHAUSTED, db_bool(admins),
	    db_i64(a, (int64_t)limit), db_i64(a, slice->since_us), slice->prospect,
	    db_i64(a, slice->newest_us), db_i64(a, slice->most));
}

size_t allocation_exhausted_parse(
    const PGresult *result, struct arena *a, struct waiting_row **rows)
{
	static const struct column columns[] = {COL(waiting_row, prospect, TEXT),
	    COL(waiting_row, telegram, TEXT), COL(waiting_row, name, TEXT),
	    COL(waiting_row, context, TEXT), COL(waiting_row, email, TEXT)};
	return ROWS_PARSE(result, a, columns, rows);
}

void allocation_escalated(
    struct db_plan *plan, struct arena *a, const char *const *prospects, size_t count, bool admins)
{
	(void)db_plan_add(
	    plan, SQL_ALLOCATION_ESCALATED, db_text_array(a, prospects, count), db_bool(admins));
}

size_t allocation_skipped_locked(
    struct db_plan *plan, struct arena *a, int64_t capacity, struct left_out left_out)
{
	return db_plan_add(plan, SQL_ALLOCATION_SKIPPED_LOCKED, db_i64(a, capacity),
	    db_text_array(a, left_out.ids, left_out.count));
}

bool allocation_skipped_locked_parse(const PGresult *result)
{
	return db_get_bool(result, 0, 0);
}

struct allocation_reconciliation allocation_reconcile(
    struct db_plan *plan, struct arena *a, size_t limit, int64_t grace_s, struct left_out left_out)
{
	struct allocation_reconciliation steps;
	const char *grace = db_i64(a, grace_s);
	steps.lost = db_plan_add(plan, SQL_ALLOCATION_RECONCILE_ASSIGNMENTS, grace,
	    db_text_array(a, left_out.ids, left_out.count));
	steps.kept = db_plan_add_plain(plan, SQL_ALLOCATION_KEPT);
	steps.by_hand = db_plan_add(plan, SQL_ALLOCATION_BY_HAND, db_i64(a, (int64_t)limit));
	steps.changed = db_plan_add(plan, SQL_ALLOCATION_CHANGED, db_i64(a, (int64_t)limit));
	(void)db_plan_add_plain(plan, SQL_ALLOCATION_RECONCILE_APART);
	(void)db_plan_add_plain(plan, SQL_ALLOCATION_PAUSES_END);
	(void)db_plan_add_plain(plan, SQL_ALLOCATION_NEW_REPS);
	steps.returned = db_plan_add_plain(plan, SQL_ALLOCATION_RETURNED);
	steps.expiry = db_plan_add(plan, SQL_ALLOCATION_EXPIRY, grace);
	return steps;
}

size_t allocation_kept_parse(const PGresult *result, struct arena *a, const char *const **ids)
{
	size_t count = (size_t)PQntuples(result);
	const char **kept = ARENA_ARRAY(a, const char *, count);
	for (size_t i = 0; i < count; i++)
		kept[i] = db_get_text(a, result, (int)i, 0);
	*ids = kept;
	return count;
}

size_t allocation_lost_parse(const PGresult *result, struct arena *a, struct lost_row **rows)
{
	static const struct column columns[] = {COL(lost_row, assignment_id, I64),
	    COL(lost_row, reason, TEXT), COL(lost_row, rep, TEXT), COL(lost_row, telegram_id, I64),
	    COL(lost_row, locale, TEXT), COL(lost_row, prospect, TEXT), COL(lost_row, holder, TEXT),
	    COL(lost_row, deleted, BOOL), COL(lost_row, matters, BOOL)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t allocation_changed_parse(const PGresult *result, struct arena *a, struct changed_row **rows)
{
	static const struct column columns[] = {ALLOCATED_COLUMNS(changed_row, assigned.),
	    COL(changed_row, assigned.prospect.known, TEXT), COL(changed_row, closed, BOOL),
	    COL(changed_row, contacted, BOOL)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t allocation_cards(
    struct db_plan *plan, struct arena *a, const struct buttons_row *rows, size_t count)
{
	return db_plan_add(plan, SQL_ALLOCATION_CARDS, I64_COLUMN(a, rows, count, assignment_id),
	    I64_COLUMN(a, rows, count, chat_id));
}

size_t allocation_cards_parse(const PGresult *result, struct arena *a, struct card_row **rows)
{
	static const struct column columns[] = {COL(card_row, chat_id, I64),
	    COL(card_row, message_id, I64), COL(card_row, payload, TEXT),
	    COL(card_row, stays, TEXT)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t allocation_cards_unsent(
    struct db_plan *plan, struct arena *a, const struct buttons_row *rows, size_t count)
{
	return db_plan_add(plan, SQL_ALLOCATION_CARDS_UNSENT,
	    I64_COLUMN(a, rows, count, assignment_id), I64_COLUMN(a, rows, count, chat_id));
}

size_t allocation_cards_unsent_parse(
    const PGresult *result, struct arena *a, struct unsent_row **rows)
{
	static const struct column columns[] = {COL(unsent_row, id, I64),
	    COL(unsent_row, assignment_id, I64), COL(unsent_row, payload, TEXT),
	    COL(unsent_row, stays, TEXT), COL(unsent_row, chat_id, I64)};
	return ROWS_PARSE(result, a, columns, rows);
}

void allocation_cards_rewrite(
    struct db_plan *plan, struct arena *a, const struct unsent_row *rows, size_t count)
{
	if (count > 0)
		(void)db_plan_add(plan, SQL_ALLOCATION_CARDS_REWRITE,
		    I64_COLUMN(a, rows, count, id), TEXT_COLUMN(a, rows, count, payload));
}

size_t allocation_cards_due(struct db_plan *plan, struct arena *a, size_t limit)
{
	return db_plan_add(plan, SQL_ALLOCATION_CARDS_DUE, db_i64(a, (int64_t)limit));
}

size_t allocation_cards_due_parse(
    const PGresult *result, struct arena *a, struct buttons_row **rows)
{
	static const struct column columns[] = {
	    COL(buttons_row, assignment_id, I64), COL(buttons_row, chat_id, I64)};
	return ROWS_PARSE(result, a, columns, rows);
}

void allocation_cards_later(
    struct db_plan *plan, struct arena *a, const struct buttons_row *rows, size_t count)
{
	if (count > 0)
		(void)db_plan_add(plan, SQL_ALLOCATION_CARDS_LATER,
		    I64_COLUMN(a, rows, count, assignment_id), I64_COLUMN(a, rows, count, chat_id));
}

void allocation_shown(struct db_plan *plan, struct arena *a, const int64_t *ids, size_t count)
{
	if (count > 0)
		(void)db_plan_add(plan, SQL_ALLOCATION_SHOWN, db_i64_array(a, ids, count));
}

size_t allocation_returned_parse(
    const PGresult *result, struct arena *a, struct returned_row **rows)
{
	static const struct column columns[] = {COL(returned_row, telegram_id, I64),
	    COL(returned_row, locale, TEXT), COL(returned_row, prospect, TEXT),
	    COL(returned_row, holder, TEXT)};
	return ROWS_PARSE(result, a, columns, rows);
}

int64_t allocation_expiry_parse(const PGresult *result, int64_t *held)
{
	*held = db_get_i64(result, 0, 1, 0);
	return db_get_i64(result, 0, 0, -1);
}

size_t allocation_by_hand_parse(
    const PGresult *result, struct arena *a, struct allocated_row **rows)
{
	static const struct column columns[] = {
	    ALLOCATED_COLUMNS(allocated_row, ), COL(allocated_row, prospect.known, TEXT)};
	return ROWS_PARSE(result, a, columns, rows);
}

void outbox_queue(struct db_plan *plan, struct arena *a, const struct queued_row *rows,
    size_t count, int priority)
{
	if (count)
		(void)db_plan_add(plan, SQL_OUTBOX_QUEUE, I64_COLUMN(a, rows, count, chat_id),
		    TEXT_COLUMN(a, rows, count, method), TEXT_COLUMN(a, rows, count, payload),
		    db_i64(a, priority), TEXT_COLUMN(a, rows, count, relay));
}
