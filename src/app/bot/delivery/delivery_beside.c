#include "delivery_private.h"
#include "salesreg/base/log.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

/*
 * Calls that no row stands for: answers to pressed buttons. Best effort: once each, beside the messages, which wait for them no
 * more than they for the messages. What fails is said in the log, and forgotten.
 */

enum {
	PRESSES_MOST = 20 /* answers to pressed buttons under way of one chat */,
	CALL_TIMEOUT_MS = 10000
};

struct callback_answer {
	LIST_ENTRY(callback_answer) link;
	struct delivery *d;
	struct telegram_call *call;
	int64_t chat; /* 0: counts for none */
	char payload[];
};

static void forget_beside(struct callback_answer *c)
{
	struct map_slot *slot = map_find(&c->d->presses, c->chat);
	if (slot && --slot->value.number <= 0)
		(void)map_remove(&c->d->presses, c->chat);
	LIST_REMOVE(c, link);
	free(c);
}

static void on_callback_answered(const struct telegram_answer *answer, void *data)
{
	struct callback_answer *c = data;
	if (answer->class == TELEGRAM_OK)
		fault_log_over(&c->d->callback_fault, "pressed buttons are answered again");
	else if (answer->stale_query)
		log_debug("a pressed button was not answered: %s", answer->description);
	else if (answer->class != TELEGRAM_CANCELLED)
		fault_log_warn(&c->d->callback_fault, "a pressed button could not be answered: %s",
		    answer->description);
	forget_beside(c);
}

static void call_beside(struct delivery *d, const char *method, int64_t chat, const char *payload,
    void (*done)(const struct telegram_answer *, void *))
{
	size_t size = strlen(payload);
	struct callback_answer *c = malloc(sizeof *c + size + 1);
	if (!c)
		abort();
	c->d = d;
	c->chat = chat;
	memcpy(c->payload, payload, size + 1);
	LIST_INSERT_HEAD(&d->callbacks, c, link);
	c->call =
	    telegram_call(d->options.telegram, method, c->payload, size, CALL_TIMEOUT_MS, done, c);
}

void delivery_answer_callback(struct delivery *d, int64_t chat, const char *payload)
{
	struct map_slot *slot = map_put(&d->presses, chat);
	if (slot->value.number >= PRESSES_MOST)
		return;
	slot->value.number++;
	call_beside(d, "answerCallbackQuery", chat, payload, on_callback_answered);
}

void delivery_cancel_beside(struct delivery *d)
{
	for (struct callback_answer *c = LIST_FIRST(&d->callbacks), *next; c; c = next) {
		next = LIST_NEXT(c, link);
		telegram_call_cancel(c->call);
		forget_beside(c);
	}
}
