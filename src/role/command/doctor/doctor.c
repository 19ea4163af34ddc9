#include "salesreg/app/doctor/doctor.h"
#include "salesreg/app/bot/poller.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/role/command/doctor/takeover.h"
#include "salesreg/role/command/sockets.h"
#include "salesreg/role/role.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What runs here, as `salesreg status` sees it ----------------------------------------------------------------------------*/

static void look_at_process(struct doctor *d, const struct ipc_status *row)
{
	struct arena *a = d->arena;
	const char *why = arena_strdup(a, *row->why ? row->why : row->last_death);
	if (!row->up)
		doctor_find(d, (struct finding){SEVERITY_SERIOUS, "processes", "not-ready",
				   arena_printf(a, "%s is not ready: %s", row->role, row->state),
				   *why ? why : "it has yet to say so", "look at its log"});
	else if (strstr(row->why, POLLER_WHY_CONFLICT))
		doctor_find(d,
		    (struct finding){SEVERITY_SERIOUS, "telegram", "second-poller",
			"another program polls with this token",
			"Telegram refuses the bot's polls because of another one",
			"stop the other one (the old Python system, a copy on another machine, or "
			"one with another database), or give each a bot of its own from "
			"@BotFather"});
	else if (row->health != IPC_HEALTH_OK)
		doctor_find(d, (struct finding){SEVERITY_WARNING, "processes", "degraded",
				   arena_printf(a, "%s runs, and is degraded", row->role),
				   *why ? why : "it does not say why", "look at its log"});
}

static void look_at_run_dir(struct doctor *d, const char *dir)
{
	struct stat found;
	const char *path = arena_strdup(d->arena, dir);
	if (stat(dir, &found) != 0)
		return; /* made when something starts */
	/* root reads everybody's, and `status` as root sees what runs there */
	bool foreign = found.st_uid != geteuid() && geteuid() != 0;
	if (!S_ISDIR(found.st_mode) || foreign || (found.st_mode & 0077) != 0)
		doctor_find(d,
		    (struct finding){SEVERITY_WARNING, "processes", "run-dir",
			arena_printf(
			    d->arena, "the run directory %s is not this user's alone", path),
			"then no control socket is made in it, and `salesreg status` sees nothing",
			arena_printf(d->arena,
			    "run doctor as the user of the workers, or chown %u and chmod 700 it, "
			    "or set SALESREG_RUN_DIR",
			    (unsigned)geteuid())});
	doctor_disk(d, path, "the run directory", "control sockets cannot be made on a full disk");
}

static void look_at_processes(struct doctor *d)
{
	struct sockets *s = ARENA_NEW(d->arena, struct sockets);
	if (!run_dir_find(d->config.run_dir, s->dir, s->message, sizeof s->message)) {
		doctor_find(
		    d, (struct finding){SEVERITY_WARNING, "processes", "run-dir", s->message,
			   "no control socket can be made, and `salesreg status` sees "
			   "nothing",
			   "set SALESREG_RUN_DIR to a shorter path"});
		return;
	}
	look_at_run_dir(d, s->dir);
	sockets_status(s, NULL);
	for (size_t i = 0; i < s->count; i++)
		look_at_process(d, &s->rows[i]);
	if (s->distrusted) {
		doctor_left_out(d, "processes", s->message);
		return;
	}
	doctor_checked(d, "processes",
	    arena_printf(
		d->arena, "%zu process%s in %s", s->count, s->count == 1 ? "" : "es", s->dir));
}

/* Saying it --------------------------------------------------------------------------------------------------------------*/

static void print_facts(
    struct doctor *d, const char *head, const struct doctor_fact *facts, size_t count, bool area)
{
	const char *line = head;
	for (size_t i = 0; i < count; i++)
		line = arena_printf(d->arena, "%s%s%s%s%s", line, i ? "; " : "",
		    area ? facts[i].area : "", area ? ": " : "", facts[i].text);
	if (count > 0)
		cli_wrapped(line, 4);
}

static void print_finding(struct doctor *d, const struct finding *f)
{
	struct arena *a = d->arena;
	cli_wrapped(arena_printf(a, "%s: %s: %s", gravity_name(f->severity), f->area,
			cli_line(a, f->what, 400)),
	    4);
	cli_wrapped(arena_printf(a, "  why: %s", cli_line(a, f->why, 400)), 7);
	cli_wrapped(arena_printf(a, "  fix: %s", f->fix), 7);
}

static void print_text(struct doctor *d)
{
	for (int severity = SEVERITY_SERIOUS; severity > SEVERITY_NOTHING; severity--)
		for (size_t i = 0; i < d->count; i++) {
			const struct finding *f = &d->findings[i];
			if (f->severity == (enum severity)severity)
				print_finding(d, f);
		}
	print_facts(d, "checked: ", d->checked, d->checked_count, false);
	print_facts(d, "skipped: ", d->skipped, d->skipped_count, true);
	size_t serious = doctor_count(d, SEVERITY_SERIOUS);
	size_t warnings = doctor_count(d, SEVERITY_WARNING);
	if (serious + warnings == 0 && d->incomplete)
		(void)puts("not everything could be checked; nothing is wrong with the rest");
	else if (serious + warnings == 0)
		(void)puts("ok: nothing is wrong");
	else
		(void)printf(
		    "%zu serious, %zu warning%s\n", serious, warnings, warnings == 1 ? "" : "s");
}

static json_t *facts_to_json(const struct doctor_fact *facts, size_t count, const char *name)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(
		    list, json_pack("{ss ss}", "area", facts[i].area, name, facts[i].text));
	return list;
}

static void print_json(const struct doctor *d)
{
	json_t *findings = json_array();
	for (size_t i = 0; i < d->count; i++) {
		const struct finding *f = &d->findings[i];
		(void)json_array_append_new(findings,
		    json_pack("{ss ss ss ss ss ss}", "severity", gravity_name(f->severity), "area",
			f->area, "code", f->code, "what", f->what, "why", f->why, "fix", f->fix));
	}
	cli_json(json_pack("{sI sI sI sb so so so}", "serious",
	    (json_int_t)doctor_count(d, SEVERITY_SERIOUS), "warnings",
	    (json_int_t)doctor_count(d, SEVERITY_WARNING), "notes",
	    (json_int_t)doctor_count(d, SEVERITY_NOTE), "complete", !d->incomplete, "findings",
	    findings, "checked", facts_to_json(d->checked, d->checked_count, "fact"), "skipped",
	    facts_to_json(d->skipped, d->skipped_count, "why")));
}

static int run(struct cli *c)
{
	if (cli_has(c, "takeover"))
		return doctor_takeover(c);
	struct doctor *d = ARENA_NEW(&c->arena, struct doctor);
	d->arena = &c->arena;
	d->no_poll = cli_has(c, "no-poll");
	doctor_configuration(d);
	doctor_database(d);
	doctor_telegram(d);
	doctor_mail(d);
	doctor_google(d);
	look_at_processes(d);
	bool serious = doctor_count(d, SEVERITY_SERIOUS) > 0;
	if (cli_has(c, "json"))
		print_json(d);
	else
		print_text(d);
	doctor_finish(d);
	return serious ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}

static const struct cli_option options[] = {
    {.name = "json", .help = "as JSON, for programs"},
    {.name = "no-poll", .help = "does not poll Telegram"},
    {.name = "takeover",
	.help = "instead of that: what an older system left in the database, and what migrating "
		"makes of it",
	.without = "no-poll"},
    {.name = NULL},
};

const struct cli_command command_doctor = {
    .name = "doctor",
    .brief = "what is wrong, why, and how to fix it (--json)",
    .help = "Checks the configuration, the database, Telegram, the mail server, Google, the "
	    "processes and "
	    "the disk. Each "
	    "finding has a severity, the problem, its cause or effect, and a fix. Changes nothing, "
	    "mails nothing. "
	    "Exit code 1 if a finding is serious.\n"
	    "If no bot is active, it polls Telegram for five seconds to find out whether another "
	    "program is polling, "
	    "which may then miss one poll (no update is lost); --no-poll skips this.",
    .options = options,
    .run = run,
};
