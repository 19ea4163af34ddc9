/*
 * The state of the system behind the bot, which the page shows beside the chats and the sandbox itself knows nothing of.
 * Asked for once a second while a page watches; each ask() is answered by one sandbox_system_told(), never inside it,
 * unless rest() (may be NULL) came first: nobody watches any more.
 */
#pragma once

struct sandbox;
struct sandbox_system {
	void (*ask)(void *data);
	void (*rest)(void *data);
	void *data;
};
/* json: an object, copied; or NULL, and problem says in one line what is wrong. */
void sandbox_system_told(struct sandbox *sandbox, const char *json, const char *problem);
