/*
 * What the chat shows of a rep's calendar: rows of the database become a view.
 * Ownership: everything lives in the arena. Units: microseconds since 1970. Errors: none.
 */
#pragma once
#include "salesreg/domain/conversation/conversation.h"
#include "salesreg/store/agenda.h"
#include "salesreg/store/hours.h"
#include "salesreg/store/slots.h"

struct agenda_rows {
	const struct busy_row *busy;
	size_t busy_count;
	const struct agenda_span *spans;
	size_t span_count;
	const struct hours_window *windows;
	size_t window_count;
	int64_t now_us;
};
/*
 * Today, tomorrow and the next free slots; hours NULL: the rep has none, so no slot is free. Whoever has more rows than are read is
 * doubtful, too.
 */
void agenda_fill(struct calendar_view *view, const struct agenda_rows *rows, int64_t person,
    const struct hours_row *hours, struct arena *a);
