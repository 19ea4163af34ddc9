#include "salesreg/app/bot/batch/agenda.h"
#include "salesreg/app/free_slots.h"
#include <string.h>

static const int64_t MINUTE_US = INT64_C(60) * 1000000;

static const char *spans_of(
    const struct agenda_rows *rows, int64_t person, int64_t day, struct arena *a)
{
	const char *list = "";
	for (size_t i = 0; i < rows->span_count; i++) {
		const struct agenda_span *s = &rows->spans[i];
		if (s->person == person && s->day == day)
			list = arena_printf(
			    a, "%s%s%s–%s", list, *list ? ", " : "", s->from, s->until);
	}
	return list;
}

/* The step-th of the labels; NULL: there is none. */
static const char *label_at(const char *labels, int64_t step, struct arena *a)
{
	const char *s = labels;
	for (int64_t i = 0; s && i < step; i++) {
		s = strchr(s, ',');
		s = s ? s + 1 : NULL;
	}
	return s ? arena_strndup(a, s, strcspn(s, ",")) : NULL;
}

static const char *label_of(const struct hours_window *windows, size_t count, int64_t at_us,
    int64_t step_us, struct arena *a)
{
	for (size_t i = 0; i < count; i++)
		if (at_us >= windows[i].starts_us && at_us < windows[i].ends_us)
			return label_at(
			    windows[i].labels, (at_us - windows[i].starts_us) / step_us, a);
	return NULL;
}

/* One a day is enough of an overview, and the first that there are of the first day. */
static const char *slots_of(
    const struct agenda_rows *rows, int64_t person, const struct hours_row *hours, struct arena *a)
{
	struct hours_window *windows = ARENA_ARRAY(a, struct hours_window, rows->window_count);
	struct busy_row *busy = ARENA_ARRAY(a, struct busy_row, rows->busy_count);
	size_t window_count = 0, busy_count = 0;
	for (size_t i = 0; i < rows->window_count; i++)
		if (rows->windows[i].person == person)
			windows[window_count++] = rows->windows[i];
	for (size_t i = 0; i < rows->busy_count; i++)
		if (rows->busy[i].person == person)
			busy[busy_count++] = rows->busy[i];
	struct slots_interval found[CALENDAR_SLOTS_SHOWN];
	size_t count = free_slots(hours, rows->now_us, windows, window_count, busy, busy_count, a,
	    found, CALENDAR_SLOTS_SHOWN);
	const char *list = "";
	for (size_t i = 0; i < count; i++) {
		const char *label = label_of(
		    windows, window_count, found[i].from, hours->step_minutes * MINUTE_US, a);
		if (label)
			list = arena_printf(a, "%s%s%s", list, *list ? ", " : "", label);
	}
	return list;
}

static bool all_read(const struct agenda_rows *rows, int64_t person)
{
	size_t busy = 0, windows = 0, spans[2] = {0};
	for (size_t i = 0; i < rows->busy_count; i++)
		busy += rows->busy[i].person == person;
	for (size_t i = 0; i < rows->window_count; i++)
		windows += rows->windows[i].person == person;
	for (size_t i = 0; i < rows->span_count; i++)
		if (rows->spans[i].person == person)
			spans[rows->spans[i].day != 0]++;
	return busy < AGENDA_BUSY_MOST && windows < AGENDA_WINDOWS_MOST &&
	       spans[0] < AGENDA_SPANS_MOST && spans[1] < AGENDA_SPANS_MOST;
}

void agenda_fill(struct calendar_view *view, const struct agenda_rows *rows, int64_t person,
    const struct hours_row *hours, struct arena *a)
{
	view->today = spans_of(rows, person, 0, a);
	view->tomorrow = spans_of(rows, person, 1, a);
	view->slots = hours && hours->hours ? slots_of(rows, person, hours, a) : NULL;
	view->doubtful = view->doubtful || !all_read(rows, person);
	view->zone = hours ? hours->zone : NULL;
}
