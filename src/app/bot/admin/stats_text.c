#include "salesreg/app/bot/admin/stats_text.h"
#include "salesreg/domain/contact/name.h"
#include "salesreg/domain/conversation/admin/stats_buttons.h"
#include "salesreg/domain/text/quote.h"
#include "stats_private.h"
#include <string.h>
#include <time.h>

enum { REPS_SHOWN = 15, NAME_UNITS = 60, CLOCK_SIZE = 8 };

const char *sheet_render(
    const struct sheet *s, enum text_id id, const struct catalog_arg *args, size_t count)
{
	return catalog_render(s->rules->catalog, s->locale, id, args, count, s->a);
}

const char *sheet_number(const struct sheet *s, int64_t n)
{
	return arena_printf(s->a, "%lld", (long long)n);
}

static void add(struct sheet *s, const char *line)
{
	s->text = s->text ? arena_printf(s->a, "%s\n%s", s->text, line) : line;
}

static void section(struct sheet *s, enum text_id id)
{
	add(s, arena_printf(s->a, "\n%s", sheet_render(s, id, NULL, 0)));
}

const char *sheet_length(const struct sheet *s, int64_t ms)
{
	static const struct {
		int64_t seconds;
		enum text_id text;
	} units[] = {{86400, TEXT_LENGTH_DAYS}, {3600, TEXT_LENGTH_HOURS},
	    {60, TEXT_LENGTH_MINUTES}, {1, TEXT_LENGTH_SECONDS}};
	int64_t seconds = ms > 0 ? (ms + 500) / 1000 : 0;
	size_t i = 0;
	while (i < sizeof units / sizeof *units - 1 && seconds < 2 * units[i].seconds)
		i++;
	return sheet_render(
	    s, units[i].text, ARGS({"count", sheet_number(s, seconds / units[i].seconds)}));
}

static void add_waiting(struct sheet *s, const struct report_waiting *w)
{
	section(s, TEXT_STATS_NOW);
	const struct {
		int64_t count, late, since_us;
		enum text_id plain, aged;
	} lines[] = {{w->without_rep, w->without_rep_late, w->without_rep_us, TEXT_STATS_WAITS_REP,
			 TEXT_STATS_WAITS_REP_SINCE},
	    {w->without_contact, w->without_contact_late, w->without_contact_us,
		TEXT_STATS_WAITS_CONTACT, TEXT_STATS_WAITS_CONTACT_SINCE}};
	for (size_t i = 0; i < 2; i++) {
		const char *count = sheet_number(s, lines[i].count);
		if (lines[i].since_us)
			add(s, sheet_render(s, lines[i].aged,
				   ARGS({"count", count}, {"late", sheet_number(s, lines[i].late)},
				       {"age", sheet_length(
						   s, (w->now_us - lines[i].since_us) / 1000)})));
		else
			add(s, sheet_render(s, lines[i].plain, ARGS({"count", count})));
	}
	add(s, sheet_render(s, TEXT_STATS_STALE, ARGS({"count", sheet_number(s, w->stale)})));
}

const struct report_arrivals *sheet_arrivals(
    const struct reports *r, const char *period, const char *section, const char *hours)
{
	for (size_t i = 0; i < r->arrivals_count; i++) {
		const struct report_arrivals *row = &r->arrivals[i];
		if (strcmp(row->period, period) == 0 && strcmp(row->section, section) == 0 &&
		    (!hours || (row->hours && strcmp(row->hours, hours) == 0)))
			return row;
	}
	return NULL;
}

static void add_length(struct sheet *s, enum text_id id, int64_t half_ms, int64_t most_ms)
{
	if (half_ms >= 0)
		add(s, sheet_render(s, id,
			   ARGS({"half", sheet_length(s, half_ms)},
			       {"most", sheet_length(s, most_ms)})));
}

static void add_speed(struct sheet *s, const struct reports *r)
{
	const struct report_arrivals *all = sheet_arrivals(r, "this", "all", NULL);
	if (!all || (all->to_rep_p50_ms < 0 && all->to_contact_p50_ms < 0))
		return;
	section(s, TEXT_STATS_SPEED);
	add_length(s, TEXT_STATS_TO_REP, all->to_rep_p50_ms, all->to_rep_p95_ms);
	add_length(s, TEXT_STATS_TO_CONTACT, all->to_contact_p50_ms, all->to_contact_p95_ms);
	const struct report_arrivals *in = sheet_arrivals(r, "this", "hours", "in"),
				     *out = sheet_arrivals(r, "this", "hours", "out");
	if (in)
		add_length(
		    s, TEXT_STATS_TO_CONTACT_IN, in->to_contact_p50_ms, in->to_contact_p95_ms);
	if (out)
		add_length(
		    s, TEXT_STATS_TO_CONTACT_OUT, out->to_contact_p50_ms, out->to_contact_p95_ms);
}

void sheet_funnel(const struct reports *r, struct funnel_step steps[FUNNEL_STEPS])
{
	static const struct report_arrivals nobody;
	const struct report_arrivals *now = sheet_arrivals(r, "this", "all", NULL),
				     *before = sheet_arrivals(r, "before", "all", NULL);
	now = now ? now : &nobody;
	before = before ? before : &nobody;
	steps[0] = (struct funnel_step){now->arrived, before->arrived};
	steps[1] = (struct funnel_step){now->assigned, before->assigned};
	steps[2] = (struct funnel_step){now->contacted, before->contacted};
	steps[3] = (struct funnel_step){now->in_conversation, before->in_conversation};
	steps[4] = (struct funnel_step){now->converted, before->converted};
}

static void add_funnel(struct sheet *s, const struct reports *r)
{
	static const enum text_id lines[FUNNEL_STEPS] = {TEXT_STATS_ARRIVED, TEXT_STATS_ASSIGNED,
	    TEXT_STATS_CONTACTED, TEXT_STATS_TALKED, TEXT_STATS_CONVERTED};
	struct funnel_step steps[FUNNEL_STEPS];
	sheet_funnel(r, steps);
	section(s, TEXT_STATS_FUNNEL);
	for (size_t i = 0; i < FUNNEL_STEPS; i++)
		add(s, sheet_render(s, lines[i],
			   ARGS({"count", sheet_number(s, steps[i].now)},
			       {"before", sheet_number(s, steps[i].before)})));
}

int64_t sheet_capacity(const struct sheet *s, const struct report_load *row)
{
	return row->capacity ? row->capacity : (int64_t)s->rules->max_prospects;
}

/* Those with the most first, as they come. */
static void add_load(struct sheet *s, const struct reports *r)
{
	if (r->load_count == 0)
		return;
	section(s, TEXT_STATS_LOAD);
	for (size_t i = 0; i < r->load_count && i < REPS_SHOWN; i++) {
		const struct report_load *row = &r->load[i];
		const char *line = sheet_render(s,
		    row->without_contact ? TEXT_STATS_REP_WAITS : TEXT_STATS_REP,
		    (const struct catalog_arg[]){
			{"name", quote_name(s->a, row->name ? row->name : row->rep, NAME_UNITS)},
			{"open", sheet_number(s, row->open)},
			{"capacity", sheet_number(s, sheet_capacity(s, row))},
			{"count", sheet_number(s, row->without_contact)}},
		    row->without_contact ? 4 : 3);
		add(s, row->paused ? sheet_render(s, TEXT_STATS_REP_PAUSED, ARGS({"rep", line}))
				   : line);
	}
	if (r->load_count > REPS_SHOWN)
		add(s, sheet_render(s, TEXT_STATS_REPS_MORE,
			   ARGS({"count", sheet_number(s, (int64_t)r->load_count - REPS_SHOWN)})));
}

/* Where the process is, as its log. */
static const char *clock_at(struct arena *a, int64_t us)
{
	time_t seconds = (time_t)(us / 1000000);
	struct tm local;
	char *out = arena_alloc(a, CLOCK_SIZE);
	out[0] = '\0';
	if (localtime_r(&seconds, &local))
		(void)strftime(out, CLOCK_SIZE, "%H:%M", &local);
	return out;
}

const char *sheet_head(
    const struct sheet *s, const struct stats_about *about, const struct reports *reports)
{
	return sheet_render(s, TEXT_STATS_HEAD,
	    ARGS({"days", sheet_number(s, about->days)},
		{"time", clock_at(s->a, reports->waiting.now_us)}, {"zone", about->zone}));
}

/* In the place of the message that was pressed, if it may be edited. */
static struct message *put(const struct conversation_rules *rules, const struct stats_about *about,
    const char *text, struct arena *a)
{
	struct message_list list = {0};
	struct message *m = about->message_id ? message_list_add_edit_text(&list, a, about->chat_id,
						    about->message_id, text)
					      : NULL;
	if (!m)
		m = message_list_add(&list, a, about->chat_id, PRIORITY_REPLY, text);
	stats_buttons(m, rules->catalog, about->locale, about->days, about->as_table, a);
	return list.first;
}

struct message *stats_message(const struct conversation_rules *rules,
    const struct stats_about *about, const struct reports *reports, struct arena *a)
{
	struct sheet s = {.rules = rules, .a = a, .locale = about->locale};
	add(&s, sheet_head(&s, about, reports));
	add_waiting(&s, &reports->waiting);
	add_speed(&s, reports);
	add_funnel(&s, reports);
	add_load(&s, reports);
	return put(rules, about, s.text, a);
}

struct message *stats_missing(const struct conversation_rules *rules,
    const struct stats_about *about, int64_t seconds, struct arena *a)
{
	struct sheet s = {.rules = rules, .a = a, .locale = about->locale};
	const char *text = seconds ? sheet_render(&s, TEXT_STATS_SLOW,
					 ARGS({"days", sheet_number(&s, about->days)},
					     {"seconds", sheet_number(&s, seconds)}))
				   : sheet_render(&s, TEXT_STATS_FAILED, NULL, 0);
	return put(rules, about, text, a);
}
