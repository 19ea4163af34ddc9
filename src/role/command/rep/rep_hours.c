/*
 * salesreg rep set-hours: when a rep can be met, in the words of the chat.
 */
#include "rep_private.h"
#include "salesreg/base/buf.h"
#include "salesreg/base/civil.h"
#include "salesreg/base/text.h"
#include "salesreg/base/time_zone.h"
#include "salesreg/domain/calendar/hours_text.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/role/command/rep/find_rep.h"
#include <assert.h>
#include <string.h>

enum { MENTIONED_UNITS = 60 };
#define DAY_NAMES "Mon Tue Wed Thu Fri Sat Sun"
static const char DEFAULT_ZONE[] = "default";

static const char *hours_fault(struct arena *a, const struct hours_text *read)
{
	static const char *const faults[] = {
	    [HOURS_NONE] = "",
	    [HOURS_EMPTY] = "there are neither days nor hours in it",
	    [HOURS_UNKNOWN_WORD] = "that word is not understood",
	    [HOURS_BAD_TIME] = "from when until when? As in 10-19 or 9:30am-6pm",
	    [HOURS_REVERSED] = "it ends before it begins, or at once",
	    [HOURS_PAST_MIDNIGHT] =
		"that is after midnight: write two days, as in \"fri 18-24, sat 0-2\"",
	    [HOURS_OVERLAP] = "that day has hours already, which these overlap",
	    [HOURS_NO_TIME] = "from when until when is not said",
	    [HOURS_BAD_DATE] = "no such date; write 31.12 or 2026-12-31, at most two years ahead",
	    [HOURS_PAST_DATE] = "that day is over",
	    [HOURS_TOO_MANY] = "too much at once; at most 100 days off in a row",
	};
	if (read->word == 0)
		return faults[read->problem];
	return arena_printf(a, "word %zu, %s: %s", read->word,
	    cli_line(a, read->said, MENTIONED_UNITS), faults[read->problem]);
}

/* The arguments behind the e-mail as one text, so that it need not be quoted. */
static const char *typed_hours(struct cli *c)
{
	const char *text = "";
	for (size_t i = 1; i < c->count; i++)
		text = arena_concat(&c->arena, text, *text ? " " : "", c->words[i], NULL);
	return text;
}

static json_t *days_json(const int32_t *days, size_t count)
{
	json_t *out = json_array();
	for (size_t i = 0; i < count; i++) {
		struct civil date = civil_date(days[i]);
		char text[32];
		(void)snprintf(
		    text, sizeof text, "%04d-%02d-%02d", date.year, date.month, date.day);
		(void)json_array_append_new(out, json_string(text));
	}
	return out;
}

static json_t *hours_json(
    struct arena *a, const struct hours_owner *owner, const struct hours_row *row)
{
	int32_t days[HOURS_DAYS_OFF_MOST];
	struct hours hours;
	size_t count = days_unpack(row->days_off, days, HOURS_DAYS_OFF_MOST);
	(void)hours_unpack(row->hours, &hours);
	return json_pack("{s:s, s:s, s:s, s:b, s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
	    "name", owner->name ? owner->name : "", "email", owner->email ? owner->email : "",
	    "time_zone", row->zone, "own_time_zone", row->own_zone, "hours",
	    hours_print(a, &hours, DAY_NAMES), "days_off", days_json(days, count), "slot_minutes",
	    (json_int_t)row->slot_minutes, "step_minutes", (json_int_t)row->step_minutes,
	    "buffer_before_minutes", (json_int_t)row->buffer_before_minutes, "buffer_after_minutes",
	    (json_int_t)row->buffer_after_minutes, "notice_minutes",
	    (json_int_t)row->notice_minutes, "horizon_days", (json_int_t)row->horizon_days,
	    "most_a_day", (json_int_t)row->most_a_day);
}

/* For salesreg.audit, what of two such objects differs. */
static void only_changes(json_t *before, json_t *after)
{
	const char *key;
	json_t *value;
	void *next;
	json_object_foreach_safe(after, next, key, value)
	{
		if (!json_equal(value, json_object_get(before, key)))
			continue;
		(void)json_object_del(before, key);
		(void)json_object_del(after, key);
	}
}

static void print_hours(struct cli *c, const struct hours_owner *owner, const struct hours_row *row)
{
	struct arena *a = &c->arena;
	int32_t days[HOURS_DAYS_OFF_MOST];
	struct hours hours;
	size_t count = days_unpack(row->days_off, days, HOURS_DAYS_OFF_MOST);
	(void)hours_unpack(row->hours, &hours);
	const char *shown = hours_print(a, &hours, DAY_NAMES);
	if (cli_has(c, "json")) {
		cli_json(hours_json(a, owner, row));
		return;
	}
	cli_say(stdout, "%s (%s)\n", owner->name, owner->email);
	cli_say(stdout, "Hours: %s\n", *shown ? shown : "none: nobody is offered a meeting");
	cli_say(stdout, "Time zone: %s%s\n", row->zone,
	    row->own_zone ? "" : " (of the calendar or of this machine)");
	if (count)
		cli_say(stdout, "Days off: %s\n", days_print(a, days, count));
	cli_say(stdout,
	    "Meetings of %lld min, one every %lld min; %lld min free before, %lld after\n",
	    (long long)row->slot_minutes, (long long)row->step_minutes,
	    (long long)row->buffer_before_minutes, (long long)row->buffer_after_minutes);
	cli_say(stdout, "Booked %lld min ahead at least, %lld %s at most; a day: %s\n",
	    (long long)row->notice_minutes, (long long)row->horizon_days,
	    text_plural(row->horizon_days, "day", "days"),
	    row->most_a_day ? arena_printf(a, "%lld at most", (long long)row->most_a_day)
			    : "as many as fit");
}

/* As long as names of zones are. */
static int unknown_zone(const char *zone)
{
	enum { SHOWN = 60 };
	struct buf near;
	assert(zone);
	buf_init(&near, 1024);
	time_zone_near(zone, &near);
	cli_say(stderr, "salesreg rep: PostgreSQL knows no time zone %.*s%s%s%s\n", SHOWN, zone,
	    strlen(zone) > SHOWN ? "…" : "", near.size ? "; near ones: " : "",
	    near.size ? buf_text(&near) : "");
	buf_finish(&near);
	return EXIT_CODE_FAILED;
}

/* What the call says is to be changed; false: nothing. */
static bool read_change(struct cli *c, const struct hours_text *read, struct hours_change *change)
{
	const char *zone = cli_value(c, "zone", NULL);
	int64_t buffer = cli_number(c, "buffer", HOURS_AS_IT_IS);
	*change = (struct hours_change){
	    .zone = zone && strcmp(zone, DEFAULT_ZONE) == 0 ? "" : zone,
	    .slot = cli_number(c, "slot", HOURS_AS_IT_IS),
	    .step = cli_number(c, "step", HOURS_AS_IT_IS),
	    .buffer_before = buffer,
	    .buffer_after = cli_number(c, "buffer-after", buffer),
	    .notice = cli_number(c, "notice", HOURS_AS_IT_IS),
	    .horizon = cli_number(c, "horizon", HOURS_AS_IT_IS),
	    .most_a_day = cli_number(c, "most-a-day", HOURS_AS_IT_IS),
	};
	if (read && read->meaning == HOURS_MEANS_HOURS)
		change->hours = hours_pack(&c->arena, &read->hours);
	else if (read && read->meaning == HOURS_MEANS_OFF)
		change->days_off = days_pack(&c->arena, read->days, read->day_count);
	else if (read)
		change->working = days_pack(&c->arena, read->days, read->day_count);
	return read || c->given_count > (size_t)cli_has(c, "json") + cli_has(c, "dry-run");
}

/* A meeting has to fit into one range. */
static void warn_of_length(const struct hours_row *row)
{
	struct hours hours;
	int64_t longest = 0;
	if (!hours_unpack(row->hours, &hours) || hours.count == 0)
		return;
	for (size_t i = 0; i < hours.count; i++)
		if (hours.ranges[i].closes - hours.ranges[i].opens > longest)
			longest = hours.ranges[i].closes - hours.ranges[i].opens;
	if (row->slot_minutes > longest)
		cli_say(stderr,
		    "salesreg rep: no meeting of %lld min fits into these hours, of which the "
		    "longest range is %lld min; nothing will be free\n",
		    (long long)row->slot_minutes, (long long)longest);
}

/* In the transaction of the change. */
static bool write_audit(struct command_database *d, struct cli *c, const struct hours_owner *owner,
    json_t *before, json_t *after)
{
	struct arena *a = &c->arena;
	only_changes(before, after);
	const bool is_change = json_object_size(after) > 0;
	const struct audit_entry entry = {.action = "set-hours",
	    .rep = owner->id,
	    .before = audit_json(a, before),
	    .after = audit_json(a, after)};
	return !is_change || audit_by_operator(d, a, c->name, &entry);
}

static int set_hours(struct command_database *d, struct cli *c)
{
	struct arena *a = &c->arena;
	struct hours_owner owner;
	struct hours_row row;
	struct hours_text read;
	struct hours_change change;
	bool zone_is_known, some = c->count > 1;
	char here[TIME_ZONE_SIZE];
	int code = find_rep_owner(d, a, "rep", c->words[0], &owner);
	if (code != EXIT_CODE_OK)
		return code;
	if (!hours_of_rep(&d->session, a, owner.id, time_zone_here(here), &row))
		return command_database_failed(d, "rep");
	if (some) {
		hours_read_text(typed_hours(c), (int32_t)row.today, NULL, a, &read);
		if (read.problem != HOURS_NONE) {
			cli_say(stderr, "salesreg rep: %s\n", hours_fault(a, &read));
			return EXIT_CODE_FAILED;
		}
	}
	if (read_change(c, some ? &read : NULL, &change)) {
		json_t *before = hours_json(a, &owner, &row);
		zone_is_known = true;
		if (!audit_begin(&d->session) ||
		    !hours_change(&d->session, a, owner.id, &change, &zone_is_known) ||
		    (zone_is_known && !hours_of_rep(&d->session, a, owner.id, here, &row))) {
			json_decref(before);
			return command_database_failed(d, "rep");
		}
		if (!zone_is_known) {
			json_decref(before);
			return unknown_zone(change.zone);
		}
		if (!write_audit(d, c, &owner, before, hours_json(a, &owner, &row)) ||
		    /* a dry run is undone by the end of the session */
		    (!cli_has(c, "dry-run") && !audit_commit(&d->session)))
			return command_database_failed(d, "rep");
		if (cli_has(c, "dry-run"))
			cli_say(stderr, "It would be so. Nothing was changed (--dry-run).\n");
	}
	print_hours(c, &owner, &row);
	warn_of_length(&row);
	return EXIT_CODE_OK;
}

int rep_run_set_hours(struct cli *c)
{
	if (c->count == 0 || !*c->words[0])
		return cli_wrong(c, "which rep? WHO is missing");
	struct command_database d = {0};
	int code = command_database_open(&d, "rep");
	if (code == EXIT_CODE_OK)
		code = set_hours(&d, c);
	command_database_close(&d);
	return code;
}

const struct cli_option rep_hours_options[] = {
    {.name = "zone",
	.value = "ZONE",
	.help = "in which the hours are meant, as Asia/Makassar; \"default\": the connected "
		"calendar's, else that of TZ"},
    {.name = "slot", .value = "MINUTES", .help = "how long a meeting is", .least = 5, .most = 720},
    {.name = "step",
	.value = "MINUTES",
	.help = "from one possible beginning to the next",
	.least = 5,
	.most = 720},
    {.name = "buffer",
	.value = "MINUTES",
	.help = "kept free before and after a meeting",
	.least = 0,
	.most = 180},
    {.name = "buffer-after",
	.value = "MINUTES",
	.help = "after it, if that is another time than before",
	.least = 0,
	.most = 180},
    {.name = "notice",
	.value = "MINUTES",
	.help = "how long ahead a meeting is booked at least",
	.least = 0,
	.most = 20160},
    {.name = "horizon",
	.value = "DAYS",
	.help = "how many days ahead at most; further than " TEXT_OF(
	    HOURS_HORIZON_DAYS) " it is not known what calendars have",
	.least = 1,
	.most = HOURS_HORIZON_DAYS},
    {.name = "most-a-day",
	.value = "N",
	.help = "how many meetings a day at most; 0: as many as fit",
	.least = 0,
	.most = 100},
    {.name = "dry-run", .help = "shows what would be set, and changes nothing"},
    {.name = "json", .help = "as JSON, for programs"},
    {.name = NULL},
};
