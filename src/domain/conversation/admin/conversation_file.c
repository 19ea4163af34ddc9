/*
 * A file of prospects that an admin sends: what would come of it is shown (app/bot/admin/file_imports), and then it is imported, or not.
 */
#include "../conversation_private.h"
#include "salesreg/domain/text/quote.h"
#include <string.h>
#include <strings.h>

enum { NAME_UNITS = 100, BYTES_MOST = 20 * 1024 * 1024 };

static bool ends_with(const char *name, const char *const *endings)
{
	const char *dot = strrchr(name, '.');
	for (; dot && *endings; endings++)
		if (strcasecmp(dot + 1, *endings) == 0)
			return true;
	return false;
}

bool turn_sent_file(struct turn *t)
{
	static const char *const tables[] = {"csv", "tsv", "txt", NULL};
	static const char *const spreadsheets[] = {"xlsx", "xls", "xlsm", "ods", "numbers", NULL};
	const struct event_file *file = t->event->file;
	if (!(t->kinds & PERSON_ADMIN) || t->event->kind != EVENT_MEDIA || !file || !file->name ||
	    strcmp(file->kind, "document") != 0)
		return false;
	const char *name = quote_piece(t->a, file->name, NAME_UNITS);
	if (ends_with(file->name, spreadsheets)) {
		(void)turn_say(t, TEXT_IMPORT_SPREADSHEET, ARGS({"file", name}));
		return true;
	}
	if (!ends_with(file->name, tables))
		return false;
	if (file->size > BYTES_MOST) {
		(void)turn_say(t, TEXT_IMPORT_TOO_BIG, ARGS({"file", name}));
		return true;
	}
	const struct file_view *other = &t->state->file;
	const char *others =
	    other->state != FILE_NONE ? quote_piece(t->a, other->name, NAME_UNITS) : "";
	if (other->state == FILE_WANTED) {
		(void)turn_say(t, TEXT_IMPORT_BUSY, ARGS({"file", name}, {"other", others}));
		return true;
	}
	turn_effect(t, (struct effect){.kind = EFFECT_SEND_FILE,
			   .message_id = t->event->said_id,
			   .said = file->id,
			   .name = file->name,
			   .at = file->size});
	const char *text = turn_text(t, TEXT_IMPORT_READING, ARGS({"file", name}));
	if (other->state != FILE_NONE)
		text =
		    turn_join(t, turn_text(t, TEXT_IMPORT_INSTEAD, ARGS({"other", others})), text);
	(void)turn_say_text(t, text);
	return true;
}

static void decide(struct turn *t)
{
	turn_remove_buttons(t, 0, false, false);
	if (t->state->file.state != FILE_SHOWN || t->state->file.message_id != t->press.id) {
		turn_answer(t, true, TEXT_ANSWER_IMPORT_OLD, NO_ARGS);
		return;
	}
	bool no = t->press.kind == PRESS_IMPORT_NO;
	turn_effect(t, (struct effect){.kind = no ? EFFECT_CANCEL_FILE : EFFECT_IMPORT_FILE,
			   .message_id = t->press.id,
			   .reason = no                                   ? NULL
				     : t->press.kind == PRESS_IMPORT_GOOD ? "good"
									  : "all"});
	turn_answer(
	    t, false, no ? TEXT_ANSWER_IMPORT_CANCELLED : TEXT_ANSWER_IMPORT_BEGINS, NO_ARGS);
}

static const struct button_row buttons[] = {
    {PRESS_IMPORT_ALL, PERSON_ADMIN, FACT_FILE, OPEN_TO_ALL, decide},
    {PRESS_IMPORT_GOOD, PERSON_ADMIN, FACT_FILE, OPEN_TO_ALL, decide},
    {PRESS_IMPORT_NO, PERSON_ADMIN, FACT_FILE, OPEN_TO_ALL, decide},
};
const struct dialogue dialogue_files = {BUTTONS(buttons)};
