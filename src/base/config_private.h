/*
 * The table of configuration and what is done with one row of it; shared by the config*.c files only.
 * Ownership: rows are static; what is read from the environment is a copy, wiped by who has it.
 */
#pragma once
#include "salesreg/base/config.h"

enum config_type {
	TYPE_TEXT,
	TYPE_SECRET,
	TYPE_URL,    /* http:// or https://, no trailing slash kept */
	TYPE_LISTEN, /* base/address.h */
	TYPE_NUMBER, /* low…high */
	TYPE_SWITCH,
	TYPE_CHOICE, /* index into the words of `rule`, separated by | */
	TYPE_IDS,    /* comma-separated Telegram ids, into admin_ids */
	TYPE_ZONE,   /* left in the environment, where the C library looks */
	TYPE_PROXY,  /* read by libcurl from the environment; a password in it is not shown */
	TYPE_READ_ELSEWHERE, /* documented here, used before the table is read or by others */
};

struct config_row {
	const char *name;
	enum config_type type;
	unsigned need;
	size_t offset;
	const char *fallback; /* NULL: not set */
	const char *rule;     /* words of a choice, else the unit or form for people */
	int64_t low, high;
	const char *about;
	unsigned readers; /* enum config_reader; 0: all */
	enum config_carries carries;
	size_t token; /* of CONFIG_CARRIES_TOKEN: where the struct secret is */
};

/* Ends with a row that has no name. */
extern const struct config_row config_table[];
/* Of a name that is in the table. */
const struct config_row *config_row_of(const char *name);
/* Where the value of a row is, of the type that the row says. */
void *config_field(const struct config *c, const struct config_row *row);
/* Where the variable that config_put() made for this row is kept, until the next one. */
char **config_placed(const struct config_row *row);
/* A text with sentences in it, not a value. */
bool config_is_document(const struct config_row *row);
/* What people paste into the wrong variable, which would then be shown wherever that is. NULL: nothing. */
const char *config_secret_in(const struct config_row *row, const char *value);

/* config_value.c */
/* Removes the surrounding white space that editors and `echo` leave behind. */
char *config_trim(char *s);
/* The value in force before parsing: NAME, or the content of NAME_FILE, or the default. False: a problem was noted. */
bool config_raw_value(const struct config_row *row, struct buf *value, struct buf *problems);
/* Parses s, which may be changed. False: it is not usable. */
bool config_store(struct config *c, const struct config_row *row, char *s);

/* config_environment.c */
/*
 * Where libraries look, also if it came from a file; which a process that is started with this environment is not to read
 * again. setenv(3) would keep copies that nobody can wipe, and leave what it replaces.
 */
bool config_put(const struct config_row *row, const char *value);

/* config_url.c */
/* As libcurl finds it: in small letters, else in capitals. */
const char *config_proxy(const struct config_row *row);

/* config_show.c */
/* For people: on one line, with nothing in it that does something to a terminal, and not all of a long one. */
void config_add_shown(struct buf *out, const char *text, size_t units);
/* Without whoever's account it is. url may be NULL. */
void config_dump_url(const char *url, struct buf *out);
void config_describe_rule(const struct config_row *row, struct buf *out);
