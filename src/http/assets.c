#include "salesreg/http/assets.h"
#include <string.h>

static const struct http_header headers[] = {
    {"Content-Security-Policy",
	"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
	"img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"}, {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"}, {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cache-Control", "no-store"}, {NULL, NULL}};

static const char *type_of(const char *name)
{
	const char *dot = strrchr(name, '.');
	if (dot && strcmp(dot, ".js") == 0)
		return "text/javascript; charset=utf-8";
	if (dot && strcmp(dot, ".css") == 0)
		return "text/css; charset=utf-8";
	return "text/html; charset=utf-8";
}

bool http_assets_answer(
    struct http_exchange *x, const struct http_asset *assets, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(assets[i].name, name) != 0)
			continue;
		http_exchange_answer(
		    x, 200, type_of(name), assets[i].content, strlen(assets[i].content), headers);
		return true;
	}
	return false;
}
