/*
 * What an admin reads of a file of prospects that they sent: what would come of it, and what came of it.
 * Ownership: in the arena given. Units: as in app/import/import.h. Errors: none.
 */
#pragma once
#include "salesreg/app/import/import.h"
#include "salesreg/domain/outbox/message.h"
#include "salesreg/domain/text/catalog.h"

struct file_import_about {
	const struct catalog *catalog;
	enum locale locale;
	int64_t chat_id, message_id; /* the admin's message with the file */
	const char *name;            /* of the file, as it came */
	/* as import_seen has them; NULL: it was not read so far */
	const char *encoding, *taken, *kept;
	int64_t before;
};
/* With buttons: import, or not. */
struct message *file_import_preview(
    const struct file_import_about *about, const struct import_outcome *outcome, struct arena *a);
struct message *file_import_done(
    const struct file_import_about *about, const struct import_outcome *outcome, struct arena *a);
/* fault: in English, as the import says it; NULL: it went wrong here, and another try may do. */
struct message *file_import_failed(
    const struct file_import_about *about, const char *fault, struct arena *a);
/* Nobody has said a word to the preview for a day. */
struct message *file_import_forgotten(const struct file_import_about *about, struct arena *a);
