/* What the assigner's files know of each other: assigner.c says when, the others are a step each. */
#pragma once
#include "salesreg/app/outreach/assigner.h"
#include "salesreg/app/outreach/same_person.h"
#include "salesreg/base/fault_log.h"
#include "salesreg/domain/assignment/notice.h"
#include "salesreg/store/allocation.h"
#include "salesreg/store/people.h"
#include "salesreg/store/prospects.h"
#include "salesreg/store/qualification.h"

enum {
	AT_ONCE = 1000,
	LOOK_AGAIN_MS = 5000,
	APART_AT_ONCE = 500, /* declined ones that a wake looks at */
	LEFT_OUT_MOST = 100,
	CARDS_AT_ONCE = 200, /* lost prospects whose buttons go; the others' the next time */
};

/*
 *           woken           lease                                       no more               none left
 *   IDLE ------------> [RECONCILING ->] ASSIGNING <-+ full round -> REASSIGNING <-+ one -> ESCALATING --> IDLE
 *                      [NAMING ->]         +--------+                   +---------+            (woken meanwhile: again)
 *   more than are escalated at once: ESCALATING again; something passed over for somebody's lock: woken after 5 s
 *   any transaction that fails: rolled back, IDLE after a pause, and again; if it was one prospect's fault, with half as
 *   many at once, until that one is alone, named (NAMING) and left out
 */
#define STEP_MAP(X)                                                                                \
	X(IDLE, "idle")                                                                            \
	X(NAMING, "naming the prospect that fails")                                                \
	X(RECONCILING, "reconciling")                                                              \
	X(ASSIGNING, "assigning")                                                                  \
	X(REASSIGNING, "reassigning")                                                              \
	X(ESCALATING, "escalating")
enum step {
#define X(name, text) STEP_##name,
	STEP_MAP(X)
#undef X
};

/* Ids of prospects, owned. */
struct left_out_list {
	char *ids[LEFT_OUT_MOST];
	size_t count;
};

/* Prospects that are given, and to whom each goes. */
struct first_words {
	struct waiting_row **prospects;
	const char **reps;
	size_t count;
};

struct assigner {
	struct assigner_options options;
	uv_timer_t sweep, pause, again, expiry;
	enum step step;
	bool woken, reconcile, leased;
	bool rep_came; /* and what nobody took has not been looked at since */
	struct apart_slice apart,
	    apart_next;   /* what of the declined ones this wake looks at, and the next one */
	bool apart_more;  /* there are some beyond that */
	bool apart_whole; /* this wake looks at all of them */
	bool more_left;   /* than the admins were told of, or than was identified, at once */
	bool
	    passed_over; /* something could be assigned but for somebody's lock; its end wakes nobody */
	struct db_conn *conn;
	struct arena arena;
	struct db_plan plan;
	struct first_words first_words; /* of the round or the prospect in hand */
	struct allocated_row *given;    /* the declined one in hand, in the arena */
	size_t reach_step;              /* SIZE_MAX: nobody is written to */
	size_t reps_step, candidates_step, turn_step, passed_step, known_step, shared_step,
	    locales_step, apart_step;
	struct chosen_locale *admin_locales; /* in the arena, while admins are told something */
	size_t admin_locale_count;
	struct allocation_reconciliation reconciliation;
	struct people_round round;
	size_t in_turn;        /* so many reps of the round's front are counted */
	unsigned uncounted;    /* rounds since all reps were */
	bool some_doubled;     /* of the round's people have an identity in common */
	bool counted;          /* what the round before left is what the reps have now */
	struct lost_row *lost; /* these while that is under way, in the arena */
	int64_t *shown;
	struct buttons_row *stale; /* that go since something in the conversation */
	size_t lost_count, shown_count, stale_count, cards_step, unsent_step, stale_step,
	    claims_step;
	struct link_new *links; /* of the notices that go to the outbox next, in the arena */
	size_t link_count, link_room;
	struct heard_before *said; /* the same of those who have said something */
	size_t said_count, said_room;
	struct summary_new *summaries; /* the same of what prospects have answered */
	size_t summary_count, summary_room;
	size_t assigned;   /* in the transaction under way */
	bool reads_follow; /* the plan under way ends with the reads of a round */
	struct message_list
	    notices; /* of the round, made while the server writes the assignments */
	size_t
	    at_once; /* AT_ONCE, or fewer while one is looked for that spoils the others' round */
	bool naming; /* it is the first one now, by whatever id */
	struct left_out_list refused; /* until everything is looked at again */
	struct left_out_list kept;    /* not taken back any more until the next sweep */
	bool
	    takes_back_later; /* there are more of these: nothing is reconciled until the next sweep */
	struct {
		char *prospect;
		int64_t at_us;
	} named[LEFT_OUT_MOST]; /* in the log, as left out */
	char *reassigning;      /* the prospect in hand, or NULL */
	char why[300];          /* the last failure */
	unsigned failures;
	struct fault_log fault;
	int64_t round_us; /* when the round under way began */
	struct assigner_stats stats;
	struct histogram rounds;
	int closing;
};

/* A transaction failed: it is rolled back, and everything is tried again after a pause. */
void assigner_fail(struct assigner *s, const struct db_reply *reply);

/* Empties the arena. */
void assigner_reset(struct assigner *s);

/* Reads of a step: the plan, emptied, with BEGIN and the lock. */
struct db_plan *assigner_begin(struct assigner *s);

/* Runs the plan under way; commit with a COMMIT at its end. */
void assigner_run(
    struct assigner *s, void (*done)(struct db_conn *, const struct db_reply *, void *));
void assigner_commit(
    struct assigner *s, void (*done)(struct db_conn *, const struct db_reply *, void *));

/* Plans that these go to the outbox, as notifications. */
void assigner_queue(struct assigner *s, const struct message_list *messages);

/* What this prospect has answered, to their rep: with the next assigner_queue(), behind what that queues. */
void assigner_show_answers(
    struct assigner *s, const struct waiting_row *row, const struct allocation_rep_row *rep);
void assigner_queue_answers(struct assigner *s);
void assigner_forget_answers(struct assigner *s);

/* Plans that the bot writes to those whom it has met; with the answer their bot_writes is set, for their cards. */
void assigner_plan_first_words(struct assigner *s, const struct first_words *of);
void assigner_read_first_words(
    struct assigner *s, const struct db_reply *reply, const struct first_words *of);

/* What rep reads of a prospect, and in which language. */
struct notice_prospect assigner_notice_of(
    struct assigner *s, const struct waiting_row *row, const char *rep);
enum locale assigner_locale_of(const struct assigner *s, const struct allocation_rep_row *rep);

/* The languages that admins have chosen: asked for with whatever may end in a message to them, and read with its answer. */
void assigner_plan_admin_locales(struct assigner *s);
void assigner_read_admin_locales(struct assigner *s, const struct db_reply *reply);
enum locale assigner_admin_locale(const struct assigner *s, int64_t admin);

/* In assigner_explain.c. Plans that what this round is decided on is kept; reps: those with room, as they were read. */
void assigner_explain_round(
    struct assigner *s, const struct allocation_rep_row *reps, size_t rep_count);

/* The only one that changes s->step; asserts that the change is one of the diagram's. */
void assigner_set_step(struct assigner *s, enum step step);
/* The steps, each after the one before: new prospects, declined ones, those whom nobody takes. Then the lease is given back. */
void assigner_assign_new(struct assigner *s);
void assigner_reassign(struct assigner *s);
void assigner_escalate(struct assigner *s);
void assigner_rest(struct assigner *s);

/* In assigner_left_out.c. This one cannot be assigned, for s->why: it is passed by, so that the others need not wait for it. */
void assigner_leave_out(struct assigner *s, const char *prospect);
/* Those: borrowed until the next one is left out. */
struct left_out assigner_left_out(const struct assigner *s);
/* A trigger of somebody's keeps this one with a rep who is not at work: it is taken back no more. */
void assigner_leave_kept(struct assigner *s, const char *prospect);
/* Both kinds. In the arena. */
struct left_out assigner_not_taken_back(struct assigner *s);
void left_out_none(struct left_out_list *list);
/* At the end of the assigner's life. */
void assigner_forget_left_out(struct assigner *s);

void assigner_on_sweep(uv_timer_t *timer);

/* In assigner_reconcile.c: the answer to the reads of allocation_reconcile; ends in assigner_assign_new, or in assigner_fail. */
void assigner_on_reconciling(struct db_conn *conn, const struct db_reply *reply, void *data);
