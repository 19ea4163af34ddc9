/*
 * Files of prospects that admins sent (table file_imports): reads each and shows what would come of it, and imports it at the admin's
 * word. Only the leader does; one at a time.
 *
 * The file is Telegram's: it is downloaded each time, kept in memory without a name, and forgotten. Reading and importing are done in a
 * thread with a database connection of its own. A bot that dies meanwhile begins anew: of an import either all is there, with the word to
 * the admin, or nothing is.
 *
 * Ownership: everything in the options is borrowed and outlives this, and its thread: destroy it before the loop ends, which waits for the
 * thread, whose statement is cancelled. Units: bytes. Errors: tried again a few times; then the admin reads that it did not go.
 * Callbacks: `leads` only, from the loop.
 */
#pragma once
#include "salesreg/db/pool.h"
#include "salesreg/domain/conversation/conversation.h"
#include "salesreg/telegram/api.h"

struct file_imports;
struct file_imports_options {
	struct db_pool *leader;
	const struct secret *uri; /* of the connection that imports */
	struct telegram *telegram;
	const struct conversation_rules *rules;
	bool (*leads)(void *data);
	void *data;
};
struct file_imports *file_imports_create(
    uv_loop_t *loop, const struct file_imports_options *options);
/* One may have been sent, or wanted. NULL is accepted, here and below. */
void file_imports_wake(struct file_imports *f);
void file_imports_destroy(struct file_imports *f);
