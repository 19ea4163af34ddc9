/*
 * Message text and its entities: parse_mode to plain text, and what Telegram finds by itself
 * (commands, addresses).
 * Ownership: results live in the arena given.
 * Units: offsets and lengths in UTF-16 code units; byte offsets in error texts, as the server's.
 * Errors: entities_parse() returns the sentence after "can't parse entities: ", or NULL.
 * Facts: https://core.telegram.org/bots/api#formatting-options; the sentences are those of td's
 * MessageEntity.cpp.
 */
#pragma once
#include "salesreg/base/arena.h"

enum parse_mode { PARSE_NONE, PARSE_HTML, PARSE_MARKDOWN, PARSE_MARKDOWN_V2 };

struct formatted {
	const char *text;
	const char *entities; /* a JSON array, or NULL when there is none */
};

const char *entities_parse(
    struct arena *arena, enum parse_mode mode, const char *text, struct formatted *out);
/* Bot commands, mentions, e-mail and web addresses in plain text. */
void entities_detect(struct arena *arena, const char *text, struct formatted *out);
