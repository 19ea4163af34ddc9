#include "salesreg/domain/text/catalog.h"
#include "salesreg/base/text.h"
#include <string.h>

static const struct {
	const char *key, *placeholders;
	enum text_kind kind;
} texts[TEXT_COUNT] = {
#define X(id, key, placeholders, kind) [TEXT_##id] = {key, placeholders, TEXT_KIND_##kind},
    TEXT_MAP(X)
#undef X
};

const struct catalog_command catalog_commands[CATALOG_COMMAND_COUNT] = {
    {"start", TEXT_COMMAND_START, AUDIENCE_ALL},
    {"clients", TEXT_COMMAND_CLIENTS, AUDIENCE_REP},
    {"status", TEXT_COMMAND_STATUS, AUDIENCE_REP},
    {"email", TEXT_COMMAND_EMAIL, AUDIENCE_REP},
    {"hours", TEXT_COMMAND_HOURS, AUDIENCE_REP},
    {"admin", TEXT_COMMAND_ADMIN, AUDIENCE_ADMIN},
    {"pending", TEXT_COMMAND_PENDING, AUDIENCE_ADMIN},
    {"find", TEXT_COMMAND_FIND, AUDIENCE_ADMIN},
    {"waits", TEXT_COMMAND_WAITS, AUDIENCE_ADMIN},
    {"stats", TEXT_COMMAND_STATS, AUDIENCE_ADMIN},
    {"broadcast", TEXT_COMMAND_BROADCAST, AUDIENCE_ADMIN},
    {"unregister", TEXT_COMMAND_UNREGISTER, AUDIENCE_REP},
    {"language", TEXT_COMMAND_LANGUAGE, AUDIENCE_ALL},
    {"privacy", TEXT_COMMAND_PRIVACY, AUDIENCE_ALL},
    {"help", TEXT_COMMAND_HELP, AUDIENCE_ALL},
    {"cancel", TEXT_COMMAND_CANCEL, AUDIENCE_ALL},
};

/* Nobody is all of them: who is a rep or an admin is no stranger. */
static const char *const audiences[] = {[AUDIENCE_STRANGER] = "stranger",
    [AUDIENCE_REP] = "rep",
    [AUDIENCE_ADMIN] = "admin",
    [AUDIENCE_REP | AUDIENCE_ADMIN] = "rep admin"};

const char *command_audience_name(unsigned audience)
{
	return audience <= (AUDIENCE_REP | AUDIENCE_ADMIN) && audiences[audience]
		   ? audiences[audience]
		   : audiences[AUDIENCE_STRANGER];
}

unsigned command_audience_from_name(const char *name)
{
	for (unsigned i = 0; i < sizeof audiences / sizeof *audiences; i++)
		if (audiences[i] && strcmp(audiences[i], name) == 0)
			return i;
	return AUDIENCE_STRANGER;
}

const char *text_id_key(enum text_id id)
{
	return texts[id].key;
}

const char *text_id_placeholders(enum text_id id)
{
	return texts[id].placeholders;
}

enum text_kind text_id_kind(enum text_id id)
{
	return texts[id].kind;
}

bool text_id_from_key(const char *key, enum text_id *id)
{
	for (unsigned i = 0; i < TEXT_COUNT; i++)
		if (strcmp(key, texts[i].key) == 0) {
			*id = (enum text_id)i;
			return true;
		}
	return false;
}

static bool is_member(const char *list, const char *name, size_t size)
{
	while (*list) {
		size_t n = strcspn(list, ",");
		if (n == size && memcmp(list, name, n) == 0)
			return true;
		list += n + (list[n] == ',');
	}
	return false;
}

static bool is_blank(const char *text)
{
	for (uint32_t c; (c = text_next(&text));)
		if (!text_is_space(c))
			return false;
	return true;
}

/* NULL, or what is wrong with how the placeholders are written. */
static const char *check_braces(const char *text, const char *allowed)
{
	for (const char *at = text; (at = strpbrk(at, "{}")); at++) {
		if (*at == '}')
			return "has a } without a { before it";
		size_t n = strcspn(at + 1, "{}");
		if (at[1 + n] != '}')
			return "has a { without a } after it";
		if (!is_member(allowed, at + 1, n))
			return "names a {placeholder} that this text does not have";
		at += 1 + n;
	}
	return NULL;
}

static bool mentions(const char *text, const char *name, size_t size)
{
	for (const char *at = text; (at = strchr(at, '{')); at++)
		if (strncmp(at + 1, name, size) == 0 && at[1 + size] == '}')
			return true;
	return false;
}

static const char *check_length(enum text_kind kind, size_t units)
{
	switch (kind) {
	case TEXT_KIND_MESSAGE:
		return units > 4096 ? "is longer than 4096 characters, Telegram's limit" : NULL;
	case TEXT_KIND_BUTTON:
		return units > TEXT_BUTTON_UNITS ? "is longer than the 64 characters a button shows"
						 : NULL;
	case TEXT_KIND_ANSWER:
		return units > TEXT_ANSWER_UNITS ? "is longer than 200 characters, Telegram's "
						   "limit for answers to buttons"
						 : NULL;
	case TEXT_KIND_COMMAND:
		return units > TEXT_COMMAND_UNITS
			   ? "is longer than 256 characters, Telegram's limit for commands"
			   : NULL;
	}
	return NULL;
}

const char *catalog_check(enum text_id id, const char *text)
{
	if (!text)
		return "is missing";
	if (!text_is_clean(text, strlen(text)))
		return "is not valid UTF-8";
	if (is_blank(text))
		return "is empty";
	const char *complaint = check_length(texts[id].kind, text_utf16_units(text));
	if (!complaint)
		complaint = check_braces(text, texts[id].placeholders);
	if (complaint)
		return complaint;
	for (const char *name = texts[id].placeholders; *name;) {
		size_t n = strcspn(name, ",");
		if (!mentions(text, name, n))
			return "lacks a {placeholder} it must have";
		name += n + (name[n] == ',');
	}
	return NULL;
}

static const char *value_of(
    const struct catalog_arg *args, size_t count, const char *name, size_t size)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(args[i].name) == size && memcmp(args[i].name, name, size) == 0)
			return args[i].value ? args[i].value : "";
	return "";
}

/* Adds to out unless it is NULL; returns the size with it. */
static size_t put(char *out, size_t size, const char *bytes, size_t n)
{
	if (out)
		memcpy(out + size, bytes, n);
	return size + n;
}

/* Writes to out unless it is NULL; returns the size either way. */
static size_t expand(const char *text, const struct catalog_arg *args, size_t count, char *out)
{
	size_t size = 0;
	for (;;) {
		size_t n = strcspn(text, "{");
		const char *close = strchr(text + n, '}');
		if (!close) /* the rest; or not a checked text, shown as it is */
			return put(out, size, text, strlen(text));
		const char *name = text + n + 1;
		const char *value = value_of(args, count, name, (size_t)(close - name));
		size = put(out, size, text, n);
		size = put(out, size, value, strlen(value));
		text = close + 1;
	}
}

char *catalog_render(const struct catalog *catalog, enum locale locale, enum text_id id,
    const struct catalog_arg *args, size_t count, struct arena *a)
{
	const char *text = catalog->texts[locale][id];
	char *out = arena_alloc(a, expand(text, args, count, NULL) + 1);
	(void)expand(text, args, count, out);
	return out;
}
