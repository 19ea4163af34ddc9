/*
 * Growing byte buffer with a maximum set at birth.
 * Ownership: the buffer owns its bytes; buf_text() and data are valid until the next call that adds.
 * Units: bytes. Errors: an addition over the maximum (or without memory) adds nothing and sets `failed`,
 * which stays until buf_clear(): add everything, then look once.
 */
#pragma once
#include "salesreg/base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char *data;
	size_t size, capacity, maximum;
	bool failed, wipes;
};

void buf_init(struct buf *b, size_t maximum);
/* What was in it is overwritten before its memory goes: for codes, tokens, keys. */
void buf_init_secret(struct buf *b, size_t maximum);
void buf_finish(struct buf *b);
/* Empties; keeps at most 64 KiB of memory. */
void buf_clear(struct buf *b);
void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_add_i64(struct buf *b, int64_t value);
/* The content as a NUL-terminated string; never NULL. */
const char *buf_text(struct buf *b);
