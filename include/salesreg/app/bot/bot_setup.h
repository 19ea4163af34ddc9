/*
 * What Telegram is asked and told besides updates and messages: whether it knows the bot (getMe), the
 * menu (setMyCommands), and, in quiet times, something harmless now and then, so that the next answer
 * finds an open connection. Nothing waits for it: a Bot API server that fails at either still gives updates.
 * Ownership: everything in the options is borrowed and outlives the setup; `fault` is where failures
 * are said, shared with whoever polls, so that one fault is said once.
 * Units: microseconds. Errors: said in the log and tried again with growing pauses.
 * Callbacks: from the loop only.
 */
#pragma once
#include "salesreg/base/fault_log.h"
#include "salesreg/domain/conversation/conversation.h"
#include "salesreg/telegram/api.h"

struct bot_setup;
struct bot_setup_options {
	struct telegram *telegram;
	const struct conversation_rules *rules;
	struct fault_log *fault;
	/* getMe was answered: the token is good. username: "" if there was none; borrowed. */
	void (*known)(const char *username, void *data);
	/*
	 * 401, and the token has never worked: what was said. A 404 is left to getUpdates: some
	 * servers have no getMe.
	 */
	void (*token_refused)(const char *description, void *data);
	void *data;
};

/* Asks at once. */
struct bot_setup *bot_setup_create(uv_loop_t *loop, const struct bot_setup_options *options);
/* This process leads: the menu is set, once. */
void bot_setup_on_elected(struct bot_setup *s);
/* getUpdates has been answered well: no need to ask on. */
void bot_setup_polled(struct bot_setup *s);
/* Cancels what is under way; nothing is called back any more. */
void bot_setup_stop(struct bot_setup *s);
void bot_setup_destroy(struct bot_setup *s);
