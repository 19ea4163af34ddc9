/*
 * Figures as an admin reads them on a phone, of the rows that `salesreg stats` prints.
 * Ownership: in the arena given. Units: days; milliseconds. Errors: none.
 */
#pragma once
#include "salesreg/domain/conversation/conversation.h"
#include "salesreg/store/reports.h"

struct stats_about {
	int64_t chat_id, message_id; /* message_id: whose place they take; 0: a new message */
	int64_t days;
	enum locale locale;
	bool as_table;
	const char *zone; /* in which times are said: this process's */
};
struct message *stats_message(const struct conversation_rules *rules,
    const struct stats_about *about, const struct reports *reports, struct arena *a);
/* The same as tables, in the HTML of rich messages (Bot API 10.1, "InputRichMessage"). */
const char *stats_tables(const struct conversation_rules *rules, const struct stats_about *about,
    const struct reports *reports, struct arena *a);
/* Why there are none. seconds: they were not counted in that time; 0: they cannot be now. */
struct message *stats_missing(const struct conversation_rules *rules,
    const struct stats_about *about, int64_t seconds, struct arena *a);
