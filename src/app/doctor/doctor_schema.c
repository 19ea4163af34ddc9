/* Whether everything that the program uses in the database is there, by asking the server to prepare every statement. */
#include "salesreg/app/doctor/doctor.h"
#include "salesreg/db/session.h"
#include "salesreg/store/doctor.h"
#include <string.h>

static const char area[] = "database";

/* What a statement says of a table, column, function or schema that is not there. */
bool doctor_is_about_schema(const char *sqlstate)
{
	static const char *const codes[] = {"42P01", "42703", "42883", "3F000", "42704"};
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (strcmp(codes[i], sqlstate) == 0)
			return true;
	return false;
}

static void look_at_statements(struct doctor *d, struct db_session *s)
{
	const char *missing[DOCTOR_FINDINGS_MAX] = {NULL};
	size_t count = 0;
	for (int i = 0; i < SQL_STATEMENT_COUNT; i++) {
		if (db_session_prepares(s, (enum sql_statement)i))
			continue;
		if (strcmp(s->sqlstate, "55P03") == 0) {
			/* each of the others would wait as long */
			doctor_refused(d, s, "whether all that the statements name is there");
			break;
		}
		if (!doctor_is_about_schema(s->sqlstate))
			continue;
		bool known = false;
		for (size_t k = 0; k < count && !known; k++)
			known = strcmp(missing[k], s->error) == 0;
		if (!known && count < DOCTOR_FINDINGS_MAX)
			missing[count++] = arena_strdup(d->arena, s->error);
	}
	for (size_t i = 0; i < count; i++)
		doctor_find(d,
		    (struct finding){SEVERITY_SERIOUS, area, "schema", missing[i],
			"the workers use it, and whatever needs it fails; the migrations made it, "
			"and "
			"somebody has removed or renamed it since",
			"restore it from a backup; what migrations made is not made anew by them"});
	d->schema_broken = count > 0;
}

static void look_at_triggers(struct doctor *d, struct db_session *s)
{
	struct arena *a = d->arena;
	struct doctor_trigger *off;
	size_t count;
	if (!doctor_triggers(s, a, &off, &count)) {
		doctor_refused(d, s, "the triggers");
		return;
	}
	for (size_t i = 0; i < count; i++)
		doctor_find(
		    d, (struct finding){SEVERITY_SERIOUS, area, "trigger",
			   arena_printf(a, "the trigger %s of %s is %s", off[i].name, off[i].table,
			       off[i].exists ? "disabled" : "missing"),
			   "changes of that table are not noticed at once, and some not at all",
			   off[i].exists
			       ? arena_printf(a, "switch it on: ALTER TABLE %s ENABLE TRIGGER %s",
				     off[i].table, off[i].name)
			       : "create it again as the files of sql/migrations/ do, or restore "
				 "it from a backup"});
}

static void look_at_indexes(struct doctor *d, struct db_session *s)
{
	struct arena *a = d->arena;
	struct doctor_index *broken;
	size_t count;
	if (!doctor_indexes(s, a, &broken, &count)) {
		doctor_refused(d, s, "the indexes");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const struct doctor_index *index = &broken[i];
		doctor_find(d,
		    (struct finding){index->is_key ? SEVERITY_SERIOUS : SEVERITY_WARNING, area,
			"index",
			arena_printf(a, "the index %s is %s", index->name,
			    index->schema ? "of no use: it was not built to its end" : "missing"),
			index->is_key ? "statements that rely on it fail, and nothing keeps out "
					"what may be there only once"
				      : "statements that look there read whole tables, and all is "
					"slower the more there is in them",
			index->schema ? arena_printf(a, "REINDEX INDEX CONCURRENTLY %s.%s",
					    index->schema, index->name)
				      : "create it again as the files of sql/migrations/ do"});
	}
}

static void look_at_required_columns(struct doctor *d, struct db_session *s)
{
	struct arena *a = d->arena;
	struct doctor_required *tables;
	size_t count;
	if (!doctor_required_columns(s, a, &tables, &count)) {
		doctor_refused(d, s, "the columns of your tables");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const struct doctor_required *table = &tables[i];
		bool reps = strcmp(table->table, "public.sales_representatives") == 0;
		doctor_find(d,
		    (struct finding){SEVERITY_SERIOUS, area, "required-column",
			arena_printf(a, "%s wants a value for %s, of which salesreg knows nothing",
			    table->table, table->columns),
			reps ? "nobody can register: the updates are put aside"
			     : "nobody who writes to the bot can become a prospect: the updates "
			       "are put aside",
			arena_printf(a, "give it a default (%s), then salesreg parked retry",
			    table->statement)});
	}
}

/* It cannot be deleted, but the table can be emptied. */
static void look_at_lock_row(struct doctor *d, struct db_session *s)
{
	const char *statement;
	if (!doctor_lock_row(s, d->arena, &statement))
		doctor_refused(d, s, "the assignment lock");
	else if (statement)
		doctor_find(d,
		    (struct finding){SEVERITY_SERIOUS, area, "lock-row",
			"the row of salesreg.assignment_lock is gone",
			"everything that changes an assignment locks it first; without it two of "
			"them at once can give one rep too much",
			statement});
}

void doctor_schema(struct doctor *d, struct db_session *s)
{
	look_at_statements(d, s);
	if (d->schema_broken)
		return;
	look_at_triggers(d, s);
	look_at_indexes(d, s);
	look_at_required_columns(d, s);
	look_at_lock_row(d, s);
}
