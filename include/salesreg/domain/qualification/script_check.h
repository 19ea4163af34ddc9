/*
 * Whether a script is one: what the reader of its file cannot see by the types of values alone.
 * Ownership: *why lives in the arena or is static. Units: questions are counted from 0.
 * Errors: the first fault, as a sentence for who wrote the script, without its end.
 */
#pragma once
#include "salesreg/domain/qualification/script.h"

/* NULL: it is good. Else what is wrong; *question: where, script->count: with the whole. */
const char *script_fault(const struct script *script, struct arena *a, size_t *question);
/* 1 to SCRIPT_ID_BYTES small letters, digits and _; a letter first. */
bool script_id_is_good(const char *id);
