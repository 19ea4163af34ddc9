#include "salesreg/store/dealing.h"
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

size_t dealing_candidates(
    struct db_plan *plan, struct arena *a, size_t limit, struct left_out left_out)
{
	return db_plan_add(plan, SQL_DEALING_CANDIDATES, db_i64(a, (int64_t)limit),
	    db_text_array(a, left_out.ids, left_out.count));
}

size_t dealing_next(struct db_plan *plan, struct arena *a, struct left_out left_out)
{
	return db_plan_add(plan, SQL_DEALING_NEXT, db_text_array(a, left_out.ids, left_out.count));
}

const char *dealing_next_parse(const PGresult *result, struct arena *a)
{
	return PQntuples(result) > 0 ? db_get_text(a, result, 0, 0) : NULL;
}

size_t dealing_candidates_parse(const PGresult *result, struct arena *a, struct waiting_row **rows)
{
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct waiting_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = waiting(result, a, i, true);
	return (size_t)count;
}

size_t dealing_waiting(struct db_plan *plan)
{
	return db_plan_add_plain(plan, SQL_DEALING_WAITING);
}

struct dealing_waiting dealing_waiting_parse(const PGresult *result)
{
	return (struct dealing_waiting){db_get_i64(result, 0, 0, 0), db_get_i64(result, 0, 1, -1)};
}

size_t dealing_reps(struct db_plan *plan, struct arena *a, int64_t capacity, bool all, size_t limit,
    const struct dealing_rep_row *counted, size_t counted_count)
{
	static const struct dealing_rep_row none;
	if (counted_count == 0)
		counted = &none;
	return db_plan_add(plan, SQL_DEALING_REPS, db_i64(a, capacity),
	    all ? NULL : db_i64(a, (int64_t)limit), TEXT_COLUMN(a, counted, counted_count, rep),
	    I64_COLUMN(a, counted, counted_count, open));
}

size_t dealing_reps_parse(const PGresult *result, struct arena *a, struct dealing_rep_row **rows)
{
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct dealing_rep_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = (struct dealing_rep_row){
		    .rep = db_get_text(a, result, i, 0),
		    .telegram_id = db_get_i64(result, i, 1, 0),
		    .last_dealt = db_get_i64(result, i, 2, 0),
		    .open = db_get_i64(result, i, 3, 0),
		    .locale = db_get_text(a, result, i, 4),
		};
	return (size_t)count;
}

void dealing_identify(
    struct db_plan *plan, struct arena *a, const struct identity_row *rows, size_t count)
{
	if (count)
		(void)db_plan_add(plan, SQL_DEALING_IDENTIFY, TEXT_COLUMN(a, rows, count, prospect),
		    TEXT_COLUMN(a, rows, count, kind), TEXT_COLUMN(a, rows, count, value));
}

size_t dealing_unidentified(struct db_plan *plan, struct arena *a, size_t limit)
{
	return db_plan_add(plan, SQL_DEALING_UNIDENTIFIED, db_i64(a, (int64_t)limit));
}

size_t dealing_unidentified_parse(
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

size_t dealing_known(
    struct db_plan *plan, struct arena *a, const struct identity_row *rows, size_t count)
{
	return db_plan_add(plan, SQL_DEALING_KNOWN, TEXT_COLUMN(a, rows, count, kind),
	    TEXT_COLUMN(a, rows, count, value), TEXT_COLUMN(a, rows, count, prospect));
}

size_t dealing_known_parse(const PGresult *result, struct arena *a, struct known_row **rows)
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

size_t dealing_shared(
    struct db_plan *plan, struct arena *a, const struct identity_row *rows, size_t count)
{
	return db_plan_add(plan, SQL_DEALING_SHARED, TEXT_COLUMN(a, rows, count, kind),
	    TEXT_COLUMN(a, rows, count, value));
}

size_t dealing_shared_parse(const PGresult *result, struct arena *a, struct identity_row **rows)
{
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct identity_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = (struct identity_row){
		    .kind = db_get_text(a, result, i, 0), .value = db_get_text(a, result, i, 1)};
	return (size_t)count;
}

size_t dealing_turn(struct db_plan *plan)
{
	return db_plan_add_plain(plan, SQL_DEALING_TURN);
}

int64_t dealing_turn_parse(const PGresult *result)
{
	return db_get_i64(result, 0, 0, 0);
}

void dealing_write(struct db_plan *plan, struct arena *a, const struct deal *deals, size_t count,
    const char *detail)
{
	if (count == 0)
		return;
	(void)db_plan_add(plan, SQL_DEALING_WRITE, TEXT_COLUMN(a, deals, count, prospect),
	    TEXT_COLUMN(a, deals, count, rep), I64_COLUMN(a, deals, count, assignment_id), detail,
	    TEXT_COLUMN(a, deals, count, place));
}

void dealing_served(struct db_plan *plan, struct arena *a, const struct deal *deals, size_t count)
{
	if (count)
		(void)db_plan_add(plan, SQL_DEALING_SERVED, TEXT_COLUMN(a, deals, count, rep),
		    I64_COLUMN(a, deals, count, turn));
}

size_t dealing_declined(struct db_plan *plan, struct arena *a, int64_t capacity,
    struct left_out left_out, const struct apart_slice *slice)
{
	return db_plan_add(plan, SQL_DEALING_DECLINED, db_i64(a, capacity),
	    db_text_array(a, left_out.ids, left_out.count), db_i64(a, slice->since_us),
	    slice->prospect, db_i64(a, slice->newest_us), db_i64(a, slice->most));
}

size_t dealing_apart_end(struct db_plan *plan, struct arena *a, const struct apart_slice *slice)
{
	return db_plan_add(plan, SQL_DEALING_APART_END, db_i64(a, slice->since_us), slice->prospect,
	    db_i64(a, slice->most));
}

bool dealing_apart_end_parse(const PGresult *result, struct apart_slice *next)
{
	bool more = !PQgetisnull(result, 0, 0);
	next->since_us = db_get_i64(result, 0, 0, 0);
	(void)snprintf(
	    next->prospect, sizeof next->prospect, "%s", more ? PQgetvalue(result, 0, 1) : "");
	next->newest_us = db_get_i64(result, 0, 2, next->newest_us);
	return more;
}

static struct dealt_row dealt(const PGresult *result, struct arena *a, int row)
{
	struct dealt_row dealt = {
	    .prospect = waiting(result, a, row, true),
	    .rep = {.rep = db_get_text(a, result, row, 9),
		.telegram_id = db_get_i64(result, row, 10, 0),
		.locale = db_get_text(a, result, row, 11)},
	};
	if (PQnfields(result) > 12)
		dealt.prospect.known = db_get_text(a, result, row, 12);
	return dealt;
}

bool dealing_declined_parse(const PGresult *result, struct arena *a, struct dealt_row *row)
{
	if (PQntuples(result) == 0)
		return false;
	*row = dealt(result, a, 0);
	row->prospect.colleague = db_get_text(a, result, 0, 13);
	return true;
}

void dealing_redealt(struct db_plan *plan, const struct deal *deal)
{
	(void)db_plan_add(plan, SQL_DEALING_REDEALT, deal->rep, deal->prospect);
}

void dealing_somebody_again(struct db_plan *plan)
{
	(void)db_plan_add_plain(plan, SQL_DEALING_SOMEBODY_AGAIN);
}

size_t dealing_nobody_left(struct db_plan *plan, struct arena *a, bool admins, size_t limit,
    const struct apart_slice *slice)
{
	return db_plan_add(plan, SQL_DEALING_NOBODY_LEFT, db_bool(admins),
	    db_i64(a, (int64_t)limit), db_i64(a, slice->since_us), slice->prospect,
	    db_i64(a, slice->newest_us), db_i64(a, slice->most));
}

size_t dealing_nobody_left_parse(const PGresult *result, struct arena *a, struct waiting_row **rows)
{
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct waiting_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = waiting(result, a, i, false);
	return (size_t)count;
}

void dealing_told(
    struct db_plan *plan, struct arena *a, const char *const *prospects, size_t count, bool admins)
{
	(void)db_plan_add(
	    plan, SQL_DEALING_TOLD, db_text_array(a, prospects, count), db_bool(admins));
}

size_t dealing_passed_over(
    struct db_plan *plan, struct arena *a, int64_t capacity, struct left_out left_out)
{
	return db_plan_add(plan, SQL_DEALING_PASSED_OVER, db_i64(a, capacity),
	    db_text_array(a, left_out.ids, left_out.count));
}

bool dealing_passed_over_parse(const PGresult *result)
{
	return db_get_bool(result, 0, 0);
}

struct dealing_sorting dealing_sort_out(
    struct db_plan *plan, struct arena *a, size_t limit, int64_t grace_s)
{
	struct dealing_sorting steps;
	const char *grace = db_i64(a, grace_s);
	steps.lost = db_plan_add(plan, SQL_DEALING_SORT_OUT_ASSIGNMENTS, grace);
	steps.by_hand = db_plan_add(plan, SQL_DEALING_BY_HAND, db_i64(a, (int64_t)limit));
	steps.changed = db_plan_add(plan, SQL_DEALING_CHANGED, db_i64(a, (int64_t)limit));
	(void)db_plan_add_plain(plan, SQL_DEALING_SORT_OUT_APART);
	(void)db_plan_add_plain(plan, SQL_DEALING_NEW_REPS);
	steps.returned = db_plan_add_plain(plan, SQL_DEALING_RETURNED);
	steps.expiry = db_plan_add(plan, SQL_DEALING_EXPIRY, grace);
	return steps;
}

size_t dealing_lost_parse(const PGresult *result, struct arena *a, struct lost_row **rows)
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

size_t dealing_changed_parse(const PGresult *result, struct arena *a, struct changed_row **rows)
{
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct changed_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = (struct changed_row){
		    .dealt = dealt(result, a, i),
		    .closed = db_get_bool(result, i, 13),
		    .contacted = db_get_bool(result, i, 14),
		};
	return (size_t)count;
}

size_t dealing_cards(
    struct db_plan *plan, struct arena *a, const struct buttons_row *rows, size_t count)
{
	return db_plan_add(plan, SQL_DEALING_CARDS, I64_COLUMN(a, rows, count, assignment_id),
	    I64_COLUMN(a, rows, count, chat_id));
}

size_t dealing_cards_parse(const PGresult *result, struct arena *a, struct card_row **rows)
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

size_t dealing_cards_unsent(
    struct db_plan *plan, struct arena *a, const struct buttons_row *rows, size_t count)
{
	return db_plan_add(plan, SQL_DEALING_CARDS_UNSENT,
	    I64_COLUMN(a, rows, count, assignment_id), I64_COLUMN(a, rows, count, chat_id));
}

size_t dealing_cards_unsent_parse(const PGresult *result, struct arena *a, struct unsent_row **rows)
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

void dealing_cards_rewrite(
    struct db_plan *plan, struct arena *a, const struct unsent_row *rows, size_t count)
{
	if (count > 0)
		(void)db_plan_add(plan, SQL_DEALING_CARDS_REWRITE, I64_COLUMN(a, rows, count, id),
		    TEXT_COLUMN(a, rows, count, payload));
}

size_t dealing_cards_due(struct db_plan *plan, struct arena *a, size_t limit)
{
	return db_plan_add(plan, SQL_DEALING_CARDS_DUE, db_i64(a, (int64_t)limit));
}

size_t dealing_cards_due_parse(const PGresult *result, struct arena *a, struct buttons_row **rows)
{
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct buttons_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] =
		    (struct buttons_row){db_get_i64(result, i, 0, 0), db_get_i64(result, i, 1, 0)};
	return (size_t)count;
}

void dealing_cards_later(
    struct db_plan *plan, struct arena *a, const struct buttons_row *rows, size_t count)
{
	if (count > 0)
		(void)db_plan_add(plan, SQL_DEALING_CARDS_LATER,
		    I64_COLUMN(a, rows, count, assignment_id), I64_COLUMN(a, rows, count, chat_id));
}

void dealing_shown(struct db_plan *plan, struct arena *a, const int64_t *ids, size_t count)
{
	if (count > 0)
		(void)db_plan_add(plan, SQL_DEALING_SHOWN, db_i64_array(a, ids, count));
}

size_t dealing_returned_parse(const PGresult *result, struct arena *a, struct returned_row **rows)
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

int64_t dealing_expiry_parse(const PGresult *result, int64_t *held)
{
	*held = db_get_i64(result, 0, 1, 0);
	return db_get_i64(result, 0, 0, -1);
}

size_t dealing_by_hand_parse(const PGresult *result, struct arena *a, struct dealt_row **rows)
{
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct dealt_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = dealt(result, a, i);
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
