/*
 * What a prospect has answered, as a rep reads it: a line for each question that was asked.
 * Ownership: strings live in the arena. Units: UTF-16 units. Errors: none; long answers are shortened, where they are not asked for whole.
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
/* The rep's message, in a list of its own. Where answers are too long for it, it has a button that shows all of them. */
struct message *summary_message(const struct summary *summary, struct arena *a);
/* The same with every answer as it was written, in as many messages as that takes; the buttons are under the last. */
void summary_add_whole(struct message_list *list, const struct summary *summary, struct arena *a);
/* Those under it: take over or give back; converted, archive; all answers, if there are more than it shows. */
enum { SUMMARY_BUTTONS_MOST = 4 };
const struct button *summary_buttons(const struct catalog *catalog, enum locale locale,
    int64_t assignment_id, bool bot_leads, bool more, size_t *count, struct arena *a);
/* At most so many units, in whole lines; "" if nothing has been answered. What people wrote themselves is marked as such
 * (domain/text/quote.h). cut: whether some of it is not to be seen. Of the summary its texts, script and answers are used. */
const char *summary_lines(const struct summary *summary, size_t most, bool *cut, struct arena *a);
