#include "salesreg/store/imports.h"
#include "rows.h"
#include "salesreg/domain/contact/contact.h"
#include <string.h>

enum { IDENTIFIED_AT_ONCE = 5000, PAGE_ARENA_BYTES = 64 << 20 };

struct unidentified {
	const char *prospect, *telegram, *email;
};
struct identity {
	const char *prospect, *kind, *value, *telegram, *email;
};

static void add_identity(struct identity *all, size_t *count, const struct unidentified *of,
    const struct contact *contact)
{
	all[(*count)++] = (struct identity){.prospect = of->prospect,
	    .kind = contact_kind_name(contact->kind),
	    .value = contact->value ? contact->value : "",
	    .telegram = of->telegram,
	    .email = of->email};
}

/* As app/outreach/same_person.h has them. */
static size_t identities_of(
    const struct unidentified *rows, size_t count, struct arena *a, struct identity *all)
{
	static const struct contact nothing = {.kind = CONTACT_NONE};
	size_t known = 0;
	for (size_t i = 0; i < count; i++) {
		struct contact contact;
		size_t before = known;
		if (contact_parse(rows[i].telegram, a, &contact) == CONTACT_NO_PROBLEM)
			add_identity(all, &known, &rows[i], &contact);
		if (contact_parse(rows[i].email, a, &contact) == CONTACT_NO_PROBLEM &&
		    contact.kind == CONTACT_EMAIL)
			add_identity(all, &known, &rows[i], &contact);
		if (known == before)
			add_identity(all, &known, &rows[i], &nothing);
	}
	return known;
}

static bool identify_page(
    struct db_session *s, struct arena *a, const struct unidentified *rows, size_t count)
{
	struct identity *all = ARENA_ARRAY(a, struct identity, 2 * count);
	size_t known = identities_of(rows, count, a, all);
	return db_session_run(s, SQL_IMPORTS_IDENTIFY, TEXT_COLUMN(a, all, known, prospect),
	    TEXT_COLUMN(a, all, known, kind), TEXT_COLUMN(a, all, known, value),
	    TEXT_COLUMN(a, all, known, telegram), TEXT_COLUMN(a, all, known, email));
}

bool imports_identify(struct db_session *s, struct arena *a)
{
	static const struct column columns[] = {COL(unidentified, prospect, TEXT),
	    COL(unidentified, telegram, TEXT), COL(unidentified, email, TEXT)};
	struct arena page;
	arena_init(&page, PAGE_ARENA_BYTES);
	const char *after = "";
	size_t count = IDENTIFIED_AT_ONCE;
	bool good = true;
	while (good && count == IDENTIFIED_AT_ONCE) {
		struct unidentified *rows;
		const PGresult *r = db_session_run(
		    s, SQL_IMPORTS_UNIDENTIFIED, after, db_i64(&page, IDENTIFIED_AT_ONCE));
		good = r;
		count = r ? ROWS_PARSE(r, &page, columns, &rows) : 0;
		if (count == 0)
			break;
		after = arena_strdup(a, rows[count - 1].prospect);
		good = identify_page(s, &page, rows, count);
		arena_reset(&page);
	}
	arena_finish(&page);
	return good;
}

/* What is decided on a million rows takes its time; a lock does not. */
static bool be_patient(struct db_session *s)
{
	return db_session_run(s, SQL_OPERATOR_SESSION, "0", "5000");
}

/* Another import may be a long one. */
bool imports_begin(struct db_session *s)
{
	return db_session_run(s, SQL_OPERATOR_SESSION, "0", "60000") &&
	       db_session_run_plain(s, SQL_TX_BEGIN) && db_session_run_plain(s, SQL_IMPORTS_LOCK) &&
	       db_session_run_plain(s, SQL_IMPORTS_SETTINGS) && be_patient(s);
}

struct source {
	enum db_copy_next (*next)(struct import_staged *staged, void *data);
	void *data;
	char line[24];
};

static enum db_copy_next next_row(const char **values, void *data)
{
	struct source *from = data;
	struct import_staged staged = {0};
	enum db_copy_next what = from->next(&staged, from->data);
	if (what != DB_COPY_ROW)
		return what;
	const struct import_row *row = staged.row;
	(void)snprintf(from->line, sizeof from->line, "%lld", (long long)staged.line);
	const char *const columns[] = {from->line, row->id, row->name, row->telegram,
	    row->telegram_kind, row->telegram_value, row->phone, row->email, row->email_value,
	    row->context, row->notes, row->status, row->created_at, row->last_contact_at,
	    row->extra, row->raw_telegram, row->telegram_problem, row->raw_email,
	    row->email_problem, row->raw_status, row->status_problem, row->problem,
	    row->problem_column, row->problem ? "bad" : NULL};
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
		values[i] = columns[i];
	return what;
}

bool imports_stage(struct db_session *s,
    enum db_copy_next (*next)(struct import_staged *staged, void *data), void *data,
    struct db_copied *copied)
{
	enum { COLUMNS = 24 };
	struct source from = {.next = next, .data = data};
	return db_session_copy_in(s, SQL_IMPORTS_COPY, COLUMNS, next_row, &from, copied) &&
	       be_patient(s);
}

bool imports_decide(struct db_session *s, struct arena *a, const char *on_duplicate,
    struct import_counts *counts, int64_t *number)
{
	static const struct column columns[] = {COL(import_counts, read, I64),
	    COL(import_counts, created, I64), COL(import_counts, updated, I64),
	    COL(import_counts, same, I64), COL(import_counts, duplicates, I64),
	    COL(import_counts, bad, I64)};
	const PGresult *r = db_session_run_plain(s, SQL_IMPORTS_NUMBER);
	if (!r)
		return false;
	*number = db_get_i64(r, 0, 0, 1);
	if (!db_session_run_plain(s, SQL_IMPORTS_NORMALIZE) ||
	    !db_session_run_plain(s, SQL_IMPORTS_MATCH) ||
	    !db_session_run(s, SQL_IMPORTS_TWINS, on_duplicate) ||
	    !db_session_run(s, SQL_IMPORTS_NEW, db_i64(a, *number)) ||
	    !db_session_run(s, SQL_IMPORTS_KNOWN, on_duplicate))
		return false;
	r = db_session_run_plain(s, SQL_IMPORTS_COUNTS);
	if (r)
		row_parse(r, 0, a, columns, COLUMN_COUNT(columns), counts);
	return r;
}

bool imports_problems(struct db_session *s, struct arena *a, int64_t after_line, int64_t limit,
    struct import_problem **rows, size_t *count)
{
	static const struct column columns[] = {COL(import_problem, line, I64),
	    COL(import_problem, is_bad, BOOL), COL(import_problem, column, TEXT),
	    COL(import_problem, reason, TEXT)};
	const PGresult *r =
	    db_session_run(s, SQL_IMPORTS_PROBLEMS, db_i64(a, after_line), db_i64(a, limit));
	*count = r ? ROWS_PARSE(r, a, columns, rows) : 0;
	return r;
}

static bool write_audit(struct db_session *s, struct arena *a, const struct import_name *import)
{
	const struct audit_entry entry = {.action = "import",
	    .after = arena_printf(a, "{\"import\": %lld, \"created\": %lld, \"updated\": %lld}",
		(long long)import->number, (long long)import->counts.created,
		(long long)import->counts.updated)};
	return audit_write(s, a, import->me, &entry);
}

bool imports_write(struct db_session *s, struct arena *a, const struct import_name *import)
{
	const char *number = db_i64(a, import->number);
	return db_session_run_plain(s, SQL_IMPORTS_CREATE) &&
	       db_session_run_plain(s, SQL_IMPORTS_IDENTITIES) &&
	       db_session_run_plain(s, SQL_IMPORTS_UPDATE) &&
	       db_session_run_plain(s, SQL_IMPORTS_DETAILS) &&
	       db_session_run(s, SQL_IMPORTS_RECORD, number, import->file, import->hash,
		   import->me->admin ? arena_printf(a, "admin %lld", (long long)import->me->admin)
				     : import->me->user,
		   import->on_duplicate) &&
	       write_audit(s, a, import) && db_session_run(s, SQL_IMPORTS_REMEMBER, number) &&
	       db_session_run_plain(s, SQL_IMPORTS_CLEAR);
}

bool imports_commit(struct db_session *s)
{
	return db_session_run_plain(s, SQL_TX_COMMIT);
}

bool imports_rollback(struct db_session *s)
{
	return db_session_run_plain(s, SQL_TX_ROLLBACK);
}

bool imports_before(struct db_session *s, const char *hash, int64_t *number)
{
	const PGresult *r = db_session_run(s, SQL_IMPORTS_BEFORE, hash);
	*number = r && PQntuples(r) > 0 ? db_get_i64(r, 0, 0, 0) : 0;
	return r;
}

bool imports_list(struct db_session *s, struct arena *a, int64_t limit, struct import_listed **rows,
    size_t *count)
{
	static const struct column columns[] = {COL(import_listed, number, I64),
	    COL(import_listed, file, TEXT), COL(import_listed, hash, TEXT),
	    COL(import_listed, operator_name, TEXT), COL(import_listed, state, TEXT),
	    COL(import_listed, on_duplicate, TEXT), COL(import_listed, read, I64),
	    COL(import_listed, created, I64), COL(import_listed, updated, I64),
	    COL(import_listed, same, I64), COL(import_listed, duplicates, I64),
	    COL(import_listed, bad, I64), COL(import_listed, at_us, I64),
	    COL(import_listed, taken_back, I64), COL(import_listed, left_alone, I64)};
	const PGresult *r = db_session_run(s, SQL_IMPORTS_LIST, db_i64(a, limit));
	*count = r ? ROWS_PARSE(r, a, columns, rows) : 0;
	return r;
}

bool imports_undo(struct db_session *s, struct arena *a, int64_t number,
    const struct audit_actor *me, const char **state, struct import_undone *undone,
    struct import_untaken **untaken, size_t *untaken_count)
{
	static const struct column columns[] = {COL(import_undone, removed, I64),
	    COL(import_undone, restored, I64), COL(import_undone, left_alone, I64)};
	static const struct column of_untaken[] = {
	    COL(import_untaken, prospect, TEXT), COL(import_untaken, name, TEXT)};
	enum { SHOWN = 20 };
	const char *id = db_i64(a, number);
	*state = NULL;
	*untaken_count = 0;
	if (!imports_begin(s) || !db_session_run_plain(s, SQL_ASSIGNMENT_LOCK))
		return false;
	const PGresult *r = db_session_run(s, SQL_IMPORTS_UNDO_LOOK, id);
	if (!r)
		return false;
	if (PQntuples(r) == 0)
		return true;
	*state = arena_strdup(a, PQgetvalue(r, 0, 0));
	if (strcmp(*state, "done") != 0)
		return true;
	r = db_session_run(s, SQL_IMPORTS_UNDO, id, me->user);
	if (!r)
		return false;
	row_parse(r, 0, a, columns, COLUMN_COUNT(columns), undone);
	const struct audit_entry entry = {.action = "import undone",
	    .before = arena_printf(a, "{\"import\": %lld}", (long long)number),
	    .after = arena_printf(a, "{\"removed\": %lld, \"restored\": %lld}",
		(long long)undone->removed, (long long)undone->restored)};
	if (!audit_write(s, a, me, &entry))
		return false;
	r = db_session_run(s, SQL_IMPORTS_UNTAKEN, id, db_i64(a, SHOWN));
	*untaken_count = r ? ROWS_PARSE(r, a, of_untaken, untaken) : 0;
	return r;
}
