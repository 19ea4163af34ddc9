/*
 * What people do: messages, buttons, blocking; each becomes updates of a bot.
 * Ownership: nothing is kept of the JSON.
 * Errors: a static sentence, or NULL.
 * Callbacks: none; polls that wait are answered in the next turn of the loop.
 * Facts: core.telegram.org/bots/features#deep-linking (the payload of /start).
 */
#pragma once
#include "salesreg/base/arena.h"
#include "salesreg/base/buf.h"
#include <jansson.h>
#include <stdint.h>

struct chat;
struct sandbox;

struct act_result {
	int64_t update_id, message_id, user; /* 0: none */
	const char *url, *copied; /* of a pressed button that makes no update; in the arena */
};

/* Carries out one act of /sandbox/act;
 * with check_only nothing is changed and only the form is looked at. */
const char *act_perform(struct sandbox *s, struct arena *arena, const json_t *json, bool check_only,
    struct act_result *out);

/* The cheap ways of the simulated users. Return the update id. */
int64_t act_text(struct chat *chat, const char *text, const char *entities);
int64_t act_press(struct chat *chat, const char *data_prefix);
