/* What the files that read updates know of each other. Ownership: as in telegram/update.h. */
#pragma once
#include "salesreg/domain/event/event.h"
#include <jansson.h>

/* Clean, NUL-free and at most `units` long: borrowed where it can be. NULL if it is not a string. */
const char *update_bounded(struct arena *a, const json_t *object, const char *key, size_t units);
/* For buttons, of which there are many: what is not clean and short is no string at all, so nothing is copied. */
const char *update_short_text(const json_t *object, const char *key, size_t bytes);
/* The first of these names (NULL at the end) that is there. */
const char *update_first_present(const json_t *object, const char *const *keys);
const struct event_file *update_read_file(const json_t *message, struct arena *a);
const char *update_read_format(const json_t *message, struct arena *a);
void update_read_contact(const json_t *contact, struct arena *a, struct event *e);
void update_read_people(const json_t *shared, struct arena *a, struct event *e);
