/*
 * The catalog of texts: the embedded files of config/messages/, with the replacements of the MESSAGES variable on top.
 * Ownership: the texts own the documents the catalog borrows from, until texts_finish().
 * Errors: ERR_CONFIG, one line a problem in `problems`: locale, key, what is wrong.
 */
#pragma once
#include "salesreg/base/buf.h"
#include "salesreg/domain/text/catalog.h"
#include <jansson.h>

struct texts {
	struct catalog catalog;
	json_t *defaults[LOCALE_COUNT], *replacements;
};
/* replacements: {"ru": {"key": "text"}, "en": {…}} with any part left out, or NULL. */
MUST_CHECK enum err texts_load(struct texts *texts, const char *replacements, struct buf *problems);
void texts_finish(struct texts *texts);
