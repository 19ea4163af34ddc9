#include "salesreg/store/allocation.h"
#include "columns.h"

static struct waiting_row waiting(const PGresult *result, struct arena *a, int row, bool with_id)
{
	return (struct waiting_row){
	    .prospect = db_get_text(a, result, row, 0),
	    .telegram = db_get_text(a, result, row, 1),
	    .name = db_get_text(a, result, row, 2),
	    .context = db_get_text(a, result, row, 3),
	    .notes = with_id ? db_get_text(a, result, row, 4) : NULL,
	    .email = db_get_text(a, result, row, with_id ? 5 : 4),
	    .assignment_id = with_id ? db_get_i64(result, row, 6, 0) : 0,
	    .place = with_id ? db_get_text(a, result, row, 7) : NULL,
	    .former = with_id ? db_get_text(a, result, row, 8) : NULL,
	};
}

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
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct waiting_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = waiting(result, a, i, true);
	return (size_t)count;
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
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct allocation_rep_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = (struct allocation_rep_row){
		    .rep = db_get_text(a, result, i, 0),
		    .telegram_id = db_get_i64(result, i, 1, 0),
		    .last_assigned_turn = db_get_i64(result, i, 2, 0),
		    .open = db_get_i64(result, i, 3, 0),
		    .locale = db_get_text(a, result, i, 4),
		};
	return (size_t)count;
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
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct waiting_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = (struct waiting_row){.prospect = db_get_text(a, result, i, 0),
		    .telegram = db_get_text(a, result, i, 1),
		    .email = db_get_text(a, result, i, 2)};
	return (size_t)count;
}

size_t allocation_known(
    struct db_plan *plan, struct arena *a, const struct identity_row *rows, size_t count)
{
	return db_plan_add(plan, SQL_ALLOCATION_KNOWN, TEXT_COLUMN(a, rows, count, kind),
	    TEXT_COLUMN(a, rows, count, value), TEXT_COLUMN(a, rows, count, prospect));
}

size_t allocation_known_parse(const PGresult *result, struct arena *a, struct known_row **rows)
{
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct known_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = (struct known_row){.prospect = db_get_text(a, result, i, 0),
		    .name = db_get_text(a, result, i, 2),
		    .colleague = db_get_text(a, result, i, 5),
		    .rep = {.rep = db_get_text(a, result, i, 1),
			.telegram_id = db_get_i64(result, i, 3, 0),
			.locale = db_get_text(a, result, i, 4)}};
	return (size_t)count;
}

size_t allocation_shared(
    struct db_plan *plan, struct arena *a, const struct identity_row *rows, size_t count)
{
	return db_plan_add(plan, SQL_ALLOCATION_SHARED, TEXT_COLUMN(a, rows, count, kind),
	    TEXT_COLUMN(a, rows, count, value));
}

size_t allocation_shared_parse(const PGresult *result, struct arena *a, struct identity_row **rows)
{
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct identity_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = (struct identity_row){
		    .kind = db_get_text(a, result, i, 0), .value = db_get_text(a, result, i, 1)};
	return (size_t)count;
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

static struct allocated_row assigned(const PGresult *result, struct arena *a, int row)
{
	struct allocated_row assigned = {
	    .prospect = waiting(result, a, row, true),
	    .rep = {.rep = db_get_text(a, result, row, 9),
		.telegram_id = db_get_i64(result, row, 10, 0),
		.locale = db_get_text(a, result, row, 11)},
	};
	if (PQnfields(result) > 12)
		assigned.prospect.known = db_get_text(a, result, row, 12);
	return assigned;
}

bool allocation_declined_parse(const PGresult *result, struct arena *a, struct allocated_row *row)
{
	if (PQntuples(result) == 0)
		return false;
	*row = assigned(result, a, 0);
	row->prospect.colleague = db_get_text(a, result, 0, 13);
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
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct waiting_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = waiting(result, a, i, false);
	return (size_t)count;
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
    struct db_plan *plan, struct arena *a, size_t limit, int64_t grace_s)
{
	struct allocation_reconciliation steps;
	const char *grace = db_i64(a, grace_s);
	steps.lost = db_plan_add(plan, SQL_ALLOCATION_RECONCILE_ASSIGNMENTS, grace);
	steps.by_hand = db_plan_add(plan, SQL_ALLOCATION_BY_HAND, db_i64(a, (int64_t)limit));
	steps.changed = db_plan_add(plan, SQL_ALLOCATION_CHANGED, db_i64(a, (int64_t)limit));
	(void)db_plan_add_plain(plan, SQL_ALLOCATION_RECONCILE_APART);
	(void)db_plan_add_plain(plan, SQL_ALLOCATION_NEW_REPS);
	steps.returned = db_plan_add_plain(plan, SQL_ALLOCATION_RETURNED);
	steps.expiry = db_plan_add(plan, SQL_ALLOCATION_EXPIRY, grace);
	return steps;
}

size_t allocation_lost_parse(const PGresult *result, struct arena *a, struct lost_row **rows)
{
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct lost_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = (struct lost_row){
		    .assignment_id = db_get_i64(result, i, 0, 0),
		    .reason = db_get_text(a, result, i, 1),
		    .rep = db_get_text(a, result, i, 2),
		    .telegram_id = db_get_i64(result, i, 3, 0),
		    .locale = db_get_text(a, result, i, 4),
		    .prospect = db_get_text(a, result, i, 5),
		    .holder = db_get_text(a, result, i, 6),
		    .deleted = db_get_bool(result, i, 7),
		    .matters = db_get_bool(result, i, 8),
		};
	return (size_t)count;
}

size_t allocation_changed_parse(const PGresult *result, struct arena *a, struct changed_row **rows)
{
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct changed_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = (struct changed_row){
		    .assigned = assigned(result, a, i),
		    .closed = db_get_bool(result, i, 13),
		    .contacted = db_get_bool(result, i, 14),
		};
	return (size_t)count;
}

size_t allocation_cards(
    struct db_plan *plan, struct arena *a, const struct buttons_row *rows, size_t count)
{
	return db_plan_add(plan, SQL_ALLOCATION_CARDS, I64_COLUMN(a, rows, count, assignment_id),
	    I64_COLUMN(a, rows, count, chat_id));
}

size_t allocation_cards_parse(const PGresult *result, struct arena *a, struct card_row **rows)
{
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct card_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = (struct card_row){
		    .chat_id = db_get_i64(result, i, 0, 0),
		    .message_id = db_get_i64(result, i, 1, 0),
		    .payload = db_get_text(a, result, i, 2),
		    .stays = db_get_text(a, result, i, 3),
		};
	return (size_t)count;
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
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct unsent_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = (struct unsent_row){
		    .id = db_get_i64(result, i, 0, 0),
		    .assignment_id = db_get_i64(result, i, 1, 0),
		    .payload = db_get_text(a, result, i, 2),
		    .stays = db_get_text(a, result, i, 3),
		    .chat_id = db_get_i64(result, i, 4, 0),
		};
	return (size_t)count;
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
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct buttons_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] =
		    (struct buttons_row){db_get_i64(result, i, 0, 0), db_get_i64(result, i, 1, 0)};
	return (size_t)count;
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
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct returned_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = (struct returned_row){.telegram_id = db_get_i64(result, i, 0, 0),
		    .locale = db_get_text(a, result, i, 1),
		    .prospect = db_get_text(a, result, i, 2),
		    .holder = db_get_text(a, result, i, 3)};
	return (size_t)count;
}

int64_t allocation_expiry_parse(const PGresult *result, int64_t *held)
{
	*held = db_get_i64(result, 0, 1, 0);
	return db_get_i64(result, 0, 0, -1);
}

size_t allocation_by_hand_parse(
    const PGresult *result, struct arena *a, struct allocated_row **rows)
{
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct allocated_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = assigned(result, a, i);
	return (size_t)count;
}

void outbox_queue(struct db_plan *plan, struct arena *a, const struct queued_row *rows,
    size_t count, int priority)
{
	if (count)
		(void)db_plan_add(plan, SQL_OUTBOX_QUEUE, I64_COLUMN(a, rows, count, chat_id),
		    TEXT_COLUMN(a, rows, count, method), TEXT_COLUMN(a, rows, count, payload),
		    db_i64(a, priority));
}
