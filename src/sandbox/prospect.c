#include "salesreg/sandbox/prospect.h"
#include "salesreg/base/json.h"
#include "salesreg/base/text.h"
#include "salesreg/sandbox/answer.h"
#include "salesreg/sandbox/hold.h"
#include "salesreg/sandbox/model.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE_US = 10 * 1000 * 1000, NAME_MAX_LETTERS = 255, NOTE_MAX_LETTERS = 2000 };

/* The one that is being added. */
struct adding {
	struct hold hold;
	bool held; /* the page still waits */
	bool told;
	char problem[200];
};

static void finish(struct sandbox *s, struct hold *hold)
{
	struct adding *a = hold->owner;
	struct http_exchange *x = hold->exchange;
	a->held = false;
	if (!a->told) {
		answer_fail(s, x, 504, "the database takes too long; it may still be added");
		return;
	}
	if (a->problem[0]) {
		answer_fail(s, x, 503, a->problem);
	} else {
		buf_clear(&s->out);
		buf_adds(&s->out, "{\"ok\":true}");
		answer_send(s, x, 200);
	}
	s->adding = NULL;
	free(a);
}

static void on_gone(struct sandbox *s, struct hold *hold)
{
	struct adding *a = hold->owner;
	a->held = false;
	if (a->told || s->closing) {
		s->adding = NULL;
		free(a);
	}
}

void sandbox_system_added(struct sandbox *s, const char *problem)
{
	struct adding *a = s->adding;
	if (!a)
		return; /* the sandbox is being destroyed */
	a->told = true;
	(void)snprintf(a->problem, sizeof a->problem, "%s", problem ? problem : "");
	if (a->held) {
		hold_wake(s, &a->hold);
	} else {
		s->adding = NULL;
		free(a);
	}
}

static const char *text_of(struct arena *arena, const json_t *body, const char *key)
{
	const char *text = json_get_text(arena, body, key);
	return text ? text_tidy(arena, text) : "";
}

/* NULL: it will do. */
static const char *fault_of(const struct sandbox *s, const struct sandbox_prospect *p)
{
	if (!*p->name)
		return "write a name";
	if (!*p->contact)
		return "write a username, as @maria";
	if (text_code_points(p->name) > NAME_MAX_LETTERS ||
	    text_code_points(p->contact) > NAME_MAX_LETTERS)
		return "the name is too long";
	if (text_code_points(p->note) > NOTE_MAX_LETTERS)
		return "the note is too long";
	return s->adding ? "another one is being added" : NULL;
}

void prospect_handle(struct sandbox *s, struct http_exchange *x)
{
	struct arena *arena = http_exchange_arena(x);
	size_t size;
	const char *text = http_exchange_body(x, &size);
	json_t *body = size > 0 ? json_loadb(text, size, JSON_ALLOW_NUL, NULL) : NULL;
	const struct sandbox_prospect p = {.name = text_of(arena, body, "name"),
	    .contact = text_of(arena, body, "contact"),
	    .note = text_of(arena, body, "note")};
	const char *fault =
	    json_is_object(body) ? fault_of(s, &p) : "the body must be a JSON object";
	json_decref(body);
	if (!s->system.add || fault) {
		answer_fail(
		    s, x, s->system.add ? 400 : 404, s->system.add ? fault : "no such call");
		return;
	}
	struct adding *a = calloc(1, sizeof *a);
	if (!a)
		abort();
	s->adding = a;
	a->held = true;
	a->hold = (struct hold){.exchange = x,
	    .due_us = sandbox_now_us(s) + PATIENCE_US,
	    .owner = a,
	    .due = finish,
	    .gone = on_gone};
	hold_start(s, &a->hold);
	s->system.add(&p, s->system.data);
}
