/*
 * salesreg prospect why: each assignment of one prospect from what was stored with it, in words.
 */
#include "prospect_private.h"
#include "salesreg/role/cli/table.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/store/why.h"
#include <stdio.h>
#include <string.h>

/* What an assignment was decided by, as its event says it. */
static const struct {
	const char *rule, *words;
	bool in_turn; /* the reps of the round say why */
} rules[] = {
    {"round_robin", "whoever has been longest without a new prospect is next", true},
    {"least_loaded",
	"whoever has the fewest open prospects is next, and of several the one who has been "
	"longest "
	"without a new one",
	true},
    {"after a decline",
	"somebody had declined them: the next is the rep with room who has not, and has been "
	"longest "
	"without such a one; or who has this very person already",
	true},
    {"same person",
	"this rep had the same person as an open prospect already, or got them in the same round: "
	"that comes before turn and capacity",
	false},
    {"by hand", "somebody gave them to this rep by hand, and nothing was decided", false},
    {"own contact", "the rep chose them from their own contacts", false},
};

struct explained {
	const struct why_assignment *assignment;
	const char *rule, *words;
	struct why_rep *reps;
	size_t count;
	bool in_turn;
};

static bool explain(struct cli *c, struct command_database *d, const struct why_assignment *row,
    struct explained *out)
{
	*out = (struct explained){.assignment = row,
	    .rule = row->detail ? row->detail : row->rule,
	    .words = "how it was decided is not known any more"};
	for (size_t i = 0; out->rule && i < sizeof rules / sizeof *rules; i++)
		if (strcmp(rules[i].rule, out->rule) == 0) {
			out->words = rules[i].words;
			out->in_turn = rules[i].in_turn;
		}
	return !out->in_turn || !row->rule ||
	       why_reps(&d->session, &c->arena, row->id, &out->reps, &out->count);
}

static const char *name_of(const char *name, const char *rep)
{
	return name ? name : rep;
}

static json_t *rep_to_json(const struct why_rep *r)
{
	return json_pack("{ss ss? sI sI sI sb ss?}", "rep", r->rep, "name", r->name, "open",
	    (json_int_t)r->open, "capacity", (json_int_t)r->capacity, "given", (json_int_t)r->given,
	    "chosen", r->chosen, "why", r->why);
}

static json_t *known(int64_t number)
{
	return number > 0 ? json_integer(number) : json_null();
}

static json_t *reps_to_json(const struct explained *e)
{
	json_t *reps = json_array();
	for (size_t i = 0; i < e->count; i++)
		(void)json_array_append_new(reps, rep_to_json(&e->reps[i]));
	return reps;
}

static json_t *to_json(const struct explained *e)
{
	const struct why_assignment *a = e->assignment;
	return json_pack("{sI so ss ss? ss? ss so ss? so so so}", "assignment", (json_int_t)a->id,
	    "at", cli_json_time(a->started_us), "rep", a->rep, "name", a->name, "rule", e->rule,
	    "explanation", e->words, "ended_at", cli_json_time(a->ended_us), "reason", a->reason,
	    "prospects", known(a->prospects), "place", known(a->place), "reps", reps_to_json(e));
}

static const char *rep_cell(struct arena *a, const json_t *row)
{
	(void)a;
	return name_of(json_string_value(json_object_get(row, "name")),
	    json_string_value(json_object_get(row, "rep")));
}

static const char *open_cell(struct arena *a, const json_t *row)
{
	return arena_printf(a, "%lld of %lld",
	    (long long)(json_integer_value(json_object_get(row, "open")) +
			json_integer_value(json_object_get(row, "given"))),
	    (long long)json_integer_value(json_object_get(row, "capacity")));
}

static const char *what_cell(struct arena *a, const json_t *row)
{
	(void)a;
	const char *why = json_string_value(json_object_get(row, "why"));
	if (json_is_true(json_object_get(row, "chosen")))
		return "got them";
	if (!why)
		return "could have got them";
	return strcmp(why, "held") == 0 ? "passed over: another session held the row" : why;
}

static const struct cli_column columns[] = {
    {.key = "name", .heading = "REP", .is_long = true, .show = rep_cell},
    {.key = "open", .heading = "OPEN", .show = open_cell},
    {.key = "why", .heading = "WHAT", .is_long = true, .show = what_cell},
    {.key = NULL},
};

static void print_one(struct cli *c, const struct explained *e)
{
	const struct why_assignment *a = e->assignment;
	char at[64], ended[64];
	cli_time(at, sizeof at, a->started_us);
	cli_time(ended, sizeof ended, a->ended_us);
	cli_say(stdout, "%s: to %s (%s, assignment %lld)\n", at, name_of(a->name, a->rep),
	    e->rule ? e->rule : "unknown", (long long)a->id);
	cli_wrapped(arena_printf(&c->arena, "  %s.", e->words), 2);
	if (e->in_turn && !a->rule)
		cli_wrapped("  What the reps had then is not kept any more.", 2);
	else if (e->in_turn && a->prospects > 1)
		cli_wrapped(arena_printf(&c->arena, "  As prospect %lld of the %lld of that round:",
				(long long)a->place, (long long)a->prospects),
		    2);
	if (e->count > 0)
		cli_print(c, columns, json_pack("{so}", "reps", reps_to_json(e)), "reps");
	if (a->ended_us > 0)
		cli_say(stdout, "  ended %s: %s\n", ended, a->reason ? a->reason : "unknown");
}

int prospect_why(struct cli *c, struct command_database *d, const struct listed_prospect *found)
{
	struct why_assignment *rows;
	size_t count;
	if (!why_assignments(&d->session, &c->arena, found->id,
		cli_number(c, "limit", PROSPECTS_LISTED), &rows, &count))
		return command_database_failed(d, "prospect");
	struct explained *all = ARENA_ARRAY(&c->arena, struct explained, count + 1);
	for (size_t i = 0; i < count; i++)
		if (!explain(c, d, &rows[i], &all[i]))
			return command_database_failed(d, "prospect");
	if (cli_has(c, "json")) {
		json_t *assignments = json_array();
		for (size_t i = 0; i < count; i++)
			(void)json_array_append_new(assignments, to_json(&all[i]));
		cli_json(json_pack("{ss so}", "id", found->id, "assignments", assignments));
		return EXIT_CODE_OK;
	}
	for (size_t i = 0; i < count; i++) {
		(void)fputs(i > 0 ? "\n" : "", stdout);
		print_one(c, &all[i]);
	}
	if (count == 0)
		cli_say(stdout, "%s has never been assigned to a rep\n",
		    found->name && *found->name ? found->name : found->id);
	return EXIT_CODE_OK;
}
