/*
 * What the bot writes into callback data, and reading it back.
 * Buttons stay under messages for ever, so the words below are a format: add, never change.
 * Ownership: strings live in the arena or are static.
 * Units: none.
 * Errors: PRESS_UNKNOWN.
 * Callbacks: none.
 * Source: 1–64 bytes (Bot API, "InlineKeyboardButton", callback_data).
 */
#pragma once
#include "salesreg/base/arena.h"
#include <stdint.h>

#define PRESS_MAP(X)                                                                               \
	X(REGISTER_YES, "reg:yes")                                                                 \
	X(REGISTER_NO, "reg:no")                                                                   \
	X(CANCEL, "cancel")                                                                        \
	X(CLAIM, "reg:claim")                                                                      \
	X(APPLICATIONS, "adm:list")                                                                \
	X(LANGUAGE_RU, "lang:ru")                                                                  \
	X(LANGUAGE_EN, "lang:en")                                                                  \
	X(WHOLE_NAME, "name:whole")                                                                \
	X(MENU_CLIENTS, "menu:clients")                                                            \
	X(MENU_STATUS, "menu:status")                                                              \
	X(MENU_EMAIL, "menu:email")                                                                \
	X(MENU_UNREGISTER, "menu:unreg")                                                           \
	X(MENU_HELP, "menu:help")                                                                  \
	X(UNREGISTER_YES, "un:yes")                                                                \
	X(UNREGISTER_NO, "un:no")

enum press_kind {
#define X(name, data) PRESS_##name,
	PRESS_MAP(X)
#undef X
	/* these carry an id */
	PRESS_CONTACTED,    /* "a:<assignment id>:c" */
	PRESS_DECLINE,      /* "a:<assignment id>:d" */
	PRESS_UNDO,         /* "a:<assignment id>:u" */
	PRESS_APPROVE,      /* "adm:ok:<telegram id>" */
	PRESS_REJECT,       /* "adm:no:<telegram id>" */
	PRESS_SAME_PERSON,  /* "adm:same:<telegram id>" */
	PRESS_OTHER_PERSON, /* "adm:other:<telegram id>" */
	PRESS_UNKNOWN,
};

struct press {
	enum press_kind kind;
	int64_t id; /* of the kinds that carry one, above 0 */
};

/* data may be NULL. */
struct press press_parse(const char *data);
/* id is ignored by the kinds that carry none. */
const char *press_data(struct arena *a, enum press_kind kind, int64_t id);
