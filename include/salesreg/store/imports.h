/*
 * Imports of prospects out of files: rows are staged by COPY, who they are is decided for all of them at once, and then they are written;
 * all in one transaction, in which nothing is seen by anybody before the end.
 * Ownership: what is read lives in the arena given; rows of `next` are borrowed until the next one is asked for.
 * Units: microseconds since 1970 where a name says so. Errors: false; the session says why, and the transaction is to be rolled back.
 */
#pragma once
#include "salesreg/db/session.h"
#include "salesreg/domain/import/row.h"
#include "salesreg/store/audit.h"

/*
 * Writes what makes a person of whoever nobody has looked at yet, so that they can be found by their contacts; a page a transaction,
 * before that of the import.
 */
bool imports_identify(struct db_session *s, struct arena *a);

/* Waits for another import, a minute at most; the sqlstate is 55P03 then. */
bool imports_begin(struct db_session *s);
struct import_staged {
	const struct import_row *row;
	int64_t line;
};
bool imports_stage(struct db_session *s,
    enum db_copy_next (*next)(struct import_staged *staged, void *data), void *data,
    struct db_copied *copied);

struct import_counts {
	int64_t read, created, updated, same, duplicates,
	    bad; /* the first is the sum of the others */
};
/* on_duplicate: skip, update or error. number: what this import will be called. */
bool imports_decide(struct db_session *s, struct arena *a, const char *on_duplicate,
    struct import_counts *counts, int64_t *number);

struct import_problem {
	int64_t line;
	bool is_bad; /* false: a duplicate, which was left out */
	const char *column, *reason;
};
/* Behind that line, in the order of lines. */
bool imports_problems(struct db_session *s, struct arena *a, int64_t after_line, int64_t limit,
    struct import_problem **rows, size_t *count);

struct import_name {
	int64_t number;
	const char *file, *hash, *on_duplicate;
	const struct audit_actor *me;
	struct import_counts counts;
};
bool imports_write(struct db_session *s, struct arena *a, const struct import_name *import);
bool imports_commit(struct db_session *s);
bool imports_rollback(struct db_session *s);

/* The import that had a file of this hash; 0: none. */
bool imports_before(struct db_session *s, const char *hash, int64_t *number);

struct import_listed {
	int64_t number, read, created, updated, same, duplicates, bad, at_us;
	int64_t taken_back, left_alone; /* of one that was taken back */
	const char *file, *hash, *operator_name, *state, *on_duplicate;
};
/* The latest first. */
bool imports_list(struct db_session *s, struct arena *a, int64_t limit, struct import_listed **rows,
    size_t *count);

struct import_undone {
	int64_t removed, restored, left_alone;
};
struct import_untaken {
	const char *prospect, *name;
};
/*
 * Takes an import back as far as nobody has touched what it made, in a transaction that the caller ends. state: what it was before; NULL:
 * there is no such import, and nothing is done unless it is "done". untaken: the first of those that stay as they are.
 */
bool imports_undo(struct db_session *s, struct arena *a, int64_t number,
    const struct audit_actor *me, const char **state, struct import_undone *undone,
    struct import_untaken **untaken, size_t *untaken_count);
