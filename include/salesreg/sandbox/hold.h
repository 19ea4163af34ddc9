/*
 * Requests that are answered later: held polls, waiting transcripts, delayed answers. One timer
 * serves all of them.
 * Ownership: a hold is embedded in its owner's struct; between hold_start() and due(), gone() or
 * hold_stop() it is in the list, and the exchange is its owner's to answer.
 * Units: microseconds of sandbox_now_us().
 * Callbacks: due() and gone() fire from the loop only; the hold is out of the list by then.
 */
#pragma once
#include "salesreg/sandbox/model.h"

void hold_start(struct sandbox *s, struct hold *hold);
/* due() in the next turn of the loop. */
void hold_wake(struct sandbox *s, struct hold *hold);
void hold_stop(struct sandbox *s, struct hold *hold);
/* After the clock was moved: looks at all of them again. */
void hold_rearm(struct sandbox *s);
void hold_on_closed(struct sandbox *s, struct http_exchange *x);
