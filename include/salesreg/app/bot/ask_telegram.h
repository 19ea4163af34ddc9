/*
 * One call to Telegram, waited for: for commands, which have no loop of their own.
 * Ownership: the result is the caller's (json_decref), NULL unless the answer is TELEGRAM_OK.
 * Units: milliseconds. Errors: the class, and what was said in `description`. Blocks.
 */
#pragma once
#include "salesreg/base/config.h"
#include "salesreg/telegram/api.h"
#include <jansson.h>

enum telegram_class ask_telegram(const struct config *config, const char *method, const char *body,
    int64_t timeout_ms, json_t **result, char description[TELEGRAM_DESCRIPTION_BYTES]);
