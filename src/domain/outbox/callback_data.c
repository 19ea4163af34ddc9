#include "salesreg/domain/outbox/callback_data.h"
#include "salesreg/base/fingerprint.h"
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

/* Nothing at all, or ":" and a fingerprint; false: something else. */
static bool parse_about(const char *s, const char **about)
{
	*about = *s == ':' ? s + 1 : NULL;
	return *s == '\0' || (*about && strlen(*about) == FINGERPRINT_CHARS &&
				 strspn(*about, "0123456789abcdef") == FINGERPRINT_CHARS);
}

bool press_shows_something(enum press_kind kind)
{
	return kind == PRESS_WHOLE_NAME || kind == PRESS_CLAIM;
}

static struct press parse_plain(const char *data)
{
	for (unsigned i = 0; i < sizeof plain / sizeof plain[0]; i++) {
		struct press press = {.kind = (enum press_kind)i};
		size_t n = strlen(plain[i]);
		if (strncmp(data, plain[i], n) != 0)
			continue;
		if (press.kind == PRESS_LANGUAGE && data[n] == ':') {
			press.about = data + n + 1;
			return press;
		}
		if (data[n] == '\0' ||
		    (press_shows_something(press.kind) && parse_about(data + n, &press.about)))
			return press;
	}
	return (struct press){.kind = PRESS_UNKNOWN};
}

static struct press parse_assignment(const char *data)
{
	struct press press = {.kind = PRESS_UNKNOWN};
	const char *after = parse_id(data, &press.id);
	if (after && strcmp(after, ":c") == 0)
		press.kind = PRESS_CONTACTED;
	else if (after && strcmp(after, ":d") == 0)
		press.kind = PRESS_DECLINE;
	else if (after && strcmp(after, ":u") == 0)
		press.kind = PRESS_UNDO;
	else
		press.id = 0;
	return press;
}

static struct press parse_decision(const char *data)
{
	static const struct {
		const char *word;
		enum press_kind kind;
	} decisions[] = {{"ok:", PRESS_APPROVE}, {"no:", PRESS_REJECT},
	    {"same:", PRESS_SAME_PERSON}, {"other:", PRESS_OTHER_PERSON}};
	for (size_t i = 0; i < sizeof decisions / sizeof decisions[0]; i++) {
		struct press press = {.kind = decisions[i].kind};
		size_t n = strlen(decisions[i].word);
		if (strncmp(data, decisions[i].word, n) != 0)
			continue;
		const char *after = parse_id(data + n, &press.id);
		if (after && parse_about(after, &press.about))
			return press;
	}
	return (struct press){.kind = PRESS_UNKNOWN};
}

struct press press_parse(const char *data)
{
	if (data && strncmp(data, "a:", 2) == 0)
		return parse_assignment(data + 2);
	struct press press = {.kind = PRESS_UNKNOWN};
	if (data)
		press = parse_plain(data);
	if (data && press.kind == PRESS_UNKNOWN && strncmp(data, "adm:", 4) == 0)
		press = parse_decision(data + 4);
	return press;
}

bool press_is_about(const struct press *press, const char *about)
{
	return press->about && strcmp(press->about, about) == 0;
}

const char *press_data_about(struct arena *a, enum press_kind kind, int64_t id, const char *about)
{
	return arena_printf(a, "%s:%s", press_data(a, kind, id), about);
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
	case PRESS_CODE_AGAIN:
	case PRESS_INVITE:
	case PRESS_APPLICATIONS:
	case PRESS_LANGUAGE:
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
