/*
 * One Bot API request under way, and the ways to answer it; faults that strike after the effect are
 * applied here.
 * Ownership: a call lives on the caller's stack, or copied into a held poll; params only during the
 * request callback.
 * Errors: enum sandbox_error.
 */
#pragma once
#include "salesreg/http/server.h"
#include "salesreg/sandbox/model.h"
#include "salesreg/sandbox/telegram/errors.h"

/* Dispatches /bot<token>/<method>. */
void call_handle(struct sandbox *s, struct http_exchange *x, const char *path);

/* A result is written between these two:
 * begin returns the buffer, end adds what closes it and answers. */
struct buf *call_begin(struct call *call);
void call_end(struct call *call);
void call_true(struct call *call);
void call_fail(struct call *call, enum sandbox_error error);
/* parameters: JSON object or NULL.
 * retry_after_s: 0 for none (else the header is set, and the parameter if parameters is NULL). */
void call_fail_with(struct call *call, int code, const char *description, const char *parameters,
    int retry_after_s);
void call_flood(struct call *call, int retry_after_s);

/* The methods, each answering its call (methods.c, send.c). */
#define X(name, text, function) void function(struct call *call);
SANDBOX_METHOD_MAP(X)
#undef X
