/*
 * What the site's files know of each other: site.c says which request goes where, visit.c leads one callback to what came of it,
 * visit_store.c keeps that.
 */
#pragma once
#include "salesreg/app/oauth/news.h"
#include "salesreg/app/oauth/pages.h"
#include "salesreg/app/oauth/site.h"
#include "salesreg/base/fault_log.h"
#include "salesreg/store/calendars.h"
#include "salesreg/store/oauth.h"
#include <sys/queue.h>

enum {
	TOKEN_LETTERS = 43, /* 32 bytes, base64url */
	CODE_BYTES_MOST = 2048,
	USERNAME_BYTES = 64,
	REQUEST_BYTES = 24,
	DATABASE_MS = 5000,
};

/*
 *   a callback:
 *             link used up            code exchanged              tokens stored, rep told
 *   TAKING ----------------> EXCHANGING ---------------> STORING ---------------------------> answered, gone
 *      |  refused, ran out ----------------------------> STORING (the message alone)
 *      |  no such link: answered, gone      STORING: the database is away -> PAUSING -> STORING, for a minute
 *      |                                    STORING: refused -> LOOKING (was it us?) -> STORING, or answered, gone
 *      LOOKING: the account's old grant is being given back -> ORDERING [-> PAUSING ...] -> VERIFYING -> STORING
 *   OPENING: the start page's read -> answered, gone
 *
 * The browser may go at any time: the visit goes on without it.
 */
#define VISIT_STATE_MAP(X)                                                                         \
	X(NEW, "new")                                                                              \
	X(OPENING, "reading the link")                                                             \
	X(TAKING, "using the link up")                                                             \
	X(EXCHANGING, "exchanging the code")                                                       \
	X(STORING, "storing")                                                                      \
	X(PAUSING, "waiting for the database")                                                     \
	X(LOOKING, "looking what was stored")                                                      \
	X(ORDERING, "waiting for a revocation")                                                    \
	X(VERIFYING, "verifying the new grant")                                                    \
	X(GONE, "gone")
enum visit_state {
#define X(name, text) VISIT_##name,
	VISIT_STATE_MAP(X)
#undef X
};

struct visit {
	LIST_ENTRY(visit) link;
	struct site *site;
	struct http_exchange *x; /* NULL: the browser has gone, or was answered */
	struct arena arena;
	struct db_plan plan;
	uv_timer_t pause;
	enum visit_state state;
	char request[REQUEST_BYTES]; /* its id, in the log and in the answer */
	const char *token, *code, *refusal, *key_id;
	struct oauth_state_row link_row;
	enum locale locale;
	struct oauth_news news;
	bool tells_admins;
	bool connects; /* the tokens are to be stored */
	struct calendar_connection connection;
	const char *client_error; /* that admins are told of */
	size_t row_step, name_step;
	int64_t store_until_us, order_until_us;
	const char *refresh; /* in clear, in the arena; NULL: Google gave none */
	bool is_ordering, has_ordered;
};

struct site {
	struct site_options options;
	uv_loop_t *loop;
	struct http_server *http;
	struct oauth_pages pages;
	char bot_username[USERNAME_BYTES];
	LIST_HEAD(, visit) visits;
	struct site_stats stats;
	struct fault_log database_fault, client_fault, forged_fault;
	uint64_t requests;
	int64_t admins_told_us;
	bool closing;
};

/* The visit's request; x is held until it is answered. */
struct visit *visit_new(struct site *s, struct http_exchange *x);
void visit_open(struct visit *v, const char *token);
/* token and key_id: what `state` is made of. One of code and refusal is NULL. */
void visit_return(
    struct visit *v, const char *token, const char *key_id, const char *code, const char *refusal);
/* Nothing is asked any more, and nobody answered; at the end of the site's life. */
void visit_drop(struct visit *v);

/* In visit.c, for visit_store.c. */
void visit_set_state(struct visit *v, enum visit_state state);
void visit_run(struct visit *v, void (*done)(const struct db_reply *reply, void *data));
const char *visit_seal(struct visit *v, const char *purpose, const char *secret);
/* The end. */
void visit_answer(struct visit *v, enum oauth_page page);
void visit_redirect(struct visit *v, enum oauth_page page);
/* What came of it is known, and kept. */
void visit_conclude(struct visit *v, enum oauth_outcome outcome);
/* In visit_store.c. */
void visit_keep(struct visit *v);
