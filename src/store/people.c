#include "salesreg/store/people.h"
#include "rows.h"

size_t sessions_read(struct db_plan *plan, struct arena *a, const int64_t *user_ids, size_t count)
{
	return db_plan_add(plan, SQL_SESSIONS_READ, db_i64_array(a, user_ids, count));
}

size_t sessions_parse(const PGresult *result, struct arena *a, struct session_row **rows)
{
	static const struct column columns[] = {COL(session_row, user_id, I64),
	    COL(session_row, kind, TEXT), COL(session_row, phase, TEXT),
	    COL(session_row, draft_name, TEXT), COL(session_row, draft_client, TEXT),
	    COL(session_row, draft_seen, I64), COL(session_row, locale, TEXT),
	    COL(session_row, locale_chosen, BOOL), COL(session_row, claim_email, TEXT),
	    COL(session_row, claim_rep, TEXT), COL(session_row, claim_username, TEXT),
	    COL(session_row, claim_holder, TEXT), COL(session_row, wrong_emails, I64),
	    COL(session_row, pause_us, I64), COL(session_row, old, BOOL),
	    COL(session_row, looked_emails, I64)};
	return ROWS_PARSE(result, a, columns, rows);
}

void sessions_write(
    struct db_plan *plan, struct arena *a, const struct session_row *rows, size_t count)
{
	if (count == 0)
		return;
	(void)db_plan_add(plan, SQL_SESSIONS_WRITE, I64_COLUMN(a, rows, count, user_id),
	    TEXT_COLUMN(a, rows, count, kind), TEXT_COLUMN(a, rows, count, phase),
	    TEXT_COLUMN(a, rows, count, draft_name), TEXT_COLUMN(a, rows, count, locale),
	    BOOL_COLUMN(a, rows, count, locale_chosen), TEXT_COLUMN(a, rows, count, claim_email),
	    TEXT_COLUMN(a, rows, count, claim_rep), TEXT_COLUMN(a, rows, count, claim_username),
	    I64_COLUMN(a, rows, count, wrong_emails), I64_COLUMN(a, rows, count, pause_us),
	    I64_COLUMN(a, rows, count, looked_emails), TEXT_COLUMN(a, rows, count, draft_client),
	    I64_COLUMN(a, rows, count, draft_seen));
}

size_t locales_read(struct db_plan *plan, struct arena *a, const int64_t *user_ids, size_t count)
{
	return db_plan_add(plan, SQL_LOCALES_CHOSEN, db_i64_array(a, user_ids, count));
}

size_t locales_parse(const PGresult *result, struct arena *a, struct chosen_locale **rows)
{
	int count = PQntuples(result);
	size_t kept = 0;
	*rows = ARENA_ARRAY(a, struct chosen_locale, (size_t)count);
	for (int i = 0; i < count; i++) {
		struct chosen_locale *row = &(*rows)[kept];
		row->user_id = db_get_i64(result, i, 0, 0);
		/* a language that only a newer version has: as if none had been chosen */
		kept += locale_parse(db_get_text(a, result, i, 1), &row->locale);
	}
	return kept;
}

size_t reps_read(struct db_plan *plan, struct arena *a, const int64_t *telegram_ids, size_t count)
{
	return db_plan_add(plan, SQL_REPS_READ, db_i64_array(a, telegram_ids, count));
}

size_t reps_parse(const PGresult *result, struct arena *a, struct rep_row **rows)
{
	static const struct column columns[] = {COL(rep_row, telegram_id, I64),
	    COL(rep_row, id, TEXT), COL(rep_row, name, TEXT), COL(rep_row, email, TEXT),
	    COL(rep_row, status, TEXT), COL(rep_row, username, TEXT), COL(rep_row, available, BOOL),
	    COL(rep_row, open_clients, I64), COL(rep_row, capacity, I64),
	    COL(rep_row, paused, BOOL), COL(rep_row, is_admin, BOOL),
	    COL(rep_row, only_admin, BOOL)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t admins_read(struct db_plan *plan, struct arena *a, size_t most)
{
	return db_plan_add(plan, SQL_ADMINS_READ, db_i64(a, (int64_t)most));
}

size_t admins_parse(const PGresult *result, int64_t *ids, size_t most)
{
	size_t count = 0;
	for (int i = 0; i < PQntuples(result) && count < most; i++)
		ids[count++] = db_get_i64(result, i, 0, 0);
	return count;
}

size_t rep_emails_read(struct db_plan *plan, struct arena *a, const char *const *keys, size_t count)
{
	return db_plan_add(plan, SQL_REP_EMAILS_READ, db_text_array(a, keys, count));
}

size_t rep_emails_parse(const PGresult *result, struct arena *a, struct email_row **rows)
{
	static const struct column columns[] = {
	    COL(email_row, email_key, TEXT), COL(email_row, rep, TEXT)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t subjects_read(
    struct db_plan *plan, struct arena *a, const int64_t *telegram_ids, size_t count)
{
	return db_plan_add(plan, SQL_REP_SUBJECTS_READ, db_i64_array(a, telegram_ids, count));
}

size_t subjects_parse(const PGresult *result, struct arena *a, struct subject_row **rows)
{
	static const struct column columns[] = {COL(subject_row, id, TEXT),
	    COL(subject_row, name, TEXT), COL(subject_row, email, TEXT),
	    COL(subject_row, telegram_id, I64), COL(subject_row, status, TEXT),
	    COL(subject_row, locale, TEXT), COL(subject_row, application, TEXT),
	    COL(subject_row, proven, BOOL), COL(subject_row, decided_by, TEXT),
	    COL(subject_row, is_admin, BOOL)};
	return ROWS_PARSE(result, a, columns, rows);
}

void reps_reachable(struct db_plan *plan, struct arena *a, const int64_t *chats, size_t count)
{
	if (count)
		(void)db_plan_add(plan, SQL_REPS_REACHABLE, db_i64_array(a, chats, count));
}

void reps_unreachable(struct db_plan *plan, struct arena *a, const int64_t *chats, size_t count)
{
	if (count)
		(void)db_plan_add(plan, SQL_REPS_UNREACHABLE, db_i64_array(a, chats, count));
}

size_t applications_read(struct db_plan *plan, struct arena *a, size_t limit, const int64_t *admins,
    size_t count, bool asked)
{
	return db_plan_add(plan, SQL_APPLICATIONS_READ, db_i64(a, (int64_t)limit),
	    db_i64_array(a, admins, count), db_bool(asked));
}

size_t applications_parse(const PGresult *result, struct arena *a, struct application_row **rows)
{
	static const struct column columns[] = {COL(application_row, telegram_id, I64),
	    COL(application_row, name, TEXT), COL(application_row, email, TEXT),
	    COL(application_row, username, TEXT), COL(application_row, total, I64)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t untaken_read(struct db_plan *plan, struct arena *a, size_t limit, const int64_t *admins,
    size_t count, bool asked)
{
	return db_plan_add(plan, SQL_NOBODY_TAKES_READ, db_i64(a, (int64_t)limit),
	    db_i64_array(a, admins, count), db_bool(asked));
}

size_t untaken_parse(const PGresult *result, struct arena *a, struct untaken_row **rows)
{
	static const struct column columns[] = {COL(untaken_row, name, TEXT),
	    COL(untaken_row, telegram, TEXT), COL(untaken_row, context, TEXT),
	    COL(untaken_row, email, TEXT)};
	return ROWS_PARSE(result, a, columns, rows);
}

size_t admins_missed_read(
    struct db_plan *plan, struct arena *a, const int64_t *admins, size_t count)
{
	return db_plan_add(plan, SQL_ADMINS_MISSED, db_i64_array(a, admins, count));
}

size_t admins_missed_parse(const PGresult *result, struct arena *a, const int64_t **admins)
{
	int64_t *ids = NULL;
	size_t count = ids_parse(result, a, &ids);
	*admins = ids;
	return count;
}

size_t claims_read(struct db_plan *plan, struct arena *a, const int64_t *telegram_ids, size_t count)
{
	return db_plan_add(plan, SQL_CLAIMS_READ, db_i64_array(a, telegram_ids, count));
}

size_t claims_parse(const PGresult *result, struct arena *a, struct claim_row **rows)
{
	static const struct column columns[] = {COL(claim_row, telegram_id, I64),
	    COL(claim_row, name, TEXT), COL(claim_row, email, TEXT), COL(claim_row, asked, BOOL),
	    COL(claim_row, locale, TEXT), COL(claim_row, rep, TEXT),
	    COL(claim_row, rep_telegram_id, I64), COL(claim_row, rep_name, TEXT),
	    COL(claim_row, rep_username, TEXT), COL(claim_row, rep_status, TEXT),
	    COL(claim_row, rep_locale, TEXT), COL(claim_row, stands, BOOL),
	    COL(claim_row, username, TEXT), COL(claim_row, total, I64)};
	size_t known_total = PQnfields(result) == (int)COLUMN_COUNT(columns);
	return rows_parse(
	    result, a, columns, COLUMN_COUNT(columns) - !known_total, sizeof **rows, rows);
}

size_t claims_waiting(struct db_plan *plan, struct arena *a, size_t limit, const int64_t *admins,
    size_t count, bool asked)
{
	return db_plan_add(plan, SQL_CLAIMS_WAITING, db_i64(a, (int64_t)limit),
	    db_i64_array(a, admins, count), db_bool(asked));
}

size_t claims_over(struct db_plan *plan, struct arena *a, size_t limit)
{
	return db_plan_add(plan, SQL_CLAIMS_OVER, db_i64(a, (int64_t)limit));
}

size_t claims_over_parse(const PGresult *result, struct arena *a, struct claim_over_row **rows)
{
	static const struct column columns[] = {COL(claim_over_row, telegram_id, I64),
	    COL(claim_over_row, email, TEXT), COL(claim_over_row, locale, TEXT),
	    COL(claim_over_row, free, BOOL)};
	return ROWS_PARSE(result, a, columns, rows);
}

void claims_end(struct db_plan *plan, struct arena *a, const int64_t *telegram_ids,
    const char *const *payloads, size_t count)
{
	if (count)
		(void)db_plan_add(plan, SQL_CLAIMS_END, db_i64_array(a, telegram_ids, count),
		    db_text_array(a, payloads, count));
}
