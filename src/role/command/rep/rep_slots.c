/*
 * salesreg rep slots: when a rep is free to be met.
 */
#include "rep_private.h"
#include "salesreg/app/free_slots.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/rfc3339.h"
#include "salesreg/base/text.h"
#include "salesreg/base/time_zone.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/store/calendar_checks.h"
#include <string.h>

enum { SLOTS_SHOWN = 20, SLOTS_MOST = 10000 };
/* A clock's seconds are cut where --at is written down: what was now just then still is. */
static const int64_t NOW_LASTS_US = 60 * INT64_C(1000000);
static const int64_t SECOND_US = 1000000, DAY_US = 86400 * INT64_C(1000000);

static const char *why_unknown(const char *why)
{
	if (strcmp(why, "reconnect") == 0)
		return "the calendar is to be connected again";
	if (strcmp(why, "unread") == 0)
		return "the calendar has not been read yet";
	return strcmp(why, "old") == 0 ? "the calendar has not been read for an hour or more"
				       : "a calendar could not be read";
}

struct found_slots {
	const struct slots_interval *list;
	size_t count;
	const char *zone, *unknown;      /* the latter NULL: it is known when the rep is busy */
	int64_t horizon_days, latest_us; /* what --at may be */
	bool asks, is_fresh;             /* Google afresh; and it answered */
	const char *not_fresh;           /* why it did not; NULL: too late */
};

static void print_slots(struct cli *c, const char *const *local, const struct found_slots *found)
{
	json_t *list = json_array();
	for (size_t i = 0; i < found->count && cli_has(c, "json"); i++)
		(void)json_array_append_new(list,
		    json_pack("{s:f, s:f, s:s}", "starts_at", (double)found->list[i].from / 1e6,
			"ends_at", (double)found->list[i].until / 1e6, "local", local[i]));
	if (cli_has(c, "json")) {
		cli_json(json_pack("{s:s, s:s?, s:b, s:o}", "time_zone", found->zone, "unknown",
		    found->unknown, "fresh", found->is_fresh, "slots", list));
		return;
	}
	json_decref(list);
	if (found->asks && !found->is_fresh)
		cli_say(stderr, "Google did not answer: %s. What is known without it:\n",
		    found->not_fresh ? found->not_fresh : "nothing came within 10 s");
	if (found->unknown)
		cli_say(stdout, "No slots: %s.\n", why_unknown(found->unknown));
	else if (found->count == 0)
		cli_say(stdout, "No free slots.\n");
	for (size_t i = 0; i < found->count; i++)
		cli_say(stdout, "%s %s\n", local[i], found->zone);
}

/* *busy stays NULL where Google did not say. */
static bool ask_google(struct command_database *d, struct arena *a, const char *rep, int64_t now_us,
    int64_t until_us, struct found_slots *found, struct busy_row **busy, size_t *count)
{
	struct calendar_check check;
	if (!calendar_check_now(&d->session, a, rep, now_us, until_us, &check))
		return false;
	found->is_fresh = check.is_answered && !check.unknown;
	found->not_fresh = check.unknown;
	if (!found->is_fresh)
		return true;
	*busy = ARENA_ARRAY(a, struct busy_row, check.count + 1);
	*count = check.count;
	for (size_t i = 0; i < check.count; i++)
		(*busy)[i] = (struct busy_row){.rep = rep,
		    .starts_us = check.busy[i].starts_us,
		    .ends_us = check.busy[i].ends_us};
	return true;
}

/* As of at_us; none are looked for if that is later than it may be. */
static bool find_slots(struct command_database *d, struct arena *a, const char *rep, int64_t at_us,
    size_t room, struct found_slots *found)
{
	char here[TIME_ZONE_SIZE];
	struct hours_row rules;
	struct hours_window *windows;
	struct busy_row *busy = NULL;
	size_t window_count, busy_count = 0;
	const char *zone = time_zone_here(here);
	if (!hours_of_rep(&d->session, a, rep, zone, &rules))
		return false;
	found->zone = rules.zone;
	found->horizon_days = rules.horizon_days;
	found->latest_us = clock_wall_us() + (HOURS_HORIZON_DAYS - rules.horizon_days) * DAY_US;
	if (at_us > found->latest_us)
		return true;
	int64_t until_us = at_us + (rules.horizon_days + 1) * DAY_US;
	if (found->asks && !ask_google(d, a, rep, at_us, until_us, found, &busy, &busy_count))
		return false;
	if (!busy && !slots_unknown_now(&d->session, a, rep, &found->unknown))
		return false;
	if (found->unknown)
		return true;
	if (!hours_windows_now(&d->session, a, rep, zone, at_us, &windows, &window_count) ||
	    (!busy && !slots_busy_now(&d->session, a, rep, at_us, &busy, &busy_count)))
		return false;
	struct slots_interval *list = ARENA_ARRAY(a, struct slots_interval, room);
	found->count =
	    free_slots(&rules, at_us, windows, window_count, busy, busy_count, a, list, room);
	found->list = list;
	return true;
}

static int say_unknown_yet(const struct cli *c, const struct found_slots *found)
{
	char latest[RFC3339_SIZE];
	rfc3339_format(found->latest_us - found->latest_us % SECOND_US, latest);
	cli_say(stderr,
	    "salesreg rep: --at %s: when reps are busy is known for %d days ahead, and this rep "
	    "can be booked %lld %s ahead of that time; give %s at the latest, or lower the "
	    "rep's horizon: salesreg rep set-hours %s --horizon DAYS\n",
	    cli_value(c, "at", ""), HOURS_HORIZON_DAYS, (long long)found->horizon_days,
	    text_plural(found->horizon_days, "day", "days"), latest, c->words[0]);
	return EXIT_CODE_FAILED;
}

static int slots(struct command_database *d, struct cli *c, int64_t at_us)
{
	struct arena *a = &c->arena;
	struct hours_owner owner;
	struct found_slots found = {.asks = cli_has(c, "fresh")};
	int code = find_rep_owner(d, a, "rep", c->words[0], &owner);
	if (code != EXIT_CODE_OK)
		return code;
	size_t room = (size_t)cli_number(c, "limit", SLOTS_SHOWN);
	if (!find_slots(d, a, owner.id, at_us, room, &found))
		return command_database_failed(d, "rep");
	if (at_us > found.latest_us)
		return say_unknown_yet(c, &found);
	const char **local = ARENA_ARRAY(a, const char *, found.count + 1);
	int64_t *starts = ARENA_ARRAY(a, int64_t, found.count + 1);
	for (size_t i = 0; i < found.count; i++)
		starts[i] = found.list[i].from;
	if (!slots_local(&d->session, a, starts, found.count, found.zone, local))
		return command_database_failed(d, "rep");
	print_slots(c, local, &found);
	return EXIT_CODE_OK;
}

int rep_run_slots(struct cli *c)
{
	const char *at = cli_value(c, "at", NULL);
	int64_t now_us = clock_wall_us(), at_us = now_us;
	if (c->count == 0 || !*c->words[0])
		return cli_wrong(c, "which rep? WHO is missing");
	if (at && !rfc3339_parse(at, strlen(at), &at_us))
		return cli_wrong(c, "--at %s: it is a time as 2026-12-31T10:00:00+08:00", at);
	if (at_us < now_us - NOW_LASTS_US)
		return cli_wrong(c, "--at %s: that time is over; without --at it is now", at);
	struct command_database d = {0};
	int code = command_database_open(&d, "rep");
	if (code == EXIT_CODE_OK)
		code = slots(&d, c, at_us > now_us ? at_us : now_us);
	command_database_close(&d);
	return code;
}

const struct cli_option rep_slots_options[] = {
    {.name = "limit",
	.value = "N",
	.help = "how many at most, 20 unless given",
	.least = 1,
	.most = SLOTS_MOST},
    {.name = "at",
	.value = "TIME",
	.help = "those there are then, as 2026-12-31T10:00:00+08:00, not now; what is more "
		"than " TEXT_OF(HOURS_HORIZON_DAYS) " days ahead is not known"},
    {.name = "fresh",
	.help = "asks Google just now, through `salesreg oauth`, and waits up to 10 s for it"},
    {.name = "json", .help = "as JSON, for programs"},
    {.name = NULL},
};
