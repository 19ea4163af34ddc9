#include "salesreg/app/bot/admin/file_import_text.h"
#include "salesreg/domain/event/callback_data.h"
#include "salesreg/domain/text/quote.h"
#include <string.h>

enum { NAME_UNITS = 100, COLUMNS_UNITS = 600, DETAIL_UNITS = 200, PROBLEMS_SHOWN = 10 };

/* The import speaks English, for the terminal and the file of bad rows: by a piece of what it says, what it is. {detail} is what follows. */
static const struct {
	const char *piece;
	enum text_id text;
} reasons[] = {
    {"is longer than", TEXT_IMPORT_REASON_LONG},
    {"are longer than", TEXT_IMPORT_REASON_LONG},
    {"it is none of unreached", TEXT_IMPORT_REASON_STATUS},
    {"and the first line has", TEXT_IMPORT_REASON_COLUMNS},
    {"it has no contact", TEXT_IMPORT_REASON_NO_CONTACT},
    {"has no country code", TEXT_IMPORT_REASON_COUNTRY},
    {"it is no phone number", TEXT_IMPORT_REASON_PHONE},
    {"it is no date", TEXT_IMPORT_REASON_DATE},
    {"a spreadsheet's number stands", TEXT_IMPORT_REASON_DATE},
    {"there is no such date", TEXT_IMPORT_REASON_NO_DATE},
    {"the same person as line ", TEXT_IMPORT_REASON_SAME_LINE},
    {"it is there already", TEXT_IMPORT_REASON_THERE},
    {"it is more than one prospect: ", TEXT_IMPORT_REASON_SEVERAL},
    {"it is more than one person of this file: ", TEXT_IMPORT_REASON_JOINS},
    {"nobody has this id", TEXT_IMPORT_REASON_NO_ID},
    {"is a spreadsheet", TEXT_IMPORT_REASON_SPREADSHEET},
    {" is empty", TEXT_IMPORT_REASON_EMPTY},
    {"has no row in it", TEXT_IMPORT_REASON_EMPTY},
    {"ends in the middle", TEXT_IMPORT_REASON_CUT},
    {"is neither UTF-8 nor", TEXT_IMPORT_REASON_ENCODING},
    {"all the way through", TEXT_IMPORT_REASON_ENCODING},
    {"that are no text", TEXT_IMPORT_REASON_ENCODING},
    {"no column of the first line", TEXT_IMPORT_REASON_NO_COLUMN},
    {"both look like the ", TEXT_IMPORT_REASON_TWO_COLUMNS},
    {"is never closed", TEXT_IMPORT_REASON_QUOTE},
    {"the row has more than ", TEXT_IMPORT_REASON_MANY_COLUMNS},
    {"columns; more than ", TEXT_IMPORT_REASON_MANY_COLUMNS},
    /* enum contact_problem */
    {"there is nothing in it", TEXT_IMPORT_REASON_NO_CONTACT},
    {"its last digits are lost", TEXT_CONTACT_LOST_DIGITS},
    {"too few or too many digits", TEXT_CONTACT_DIGITS},
    {"something else that is no person", TEXT_CONTACT_GROUP},
    {"a letter of another alphabet", TEXT_IMPORT_REASON_FOREIGN_LETTER},
    {"more than one contact in it", TEXT_CONTACT_SEVERAL},
    {"no Telegram username", TEXT_CONTACT_BAD_NAME},
    {"not a complete e-mail address", TEXT_CONTACT_BAD_EMAIL},
    {"it is neither a username", TEXT_CONTACT_UNKNOWN},
};

static const char *render(const struct file_import_about *about, enum text_id id,
    const struct catalog_arg *args, size_t count, struct arena *a)
{
	return catalog_render(about->catalog, about->locale, id, args, count, a);
}
#define RENDER(about, id, a, ...)                                                                  \
	render((about), (id), (const struct catalog_arg[]){__VA_ARGS__},                           \
	    sizeof((const struct catalog_arg[]){__VA_ARGS__}) / sizeof(struct catalog_arg), (a))

static const char *number(struct arena *a, int64_t n)
{
	return arena_printf(a, "%lld", (long long)n);
}

/* What follows the file's name, where a sentence about the file has that before the import's own words. */
static const char *after_name(const char *said, const char *name)
{
	const char *at = said;
	if (strncmp(at, "line ", 5) == 0) {
		at += 5 + strspn(at + 5, "0123456789");
		at += strncmp(at, " of ", 4) == 0 ? 4 : 0;
	}
	return strncmp(at, name, strlen(name)) == 0 ? at + strlen(name) : said;
}

/* The import's own English goes: which key it was, and what to say on a command line. */
static const char *without_english(struct arena *a, const char *detail)
{
	static const char said[] = "; say which is not", by[] = " by its ";
	const char *end = strstr(detail, said), *text = "";
	if (end)
		return arena_strndup(a, detail, (size_t)(end - detail));
	for (const char *at; (at = strstr(detail, by)); detail = at + strcspn(at, ","))
		text = arena_printf(a, "%s%.*s", text, (int)(at - detail), detail);
	return arena_concat(a, text, detail, NULL);
}

/* The piece that stands first: what the file says follows the import's own words, but for the names of columns. */
static const char *reason_of(
    const struct file_import_about *about, const char *said, struct arena *a)
{
	const char *first = NULL, *detail = said;
	enum text_id text = TEXT_IMPORT_REASON_OTHER;
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
		const char *at = strstr(said, reasons[i].piece);
		bool columns = reasons[i].text == TEXT_IMPORT_REASON_TWO_COLUMNS &&
			       strncmp(said, "the columns \"", 13) == 0;
		if (!at || (first && at >= first && !columns))
			continue;
		first = columns ? said : at;
		text = reasons[i].text;
		detail = at + strlen(reasons[i].piece);
	}
	return RENDER(
	    about, text, a, {"detail", quote_piece(a, without_english(a, detail), DETAIL_UNITS)});
}

static const char *named(const struct file_import_about *about, struct arena *a)
{
	return quote_piece(a, about->name, NAME_UNITS);
}

static const char *counts(
    const struct file_import_about *about, const struct import_outcome *outcome, struct arena *a)
{
	const struct import_counts *n = &outcome->counts;
	return RENDER(about, TEXT_IMPORT_COUNTS, a, {"rows", number(a, n->read)},
	    {"created", number(a, n->created)}, {"updated", number(a, n->updated)},
	    {"same", number(a, n->same)}, {"duplicates", number(a, n->duplicates)},
	    {"bad", number(a, n->bad)});
}

static const char *problems(
    const struct file_import_about *about, const struct import_outcome *outcome, struct arena *a)
{
	const char *text = "";
	int64_t all = outcome->counts.bad + outcome->counts.duplicates;
	size_t shown = 0;
	for (; shown < outcome->problem_count && shown < PROBLEMS_SHOWN; shown++) {
		const struct import_problem *p = &outcome->problems[shown];
		const char *column =
		    p->column && *p->column ? quote_piece(a, p->column, NAME_UNITS) : NULL;
		const char *reason = reason_of(about, p->reason ? p->reason : "", a);
		text = arena_concat(a, text, "\n",
		    column ? RENDER(about, TEXT_IMPORT_LINE_COLUMN, a, {"line", number(a, p->line)},
				 {"column", column}, {"reason", reason})
			   : RENDER(about, TEXT_IMPORT_LINE, a, {"line", number(a, p->line)},
				 {"reason", reason}),
		    (char *)NULL);
	}
	if (all > (int64_t)shown && shown > 0)
		text = arena_concat(a, text, "\n",
		    RENDER(about, TEXT_IMPORT_MORE, a, {"count", number(a, all - (int64_t)shown)}),
		    (char *)NULL);
	return *text ? arena_concat(a, "\n", text, (char *)NULL) : "";
}

static struct message *say(const struct file_import_about *about, const char *text, struct arena *a)
{
	struct message_list list = {0};
	return message_list_add(&list, a, about->chat_id, PRIORITY_REPLY, text);
}

static const char *what_it_is(const struct file_import_about *about, struct arena *a)
{
	const char *text = RENDER(about, TEXT_IMPORT_PREVIEW, a, {"file", named(about, a)},
	    {"encoding", about->encoding});
	text = arena_concat(a, text, "\n",
	    RENDER(about, TEXT_IMPORT_TAKEN, a,
		{"columns", quote_piece(a, about->taken, COLUMNS_UNITS)}),
	    (char *)NULL);
	if (about->kept)
		text = arena_concat(a, text, "\n",
		    RENDER(about, TEXT_IMPORT_KEPT, a,
			{"columns", quote_piece(a, about->kept, COLUMNS_UNITS)}),
		    (char *)NULL);
	if (about->before)
		text = arena_concat(a, text, "\n",
		    RENDER(about, TEXT_IMPORT_BEFORE, a, {"number", number(a, about->before)}),
		    (char *)NULL);
	return text;
}

struct message *file_import_preview(
    const struct file_import_about *about, const struct import_outcome *outcome, struct arena *a)
{
	const struct import_counts *n = &outcome->counts;
	bool changes = n->created + n->updated > 0;
	struct message *m = say(about,
	    arena_concat(a, what_it_is(about, a), "\n\n", counts(about, outcome, a),
		problems(about, outcome, a), "\n\n",
		render(about, changes ? TEXT_IMPORT_ASK : TEXT_IMPORT_NOTHING, NULL, 0, a),
		(char *)NULL),
	    a);
	if (!changes)
		return m;
	struct button *buttons = ARENA_ARRAY(a, struct button, 2);
	buttons[0] = (struct button){
	    .text = n->bad ? RENDER(about, TEXT_BUTTON_IMPORT_GOOD, a,
				 {"count", number(a, n->created + n->updated)})
			   : render(about, TEXT_BUTTON_IMPORT, NULL, 0, a),
	    .data = press_data(a, n->bad ? PRESS_IMPORT_GOOD : PRESS_IMPORT_ALL, about->message_id),
	    .new_row = true};
	buttons[1] = (struct button){.text = render(about, TEXT_BUTTON_IMPORT_NO, NULL, 0, a),
	    .data = press_data(a, PRESS_IMPORT_NO, about->message_id)};
	message_set_buttons(m, buttons, 2);
	return m;
}

struct message *file_import_done(
    const struct file_import_about *about, const struct import_outcome *outcome, struct arena *a)
{
	return say(about,
	    arena_concat(a,
		RENDER(about, TEXT_IMPORT_DONE, a, {"file", named(about, a)},
		    {"number", number(a, outcome->number)}),
		"\n\n", counts(about, outcome, a), problems(about, outcome, a), (char *)NULL),
	    a);
}

struct message *file_import_failed(
    const struct file_import_about *about, const char *fault, struct arena *a)
{
	return say(about,
	    fault ? RENDER(about, TEXT_IMPORT_UNUSABLE, a, {"file", named(about, a)},
			{"reason", reason_of(about, after_name(fault, about->name), a)})
		  : RENDER(about, TEXT_IMPORT_FAILED, a, {"file", named(about, a)}),
	    a);
}

struct message *file_import_forgotten(const struct file_import_about *about, struct arena *a)
{
	return say(about, RENDER(about, TEXT_IMPORT_FORGOTTEN, a, {"file", named(about, a)}), a);
}
