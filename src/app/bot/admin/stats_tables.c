#include "salesreg/app/bot/admin/stats_text.h"
#include "salesreg/base/buf.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/text/shorten.h"
#include "salesreg/http/html.h"
#include "stats_private.h"

/* Telegram takes 500 rows and headings, and 32,768 characters (Bot API, "Rich Message Limits"). */
enum { REPS_SHOWN = 50, NAME_UNITS = 60, HTML_MAXIMUM = 64 * 1024 };

static void add_text(struct buf *out, const char *tag, const char *text)
{
	buf_addf(out, "<%s>", tag);
	html_add_escaped(out, text);
	buf_addf(out, "</%s>", tag);
}

/* The first cell says what the row is of, the others are numbers; NULL: there is none. */
static void add_row(struct buf *out, bool head, const char *const *cells, size_t count)
{
	buf_adds(out, "<tr>");
	for (size_t i = 0; i < count; i++) {
		const char *tag = head ? "th" : "td";
		buf_addf(out, i ? "<%s align=\"right\">" : "<%s>", tag);
		html_add_escaped(out, cells[i] ? cells[i] : "—");
		buf_addf(out, "</%s>", tag);
	}
	buf_adds(out, "</tr>");
}

static const char *word(const struct sheet *s, enum text_id id)
{
	return sheet_render(s, id, NULL, 0);
}

static void begin(struct buf *out, const struct sheet *s, enum text_id title,
    const char *const *heads, size_t count)
{
	add_text(out, "h4", word(s, title));
	buf_adds(out, "<table>");
	add_row(out, true, heads, count);
}

static void add_waiting(struct buf *out, const struct sheet *s, const struct report_waiting *w)
{
	const char *const heads[] = {"", word(s, TEXT_STATS_CELL_COUNT),
	    word(s, TEXT_STATS_CELL_LATE), word(s, TEXT_STATS_CELL_OLDEST)};
	begin(out, s, TEXT_STATS_NOW, heads, 4);
	const struct {
		enum text_id what;
		int64_t count, late, since_us;
	} rows[] = {
	    {TEXT_STATS_CELL_REP, w->without_rep, w->without_rep_late, w->without_rep_us},
	    {TEXT_STATS_CELL_CONTACT, w->without_contact, w->without_contact_late,
		w->without_contact_us},
	};
	for (size_t i = 0; i < 2; i++) {
		const char *const cells[] = {word(s, rows[i].what), sheet_number(s, rows[i].count),
		    sheet_number(s, rows[i].late),
		    rows[i].since_us ? sheet_length(s, (w->now_us - rows[i].since_us) / 1000)
				     : NULL};
		add_row(out, false, cells, 4);
	}
	const char *const stale[] = {
	    word(s, TEXT_STATS_CELL_STALE), sheet_number(s, w->stale), NULL, NULL};
	add_row(out, false, stale, 4);
	buf_adds(out, "</table>");
}

static void add_length(
    struct buf *out, const struct sheet *s, enum text_id what, int64_t half_ms, int64_t most_ms)
{
	const char *const cells[] = {word(s, what), half_ms < 0 ? NULL : sheet_length(s, half_ms),
	    most_ms < 0 ? NULL : sheet_length(s, most_ms)};
	add_row(out, false, cells, 3);
}

static void add_speed(struct buf *out, const struct sheet *s, const struct reports *r)
{
	const struct report_arrivals *all = sheet_arrivals(r, "this", "all", NULL),
				     *in = sheet_arrivals(r, "this", "hours", "in"),
				     *outside = sheet_arrivals(r, "this", "hours", "out");
	if (!all)
		return;
	const char *const heads[] = {
	    "", word(s, TEXT_STATS_CELL_HALF), word(s, TEXT_STATS_CELL_MOST)};
	begin(out, s, TEXT_STATS_TABLE_SPEED, heads, 3);
	add_length(out, s, TEXT_STATS_CELL_TO_REP, all->to_rep_p50_ms, all->to_rep_p95_ms);
	add_length(
	    out, s, TEXT_STATS_CELL_TO_CONTACT, all->to_contact_p50_ms, all->to_contact_p95_ms);
	if (in)
		add_length(
		    out, s, TEXT_STATS_CELL_IN, in->to_contact_p50_ms, in->to_contact_p95_ms);
	if (outside)
		add_length(out, s, TEXT_STATS_CELL_OUT, outside->to_contact_p50_ms,
		    outside->to_contact_p95_ms);
	buf_adds(out, "</table>");
}

static void add_funnel(struct buf *out, const struct sheet *s, const struct reports *r)
{
	static const enum text_id names[FUNNEL_STEPS] = {TEXT_STATS_CELL_ARRIVED,
	    TEXT_STATS_CELL_ASSIGNED, TEXT_STATS_CELL_CONTACTED, TEXT_STATS_CELL_TALKED,
	    TEXT_STATS_CELL_CONVERTED};
	struct funnel_step steps[FUNNEL_STEPS];
	sheet_funnel(r, steps);
	const char *const heads[] = {"", word(s, TEXT_STATS_CELL_NOW),
	    word(s, TEXT_STATS_CELL_SHARE), word(s, TEXT_STATS_CELL_BEFORE)};
	begin(out, s, TEXT_STATS_TABLE_FUNNEL, heads, 4);
	for (size_t i = 0; i < FUNNEL_STEPS; i++) {
		int64_t of = i ? steps[i - 1].now : 0;
		const char *const cells[] = {word(s, names[i]), sheet_number(s, steps[i].now),
		    of ? sheet_number(s, (100 * steps[i].now + of / 2) / of) : NULL,
		    sheet_number(s, steps[i].before)};
		add_row(out, false, cells, 4);
	}
	buf_adds(out, "</table>");
}

static void add_load(struct buf *out, const struct sheet *s, const struct reports *r)
{
	if (r->load_count == 0)
		return;
	const char *const heads[] = {"", word(s, TEXT_STATS_CELL_OPEN),
	    word(s, TEXT_STATS_CELL_CAPACITY), word(s, TEXT_STATS_CELL_WAITS)};
	begin(out, s, TEXT_STATS_TABLE_LOAD, heads, 4);
	for (size_t i = 0; i < r->load_count && i < REPS_SHOWN; i++) {
		const struct report_load *row = &r->load[i];
		const char *const cells[] = {
		    shorten(s->a, text_tidy(s->a, row->name ? row->name : row->rep), NAME_UNITS),
		    sheet_number(s, row->open), sheet_number(s, sheet_capacity(s, row)),
		    sheet_number(s, row->without_contact)};
		add_row(out, false, cells, 4);
	}
	buf_adds(out, "</table>");
}

const char *stats_tables(const struct conversation_rules *rules, const struct stats_about *about,
    const struct reports *reports, struct arena *a)
{
	const struct sheet s = {.rules = rules, .a = a, .locale = about->locale};
	struct buf out;
	buf_init(&out, HTML_MAXIMUM);
	add_text(&out, "p", sheet_head(&s, about, reports));
	add_waiting(&out, &s, &reports->waiting);
	add_speed(&out, &s, reports);
	add_funnel(&out, &s, reports);
	add_load(&out, &s, reports);
	const char *html = arena_strdup(a, buf_text(&out));
	buf_finish(&out);
	return html;
}
