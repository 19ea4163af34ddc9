/*
 * Secrets on the wire: one rule for every URL that carries one, at the start, in check-config and in doctor. Where it leads
 * over a network without verified TLS it is warned of; where that network is somebody's own (wire_reach), it is a note, for
 * doctor alone. A token is refused, unless ALLOW_PLAIN_HTTP says that the network is nobody else's.
 * Ownership: what is found lasts for the call. Callbacks: `found`, within the call.
 */
#pragma once
#include "salesreg/base/config.h"
#include "salesreg/domain/config/config_checks.h"
#include <stdbool.h>

struct exposure {
	const char *name; /* of the variable */
	enum severity severity;
	const char *code;
	const char *what, *why, *fix;
};
/* readers: enum config_reader. Reads the service file that DATABASE_URL names: for a start or a command. */
void exposures(const struct config *c, unsigned readers,
    void (*found)(const struct exposure *exposure, void *data), void *data);
/* The same into lines: what is refused behind `problems`, warnings behind `warnings`; either may be NULL. Notes are left out. */
void exposures_say(
    const struct config *c, unsigned readers, struct buf *problems, struct buf *warnings);
