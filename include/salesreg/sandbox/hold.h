/*
 * Requests that are answered later: held polls, waiting transcripts, delayed answers. One timer
 * serves all of them.
 * Ownership: a hold is embedded in its owner's struct; between hold_start() and due(), gone() or
 * hold_stop() it is in the list, and the exchange is its owner's to answer.
 * Units: microseconds of sandbox_now_us().
 * Errors: none.
 * Callbacks: due() and gone() fire from the loop only; the hold is out of the list by then.
 */
#pragma once
#include "salesreg/http/server.h"
#include <stdint.h>
#include <sys/queue.h>

struct sandbox;
struct hold {
	TAILQ_ENTRY(hold) entry;
	struct http_exchange *exchange;
	int64_t due_us;
	void *owner;
	void (*due)(struct sandbox *s, struct hold *hold); /* the time has come, or woken */
	void (*gone)(struct sandbox *s, struct hold *hold);
};
TAILQ_HEAD(hold_list, hold);

void hold_start(struct sandbox *s, struct hold *hold);
/* due() in the next turn of the loop. */
void hold_wake(struct sandbox *s, struct hold *hold);
void hold_stop(struct sandbox *s, struct hold *hold);
/* After the clock was moved: looks at all of them again. */
void hold_rearm(struct sandbox *s);
void hold_on_closed(struct sandbox *s, struct http_exchange *x);
