#include "salesreg/store/people.h"
#include "columns.h"

size_t sessions_read(struct db_plan *plan, struct arena *a, const int64_t *user_ids, size_t count)
{
	return db_plan_add(plan, SQL_SESSIONS_READ, db_i64_array(a, user_ids, count));
}

size_t sessions_parse(const PGresult *result, struct arena *a, struct session_row **rows)
{
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct session_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = (struct session_row){
		    .user_id = db_get_i64(result, i, 0, 0),
		    .phase = db_get_text(a, result, i, 1),
		    .draft_name = db_get_text(a, result, i, 2),
		    .locale = db_get_text(a, result, i, 3),
		    .locale_chosen = db_get_bool(result, i, 4),
		    .draft_email = db_get_text(a, result, i, 5),
		    .draft_rep = db_get_text(a, result, i, 6),
		    .draft_username = db_get_text(a, result, i, 7),
		    .draft_holder = db_get_text(a, result, i, 8),
		    .wrong_emails = db_get_i64(result, i, 9, 0),
		    .pause_us = db_get_i64(result, i, 10, 0),
		    .old = db_get_bool(result, i, 11),
		    .looked_emails = db_get_i64(result, i, 12, 0),
		};
	return (size_t)count;
}

void sessions_write(
    struct db_plan *plan, struct arena *a, const struct session_row *rows, size_t count)
{
	if (count == 0)
		return;
	(void)db_plan_add(plan, SQL_SESSIONS_WRITE, I64_COLUMN(a, rows, count, user_id),
	    TEXT_COLUMN(a, rows, count, phase), TEXT_COLUMN(a, rows, count, draft_name),
	    TEXT_COLUMN(a, rows, count, locale), BOOL_COLUMN(a, rows, count, locale_chosen),
	    TEXT_COLUMN(a, rows, count, draft_email), TEXT_COLUMN(a, rows, count, draft_rep),
	    TEXT_COLUMN(a, rows, count, draft_username), I64_COLUMN(a, rows, count, wrong_emails),
	    I64_COLUMN(a, rows, count, pause_us), I64_COLUMN(a, rows, count, looked_emails));
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
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct rep_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = (struct rep_row){
		    .telegram_id = db_get_i64(result, i, 0, 0),
		    .id = db_get_text(a, result, i, 1),
		    .name = db_get_text(a, result, i, 2),
		    .email = db_get_text(a, result, i, 3),
		    .status = db_get_text(a, result, i, 4),
		    .username = db_get_text(a, result, i, 5),
		    .available = db_get_bool(result, i, 6),
		    .open_clients = db_get_i64(result, i, 7, 0),
		};
	return (size_t)count;
}

size_t rep_emails_read(struct db_plan *plan, struct arena *a, const char *const *keys, size_t count)
{
	return db_plan_add(plan, SQL_REP_EMAILS_READ, db_text_array(a, keys, count));
}

size_t rep_emails_parse(const PGresult *result, struct arena *a, struct email_row **rows)
{
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct email_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] =
		    (struct email_row){db_get_text(a, result, i, 0), db_get_text(a, result, i, 1)};
	return (size_t)count;
}

size_t subjects_read(
    struct db_plan *plan, struct arena *a, const int64_t *telegram_ids, size_t count)
{
	return db_plan_add(plan, SQL_REP_SUBJECTS_READ, db_i64_array(a, telegram_ids, count));
}

size_t subjects_parse(const PGresult *result, struct arena *a, struct subject_row **rows)
{
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct subject_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = (struct subject_row){
		    .id = db_get_text(a, result, i, 0),
		    .name = db_get_text(a, result, i, 1),
		    .email = db_get_text(a, result, i, 2),
		    .telegram_id = db_get_i64(result, i, 3, 0),
		    .status = db_get_text(a, result, i, 4),
		    .locale = db_get_text(a, result, i, 5),
		    .application = db_get_text(a, result, i, 6),
		};
	return (size_t)count;
}

void reps_register(
    struct db_plan *plan, struct arena *a, const struct rep_change *changes, size_t count)
{
	struct rep_change *fresh = ARENA_ARRAY(a, struct rep_change, count);
	struct rep_change *back = ARENA_ARRAY(a, struct rep_change, count);
	size_t fresh_count = 0, back_count = 0;
	for (size_t i = 0; i < count; i++) {
		if (changes[i].rep)
			back[back_count++] = changes[i];
		else
			fresh[fresh_count++] = changes[i];
	}
	if (fresh_count)
		(void)db_plan_add(plan, SQL_REPS_REGISTER,
		    I64_COLUMN(a, fresh, fresh_count, telegram_id),
		    TEXT_COLUMN(a, fresh, fresh_count, username),
		    TEXT_COLUMN(a, fresh, fresh_count, name),
		    TEXT_COLUMN(a, fresh, fresh_count, email),
		    TEXT_COLUMN(a, fresh, fresh_count, email_key),
		    TEXT_COLUMN(a, fresh, fresh_count, status));
	if (back_count)
		(void)db_plan_add(plan, SQL_REPS_REJOIN, TEXT_COLUMN(a, back, back_count, rep),
		    TEXT_COLUMN(a, back, back_count, username),
		    TEXT_COLUMN(a, back, back_count, name), TEXT_COLUMN(a, back, back_count, email),
		    TEXT_COLUMN(a, back, back_count, email_key),
		    TEXT_COLUMN(a, back, back_count, status));
}

void reps_change_email(
    struct db_plan *plan, struct arena *a, const struct rep_change *changes, size_t count)
{
	if (count)
		(void)db_plan_add(plan, SQL_REPS_EMAIL, TEXT_COLUMN(a, changes, count, rep),
		    TEXT_COLUMN(a, changes, count, email),
		    TEXT_COLUMN(a, changes, count, email_key));
}

void reps_decide(
    struct db_plan *plan, struct arena *a, const struct rep_change *changes, size_t count)
{
	if (count)
		(void)db_plan_add(plan, SQL_REPS_DECIDE, TEXT_COLUMN(a, changes, count, rep),
		    TEXT_COLUMN(a, changes, count, status),
		    I64_COLUMN(a, changes, count, admin_id));
}

void reps_rename(
    struct db_plan *plan, struct arena *a, const struct rep_change *changes, size_t count)
{
	if (count)
		(void)db_plan_add(plan, SQL_REPS_USERNAME, TEXT_COLUMN(a, changes, count, rep),
		    TEXT_COLUMN(a, changes, count, username));
}

void reps_leave(struct db_plan *plan, struct arena *a, const char *const *reps, size_t count)
{
	if (count == 0)
		return;
	const char *ids = db_text_array(a, reps, count);
	(void)db_plan_add(plan, SQL_REPS_LEAVE, ids);
	(void)db_plan_add(plan, SQL_ASSIGNMENTS_RELEASE, ids, "unregistered");
}

void reps_available(struct db_plan *plan, struct arena *a, const char *const *reps, size_t count)
{
	if (count)
		(void)db_plan_add(plan, SQL_REPS_AVAILABLE, db_text_array(a, reps, count));
}

void reps_unavailable(
    struct db_plan *plan, struct arena *a, const char *const *reps, size_t count, const char *why)
{
	if (count == 0)
		return;
	const char *ids = db_text_array(a, reps, count);
	(void)db_plan_add(plan, SQL_REPS_UNAVAILABLE, ids, why);
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
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct application_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = (struct application_row){
		    .telegram_id = db_get_i64(result, i, 0, 0),
		    .name = db_get_text(a, result, i, 1),
		    .email = db_get_text(a, result, i, 2),
		    .username = db_get_text(a, result, i, 3),
		    .total = db_get_i64(result, i, 4, 0),
		};
	return (size_t)count;
}

size_t untaken_read(struct db_plan *plan, struct arena *a, size_t limit, const int64_t *admins,
    size_t count, bool asked)
{
	return db_plan_add(plan, SQL_NOBODY_TAKES_READ, db_i64(a, (int64_t)limit),
	    db_i64_array(a, admins, count), db_bool(asked));
}

size_t untaken_parse(const PGresult *result, struct arena *a, struct untaken_row **rows)
{
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct untaken_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = (struct untaken_row){
		    .name = db_get_text(a, result, i, 0),
		    .telegram = db_get_text(a, result, i, 1),
		    .context = db_get_text(a, result, i, 2),
		    .email = db_get_text(a, result, i, 3),
		};
	return (size_t)count;
}

size_t admins_missed_read(
    struct db_plan *plan, struct arena *a, const int64_t *admins, size_t count)
{
	return db_plan_add(plan, SQL_ADMINS_MISSED, db_i64_array(a, admins, count));
}

size_t admins_missed_parse(const PGresult *result, struct arena *a, const int64_t **admins)
{
	int count = PQntuples(result);
	int64_t *ids = ARENA_ARRAY(a, int64_t, (size_t)count);
	for (int i = 0; i < count; i++)
		ids[i] = db_get_i64(result, i, 0, 0);
	*admins = ids;
	return (size_t)count;
}

void admins_heard(struct db_plan *plan, struct arena *a, const int64_t *admins, size_t count)
{
	if (count)
		(void)db_plan_add(plan, SQL_ADMINS_HEARD, db_i64_array(a, admins, count));
}

size_t claims_read(struct db_plan *plan, struct arena *a, const int64_t *telegram_ids, size_t count)
{
	return db_plan_add(plan, SQL_CLAIMS_READ, db_i64_array(a, telegram_ids, count));
}

size_t claims_parse(const PGresult *result, struct arena *a, struct claim_row **rows)
{
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct claim_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = (struct claim_row){
		    .telegram_id = db_get_i64(result, i, 0, 0),
		    .name = db_get_text(a, result, i, 1),
		    .email = db_get_text(a, result, i, 2),
		    .asked = db_get_bool(result, i, 3),
		    .locale = db_get_text(a, result, i, 4),
		    .rep = db_get_text(a, result, i, 5),
		    .rep_telegram_id = db_get_i64(result, i, 6, 0),
		    .rep_name = db_get_text(a, result, i, 7),
		    .rep_username = db_get_text(a, result, i, 8),
		    .rep_status = db_get_text(a, result, i, 9),
		    .rep_locale = db_get_text(a, result, i, 10),
		    .stands = db_get_bool(result, i, 11),
		    .username = db_get_text(a, result, i, 12),
		    .total = PQnfields(result) > 13 ? db_get_i64(result, i, 13, 0) : 0,
		};
	return (size_t)count;
}

size_t claims_waiting(struct db_plan *plan, struct arena *a, size_t limit, const int64_t *admins,
    size_t count, bool asked)
{
	return db_plan_add(plan, SQL_CLAIMS_WAITING, db_i64(a, (int64_t)limit),
	    db_i64_array(a, admins, count), db_bool(asked));
}

void claims_refuse(struct db_plan *plan, struct arena *a, const int64_t *telegram_ids, size_t count)
{
	if (count)
		(void)db_plan_add(plan, SQL_CLAIMS_REFUSE, db_i64_array(a, telegram_ids, count));
}

size_t claims_over(struct db_plan *plan, struct arena *a, size_t limit)
{
	return db_plan_add(plan, SQL_CLAIMS_OVER, db_i64(a, (int64_t)limit));
}

size_t claims_over_parse(const PGresult *result, struct arena *a, struct claim_over_row **rows)
{
	int count = PQntuples(result);
	*rows = ARENA_ARRAY(a, struct claim_over_row, (size_t)count);
	for (int i = 0; i < count; i++)
		(*rows)[i] = (struct claim_over_row){
		    .telegram_id = db_get_i64(result, i, 0, 0),
		    .email = db_get_text(a, result, i, 1),
		    .locale = db_get_text(a, result, i, 2),
		    .free = db_get_bool(result, i, 3),
		};
	return (size_t)count;
}

void claims_end(struct db_plan *plan, struct arena *a, const int64_t *telegram_ids,
    const char *const *payloads, size_t count)
{
	if (count)
		(void)db_plan_add(plan, SQL_CLAIMS_END, db_i64_array(a, telegram_ids, count),
		    db_text_array(a, payloads, count));
}

void reps_move(struct db_plan *plan, struct arena *a, const struct rep_move *moves, size_t count)
{
	if (count == 0)
		return;
	(void)db_plan_add(plan, SQL_REPS_MAKE_WAY, I64_COLUMN(a, moves, count, to));
	(void)db_plan_add(plan, SQL_REPS_MOVE, TEXT_COLUMN(a, moves, count, rep),
	    I64_COLUMN(a, moves, count, from), I64_COLUMN(a, moves, count, to),
	    TEXT_COLUMN(a, moves, count, name));
	(void)db_plan_add(plan, SQL_REPS_MADE_WAY, I64_COLUMN(a, moves, count, from),
	    I64_COLUMN(a, moves, count, to));
}
