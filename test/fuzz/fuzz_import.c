/*
 * Bytes → a small table of prospects: whatever stands in its cells, a row is a prospect whose keys lead to who is shown, or has a reason;
 * and what is exported is read back as it was.
 */
#include "fuzz.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/contact/contact.h"
#include "salesreg/domain/import/row.h"
#include "salesreg/domain/import/table.h"

enum { COLUMNS_MOST = 12 };

/* Cells divided by a byte that no text holds. */
static size_t cells_of(char *text, size_t size, const char **cells)
{
	size_t count = 0, at = 0;
	while (at <= size && count < COLUMNS_MOST) {
		cells[count++] = text + at;
		at += strlen(text + at) + 1;
	}
	return count;
}

static void check_text(const char *text)
{
	if (!text)
		return;
	require(text_is_clean(text, strlen(text)));
	require(*text && *text != ' ' && text[strlen(text) - 1] != ' ' && !strchr(text, '\r'));
}

static void check_key(const char *kind, const char *value, struct arena *a)
{
	struct contact contact;
	if (!value || (strcmp(kind, "telegram_id") == 0 && strlen(value) > 10))
		return;
	const char *shown =
	    strcmp(kind, "username") == 0 ? arena_concat(a, "@", value, NULL) : value;
	require(contact_parse(shown, a, &contact) == CONTACT_NO_PROBLEM);
	require(strcmp(contact_kind_name(contact.kind), kind) == 0);
	require(strcmp(contact.value, value) == 0);
}

static void check_row(const struct import_row *row, struct arena *a)
{
	check_text(row->id);
	check_text(row->name);
	check_text(row->context);
	check_text(row->notes);
	check_text(row->extra);
	require(!row->telegram == !row->telegram_value && !row->telegram == !row->telegram_kind);
	require(!row->email == !row->email_value);
	require(!(row->telegram && row->telegram_problem) &&
		!(row->email && row->email_problem && !row->raw_telegram));
	require(row->problem || row->id || row->telegram || row->phone || row->email ||
		row->telegram_problem || row->email_problem);
	if (row->telegram)
		check_key(row->telegram_kind, row->telegram_value, a);
	check_key("phone", row->phone, a);
	check_key("email", row->email_value, a);
	if (row->problem)
		require(row->problem_column != NULL);
	else if (row->name)
		require(text_code_points(row->name) <= IMPORT_TEXT_MOST);
}

static void check_cell(const char *cell, struct arena *a)
{
	const char *guarded = import_guard(cell, true, a), *plain = import_guard(cell, false, a);
	require(!*guarded || !strchr("=+-@\t\r", *guarded));
	require(strcmp(import_unguard(guarded), cell) == 0);
	require(strcmp(import_unguard(plain), cell) == 0);
	const char *tidy = import_tidy(cell, true, a);
	require(strcmp(import_tidy(tidy, true, a), tidy) == 0);
	/* a column is found again under the title that an export gives it */
	const char *name = import_tidy(cell, false, a);
	if (!*name)
		return;
	const char *cells[] = {import_extra_title(name, a), "id"};
	struct import_header header;
	if (!import_header_parse(cells, 2, NULL, 0, a, &header)) {
		require(header.fields[0] == IMPORT_EXTRA);
		require(strcmp(header.names[0], name) == 0 || import_unguard(cells[0]) != cells[0]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena a;
	arena_init(&a, FUZZ_ARENA_BYTES);
	size = size < FUZZ_TEXT_BYTES ? size : FUZZ_TEXT_BYTES;
	char delimiter = import_delimiter((const char *)bytes, size, true), said;
	require(strchr(",;\t|", delimiter) && delimiter);
	require(import_sep_line((const char *)bytes, size, &said) <= size);
	/* 0x01 divides cells, 0x02 the header from the row */
	char *text = text_clean(&a, (const char *)bytes, size);
	char *row_text = strchr(text, 2);
	if (row_text)
		*row_text++ = '\0';
	size_t titles_size = strlen(text);
	for (char *c = text; (c = strchr(c, 1));)
		*c++ = '\0';
	const char *titles[COLUMNS_MOST], *cells[COLUMNS_MOST];
	size_t title_count = cells_of(text, titles_size, titles);
	size_t count = 0;
	if (row_text) {
		size_t row_size = strlen(row_text);
		for (char *c = row_text; (c = strchr(c, 1));)
			*c++ = '\0';
		count = cells_of(row_text, row_size, cells);
	}
	const struct import_options options = {
	    .country = size % 2 ? "7" : NULL, .zone = "Asia/Makassar"};
	struct import_header header;
	struct import_row row = {0};
	const char *map = size % 3 == 0 ? "1=telegram" : NULL;
	if (!import_header_parse(titles, title_count, &map, map ? 1 : 0, &a, &header) &&
	    import_row_read(&header, cells, count, &options, &a, &row))
		check_row(&row, &a);
	for (size_t i = 0; i < count; i++)
		check_cell(cells[i], &a);
	arena_finish(&a);
	return 0;
}
