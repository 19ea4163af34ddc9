/*
 * salesreg stats: what waits, what came and what became of it, who carries what. All of it as of one moment.
 */
#include "salesreg/base/time_zone.h"
#include "salesreg/role/cli/table.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/role/command/rep/find_rep.h"
#include "salesreg/role/database.h"
#include "salesreg/role/role.h"
#include "salesreg/store/reports.h"
#include <stdio.h>
#include <string.h>

enum { PERIOD_S = 7 * 86400, ANSWER_MS = 120000 };

struct figures {
	struct report_waiting waiting;
	struct report_arrivals *arrivals;
	struct report_load *load;
	struct report_ended *ended;
	size_t arrivals_count, load_count, ended_count;
	int64_t period_s, capacity;
	const char *rep; /* NULL: of all */
};

/* As JSON ----------------------------------------------------------------------------------------------------------------*/

static json_t *length_to_json(int64_t ms)
{
	return ms < 0 ? json_null() : json_integer(ms);
}

static json_t *waiting_to_json(const struct report_waiting *w)
{
	return json_pack("{sI so sI sI so sI sI}", "without_rep", (json_int_t)w->without_rep,
	    "without_rep_since", cli_json_time(w->without_rep_us), "without_rep_late",
	    (json_int_t)w->without_rep_late, "without_contact", (json_int_t)w->without_contact,
	    "without_contact_since", cli_json_time(w->without_contact_us), "without_contact_late",
	    (json_int_t)w->without_contact_late, "stale", (json_int_t)w->stale);
}

static json_t *measures_to_json(const struct report_arrivals *r)
{
	return json_pack("{ss sI sI sI sI sI sI so so so so}", "period", r->period, "arrived",
	    (json_int_t)r->arrived, "assigned", (json_int_t)r->assigned, "contacted",
	    (json_int_t)r->contacted, "in_conversation", (json_int_t)r->in_conversation,
	    "converted", (json_int_t)r->converted, "archived", (json_int_t)r->archived,
	    "to_rep_p50_ms", length_to_json(r->to_rep_p50_ms), "to_rep_p95_ms",
	    length_to_json(r->to_rep_p95_ms), "to_contact_p50_ms",
	    length_to_json(r->to_contact_p50_ms), "to_contact_p95_ms",
	    length_to_json(r->to_contact_p95_ms));
}

/* Those of a section, each with what it is of. */
static json_t *arrivals_to_json(const struct figures *f, const char *section)
{
	json_t *list = json_array();
	for (size_t i = 0; i < f->arrivals_count; i++) {
		const struct report_arrivals *r = &f->arrivals[i];
		if (strcmp(r->section, section) != 0)
			continue;
		json_t *row = measures_to_json(r);
		if (strcmp(section, "rep") == 0)
			(void)json_object_update_new(
			    row, json_pack("{ss? ss?}", "rep", r->rep, "name", r->name));
		else if (strcmp(section, "hours") == 0)
			(void)json_object_set_new(row, "hours", json_string(r->hours));
		else if (strcmp(section, "source") == 0)
			(void)json_object_update_new(row,
			    json_pack("{ss ss?}", "source", r->source, "campaign", r->campaign));
		(void)json_array_append_new(list, row);
	}
	return list;
}

/* A time in which nobody came is a row of zeros: it is there to be compared. */
static json_t *periods_to_json(const struct figures *f)
{
	static const char *const periods[] = {"this", "before"};
	json_t *list = json_array();
	for (size_t k = 0; k < 2; k++) {
		struct report_arrivals row = {.period = periods[k],
		    .to_rep_p50_ms = -1,
		    .to_rep_p95_ms = -1,
		    .to_contact_p50_ms = -1,
		    .to_contact_p95_ms = -1};
		for (size_t i = 0; i < f->arrivals_count; i++)
			if (strcmp(f->arrivals[i].section, "all") == 0 &&
			    strcmp(f->arrivals[i].period, periods[k]) == 0)
				row = f->arrivals[i];
		(void)json_array_append_new(list, measures_to_json(&row));
	}
	return list;
}

static json_t *load_to_json(const struct figures *f)
{
	json_t *list = json_array();
	for (size_t i = 0; i < f->load_count; i++) {
		const struct report_load *r = &f->load[i];
		(void)json_array_append_new(list,
		    json_pack("{ss ss? ss? sb sb sI sI sI so sI sI}", "rep", r->rep, "name",
			r->name, "status", r->status, "available", r->available, "paused",
			r->paused, "open", (json_int_t)r->open, "capacity",
			(json_int_t)(r->capacity ? r->capacity : f->capacity), "without_contact",
			(json_int_t)r->without_contact, "without_contact_since",
			cli_json_time(r->without_contact_us), "without_contact_late",
			(json_int_t)r->without_contact_late, "stale", (json_int_t)r->stale));
	}
	return list;
}

static json_t *ended_to_json(const struct figures *f)
{
	json_t *list = json_array();
	for (size_t i = 0; i < f->ended_count; i++)
		(void)json_array_append_new(
		    list, json_pack("{ss ss? ss? ss sI}", "period", f->ended[i].period, "rep",
			      f->ended[i].rep, "name", f->ended[i].name, "reason",
			      f->ended[i].reason, "ended", (json_int_t)f->ended[i].ended));
	return list;
}

static json_t *to_json(const struct figures *f)
{
	int64_t now_us = f->waiting.now_us;
	return json_pack("{so so ss? so so so so so so so}", "since",
	    cli_json_time(now_us - f->period_s * 1000000), "until", cli_json_time(now_us),
	    "only_rep", f->rep, "waiting", waiting_to_json(&f->waiting), "periods",
	    periods_to_json(f), "hours", arrivals_to_json(f, "hours"), "reps",
	    arrivals_to_json(f, "rep"), "sources", arrivals_to_json(f, "source"), "load",
	    load_to_json(f), "ended", ended_to_json(f));
}

/* As tables --------------------------------------------------------------------------------------------------------------*/

static const char *length_cell(struct arena *a, const json_t *row, const char *key)
{
	const json_t *ms = json_object_get(row, key);
	return json_is_integer(ms) ? cli_age_cell(a, json_integer_value(ms)) : NULL;
}

static const char *to_rep_p50(struct arena *a, const json_t *row)
{
	return length_cell(a, row, "to_rep_p50_ms");
}

static const char *to_rep_p95(struct arena *a, const json_t *row)
{
	return length_cell(a, row, "to_rep_p95_ms");
}

static const char *to_contact_p50(struct arena *a, const json_t *row)
{
	return length_cell(a, row, "to_contact_p50_ms");
}

static const char *to_contact_p95(struct arena *a, const json_t *row)
{
	return length_cell(a, row, "to_contact_p95_ms");
}

static const char *since_cell(struct arena *a, const json_t *row)
{
	return cli_time_cell(a, row, "since");
}

static const char *contact_since_cell(struct arena *a, const json_t *row)
{
	return cli_time_cell(a, row, "without_contact_since");
}

static const char *open_cell(struct arena *a, const json_t *row)
{
	return arena_printf(a, "%lld of %lld",
	    (long long)json_integer_value(json_object_get(row, "open")),
	    (long long)json_integer_value(json_object_get(row, "capacity")));
}

static const char *status_cell(struct arena *a, const json_t *row)
{
	(void)a;
	return json_is_true(json_object_get(row, "paused"))
		   ? "paused"
		   : json_string_value(json_object_get(row, "status"));
}

/* Of a rep who has been deleted there is only the id, of those whom nobody has not even that. */
static const char *name_cell(struct arena *a, const json_t *row)
{
	(void)a;
	const char *name = json_string_value(json_object_get(row, "name"));
	const char *rep = json_string_value(json_object_get(row, "rep"));
	return name ? name : rep ? rep : "(nobody)";
}

static const char *source_cell(struct arena *a, const json_t *row)
{
	const char *campaign = json_string_value(json_object_get(row, "campaign"));
	const char *source = json_string_value(json_object_get(row, "source"));
	return campaign ? arena_printf(a, "%s %s", source, campaign) : source;
}

static const char *hours_cell(struct arena *a, const json_t *row)
{
	(void)a;
	const char *hours = json_string_value(json_object_get(row, "hours"));
	return strcmp(hours, "in") == 0    ? "in working hours"
	       : strcmp(hours, "out") == 0 ? "outside of them"
					   : "no hours known";
}

#define MEASURES                                                                                   \
	{.key = "period", .heading = "PERIOD"}, {.key = "arrived", .heading = "CAME"},             \
	    {.key = "assigned", .heading = "ASSIGNED"},                                            \
	    {.key = "contacted", .heading = "CONTACTED"},                                          \
	    {.key = "in_conversation", .heading = "TALKED"},                                       \
	    {.key = "converted", .heading = "CONVERTED"},                                          \
	    {.key = "to_rep_p50_ms", .heading = "TO REP P50", .show = to_rep_p50},                 \
	    {.key = "to_rep_p95_ms", .heading = "P95", .show = to_rep_p95},                        \
	    {.key = "to_contact_p50_ms", .heading = "TO CONTACT P50", .show = to_contact_p50},     \
	    {.key = "to_contact_p95_ms", .heading = "P95", .show = to_contact_p95},                \
	{                                                                                          \
		.key = NULL                                                                        \
	}

static const struct cli_column waiting_columns[] = {
    {.key = "what", .heading = "WAITING NOW", .is_long = true},
    {.key = "count", .heading = "COUNT"},
    {.key = "late", .heading = "LATE"},
    {.key = "since", .heading = "OLDEST", .show = since_cell},
    {.key = NULL},
};
static const struct cli_column period_columns[] = {MEASURES};
static const struct cli_column hours_columns[] = {
    {.key = "hours", .heading = "WHEN", .show = hours_cell}, MEASURES};
static const struct cli_column rep_columns[] = {
    {.key = "name", .heading = "REP", .is_long = true, .show = name_cell}, MEASURES};
static const struct cli_column source_columns[] = {
    {.key = "source", .heading = "SOURCE", .is_long = true, .show = source_cell}, MEASURES};
static const struct cli_column load_columns[] = {
    {.key = "name", .heading = "REP", .is_long = true, .show = name_cell},
    {.key = "status", .heading = "STATUS", .show = status_cell},
    {.key = "open", .heading = "LOAD", .show = open_cell},
    {.key = "without_contact", .heading = "NOT CONTACTED"},
    {.key = "without_contact_late", .heading = "LATE"},
    {.key = "without_contact_since", .heading = "OLDEST", .show = contact_since_cell},
    {.key = "stale", .heading = "STALE"},
    {.key = NULL},
};
static const struct cli_column ended_columns[] = {
    {.key = "reason", .heading = "ENDED"},
    {.key = "name", .heading = "REP", .is_long = true, .show = name_cell},
    {.key = "period", .heading = "PERIOD"},
    {.key = "ended", .heading = "ASSIGNMENTS"},
    {.key = NULL},
};
static const struct cli_column all_columns[] = {
    {.key = "section"},
    {.key = "period"},
    {.key = "rep"},
    {.key = "name"},
    {.key = "hours"},
    {.key = "source"},
    {.key = "campaign"},
    {.key = "arrived"},
    {.key = "assigned"},
    {.key = "contacted"},
    {.key = "in_conversation"},
    {.key = "converted"},
    {.key = "archived"},
    {.key = "to_rep_p50_ms"},
    {.key = "to_rep_p95_ms"},
    {.key = "to_contact_p50_ms"},
    {.key = "to_contact_p95_ms"},
    {.key = "status"},
    {.key = "available"},
    {.key = "paused"},
    {.key = "open"},
    {.key = "capacity"},
    {.key = "without_rep"},
    {.key = "without_rep_since"},
    {.key = "without_rep_late"},
    {.key = "without_contact"},
    {.key = "without_contact_since"},
    {.key = "without_contact_late"},
    {.key = "stale"},
    {.key = "reason"},
    {.key = "ended"},
    {.key = NULL},
};

static json_t *waiting_rows(const struct figures *f)
{
	const struct report_waiting *w = &f->waiting;
	json_t *rows = json_array();
	if (!f->rep)
		(void)json_array_append_new(
		    rows, json_pack("{ss sI sI so}", "what", "for a rep (late: an hour)", "count",
			      (json_int_t)w->without_rep, "late", (json_int_t)w->without_rep_late,
			      "since", cli_json_time(w->without_rep_us)));
	(void)json_array_append_new(
	    rows, json_pack("{ss sI sI so}", "what", "for first contact (late: a day)", "count",
		      (json_int_t)w->without_contact, "late", (json_int_t)w->without_contact_late,
		      "since", cli_json_time(w->without_contact_us)));
	(void)json_array_append_new(
	    rows, json_pack("{ss sI sn sn}", "what", "stale: no contact for 14 days", "count",
		      (json_int_t)w->stale, "late", "since"));
	return rows;
}

static void print_section(struct cli *c, const struct cli_column *columns, json_t *rows)
{
	if (json_array_size(rows) > 0 && columns != waiting_columns)
		(void)putchar('\n');
	cli_print(c, columns, json_pack("{so}", "rows", rows), "rows");
}

static void print_tables(struct cli *c, const struct figures *f)
{
	print_section(c, waiting_columns, waiting_rows(f));
	print_section(c, period_columns, periods_to_json(f));
	print_section(c, hours_columns, arrivals_to_json(f, "hours"));
	print_section(c, source_columns, arrivals_to_json(f, "source"));
	print_section(c, rep_columns, arrivals_to_json(f, "rep"));
	print_section(c, load_columns, load_to_json(f));
	print_section(c, ended_columns, ended_to_json(f));
	(void)fputc('\n', cli_notes(c));
	cli_say(cli_notes(c),
	    "this: who came in the last %s; before: in as long a time before that\n",
	    cli_period(&c->arena, f->period_s));
}

static void add_rows(json_t *all, const char *section, json_t *rows)
{
	size_t i;
	json_t *row;
	json_array_foreach (rows, i, row) {
		(void)json_object_set_new(row, "section", json_string(section));
		(void)json_array_append(all, row);
	}
	json_decref(rows);
}

static void print_csv(struct cli *c, const struct figures *f)
{
	json_t *all = json_array(), *waiting = json_array();
	(void)json_array_append_new(waiting, waiting_to_json(&f->waiting));
	add_rows(all, "waiting", waiting);
	add_rows(all, "periods", periods_to_json(f));
	add_rows(all, "hours", arrivals_to_json(f, "hours"));
	add_rows(all, "sources", arrivals_to_json(f, "source"));
	add_rows(all, "reps", arrivals_to_json(f, "rep"));
	add_rows(all, "load", load_to_json(f));
	add_rows(all, "ended", ended_to_json(f));
	cli_print(c, all_columns, json_pack("{so}", "rows", all), "rows");
}

static bool ask(struct cli *c, struct db_session *s, struct figures *f)
{
	char here[TIME_ZONE_SIZE];
	const char *zone = time_zone_here(here);
	bool is_there;
	return reports_begin(s, ANSWER_MS) &&
	       reports_waiting(s, &c->arena, f->rep, &is_there, &f->waiting) &&
	       reports_arrivals(
		   s, &c->arena, f->period_s, zone, f->rep, &f->arrivals, &f->arrivals_count) &&
	       reports_load(s, &c->arena, f->rep, &f->load, &f->load_count) &&
	       reports_ended(s, &c->arena, f->period_s, f->rep, &f->ended, &f->ended_count) &&
	       reports_end(s);
}

static int stats(struct cli *c, struct command_database *d)
{
	struct figures f = {.period_s = cli_seconds(c, "period", PERIOD_S),
	    .capacity = d->config.max_prospects_per_rep};
	const char *rep = cli_value(c, "rep", NULL);
	struct managed_rep whose;
	int code = rep ? find_rep(d, &c->arena, "stats", rep, &whose) : EXIT_CODE_OK;
	if (code != EXIT_CODE_OK)
		return code;
	f.rep = rep ? whose.id : NULL;
	if (!ask(c, &d->session, &f))
		return command_database_failed(d, "stats");
	switch (cli_format(c)) {
	case CLI_JSON:
		cli_json(to_json(&f));
		break;
	case CLI_CSV:
		print_csv(c, &f);
		break;
	case CLI_TABLE:
		print_tables(c, &f);
		break;
	}
	return EXIT_CODE_OK;
}

static int run(struct cli *c)
{
	struct command_database d = {0};
	int code = command_database_open(&d, "stats");
	if (code == EXIT_CODE_OK)
		code = stats(c, &d);
	command_database_close(&d);
	return code;
}

static const struct cli_option options[] = {
    {.name = "period",
	.value = "TIME",
	.help = "who came in that time, and in as long a one before it, instead of 7d",
	.is_time = true},
    {.name = "rep", .value = "REP", .help = "only what is with this rep"},
    CLI_LIST_OPTIONS,
    {.name = NULL},
};

const struct cli_command command_stats = {
    .name = "stats",
    .brief = "what waits, what came, how fast it went, who carries what",
    .help =
	"What waits now; of those who came in a time and in as long a one before it: what became "
	"of them, how long it took to a rep and to the rep's first word (half of them, and 95 "
	"of 100, were faster), in and out of working hours, by source and by rep; who has how "
	"many; why assignments ended. All of it as of one moment.",
    .options = options,
    .run = run,
};
