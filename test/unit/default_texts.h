/*
 * The texts that ship, config/messages/, as a catalog for tests of what people read.
 * Ownership: default_texts() keeps the document until default_texts_finish().
 * Errors: a broken file fails the test.
 */
#pragma once
#include "salesreg/domain/text/catalog.h"
#include <jansson.h>
#include <string.h>

static json_t *default_texts_documents[LOCALE_COUNT];

/* A text that is not there is NULL in the catalog. */
static inline const struct catalog *default_texts(void)
{
	static struct catalog catalog;
	for (unsigned l = 0; l < LOCALE_COUNT; l++) {
		char path[512];
		json_error_t error;
		if (default_texts_documents[l])
			continue;
		(void)snprintf(path, sizeof path, "%s/config/messages/%s.json", SALESREG_SOURCE_DIR,
		    locale_code((enum locale)l));
		default_texts_documents[l] = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
		if (!default_texts_documents[l])
			fail_msg("%s:%d: %s", path, error.line, error.text);
		for (unsigned i = 0; i < TEXT_COUNT; i++)
			catalog.texts[l][i] = json_string_value(json_object_get(
			    default_texts_documents[l], text_id_key((enum text_id)i)));
	}
	return &catalog;
}

static inline void default_texts_finish(void)
{
	for (unsigned l = 0; l < LOCALE_COUNT; l++) {
		json_decref(default_texts_documents[l]);
		default_texts_documents[l] = NULL;
	}
}
