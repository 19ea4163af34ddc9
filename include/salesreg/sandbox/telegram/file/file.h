/*
 * Files that people have sent with their bytes, which a bot may have: getFile, and the address that it names.
 * Ownership: the sandbox keeps them until files_finish(). Units: bytes. Errors: as the Bot API says them.
 * Facts: Bot API, "getFile", "File": 20 MB at most, https://api.telegram.org/file/bot<token>/<file_path>, good for an hour at least.
 */
#pragma once
#include "salesreg/http/server.h"
#include "salesreg/sandbox/model.h"

/*
 * The members of a message that is what the act says: {"type": "document", "name": "clients.csv", "content": "base64…"}, with "size" if it
 * is to look like another one; and as media_members() has them where there is no content. NULL: the content is none.
 */
const char *files_members(struct sandbox *s, struct arena *a, const json_t *act);
/* Answers GET /file/bot<token>/<path>. */
void files_handle(struct sandbox *s, struct http_exchange *x, const char *path);
void files_finish(struct sandbox *s);
