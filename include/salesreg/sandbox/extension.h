/*
 * What a program made of the sandbox adds to it: simulated users of its own, and a control call. The benchmark's load
 * generator (test/bench/load.c) is one.
 * Ownership: the extension is static. Its data in the sandbox (`extension_data`) and in a chat (`simulated`) are its own.
 * Callbacks: from the loop. on_reply may queue updates; polls are answered in the next turn of the loop.
 */
#pragma once
#include "salesreg/http/server.h"
#include <jansson.h>

struct chat;
struct sandbox;
struct sandbox_extension {
	const char *path; /* POST and GET /sandbox/PATH */
	void (*post)(struct sandbox *s, struct http_exchange *x, const json_t *body);
	void (*get)(struct sandbox *s, struct http_exchange *x, const json_t *body);
	void (*on_reply)(struct chat *chat); /* a bot message went into a chat with `simulated` */
	void (*destroy)(struct sandbox *s);
};
/* Before the first sandbox is made; one at most. */
void sandbox_extend(const struct sandbox_extension *extension);
/* NULL: none. */
const struct sandbox_extension *sandbox_extension(void);
