/*
 * Reads the state of the system (store/demo.h) whenever asked, over one read-only connection of its own that is there
 * only while somebody asks; and adds a prospect when it is told to, in a transaction of that connection that may write.
 * Ownership: the uri is borrowed; demo_state_destroy() frees in the loop's next turns. Units: milliseconds.
 * Errors: told as a sentence for people, with neither address nor password in it; the reason goes to the log once.
 * Callbacks: told() once for each demo_state_ask(), never inside it; not after demo_state_rest(). added() once for each
 * demo_state_add(), never inside it; where demo_state_rest() comes first, inside that, with a problem.
 */
#pragma once
#include "salesreg/base/secret.h"
#include <uv.h>

struct demo_state;
struct demo_state_options {
	const struct secret *uri;
	/* json NULL: problem says why. */
	void (*told)(const char *json, const char *problem, void *data);
	/* problem NULL: it is in the database; else it says why not. NULL: nothing is added. */
	void (*added)(const char *problem, void *data);
	void *data;
};
struct demo_state *demo_state_create(uv_loop_t *loop, const struct demo_state_options *options);
/* While one is under way another is a bug. */
void demo_state_ask(struct demo_state *d);
/* One at a time; the texts are copied. note: "" for none. */
void demo_state_add(struct demo_state *d, const char *name, const char *contact, const char *note);
/* Closes the connection; what was asked is not told any more. */
void demo_state_rest(struct demo_state *d);
void demo_state_destroy(struct demo_state *d);
