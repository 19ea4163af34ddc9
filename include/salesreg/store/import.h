/*
 * Prospects of a file, many at once (table test_prospects).
 * Ownership: the texts of a row are borrowed until the next one is asked for. Errors: as db_session_copy_in() says.
 */
#pragma once
#include "salesreg/db/session.h"

/* NULL: SQL's NULL. */
struct import_prospect {
	const char *id, *telegram_id, *name, *context, *email, *notes;
};
/* All of them or, as one of them is refused or `next` cancels, none; in the caller's transaction if there is one. */
bool import_prospects(struct db_session *s,
    enum db_copy_next (*next)(struct import_prospect *row, void *data), void *data,
    struct db_copied *copied);
