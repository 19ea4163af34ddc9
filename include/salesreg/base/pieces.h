/*
 * A malloc() for libcurl, which takes some 25 small pieces a request and gives them back soon after: the ones that came back
 * last are used first, and are in the cache. glibc's per-thread cache holds seven of a size.
 *
 * Ownership: a piece goes back by pieces_free(), never by free().
 *
 * Units: bytes. What is kept for later is bounded by PIECES_KEPT_MAX.
 *
 * Errors: as malloc()'s. Threads: any may give back what another one took; only the one that called pieces_start() keeps
 * pieces, as others may end (libcurl looks names up in threads of their own).
 *
 * Facts: curl_global_init_mem(3); glibc manual 2.36, "Memory Allocation Tunables" (glibc.malloc.tcache_count).
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

/* This thread keeps pieces from now on: the main thread. */
void pieces_start(void);
/* From now on what this thread gives back is overwritten: for who sends tokens. */
void pieces_wipe(void);
