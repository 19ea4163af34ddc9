/*
 * What is likely wrong with a configured value, before anything was cut off.
 * Ownership: texts are borrowed for the call; sentences are static.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* Of a value as it was given, before anything was cut off; several may hold. */
enum text_doubt {
	TEXT_DOUBT_QUOTED = 1,          /* begins with a quotation mark */
	TEXT_DOUBT_CARRIAGE_RETURN = 2, /* ends in one: from a file with Windows line ends */
	TEXT_DOUBT_LINE_BREAK = 4,      /* more than one line */
	/* a no-break or zero-width space, a byte order mark, a control, a mark of direction */
	TEXT_DOUBT_INVISIBLE = 8,
};
unsigned text_doubts(const char *value);

/* Of the bytes of a file: it is in UTF-16, or no text at all. */
bool value_is_no_text(const char *bytes, size_t size);
/* What makes a value unusable whatever it is for, "…; how to fix it", to be put behind the variable's name. NULL: nothing.
 * document: of many lines and any letters. list: members separated by commas. */
const char *value_fault(const char *value, bool document, bool list);

/*
 * A secret of another variable's in a value that may be shown: "has a … in it, which belongs into …", to be put behind the
 * variable's name. NULL: none that can be told by its look. Sources: Telegram's and Google's own forms of them.
 */
const char *value_secret(const char *value);
/* An @ behind scheme://, wherever: a password may have any sign in it. */
bool value_has_user(const char *value);
