/*
 * Who may write to whom: the chat a method names, or why the bot may not write there; the callback
 * queries of a bot.
 * Ownership: chats belong to their bot.
 * Units: microseconds of sandbox_now_us().
 * Errors: enum sandbox_error.
 * Facts: tdlib/telegram-bot-api (2026-05): who may be written to; callback queries expire after 150 s.
 */
#pragma once
#include "salesreg/sandbox/telegram/errors.h"
#include <stdint.h>

struct bot;
struct call;
struct callback;
struct chat;
/* The chat of the parameter chat_id. On SANDBOX_CHAT_MIGRATED *out is the old group. */
enum sandbox_error chat_resolve(const struct call *call, struct chat **out);
/* Answers with a chat_resolve() error. */
void call_fail_chat(struct call *call, enum sandbox_error error, const struct chat *chat);

/* A person deletes a message in a chat with the bot, on both sides, and the bot is told nothing. NULL, or what is wrong. */
const char *chat_forget_message(struct chat *chat, int64_t id);

/* A new callback query of this chat; returns its id. */
int64_t callback_add(struct chat *chat);
/* NULL: unknown or too old. */
struct callback *callback_find(struct bot *bot, int64_t id);
void callback_remove(struct bot *bot, struct callback *callback);
