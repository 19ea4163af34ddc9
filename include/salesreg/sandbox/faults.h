/*
 * Faults on demand: what a network, a proxy or the server itself can do to a request, by method and
 * chat.
 * Ownership: the list owns its rules; fault_effect is a value.
 * Units: milliseconds; how many times as counted.
 * Errors: fault_add() returns the sentence that says what is wrong with the JSON, or NULL.
 */
#pragma once
#include "salesreg/base/buf.h"
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

/* name in JSON, is the request carried out? */
#define FAULT_KIND_MAP(X)                                                                          \
	X(NONE, "none", true)                                                                      \
	X(ERROR, "error", false)                                                                   \
	X(HTML, "502html", false)                                                                  \
	X(EMPTY, "empty", false)                                                                   \
	X(RESET_BEFORE, "reset_before", false)                                                     \
	X(RESET_AFTER, "reset_after", true)                                                        \
	X(SLOW, "slow", true)                                                                      \
	X(HANG, "hang", false)                                                                     \
	X(TRUNCATED, "truncated", true)                                                            \
	X(HUGE, "huge", true)
enum fault_kind {
#define X(name, text, effect) FAULT_##name,
	FAULT_KIND_MAP(X)
#undef X
	    FAULT_KIND_COUNT
};

/* What stays to be done when the answer is ready. */
struct fault_effect {
	enum fault_kind kind;
	int64_t delay_ms;
	int64_t padding; /* bytes of white space inside the answer */
};

enum { FAULTS_MAX = 1000, FAULT_TEXT_MAX = 300, FAULT_PADDING_MAX = 16 * 1024 * 1024 };
struct fault {
	TAILQ_ENTRY(fault) entry;
	char method[40];     /* "": any but getUpdates; "*": any */
	int64_t chat;        /* 0: any */
	int64_t skip, times; /* times < 0: for ever */
	enum fault_kind kind;
	int code;
	char description[FAULT_TEXT_MAX];
	int retry_after_s;
	int64_t delay_ms;
	int64_t padding; /* what HUGE adds, and ERROR if it was asked to */
	int64_t struck;
};
TAILQ_HEAD(fault_list, fault);

const char *fault_add(struct fault_list *list, const json_t *spec);
void faults_clear(struct fault_list *list);
void faults_write(const struct fault_list *list, struct buf *out);
/* The rule that strikes this request, counted down, copied to *out: the first that matches.
 * False: none. */
bool fault_take(struct fault_list *list, const char *method, int64_t chat, struct fault *out);
