/*
 * Parts of an import; of these files only. Ownership: as in app/import/import.h. Errors: a sentence; NULL: none.
 */
#pragma once
#include "salesreg/app/import/import.h"
#include "salesreg/app/import/reader.h"

/*
 * The bad rows of a file as they came, with their line, the column and the reason behind each: what can be corrected and imported again.
 * *is_database: the session says why.
 */
const char *import_write_errors(struct db_session *s, struct arena *a, struct import_reader *reader,
    const char *path, bool *is_database);
