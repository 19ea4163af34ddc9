#include "salesreg/sandbox/telegram/media.h"
#include "salesreg/base/json.h"
#include <jansson.h>
#include <string.h>

static const struct {
	const char *type, *member;
} kinds[] = {
    {"photo", "\"photo\":[{\"file_id\":\"sandbox-photo\",\"file_unique_id\":\"sp\",\"width\":90,"
	      "\"height\":67,\"file_size\":1024}]"},
    {"sticker", "\"sticker\":{\"file_id\":\"sandbox-sticker\",\"file_unique_id\":\"ss\","
		"\"type\":\"regular\",\"width\":512,\"height\":512,\"is_animated\":false,"
		"\"is_video\":false,\"emoji\":\"👍\"}"},
    {"voice", "\"voice\":{\"file_id\":\"sandbox-voice\",\"file_unique_id\":\"sv\",\"duration\":3,"
	      "\"mime_type\":\"audio/ogg\"}"},
    {"video", "\"video\":{\"file_id\":\"sandbox-video\",\"file_unique_id\":\"sw\",\"width\":320,"
	      "\"height\":240,\"duration\":5}"},
    {"document", "\"document\":{\"file_id\":\"sandbox-file\",\"file_unique_id\":\"sd\","
		 "\"file_name\":\"plan.pdf\"}"},
};

const char *media_members(struct arena *a, const char *type, const char *caption)
{
	size_t i = 0;
	while (i < sizeof kinds / sizeof *kinds && strcmp(kinds[i].type, type) != 0)
		i++;
	if (i == sizeof kinds / sizeof *kinds)
		return NULL;
	return caption
		   ? arena_printf(a, "%s,\"caption\":%s", kinds[i].member, json_quote(a, caption))
		   : kinds[i].member;
}

const char *media_of_file(
    struct arena *a, const char *type, const char *file_id, const char *caption)
{
	const char *members = media_members(a, type, caption);
	const char *named = arena_printf(a, "\"file_id\":\"%s\"", file_id);
	return members && strstr(members, named) ? members : NULL;
}

bool media_is_voice(const char *members)
{
	return members && strncmp(members, "\"voice\":", sizeof "\"voice\":" - 1) == 0;
}

const char *media_recaption(struct arena *a, const char *members, const char *caption, bool *same)
{
	json_t *object = members ? json_loads(arena_printf(a, "{%s}", members), 0, NULL) : NULL;
	if (!object)
		return NULL;
	const char *old = json_string_value(json_object_get(object, "caption"));
	*same = strcmp(old ? old : "", caption) == 0;
	(void)json_object_set_new(object, "caption", json_string(caption));
	size_t size = 0;
	const char *text = json_text(a, object, &size);
	json_decref(object);
	return arena_strndup(a, text + 1, size - 2);
}
