/*
 * What happens in the sandbox, told to the pages that watch, as server-sent events. While nobody watches it costs
 * nothing: no timer runs and the database is not asked.
 *
 *   event: hello    {"instance", "bot", "people", "system"}   at every connect; a chat is then asked for by itself
 *                   (GET /page/chat), so that a page that was away misses nothing. A new instance: the sandbox was
 *                   started anew and remembers no chat. system: whether `system` events come
 *   event: bot      {"id", "username", "running", "webhook", "commands":[{"language_code", "commands"}]}
 *   event: people   [{user}…], at most 50: those with a chat of their own, simulated ones left out
 *   event: chat     a transcript event (sandbox.h) of a private chat, and its message as it is now in "entry"
 *   event: google   [{"sub", "email", "connected", "version"}…], at most 50 accounts, those with a refresh token first;
 *                   version changes with the events of the calendar (GET /page/calendar). Also in hello
 *   event: system   what the provider told (struct sandbox_system), or {"problem":"…"}
 *
 *   An entry is {"from_bot", "message":{as the Bot API has it}, "keyboard"?:{a reply markup that is not inline}}.
 *
 * Ownership: the stream owns its watchers; the sandbox owns the stream. Units: milliseconds.
 * Errors: 503 beyond the most watchers there may be; a page that reads too slowly is dropped, and connects again.
 * Callbacks: none; the provider's ask() is called from the loop.
 * Facts: html.spec.whatwg.org/multipage/server-sent-events.html (fields end with a newline, an empty line sends).
 */
#pragma once
#include "salesreg/base/buf.h"
#include "salesreg/http/server.h"
#include <stdbool.h>

struct chat;
struct event;
struct message;
struct sandbox;
struct stream;

struct stream *stream_create(struct sandbox *s);
/* Frees in the last close callback: run the loop once more. */
void stream_destroy(struct stream *stream);
/* Answers with the stream. */
void stream_start(struct sandbox *s, struct http_exchange *x);
/* False: the exchange was none of ours. */
bool stream_on_closed(struct sandbox *s, struct http_exchange *x);
bool stream_is_watched(const struct stream *stream);
void stream_publish(
    struct sandbox *s, const struct chat *chat, const struct event *e, int64_t message_id);
/* Looks now, not at the next tick, whether bot or people have changed. */
void stream_look(struct sandbox *s);
void stream_write_entry(struct buf *out, const struct chat *chat, const struct message *m);
