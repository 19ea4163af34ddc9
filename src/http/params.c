#include "salesreg/http/params.h"
#include "salesreg/base/json.h"
#include "salesreg/base/text.h"
#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { POST_BUFFER_BYTES = 1024 };

static struct http_param *find(const struct http_params *params, const char *name)
{
	for (size_t i = 0; i < params->count; i++)
		if (strcmp(params->items[i].name, name) == 0)
			return (struct http_param *)&params->items[i];
	return NULL;
}

/* NULL when the map is full. */
static struct http_param *append(struct http_params *params, const char *name)
{
	if (params->count == HTTP_PARAMS_MAX)
		return NULL;
	struct http_param *p = &params->items[params->count++];
	*p = (struct http_param){.name = name};
	return p;
}

static enum MHD_Result on_query(
    void *data, enum MHD_ValueKind kind, const char *name, const char *value)
{
	(void)kind;
	struct http_params *params = data;
	if (find(params, name))
		return MHD_YES;
	struct http_param *p = append(params, arena_strdup(params->arena, name));
	if (!p)
		return MHD_NO;
	p->text = value ? text_clean(params->arena, value, strlen(value)) : "";
	p->size = strlen(p->text);
	return MHD_YES;
}

/* A value arrives in pieces; each piece of one parameter has a larger offset,
 * and a new one starts at 0. */
struct post {
	struct http_params *params;
	struct http_param *current;
	size_t capacity;
	size_t query_count;
	bool full;
};

static enum MHD_Result on_post(void *data, enum MHD_ValueKind kind, const char *name,
    const char *filename, const char *content_type, const char *encoding, const char *bytes,
    uint64_t offset, size_t size)
{
	(void)kind, (void)filename, (void)content_type, (void)encoding;
	struct post *post = data;
	struct arena *arena = post->params->arena;
	if (!name)
		return MHD_YES;
	if (offset == 0) {
		post->current = append(post->params, arena_strdup(arena, name));
		post->capacity = 0;
	}
	struct http_param *p = post->current;
	if (!p) {
		post->full = true;
		return MHD_NO;
	}
	if (p->size + size + 1 > post->capacity) {
		size_t capacity = (p->size + size + 1) * 2;
		char *grown = arena_alloc(arena, capacity);
		if (p->size > 0)
			memcpy(grown, p->text, p->size);
		p->text = grown;
		post->capacity = capacity;
	}
	char *text = (char *)p->text;
	assert(text);
	if (size > 0)
		memcpy(text + p->size, bytes, size);
	p->size += size;
	text[p->size] = '\0';
	return MHD_YES;
}

static enum err parse_form(
    struct http_params *params, struct MHD_Connection *connection, const char *body, size_t size)
{
	struct post post = {.params = params, .query_count = params->count};
	struct MHD_PostProcessor *processor =
	    MHD_create_post_processor(connection, POST_BUFFER_BYTES, on_post, &post);
	if (!processor)
		return ERR_INVALID; /* multipart without a boundary */
	enum MHD_Result fed = MHD_post_process(processor, body, size);
	enum MHD_Result ended = MHD_destroy_post_processor(processor);
	if (post.full)
		return ERR_TOO_BIG;
	if (fed != MHD_YES || ended != MHD_YES)
		return ERR_INVALID;
	for (size_t i = post.query_count; i < params->count; i++) {
		struct http_param *p = &params->items[i];
		if (!p->text)
			p->text = "";
		if (!text_is_clean(p->text, p->size)) {
			p->text = text_clean(params->arena, p->text, p->size);
			p->size = strlen(p->text);
		}
	}
	return ERR_OK;
}

static enum err parse_json(struct http_params *params, const char *body, size_t size)
{
	if (size == 0)
		return ERR_OK;
	params->document = json_loadb(body, size, 0, NULL);
	if (!json_is_object(params->document))
		return ERR_INVALID;
	const char *name;
	json_t *value;
	json_object_foreach (params->document, name, value) {
		if (json_is_null(value) || find(params, name))
			continue;
		struct http_param *p = append(params, name);
		if (!p)
			return ERR_TOO_BIG;
		p->json = value;
		if (json_is_string(value)) {
			p->text = json_get_text(params->arena, params->document, name);
			p->size = strlen(p->text);
		}
	}
	return ERR_OK;
}

enum err http_params_parse(struct http_params *params, struct arena *arena,
    struct MHD_Connection *connection, const char *content_type, const char *body, size_t size)
{
	params->count = 0;
	params->document = NULL;
	params->arena = arena;
	if (MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, on_query, params) < 0)
		return ERR_INVALID;
	if (params->count == HTTP_PARAMS_MAX)
		return ERR_TOO_BIG;
	if (!content_type)
		return ERR_OK;
	if (strncasecmp(content_type, "application/json", 16) == 0)
		return parse_json(params, body, size);
	if (size > 0 && (strncasecmp(content_type, "application/x-www-form-urlencoded", 33) == 0 ||
			    strncasecmp(content_type, "multipart/form-data", 19) == 0))
		return parse_form(params, connection, body, size);
	return ERR_OK;
}

void http_params_finish(struct http_params *params)
{
	json_decref(params->document);
	params->document = NULL;
	params->count = 0;
}

bool http_params_has(const struct http_params *params, const char *name)
{
	return find(params, name) != NULL;
}

const char *http_params_text(const struct http_params *params, const char *name)
{
	struct http_param *p = find(params, name);
	if (!p)
		return NULL;
	if (!p->text) {
		p->text = json_text(params->arena, p->json, &p->size);
	}
	return p->text;
}

int64_t http_params_i64(
    const struct http_params *params, const char *name, int64_t fallback, bool *valid)
{
	bool ignored;
	if (!valid)
		valid = &ignored;
	*valid = false;
	const struct http_param *p = find(params, name);
	if (!p)
		return fallback;
	if (json_is_integer(p->json)) {
		*valid = true;
		return json_integer_value(p->json);
	}
	if (!p->text || p->text[0] == '\0')
		return fallback;
	char *end;
	errno = 0;
	long long value = strtoll(p->text, &end, 10);
	if (errno != 0 || *end != '\0' || text_is_space((unsigned char)p->text[0]))
		return fallback;
	*valid = true;
	return value;
}

bool http_params_bool(const struct http_params *params, const char *name)
{
	const char *text = http_params_text(params, name);
	return text && (strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0 ||
			   strcasecmp(text, "yes") == 0);
}
