/*
 * An import of prospects from a file into the database: read, decided, and written or rolled back as one.
 * Ownership: the wish is borrowed for the call; texts of the outcome live in the arena given. Units: bytes, rows, lines from 1.
 * Errors: a code, with a sentence in the outcome; of the database the session says it.
 * Callbacks: during the call only.
 */
#pragma once
#include "salesreg/app/import/file.h"
#include "salesreg/domain/import/header.h"
#include "salesreg/store/imports.h"

enum import_end {
	IMPORT_DONE,           /* or would be, in a dry run */
	IMPORT_CANCELLED,      /* by whoever was asked */
	IMPORT_REFUSED,        /* some rows are bad, and only all were wanted */
	IMPORT_UNUSABLE,       /* the file; `fault` says why */
	IMPORT_NO_ERRORS_FILE, /* the bad rows could not be written; `fault` */
	IMPORT_DATABASE        /* the session says why */
};

/* What the file turned out to be. */
struct import_seen {
	const struct import_file *file;
	const struct import_header *header;
	char delimiter;
	int64_t before; /* the import that had this very file already; 0: none */
};
enum import_phase { IMPORT_READING, IMPORT_DECIDING, IMPORT_WRITING };
struct import_progress {
	enum import_phase phase;
	int64_t rows, bytes, size;
};

enum { IMPORT_PROBLEMS_SHOWN = 20 };
struct import_outcome {
	struct import_counts counts;
	int64_t number;                  /* what it is called, if it was done */
	struct import_problem *problems; /* the first of them */
	size_t problem_count;
	const char *fault;
};

struct import_wish {
	const char *path;     /* "-": standard input; with `has_fd` only what it is called */
	int fd;               /* open for reading; closed by the import */
	const char *encoding; /* NULL: what it is */
	char delimiter;       /* 0: the same */
	const char *country, *zone;
	const char *const *maps;
	size_t map_count;
	const char *on_duplicate; /* skip, update or error */
	const char *errors;       /* where the bad rows go; NULL: nowhere */
	struct audit_actor me;    /* who does it */
	bool is_partial, is_dry, is_strict, has_fd;
	void (*on_seen)(void *data, const struct import_seen *seen);
	void (*on_progress)(void *data, const struct import_progress *progress);
	/* Asked before anything is written, when it is known what that is; NULL: nobody is. */
	bool (*confirm)(void *data, const struct import_outcome *outcome);
	/* In the transaction that imports, at its end: what else is to hold if it does. false: nothing is imported. NULL: nothing else. */
	bool (*written)(void *data, struct db_session *s, const struct import_outcome *outcome);
	void *data; /* of the callbacks */
};

enum import_end import_run(struct db_session *s, struct arena *a, const struct import_wish *wish,
    struct import_outcome *outcome);
