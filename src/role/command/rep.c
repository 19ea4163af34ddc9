#include "salesreg/app/bot/invite.h"
#include "salesreg/app/link_token.h"
#include "salesreg/base/buf.h"
#include "salesreg/base/civil.h"
#include "salesreg/base/time_zone.h"
#include "salesreg/domain/calendar/hours_text.h"
#include "salesreg/domain/contact/email.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/role/command/qr.h"
#include "salesreg/role/database.h"
#include "salesreg/role/role.h"
#include "salesreg/store/hours.h"
#include "salesreg/store/invites.h"
#include "salesreg/store/operators.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { QR_BYTES = 256 * 1024, APPROVAL_BY_INVITATION = 2 };

struct wish {
	const char *email;
	int64_t days;
	bool qr, json;
};

/* NULL, or what is wrong with it. */
static const char *email_fault(
    const struct config *config, struct arena *a, const char *email, const char **key)
{
	const char *const *domains;
	const char *address;
	size_t count;
	if (email_domains_parse(config->email_domains, a, &domains, &count) != ERR_OK)
		return "CORPORATE_EMAIL_DOMAIN is not usable; see salesreg doctor";
	switch (email_check(email, domains, count, a, &address, key)) {
	case EMAIL_OK:
		return NULL;
	case EMAIL_WRONG_DOMAIN:
		return "the address is in none of the domains of CORPORATE_EMAIL_DOMAIN, so nobody "
		       "could register with it";
	case EMAIL_MALFORMED:
	case EMAIL_FOREIGN_LETTER:
	case EMAIL_TOO_LONG:
		break;
	}
	return "that is no e-mail address";
}

static void print(const struct wish *wish, const char *link, int64_t ends_us)
{
	char ends[64];
	cli_time(ends, sizeof ends, ends_us);
	if (wish->json) {
		json_t *out = json_pack("{s:s, s:f, s:s*}", "link", link, "ends_at",
		    (double)ends_us / 1e6, "email", wish->email);
		cli_json(out);
		return;
	}
	cli_say(stdout, "%s\n", link);
	struct buf code;
	buf_init(&code, QR_BYTES);
	if ((wish->qr || isatty(STDOUT_FILENO)) && qr_draw(link, &code))
		(void)fputs(buf_text(&code), stdout);
	buf_finish(&code);
	cli_say(stdout, "One person can register with it%s%s, until %s.\n",
	    wish->email ? ", as " : "", wish->email ? wish->email : "", ends);
}

static int invite(struct command_database *d, struct arena *a, const struct wish *wish)
{
	const char *key = NULL, *username;
	int64_t bot_id, ends_us;
	const char *fault = wish->email ? email_fault(&d->config, a, wish->email, &key) : NULL;
	if (fault) {
		cli_say(stderr, "salesreg rep: %s\n", fault);
		return EXIT_CODE_FAILED;
	}
	if (!operators_bot(&d->session, a, &bot_id, &username))
		return command_database_failed(d, "rep");
	if (!username || !*username) {
		(void)fputs("salesreg rep: the bot's name is not known yet; start `salesreg bot` "
			    "once, then repeat this\n",
		    stderr);
		return EXIT_CODE_FAILED;
	}
	const char *payload = invite_make(a);
	const struct invite_new fresh = {
	    .hash = link_token_hash(a, payload), .email_key = key, .days = wish->days};
	if (!invites_create_now(&d->session, a, &fresh, &ends_us))
		return command_database_failed(d, "rep");
	print(wish, invite_link(a, username, payload), ends_us);
	if (d->config.registration_approval != APPROVAL_BY_INVITATION)
		(void)fputs("Nobody needs it: REGISTRATION_APPROVAL is not invite here.\n", stderr);
	return EXIT_CODE_OK;
}

static int run_invite(struct cli *c)
{
	const struct wish wish = {.email = cli_value(c, "email", NULL),
	    .days = cli_number(c, "days", INVITE_DAYS),
	    .qr = cli_has(c, "qr"),
	    .json = cli_has(c, "json")};
	struct command_database d = {0};
	int code = command_database_open(&d, "rep");
	if (code == EXIT_CODE_OK)
		code = invite(&d, &c->arena, &wish);
	command_database_close(&d);
	return code;
}

static const struct cli_option invite_options[] = {
    {.name = "email", .value = "ADDRESS", .help = "good for this address only"},
    {.name = "days",
	.value = "N",
	.help = "how long it is good, 7 unless given, 90 at most",
	.least = 1,
	.most = INVITE_DAYS_MAX},
    {.name = "qr", .help = "the QR code where there is no terminal, too"},
    {.name = "json", .help = "as JSON, for programs"},
    {.name = NULL},
};

/* -- set-hours ---------------------------------------------------------------------------------------------------------- */

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

static void print_hours(struct cli *c, const struct hours_owner *owner, const struct hours_row *row)
{
	struct arena *a = &c->arena;
	int32_t days[HOURS_DAYS_OFF_MOST];
	struct hours hours;
	size_t count = days_unpack(row->days_off, days, HOURS_DAYS_OFF_MOST);
	(void)hours_unpack(row->hours, &hours);
	const char *shown = hours_print(a, &hours, DAY_NAMES);
	if (cli_has(c, "json")) {
		cli_json(json_pack(
		    "{s:s, s:s, s:s, s:b, s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "name",
		    owner->name ? owner->name : "", "email", owner->email ? owner->email : "",
		    "time_zone", row->zone, "own_time_zone", row->own_zone, "hours", shown,
		    "days_off", days_json(days, count), "slot_minutes",
		    (json_int_t)row->slot_minutes, "step_minutes", (json_int_t)row->step_minutes,
		    "buffer_before_minutes", (json_int_t)row->buffer_before_minutes,
		    "buffer_after_minutes", (json_int_t)row->buffer_after_minutes, "notice_minutes",
		    (json_int_t)row->notice_minutes, "horizon_days", (json_int_t)row->horizon_days,
		    "most_a_day", (json_int_t)row->most_a_day));
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
	cli_say(stdout, "Booked %lld min ahead at least, %lld days at most; a day: %s\n",
	    (long long)row->notice_minutes, (long long)row->horizon_days,
	    row->most_a_day ? arena_printf(a, "%lld at most", (long long)row->most_a_day)
			    : "as many as fit");
}

static int unknown_zone(const char *zone)
{
	struct buf near;
	buf_init(&near, 1024);
	time_zone_near(zone, &near);
	cli_say(stderr, "salesreg rep: PostgreSQL knows no time zone %s%s%s\n", zone,
	    near.size ? "; near ones: " : "", near.size ? buf_text(&near) : "");
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
	return read || c->given_count > cli_has(c, "json");
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
	const char *key = email_key(c->words[0], a);
	if (key && !hours_owner(&d->session, a, key, &owner))
		return command_database_failed(d, "rep");
	if (!key || !owner.id) {
		cli_say(stderr, "salesreg rep: no rep has the e-mail %s\n", c->words[0]);
		return EXIT_CODE_FAILED;
	}
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
		if (!hours_change(&d->session, a, owner.id, &change, &zone_is_known))
			return command_database_failed(d, "rep");
		if (!zone_is_known)
			return unknown_zone(change.zone);
		if (!hours_of_rep(&d->session, a, owner.id, here, &row))
			return command_database_failed(d, "rep");
	}
	print_hours(c, &owner, &row);
	return EXIT_CODE_OK;
}

static int run_set_hours(struct cli *c)
{
	if (c->count == 0)
		return cli_wrong(c, "it needs the EMAIL of a rep");
	struct command_database d = {0};
	int code = command_database_open(&d, "rep");
	if (code == EXIT_CODE_OK)
		code = set_hours(&d, c);
	command_database_close(&d);
	return code;
}

static const struct cli_option hours_options[] = {
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
	.help = "how many days ahead at most",
	.least = 1,
	.most = 60},
    {.name = "most-a-day",
	.value = "N",
	.help = "how many meetings a day at most; 0: as many as fit",
	.least = 0,
	.most = 100},
    {.name = "json", .help = "as JSON, for programs"},
    {.name = NULL},
};

static const struct cli_command commands[] = {
    {.name = "invite",
	.brief = "makes a link with which one person can register",
	.help = "Makes a link with which one person can register as a rep "
		"(REGISTRATION_APPROVAL=invite), "
		"and prints it, on a terminal with a QR code. The first who opens it has it; it "
		"cannot be "
		"shown again.",
	.options = invite_options,
	.run = run_invite},
    {.name = "set-hours",
	.arguments = "EMAIL [HOURS…]",
	.arguments_most = CLI_ANY_NUMBER,
	.brief = "when a rep can be met: mon-fri 10-13 14-19, off 2026-12-31",
	.help = "Sets when a rep can be met, and shows what is set. HOURS are as a person would "
		"write them, in English or Russian: \"mon-fri 10-13 14-19, sat 11-15\", "
		"\"weekdays 9am-5pm\"; they replace those there were. Days off are added by \"off "
		"2026-12-31\" or \"vacation dec 28 to jan 10\", and taken back by \"working "
		"2026-12-31\". With nothing to be set it only shows.",
	.options = hours_options,
	.run = run_set_hours},
    {.name = NULL},
};

const struct cli_command command_rep = {
    .name = "rep",
    .brief = "invites new reps; sets when reps can be met: invite, set-hours",
    .help = "Invites people to register as reps, where REGISTRATION_APPROVAL is invite, and sets "
	    "when reps can be met.",
    .commands = commands,
};
