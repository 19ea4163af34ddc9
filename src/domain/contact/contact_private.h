/*
 * Parts of reading a contact; shared by the files of this folder only.
 * Ownership: results live in the arena given, texts are borrowed for the call. Units: bytes. Errors: a problem.
 */
#pragma once
#include "salesreg/domain/contact/contact.h"
#include <stdbool.h>
#include <stddef.h>

/* What was typed as ASCII as far as it has equals there (full-width forms, digits of other scripts, dashes), white space single, nothing
 * invisible in it, without the quotes and signs that spreadsheets put around a value. */
char *contact_plain(const char *typed, struct arena *a);

/* contact_name.c: n bytes, without @ */
enum contact_problem contact_name(const char *s, size_t n, struct arena *a, struct contact *out);
/* digits alone that are certainly an id */
enum contact_problem contact_id(const char *s, size_t n, struct arena *a, struct contact *out);
enum contact_problem contact_email(const char *s, struct arena *a, struct contact *out);

/* contact_number.c: digits, + ( ) - . / and spaces; UNKNOWN if there is anything else in it */
enum contact_problem contact_number(const char *s, struct arena *a, struct contact *out);

/* contact_link.c: true if s is a link of any kind, *problem then says what became of it */
bool contact_from_link(
    const char *s, struct arena *a, struct contact *out, enum contact_problem *problem);
