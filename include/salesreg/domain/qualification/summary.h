/*
 * What a prospect has answered, as a rep reads it: a line for each question that was asked.
 * Ownership: strings live in the arena. Units: UTF-16 units. Errors: none; long answers are shortened.
 */
#pragma once
#include "salesreg/domain/outbox/message.h"
#include "salesreg/domain/qualification/script.h"
#include "salesreg/domain/text/catalog.h"

/* Of whom, and to whom. name: of a table, made fit to be shown here. */
struct summary {
	const struct catalog *catalog;
	enum locale locale; /* the rep's */
	int64_t chat_id;
	const char *name;
	const struct script *script;
	const char *const *answers;
	bool finished;
	int64_t assignment_id; /* 0: no buttons */
	bool bot_leads;        /* the conversation */
};
/* The rep's message, in a list of its own. */
struct message *summary_message(const struct summary *summary, struct arena *a);
/* Those under it: take over or give back; converted, archive. */
enum { SUMMARY_BUTTONS = 3 };
const struct button *summary_buttons(const struct catalog *catalog, enum locale locale,
    int64_t assignment_id, bool bot_leads, struct arena *a);
/* "" if nothing has been answered. What people wrote themselves is marked as such (domain/text/quote.h). */
const char *summary_lines(const struct catalog *catalog, enum locale locale,
    const struct script *script, const char *const *answers, struct arena *a);
