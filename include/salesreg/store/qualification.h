/*
 * How far prospects are with their questions, what they answered, and the message that shows it to their rep.
 * Ownership: as in store/people.h. Units: Telegram's ids; days since 1970-01-01. Errors: those of the run.
 */
#pragma once
#include "salesreg/db/conn.h"
#include "salesreg/domain/qualification/script.h"

struct questions_row {
	int64_t telegram_id;
	const char *version;
	const char *script;   /* its JSON; NULL: of a version that the reader said it knows */
	const char *question; /* that is asked; NULL: none */
	const char *answers;  /* an object in JSON, value by question; NULL: there are none */
	int64_t today;
};
size_t questions_read(struct db_plan *plan, struct arena *a, const int64_t *people, size_t count,
    const char *const *versions, size_t version_count, const char *zone);
size_t questions_parse(const PGresult *result, struct arena *a, struct questions_row **rows);

/* People who are asked the first question of a script; it is kept with them. */
struct questions_new {
	int64_t telegram_id;
	const char *question;
};
/* After the effects that make them prospects. */
void questions_begin(struct db_plan *plan, struct arena *a, const struct script *script,
    const struct questions_new *people, size_t count);

/* What a rep is shown, as the payload of a sendMessage. */
struct summary_new {
	const char *prospect;
	int64_t chat_id;
	const char *payload;
};
void summaries_put(
    struct db_plan *plan, struct arena *a, const struct summary_new *rows, size_t count);
