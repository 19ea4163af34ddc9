/*
 * salesreg prospect list: of a table of any length, a page at a time; the first is short, so that it is there at once.
 */
#include "prospect_private.h"
#include "salesreg/role/cli/table.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/role/command/rep/find_rep.h"
#include "salesreg/store/lists.h"
#include <stdio.h>
#include <string.h>

enum {
	PAGE_FIRST = 100,
	PAGE = 2000,
	SORTED_MOST = 10000,
	LIMIT_MOST = 100000000,
	PAGE_BYTES = 64 << 20
};

json_t *prospect_to_json(const struct listed_prospect *p)
{
	return json_pack("{ss ss? ss? ss? ss? ss? ss? ss? ss so so}", "id", p->id, "name", p->name,
	    "telegram", p->telegram, "email", p->email, "status", p->status, "rep", p->rep,
	    "source", p->source ? p->source : "table", "campaign", p->campaign, "owner", p->owner,
	    "created_at", cli_json_time(p->created_us), "last_contact_at",
	    cli_json_time(p->last_contact_us));
}

static const char *created_cell(struct arena *a, const json_t *row)
{
	return cli_time_cell(a, row, "created_at");
}

static const char *contact_cell(struct arena *a, const json_t *row)
{
	return cli_time_cell(a, row, "last_contact_at");
}

static const struct cli_column columns[] = {
    {.key = "id", .heading = "ID"},
    {.key = "name", .heading = "NAME", .is_long = true},
    {.key = "telegram", .heading = "TELEGRAM", .is_long = true, .spare = 4},
    {.key = "email", .heading = "E-MAIL", .is_long = true, .is_wide = true},
    {.key = "status", .heading = "STATUS"},
    {.key = "rep", .heading = "REP", .is_long = true},
    {.key = "source", .heading = "SOURCE", .spare = 2},
    {.key = "campaign", .heading = "CAMPAIGN", .is_long = true, .is_wide = true},
    {.key = "owner", .heading = "LEADS", .spare = 1},
    {.key = "created_at", .heading = "SINCE", .spare = 3, .show = created_cell},
    {.key = "last_contact_at", .heading = "LAST CONTACT", .is_wide = true, .show = contact_cell},
    {.key = NULL},
};

static void add_rows(
    struct cli_stream *out, const struct listed_prospect *rows, size_t count, bool *wanted)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(list, prospect_to_json(&rows[i]));
	*wanted = cli_stream_add(out, list);
}

/* One part in pages, until there are no more, the limit is reached or stdout takes no more. */
static bool print_part(struct cli_stream *out, struct db_session *s,
    const struct prospect_filter *filter, struct prospect_page page, int64_t limit, bool *more,
    bool *wanted)
{
	struct arena arenas[2]; /* a page, and the one before, behind whose last row it goes on */
	arena_init(&arenas[0], PAGE_BYTES);
	arena_init(&arenas[1], PAGE_BYTES);
	bool good = true;
	*more = true;
	for (size_t n = 0; good && *wanted && *more && (int64_t)out->printed < limit; n++) {
		struct arena *a = &arenas[n % 2];
		arena_reset(a);
		int64_t most = out->printed == 0 ? PAGE_FIRST : PAGE,
			left = limit - (int64_t)out->printed;
		if (most > left || page.part == PROSPECTS_ALL)
			most = left;
		/* one more tells whether there are more */
		page.limit = most + 1;
		struct listed_prospect *rows;
		size_t count;
		good = lists_prospects(s, a, filter, &page, &rows, &count);
		*more = good && (int64_t)count > most;
		if (*more)
			count--;
		if (count > 0)
			add_rows(out, rows, count, wanted);
		page.behind = count > 0 ? &rows[count - 1] : NULL;
	}
	arena_finish(&arenas[0]);
	arena_finish(&arenas[1]);
	return good;
}

static bool print_parts(struct cli_stream *out, struct db_session *s,
    const struct prospect_filter *filter, const char *order, int64_t limit, bool *more)
{
	static const enum prospect_part newest[] = {PROSPECTS_DATED, PROSPECTS_UNDATED},
					oldest[] = {PROSPECTS_UNDATED, PROSPECTS_DATED},
					others[] = {PROSPECTS_ALL};
	const enum prospect_part *parts = strcmp(order, "newest") == 0   ? newest
					  : strcmp(order, "oldest") == 0 ? oldest
									 : others;
	bool good = true, wanted = true;
	for (size_t i = 0; i < (parts == others ? 1 : 2) && good && wanted; i++) {
		if (parts[i] == PROSPECTS_UNDATED && filter->since_s > 0)
			continue;
		struct prospect_page page = {.order = order, .part = parts[i]};
		good = print_part(out, s, filter, page, limit, more, &wanted);
		if (*more)
			break;
	}
	return good;
}

static int list(struct cli *c, struct command_database *d)
{
	const char *rep = cli_value(c, "rep", NULL), *order = cli_value(c, "sort", "newest");
	struct prospect_filter filter = {.status = cli_value(c, "status", NULL),
	    .source = cli_value(c, "source", NULL),
	    .campaign = cli_value(c, "campaign", NULL),
	    .since_s = cli_seconds(c, "since", 0),
	    .stale_s = cli_seconds(c, "stale", 0),
	    .waiting = cli_has(c, "waiting")};
	struct managed_rep whose;
	int code = rep ? find_rep(d, &c->arena, "prospect", rep, &whose) : EXIT_CODE_OK;
	if (code != EXIT_CODE_OK)
		return code;
	filter.rep = rep ? whose.id : NULL;
	struct cli_stream out;
	bool more = false;
	cli_stream_begin(&out, c, columns, "prospects");
	bool good = print_parts(
	    &out, &d->session, &filter, order, cli_number(c, "limit", PROSPECTS_LISTED), &more);
	int64_t printed = (int64_t)out.printed, total = printed;
	if (good && more)
		good = lists_prospects_total(&d->session, &c->arena, &filter, &total);
	/* what failed half-way must not look like a whole list: --json stays without its end */
	if (!good) {
		arena_finish(&out.part);
		return command_database_failed(d, "prospect");
	}
	/* some may have come or gone since */
	if (total < printed)
		total = printed;
	more = total > printed;
	cli_stream_end(&out, json_pack("{sI}", "total", (json_int_t)total));
	bool narrowed =
	    filter.rep || filter.source || filter.campaign || filter.since_s || filter.stale_s;
	if (cli_format(c) == CLI_TABLE && printed == 0)
		cli_say(cli_notes(c), "no prospect%s%s%s%s\n",
		    filter.waiting ? " waits for a rep" : "",
		    filter.status ? " has the status " : "", filter.status ? filter.status : "",
		    narrowed && !filter.waiting && !filter.status ? " is like that" : "");
	if (cli_format(c) != CLI_JSON && more)
		cli_say(cli_notes(c), "%lld of %lld prospects; --limit shows more\n",
		    (long long)printed, (long long)total);
	return EXIT_CODE_OK;
}

int prospect_list(struct cli *c)
{
	bool in_pages = strcmp(cli_value(c, "sort", "newest"), "name") != 0 &&
			strcmp(cli_value(c, "sort", "newest"), "quiet") != 0;
	if (!in_pages && cli_number(c, "limit", PROSPECTS_LISTED) > SORTED_MOST)
		return cli_wrong(c, "with --sort %s --limit is a number from 1 to %d",
		    cli_value(c, "sort", NULL), SORTED_MOST);
	struct command_database d = {0};
	int code = command_database_open(&d, "prospect");
	if (code == EXIT_CODE_OK)
		code = list(c, &d);
	command_database_close(&d);
	return code;
}

static const char *const sources[] = {"table", "campaign", "chat", "own", NULL};
static const char *const orders[] = {"newest", "oldest", "name", "quiet", NULL};

const struct cli_option prospect_list_options[] = {
    {.name = "status", .value = "STATUS", .help = "those of this status, as the table has it"},
    {.name = "rep", .value = "REP", .help = "those of this rep", .without = "waiting"},
    {.name = "waiting", .help = "those who have no rep"},
    {.name = "source",
	.value = "SOURCE",
	.help =
	    "those who came by the table, a campaign's link, the chat, or as a rep's own contact",
	.choices = sources},
    {.name = "campaign", .value = "NAME", .help = "those who came by this campaign's link"},
    {.name = "since",
	.value = "TIME",
	.help = "those who came no longer ago: 12h, 7d",
	.is_time = true},
    {.name = "stale",
	.value = "TIME",
	.help = "open ones with whom there was no contact for so long: 14d",
	.is_time = true},
    {.name = "sort",
	.value = "ORDER",
	.help = "newest or oldest first, by name, or quiet: longest without contact first",
	.choices = orders},
    {.name = "limit",
	.value = "N",
	.help = "so many at most, instead of 50; any number of the newest and oldest",
	.least = 1,
	.most = LIMIT_MOST},
    CLI_WIDE_OPTION,
    CLI_LIST_OPTIONS,
    {.name = NULL},
};
