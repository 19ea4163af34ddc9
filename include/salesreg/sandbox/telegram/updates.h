/*
 * The update queue of a bot and getUpdates.
 * Ownership: the queue owns the JSON of its updates until they are confirmed, expire or are
 * dropped.
 * Units: microseconds of sandbox_now_us(); bytes.
 * Errors: 0 instead of an update id when nothing was queued (kind not among the allowed updates, or
 * queue full).
 * Callbacks: a held poll is answered in the next turn of the loop, never inside updates_add().
 * Facts: Bot API, "getUpdates"; tdlib/telegram-bot-api (2026-05), Client.cpp
 * (process_get_updates_query), td TQueue.
 */
#pragma once
#include "salesreg/sandbox/model.h"
#include "salesreg/sandbox/telegram/errors.h"
#include "salesreg/sandbox/telegram/update_kind.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void updates_finish(struct updates *u);
/* json: `"message":{…}`, copied. Returns the update id, or 0. */
int64_t updates_add(struct bot *bot, enum update_kind kind, const char *json, size_t size);
/* Bytes as they are, JSON or not: after the update_id, or instead of everything (whole). */
int64_t updates_add_bytes(struct bot *bot, const char *bytes, size_t size, bool whole);
/* The same, written as pairs of 0-9a-f; -1: they are none. */
int64_t updates_add_hex(struct bot *bot, struct arena *a, const char *hex, bool whole);
/* The i-th of those queued, the oldest first. */
const struct update *updates_at(const struct updates *u, size_t i);
bool updates_is_allowed(const struct updates *u, enum update_kind kind);
/* Of what is queued, what has not expired. */
size_t updates_pending(struct bot *bot);
void updates_drop_all(struct updates *u);
/* Answers a held poll with an error (409). */
void updates_abort_poll(struct bot *bot, enum sandbox_error error);
void method_get_updates(struct call *call);
/* Reads the parameter allowed_updates, if there. */
enum sandbox_error updates_set_allowed(struct updates *u, const struct http_params *params);
/* The allowed kinds as a JSON array. */
void updates_write_allowed(const struct updates *u, struct buf *out);
