/*
 * The table and what is in force, as text for people.
 */
#include "config_private.h"
#include "salesreg/base/text.h"
#include "salesreg/base/value_doubts.h"
#include <stdlib.h>
#include <string.h>

enum { DUMP_UNITS = 200 };

void config_add_shown(struct buf *out, const char *text, size_t units)
{
	size_t shown = text_prefix_utf16(text, units);
	char *copy = strndup(text, shown);
	buf_adds(out, copy ? text_for_terminal(copy) : "?");
	free(copy);
	if (text[shown])
		buf_addf(out, "… (%zu bytes)", strlen(text));
}

/* An @ behind the host may be a password's, too, that was not escaped. */
void config_dump_url(const char *url, struct buf *out)
{
	const char *at = url ? strrchr(url, '@') : NULL;
	const char *scheme = url ? strstr(url, "://") : NULL;
	if (at && scheme && scheme < at) {
		char *head = strndup(url, (size_t)(scheme + 3 - url));
		config_add_shown(out, head ? head : "?", DUMP_UNITS);
		free(head);
	}
	if (at)
		buf_adds(out, "[...]");
	config_add_shown(out, at ? at : url ? url : "", DUMP_UNITS);
}

void config_describe_rule(const struct config_row *row, struct buf *out)
{
	if (row->type == TYPE_CHOICE) {
		for (const char *p = row->rule; *p; p++)
			buf_adds(out, *p == '|' ? " or " : (char[2]){*p, 0});
	} else if (row->type == TYPE_NUMBER) {
		buf_addf(out, "%lld…%lld %s", (long long)row->low, (long long)row->high, row->rule);
	} else {
		buf_adds(out, row->rule);
	}
}

void config_describe(struct buf *out, bool markdown)
{
	if (markdown)
		buf_adds(out, "| name | default | form | |\n|---|---|---|---|\n");
	for (const struct config_row *row = config_table; row->name; row++) {
		const char *fallback = row->fallback                                ? row->fallback
				       : row->need & ~(unsigned)CONFIG_NEEDS_GOOGLE ? "required"
										    : "none";
		if (markdown)
			buf_addf(out, "| `%s` | %s | ", row->name, fallback);
		else
			buf_addf(out, "  %s\n      %s: ", row->name, row->about);
		if (markdown) {
			config_describe_rule(row, out);
			buf_addf(out, " | %s |\n", row->about);
		} else {
			config_describe_rule(row, out);
			buf_addf(out,
			    row->need & ~(unsigned)CONFIG_NEEDS_GOOGLE && !row->fallback
				? "; required\n"
				: "; default: %s\n",
			    fallback);
		}
	}
}

static void dump_ids(const struct config *c, struct buf *out)
{
	for (size_t i = 0; i < c->admin_count; i++)
		buf_addf(out, "%s%lld", i ? "," : "", (long long)c->admin_ids[i]);
}

static void dump_choice(const struct config_row *row, int64_t index, struct buf *out)
{
	const char *word = row->rule;
	while (index-- > 0)
		word = strchrnul(word, '|') + 1;
	buf_add(out, word, (size_t)(strchrnul(word, '|') - word));
}

void config_dump(const struct config *c, struct buf *out)
{
	for (const struct config_row *row = config_table; row->name; row++) {
		const char *text = NULL;
		buf_addf(out, "%s=", row->name);
		switch (row->type) {
		case TYPE_URL:
			config_dump_url(*(char **)config_field(c, row), out);
			break;
		case TYPE_TEXT:
		case TYPE_LISTEN:
			text = *(char **)config_field(c, row);
			config_add_shown(out, text ? text : "", DUMP_UNITS);
			break;
		case TYPE_SECRET:
			buf_adds(out, secret_is_set(config_field(c, row)) ? "(set)" : "(not set)");
			break;
		case TYPE_NUMBER:
			buf_add_i64(out, *(int64_t *)config_field(c, row));
			break;
		case TYPE_SWITCH:
			buf_adds(out, *(bool *)config_field(c, row) ? "true" : "false");
			break;
		case TYPE_CHOICE:
			dump_choice(row, *(int64_t *)config_field(c, row), out);
			break;
		case TYPE_IDS:
			dump_ids(c, out);
			break;
		case TYPE_PROXY:
			text = config_proxy(row);
			config_dump_url(text && value_secret(text) ? "(not shown)" : text, out);
			break;
		case TYPE_ZONE:
		case TYPE_READ_ELSEWHERE:
			text = getenv(row->name);
			text = text && config_secret_in(row, text) ? "(not shown)" : text;
			config_add_shown(out, text ? text : "", DUMP_UNITS);
			break;
		}
		buf_addc(out, '\n');
	}
}
