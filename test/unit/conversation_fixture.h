/*
 * People, events and the rules they meet, for the tests of the conversation.
 * Ownership: everything lives in `arena` until the test ends. Units: none. Errors: fail the test.
 * Callbacks: none.
 */
#pragma once
#include "salesreg/base/text.h"
#include "salesreg/domain/conversation/conversation.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "default_texts.h"
#include "row_tests.h"

enum { PERSON = 500, ADMIN = 900, OTHER_ADMIN = 901 };
enum { NO_EFFECT = -1 };
#define ADDRESS "ivan@truerealestate.bali"

static struct arena arena;
static const char *const domains[] = {"truerealestate.bali"};
static const int64_t admins[] = {ADMIN, OTHER_ADMIN};
static struct conversation_rules rules = {
    .domains = domains,
    .domain_count = 1,
    .domains_are_told = true,
    .admin_ids = admins,
    .admin_count = 2,
    .default_locale = LOCALE_RU,
    .max_prospects = 5,
    .kept_days = 90,
};

static inline int begin(void **state)
{
	(void)state;
	arena_init(&arena, 1 << 24);
	rules.catalog = default_texts();
	return 0;
}

static inline int end(void **state)
{
	(void)state;
	arena_finish(&arena);
	default_texts_finish();
	return 0;
}

static inline int each(void **state)
{
	(void)state;
	arena_reset(&arena);
	rules.approval_by_admin = false;
	return 0;
}

static inline struct conversation_state state_of(
    enum rep_status status, enum conversation_phase phase, enum locale locale)
{
	bool row = status != REP_ABSENT;
	return (struct conversation_state){
	    .rules = &rules,
	    .known = true,
	    .phase = phase,
	    .locale = locale,
	    .draft_name = phase == PHASE_EMAIL ? "Иван Петров" : NULL,
	    .rep_status = status,
	    .rep_id = row ? "11111111-1111-1111-1111-111111111111" : NULL,
	    .rep_name = row ? "Иван Петров" : NULL,
	    .rep_email = row ? "Old@truerealestate.bali" : NULL,
	    .rep_username = row ? "ivan" : NULL,
	    .rep_available = row,
	    .open_clients = row ? 2 : 0,
	};
}

static inline struct event event_of(enum event_kind kind, const char *text)
{
	return (struct event){
	    .kind = kind,
	    .user_id = PERSON,
	    .chat_id = PERSON,
	    .username = "ivan",
	    .first_name = "Иван",
	    .text = text,
	    .callback_id = kind == EVENT_BUTTON ? "cb" : NULL,
	    .message_id = kind == EVENT_BUTTON ? 33 : 0,
	};
}

/* Whether a message carries a text of the catalog: its literal pieces, in order. */
static inline bool says(const char *message, enum locale locale, enum text_id id)
{
	const char *text = rules.catalog->texts[locale][id];
	while (message && *text) {
		size_t n = strcspn(text, "{");
		const char *piece = arena_strndup(&arena, text, n);
		message = strstr(message, piece);
		if (!message)
			break;
		message += n;
		text += n;
		if (*text)
			text = strchr(text, '}') + 1;
	}
	return message != NULL;
}

/* What holds for every outcome. */
static inline void check_outcome(const struct event *event, const struct outcome *out)
{
	assert_in_range(out->effect_count, 0, OUTCOME_MAX_EFFECTS);
	assert_int_equal(out->callback_answer != NULL, event->kind == EVENT_BUTTON);
	if (out->callback_answer)
		assert_in_range(text_utf16_units(out->callback_answer), 0, TEXT_ANSWER_UNITS);
	assert_null(out->next.assignment);
	assert_null(out->next.subject);
	assert_null(out->next.clients);
	size_t count = 0;
	for (const struct message *m = out->messages.first; m; m = m->next, count++) {
		if (m->kind == MESSAGE_SEND)
			assert_in_range(text_utf16_units(m->text), 1, MESSAGE_TEXT_UNITS);
		else
			assert_true(m->message_id == event->message_id);
		for (size_t i = 0; i < m->button_count; i++) {
			const struct button *b = &m->buttons[i];
			assert_in_range(strlen(b->text), 1, 256);
			if (b->data)
				assert_in_range(strlen(b->data), 1, MESSAGE_CALLBACK_BYTES);
			else if (m->keyboard == KEYBOARD_INLINE)
				assert_true(b->url || b->copy);
		}
	}
	assert_int_equal(count, out->messages.count);
}

static inline struct outcome step(const struct conversation_state *state, const struct event *event)
{
	struct outcome out;
	conversation_step(state, event, &arena, &out);
	check_outcome(event, &out);
	return out;
}
