#include "salesreg/app/bot/admin/stats_text.h"
#include "salesreg/domain/contact/name.h"
#include "salesreg/domain/conversation/admin/stats_buttons.h"
#include "salesreg/domain/text/quote.h"
#include <string.h>
#include <time.h>

enum { REPS_SHOWN = 15, NAME_UNITS = 60, CLOCK_SIZE = 8 };

/* The text while it is being written. */
struct sheet {
	const struct conversation_rules *rules;
	struct arena *a;
	enum locale locale;
	const char *text;
};

#define ARGS(...)                                                                                  \
	(const struct catalog_arg[]){__VA_ARGS__},                                                 \
	    sizeof((const struct catalog_arg[]){__VA_ARGS__}) / sizeof(struct catalog_arg)

static const char *render(
    const struct sheet *s, enum text_id id, const struct catalog_arg *args, size_t count)
{
	return catalog_render(s->rules->catalog, s->locale, id, args, count, s->a);
}

static const char *number(const struct sheet *s, int64_t n)
{
	return arena_printf(s->a, "%lld", (long long)n);
}

static void add(struct sheet *s, const char *line)
{
	s->text = s->text ? arena_printf(s->a, "%s\n%s", s->text, line) : line;
}

static void section(struct sheet *s, enum text_id id)
{
	add(s, arena_printf(s->a, "\n%s", render(s, id, NULL, 0)));
}

/* In the largest unit that gives at least two of it: "90 min" says more than "1 h". */
static const char *length(const struct sheet *s, int64_t ms)
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
	return render(s, units[i].text, ARGS({"count", number(s, seconds / units[i].seconds)}));
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
		const char *count = number(s, lines[i].count);
		if (lines[i].since_us)
			add(s,
			    render(s, lines[i].aged,
				ARGS({"count", count}, {"late", number(s, lines[i].late)},
				    {"age", length(s, (w->now_us - lines[i].since_us) / 1000)})));
		else
			add(s, render(s, lines[i].plain, ARGS({"count", count})));
	}
	add(s, render(s, TEXT_STATS_STALE, ARGS({"count", number(s, w->stale)})));
}

/* Of this time, or of the one before it; NULL: nobody came. */
static const struct report_arrivals *arrivals_of(
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
		add(s, render(s, id,
			   ARGS({"half", length(s, half_ms)}, {"most", length(s, most_ms)})));
}

static void add_speed(struct sheet *s, const struct reports *r)
{
	const struct report_arrivals *all = arrivals_of(r, "this", "all", NULL);
	if (!all || (all->to_rep_p50_ms < 0 && all->to_contact_p50_ms < 0))
		return;
	section(s, TEXT_STATS_SPEED);
	add_length(s, TEXT_STATS_TO_REP, all->to_rep_p50_ms, all->to_rep_p95_ms);
	add_length(s, TEXT_STATS_TO_CONTACT, all->to_contact_p50_ms, all->to_contact_p95_ms);
	const struct report_arrivals *in = arrivals_of(r, "this", "hours", "in"),
				     *out = arrivals_of(r, "this", "hours", "out");
	if (in)
		add_length(
		    s, TEXT_STATS_TO_CONTACT_IN, in->to_contact_p50_ms, in->to_contact_p95_ms);
	if (out)
		add_length(
		    s, TEXT_STATS_TO_CONTACT_OUT, out->to_contact_p50_ms, out->to_contact_p95_ms);
}

static void add_funnel(struct sheet *s, const struct reports *r)
{
	static const struct report_arrivals nobody;
	const struct report_arrivals *now = arrivals_of(r, "this", "all", NULL),
				     *before = arrivals_of(r, "before", "all", NULL);
	now = now ? now : &nobody;
	before = before ? before : &nobody;
	const struct {
		enum text_id id;
		int64_t now, before;
	} steps[] = {{TEXT_STATS_ARRIVED, now->arrived, before->arrived},
	    {TEXT_STATS_ASSIGNED, now->assigned, before->assigned},
	    {TEXT_STATS_CONTACTED, now->contacted, before->contacted},
	    {TEXT_STATS_TALKED, now->in_conversation, before->in_conversation},
	    {TEXT_STATS_CONVERTED, now->converted, before->converted}};
	section(s, TEXT_STATS_FUNNEL);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		add(s, render(s, steps[i].id,
			   ARGS({"count", number(s, steps[i].now)},
			       {"before", number(s, steps[i].before)})));
}

/* Those with the most first, as they come. */
static void add_load(struct sheet *s, const struct reports *r)
{
	if (r->load_count == 0)
		return;
	section(s, TEXT_STATS_LOAD);
	for (size_t i = 0; i < r->load_count && i < REPS_SHOWN; i++) {
		const struct report_load *row = &r->load[i];
		int64_t capacity = row->capacity ? row->capacity : (int64_t)s->rules->max_prospects;
		const char *line = render(s,
		    row->without_contact ? TEXT_STATS_REP_WAITS : TEXT_STATS_REP,
		    (const struct catalog_arg[]){
			{"name", quote_name(s->a, row->name ? row->name : row->rep, NAME_UNITS)},
			{"open", number(s, row->open)}, {"capacity", number(s, capacity)},
			{"count", number(s, row->without_contact)}},
		    row->without_contact ? 4 : 3);
		add(s, row->paused ? render(s, TEXT_STATS_REP_PAUSED, ARGS({"rep", line})) : line);
	}
	if (r->load_count > REPS_SHOWN)
		add(s, render(s, TEXT_STATS_REPS_MORE,
			   ARGS({"count", number(s, (int64_t)r->load_count - REPS_SHOWN)})));
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
	stats_buttons(m, rules->catalog, about->locale, about->days, a);
	return list.first;
}

struct message *stats_message(const struct conversation_rules *rules,
    const struct stats_about *about, const struct reports *reports, struct arena *a)
{
	struct sheet s = {.rules = rules, .a = a, .locale = about->locale};
	add(&s, render(&s, TEXT_STATS_HEAD,
		    ARGS({"days", number(&s, about->days)},
			{"time", clock_at(a, reports->waiting.now_us)}, {"zone", about->zone})));
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
	const char *text =
	    seconds ? render(&s, TEXT_STATS_SLOW,
			  ARGS({"days", number(&s, about->days)}, {"seconds", number(&s, seconds)}))
		    : render(&s, TEXT_STATS_FAILED, NULL, 0);
	return put(rules, about, text, a);
}
