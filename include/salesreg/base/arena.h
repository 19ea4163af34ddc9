/*
 * Arena: memory of one batch or request, given back all at once.
 * Ownership: everything allocated lives until arena_reset() or arena_finish(); nothing is freed singly.
 * Units: bytes. Errors: running out of memory aborts. The maximum is not enforced at once, where nobody could do anything
 * about it: whoever handles what other people sent asks arena_is_over() before the result is used, and refuses that one thing.
 */
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct arena_block;
struct arena {
	struct arena_block *head;
	size_t used, maximum;
	bool wipes;
};

void arena_init(struct arena *a, size_t maximum);
/* What was in it is overwritten by arena_reset() and arena_finish(): for codes, tokens, keys. */
void arena_init_secret(struct arena *a, size_t maximum);
/* Keeps one block for reuse; contents become invalid. */
void arena_reset(struct arena *a);
void arena_finish(struct arena *a);
/* Has more been taken since the last reset than arena_init() allowed? */
bool arena_is_over(const struct arena *a);

/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *a, size_t size);
/* Not zeroed: for what is written anyway. */
void *arena_bytes(struct arena *a, size_t size);
#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_alloc((a), sizeof(type) * (n)))

/*
 * An array that grows: with room for `more` beside the `count` that are in it. Where it has that already it is the same one; else a copy,
 * with the rest zeroed, and *room is how many it holds.
 */
void *arena_grow(
    struct arena *a, void *array, size_t count, size_t more, size_t *room, size_t size);
#define ARENA_GROW(a, array, count, more, room)                                                    \
	((array) = arena_grow((a), (array), (count), (more), &(room), sizeof *(array)))

/* Copies; NULL stays NULL. */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);
/* All the strings one after another; the last argument is NULL. For the hot paths, where printf shows in profiles. */
char *arena_concat(struct arena *a, const char *first, ...) __attribute__((sentinel));
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
