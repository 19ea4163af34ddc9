#include "salesreg/base/buf.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/contact/contact.h"
#include "salesreg/domain/contact/email.h"
#include "salesreg/domain/import/row.h"
#include "salesreg/domain/import/table.h"
#include <string.h>

struct reading {
	const struct import_header *header;
	const char *const *cells;
	size_t count;
	const struct import_options *options;
	struct arena *a;
	struct import_row *row;
};

/* NULL: empty, or there is no such column. */
static const char *value_of(const struct reading *r, enum import_field field, bool lines)
{
	size_t at = r->header->at[field];
	if (at == 0 || at > r->count)
		return NULL;
	const char *text = import_tidy(import_unguard(r->cells[at - 1]), lines, r->a);
	return *text ? text : NULL;
}

static void refuse(const struct reading *r, enum import_field field, const char *reason)
{
	if (r->row->problem)
		return;
	r->row->problem = reason;
	r->row->problem_column =
	    r->header->at[field] ? r->header->names[r->header->at[field] - 1] : "";
}

/* One that the table has room for. */
static const char *short_value(const struct reading *r, enum import_field field)
{
	const char *text = value_of(r, field, false);
	if (text && text_code_points(text) > IMPORT_TEXT_MOST)
		refuse(r, field, "it is longer than 255 characters");
	return text;
}

static const char *long_value(const struct reading *r, enum import_field field)
{
	const char *text = value_of(r, field, true);
	if (text && text_code_points(text) > IMPORT_LONG_TEXT_MOST)
		refuse(r, field, "it is longer than 500,000 characters");
	return text;
}

static void read_name(const struct reading *r)
{
	const char *name = short_value(r, IMPORT_NAME), *first = short_value(r, IMPORT_FIRST_NAME),
		   *last = short_value(r, IMPORT_LAST_NAME);
	if (!name && first && last) {
		name = arena_concat(r->a, first, " ", last, NULL);
		if (text_code_points(name) > IMPORT_TEXT_MOST)
			refuse(
			    r, IMPORT_FIRST_NAME, "the whole name is longer than 255 characters");
	}
	r->row->name = name ? name : first ? first : last;
}

static void read_email(const struct reading *r)
{
	struct contact contact;
	const char *text = short_value(r, IMPORT_EMAIL);
	if (!text)
		return;
	enum contact_problem problem = contact_parse(text, r->a, &contact);
	if (problem == CONTACT_NOTHING)
		return;
	r->row->raw_email = text;
	if (problem == CONTACT_NO_PROBLEM && contact.kind == CONTACT_EMAIL) {
		r->row->email = contact.shown;
		r->row->email_value = contact.value;
		return;
	}
	r->row->email_problem = problem == CONTACT_SEVERAL || problem == CONTACT_FOREIGN_LETTER
				    ? contact_problem_sentence(problem)
				    : contact_problem_sentence(CONTACT_BAD_EMAIL);
}

static void read_phone(const struct reading *r)
{
	const char *text = short_value(r, IMPORT_PHONE), *reason = NULL;
	if (!text || strspn(text, "-?+ ") == strlen(text))
		return;
	r->row->phone = import_phone(text, r->options->country, r->a, &reason);
	if (!r->row->phone)
		refuse(r, IMPORT_PHONE, reason);
}

/* Whatever contact stands there. A number or an address goes where these belong, if nothing is there. */
static void read_telegram(const struct reading *r)
{
	struct import_row *row = r->row;
	struct contact contact;
	const char *text = short_value(r, IMPORT_TELEGRAM);
	if (!text)
		return;
	enum contact_problem problem = contact_parse(text, r->a, &contact);
	if (problem == CONTACT_NOTHING)
		return;
	row->raw_telegram = text;
	if (problem == CONTACT_NO_COUNTRY && r->options->country) {
		const char *reason;
		const char *phone = import_phone(text, r->options->country, r->a, &reason);
		if (phone)
			problem = contact_parse(phone, r->a, &contact);
	}
	if (problem != CONTACT_NO_PROBLEM) {
		row->telegram_problem = contact_problem_sentence(problem);
		return;
	}
	if (contact.kind == CONTACT_PHONE &&
	    (!row->phone || strcmp(row->phone, contact.value) == 0)) {
		row->phone = contact.value;
		return;
	}
	if (contact.kind == CONTACT_EMAIL &&
	    (!row->email || strcmp(row->email_value, contact.value) == 0)) {
		row->email = row->email ? row->email : contact.shown;
		row->email_value = contact.value;
		return;
	}
	row->telegram = contact.shown;
	row->telegram_kind = contact_kind_name(contact.kind);
	row->telegram_value = contact.value;
}

static void read_times(const struct reading *r)
{
	const char **const into[] = {&r->row->created_at, &r->row->last_contact_at};
	static const enum import_field fields[] = {IMPORT_CREATED_AT, IMPORT_LAST_CONTACT_AT};
	for (size_t i = 0; i < 2; i++) {
		const char *text = short_value(r, fields[i]), *reason;
		if (!text)
			continue;
		*into[i] = import_time(text, r->options->zone, r->a, &reason);
		if (!*into[i])
			refuse(r, fields[i], reason);
	}
}

static void read_status(const struct reading *r)
{
	const char *text = short_value(r, IMPORT_STATUS);
	if (!text)
		return;
	r->row->raw_status = text;
	r->row->status = import_status(text, r->a);
	if (!r->row->status)
		r->row->status_problem =
		    "it is none of unreached, contacted, in_conversation, converted, archived";
}

static void add_json(struct buf *out, const char *text)
{
	buf_addc(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_addc(out, '\\');
		if (*text == '\n')
			buf_adds(out, "\\n");
		else
			buf_addc(out, *text);
	}
	buf_addc(out, '"');
}

/* A name that another column has as well gets its number behind it. */
static const char *name_in_extra(const struct reading *r, size_t column)
{
	const char *name = r->header->names[column];
	for (size_t i = 0; i < column; i++)
		if (r->header->fields[i] == IMPORT_EXTRA && strcmp(r->header->names[i], name) == 0)
			return arena_printf(r->a, "%s %zu", name, column + 1);
	return name;
}

static void read_extra(const struct reading *r)
{
	struct buf out;
	buf_init(&out, (size_t)4 << 20);
	for (size_t i = 0; i < r->header->count && i < r->count; i++) {
		if (r->header->fields[i] != IMPORT_EXTRA)
			continue;
		const char *text = import_tidy(import_unguard(r->cells[i]), true, r->a);
		if (!*text)
			continue;
		buf_addc(&out, out.size ? ',' : '{');
		add_json(&out, name_in_extra(r, i));
		buf_addc(&out, ':');
		add_json(&out, text);
	}
	if (out.size)
		buf_addc(&out, '}');
	if (out.failed && !r->row->problem) {
		r->row->problem = "its other columns are longer than 4 MB";
		r->row->problem_column = "";
	} else if (out.size) {
		r->row->extra = arena_strndup(r->a, buf_text(&out), out.size);
	}
	buf_finish(&out);
}

static bool is_blank(const struct reading *r)
{
	for (size_t i = 0; i < r->count; i++)
		if (*import_tidy(r->cells[i], false, r->a))
			return false;
	return true;
}

bool import_row_read(const struct import_header *header, const char *const *cells, size_t count,
    const struct import_options *options, struct arena *a, struct import_row *row)
{
	const struct reading r = {header, cells, count, options, a, row};
	*row = (struct import_row){0};
	if (is_blank(&r))
		return false;
	for (size_t i = header->count; i < count; i++) {
		if (!*import_tidy(cells[i], false, a))
			continue;
		row->problem = arena_printf(a,
		    "it has %zu columns, and the first line has %zu: is a quotation mark missing?",
		    i + 1, header->count);
		row->problem_column = "";
	}
	row->id = short_value(&r, IMPORT_ID);
	read_name(&r);
	row->context = long_value(&r, IMPORT_CONTEXT);
	row->notes = long_value(&r, IMPORT_NOTES);
	read_email(&r);
	read_phone(&r);
	read_telegram(&r);
	read_times(&r);
	read_status(&r);
	read_extra(&r);
	if (!row->problem && !row->telegram_problem && !row->email_problem && !row->id &&
	    !row->telegram && !row->phone && !row->email) {
		row->problem = "it has no contact: a Telegram name or id, a phone number or an "
			       "e-mail address is needed";
		row->problem_column = "";
	}
	return true;
}
