/*
 * Text in a page: what means something to HTML stands as itself, between tags and in quoted attributes.
 * Ownership: borrowed for the call. Errors: those of the buffer.
 * Source: html.spec.whatwg.org, "Serialising HTML fragments" ("Escaping a string").
 */
#pragma once
#include "salesreg/base/buf.h"

void html_add_escaped(struct buf *out, const char *text);
