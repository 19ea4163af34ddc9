#include "salesreg/base/pieces.h"
#include "salesreg/base/each_its_own.h"
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { STEP = 16, CLASSES = 64 }; /* pieces of up to CLASSES * STEP bytes are kept */

/* Stands before each piece, which is so aligned as malloc()'s. */
union head {
	max_align_t align;
	struct {
		union head *next; /* while it is kept */
		size_t class;     /* its size in STEPs; LARGE: it is not kept */
	};
};
enum { LARGE = CLASSES + 1 };

static _Thread_local struct {
	union head *kept[LARGE];
	size_t room; /* for so many bytes more; none in a thread that has not asked */
} pool;

static union head *head_of(void *piece)
{
	return (union head *)piece - 1;
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
	union head *head = class == LARGE ? NULL : pool.kept[class];
	if (head) {
		pool.kept[class] = head->next;
		pool.room += class * STEP;
		return head + 1;
	}
	head = malloc(sizeof *head + (class == LARGE ? size : class * STEP));
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

void *pieces_realloc(void *piece, size_t size)
{
	if (EACH_ITS_OWN)
		return realloc(piece, size);
	if (!piece)
		return pieces_malloc(size);
	union head *head = head_of(piece);
	size_t class = head->class;
	if (class == LARGE && size > CLASSES * STEP && size <= SIZE_MAX / 2) {
		union head *moved = realloc(head, sizeof *head + size);
		if (!moved)
			return NULL;
		head = moved;
		return head + 1;
	}
	if (class != LARGE && size <= class * STEP)
		return piece;
	void *copy = pieces_malloc(size);
	if (!copy)
		return NULL;
	memcpy(copy, piece, class == LARGE ? size : class * STEP);
	pieces_free(piece);
	return copy;
}

char *pieces_strdup(const char *s)
{
	size_t size = strlen(s) + 1;
	void *copy = pieces_malloc(size);
	return copy ? memcpy(copy, s, size) : NULL;
}

void pieces_free(void *piece)
{
	if (EACH_ITS_OWN || !piece) {
		free(piece);
		return;
	}
	union head *head = head_of(piece);
	size_t class = head->class;
	if (class == LARGE || pool.room < class * STEP) {
		free(head);
		return;
	}
	head->next = pool.kept[class];
	pool.kept[class] = head;
	pool.room -= class * STEP;
}

void pieces_start(void)
{
	pool.room = PIECES_KEPT_MAX;
}
