#include "salesreg/store/prospects.h"
#include "rows.h"

size_t prospects_met(struct db_plan *plan, struct arena *a, const int64_t *people,
    const char *const *usernames, size_t count)
{
	return db_plan_add(plan, SQL_PROSPECTS_MET, db_i64_array(a, people, count),
	    db_text_array(a, usernames, count));
}

size_t prospects_met_parse(const PGresult *result, struct arena *a, struct prospect_row **rows)
{
	static const struct column columns[] = {COL(prospect_row, telegram_id, I64),
	    COL(prospect_row, prospect, TEXT), COL(prospect_row, name, TEXT),
	    COL(prospect_row, met, BOOL), COL(prospect_row, opted_out, BOOL),
	    COL(prospect_row, blocked, BOOL), COL(prospect_row, described, BOOL),
	    COL(prospect_row, owner, TEXT), COL(prospect_row, version, I64),
	    COL(prospect_row, assignment, I64), COL(prospect_row, rep_name, TEXT),
	    COL(prospect_row, rep_telegram_id, I64), COL(prospect_row, rep_locale, TEXT),
	    COL(prospect_row, open, BOOL), COL(prospect_row, archived, BOOL)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t links_read(struct db_plan *plan, struct arena *a, const char *const *hashes, size_t count)
{
	return db_plan_add(plan, SQL_LINKS_READ, db_text_array(a, hashes, count));
}

size_t links_parse(const PGresult *result, struct arena *a, struct prospect_row **rows)
{
	static const struct column columns[] = {COL(prospect_row, hash, TEXT),
	    COL(prospect_row, campaign, TEXT), COL(prospect_row, prospect, TEXT),
	    COL(prospect_row, name, TEXT), COL(prospect_row, account, I64),
	    COL(prospect_row, forwarded, BOOL), COL(prospect_row, described, BOOL),
	    COL(prospect_row, owner, TEXT), COL(prospect_row, version, I64),
	    COL(prospect_row, assignment, I64), COL(prospect_row, rep_name, TEXT),
	    COL(prospect_row, rep_telegram_id, I64), COL(prospect_row, rep_locale, TEXT),
	    COL(prospect_row, open, BOOL)};
	return ROWS_PARSE(result, a, columns, rows);
}

void links_create(struct db_plan *plan, struct arena *a, const struct link_new *links, size_t count)
{
	(void)db_plan_add(plan, SQL_LINKS_CREATE, TEXT_COLUMN(a, links, count, hash),
	    TEXT_COLUMN(a, links, count, prospect));
}

bool links_add_now(struct db_session *session, const char *hash, const char *campaign, bool *added)
{
	const PGresult *r = db_session_run(session, SQL_OPERATOR_LINK_ADD, hash, campaign);
	*added = r && PQntuples(r) > 0;
	return r;
}

bool links_list_now(
    struct db_session *session, struct arena *a, struct campaign_row **rows, size_t *count)
{
	static const struct column columns[] = {COL(campaign_row, campaign, TEXT),
	    COL(campaign_row, created_us, I64), COL(campaign_row, removed_us, I64),
	    COL(campaign_row, prospects, I64), COL(campaign_row, converted, I64)};
	const PGresult *r = db_session_run(session, SQL_OPERATOR_LINKS);
	*count = r ? ROWS_PARSE(r, a, columns, rows) : 0;
	return r;
}

bool links_remove_now(struct db_session *session, const char *campaign, bool *removed)
{
	const PGresult *r = db_session_run(session, SQL_OPERATOR_LINK_REMOVE, campaign);
	*removed = r && PQntuples(r) > 0;
	return r;
}

void prospects_heard_before(
    struct db_plan *plan, struct arena *a, const struct heard_before *rows, size_t count)
{
	if (count > 0)
		(void)db_plan_add(plan, SQL_PROSPECTS_HEARD_BEFORE,
		    TEXT_COLUMN(a, rows, count, prospect), I64_COLUMN(a, rows, count, chat_id),
		    TEXT_COLUMN(a, rows, count, head));
}

size_t chats_to_ask(struct db_plan *plan)
{
	return db_plan_add_plain(plan, SQL_CHATS_TO_ASK);
}

size_t chats_to_ask_parse(const PGresult *result, struct arena *a, int64_t **accounts)
{
	size_t count = (size_t)PQntuples(result);
	*accounts = ARENA_ARRAY(a, int64_t, count);
	for (size_t i = 0; i < count; i++)
		(*accounts)[i] = db_get_i64(result, (int)i, 0, 0);
	return count;
}

void chats_asked(
    struct db_plan *plan, struct arena *a, const struct chat_settings *rows, size_t count)
{
	if (count > 0)
		(void)db_plan_add(plan, SQL_CHATS_ASKED, I64_COLUMN(a, rows, count, telegram_id),
		    BOOL_COLUMN(a, rows, count, private_forwards),
		    BOOL_COLUMN(a, rows, count, no_voices),
		    I64_COLUMN(a, rows, count, message_stars));
}

void links_prune(struct db_plan *plan, struct arena *a, int64_t days)
{
	(void)db_plan_add(plan, SQL_LINKS_PRUNE, db_i64(a, days));
}
