/*
 * Cutting text that people wrote to what a message or a label can hold.
 * Ownership: the result lives in the arena or is the text itself.
 * Units: UTF-16 units.
 */
#pragma once
#include "salesreg/base/arena.h"

/* text if it fits into `units`, else what fits with … at its end. */
const char *shorten(struct arena *a, const char *text, size_t units);
