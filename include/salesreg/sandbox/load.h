/*
 * Simulated users that follow a script: the load generator of the benchmark.
 * Ownership: the sandbox owns the load.
 * Units: microseconds of the real clock.
 * Errors: sentences in the answer.
 * Callbacks: none; load_on_reply() may queue updates, polls are answered in the next turn of the
 * loop.
 */
#pragma once
#include "salesreg/http/server.h"
#include <jansson.h>

struct chat;
struct sandbox;
/* A bot message went into the chat of a simulated user. */
void load_on_reply(struct chat *chat);
/* POST and GET /sandbox/load. */
void load_start(struct sandbox *s, struct http_exchange *x, const json_t *spec);
void load_progress(struct sandbox *s, struct http_exchange *x);
void load_destroy(struct sandbox *s);
