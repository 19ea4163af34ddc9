#include "salesreg/store/bot.h"

size_t bot_claim(struct db_plan *plan, struct arena *a, int64_t bot_id, const int64_t *marked)
{
	return db_plan_add(
	    plan, SQL_BOT_STATE_TAKE, db_i64(a, bot_id), marked ? db_i64(a, *marked) : NULL);
}

size_t bot_username(struct db_plan *plan)
{
	return db_plan_add_plain(plan, SQL_BOT_USERNAME);
}

struct bot_row bot_parse(const PGresult *result)
{
	struct bot_row row = {.clean = true, .home = db_get_i64(result, 0, 6, 0)};
	if (PQntuples(result) == 0 || PQgetisnull(result, 0, 0))
		return row;
	row.clean = db_get_bool(result, 0, 0);
	row.has_next = !PQgetisnull(result, 0, 1);
	row.next_update_id = db_get_i64(result, 0, 1, 0);
	row.in_hand_update_id = db_get_i64(result, 0, 2, 0);
	row.in_hand_count = db_get_i64(result, 0, 3, 0);
	row.blocked_us = db_get_i64(result, 0, 4, 0);
	row.told = db_get_bool(result, 0, 5);
	return row;
}

void bot_mark_clean(struct db_plan *plan, struct arena *a, int64_t bot_id)
{
	(void)db_plan_add(plan, SQL_BOT_STATE_REST, db_i64(a, bot_id));
}

void bot_mark_careful(struct db_plan *plan, struct arena *a, int64_t bot_id)
{
	(void)db_plan_add(plan, SQL_BOT_STATE_REST_CAREFULLY, db_i64(a, bot_id));
}

void bot_advance(
    struct db_plan *plan, struct arena *a, int64_t bot_id, const int64_t *expected, int64_t next)
{
	(void)db_plan_add(plan, SQL_BOT_STATE_ADVANCE, db_i64(a, bot_id),
	    expected ? db_i64(a, *expected) : NULL, db_i64(a, next));
}

void bot_in_hand(struct db_plan *plan, struct arena *a, int64_t bot_id, int64_t update_id)
{
	(void)db_plan_add(plan, SQL_BOT_STATE_IN_HAND, db_i64(a, bot_id), db_i64(a, update_id));
}

void bot_block(struct db_plan *plan, struct arena *a, int64_t bot_id, int64_t pause_us)
{
	(void)db_plan_add(plan, SQL_BOT_STATE_BLOCK, db_i64(a, bot_id), db_i64(a, pause_us));
}

void bot_park(struct db_plan *plan, struct arena *a, int64_t bot_id, const int64_t *update_id,
    int64_t user_id, const char *payload_json, bool is_message, const char *reason)
{
	(void)db_plan_add(plan, SQL_UPDATE_PARK, db_i64(a, bot_id),
	    update_id ? db_i64(a, *update_id) : NULL, user_id ? db_i64(a, user_id) : NULL,
	    payload_json, db_bool(is_message), reason);
}

void bot_park_bytes(struct db_plan *plan, struct arena *a, int64_t bot_id, const int64_t *update_id,
    const char *bytes, size_t size, const char *reason)
{
	(void)db_plan_add(plan, SQL_BYTES_PARK, db_i64(a, bot_id),
	    update_id ? db_i64(a, *update_id) : NULL, db_hex(a, bytes, size), reason);
}

size_t parked_claim(struct db_plan *plan, struct arena *a, int64_t bot_id, const char *reason)
{
	return db_plan_add(plan, SQL_PARKED_CLAIM, db_i64(a, bot_id), reason);
}

bool parked_claim_parse(const PGresult *result, struct arena *a, int64_t *id,
    const char **payload_json, struct parked_bytes *raw, bool *too_late)
{
	if (PQntuples(result) == 0)
		return false;
	*too_late = db_get_bool(result, 0, 2);
	*id = db_get_i64(result, 0, 0, 0);
	*payload_json = db_get_text(a, result, 0, 1);
	const char *hex = db_get_text(a, result, 0, 3);
	*raw = (struct parked_bytes){0};
	if (hex)
		raw->bytes = db_hex_read(a, hex, &raw->size);
	return true;
}

void parked_done(struct db_plan *plan, struct arena *a, int64_t id)
{
	(void)db_plan_add(plan, SQL_PARKED_DONE, db_i64(a, id));
}

void parked_failed(struct db_plan *plan, struct arena *a, int64_t id, const char *reason)
{
	(void)db_plan_add(plan, SQL_PARKED_FAILED, db_i64(a, id), reason);
}

size_t bot_backlog(struct db_plan *plan)
{
	(void)db_plan_add_plain(plan, SQL_PLAN_BY_INDEX);
	return db_plan_add_plain(plan, SQL_BOT_BACKLOG);
}

static struct bot_backlog_part part(const PGresult *result, int column)
{
	return (struct bot_backlog_part){
	    db_get_i64(result, 0, column, 0), db_get_i64(result, 0, column + 1, -1)};
}

struct bot_backlog bot_backlog_parse(const PGresult *result)
{
	return (struct bot_backlog){.queued = part(result, 0),
	    .sending = part(result, 2),
	    .failed = part(result, 4),
	    .parked = db_get_i64(result, 0, 6, 0)};
}

struct bot_backlog bot_backlog_unknown(void)
{
	static const struct bot_backlog_part none = {-1, -1};
	return (struct bot_backlog){none, none, none, -1};
}

void bot_name(struct db_plan *plan, struct arena *a, int64_t bot_id, const char *username)
{
	(void)db_plan_add(plan, SQL_BOT_STATE_NAME, db_i64(a, bot_id), username);
}
