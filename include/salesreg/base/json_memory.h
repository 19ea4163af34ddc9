/*
 * Memory for jansson. The documents of a hundred updates are thousands of small pieces that are made one after another and
 * die together. So they stand one after another in chunks, each of which counts its living pieces and is used again when
 * there is none: no lists to follow, and the cache is used as far as it can be.
 *
 * Ownership: a piece goes back to jansson's free function, never to free(). So json_dumps() is not used: json_text() and
 * json_text_dup() of base/json.h are.
 *
 * Units: bytes. JSON_MEMORY_KEPT_MAX is kept for later. A document that lives long keeps its chunk.
 *
 * Errors: as malloc()'s. Threads: a document is given back by the thread that made it; only the one that called
 * json_memory_start() keeps chunks, as others may end.
 *
 * Facts: jansson 2.14, "Custom Memory Allocation".
 */
#pragma once

enum {
	JSON_MEMORY_KEPT_MAX = 1024 * 1024,
};

/* Once, by the main thread, before the first document is made. In a build with a sanitizer, which sees more so, each piece is
 * malloc()'s own. */
void json_memory_start(void);
/* From now on each piece of this thread's documents is overwritten as it comes back, however long its neighbours live: for who reads
 * tokens. Documents from before are not. */
void json_memory_wipe(void);
