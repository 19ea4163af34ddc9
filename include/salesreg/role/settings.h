/*
 * The configuration as every command reads it: the table of base/config.h, and what only the layers above can judge. So
 * check-config and the workers refuse the same, with the same words.
 * Ownership: as config_load(). Errors: as config_load().
 */
#pragma once
#include "salesreg/base/config.h"
#include <stdbool.h>

/* needs, readers: as of config_load_for(); what none of the readers reads is not judged. */
MUST_CHECK enum err settings_load(
    struct config *c, unsigned needs, unsigned readers, struct buf *problems);
/* Whether WORKERS may name it. */
bool settings_is_worker(const char *name);
/* What can be worked with and is not as it should be (app/exposures.h), a line in the log each. */
void settings_warn(const struct config *c, unsigned readers);
