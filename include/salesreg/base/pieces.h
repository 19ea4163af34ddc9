/*
 * A malloc() for libraries that take many small pieces and give them back together: jansson some 55 an
 * update, libcurl 25 a request. glibc's cache of a thread holds seven pieces of a size, so that most
 * of these would cost the long way round.
 *
 * Ownership: a piece goes back by pieces_free(), never by free(). So json_dumps() is not used:
 * json_text() and json_text_dup() of base/json.h are.
 *
 * Units: bytes. What is kept for later is bounded by PIECES_KEPT_MAX.
 *
 * Errors: as malloc()'s. Threads: any may give back what another one took; only the one
 * that called pieces_start() keeps pieces, as others may end (libcurl looks names up in threads of
 * their own).
 *
 * Facts: jansson 2.14, "Custom Memory Allocation"; curl_global_init_mem(3); glibc manual 2.36,
 * "Memory Allocation Tunables" (glibc.malloc.tcache_count).
 */
#pragma once
#include <stddef.h>

enum {
	PIECES_KEPT_MAX = 512 * 1024,
};

/* In a build with a sanitizer these are malloc() and its family, so that it sees each piece. */
void *pieces_malloc(size_t size);
void *pieces_calloc(size_t count, size_t size);
void *pieces_realloc(void *piece, size_t size);
char *pieces_strdup(const char *s);
/* Accepts NULL. */
void pieces_free(void *piece);

/* Makes jansson use them. Once, by the main thread, before the first document is made. */
void pieces_start(void);
