/*
 * Files of prospects that admins sent to the bot (table file_imports): the leader's queue. That one was sent, and what is wanted of it, are
 * effects of steps (store/effects.h). A row's id is the chat; what goes with a claim is the message that the file came with.
 * Ownership: as in store/people.h. Units: bytes; microseconds (_us). Errors: those of the run.
 */
#pragma once
#include "salesreg/db/session.h"
#include "salesreg/store/queue.h"

extern const struct queue file_imports_queue;
struct file_import_due {
	struct queue_row row;
	int64_t message_id, size;
	const char *file_id, *file_name;
	const char *state;  /* sent, shown (for a day, and nobody has said a word), all, good */
	const char *locale; /* of the chat's person; NULL: none is known */
};
enum { FILE_IMPORT_SHOWN = -1, FILE_IMPORT_OVER = -2 };
/* What a result of the queue is. */
struct file_import_result {
	int64_t chat_id, message_id;
	const char *state;            /* in which it was */
	const char *method, *payload; /* of what is said; NULL: nothing is */
	int64_t pause_us;             /* until it is tried again; or one of the above */
};

/* The files of these chats. */
struct file_import_row {
	int64_t chat_id, message_id;
	const char *state, *file_name;
};
size_t file_imports_read(struct db_plan *plan, struct arena *a, const int64_t *chats, size_t count);
size_t file_imports_parse(const PGresult *result, struct arena *a, struct file_import_row **rows);

/* In the transaction of the import itself; false also if the file is nobody's wish any more. */
bool file_imports_imported(struct db_session *s, struct arena *a, int64_t chat_id,
    int64_t message_id, const char *method, const char *payload);
