/*
 * What admins send to all reps (tables broadcasts, broadcast_recipients). Drafts, and what an admin decides about one, are effects of steps
 * (store/effects.h); sending is the leader's queue.
 * Ownership: as in store/people.h. Units: microseconds (_us); counts. Errors: those of the run.
 */
#pragma once
#include "salesreg/domain/conversation/views.h"
#include "salesreg/store/queue.h"

/* By the admin's message that is its text, or, if said is 0, by its own number. */
struct broadcast_ask {
	int64_t admin, said, id;
};
struct broadcast_row {
	int64_t id, admin, said;
	const char *about, *state;
	bool ended;
};
size_t broadcasts_read(
    struct db_plan *plan, struct arena *a, const struct broadcast_ask *asks, size_t count);
size_t broadcasts_parse(const PGresult *result, struct arena *a, struct broadcast_row **rows);
/* Counted only while one of these admins is asked for a text. */
size_t broadcasts_audience(
    struct db_plan *plan, struct arena *a, const int64_t *admins, size_t count);
struct broadcast_audience broadcasts_audience_parse(const PGresult *result);

/* Those that go on. */
extern const struct queue broadcasts_queue;
struct broadcast_due {
	struct queue_row row;
	int64_t admin;
	int64_t shown_message;              /* 0: none */
	const char *author, *text, *format; /* format NULL: plainly */
	const char *about, *state, *locale; /* the admin's; NULL: none is known */
	const char *shown;                  /* what the message says; NULL: nothing yet */
	int64_t shown_us;                   /* for so long */
	int64_t recipients, waiting, queued, sent, failed, gone, left, stopped, later;
};
/* What a result of the queue is. */
struct broadcast_result {
	int64_t id;
	/* what is sent in each language, but for whom; NULL: nothing more is */
	const char *const *locales, *const *payloads;
	size_t locale_count;
	const char *default_locale;
	int64_t hold_hours; /* after which nothing more of it is sent; 0: never */
	int64_t most;       /* messages of all broadcasts that may wait to be sent at a time */
	const char *edit;   /* what is said of it from now on; NULL: the same */
	const char *shown;  /* by which that is known again */
	int64_t pause_us;   /* until it is looked at again; -1: it is over */
	bool orphaned;      /* its author seems to be no admin any more: stopped, if that is so */
};
