#include "salesreg/base/arena.h"
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 32 * 1024, ALIGNMENT = alignof(max_align_t) };

struct arena_block {
	struct arena_block *next;
	size_t size, used;
	alignas(max_align_t) unsigned char bytes[];
};

static void *out_of_memory(void)
{
	(void)fputs("salesreg: out of memory\n", stderr);
	abort();
}

static struct arena_block *block_create(size_t size)
{
	struct arena_block *block = malloc(sizeof *block + size);
	if (!block)
		return out_of_memory();
	block->next = NULL;
	block->size = size;
	block->used = 0;
	return block;
}

void arena_init(struct arena *a, size_t maximum)
{
	*a = (struct arena){.maximum = maximum};
}

void arena_init_secret(struct arena *a, size_t maximum)
{
	*a = (struct arena){.maximum = maximum, .wipes = true};
}

static void wipe(const struct arena *a, struct arena_block *block)
{
	if (a->wipes)
		explicit_bzero(block->bytes, block->used);
}

void arena_reset(struct arena *a)
{
	struct arena_block *keep = NULL;
	for (struct arena_block *b = a->head, *next; b; b = next) {
		next = b->next;
		wipe(a, b);
		if (!keep && b->size == BLOCK_SIZE) {
			keep = b;
			keep->next = NULL;
			keep->used = 0;
		} else {
			free(b);
		}
	}
	a->head = keep;
	a->used = 0;
}

bool arena_is_over(const struct arena *a)
{
	return a->used > a->maximum;
}

void arena_finish(struct arena *a)
{
	arena_reset(a);
	free(a->head);
	a->head = NULL;
}

void *arena_bytes(struct arena *a, size_t size)
{
	size_t rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (rounded < size)
		return out_of_memory();
	a->used += rounded;
	struct arena_block *block = a->head;
	if (!block || block->size - block->used < rounded) {
		size_t block_size = rounded > BLOCK_SIZE / 4 ? rounded : BLOCK_SIZE;
		struct arena_block *fresh = block_create(block_size);
		if (block && block_size != BLOCK_SIZE) {
			/* a large piece gets a block of its own; small ones go on filling the head */
			fresh->next = block->next;
			block->next = fresh;
		} else {
			fresh->next = block;
			a->head = fresh;
		}
		block = fresh;
	}
	void *p = block->bytes + block->used;
	block->used += rounded;
	return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
	return memset(arena_bytes(a, size), 0, size);
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	if (!s)
		return NULL;
	char *copy = arena_bytes(a, n + 1);
	memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return s ? arena_strndup(a, s, strlen(s)) : NULL;
}

void *arena_grow(struct arena *a, void *array, size_t count, size_t more, size_t *room, size_t size)
{
	if (count + more <= *room)
		return array;
	*room = (count + more) * 2 + 16;
	void *grown = arena_alloc(a, *room * size);
	if (count > 0)
		memcpy(grown, array, count * size);
	return grown;
}

char *arena_concat(struct arena *a, const char *first, ...)
{
	va_list args;
	size_t size = 0;
	va_start(args, first);
	for (const char *s = first; s; s = va_arg(args, const char *))
		size += strlen(s);
	va_end(args);
	char *out = arena_bytes(a, size + 1), *end = out;
	*end = '\0';
	va_start(args, first);
	for (const char *s = first; s; s = va_arg(args, const char *))
		end = stpcpy(end, s);
	va_end(args);
	return out;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
	/* most results are short: formatted once, then copied */
	char brief[256];
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	int n = vsnprintf(brief, sizeof brief, format, args);
	va_end(args);
	size_t size = n < 0 ? 0 : (size_t)n;
	char *s = arena_bytes(a, size + 1);
	s[size] = '\0';
	if (size < sizeof brief)
		memcpy(s, brief, size);
	else
		(void)vsnprintf(s, size + 1, format, again);
	va_end(again);
	return s;
}
