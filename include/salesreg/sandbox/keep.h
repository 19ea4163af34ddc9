/*
 * What the sandbox remembers from run to run: people, their chats with the first bot, its menu, the transcript, the
 * updates nobody fetched yet, and what google/remember.h says, as one JSON file.
 * Ownership: the sandbox's; the path is copied.
 * Units: seconds and microseconds as named in the file, as in state.h.
 * Errors: a file that cannot be read is put aside with a warning and all begins anew; one that cannot be written is warned
 * of once.
 * Callbacks: none leave this module; the file is written from a timer of the loop, whole and under another name first.
 * Left out: groups and channels, faults, limits, unanswered button presses, and of the transcript all but the newest
 * KEEP_EVENTS_MAX events.
 */
#pragma once

enum { KEEP_EVENTS_MAX = 5000, KEEP_EVERY_MS = 2000 };

struct sandbox;
/* Reads the file, if there is one, into a new sandbox, and keeps it up to date from here on. */
void keep_start(struct sandbox *s, const char *path);
/* Writes the file a last time. The sandbox's memory may go when the loop has closed the timer. */
void keep_stop(struct sandbox *s);
