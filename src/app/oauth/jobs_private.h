/* What the jobs' files know of each other: jobs.c is the queue's user, sync.c reads a rep's calendars, sync_events.c one calendar. */
#pragma once
#include "salesreg/app/oauth/jobs.h"
#include "salesreg/app/oauth/news.h"
#include "salesreg/app/queue_worker.h"
#include "salesreg/base/fault_log.h"
#include "salesreg/google/calendar.h"
#include "salesreg/store/calendar_checks.h"
#include "salesreg/store/calendar_jobs.h"
#include "salesreg/store/calendar_sync.h"

enum { REP_BYTES = 37, WHY_BYTES = 300, KEPT_EVENTS_MOST = 20000 };

struct jobs {
	struct jobs_options options;
	uv_loop_t *loop;
	struct queue_worker *queue;
	struct jobs_stats stats;
	struct fault_log client_fault, key_fault, api_fault;
};

/*
 *                  account read        token good for five minutes                       all read
 *   NEW -> LOADING ------------> [REFRESHING -> KEEPING ->] [LISTING ->] CALENDARS ... ------------> ENDING -> DONE
 *   CALENDARS: own ones one after the other, EVENTS -> STORING; the others at once, BUSY -> STORING
 *   any call refused for its token: REFRESHING, once, and again; for its token once more, or its scope: DYING -> DONE
 *   anything else that fails: ENDING with why, and later again
 */
#define SYNC_STATE_MAP(X)                                                                          \
	X(NEW, "new")                                                                              \
	X(LOADING, "loading")                                                                      \
	X(REFRESHING, "refreshing the token")                                                      \
	X(KEEPING, "keeping the token")                                                            \
	X(LISTING, "reading the list of calendars")                                                \
	X(EVENTS, "reading events")                                                                \
	X(BUSY, "asking for busy times")                                                           \
	X(STORING, "storing")                                                                      \
	X(DYING, "telling that the token is dead")                                                 \
	X(ENDING, "ending")                                                                        \
	X(DONE, "done")
enum sync_state {
#define X(name, text) SYNC_##name,
	SYNC_STATE_MAP(X)
#undef X
};

struct sync {
	struct jobs *jobs;
	void *job; /* the queue's, to be ended */
	enum sync_state state;
	char rep[REP_BYTES];
	struct arena arena;
	struct db_plan plan;
	struct calendar_sync_steps steps;
	struct calendar_sync_row account;
	bool checks; /* one look for somebody who waits for it, and no more: sync_check.c */
	size_t check_step;
	struct calendar_check_row check;
	char *access; /* in clear, in the arena */
	bool refreshed;
	void (*again)(struct sync *s);  /* the step to be repeated with another token */
	void (*stored)(struct sync *s); /* what follows STORING */
	struct calendar_list_row *list;
	size_t list_count, list_room;
	bool has_primary;
	const char *page, *zone;
	struct calendar_due_row *due;
	size_t due_count, at;
	/* of the calendar in hand */
	struct busy_event *busy;
	size_t busy_count, busy_room;
	const char **changed;
	size_t changed_count, changed_room;
	bool whole;
	const char *calendar_zone;
	const char **foreign; /* that are asked for as busy times */
	size_t foreign_count, foreign_at;
	char why[WHY_BYTES]; /* it failed; "" */
	bool over;           /* nothing is to be read any more: the job goes */
	int64_t pause_s;     /* 0: as usual */
};

struct sync *sync_create(struct jobs *jobs, void *job, const char *rep, bool checks);
/* Ends with jobs_sync_ended(). */
void sync_start(struct sync *s);
/* Whatever is under way is forgotten. */
void sync_destroy(struct sync *s);
/* In jobs.c. */
void jobs_sync_ended(struct sync *s);
/* A token that is stored; NULL: it cannot be opened, and the log says why. */
char *jobs_open(
    struct jobs *j, struct arena *a, const char *rep, const char *purpose, const char *hex);
const char *jobs_close(
    struct jobs *j, struct arena *a, const char *rep, const char *purpose, const char *plain);

/* In sync.c, for sync_events.c */
void sync_set_state(struct sync *s, enum sync_state state);
void sync_run(struct sync *s, void (*done)(const struct db_reply *reply, void *data));
/* A call with the token; `again` is the step that makes it. */
void sync_call(struct sync *s, const char *method, const char *path, const char *json,
    calendar_callback *done, void (*again)(struct sync *s));
/* True: the answer was none to go on with, and what follows has begun. */
bool sync_refused(struct sync *s, const struct calendar_answer *answer);
/* Ends the look: why NULL: all is read. */
void sync_end(struct sync *s, const char *why);
void sync_store(struct sync *s, void (*stored)(struct sync *s));
/* In sync.c: the job ends. */
void sync_finish(struct sync *s);
/* In sync_check.c. */
void sync_check(struct sync *s);
/* In sync_events.c: the calendars, one after the other. */
void sync_calendars(struct sync *s);
