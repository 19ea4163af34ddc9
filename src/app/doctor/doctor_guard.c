/* Whose the objects in the database are, what this user may do with them, and whether it sees all of them. */
#include "salesreg/app/doctor/doctor.h"
#include "salesreg/store/doctor.h"

static const char area[] = "database";

void doctor_rights_missing(struct doctor *d, struct db_session *s, bool migrating)
{
	struct doctor_lack *lacks;
	size_t count;
	if (!doctor_rights(s, d->arena, migrating, &lacks, &count))
		doctor_refused(d, s, migrating ? "rights to migrate" : "rights");
	for (size_t i = 0; i < count; i++)
		doctor_find(d,
		    (struct finding){SEVERITY_SERIOUS, area,
			migrating ? "migration-rights" : "rights",
			arena_printf(d->arena, "the database's user lacks a right on the %s: %s",
			    lacks[i].object, lacks[i].right),
			migrating ? "the migrations that are missing need it"
				  : "the workers need it, and wait until they have it",
			migrating
			    ? arena_printf(d->arena, "%s, or run `salesreg migrate` as the owner",
				  lacks[i].statement)
			    : lacks[i].statement});
}

static void look_at_owners(struct doctor *d, struct db_session *s)
{
	struct doctor_owner *found;
	size_t count;
	if (!doctor_foreign_owners(s, d->arena, &found, &count))
		doctor_refused(d, s, "the owners");
	for (size_t i = 0; i < count; i++)
		doctor_find(
		    d, (struct finding){SEVERITY_SERIOUS, area, "foreign-owner",
			   arena_printf(d->arena,
			       "the %s belongs to %s, a role that has nothing to do with the "
			       "database's user",
			       found[i].object, found[i].owner),
			   "its owner can drop or replace it, and see what is in it; `salesreg "
			   "migrate` refuses it",
			   arena_printf(d->arena, "look at what is in it, then as a superuser: %s",
			       found[i].statement)});
}

static void look_at_row_security(struct doctor *d, struct db_session *s)
{
	struct doctor_hidden *hidden;
	size_t count;
	if (!doctor_hidden_rows(s, d->arena, &hidden, &count))
		doctor_refused(d, s, "row-level security");
	for (size_t i = 0; i < count; i++)
		doctor_find(d,
		    (struct finding){hidden[i].certain ? SEVERITY_SERIOUS : SEVERITY_WARNING, area,
			"row-security",
			arena_printf(d->arena,
			    "row-level security %s rows of %s from the database's user%s",
			    hidden[i].certain ? "hides" : "may hide", hidden[i].table,
			    hidden[i].certain ? "" : ": its policies depend on the rows"),
			hidden[i].certain
			    ? "what is there looks as if it were not; the workers wait until they "
			      "see all of it"
			    : "what is hidden looks as if it were not there, and the workers go on "
			      "without it",
			hidden[i].statement});
}

static void look_at_what_is_not_ours(struct doctor *d, struct db_session *s)
{
	struct doctor_owner *found;
	size_t count;
	if (!doctor_not_ours(s, d->arena, &found, &count))
		doctor_refused(d, s, "what else is in the schema");
	for (size_t i = 0; i < count; i++)
		doctor_find(
		    d, (struct finding){SEVERITY_NOTE, area, "not-ours",
			   arena_printf(d->arena, "the %s belongs to %s and is none of salesreg's",
			       found[i].object, found[i].owner),
			   "salesreg does not look at it, but a later version may need its name",
			   "keep it in a schema of its own: ALTER … SET SCHEMA …"});
}

void doctor_guard(struct doctor *d, struct db_session *s)
{
	look_at_owners(d, s);
	look_at_what_is_not_ours(d, s);
	doctor_rights_missing(d, s, false);
	look_at_row_security(d, s);
}
