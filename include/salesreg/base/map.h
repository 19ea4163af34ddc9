/*
 * Hash map from int64 keys (chat and user ids) to pointers or numbers. Open addressing, no allocation on look-up.
 * Ownership: the map owns its table, never what values point to. Adding or removing invalidates slot pointers.
 * Errors: out of memory aborts; callers bound the number of keys.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

union map_value {
	void *pointer;
	int64_t number;
};
struct map_slot {
	int64_t key;
	union map_value value;
	bool used;
};
struct map {
	struct map_slot *slots;
	size_t count, capacity;
};

void map_init(struct map *m);
void map_finish(struct map *m);
/* NULL if absent. */
struct map_slot *map_find(const struct map *m, int64_t key);
/* Finds or adds (value zeroed). */
struct map_slot *map_put(struct map *m, int64_t key);
bool map_remove(struct map *m, int64_t key);
/* Of a map of times: those that are over, `now` among them, are removed. */
void map_remove_over(struct map *m, int64_t now);
/* Goes through all: start with NULL, NULL at the end. Do not change the map meanwhile. */
struct map_slot *map_next(const struct map *m, const struct map_slot *after);
