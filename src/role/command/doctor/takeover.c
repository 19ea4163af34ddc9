#include "salesreg/role/command/doctor/takeover.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/role/database.h"
#include "salesreg/role/role.h"
#include "salesreg/store/takeover.h"
#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* A kind of thing: what it is, "%lld" of it, and what comes of it. which: "%s" in `what` */
static const struct {
	const char *code, *what, *then;
} meanings[] = {
    {"rep_no_email", "reps without an e-mail address",
	"they stay, and cannot prove who they are by it"},
    {"rep_same_email", "e-mail addresses that several reps have",
	"the oldest row at work keeps it; the others stay, without it as a proof"},
    {"rep_same_account", "Telegram accounts that several rows have",
	"the bot knows the one at work; salesreg rep merge makes them one"},
    {"rep_no_account", "reps without a Telegram account",
	"nobody can write to them: they get no prospects until they register"},
    {"rep_admin", "reps at work whose row says is_admin",
	"they approve reps, and see and change everybody's prospects in the chat, from the start; "
	"salesreg rep set-admin WHO off takes that back"},
    {"prospect_waits", "open prospects without a rep",
	"they are assigned as soon as salesreg outreach runs, the oldest first"},
    {"prospect_held", "open prospects of reps at work", "they stay there, and nobody is told anew"},
    {"prospect_of_gone", "open prospects of reps who are not at work",
	"they stay there: salesreg prospect unassign, or assigned_rep_id = NULL, has them "
	"assigned"},
    {"prospect_orphan", "open prospects of a rep who does not exist",
	"they stay so: salesreg prospect unassign has them assigned"},
    {"prospect_same_contact", "Telegram contacts that several prospects have",
	"they are one person: whoever has one of them gets the others"},
    {"prospect_same_email", "e-mail addresses that several prospects have",
	"they are one person: whoever has one of them gets the others"},
    {"prospect_no_contact", "prospects without any contact", "reps are told that there is none"},
    {"prospect_ahead", "prospects that came later than now",
	"their times have no zone, and were written by a clock of another one: set the database's "
	"TimeZone to that program's, or the columns to timestamptz"},
};

static const char *const rep_statuses[] = {"active", "pending", "suspended", "removed", NULL};
static const char *const prospect_statuses[] = {
    "unreached", "contacted", "in_conversation", "converted", "archived", NULL};

static bool is_among(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(*words, word) == 0)
			return true;
	return false;
}

/* NULL: it means what it says. */
static const char *odd_status(const struct takeover_fact *f)
{
	bool rep = strcmp(f->code, "rep_status") == 0;
	if (is_among(f->which, rep ? rep_statuses : prospect_statuses))
		return NULL;
	if (strcmp(f->which, "(none)") == 0)
		return rep ? "not at work" : "neither open nor closed: nobody gets them";
	return rep ? "no status of salesreg's: not at work until it is changed"
		   : "no status of salesreg's: neither open nor closed, nobody gets them";
}

static const char *sentence(struct arena *a, const struct takeover_fact *f)
{
	bool status = strcmp(f->code, "rep_status") == 0 || strcmp(f->code, "prospect_status") == 0;
	const char *odd = status ? odd_status(f) : NULL;
	if (status)
		return arena_printf(a, "%lld %s%s%s", (long long)f->count, f->which,
		    odd ? ": " : "", odd ? odd : "");
	for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
		if (strcmp(meanings[i].code, f->code) == 0) {
			bool ahead = strcmp(f->code, "prospect_ahead") == 0;
			const char *which =
			    !f->which ? ""
			    : ahead   ? arena_printf(a, " (by %s hours at most)", f->which)
				      : arena_printf(a, " (%s…)", f->which);
			return arena_printf(a, "%lld %s%s: %s", (long long)f->count,
			    meanings[i].what, which, meanings[i].then);
		}
	return arena_printf(a, "%lld %s", (long long)f->count, f->code);
}

static void print_facts(
    struct arena *a, const char *head, const struct takeover_fact *rows, size_t count)
{
	if (count == 0)
		return;
	(void)printf("%s: %lld\n", head, (long long)rows[0].count);
	for (size_t i = 1; i < count; i++)
		cli_wrapped(arena_printf(a, "  %s", cli_line(a, sentence(a, &rows[i]), 400)), 4);
}

static void print_plan(struct arena *a, const struct takeover_tables *t)
{
	if (t->migrated) {
		(void)puts("It has been migrated already.");
		return;
	}
	(void)puts("salesreg migrate:");
	cli_wrapped(
	    "  makes the schema salesreg with its tables, and indexes and triggers on these two",
	    4);
	if (t->missing)
		cli_wrapped(
		    arena_printf(a, "  adds columns that are not there: %s", t->missing), 4);
	if (!t->reps || !t->prospects)
		cli_wrapped(arena_printf(a, "  makes public.%s, which is not there",
				!t->reps ? "sales_representatives" : "test_prospects"),
		    4);
	cli_wrapped(
	    "  changes no row: ids, names, contacts, statuses, times and who has whom stay", 4);
	cli_wrapped(
	    "  the older program may go on writing; two bots with one token may not: stop its "
	    "bot first",
	    4);
	if (t->naive)
		cli_wrapped(arena_printf(a,
				"  reads times without a zone (%s) as of the server's TimeZone, %s",
				t->naive, t->zone),
		    4);
}

static json_t *to_json(struct arena *a, const struct takeover_fact *rows, size_t count)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(
		    list, json_pack("{ss sI ss? ss}", "code", rows[i].code, "count",
			      (json_int_t)rows[i].count, "which", rows[i].which, "what",
			      sentence(a, &rows[i])));
	return list;
}

static int look(struct cli *c, struct command_database *d)
{
	struct arena *a = &c->arena;
	struct takeover_tables t;
	struct takeover_fact *reps = NULL, *prospects = NULL;
	size_t rep_count = 0, prospect_count = 0;
	struct db_session *s = &d->session;
	if (!takeover_begin(s) || !takeover_tables(s, a, &t) ||
	    (t.reps && !takeover_reps(s, a, &reps, &rep_count)) ||
	    (t.reps && t.prospects && !takeover_prospects(s, a, &prospects, &prospect_count)))
		return command_database_failed(d, "doctor");
	if (cli_has(c, "json")) {
		cli_json(json_pack("{ss sb ss? ss? ss so so}", "database", t.database, "migrated",
		    (int)t.migrated, "missing_columns", t.missing, "times_without_zone", t.naive,
		    "time_zone", t.zone, "reps", to_json(a, reps, rep_count), "prospects",
		    to_json(a, prospects, prospect_count)));
		return EXIT_CODE_OK;
	}
	if (!t.reps && !t.prospects) {
		cli_say(stdout,
		    "The database %s has no tables of an older system; salesreg migrate begins "
		    "anew.\n",
		    t.database);
		return EXIT_CODE_OK;
	}
	cli_say(stdout, "What an older system left in the database %s, and what comes of it:\n\n",
	    t.database);
	print_facts(a, "Representatives", reps, rep_count);
	print_facts(a, "Prospects", prospects, prospect_count);
	(void)putchar('\n');
	print_plan(a, &t);
	return EXIT_CODE_OK;
}

int doctor_takeover(struct cli *c)
{
	struct command_database d = {0};
	int code = command_database_open(&d, "doctor");
	if (code == EXIT_CODE_OK)
		code = look(c, &d);
	command_database_close(&d);
	return code;
}
