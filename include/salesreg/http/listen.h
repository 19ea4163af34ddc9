/*
 * A listening socket from an address in words; its port.
 * Ownership: the descriptor is the caller's (close-on-exec, non-blocking).
 * Errors: -1 with one line in message; names are not looked up, so http_listen() never blocks.
 */
#pragma once
#include "salesreg/base/err.h"
#include <stddef.h>
#include <stdint.h>

/* "127.0.0.1:8080", "[::1]:0", ":8080" (every IPv4 address), "localhost:0" */
int http_listen(const char *address, char *message, size_t message_size);
/* The same at the start of a process, with patience (base/patience.h). what: the variable that names the address. ERR_BUSY: it is in
   use; ERR_CONFIG: it cannot be used here; message says both, with `what`. */
enum err http_listen_patiently(
    const char *what, const char *address, int *fd, char *message, size_t message_size);
/* The port a socket is bound to; 0 for what is no socket of the internet. */
uint16_t http_listen_port(int fd);
