#include "press.h"
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static const char *const plain[] = {
#define X(name, data) [PRESS_##name] = data,
    PRESS_MAP(X)
#undef X
};

/* Digits only, so that one id has one spelling; returns what follows them, or NULL. */
static const char *parse_id(const char *s, int64_t *id)
{
	int64_t value = 0;
	const char *first = s;
	for (; *s >= '0' && *s <= '9'; s++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, *s - '0', &value))
			return NULL;
	*id = value;
	return s != first && *first != '0' ? s : NULL;
}

struct press press_parse(const char *data)
{
	const struct press unknown = {PRESS_UNKNOWN, 0};
	if (!data)
		return unknown;
	for (unsigned i = 0; i < sizeof plain / sizeof plain[0]; i++)
		if (strcmp(data, plain[i]) == 0)
			return (struct press){(enum press_kind)i, 0};
	int64_t id = 0;
	if (strncmp(data, "a:", 2) == 0) {
		const char *after = parse_id(data + 2, &id);
		if (after && strcmp(after, ":c") == 0)
			return (struct press){PRESS_CONTACTED, id};
		if (after && strcmp(after, ":d") == 0)
			return (struct press){PRESS_DECLINE, id};
		if (after && strcmp(after, ":u") == 0)
			return (struct press){PRESS_UNDO, id};
	}
	if (strncmp(data, "adm:", 4) == 0) {
		static const struct {
			const char *word;
			enum press_kind kind;
		} decisions[] = {{"ok:", PRESS_APPROVE}, {"no:", PRESS_REJECT},
		    {"same:", PRESS_SAME_PERSON}, {"other:", PRESS_OTHER_PERSON}};
		for (size_t i = 0; i < sizeof decisions / sizeof decisions[0]; i++) {
			size_t n = strlen(decisions[i].word);
			if (strncmp(data + 4, decisions[i].word, n) != 0)
				continue;
			const char *after = parse_id(data + 4 + n, &id);
			if (after && *after == '\0')
				return (struct press){decisions[i].kind, id};
		}
	}
	return unknown;
}

const char *press_data(struct arena *a, enum press_kind kind, int64_t id)
{
	switch (kind) {
	case PRESS_CONTACTED:
		return arena_printf(a, "a:%lld:c", (long long)id);
	case PRESS_DECLINE:
		return arena_printf(a, "a:%lld:d", (long long)id);
	case PRESS_UNDO:
		return arena_printf(a, "a:%lld:u", (long long)id);
	case PRESS_APPROVE:
		return arena_printf(a, "adm:ok:%lld", (long long)id);
	case PRESS_REJECT:
		return arena_printf(a, "adm:no:%lld", (long long)id);
	case PRESS_SAME_PERSON:
		return arena_printf(a, "adm:same:%lld", (long long)id);
	case PRESS_OTHER_PERSON:
		return arena_printf(a, "adm:other:%lld", (long long)id);
	case PRESS_REGISTER_YES:
	case PRESS_REGISTER_NO:
	case PRESS_CANCEL:
	case PRESS_WHOLE_NAME:
	case PRESS_CLAIM:
	case PRESS_APPLICATIONS:
	case PRESS_LANGUAGE_RU:
	case PRESS_LANGUAGE_EN:
	case PRESS_MENU_CLIENTS:
	case PRESS_MENU_STATUS:
	case PRESS_MENU_EMAIL:
	case PRESS_MENU_UNREGISTER:
	case PRESS_MENU_HELP:
	case PRESS_UNREGISTER_YES:
	case PRESS_UNREGISTER_NO:
		return plain[kind];
	case PRESS_UNKNOWN:
		break;
	}
	return "?";
}
