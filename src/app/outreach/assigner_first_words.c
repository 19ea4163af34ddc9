#include "assigner_private.h"
#include "salesreg/base/time_zone.h"
#include "salesreg/domain/contact/contact.h"
#include "salesreg/domain/prospect/person_zone.h"
#include "salesreg/store/timers.h"
#include <jansson.h>
#include <string.h>

/*
 * Prospects who are given to a rep and whom the bot has met: it writes to them by itself, and their card says when. The writing itself is
 * a timer, set in the assignment's transaction (app/outreach/timers.h).
 */

enum { HOUR = 60 };

/* Of the number that the prospect has answered with, else of the table's. */
static const char *phone_zone(struct assigner *s, const struct waiting_row *row)
{
	json_t *given = row->answers ? json_loads(row->answers, 0, NULL) : NULL;
	const char *answered = zone_of_phone(json_string_value(json_object_get(given, "phone")));
	json_decref(given);
	if (answered)
		return answered;
	struct contact contact;
	bool phone = contact_parse(row->telegram, &s->arena, &contact) == CONTACT_NO_PROBLEM &&
		     contact.kind == CONTACT_PHONE;
	return phone ? zone_of_phone(contact.value) : NULL;
}

void assigner_plan_first_words(struct assigner *s, const struct first_words *of)
{
	struct arena *a = &s->arena;
	struct given_row *met = ARENA_ARRAY(a, struct given_row, of->count);
	size_t count = 0;
	s->reach_step = SIZE_MAX;
	for (size_t i = 0; i < of->count; i++)
		if (!of->prospects[i]->bot) /* no link is needed, or none can be made */
			met[count++] = (struct given_row){of->prospects[i]->prospect, of->reps[i],
			    phone_zone(s, of->prospects[i])};
	if (count == 0 || s->options.rules->outreach.most_a_day == 0)
		return;
	struct language_zone *languages = ARENA_ARRAY(a, struct language_zone, LOCALE_COUNT);
	for (unsigned l = 0; l < LOCALE_COUNT; l++) {
		const char *code = locale_code((enum locale)l);
		languages[l] = (struct language_zone){code, zone_of_language(code)};
	}
	s->reach_step = timers_reach_out(&s->plan, a, met, count, languages, LOCALE_COUNT,
	    time_zone_here(arena_alloc(a, TIME_ZONE_SIZE)));
}

void assigner_read_first_words(
    struct assigner *s, const struct db_reply *reply, const struct first_words *of)
{
	if (s->reach_step == SIZE_MAX)
		return;
	const struct outreach_limits *limits = &s->options.rules->outreach;
	const char *opens =
	    arena_printf(&s->arena, "%d:%02d", limits->opens / HOUR, limits->opens % HOUR);
	struct reached_row *reached;
	size_t count = timers_reach_out_parse(reply->results[s->reach_step], &s->arena, &reached);
	s->reach_step = SIZE_MAX;
	for (size_t r = 0; r < count; r++) {
		const struct outreach_facts facts = {.met = true,
		    .owned = true,
		    .open = true,
		    .minute = (int)reached[r].minute,
		    .written = reached[r].written};
		bool now = outreach_may(limits, &facts) == OUTREACH_NOW;
		for (size_t i = 0; i < of->count; i++)
			if (strcmp(of->prospects[i]->prospect, reached[r].prospect) == 0) {
				of->prospects[i]->bot_writes = now ? "" : opens;
				of->prospects[i]->reach = reached[r].reach;
			}
	}
}
