#include "salesreg/base/json_memory.h"
#include "salesreg/base/each_its_own.h"
#include <jansson.h>
#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 64 * 1024, STEP = 16, LARGE = CHUNK / 4 };

/* At a multiple of CHUNK, so that the address of a piece tells its chunk. */
struct chunk {
	size_t used, living;
	struct chunk *next; /* while it is kept */
	bool large;         /* one piece, perhaps longer than CHUNK */
	bool wiped;         /* each piece as it comes back: its size stands in a STEP before it */
	_Alignas(max_align_t) unsigned char bytes[];
};

static _Thread_local struct {
	struct chunk *current; /* NULL: none yet */
	struct chunk *kept;
	bool wipes;
	size_t room; /* for so many bytes of chunks more; none in a thread that has not asked */
} memory;

static struct chunk *chunk_of(void *piece)
{
	return (struct chunk *)((unsigned char *)piece - (uintptr_t)piece % CHUNK);
}

static struct chunk *make_chunk(size_t size)
{
	struct chunk *chunk = memory.kept;
	if (size <= CHUNK && chunk) {
		memory.kept = chunk->next;
		memory.room += CHUNK;
	} else if (!(chunk = aligned_alloc(CHUNK, (size + CHUNK - 1) / CHUNK * CHUNK))) {
		return NULL;
	}
	chunk->used = sizeof *chunk;
	chunk->living = 0;
	chunk->large = size > CHUNK;
	chunk->wiped = memory.wipes;
	return chunk;
}

static void end_chunk(struct chunk *chunk)
{
	if (chunk->large || memory.room < CHUNK) {
		free(chunk);
		return;
	}
	memory.room -= CHUNK;
	chunk->next = memory.kept;
	memory.kept = chunk;
}

static void *take(size_t size)
{
	if (size > SIZE_MAX / 2)
		return NULL;
	size = size ? (size + STEP - 1) / STEP * STEP : STEP;
	size += memory.wipes ? STEP : 0;
	struct chunk *chunk = memory.current;
	if (!chunk || size > CHUNK - chunk->used) {
		bool own = size > LARGE;
		chunk = make_chunk(own ? sizeof *chunk + size : CHUNK);
		if (!chunk)
			return NULL;
		if (!own)
			memory.current = chunk; /* the one before is ended with its last piece */
	}
	unsigned char *piece = (unsigned char *)chunk + chunk->used;
	chunk->used += size;
	chunk->living++;
	if (!chunk->wiped)
		return piece;
	size -= STEP;
	memcpy(piece, &size, sizeof size);
	return piece + STEP;
}

static void wipe(void *piece)
{
	size_t size;
	memcpy(&size, (unsigned char *)piece - STEP, sizeof size);
	explicit_bzero(piece, size);
}

static void give(void *piece)
{
	struct chunk *chunk = piece ? chunk_of(piece) : NULL;
	if (chunk && chunk->wiped)
		wipe(piece);
	if (!chunk || --chunk->living > 0)
		return;
	if (chunk == memory.current) {
		chunk->used = sizeof *chunk;
		if (memory.room > 0 || memory.kept)
			return;
		memory.current = NULL;
	}
	end_chunk(chunk);
}

static void give_its_own(void *piece)
{
	if (piece && memory.wipes)
		explicit_bzero(piece, malloc_usable_size(piece));
	free(piece);
}

void json_memory_start(void)
{
	if (EACH_ITS_OWN) {
		json_set_alloc_funcs(malloc, give_its_own);
		return;
	}
	memory.room = JSON_MEMORY_KEPT_MAX;
	json_set_alloc_funcs(take, give);
}

void json_memory_wipe(void)
{
	struct chunk *before = memory.current;
	memory.wipes = true;
	memory.current = NULL; /* that one ends with its last piece */
	if (before && before->living == 0)
		end_chunk(before);
}
