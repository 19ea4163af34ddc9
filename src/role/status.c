#include "salesreg/base/clock.h"
#include "salesreg/base/text.h"
#include "salesreg/role/role.h"
#include "salesreg/role/show.h"
#include "salesreg/role/sockets.h"
#include "salesreg/role/usage.h"
#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { COLUMNS = 11, CELL = 48 };

static const char usage[] = "usage: salesreg status [--json]\n"
			    "What runs with this run directory, and how it is. Exit code 1 if "
			    "nothing runs or something is not ready.\n";

static void write_mib(char *out, size_t size, int64_t kib)
{
	if (kib < 0)
		(void)snprintf(out, size, "-");
	else
		(void)snprintf(out, size, "%lld.%lldM", (long long)kib / 1024,
		    (long long)kib % 1024 * 10 / 1024);
}

static void fill(char cells[COLUMNS][CELL], const struct ipc_status *row, int64_t now_us)
{
	char age[CELL] = "";
	bool runs = row->pid != 0;
	(void)snprintf(cells[0], CELL, "%s%s", row->role, row->leads ? " *" : "");
	(void)text_for_terminal(cells[0]);
	(void)snprintf(cells[1], CELL, "%s", row->state);
	(void)text_for_terminal(cells[1]);
	(void)snprintf(cells[2], CELL, "%s", row->up ? ipc_health_name(row->health) : "-");
	(void)snprintf(cells[3], CELL, runs ? "%u" : "-", (unsigned)row->pid);
	show_age(cells[4], CELL, row->since_us > 0 ? now_us - row->since_us : 0);
	(void)snprintf(cells[5], CELL, "%u", (unsigned)row->restarts);
	write_mib(cells[6], CELL, runs ? row->pss_kib : -1);
	write_mib(cells[7], CELL, runs ? row->rss_kib : -1);
	(void)snprintf(cells[8], CELL, runs ? "%ums" : "-", (unsigned)row->lag_ms);
	if (row->outbox_backlog < 0)
		(void)snprintf(cells[9], CELL, "-");
	else
		(void)snprintf(cells[9], CELL, "%lld", (long long)row->outbox_backlog);
	if (row->outbox_oldest_ms > 0) {
		show_age(age, sizeof age, row->outbox_oldest_ms * 1000);
		size_t n = strlen(cells[9]);
		(void)snprintf(cells[9] + n, CELL - n, " (%.20s)", age);
	}
	show_time(cells[10], CELL, row->last_death_us);
	if (!row->last_death_us)
		(void)snprintf(cells[10], CELL, "-");
}

static void print_table(const struct sockets *s)
{
	static const char *const heads[COLUMNS] = {"ROLE", "STATE", "HEALTH", "PID", "SINCE",
	    "RESTARTS", "PSS", "RSS", "LAG", "OUTBOX", "LAST DEATH"};
	static char cells[SOCKETS_ROWS_MAX][COLUMNS][CELL];
	int widths[COLUMNS];
	int64_t now_us = clock_wall_us();
	bool leads = false;
	for (size_t column = 0; column < COLUMNS; column++)
		widths[column] = (int)strlen(heads[column]);
	for (size_t i = 0; i < s->count; i++) {
		fill(cells[i], &s->rows[i], now_us);
		leads |= s->rows[i].leads;
		for (size_t column = 0; column < COLUMNS; column++)
			if ((int)strlen(cells[i][column]) > widths[column])
				widths[column] = (int)strlen(cells[i][column]);
	}
	for (size_t column = 0; column < COLUMNS; column++)
		(void)printf("%-*s%s", column + 1 < COLUMNS ? widths[column] : 0, heads[column],
		    column + 1 < COLUMNS ? "  " : "\n");
	for (size_t i = 0; i < s->count; i++) {
		for (size_t column = 0; column < COLUMNS; column++)
			(void)printf("%-*s%s", column + 1 < COLUMNS ? widths[column] : 0,
			    cells[i][column], column + 1 < COLUMNS ? "  " : "");
		show_say(
		    stdout, "%s%s\n", *s->rows[i].last_death ? " " : "", s->rows[i].last_death);
	}
	if (leads)
		(void)puts("* leads: this one receives updates and delivers the outbox");
	for (size_t i = 0; i < s->count; i++)
		if (*s->rows[i].why)
			show_say(stdout, "%s: %s\n", s->rows[i].role, s->rows[i].why);
}

static json_t *number_or_null(int64_t value)
{
	return value < 0 ? json_null() : json_integer(value);
}

static json_t *time_or_null(int64_t us)
{
	return us <= 0 ? json_null() : json_real((double)us / 1e6);
}

static json_t *row_to_json(const struct ipc_status *row)
{
	return json_pack("{ss ss sb ss ss so so si so ss so so si so so sI sb}", "role", row->role,
	    "state", row->state, "up", row->up, "health", ipc_health_name(row->health), "why",
	    row->why, "pid", row->pid ? json_integer(row->pid) : json_null(), "since",
	    time_or_null(row->since_us), "restarts", (int)row->restarts, "last_death_at",
	    time_or_null(row->last_death_us), "last_death", row->last_death, "pss_kib",
	    number_or_null(row->pss_kib), "rss_kib", number_or_null(row->rss_kib), "lag_ms",
	    (int)row->lag_ms, "outbox_backlog", number_or_null(row->outbox_backlog),
	    "outbox_oldest_ms", number_or_null(row->outbox_oldest_ms), "progress",
	    (json_int_t)row->progress, "leads", row->leads);
}

static void print_json(const struct sockets *s)
{
	json_t *list = json_array();
	for (size_t i = 0; i < s->count; i++)
		(void)json_array_append_new(list, row_to_json(&s->rows[i]));
	show_json(json_pack("{ss so}", "run_dir", s->dir, "processes", list));
}

int role_status(int argc, char **argv)
{
	bool json = argc == 2 && strcmp(argv[1], "--json") == 0;
	if (usage_asked(argc, argv, usage))
		return EXIT_CODE_OK;
	if (argc > 1 && !json)
		return usage_unexpected("status", argv[strcmp(argv[1], "--json") == 0 ? 2 : 1]);
	struct sockets sockets;
	int code = sockets_find_dir(&sockets, argv[0]);
	if (code != EXIT_CODE_OK)
		return code;
	sockets_status(&sockets, NULL);
	bool well = sockets.count > 0;
	for (size_t i = 0; i < sockets.count; i++)
		well &= sockets.rows[i].up;
	if (json)
		print_json(&sockets);
	else if (sockets.count > 0)
		print_table(&sockets);
	else if (!sockets.distrusted)
		(void)printf(
		    "Nothing runs with the run directory %s; start `salesreg supervise`, or set "
		    "SALESREG_RUN_DIR to where it was started with\n",
		    sockets.dir);
	if (sockets.distrusted)
		show_say(stderr, "salesreg status: %s\n", sockets.message);
	return well ? EXIT_CODE_OK : EXIT_CODE_FAILED;
}
