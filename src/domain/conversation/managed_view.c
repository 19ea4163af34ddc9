#include "salesreg/domain/conversation/managed_view.h"
#include <string.h>

enum { HASH_CHARS = 16 };

static const char letters[] = {
#define X(name, letter) [MANAGED_##name] = (letter),
    MANAGED_ACT_MAP(X)
#undef X
};

const char *managed_place_write(struct managed_place place, struct arena *a)
{
	return arena_printf(a, "%lld.%s", (long long)place.page, place.words);
}

/* Digits, as they are written; returns what follows them, or NULL. */
static const char *read_number(const char *s, int64_t *value)
{
	int64_t sum = 0;
	const char *first = s;
	for (; *s >= '0' && *s <= '9'; s++)
		if (__builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_add_overflow(sum, *s - '0', &sum))
			return NULL;
	*value = sum;
	return s != first ? s : NULL;
}

bool managed_place_read(const char *data, struct managed_place *place)
{
	*place = (struct managed_place){0};
	const char *end = data ? read_number(data, &place->page) : NULL;
	if (!end || *end != '.' || !end[1] || place->page >= MANAGED_PAGES)
		return false;
	place->words = end + 1;
	return true;
}

const char *managed_press_write(struct managed_press press, struct arena *a)
{
	return arena_printf(a, "%016llx%c%s", (unsigned long long)press.hash, letters[press.act],
	    press.place ? press.place : "");
}

static const char *read_hash(const char *s, int64_t *hash)
{
	uint64_t sum = 0;
	for (int i = 0; i < HASH_CHARS; i++, s++) {
		bool digit = *s >= '0' && *s <= '9';
		if (!digit && !(*s >= 'a' && *s <= 'f'))
			return NULL;
		sum = sum << 4 | (uint64_t)(digit ? *s - '0' : *s - 'a' + 10);
	}
	*hash = (int64_t)sum;
	return s;
}

bool managed_press_read(const char *data, struct managed_press *press)
{
	*press = (struct managed_press){0};
	const char *rest = data ? read_hash(data, &press->hash) : NULL;
	size_t act = 0;
	while (rest && act < sizeof letters && letters[act] != *rest)
		act++;
	if (!rest || !*rest || act == sizeof letters)
		return false;
	press->act = (enum managed_act)act;
	rest++;
	struct managed_place place;
	if (*rest && !managed_place_read(rest, &place))
		return false;
	press->place = *rest ? rest : NULL;
	return true;
}
