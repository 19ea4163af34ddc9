/*
 * Figures that admins asked for in the chat (table stats_requests): the leader's queue. The request itself is an effect of a step
 * (store/effects.h). A row's id is the chat; what goes with a claim, and with a result, is which request of that chat it is (`wanted`),
 * so that a newer one is answered anew.
 * Ownership: as in store/people.h. Units: microseconds (_us). Errors: those of the run.
 */
#pragma once
#include "salesreg/store/queue.h"

extern const struct queue stats_queue;
struct stats_due {
	struct queue_row row;
	int64_t message_id; /* whose place the figures take; 0: a new message */
	int64_t days, wanted;
	bool as_table;
	const char *locale; /* of the chat's person; NULL: none is known */
};
/* What a result of the queue is. */
struct stats_result {
	int64_t chat_id, wanted;
	const char *method, *payload; /* of what is said; NULL: nothing is */
	int64_t pause_us;             /* until it is tried again; -1: it is done with */
};
