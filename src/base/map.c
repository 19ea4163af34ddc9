#include "salesreg/base/map.h"
#include <stdlib.h>

enum { FIRST_CAPACITY = 16 };

/* Finaliser of splitmix64: neighbouring chat ids land far apart. */
static size_t hash(int64_t key)
{
	uint64_t x = (uint64_t)key;
	x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
	x = (x ^ x >> 27) * 0x94D049BB133111EBu;
	return (size_t)(x ^ x >> 31);
}

void map_init(struct map *m)
{
	*m = (struct map){0};
}

void map_finish(struct map *m)
{
	free(m->slots);
	*m = (struct map){0};
}

/* The slot of key, or the free one where it would go. */
static struct map_slot *probe(struct map_slot *slots, size_t capacity, int64_t key)
{
	size_t i = hash(key) & (capacity - 1);
	while (slots[i].used && slots[i].key != key)
		i = (i + 1) & (capacity - 1);
	return &slots[i];
}

static void resize(struct map *m, size_t capacity)
{
	struct map_slot *slots = calloc(capacity, sizeof *slots);
	if (!slots)
		abort();
	for (size_t i = 0; i < m->capacity; i++)
		if (m->slots[i].used)
			*probe(slots, capacity, m->slots[i].key) = m->slots[i];
	free(m->slots);
	m->slots = slots;
	m->capacity = capacity;
}

struct map_slot *map_find(const struct map *m, int64_t key)
{
	if (m->count == 0)
		return NULL;
	struct map_slot *slot = probe(m->slots, m->capacity, key);
	return slot->used ? slot : NULL;
}

struct map_slot *map_put(struct map *m, int64_t key)
{
	if (m->capacity == 0)
		resize(m, FIRST_CAPACITY);
	else if ((m->count + 1) * 4 > m->capacity * 3)
		resize(m, m->capacity * 2);
	struct map_slot *slot = probe(m->slots, m->capacity, key);
	if (!slot->used) {
		*slot = (struct map_slot){.key = key, .used = true};
		m->count++;
	}
	return slot;
}

bool map_remove(struct map *m, int64_t key)
{
	struct map_slot *slot = map_find(m, key);
	if (!slot)
		return false;
	/* move later members of the probe chain back, so that no tombstones are needed */
	size_t mask = m->capacity - 1, hole = (size_t)(slot - m->slots);
	for (size_t i = (hole + 1) & mask; m->slots[i].used; i = (i + 1) & mask) {
		size_t home = hash(m->slots[i].key) & mask;
		if (((i - home) & mask) >= ((i - hole) & mask)) {
			m->slots[hole] = m->slots[i];
			hole = i;
		}
	}
	m->slots[hole] = (struct map_slot){0};
	m->count--;
	if (m->capacity > 1024 && m->count * 8 < m->capacity)
		resize(m, m->capacity / 2);
	return true;
}

void map_remove_over(struct map *m, int64_t now)
{
	/* a new table, since none may change while one goes through it */
	struct map live;
	map_init(&live);
	for (const struct map_slot *s = NULL; (s = map_next(m, s));)
		if (s->value.number > now)
			map_put(&live, s->key)->value = s->value;
	map_finish(m);
	*m = live;
}

struct map_slot *map_next(const struct map *m, const struct map_slot *after)
{
	for (size_t i = after ? (size_t)(after - m->slots) + 1 : 0; i < m->capacity; i++)
		if (m->slots[i].used)
			return &m->slots[i];
	return NULL;
}
