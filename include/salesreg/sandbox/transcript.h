/*
 * What happened in the chats, in order, for tests and people to read; long-polled instead of slept
 * for.
 * Ownership: the transcript owns its events; the oldest are freed beyond a maximum. Waiting
 * requests are its own.
 * Units: bytes; seq counts from 1 and never repeats.
 * Callbacks: waiting requests are answered in the next turn of the loop.
 */
#pragma once
#include "salesreg/sandbox/model.h"

enum { TRANSCRIPT_EVENTS_MAX = 50000, TRANSCRIPT_BYTES_MAX = 64 * 1024 * 1024 };

void transcript_init(struct transcript *t);
void transcript_finish(struct transcript *t);
/*
 * One event: kind (a word), the message it is about (0: none) and further members as JSON
 * (`"text":"…"`, "" for none). Does nothing for the chats of simulated users.
 */
void transcript_add(struct sandbox *s, const struct chat *chat, const char *kind,
    int64_t message_id, const char *members);
/* An event of an earlier run, in the order of seq. */
void transcript_restore(
    struct transcript *t, int64_t seq, int64_t bot, int64_t chat, const char *json);
/* GET /sandbox/transcript */
void transcript_handle(struct sandbox *s, struct http_exchange *x);
