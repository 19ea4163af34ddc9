/*
 * UTF-8 text: validation, counting, folding for comparison, cutting.
 * Units: bytes unless a name says otherwise. Telegram counts message lengths in UTF-16 code units
 * (Bot API, "MessageEntity"). Ownership: results live in the arena given. Errors: none; bad bytes become U+FFFD.
 */
#pragma once
#include "salesreg/base/arena.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TEXT_REPLACEMENT = 0xFFFD };

/* Next code point at *cursor (advanced past it); bad bytes yield U+FFFD one at a time; 0 at the end. */
uint32_t text_next(const char **cursor);
/* Writes 1…4 bytes, returns how many. */
size_t text_encode(uint32_t code_point, char out[4]);
/* True if s[0..n) is valid UTF-8 without NUL. */
bool text_is_clean(const char *s, size_t n);
/* A valid NUL-free copy: bad bytes and NUL become U+FFFD. */
char *text_clean(struct arena *a, const char *s, size_t n);
/* Which of the two English forms goes with so many. */
const char *text_plural(int64_t count, const char *one, const char *many);
size_t text_code_points(const char *s);
size_t text_utf16_units(const char *s);
/* How many bytes of s fit into `units` UTF-16 code units without cutting what a reader takes for one character: joined emoji,
 * flags, letters with their accents and vowel signs. One that alone is too long is cut between its code points. */
size_t text_prefix_utf16(const char *s, size_t units);
/* How many bytes of s are before the character at `units` UTF-16 code units, whatever a reader takes for one; at most all. */
size_t text_offset_utf16(const char *s, size_t units);
/* Lower case for Latin and Cyrillic, ё → е, white space runs → one space, trimmed: for comparing what people type. */
char *text_fold(struct arena *a, const char *s);
/* Trimmed, white space and control runs → one space, direction overrides and zero-width marks removed, but for joiners
 * where emoji or the script need them; letters untouched. */
char *text_tidy(struct arena *a, const char *s);
bool text_is_space(uint32_t code_point);
/* What does something to a terminal, a line or the order of what stands in it, rather than being read: C0, DEL and C1, line
 * and paragraph separators, and the marks that turn the direction. */
bool text_is_control(uint32_t code_point);
/* For people's terminals, in place and on one line: a control becomes a space, a mark of direction goes, a byte that is no
 * character becomes a question mark. Returns s. */
char *text_for_terminal(char *s);
/* Zero-width joiner and non-joiner, and the variation selectors: they show nothing but change what stands beside them. */
bool text_is_joiner(uint32_t code_point);
/* Letters of any script, roughly: good enough to tell a name from a row of emoji. */
bool text_is_letter(uint32_t code_point);
