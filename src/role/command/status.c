#include "salesreg/base/clock.h"
#include "salesreg/base/json.h"
#include "salesreg/role/cli/table.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/role/command/sockets.h"
#include "salesreg/role/role.h"
#include <jansson.h>
#include <stdio.h>
#include <string.h>

static json_t *number_or_null(int64_t value)
{
	return value < 0 ? json_null() : json_integer(value);
}

static json_t *row_to_json(const struct ipc_status *row)
{
	return json_pack("{ss ss sb ss ss so so si so ss so so si so so sI sb}", "role", row->role,
	    "state", row->state, "up", row->up, "health", ipc_health_name(row->health), "why",
	    row->why, "pid", row->pid ? json_integer(row->pid) : json_null(), "since",
	    cli_json_time(row->since_us), "restarts", (int)row->restarts, "last_death_at",
	    cli_json_time(row->last_death_us), "last_death", row->last_death, "pss_kib",
	    number_or_null(row->pss_kib), "rss_kib", number_or_null(row->rss_kib), "lag_ms",
	    (int)row->lag_ms, "outbox_backlog", number_or_null(row->outbox_backlog),
	    "outbox_oldest_ms", number_or_null(row->outbox_oldest_ms), "progress",
	    (json_int_t)row->progress, "leads", row->leads);
}

static int64_t number_of(const json_t *row, const char *key)
{
	return json_get_i64(row, key, -1);
}

static bool runs(const json_t *row)
{
	return number_of(row, "pid") >= 0;
}

static const char *role_cell(struct arena *a, const json_t *row)
{
	return arena_printf(a, "%s%s", json_get_text(a, row, "role"),
	    json_get_bool(row, "leads", false) ? " *" : "");
}

static const char *health_cell(struct arena *a, const json_t *row)
{
	return json_get_bool(row, "up", false) ? json_get_text(a, row, "health") : NULL;
}

static const char *since_cell(struct arena *a, const json_t *row)
{
	double since = json_number_value(json_object_get(row, "since"));
	return cli_age_cell(a, since > 0 ? clock_wall_us() / 1000 - (int64_t)(since * 1000) : 0);
}

static const char *mib_cell(struct arena *a, int64_t kib)
{
	return kib < 0 ? NULL
		       : arena_printf(a, "%lld.%lldM", (long long)kib / 1024,
			     (long long)kib % 1024 * 10 / 1024);
}

static const char *pss_cell(struct arena *a, const json_t *row)
{
	return runs(row) ? mib_cell(a, number_of(row, "pss_kib")) : NULL;
}

static const char *rss_cell(struct arena *a, const json_t *row)
{
	return runs(row) ? mib_cell(a, number_of(row, "rss_kib")) : NULL;
}

static const char *lag_cell(struct arena *a, const json_t *row)
{
	return runs(row) ? arena_printf(a, "%lldms", (long long)number_of(row, "lag_ms")) : NULL;
}

static const char *outbox_cell(struct arena *a, const json_t *row)
{
	int64_t backlog = number_of(row, "outbox_backlog");
	int64_t oldest_ms = number_of(row, "outbox_oldest_ms");
	if (backlog < 0)
		return NULL;
	return oldest_ms > 0
		   ? arena_printf(a, "%lld (%s)", (long long)backlog, cli_age_cell(a, oldest_ms))
		   : arena_printf(a, "%lld", (long long)backlog);
}

static const char *death_cell(struct arena *a, const json_t *row)
{
	const char *at = cli_time_cell(a, row, "last_death_at");
	return arena_printf(a, "%s %s", *at ? at : "-", json_get_text(a, row, "last_death"));
}

static const struct cli_column columns[] = {
    {.key = "role", .heading = "ROLE", .show = role_cell},
    {.key = "state", .heading = "STATE"},
    {.key = "up"},
    {.key = "health", .heading = "HEALTH", .show = health_cell},
    {.key = "why"},
    {.key = "pid", .heading = "PID"},
    {.key = "since", .heading = "SINCE", .show = since_cell},
    {.key = "restarts", .heading = "RESTARTS"},
    {.key = "pss_kib", .heading = "PSS", .show = pss_cell},
    {.key = "rss_kib", .heading = "RSS", .show = rss_cell},
    {.key = "lag_ms", .heading = "LAG", .show = lag_cell},
    {.key = "outbox_backlog", .heading = "OUTBOX", .show = outbox_cell},
    {.key = "outbox_oldest_ms"},
    {.key = "last_death_at", .heading = "LAST DEATH", .is_long = true, .show = death_cell},
    {.key = "last_death"},
    {.key = "progress"},
    {.key = "leads"},
    {.key = NULL},
};

static void print(struct cli *c, const struct sockets *s)
{
	json_t *list = json_array();
	bool leads = false;
	for (size_t i = 0; i < s->count; i++) {
		(void)json_array_append_new(list, row_to_json(&s->rows[i]));
		leads |= s->rows[i].leads;
	}
	cli_print(
	    c, columns, json_pack("{ss so}", "run_dir", s->dir, "processes", list), "processes");
	if (cli_format(c) != CLI_TABLE)
		return;
	if (leads)
		cli_say(
		    cli_notes(c), "* leads: this one receives updates and delivers the outbox\n");
	for (size_t i = 0; i < s->count; i++)
		if (*s->rows[i].why)
			cli_say(cli_notes(c), "%s: %s\n", s->rows[i].role, s->rows[i].why);
	if (s->count == 0 && !s->distrusted)
		cli_say(cli_notes(c),
		    "Nothing runs with the run directory %s; start `salesreg supervise`, or set "
		    "SALESREG_RUN_DIR to where it was started with\n",
		    s->dir);
}

static int run(struct cli *c)
{
	struct sockets sockets;
	int code = sockets_find_dir(&sockets, c->name);
	if (code != EXIT_CODE_OK)
		return code;
	sockets_status(&sockets, NULL);
	bool well = sockets.count > 0;
	for (size_t i = 0; i < sockets.count; i++)
		well &= sockets.rows[i].up;
	print(c, &sockets);
	if (sockets.distrusted)
		cli_say(stderr, "salesreg status: %s\n", sockets.message);
	return well ? EXIT_CODE_OK : EXIT_CODE_FAILED;
}

static const struct cli_option options[] = {CLI_LIST_OPTIONS, {.name = NULL}};

const struct cli_command command_status = {
    .name = "status",
    .brief = "what runs and how it is (--json, --csv)",
    .help = "What runs with this run directory, and how it is. Exit code 1 if nothing runs or "
	    "something is not ready.",
    .options = options,
    .run = run,
};
