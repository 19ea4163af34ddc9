/*
 * Scripts of before, on which somebody has begun: each is read from its JSON once, and not in every batch that has an answer to it.
 * Ownership: the cache owns its scripts; one lives until scripts_make_room() after it was last used longest ago, so that whoever
 * got it in a batch has it for that batch. A script that found no place lives in the arena given.
 * Errors: none: what cannot be read any more is NULL, and remembered as that.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/domain/qualification/script.h"
#include <stdint.h>

/* SCRIPTS_BYTES: of one; a longer one is read each time. */
enum { SCRIPTS_MOST = 16, SCRIPTS_BYTES = 1024 * 1024 };

struct scripts {
	struct scripts_entry {
		char version[SCRIPT_VERSION_CHARS + 1]; /* "": free */
		const struct script *script;
		struct arena arena;
		uint64_t used;
	} entries[SCRIPTS_MOST];
	uint64_t now;
};

void scripts_init(struct scripts *s);
void scripts_finish(struct scripts *s);
/* Before a batch reads: the one that was used longest ago goes if all places are taken. Writes the versions that are there,
 * SCRIPTS_MOST at most; they stay until the next call. */
size_t scripts_make_room(struct scripts *s, const char **versions);
/* json: NULL if scripts_make_room() said the version is there. */
const struct script *scripts_get(
    struct scripts *s, const char *version, const char *json, struct arena *a);
