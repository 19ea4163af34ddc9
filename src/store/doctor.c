#include "salesreg/store/doctor.h"
#include "rows.h"
#include "salesreg/db/conn.h"
#include "salesreg/db/guard.h"
#include "salesreg/store/people.h"
#include <string.h>

bool doctor_server(struct db_session *s, struct arena *a, struct doctor_server *out)
{
	const PGresult *r = db_session_run_plain(s, SQL_DOCTOR_SERVER);
	if (r)
		*out = (struct doctor_server){
		    .version_num = db_get_i64(r, 0, 0, 0),
		    .version = db_get_text(a, r, 0, 1),
		    .encoding = db_get_text(a, r, 0, 2),
		    .in_recovery = db_get_bool(r, 0, 3),
		    .read_only = db_get_bool(r, 0, 4),
		    .clock_us = db_get_i64(r, 0, 5, 0),
		    .autovacuum = db_get_bool(r, 0, 6),
		    .commits_unsafely = db_get_bool(r, 0, 7),
		    .no_fsync = db_get_bool(r, 0, 8),
		    .database = db_get_text(a, r, 0, 9),
		    .user = db_get_text(a, r, 0, 10),
		    .size_bytes = db_get_i64(r, 0, 11, 0),
		};
	return r;
}

bool doctor_connections(struct db_session *s, struct doctor_connections *out)
{
	const PGresult *r = db_session_run_plain(s, SQL_DOCTOR_CONNECTIONS);
	if (r)
		*out = (struct doctor_connections){.free = db_get_i64(r, 0, 0, 0),
		    .ours = db_get_i64(r, 0, 1, 0),
		    .outreach = db_get_bool(r, 0, 2)};
	return r;
}

bool doctor_open_transactions(struct db_session *s, struct arena *a, int64_t longer_than_s,
    struct doctor_transaction **rows, size_t *count)
{
	const PGresult *r =
	    db_session_run(s, SQL_DOCTOR_OPEN_TRANSACTIONS, db_i64(a, longer_than_s));
	static const struct column columns[] = {COL(doctor_transaction, pid, I64),
	    COL(doctor_transaction, user, TEXT), COL(doctor_transaction, application, TEXT),
	    COL(doctor_transaction, age_ms, I64)};
	*count = ROWS_PARSE(r, a, columns, rows);
	return r;
}

bool doctor_unreachable(
    struct db_session *s, int64_t *unreachable, int64_t *longest_ms, int64_t *active)
{
	const PGresult *r = db_session_run_plain(s, SQL_DOCTOR_UNREACHABLE);
	*unreachable = r ? db_get_i64(r, 0, 0, 0) : 0;
	*longest_ms = r ? db_get_i64(r, 0, 1, 0) : 0;
	*active = r ? db_get_i64(r, 0, 2, 0) : 0;
	return r;
}

bool doctor_statuses(
    struct db_session *s, struct arena *a, struct doctor_status **rows, size_t *count)
{
	const PGresult *r = db_session_run_plain(s, SQL_DOCTOR_STATUSES);
	*count = r ? (size_t)PQntuples(r) : 0;
	*rows = ARENA_ARRAY(a, struct doctor_status, *count);
	for (int i = 0; i < (int)*count; i++)
		(*rows)[i] =
		    (struct doctor_status){.of_reps = strcmp(PQgetvalue(r, i, 0), "reps") == 0,
			.status = db_get_text(a, r, i, 1),
			.count = db_get_i64(r, i, 2, 0),
			.open_prospects = db_get_i64(r, i, 3, 0)};
	return r;
}

bool doctor_collation(
    struct db_session *s, struct arena *a, const char **recorded, const char **actual)
{
	const PGresult *r = db_session_run_plain(s, SQL_DOCTOR_COLLATION);
	bool differs = r && PQntuples(r) > 0;
	*recorded = differs ? db_get_text(a, r, 0, 0) : NULL;
	*actual = differs ? db_get_text(a, r, 0, 1) : NULL;
	return r || strcmp(s->sqlstate, "42703") == 0 || strcmp(s->sqlstate, "42883") == 0;
}

static void read_strangers(
    const PGresult *r, int first, struct arena *a, struct doctor_stranger **rows, size_t *count)
{
	*count = r && PQntuples(r) > 0 && !PQgetisnull(r, 0, first) ? (size_t)PQntuples(r) : 0;
	*rows = ARENA_ARRAY(a, struct doctor_stranger, *count);
	for (int i = 0; i < (int)*count; i++)
		(*rows)[i] = (struct doctor_stranger){.kind = db_get_text(a, r, i, first),
		    .object = db_get_text(a, r, i, first + 1),
		    .who = db_get_text(a, r, i, first + 2),
		    .statement = db_get_text(a, r, i, first + 3)};
}

bool doctor_strangers(
    struct db_session *s, struct arena *a, struct doctor_stranger **rows, size_t *count)
{
	const PGresult *r = db_session_run_plain(s, SQL_SEARCH_PATH);
	read_strangers(r, 1, a, rows, count);
	return r;
}

bool doctor_strange_triggers(
    struct db_session *s, struct arena *a, struct doctor_stranger **rows, size_t *count)
{
	const PGresult *r = db_session_run_plain(s, SQL_DOCTOR_STRANGE_TRIGGERS);
	read_strangers(r, 0, a, rows, count);
	return r;
}

bool doctor_unvacuumed(
    struct db_session *s, struct arena *a, const char *const **names, size_t *count)
{
	const PGresult *r = db_session_run_plain(s, SQL_DOCTOR_UNVACUUMED);
	*count = r ? (size_t)PQntuples(r) : 0;
	const char **list = ARENA_ARRAY(a, const char *, *count);
	for (int i = 0; i < (int)*count; i++)
		list[i] = db_get_text(a, r, i, 0);
	*names = list;
	return r;
}

bool doctor_rights(
    struct db_session *s, struct arena *a, bool migrating, struct doctor_lack **rows, size_t *count)
{
	const PGresult *r =
	    db_session_run_plain(s, migrating ? SQL_MIGRATION_RIGHTS_MISSING : SQL_RIGHTS_MISSING);
	static const struct column columns[] = {COL(doctor_lack, object, TEXT),
	    COL(doctor_lack, right, TEXT), COL(doctor_lack, statement, TEXT)};
	*count = ROWS_PARSE(r, a, columns, rows);
	return r;
}

bool doctor_foreign_owners(
    struct db_session *s, struct arena *a, struct doctor_owner **rows, size_t *count)
{
	const PGresult *r = db_session_run(s, SQL_FOREIGN_OWNERS, "true", NULL);
	static const struct column columns[] = {COL(doctor_owner, object, TEXT),
	    COL(doctor_owner, owner, TEXT), COL(doctor_owner, statement, TEXT), COL_UNREAD};
	*count = ROWS_PARSE(r, a, columns, rows);
	return r;
}

bool doctor_hidden_rows(
    struct db_session *s, struct arena *a, struct doctor_hidden **rows, size_t *count)
{
	const PGresult *r = db_session_run_plain(s, SQL_HIDDEN_ROWS);
	*rows = ARENA_ARRAY(a, struct doctor_hidden, r ? PQntuples(r) : 0);
	*count = 0;
	for (int i = 0; r && i < PQntuples(r); i++) {
		enum guard_verdict verdict = guard_judge(s->pg, r, i);
		if (verdict != GUARD_SHOWS_ALL)
			(*rows)[(*count)++] =
			    (struct doctor_hidden){.table = db_get_text(a, r, i, 0),
				.statement = db_get_text(a, r, i, 1),
				.certain = verdict == GUARD_HIDES};
	}
	return r;
}

bool doctor_not_ours(
    struct db_session *s, struct arena *a, struct doctor_owner **rows, size_t *count)
{
	const PGresult *r = db_session_run_plain(s, SQL_DOCTOR_NOT_OURS);
	static const struct column columns[] = {
	    COL(doctor_owner, object, TEXT), COL(doctor_owner, owner, TEXT)};
	*count = ROWS_PARSE(r, a, columns, rows);
	return r;
}

bool doctor_data_directory(struct db_session *s, struct arena *a, const char **path)
{
	const PGresult *r = db_session_run_plain(s, SQL_DOCTOR_DATA_DIRECTORY);
	*path = r && PQntuples(r) > 0 && db_get_bool(r, 0, 1) ? db_get_text(a, r, 0, 0) : NULL;
	return r;
}

bool doctor_outbox(struct db_session *s, struct arena *a, int64_t late_s, struct doctor_outbox *out)
{
	const PGresult *r = db_session_run(s, SQL_DOCTOR_OUTBOX, db_i64(a, late_s));
	if (r)
		*out = (struct doctor_outbox){.late = db_get_i64(r, 0, 0, 0),
		    .oldest_ms = db_get_i64(r, 0, 1, 0),
		    .failed = db_get_i64(r, 0, 2, 0),
		    .held = db_get_i64(r, 0, 3, 0),
		    .duplicates = db_get_i64(r, 0, 4, 0),
		    .blocked_ms = db_get_i64(r, 0, 5, 0),
		    .put_off = db_get_i64(r, 0, 6, 0),
		    .longest_ms = db_get_i64(r, 0, 7, 0),
		    .crowded = db_get_i64(r, 0, 8, 0),
		    .crowded_chats = db_get_i64(r, 0, 9, 0)};
	return r;
}

bool doctor_parked(struct db_session *s, int64_t *parked, int64_t *oldest_ms)
{
	const PGresult *r = db_session_run_plain(s, SQL_DOCTOR_PARKED);
	*parked = r ? db_get_i64(r, 0, 0, 0) : 0;
	*oldest_ms = r ? db_get_i64(r, 0, 1, 0) : 0;
	return r;
}

bool doctor_timers(struct db_session *s, struct arena *a, int64_t *given_up, const char **error,
    const char **statement)
{
	const PGresult *r = db_session_run_plain(s, SQL_DOCTOR_TIMERS);
	*given_up = r ? db_get_i64(r, 0, 0, 0) : 0;
	*error = r ? db_get_text(a, r, 0, 1) : NULL;
	*statement = r ? db_get_text(a, r, 0, 2) : NULL;
	return r;
}

bool doctor_reps_pending(struct db_session *s, struct arena *a, int64_t longer_than_s,
    int64_t *pending, int64_t *oldest_ms)
{
	const PGresult *r = db_session_run(s, SQL_DOCTOR_REPS_PENDING, db_i64(a, longer_than_s));
	*pending = r ? db_get_i64(r, 0, 0, 0) : 0;
	*oldest_ms = r ? db_get_i64(r, 0, 1, 0) : 0;
	return r;
}

bool doctor_mails_waiting(struct db_session *s, struct arena *a, int64_t longer_than_s,
    int64_t *waiting, int64_t *oldest_ms, const char **error)
{
	const PGresult *r = db_session_run(s, SQL_DOCTOR_MAILS_WAITING, db_i64(a, longer_than_s));
	*waiting = r ? db_get_i64(r, 0, 0, 0) : 0;
	*oldest_ms = r ? db_get_i64(r, 0, 1, 0) : 0;
	*error = r ? db_get_text(a, r, 0, 2) : NULL;
	return r;
}

bool doctor_code_limits(struct db_session *s, struct arena *a,
    const struct doctor_code_bounds *bounds, struct doctor_code_limit **rows, size_t *count)
{
	const PGresult *r = db_session_run(s, SQL_DOCTOR_CODE_LIMITS, db_i64(a, bounds->to_mailbox),
	    db_i64(a, bounds->in_all), db_i64(a, bounds->to_person),
	    db_i64(a, bounds->to_person_day), db_i64(a, bounds->wrong_for_mailbox),
	    db_i64(a, bounds->wrong_of_person));
	static const struct column columns[] = {COL(doctor_code_limit, mailbox, TEXT),
	    COL(doctor_code_limit, person, I64), COL(doctor_code_limit, mails, I64),
	    COL(doctor_code_limit, wrong, I64), COL(doctor_code_limit, people, I64),
	    COL(doctor_code_limit, some, TEXT)};
	*count = ROWS_PARSE(r, a, columns, rows);
	return r;
}

bool doctor_claims_waiting(struct db_session *s, struct arena *a, int64_t longer_than_s,
    int64_t *waiting, int64_t *oldest_ms)
{
	const PGresult *r = db_session_run(s, SQL_DOCTOR_CLAIMS_WAITING, db_i64(a, longer_than_s));
	*waiting = r ? db_get_i64(r, 0, 0, 0) : 0;
	*oldest_ms = r ? db_get_i64(r, 0, 1, 0) : 0;
	return r;
}

bool doctor_admins(struct db_session *s, struct arena *a, int64_t *ids, size_t most, size_t *count)
{
	const PGresult *r = db_session_run(s, SQL_ADMINS_READ, db_i64(a, (int64_t)most));
	*count = r ? admins_parse(r, ids, most) : 0;
	return r;
}

bool doctor_reps_without_email(
    struct db_session *s, struct arena *a, struct doctor_rep **rows, size_t *count, int64_t *total)
{
	const PGresult *r = db_session_run_plain(s, SQL_DOCTOR_REPS_WITHOUT_EMAIL);
	*count = r ? (size_t)PQntuples(r) : 0;
	*total = *count ? db_get_i64(r, 0, 4, 0) : 0;
	*rows = ARENA_ARRAY(a, struct doctor_rep, *count);
	for (int i = 0; i < (int)*count; i++)
		(*rows)[i] = (struct doctor_rep){.name = db_get_text(a, r, i, 0),
		    .which = db_get_text(a, r, i, 1),
		    .email = db_get_text(a, r, i, 2),
		    .holder = db_get_text(a, r, i, 3)};
	return r;
}

bool doctor_prospects(struct db_session *s, struct arena *a, int64_t capacity, int64_t late_s,
    struct doctor_prospects *out)
{
	const PGresult *r =
	    db_session_run(s, SQL_DOCTOR_PROSPECTS, db_i64(a, capacity), db_i64(a, late_s));
	if (r)
		*out = (struct doctor_prospects){.waiting = db_get_i64(r, 0, 0, 0),
		    .oldest_ms = db_get_i64(r, 0, 1, 0),
		    .reps_with_room = db_get_i64(r, 0, 2, 0)};
	return r;
}

bool doctor_contacts(
    struct db_session *s, struct arena *a, struct doctor_contact **rows, size_t *count)
{
	const PGresult *r = db_session_run_plain(s, SQL_DOCTOR_CONTACTS);
	static const struct column columns[] = {COL(doctor_contact, prospect, TEXT),
	    COL(doctor_contact, telegram, TEXT), COL(doctor_contact, has_email, BOOL),
	    COL(doctor_contact, hidden, BOOL)};
	*count = ROWS_PARSE(r, a, columns, rows);
	return r;
}

bool doctor_same_person(
    struct db_session *s, struct arena *a, int64_t *pairs, int64_t *apart, const char **example)
{
	const PGresult *r = db_session_run_plain(s, SQL_DOCTOR_SAME_PERSON);
	*pairs = r ? db_get_i64(r, 0, 0, 0) : 0;
	*apart = r ? db_get_i64(r, 0, 1, 0) : 0;
	*example = r ? db_get_text(a, r, 0, 2) : NULL;
	return r;
}

bool doctor_declined(struct db_session *s, int64_t *prospects, int64_t *oldest_ms, int64_t *told)
{
	const PGresult *r = db_session_run_plain(s, SQL_DOCTOR_DECLINED);
	*prospects = r ? db_get_i64(r, 0, 0, 0) : 0;
	*oldest_ms = r ? db_get_i64(r, 0, 1, 0) : 0;
	*told = r ? db_get_i64(r, 0, 2, 0) : 0;
	return r;
}

bool doctor_left_behind(struct db_session *s, struct arena *a, int64_t *prospects, int64_t *reps,
    const char **statement)
{
	const PGresult *r = db_session_run_plain(s, SQL_DOCTOR_LEFT_BEHIND);
	*prospects = r ? db_get_i64(r, 0, 0, 0) : 0;
	*reps = r ? db_get_i64(r, 0, 1, 0) : 0;
	*statement = r ? db_get_text(a, r, 0, 2) : NULL;
	return r;
}

bool doctor_triggers(
    struct db_session *s, struct arena *a, struct doctor_trigger **off, size_t *count)
{
	const PGresult *r = db_session_run_plain(s, SQL_DOCTOR_TRIGGERS);
	static const struct column columns[] = {COL(doctor_trigger, table, TEXT),
	    COL(doctor_trigger, name, TEXT), COL(doctor_trigger, exists, BOOL)};
	*count = ROWS_PARSE(r, a, columns, off);
	return r;
}

bool doctor_required_columns(
    struct db_session *s, struct arena *a, struct doctor_required **tables, size_t *count)
{
	const PGresult *r = db_session_run_plain(s, SQL_DOCTOR_REQUIRED_COLUMNS);
	static const struct column columns[] = {COL(doctor_required, table, TEXT),
	    COL(doctor_required, columns, TEXT), COL(doctor_required, statement, TEXT)};
	*count = r ? ROWS_PARSE(r, a, columns, tables) : 0;
	return r;
}

bool doctor_indexes(
    struct db_session *s, struct arena *a, struct doctor_index **broken, size_t *count)
{
	const PGresult *r = db_session_run_plain(s, SQL_DOCTOR_INDEXES);
	static const struct column columns[] = {COL(doctor_index, name, TEXT),
	    COL(doctor_index, is_key, BOOL), COL(doctor_index, schema, TEXT)};
	*count = ROWS_PARSE(r, a, columns, broken);
	return r;
}

bool doctor_lock_row(struct db_session *s, struct arena *a, const char **statement)
{
	const PGresult *r = db_session_run_plain(s, SQL_DOCTOR_LOCK_ROW);
	*statement = r ? db_get_text(a, r, 0, 0) : NULL;
	return r;
}

bool doctor_other_bot(
    struct db_session *s, struct arena *a, int64_t bot_id, int64_t *other, const char **username)
{
	const PGresult *r = db_session_run(s, SQL_BOT_STATE_OTHER, db_i64(a, bot_id));
	bool found = r && PQntuples(r) > 0;
	*other = found ? db_get_i64(r, 0, 0, 0) : 0;
	*username = found ? db_get_text(a, r, 0, 1) : NULL;
	return r;
}
