/*
 * Addresses to listen on, in words: 127.0.0.1:9464, [::1]:9464, localhost:9464.
 * Ownership: results are in the caller's memory.
 * Errors: false for what is not of that form. Names are not looked up, and no host at all (every address of the machine) has
 * to be written as 0.0.0.0 or [::].
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ADDRESS_SIZE = 64 /* with the NUL */ };

bool address_is_usable(const char *address);
/* The same host with a port higher by n; false if there is no such port. Port 0 (any free one) stays. */
bool address_shift(const char *address, unsigned n, char out[ADDRESS_SIZE]);
