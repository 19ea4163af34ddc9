/*
 * reply_markup: validation as the server does it, and finding a button to press.
 * Ownership: results live in the arena, or borrow from the document.
 * Units: bytes (callback data), characters (copy text).
 * Errors: enum sandbox_error.
 * Facts: https://core.telegram.org/bots/api#inlinekeyboardbutton; the sentences are those of td's
 * ReplyMarkup.cpp.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/http/params.h"
#include "salesreg/sandbox/telegram/errors.h"
#include <jansson.h>

/* The parameter reply_markup as compact JSON (an inline keyboard first of its members),
 * NULL when absent or empty. */
enum sandbox_error markup_read(
    const struct http_params *params, struct arena *arena, const char **out);

/*
 * The first button of an inline or reply keyboard with this text, or else with callback data that
 * begins so; either may be NULL. *document is the caller's to release; NULL if nothing is found.
 */
const json_t *markup_find_button(
    const char *markup, const char *text, const char *data_prefix, json_t **document);
