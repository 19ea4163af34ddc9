/*
 * The parameters of a request as one map, wherever they came from: query, form, multipart or JSON
 * body.
 * Ownership: names and values live in the request's arena, JSON in the document that
 * http_params_finish() releases.
 * Units: bytes.
 * Errors: ERR_INVALID for a body that is not what its content type says, ERR_TOO_BIG for more than
 * HTTP_PARAMS_MAX parameters.
 * Facts: query before body, the first of equal names wins; a body of another content type holds no
 * parameters.
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/base/err.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HTTP_PARAMS_MAX = 64 };
struct MHD_Connection;

struct http_param {
	const char *name;
	const char *text; /* NUL-terminated; NULL for a JSON value that is no string */
	size_t size;
	const json_t *json; /* NULL unless it came in a JSON body */
};
struct http_params {
	struct http_param items[HTTP_PARAMS_MAX];
	size_t count;
	json_t *document;
	struct arena *arena;
};

MUST_CHECK enum err http_params_parse(struct http_params *params, struct arena *arena,
    struct MHD_Connection *connection, const char *content_type, const char *body, size_t size);
void http_params_finish(struct http_params *params);

/* Clean UTF-8 (base/text.h), NULL if absent.
 * A JSON number, boolean, array or object comes as its compact JSON text. */
const char *http_params_text(const struct http_params *params, const char *name);
bool http_params_has(const struct http_params *params, const char *name);
/* Whole numbers in decimal; *valid (may be NULL) says whether there was one. */
int64_t http_params_i64(
    const struct http_params *params, const char *name, int64_t fallback, bool *valid);
/* true, True, 1, yes */
bool http_params_bool(const struct http_params *params, const char *name);
