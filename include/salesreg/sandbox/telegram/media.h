/*
 * Photos, voices and files, as far as a bot can tell them apart: the members of a message that say what it is.
 * Ownership: the arena. Errors: NULL. Facts: Bot API, "Message", "PhotoSize", "Voice", "Video", "Document", "Sticker".
 */
#pragma once
#include "salesreg/base/arena.h"
#include <stdbool.h>

/* type: photo, sticker, voice, video or document; NULL if it is none. caption may be NULL. */
const char *media_members(struct arena *a, const char *type, const char *caption);
/* The same of a file that the bot has been sent, by its file_id; NULL: there is none such. */
const char *media_of_file(
    struct arena *a, const char *type, const char *file_id, const char *caption);
/* Whether these are of a voice, which not everybody takes. */
bool media_is_voice(const char *members);
/* The same with another caption; NULL for a message that has none of these. *same: it is no other. */
const char *media_recaption(struct arena *a, const char *members, const char *caption, bool *same);
