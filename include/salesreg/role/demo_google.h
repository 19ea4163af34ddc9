/*
 * The demo's calendars: the workers are pointed at the Google that the sandbox emulates, with a port for the way back from it and a
 * key of its own for the tokens, made on the first run.
 * Ownership: none; the environment is set. Blocks, before there is a loop.
 * Errors: false with one line in message: what happened and what to do.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* dir: the demo's; page_port: the sandbox's. */
bool demo_google_set(const char *dir, uint16_t page_port, char *message, size_t message_size);
