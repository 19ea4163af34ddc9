#include "salesreg/domain/conversation/managed_view.h"
#include "salesreg/base/fingerprint.h"
#include <string.h>

enum { HASH_CHARS = 16 };

static const struct {
	char letter;
	bool decides;
} acts[] = {
#define X(name, letter, decides) [MANAGED_##name] = {(letter), (decides)},
    MANAGED_ACT_MAP(X)
#undef X
};
enum { ACTS = sizeof acts / sizeof *acts };

const char *const managed_statuses[MANAGED_STATUSES] = {
    "unreached", "contacted", "in_conversation", "converted", "archived"};

void managed_about(
    const struct managed_prospect *prospect, struct arena *a, char about[MANAGED_ABOUT_CHARS + 1])
{
	const char *const parts[] = {prospect->rep_id, prospect->client.status};
	memcpy(about, fingerprint(a, parts, sizeof parts / sizeof *parts), MANAGED_ABOUT_CHARS);
	about[MANAGED_ABOUT_CHARS] = '\0';
}

static const char lists[MANAGED_LISTS] = {
    [LISTED_WITHOUT_REP] = 'w', [LISTED_WITHOUT_CONTACT] = 'c', [LISTED_QUIET] = 'q'};

char managed_list_letter(enum managed_list list)
{
	return lists[list];
}

const char *managed_place_write(struct managed_place place, struct arena *a)
{
	if (place.list == LISTED_FOUND)
		return arena_printf(a, "%lld.%s", (long long)place.page, place.words);
	return arena_printf(a, "%c%lld", lists[place.list], (long long)place.page);
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
	*place = (struct managed_place){.list = LISTED_FOUND};
	for (size_t i = LISTED_FOUND + 1; data && i < MANAGED_LISTS; i++)
		if (*data == lists[i])
			place->list = (enum managed_list)i;
	const char *end =
	    data ? read_number(data + (place->list != LISTED_FOUND), &place->page) : NULL;
	if (!end || place->page >= MANAGED_PAGES)
		return false;
	if (place->list != LISTED_FOUND)
		return *end == '\0';
	place->words = end + 1;
	return *end == '.' && end[1];
}

const char *managed_press_write(struct managed_press press, struct arena *a)
{
	const char *number =
	    press.number > 0 ? arena_printf(a, "%lld", (long long)press.number) : "";
	return arena_printf(a, "%016llx%c%s%s%s", (unsigned long long)press.hash,
	    acts[press.act].letter, press.about, number, press.place ? press.place : "");
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

static bool read_about(const char **rest, struct managed_press *press)
{
	if (strspn(*rest, "0123456789abcdef") < MANAGED_ABOUT_CHARS)
		return false;
	memcpy(press->about, *rest, MANAGED_ABOUT_CHARS);
	*rest += MANAGED_ABOUT_CHARS;
	return true;
}

bool managed_press_read(const char *data, struct managed_press *press)
{
	*press = (struct managed_press){0};
	const char *rest = data ? read_hash(data, &press->hash) : NULL;
	size_t act = 0;
	while (rest && act < ACTS && acts[act].letter != *rest)
		act++;
	if (!rest || !*rest || act == ACTS)
		return false;
	press->act = (enum managed_act)act;
	rest++;
	if (acts[act].decides && !read_about(&rest, press))
		return false;
	if (act == MANAGED_CARD) {
		struct managed_place place;
		press->place = *rest ? rest : NULL;
		return !*rest || managed_place_read(rest, &place);
	}
	if (*rest && *rest != '0')
		rest = read_number(rest, &press->number);
	return rest && !*rest;
}
