/*
 * Reading JSON that somebody else wrote: every getter tolerates missing and wrong-typed members.
 * Ownership: results borrow from the document. Errors: the fallback value. Callbacks: none.
 */
#pragma once
#include "salesreg/base/arena.h"
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* An integer (or an integral real) member, else fallback. object may be NULL or of any type. */
int64_t json_get_i64(const json_t *object, const char *key, int64_t fallback);
bool json_get_bool(const json_t *object, const char *key, bool fallback);
/* A string member as clean UTF-8 without NUL (base/text.h), or NULL. */
const char *json_get_text(struct arena *a, const json_t *object, const char *key);
/* A member that is an object or array, or NULL. */
json_t *json_get_object(const json_t *object, const char *key);
json_t *json_get_array(const json_t *object, const char *key);
/* s as a JSON string with its quotes, in the arena; s must be clean (text_is_clean). */
char *json_quote(struct arena *a, const char *s);
