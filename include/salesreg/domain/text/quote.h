/*
 * What somebody else wrote, made fit to stand in a message of the bot's (message.h, marks).
 * Ownership: results live in the arena; NULL counts as "".
 * Units: UTF-16 units.
 */
#pragma once
#include "salesreg/base/arena.h"

/* Its lines as a quoted block: controls and marks of direction out, blank lines at most one at a time, shortened. "" if nothing
 * is left. */
const char *quote_block(struct arena *a, const char *text, size_t units);
/* On one line, shortened, as a piece that is no link. "" if nothing is left. */
const char *quote_piece(struct arena *a, const char *text, size_t units);
/* A person's name from a table: on one line, shortened; a name with an address in it (domain/name.h) is no link. */
const char *quote_name(struct arena *a, const char *name, size_t units);
/* A person's e-mail from a table: as it is if it is an address and nothing else, or else a piece that is no link. */
const char *quote_email(struct arena *a, const char *email, size_t units);
/* "@name", or NULL if it can be nobody's name on Telegram (letters, digits and underscores, 32 at most). */
const char *quote_username(struct arena *a, const char *username);
