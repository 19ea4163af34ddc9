/* Prospects that the assigner passes by, and what the log says of them. */
#include "assigner_private.h"

#include "salesreg/base/clock.h"
#include "salesreg/base/log.h"

#include <stdlib.h>
#include <string.h>

static const int64_t NAME_AGAIN_US = 3600LL * 1000 * 1000;

static void add(struct left_out_list *list, const char *prospect)
{
	char *id = strdup(prospect);
	if (!id)
		abort();
	list->ids[list->count++] = id;
}

void left_out_none(struct left_out_list *list)
{
	while (list->count > 0)
		free(list->ids[--list->count]);
}

/* Each look finds the same ones again: that is one fault that lasts. */
static bool was_named(struct assigner *s, const char *prospect)
{
	int64_t now = clock_monotonic_us();
	size_t oldest = 0;
	for (size_t i = 0; i < LEFT_OUT_MOST; i++) {
		if (s->named[i].prospect && strcmp(s->named[i].prospect, prospect) == 0) {
			bool lately = now - s->named[i].at_us < NAME_AGAIN_US;
			if (!lately)
				s->named[i].at_us = now;
			return lately;
		}
		if (s->named[i].at_us < s->named[oldest].at_us)
			oldest = i;
	}
	free(s->named[oldest].prospect);
	s->named[oldest].prospect = strdup(prospect);
	s->named[oldest].at_us = now;
	if (!s->named[oldest].prospect)
		abort();
	return false;
}

void assigner_leave_out(struct assigner *s, const char *prospect)
{
	if (s->refused.count == LEFT_OUT_MOST)
		return; /* that many are no longer one prospect's fault; what comes is tried again */
	log_write(was_named(s, prospect) ? LOG_DEBUG : LOG_ERROR,
	    "prospect %.255s cannot be assigned and is left out until the next sweep, so that "
	    "the others need not wait for it: %s",
	    prospect, s->why);
	add(&s->refused, prospect);
}

struct left_out assigner_left_out(const struct assigner *s)
{
	return (struct left_out){(const char *const *)s->refused.ids, s->refused.count};
}

void assigner_leave_kept(struct assigner *s, const char *prospect)
{
	if (s->kept.count == LEFT_OUT_MOST) {
		s->takes_back_later = true;
		return;
	}
	log_write(was_named(s, prospect) ? LOG_DEBUG : LOG_ERROR,
	    "prospect %.255s stays with a rep who is not at work, since a trigger of "
	    "public.test_prospects keeps it there; it is tried again at the next sweep",
	    prospect);
	add(&s->kept, prospect);
}

struct left_out assigner_not_taken_back(struct assigner *s)
{
	const char **ids = ARENA_ARRAY(&s->arena, const char *, s->refused.count + s->kept.count);
	size_t count = 0;
	for (size_t i = 0; i < s->refused.count; i++)
		ids[count++] = s->refused.ids[i];
	for (size_t i = 0; i < s->kept.count; i++)
		ids[count++] = s->kept.ids[i];
	return (struct left_out){ids, count};
}

void assigner_forget_left_out(struct assigner *s)
{
	left_out_none(&s->refused);
	left_out_none(&s->kept);
	for (size_t i = 0; i < LEFT_OUT_MOST; i++)
		free(s->named[i].prospect);
}
