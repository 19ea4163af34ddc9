/*
 * Every text a person can see, by id and locale: what may stand in it, and putting values into it.
 * Ownership: a catalog borrows its texts from whoever loaded them, for as long as the catalog is
 * used; rendered texts live in the arena given; keys, names and complaints are static.
 * Units: UTF-16 units, as Telegram counts.
 * Errors: catalog_check() says in a sentence what is wrong; rendering cannot fail.
 * Source of the limits: Bot API, "sendMessage" (4096), "answerCallbackQuery" (200), "BotCommand"
 * (command 32, description 256); button labels have no documented limit, 64 is what still fits on a
 * phone.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/domain/text/locale.h"
#include "salesreg/generated/text_ids.h"
#include <stdbool.h>
#include <stddef.h>

enum text_kind { TEXT_KIND_MESSAGE, TEXT_KIND_BUTTON, TEXT_KIND_ANSWER, TEXT_KIND_COMMAND };
enum { TEXT_BUTTON_UNITS = 64, TEXT_ANSWER_UNITS = 200, TEXT_COMMAND_UNITS = 256 };

/* TEXT_MAP(X), from config/messages/: id, key, placeholders (each must stand in the text, no others may), kind */
enum text_id {
#define X(id, key, placeholders, kind) TEXT_##id,
	TEXT_MAP(X)
#undef X
	    TEXT_COUNT
};

struct catalog {
	const char *texts[LOCALE_COUNT][TEXT_COUNT];
};

struct catalog_arg {
	const char *name, *value; /* value NULL counts as "" */
};

/* Whose menu a command is in; a person may be a rep and an admin. */
enum command_audience {
	AUDIENCE_STRANGER = 1 << 0, /* and prospects */
	AUDIENCE_REP = 1 << 1,
	AUDIENCE_ADMIN = 1 << 2,
	AUDIENCE_ALL = AUDIENCE_STRANGER | AUDIENCE_REP | AUDIENCE_ADMIN
};
/* "rep admin", as it is stored. */
const char *command_audience_name(unsigned audience);
/* What is none of ours counts as strangers. */
unsigned command_audience_from_name(const char *name);

/* The bot's menu (setMyCommands): names without the slash, texts by locale. */
struct catalog_command {
	const char *name;
	enum text_id description;
	unsigned audiences;
};
enum { CATALOG_COMMAND_COUNT = 16 };
extern const struct catalog_command catalog_commands[CATALOG_COMMAND_COUNT];

const char *text_id_key(enum text_id id);
bool text_id_from_key(const char *key, enum text_id *id);
enum text_kind text_id_kind(enum text_id id);
/* "name,email", or "" for none. */
const char *text_id_placeholders(enum text_id id);

/* NULL if text will do for id, else a sentence that says what is wrong with it.
 * text may be NULL (not there). */
const char *catalog_check(enum text_id id, const char *text);
/* The text with each {name} replaced by its value; braces inside values mean nothing.
 * Never NULL. */
char *catalog_render(const struct catalog *catalog, enum locale locale, enum text_id id,
    const struct catalog_arg *args, size_t count, struct arena *a);
