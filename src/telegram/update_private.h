/* What the files that read updates know of each other. Ownership: as in telegram/update.h. */
#pragma once
#include "salesreg/domain/event/event.h"
#include <jansson.h>

/* Clean, NUL-free and at most `units` long: borrowed where it can be. NULL if it is not a string. */
const char *update_bounded(struct arena *a, const json_t *object, const char *key, size_t units);
void update_read_contact(const json_t *contact, struct arena *a, struct event *e);
void update_read_people(const json_t *shared, struct arena *a, struct event *e);
