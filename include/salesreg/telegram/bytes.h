/*
 * The bytes of an answer as JSON, however broken: what is no character becomes U+FFFD, and what still
 * is no JSON can at least be taken apart far enough to step over it.
 *
 * Ownership: bytes are borrowed and must be followed by a NUL; documents are the caller's.
 * Units: bytes. Errors: NULL or false.
 * Facts: RFC 8259 § 7 and 8; the Bot API's server passes on what people send, and lone halves of
 * surrogate pairs have been seen in its answers. jansson refuses those, bytes that are no UTF-8,
 * control characters, numbers out of range, and nesting deeper than 2,048.
 */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* NULL if it is no JSON even after repair. */
json_t *telegram_bytes_parse(const char *bytes, size_t size);
/* Whether result is a list of updates that all have a number to go on from. */
bool telegram_updates_are_numbered(const json_t *result);
/* Whether it is a whole answer to getUpdates from its first to its last bytes, whatever is between. */
bool telegram_bytes_look_like_updates(const char *bytes, size_t size);
/*
 * The number of the first update that has a readable one, and where that member begins. A message's
 * text cannot pretend to be one: inside a string the quotes are escaped.
 */
bool telegram_bytes_find_id(const char *bytes, size_t size, int64_t *id, size_t *at);
