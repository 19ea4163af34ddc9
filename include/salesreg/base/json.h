/*
 * Reading JSON that somebody else wrote: every getter tolerates missing and wrong-typed members. And
 * writing it.
 * Ownership: what getters return borrows from the document. Errors: the fallback value.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/base/buf.h"
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
/* value as compact JSON, in the arena, NUL-terminated; NULL for a NULL or broken value. Any value: not only
 * objects and arrays. size may be NULL. */
char *json_text(struct arena *a, const json_t *value, size_t *size);
/* The same for free(), which json_dumps() is not for (base/json_memory.h). */
char *json_text_dup(const json_t *value);
/* s as a JSON string with its quotes, in the arena; s must be clean (text_is_clean). */
char *json_quote(struct arena *a, const char *s);
/* Adds JSON text in which what text_is_control() tells of, and other JSON writers leave as it is, is escaped: \u009b. */
void json_add_escaped(struct buf *out, const char *json, size_t size);
