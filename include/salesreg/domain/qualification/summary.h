/*
 * What a prospect has answered, as a rep reads it: a line for each question that was asked.
 * Ownership: strings live in the arena. Units: UTF-16 units. Errors: none; long answers are shortened.
 */
#pragma once
#include "salesreg/domain/qualification/script.h"
#include "salesreg/domain/text/catalog.h"

/* "" if nothing has been answered. What people wrote themselves is marked as such (domain/text/quote.h). */
const char *summary_lines(const struct catalog *catalog, enum locale locale,
    const struct script *script, const char *const *answers, struct arena *a);
