#include "salesreg/base/pieces.h"
#include "salesreg/base/each_its_own.h"
#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { STEP = 16, CLASSES = 64 }; /* pieces of up to CLASSES * STEP bytes are kept */

/* Stands before each piece, which is so aligned as malloc()'s. */
struct head {
	_Alignas(max_align_t) size_t class; /* its size in STEPs; LARGE: it is not kept */
};
/* A piece that is kept, of at least one STEP. */
struct kept {
	struct kept *next;
};
enum { LARGE = CLASSES + 1 };

static _Thread_local struct {
	struct kept *kept[LARGE];
	bool wipes;
	size_t room; /* for so many bytes more; none in a thread that has not asked */
} pool;

static struct head *head_of(void *piece)
{
	return (struct head *)piece - 1;
}

void *pieces_malloc(size_t size)
{
	if (EACH_ITS_OWN)
		return malloc(size);
	if (size > SIZE_MAX / 2)
		return NULL;
	size_t class = size ? (size + STEP - 1) / STEP : 1;
	if (class > CLASSES)
		class = LARGE;
	struct kept *kept = class == LARGE ? NULL : pool.kept[class];
	if (kept) {
		pool.kept[class] = kept->next;
		pool.room += class * STEP;
		return kept;
	}
	struct head *head = malloc(sizeof *head + (class == LARGE ? size : class * STEP));
	if (!head)
		return NULL;
	head->class = class;
	return head + 1;
}

void *pieces_calloc(size_t count, size_t size)
{
	size_t bytes = 0;
	if (__builtin_mul_overflow(count, size, &bytes))
		return NULL;
	void *piece = pieces_malloc(bytes);
	return piece ? memset(piece, 0, bytes) : NULL;
}

static size_t size_of(void *piece)
{
	if (EACH_ITS_OWN)
		return malloc_usable_size(piece);
	struct head *head = head_of(piece);
	return head->class == LARGE ? malloc_usable_size(head) - sizeof *head : head->class * STEP;
}

static void *move(void *piece, size_t size)
{
	void *copy = pieces_malloc(size);
	if (!copy)
		return NULL;
	size_t had = size_of(piece);
	memcpy(copy, piece, had < size ? had : size);
	pieces_free(piece);
	return copy;
}

void *pieces_realloc(void *piece, size_t size)
{
	if (!piece)
		return pieces_malloc(size);
	if (EACH_ITS_OWN)
		return pool.wipes ? move(piece, size) : realloc(piece, size);
	struct head *head = head_of(piece);
	size_t class = head->class;
	if (class == LARGE && !pool.wipes && size > CLASSES * STEP && size <= SIZE_MAX / 2) {
		struct head *moved = realloc(head, sizeof *head + size);
		if (!moved)
			return NULL;
		head = moved;
		return head + 1;
	}
	return class != LARGE && size <= class * STEP ? piece : move(piece, size);
}

char *pieces_strdup(const char *s)
{
	size_t size = strlen(s) + 1;
	void *copy = pieces_malloc(size);
	return copy ? memcpy(copy, s, size) : NULL;
}

void pieces_free(void *piece)
{
	if (piece && pool.wipes)
		explicit_bzero(piece, size_of(piece));
	if (EACH_ITS_OWN || !piece) {
		free(piece);
		return;
	}
	struct head *head = head_of(piece);
	size_t class = head->class;
	if (class == LARGE || pool.room < class * STEP) {
		free(head);
		return;
	}
	struct kept *kept = piece;
	kept->next = pool.kept[class];
	pool.kept[class] = kept;
	pool.room -= class * STEP;
}

void pieces_start(void)
{
	pool.room = PIECES_KEPT_MAX;
}

void pieces_wipe(void)
{
	pool.wipes = true;
}
