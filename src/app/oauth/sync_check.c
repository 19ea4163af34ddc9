/* Google asked afresh, for somebody who waits for it: all calendars that count in one call (store/calendar_checks.h). */
#include "jobs_private.h"
#include "salesreg/base/log.h"
#include <assert.h>

static void done(struct sync *s)
{
	s->over = true;
	sync_set_state(s, SYNC_ENDING);
	sync_finish(s);
}

static void answer(
    struct sync *s, const char *unknown, const struct calendar_check_busy *busy, size_t count)
{
	if (unknown)
		log_info("calendar: rep %s: asked afresh, and not known: %s", s->rep, unknown);
	s->plan.count = 0;
	calendar_check_answer(&s->plan, &s->arena, s->check.id, unknown, busy, count);
	sync_store(s, done);
}

static void on_asked(const struct calendar_answer *reply, void *data)
{
	struct sync *s = data;
	assert(s->state == SYNC_BUSY);
	if (sync_refused(s, reply))
		return;
	if (reply->class != CALENDAR_ANSWER_OK) {
		answer(s, calendar_class_sentence(reply->class), NULL, 0);
		return;
	}
	struct busy_entry *all;
	size_t count = busy_parse(&s->arena, reply->body, s->foreign, s->due_count, &all);
	struct calendar_check_busy *busy =
	    ARENA_ARRAY(&s->arena, struct calendar_check_busy, count);
	for (size_t i = 0; i < count; i++) {
		if (all[i].unknown) {
			answer(s, "Google cannot say of a calendar that counts", NULL, 0);
			return;
		}
		busy[i] = (struct calendar_check_busy){all[i].starts_us, all[i].ends_us};
	}
	answer(s, NULL, busy, count);
}

void sync_check(struct sync *s)
{
	if (s->due_count == 0) {
		sync_end(s, "the list of calendars has not been read yet");
		return;
	}
	s->foreign = ARENA_ARRAY(&s->arena, const char *, s->due_count);
	for (size_t i = 0; i < s->due_count; i++)
		s->foreign[i] = s->due[i].id;
	sync_set_state(s, SYNC_BUSY);
	sync_call(s, "POST", "/freeBusy",
	    busy_body(&s->arena, s->foreign, s->due_count, s->check.from_us, s->check.until_us),
	    on_asked, sync_check);
}
