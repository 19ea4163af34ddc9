/*
 * Messages of the bot that pass on what a person said, and what they have in common with those that it sends.
 * Ownership: borrowed for the call. Errors: enum sandbox_error; take_limits() has answered.
 * Facts: Bot API, "copyMessage", "copyMessages", "setMessageReaction", "ReplyParameters"; tdlib/td, dup_message_content.
 */
#pragma once
#include "salesreg/sandbox/telegram/errors.h"
#include <stdbool.h>
#include <stdint.h>

struct call;
struct chat;
struct message;
struct sandbox;

/* In the transcript, as a bot_message or a bot_edit. */
void record_bot_message(
    struct sandbox *s, const struct chat *chat, const char *kind, const struct message *m);
/* The parameter reply_parameters: *reply_to is a message of the chat, or 0. */
enum sandbox_error reply_read(const struct call *call, const struct chat *chat, int64_t *reply_to);
/* Whether one more message may go to this chat now. */
bool take_limits(struct call *call, struct chat *chat);
