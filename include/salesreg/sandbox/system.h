/*
 * The state of the system behind the bot, which the page shows beside the chats and the sandbox itself knows nothing of.
 * Asked for once a second while a page watches; each ask() is answered by one sandbox_system_told(), never inside it,
 * unless rest() (may be NULL) came first: nobody watches any more.
 *
 * add() (NULL: the page has no form for it) puts a prospect in, one at a time; its texts are borrowed for the call. Each is
 * answered by one sandbox_system_added(), never inside it, whoever rests meanwhile, unless the sandbox is destroyed.
 *
 * rehearse() (NULL: the page has no dry run) answers POST /page/rehearsal at once: a JSON text to a JSON text, in the arena.
 */
#pragma once
#include "salesreg/base/arena.h"
#include <stdint.h>

struct sandbox;
struct sandbox_prospect {
	const char *name, *contact, *note; /* of one line each; the last "" if there is none */
};
struct sandbox_system {
	void (*ask)(void *data);
	void (*rest)(void *data);
	void (*add)(const struct sandbox_prospect *prospect, void *data);
	const char *(*rehearse)(const char *body, struct arena *a);
	void *data;
	int64_t
	    admin; /* who is one: the page shows that account among its people; 0: nobody in particular */
};
/* json: an object, copied; or NULL, and problem says in one line what is wrong. */
void sandbox_system_told(struct sandbox *sandbox, const char *json, const char *problem);
/* problem: in one line why it was not added; NULL: it was. */
void sandbox_system_added(struct sandbox *sandbox, const char *problem);
