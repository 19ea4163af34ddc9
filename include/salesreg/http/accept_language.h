/*
 * Which of our languages a browser's list prefers.
 * Ownership: borrowed for the call. Errors: what is no list of languages names none.
 * Source: RFC 9110, 12.5.4 (Accept-Language) and 12.4.2 (weights); RFC 5646: the first subtag is the language.
 */
#pragma once
#include <stddef.h>

/* The place in `languages` ("ru", "en") of the one with the largest weight, of equal ones the one that is named first; `count`:
 * none is wanted. list may be NULL. */
size_t accept_language(const char *list, const char *const *languages, size_t count);
