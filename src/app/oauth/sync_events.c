/* What keeps a rep busy: the own calendars by their changes, the others by their busy times. */
#include "jobs_private.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/log.h"
#include "salesreg/domain/calendar/hours.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* a calendar is three steps of a transaction, see DB_MAX_STEPS; Google takes 50 */
enum { FOREIGN_AT_ONCE = 12, NAME_SHOWN = 100 };
static const int64_t DAY_US = 86400 * INT64_C(1000000);

static void events(struct sync *s);

static struct calendar_due_row *in_hand(struct sync *s)
{
	return &s->due[s->at];
}

static void next_calendar(struct sync *s)
{
	s->at++;
	sync_calendars(s);
}

/* Said once, however many looks find the same. */
static void say_unknown(
    const struct sync *s, const struct calendar_due_row *calendar, const char *why)
{
	bool is_new = !calendar->error || strcmp(calendar->error, why) != 0;
	log_write(is_new ? LOG_WARN : LOG_DEBUG,
	    "calendar: rep %s: the times of the calendar %.*s are not known: %s", s->rep,
	    NAME_SHOWN, calendar->id, why);
}

static void unknown(struct sync *s, const char *why)
{
	say_unknown(s, in_hand(s), why);
	s->plan.count = 0;
	calendar_unknown(&s->plan, s->rep, in_hand(s)->id, why);
	sync_store(s, next_calendar);
}

/* Why it is not known what a page says; NULL: it is. All is read again next time, so what is understood then is known. */
static const char *doubt_of(struct arena *a, const struct event_page *page)
{
	for (size_t i = 0; i < page->count; i++)
		if (page->entries[i].unknown)
			return arena_printf(a, "the times of its event %.*s cannot be read",
			    NAME_SHOWN, page->entries[i].id);
	return page->strange ? "an answer of Google's cannot be read" : NULL;
}

static void keep(struct sync *s, const struct event_entry *e)
{
	ARENA_GROW(&s->arena, s->changed, s->changed_count, 1, s->changed_room);
	s->changed[s->changed_count++] = e->id;
	if (!e->busy)
		return;
	ARENA_GROW(&s->arena, s->busy, s->busy_count, 1, s->busy_room);
	s->busy[s->busy_count++] = (struct busy_event){.id = e->id,
	    .all_day = e->all_day,
	    .starts_us = e->starts_us,
	    .ends_us = e->ends_us,
	    .first_day = e->first_day,
	    .end_day = e->end_day};
}

static int by_id(const void *x, const void *y)
{
	const struct busy_event *a = x, *b = y;
	return strcmp(a->id, b->id);
}

/* One row an id: a page that is read twice, or an event that changed between two pages. */
static void make_unique(struct sync *s)
{
	size_t kept = 0;
	if (s->busy_count > 1)
		qsort(s->busy, s->busy_count, sizeof *s->busy, by_id);
	for (size_t i = 0; i < s->busy_count; i++)
		if (kept == 0 || strcmp(s->busy[kept - 1].id, s->busy[i].id) != 0)
			s->busy[kept++] = s->busy[i];
	s->busy_count = kept;
}

static void on_events(const struct calendar_answer *answer, void *data)
{
	struct sync *s = data;
	assert(s->state == SYNC_EVENTS);
	if (sync_refused(s, answer))
		return;
	bool resync =
	    answer->class == CALENDAR_ANSWER_RESYNC || answer->class == CALENDAR_ANSWER_BUG;
	if (resync && !s->whole) {
		in_hand(s)->sync_token = NULL;
		s->busy_count = s->changed_count = 0;
		s->page = NULL;
		events(s);
		return;
	}
	if (answer->class != CALENDAR_ANSWER_OK) {
		unknown(s, arena_strdup(&s->arena, answer->reason));
		return;
	}
	struct event_page page;
	event_page_parse(&s->arena, answer->body, &page);
	const char *doubt = doubt_of(&s->arena, &page);
	if (doubt) {
		unknown(s, doubt);
		return;
	}
	for (size_t i = 0; i < page.count && s->changed_count < KEPT_EVENTS_MOST; i++)
		keep(s, &page.entries[i]);
	s->calendar_zone = page.zone;
	if (s->changed_count >= KEPT_EVENTS_MOST || arena_is_over(&s->arena)) {
		unknown(s, "it has more events than can be read");
		return;
	}
	if (page.next) {
		s->page = page.next;
		events(s);
		return;
	}
	make_unique(s);
	s->plan.count = 0;
	calendar_change_store(&s->plan, &s->arena,
	    &(struct calendar_change){.rep = s->rep,
		.calendar = in_hand(s)->id,
		.zone = s->calendar_zone,
		.sync_token = page.sync_token,
		.whole = s->whole,
		.changed = s->changed,
		.changed_count = s->changed_count,
		.busy = s->busy,
		.busy_count = s->busy_count});
	sync_store(s, next_calendar);
}

static void events(struct sync *s)
{
	sync_set_state(s, SYNC_EVENTS);
	const char *token = in_hand(s)->sync_token;
	s->whole = !token;
	sync_call(s, "GET",
	    event_list_path(&s->arena, in_hand(s)->id, token, clock_wall_us() - DAY_US, s->page),
	    NULL, on_events, events);
}

/* Calendars of others -----------------------------------------------------------------------------------------------------------*/

static void busy(struct sync *s);

static void next_batch(struct sync *s)
{
	s->foreign_at += FOREIGN_AT_ONCE;
	if (s->foreign_at < s->foreign_count)
		busy(s);
	else
		sync_end(s, NULL);
}

static size_t batch_size(const struct sync *s)
{
	size_t left = s->foreign_count - s->foreign_at;
	return left < FOREIGN_AT_ONCE ? left : FOREIGN_AT_ONCE;
}

static void plan_foreign(
    struct sync *s, const struct calendar_due_row *due, const struct busy_entry *all, size_t count)
{
	const char *calendar = due->id;
	struct busy_event *rows = ARENA_ARRAY(&s->arena, struct busy_event, count);
	size_t n = 0;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(all[i].calendar, calendar) != 0)
			continue;
		if (all[i].unknown) {
			say_unknown(s, due, "Google cannot say");
			calendar_unknown(&s->plan, s->rep, calendar, "Google cannot say");
			return;
		}
		rows[n] =
		    (struct busy_event){.starts_us = all[i].starts_us, .ends_us = all[i].ends_us};
		rows[n].id = arena_printf(&s->arena, "busy:%lld", (long long)all[i].starts_us);
		n += rows[n].ends_us > rows[n].starts_us;
	}
	calendar_change_store(&s->plan, &s->arena,
	    &(struct calendar_change){
		.rep = s->rep, .calendar = calendar, .whole = true, .busy = rows, .busy_count = n});
}

static const struct calendar_due_row *due_of(const struct sync *s, const char *id)
{
	size_t i = 0;
	while (s->due[i].id != id)
		i++;
	return &s->due[i];
}

static void on_busy(const struct calendar_answer *answer, void *data)
{
	struct sync *s = data;
	assert(s->state == SYNC_BUSY);
	if (sync_refused(s, answer))
		return;
	if (answer->class != CALENDAR_ANSWER_OK) {
		sync_end(s, "the busy times cannot be read");
		return;
	}
	struct busy_entry *all;
	const char **asked = s->foreign + s->foreign_at;
	size_t count = busy_parse(&s->arena, answer->body, asked, batch_size(s), &all);
	s->plan.count = 0;
	for (size_t i = 0; i < batch_size(s); i++)
		plan_foreign(s, due_of(s, asked[i]), all, count);
	sync_store(s, next_batch);
}

static void busy(struct sync *s)
{
	sync_set_state(s, SYNC_BUSY);
	int64_t now = clock_wall_us();
	sync_call(s, "POST", "/freeBusy",
	    busy_body(&s->arena, s->foreign + s->foreign_at, batch_size(s), now - DAY_US / 24,
		now + (HOURS_HORIZON_DAYS + 1) * DAY_US),
	    on_busy, busy);
}

void sync_calendars(struct sync *s)
{
	if (s->at == 0) {
		s->foreign = ARENA_ARRAY(&s->arena, const char *, s->due_count);
		s->foreign_count = s->foreign_at = 0;
	}
	while (s->at < s->due_count && !in_hand(s)->own)
		s->foreign[s->foreign_count++] = s->due[s->at++].id;
	if (s->at < s->due_count) {
		s->busy_count = s->changed_count = 0;
		s->page = NULL;
		events(s);
	} else if (s->foreign_count > 0) {
		busy(s);
	} else {
		sync_end(s, NULL);
	}
}
