/*
 * salesreg rep approve, reject, suspend, reactivate, remove, set-name, set-email, set-capacity, set-admin, pause, resume: one transaction each, of
 * the change, what the rep is told, and the row in salesreg.audit.
 */
#include "salesreg/domain/conversation/rep_change.h"
#include "rep_private.h"
#include "salesreg/base/time_zone.h"
#include "salesreg/domain/contact/name.h"
#include "salesreg/role/cli/table.h"
#include "salesreg/role/cli/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CAPACITY_DIGITS = 6 };

struct job {
	struct cli *c;
	struct command_database *d;
	struct rep_news news;
	enum rep_change_kind kind;
	const char *name, *email, *email_key; /* what is to be set, or NULL */
	int64_t capacity;                     /* 0: as everybody's */
	struct reject_why why;                /* of a rejection */
	int64_t pause_s;                      /* < 0: until a manager ends it; 0: it ends */
	bool admin;                           /* whether they are to be one */
	struct rep_now now;
	const char *who; /* "Anna (anna@example.org, @anna)" */
};

/* In the imperative, and what is said afterwards, behind who it is. */
static const struct {
	const char *order, *done;
	bool asks;
} words[REP_CHANGE_COUNT] = {
    [REP_CHANGE_APPROVE] = {"approve", "is approved, and gets prospects from now on", false},
    [REP_CHANGE_REJECT] = {"decline the application of", "is declined", true},
    [REP_CHANGE_SUSPEND] = {"suspend", "is suspended, and gets no prospects", true},
    [REP_CHANGE_REACTIVATE] = {"reactivate", "is active again, and gets prospects", false},
    [REP_CHANGE_REMOVE] = {"unregister", "is unregistered", true},
    [REP_CHANGE_SET_NAME] = {"change the name of", "has another name", false},
    [REP_CHANGE_SET_EMAIL] = {"change the e-mail address of", "has another e-mail address", false},
    [REP_CHANGE_SET_CAPACITY] = {"change the capacity of", "has another capacity", false},
    [REP_CHANGE_SET_ADMIN] = {"make an admin of", "is an admin", false},
    [REP_CHANGE_PAUSE] = {"pause", "gets no new prospects, and keeps those there are", false},
    [REP_CHANGE_RESUME] = {"resume", "gets new prospects again", false},
};

static enum rep_change_kind kind_of(const char *name)
{
	int kind = 0;
	while (strcmp(rep_change_name((enum rep_change_kind)kind), name) != 0)
		kind++;
	return (enum rep_change_kind)kind;
}

static bool goes_back(const struct job *j)
{
	return j->kind == REP_CHANGE_SUSPEND || j->kind == REP_CHANGE_REMOVE;
}

static const char *prospects_go(const struct job *j)
{
	if (!goes_back(j) || j->now.open == 0)
		return "";
	return arena_printf(&j->c->arena, "; %lld open prospect%s on to others",
	    (long long)j->now.open, j->now.open == 1 ? " goes" : "s go");
}

static bool sets_value(enum rep_change_kind kind)
{
	return kind == REP_CHANGE_SET_NAME || kind == REP_CHANGE_SET_EMAIL ||
	       kind == REP_CHANGE_SET_CAPACITY || kind == REP_CHANGE_SET_ADMIN;
}

static bool takes_admin(const struct job *j)
{
	return j->kind == REP_CHANGE_SET_ADMIN && !j->admin;
}

static const char *order(const struct job *j)
{
	return takes_admin(j) ? "take an admin's rights from" : words[j->kind].order;
}

/* An exit code; what is wrong with the value has been said. */
static int read_values(struct job *j)
{
	struct cli *c = j->c;
	const char *typed = "", *fault;
	j->why.typed = j->kind == REP_CHANGE_REJECT ? cli_value(c, "reason", NULL) : NULL;
	if (j->kind == REP_CHANGE_PAUSE)
		j->pause_s = cli_seconds(c, "for", -1);
	if (!sets_value(j->kind) || j->kind == REP_CHANGE_SET_CAPACITY ||
	    j->kind == REP_CHANGE_SET_ADMIN)
		return EXIT_CODE_OK;
	if (j->kind == REP_CHANGE_SET_EMAIL) {
		fault = rep_email_fault(
		    &j->d->config, &c->arena, c->words[1], &j->email, &j->email_key);
		if (fault)
			cli_say(stderr, "salesreg rep: %s\n", fault);
		return fault ? EXIT_CODE_FAILED : EXIT_CODE_OK;
	}
	for (size_t i = 1; i < c->count; i++)
		typed = arena_printf(&c->arena, "%s%s%s", typed, i > 1 ? " " : "", c->words[i]);
	enum name_verdict verdict = name_check(typed, &c->arena, &j->name);
	if (j->name)
		return EXIT_CODE_OK;
	cli_say(
	    stderr, "salesreg rep: that is no name of a person: %s\n", name_verdict_name(verdict));
	return EXIT_CODE_FAILED;
}

/* By whom, if that is known: two may be at it at once. */
static const char *lately(struct job *j)
{
	struct arena *a = &j->c->arena;
	struct audit_listed *rows;
	size_t count;
	char at[64];
	if (!audit_list(&j->d->session, a, j->now.id, NULL, 0, 1, &rows, &count) || count == 0)
		return "";
	cli_time(at, sizeof at, rows[0].at_us);
	return arena_printf(a, "; the last change was %s, by %s %s, at %s", rows[0].action,
	    rows[0].actor, rows[0].who_name ? rows[0].who_name : rows[0].who, at);
}

static bool fits_admin(struct job *j)
{
	if (j->now.is_admin == j->admin) {
		cli_say(stderr, "salesreg rep: %s is %s%s\n", j->who,
		    j->admin ? "an admin already"
		    : rep_is_configured_admin(&j->d->config, j->now.telegram_id)
			? "an admin by ADMIN_TELEGRAM_IDS; take the account out there"
			: "no admin",
		    lately(j));
		return false;
	}
	return true;
}

/* What would only bring the rep a message of nothing new. */
static bool is_so_already(const struct job *j)
{
	const struct rep_now *now = &j->now;
	if (j->name || j->email) {
		const char *has = j->name ? now->name : now->email;
		return has && strcmp(has, j->name ? j->name : j->email) == 0;
	}
	if (j->kind == REP_CHANGE_PAUSE)
		return now->paused && now->paused_until_us == 0 && j->pause_s < 0;
	return j->kind == REP_CHANGE_SET_CAPACITY && now->capacity == j->capacity;
}

/* Whether the rep, as it is now, can be changed so; else it has been said why not. */
static bool fits(struct job *j, enum rep_status status)
{
	const char *holder, *holder_status;
	if (!rep_change_fits(j->kind, status)) {
		cli_say(stderr, "salesreg rep: %s has the status %s, so there is nothing to %s%s\n",
		    j->who, j->now.status ? j->now.status : "(none)", rep_change_name(j->kind),
		    lately(j));
		return false;
	}
	if (j->kind == REP_CHANGE_RESUME && !j->now.paused) {
		cli_say(stderr, "salesreg rep: %s is not paused%s\n", j->who, lately(j));
		return false;
	}
	if (is_so_already(j)) {
		cli_say(stderr, "salesreg rep: %s is so already%s\n", j->who, lately(j));
		return false;
	}
	if (j->kind == REP_CHANGE_SET_ADMIN)
		return fits_admin(j);
	if (!j->email)
		return true;
	if (!rep_changes_holder(
		&j->d->session, &j->c->arena, j->email_key, j->now.id, &holder, &holder_status)) {
		(void)command_database_failed(j->d, "rep");
		return false;
	}
	if (holder)
		cli_say(stderr,
		    "salesreg rep: %s is the e-mail address of %s, whose status is %s\n", j->email,
		    holder, holder_status ? holder_status : "(none)");
	return !holder;
}

/* What an open prospect counts against. */
static int64_t capacity_of(const struct job *j, int64_t own)
{
	return own ? own : (int64_t)j->news.rules.max_prospects;
}

static json_t *pause_json(bool paused, int64_t until_us)
{
	return !paused    ? json_null()
	       : until_us ? cli_json_time(until_us)
			  : json_string("until resumed");
}

/* What salesreg.audit says of it: {"status": …}, or whatever else is changed. */
static json_t *values(const struct job *j, const char *status, bool after, int64_t until_us)
{
	switch (j->kind) {
	case REP_CHANGE_APPROVE:
	case REP_CHANGE_REJECT:
	case REP_CHANGE_SUSPEND:
	case REP_CHANGE_REACTIVATE:
	case REP_CHANGE_REMOVE:
	case REP_CHANGE_COUNT:
		break;
	case REP_CHANGE_SET_NAME:
		return json_pack("{ss?}", "name", after ? j->name : j->now.name);
	case REP_CHANGE_SET_EMAIL:
		return json_pack("{ss?}", "email", after ? j->email : j->now.email);
	case REP_CHANGE_SET_CAPACITY:
		return json_pack("{sI}", "capacity",
		    (json_int_t)capacity_of(j, after ? j->capacity : j->now.capacity));
	case REP_CHANGE_SET_ADMIN:
		return json_pack("{sb}", "admin", after ? j->admin : j->now.is_admin);
	case REP_CHANGE_PAUSE:
	case REP_CHANGE_RESUME:
		return json_pack("{so}", "paused_until",
		    after ? pause_json(j->pause_s != 0, until_us)
			  : pause_json(j->now.paused, j->now.paused_until_us));
	}
	return json_pack("{ss? ss*}", "status", status, "reason",
	    after ? reject_why_text(
			&j->news.rules, j->news.rules.default_locale, j->why, &j->c->arena)
		  : NULL);
}

/* "2026-12-31 18:00:00 (Asia/Makassar)" */
static const char *moment(struct arena *a, int64_t us)
{
	char at[64], zone[TIME_ZONE_SIZE];
	cli_time(at, sizeof at, us);
	return arena_printf(a, "%s (%s)", at, time_zone_here(zone));
}

static bool changes_status(enum rep_change_kind kind)
{
	return !sets_value(kind) && kind != REP_CHANGE_PAUSE && kind != REP_CHANGE_RESUME;
}

/* The change itself. */
static bool make_change(struct job *j, const char *status, int64_t *until_us)
{
	struct arena *a = &j->c->arena;
	struct db_session *s = &j->d->session;
	struct db_plan *plan = ARENA_NEW(a, struct db_plan);
	const struct rep_change change = {.rep = j->now.id,
	    .from = j->now.status ? j->now.status : "",
	    .to = status,
	    .name = j->name,
	    .email = j->email,
	    .email_key = j->email_key};
	*until_us = 0;
	if (j->kind == REP_CHANGE_SET_CAPACITY)
		return rep_changes_capacity(s, a, j->now.id, j->capacity);
	if (j->kind == REP_CHANGE_SET_ADMIN)
		return rep_changes_admin(s, j->now.id, j->admin);
	if (j->kind == REP_CHANGE_PAUSE || j->kind == REP_CHANGE_RESUME)
		return rep_changes_pause(s, a, j->now.id, j->pause_s, until_us);
	plan->count = 0;
	rep_changes_plan(plan, a, &change);
	return rep_changes_run(s, plan);
}

/* What the rep reads of it. */
static bool tell(struct job *j, enum text_id told, const char *detail)
{
	struct rep_now then = j->now;
	if (j->name)
		then.name = j->name;
	if (j->email)
		then.email = j->email;
	return rep_news_tell(&j->news, j->d, &j->c->arena, &then, told, detail);
}

/* What a change comes to; `of` if it decides about an application. */
struct verdict {
	enum rep_change_kind kind;
	enum text_id told;
	bool decides;
	struct application_verdict of;
};

/* Within the transaction: the change, what people read, the row in salesreg.audit. *detail: what was set, for a person. */
static bool write_all(
    struct job *j, enum rep_status to, const struct verdict *verdict, const char **detail)
{
	struct arena *a = &j->c->arena;
	const char *status = changes_status(j->kind) ? rep_status_name(to) : NULL;
	enum text_id told = verdict->told;
	int64_t until_us;
	*detail = NULL;
	if (!make_change(j, status, &until_us))
		return false;
	*detail = j->name ? j->name : j->email;
	if (j->kind == REP_CHANGE_SET_CAPACITY)
		*detail = arena_printf(a, "%lld", (long long)capacity_of(j, j->capacity));
	if (takes_admin(j))
		told = TEXT_REP_ADMIN_RIGHTS_OVER;
	if (until_us) {
		*detail = moment(a, until_us);
		told = TEXT_REP_PAUSED_UNTIL;
	}
	const struct audit_actor me = command_operator(a, j->c->name);
	const struct audit_entry entry = {.action = rep_change_name(verdict->kind),
	    .rep = j->now.id,
	    .before = audit_json(a, values(j, j->now.status, false, 0)),
	    .after = audit_json(a, values(j, status, true, until_us))};
	bool is_told = verdict->decides ? rep_news_decided(&j->news, j->d, a, &j->now, verdict->of,
					      me.user, j->why)
					: tell(j, told, *detail);
	return is_told && audit_write(&j->d->session, a, &me, &entry);
}

static void say_done(struct job *j, enum rep_change_kind kind, bool unproven, const char *detail)
{
	cli_say(stdout, "%s %s%s%s%s.\n", j->who,
	    takes_admin(j) ? "is no admin any more" : words[kind].done,
	    !detail                    ? ""
	    : kind == REP_CHANGE_PAUSE ? ", until "
				       : ": ",
	    detail ? detail : "", prospects_go(j));
	if (unproven)
		(void)puts(
		    "Nobody has proven that the e-mail address is theirs, as SMTP_URL asks for: "
		    "they can register once more, with a code.");
	rep_news_say(j->d, &j->c->arena, &j->now);
}

/* The rep is locked. An exit code. */
static int decide_and_write(struct job *j, bool dry_run)
{
	enum rep_status status;
	(void)rep_status_from_name(j->now.status, &status);
	int code = fits(j, status) ? EXIT_CODE_OK : EXIT_CODE_FAILED;
	if (code == EXIT_CODE_OK && (goes_back(j) || takes_admin(j)))
		code = rep_leaves_an_admin(j->d, &j->now, j->who);
	if (code != EXIT_CODE_OK)
		return code;
	struct verdict verdict = {.kind = j->kind, .told = rep_change_told(j->kind)};
	if (j->kind == REP_CHANGE_APPROVE || j->kind == REP_CHANGE_REJECT) {
		verdict.of = application_decide(
		    &j->news.rules, j->kind == REP_CHANGE_APPROVE, j->now.proven);
		verdict.kind = verdict.of.approved ? REP_CHANGE_APPROVE : REP_CHANGE_REJECT;
		verdict.told = verdict.of.told;
		verdict.decides = true;
	}
	const char *detail;
	if (!write_all(j, rep_change_status(verdict.kind, status), &verdict, &detail)) {
		if (j->email && strcmp(j->d->session.sqlstate, "23505") == 0) {
			cli_say(stderr, "salesreg rep: somebody has just taken %s\n", j->email);
			return EXIT_CODE_FAILED;
		}
		return command_database_failed(j->d, "rep");
	}
	if (dry_run) { /* which the end of the session undoes */
		cli_say(stdout, "Would %s %s%s. Nothing was changed (--dry-run).\n", order(j),
		    j->who, prospects_go(j));
		return EXIT_CODE_OK;
	}
	if (!audit_commit(&j->d->session))
		return command_database_failed(j->d, "rep");
	say_done(j, verdict.kind, verdict.of.unproven, detail);
	return verdict.of.unproven ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}

/* Of the rep as it is now. */
static const char *named(struct arena *a, const struct managed_rep *rep, const struct rep_now *now)
{
	return arena_printf(a, "%s (%s, %s)", now->name ? now->name : "-",
	    now->email ? now->email : "-", rep_telegram(a, rep));
}

static int change(struct job *j)
{
	struct arena *a = &j->c->arena;
	struct managed_rep found = {0};
	bool is_there, dry_run = cli_has(j->c, "dry-run");
	int code = rep_find(j->d, j->c, sets_value(j->kind) ? 1 : j->c->count, &found);
	if (code != EXIT_CODE_OK)
		return code;
	if (words[j->kind].asks && !dry_run) {
		j->now =
		    (struct rep_now){.name = found.name, .email = found.email, .open = found.open};
		const char *question =
		    arena_printf(a, "%c%s %s%s?", words[j->kind].order[0] - ('a' - 'A'),
			words[j->kind].order + 1, named(a, &found, &j->now), prospects_go(j));
		if (!cli_confirmed(j->c, question))
			return EXIT_CODE_FAILED;
	}
	if (!audit_begin(&j->d->session) ||
	    !rep_changes_lock(&j->d->session, a, found.id, &is_there, &j->now))
		return command_database_failed(j->d, "rep");
	if (!is_there) {
		cli_say(stderr, "salesreg rep: %s was deleted just now\n", found.id);
		return EXIT_CODE_FAILED;
	}
	j->who = named(a, &found, &j->now);
	return decide_and_write(j, dry_run);
}

/* The same. */
static bool read_admin(struct job *j)
{
	j->admin = strcmp(j->c->words[1], "on") == 0;
	if (!j->admin && strcmp(j->c->words[1], "off") != 0)
		return cli_wrong(j->c, "%s: it is on or off", j->c->words[1]) == EXIT_CODE_OK;
	return true;
}

/* False: a usage error, which has been said. */
static bool read_capacity(struct job *j)
{
	const char *typed = j->c->words[1];
	size_t digits = strspn(typed, "0123456789");
	if (strcmp(typed, "default") == 0)
		return true;
	if (digits > 0 && digits <= CAPACITY_DIGITS && !typed[digits])
		j->capacity = strtoll(typed, NULL, 10);
	if (j->capacity == 0)
		(void)cli_wrong(j->c, "%s: it is a number from 1 to 999999, or default", typed);
	return j->capacity > 0;
}

int rep_run_change(struct cli *c)
{
	struct command_database d = {0};
	struct job j = {.c = c, .d = &d, .kind = kind_of(c->command->name)};
	if (c->count == 0)
		return cli_wrong(c, "which rep? WHO is missing");
	if (c->count == 1 && sets_value(j.kind))
		return cli_wrong(c, "the new %s is missing",
		    j.kind == REP_CHANGE_SET_NAME    ? "NAME"
		    : j.kind == REP_CHANGE_SET_EMAIL ? "ADDRESS"
		    : j.kind == REP_CHANGE_SET_ADMIN ? "word, on or off,"
						     : "N");
	if ((j.kind == REP_CHANGE_SET_CAPACITY && !read_capacity(&j)) ||
	    (j.kind == REP_CHANGE_SET_ADMIN && !read_admin(&j)))
		return EXIT_CODE_USAGE;
	int code = command_database_open(&d, "rep");
	if (code == EXIT_CODE_OK)
		code = read_values(&j);
	if (code == EXIT_CODE_OK)
		code = rep_news_open(&j.news, &d, &c->arena);
	if (code == EXIT_CODE_OK)
		code = change(&j);
	rep_news_close(&j.news);
	command_database_close(&d);
	return code;
}

const struct cli_option rep_change_options[] = {
    CLI_DRY_RUN_OPTION,
    {.name = NULL},
};
const struct cli_option rep_pause_options[] = {
    {.name = "for",
	.value = "TIME",
	.is_time = true,
	.help = "for so long, as 12h, 7d or 2w; else until rep resume"},
    CLI_DRY_RUN_OPTION,
    {.name = NULL},
};
const struct cli_option rep_reject_options[] = {
    {.name = "reason", .value = "TEXT", .help = "why: the applicant and the admins read it"},
    CLI_YES_OPTION,
    CLI_DRY_RUN_OPTION,
    {.name = NULL},
};
const struct cli_option rep_change_sure_options[] = {
    CLI_YES_OPTION,
    CLI_DRY_RUN_OPTION,
    {.name = NULL},
};
