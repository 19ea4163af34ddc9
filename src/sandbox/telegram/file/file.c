#include "salesreg/sandbox/telegram/file/file.h"
#include "salesreg/base/json.h"
#include "salesreg/sandbox/answer.h"
#include "salesreg/sandbox/telegram/call.h"
#include "salesreg/sandbox/telegram/media.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TO_GET = 20 * 1024 * 1024 };

struct sandbox_file {
	struct sandbox_file *next;
	int64_t number, size; /* size: as it is said to be */
	char *bytes;
	size_t count;
};

static struct sandbox_file *add(struct sandbox *s, const char *content)
{
	size_t room = strlen(content) / 4 * 3 + 3;
	struct sandbox_file *f = calloc(1, sizeof *f);
	if (!f || !(f->bytes = malloc(room)))
		abort();
	if (sodium_base642bin((unsigned char *)f->bytes, room, content, strlen(content), "\r\n",
		&f->count, NULL, sodium_base64_VARIANT_ORIGINAL) != 0) {
		free(f->bytes);
		free(f);
		return NULL;
	}
	f->number = s->files ? s->files->number + 1 : 1;
	f->next = s->files;
	s->files = f;
	return f;
}

const char *files_members(struct sandbox *s, struct arena *a, const json_t *act)
{
	const char *type = json_get_text(a, act, "type"), *name = json_get_text(a, act, "name");
	const char *content = json_get_text(a, act, "content"),
		   *caption = json_get_text(a, act, "caption");
	if (!content || !type || strcmp(type, "document") != 0)
		return media_members(a, type, caption);
	struct sandbox_file *f = add(s, content);
	if (!f)
		return NULL;
	f->size = json_get_i64(act, "size", (int64_t)f->count);
	return arena_printf(a,
	    "\"document\":{\"file_id\":\"sandbox-file-%lld\",\"file_unique_id\":\"sf%lld\",\"file_"
	    "name\":%s,"
	    "\"mime_type\":\"text/csv\",\"file_size\":%lld}%s%s",
	    (long long)f->number, (long long)f->number, json_quote(a, name ? name : "file"),
	    (long long)f->size, caption ? ",\"caption\":" : "",
	    caption ? json_quote(a, caption) : "");
}

static const struct sandbox_file *find(
    const struct sandbox *s, const char *text, const char *before)
{
	size_t n = strlen(before);
	int64_t number = text && strncmp(text, before, n) == 0 ? strtoll(text + n, NULL, 10) : 0;
	const struct sandbox_file *f = s->files;
	while (f && f->number != number)
		f = f->next;
	return f;
}

void method_get_file(struct call *call)
{
	const char *id = http_params_text(call->params, "file_id");
	const struct sandbox_file *f = find(call->sandbox, id, "sandbox-file-");
	if (!f) {
		call_fail(call, SANDBOX_FILE_ID_INVALID);
		return;
	}
	if (f->size > MOST_TO_GET) {
		call_fail(call, SANDBOX_FILE_TOO_BIG);
		return;
	}
	struct buf *out = call_begin(call);
	buf_addf(out,
	    "{\"file_id\":\"sandbox-file-%lld\",\"file_unique_id\":\"sf%lld\",\"file_size\":%lld,"
	    "\"file_path\":\"documents/file_%lld\"}",
	    (long long)f->number, (long long)f->number, (long long)f->size, (long long)f->number);
	call_end(call);
}

void files_handle(struct sandbox *s, struct http_exchange *x, const char *path)
{
	const char *token = path + strlen("/file/bot"), *slash = strchr(token, '/');
	bool malformed = false;
	const struct sandbox_file *f =
	    slash && bot_of_token(s, token, (size_t)(slash - token), &malformed)
		? find(s, slash, "/documents/file_")
		: NULL;
	if (f)
		http_exchange_answer(x, 200, "application/octet-stream", f->bytes, f->count, NULL);
	else
		answer_fail(s, x, 404, "no such file");
}

void files_finish(struct sandbox *s)
{
	for (struct sandbox_file *f = s->files, *next; f; f = next) {
		next = f->next;
		free(f->bytes);
		free(f);
	}
}
