/*
 * What stands in a message besides its words: a file, and how the words look.
 */
#include "salesreg/base/buf.h"
#include "salesreg/base/json.h"
#include "update_private.h"
#include <string.h>

enum {
	FILE_ID_BYTES = 512,
	FILE_NAME_BYTES = 1024,
	FORMAT_BYTES = 16 * 1024,
	ENTITIES_MOST = 100,
	URL_BYTES = 4096,
	TEXT_UNITS = 4096,
};

const char *update_short_text(const json_t *object, const char *key, size_t bytes)
{
	const json_t *value = json_object_get(object, key);
	const char *s = json_string_value(value);
	size_t n = json_string_length(value);
	return s && n <= bytes && !memchr(s, '\0', n) ? s : NULL;
}

const char *update_first_present(const json_t *object, const char *const *keys)
{
	for (; *keys; keys++)
		if (json_object_get(object, *keys))
			return *keys;
	return NULL;
}

/* Of a photo, its largest size, which is the last. Kinds as they are sent again: sendPhoto, sendVideo… */
const struct event_file *update_read_file(const json_t *message, struct arena *a)
{
	static const char *const kinds[] = {"animation", "audio", "photo", "sticker", "video",
	    "video_note", "voice", "document", NULL};
	const char *kind = update_first_present(message, kinds);
	const json_t *value = kind ? json_object_get(message, kind) : NULL;
	size_t sizes = json_array_size(value);
	const json_t *one = sizes ? json_array_get(value, sizes - 1) : value;
	const char *id = update_short_text(one, "file_id", FILE_ID_BYTES);
	if (!id || !*id)
		return NULL;
	struct event_file *file = ARENA_NEW(a, struct event_file);
	*file = (struct event_file){.kind = kind,
	    .id = id,
	    .name = update_short_text(one, "file_name", FILE_NAME_BYTES),
	    .size = json_get_i64(one, "file_size", 0)};
	return file;
}

/* What somebody made of their words, and what leads somewhere: not what Telegram finds in them again by itself. */
const char *update_read_format(const json_t *message, struct arena *a)
{
	static const char *const kinds[] = {"bold", "italic", "underline", "strikethrough",
	    "spoiler", "blockquote", "expandable_blockquote", "code", "pre", "text_link"};
	const json_t *entities = json_get_array(
	    message, json_object_get(message, "text") ? "entities" : "caption_entities");
	struct buf list;
	buf_init(&list, FORMAT_BYTES);
	for (size_t i = 0; i < json_array_size(entities) && i < ENTITIES_MOST; i++) {
		const json_t *entity = json_array_get(entities, i);
		const char *kind = json_string_value(json_object_get(entity, "type"));
		int64_t offset = json_get_i64(entity, "offset", -1),
			length = json_get_i64(entity, "length", 0);
		size_t k = 0;
		while (kind && k < sizeof kinds / sizeof *kinds && strcmp(kinds[k], kind) != 0)
			k++;
		const char *url = update_short_text(entity, "url", URL_BYTES);
		if (!kind || k == sizeof kinds / sizeof *kinds || offset < 0 || length <= 0 ||
		    offset > TEXT_UNITS || length > TEXT_UNITS ||
		    (strcmp(kind, "text_link") == 0) != (url != NULL))
			continue;
		buf_addf(&list, "%s{\"type\":\"%s\",\"offset\":%d,\"length\":%d%s%s}",
		    list.size ? "," : "[", kind, (int)offset, (int)length, url ? ",\"url\":" : "",
		    url ? json_quote(a, url) : "");
	}
	buf_addc(&list, ']');
	const char *text = list.size > 1 && !list.failed ? arena_strdup(a, buf_text(&list)) : NULL;
	buf_finish(&list);
	return text;
}
