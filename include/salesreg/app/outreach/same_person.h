/*
 * Prospects of one person go to one rep: by what each is known, which of a round are the same person, and who gets what.
 * Ownership: everything lives in the arena or is borrowed from the rows given.
 * Units: counts; indexes into the arrays given. Errors, callbacks: none.
 */
#pragma once
#include "salesreg/domain/assignment/allocation.h"
#include "salesreg/store/allocation.h"

struct known_by;
struct people {
	struct identity_row *rows; /* of all prospects in their order, at least one each */
	size_t count;
	size_t *
	    first; /* of each prospect: the first one of the same person, itself if there is none */
	struct known_by *known; /* by value; private */
	size_t known_count, prospect_count;
};
/* What each is known by; who is the same person is not known before people_join(). */
void people_identify(
    const struct waiting_row *prospects, size_t count, struct arena *a, struct people *people);
/* Identities that several of these prospects have, one each: whether they are nobody's is to be asked before people_join(). */
size_t people_doubled(const struct people *people, struct arena *a, struct identity_row **rows);
/* shared: those of the doubled ones that are nobody's, kind and value (allocation_shared). */
void people_join(struct people *people, const struct identity_row *shared, size_t shared_count);

/* Who gets what. Before: what was read. After: the reps are followed by those who have a person already and no room. */
struct people_round {
	struct people people;
	struct waiting_row
	    *prospects; /* after people_allocate(): those that somebody gets, in order */
	size_t prospect_count;
	struct allocation_rep_row *reps;
	size_t rep_count;
	int64_t turn;
	size_t *picks; /* the rep of each prospect */
};
/*
 * Whoever has this person gets the prospect, above capacity too and out of turn; the others are assigned by the strategy, and
 * who gets the first of a person gets all of the round. last_assigned_turn of the reps is set for those whose turn it was; returns how many
 * reps of the front can have had one.
 */
size_t people_allocate(struct people_round *round, const struct known_row *known,
    size_t known_count, enum strategy strategy, int64_t *last_assigned_turn, struct arena *a);
