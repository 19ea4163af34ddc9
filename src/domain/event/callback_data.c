#include "salesreg/domain/event/callback_data.h"
#include "salesreg/base/fingerprint.h"
#include <stddef.h>
#include <string.h>

/* before, then an id if the kind carries one, then after, then ":" and a fingerprint if it shows something. */
static const struct wire {
	const char *before, *after;
	bool has_id, shows;
} wires[] = {
#define X(name, data) [PRESS_##name] = {data, "", false, false},
    PRESS_MAP(X)
#undef X
#define X(name, first, last, about) [PRESS_##name] = {first, last, true, about},
	PRESS_WITH_ID_MAP(X)
#undef X
	    [PRESS_UNKNOWN] = {"?", "", false, false},
};

bool press_shows_something(enum press_kind kind)
{
	return wires[kind].shows || kind == PRESS_WHOLE_NAME || kind == PRESS_CLAIM;
}

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

/* Whether what stands behind the ":" is for who reads the press to judge. */
static bool is_free(enum press_kind kind)
{
	return kind == PRESS_LANGUAGE || kind == PRESS_ZONE || kind == PRESS_QUESTION ||
	       kind == PRESS_CLIENTS || kind == PRESS_CLIENT || kind == PRESS_CLIENT_HISTORY ||
	       kind == PRESS_ADMIN_MENU || kind == PRESS_REPS || kind == PRESS_MANAGED_LIST ||
	       kind == PRESS_MANAGED_WAITS || kind == PRESS_MANAGED ||
	       (kind >= PRESS_REP && kind <= PRESS_REP_CAPACITY_SET);
}

/* Nothing at all, or ":" and a fingerprint, or what the kind has instead of one; false: something else. */
static bool parse_about(const char *s, enum press_kind kind, const char **about)
{
	if (is_free(kind)) {
		*about = *s == ':' ? s + 1 : NULL;
		return *about || *s == '\0';
	}
	bool shows = press_shows_something(kind);
	*about = *s == ':' && shows ? s + 1 : NULL;
	return *s == '\0' || (*about && strlen(*about) == FINGERPRINT_CHARS &&
				 strspn(*about, "0123456789abcdef") == FINGERPRINT_CHARS);
}

static bool parse_as(enum press_kind kind, const char *data, struct press *press)
{
	const struct wire *wire = &wires[kind];
	size_t before = strlen(wire->before), after = strlen(wire->after);
	*press = (struct press){.kind = kind};
	if (strncmp(data, wire->before, before) != 0)
		return false;
	const char *rest = data + before;
	if (wire->has_id && !(rest = parse_id(rest, &press->id)))
		return false;
	return strncmp(rest, wire->after, after) == 0 &&
	       parse_about(rest + after, kind, &press->about);
}

struct press press_parse(const char *data)
{
	struct press press;
	for (unsigned kind = 0; data && kind < PRESS_UNKNOWN; kind++)
		if (parse_as((enum press_kind)kind, data, &press))
			return press;
	return (struct press){.kind = PRESS_UNKNOWN};
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
	const struct wire *wire = &wires[kind];
	return wire->has_id ? arena_printf(a, "%s%lld%s", wire->before, (long long)id, wire->after)
			    : wire->before;
}
