/*
 * The texts that ship, config/messages.json, as a catalog for tests of what people read.
 * Ownership: default_texts() keeps the document until default_texts_finish(). Units: none.
 * Errors: a broken file fails the test. Callbacks: none.
 */
#pragma once
#include "salesreg/domain/text/catalog.h"
#include <jansson.h>
#include <string.h>

static json_t *default_texts_document;

/* A text that is not there is NULL in the catalog. */
static inline const struct catalog *default_texts(void)
{
	static struct catalog catalog;
	json_error_t error;
	if (default_texts_document)
		return &catalog;
	default_texts_document = json_load_file(
	    SALESREG_SOURCE_DIR "/config/messages.json", JSON_REJECT_DUPLICATES, &error);
	if (!default_texts_document)
		fail_msg("config/messages.json:%d: %s", error.line, error.text);
	for (unsigned l = 0; l < LOCALE_COUNT; l++) {
		const json_t *texts =
		    json_object_get(default_texts_document, locale_code((enum locale)l));
		for (unsigned i = 0; i < TEXT_COUNT; i++)
			catalog.texts[l][i] =
			    json_string_value(json_object_get(texts, text_id_key((enum text_id)i)));
	}
	return &catalog;
}

static inline void default_texts_finish(void)
{
	json_decref(default_texts_document);
	default_texts_document = NULL;
}
