#include "salesreg/app/outreach/same_person.h"
#include "salesreg/domain/contact/contact.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const size_t NOBODY = SIZE_MAX;    /* has this person; the strategy decides */
static const size_t WAITS = SIZE_MAX - 1; /* for who has this person: somebody holds that row */

struct known_by {
	const char *kind, *value;
	size_t prospect;
};

static int by_value(const void *x, const void *y)
{
	const struct known_by *a = x, *b = y;
	int order = strcmp(a->kind, b->kind);
	if (order == 0)
		order = strcmp(a->value, b->value);
	return order ? order : (a->prospect > b->prospect) - (a->prospect < b->prospect);
}

static size_t root(const size_t *first, size_t i)
{
	while (first[i] != i)
		i = first[i];
	return i;
}

static void join(size_t *first, size_t i, size_t j)
{
	i = root(first, i);
	j = root(first, j);
	first[i < j ? j : i] = i < j ? i : j;
}

static void add(struct people *people, struct known_by *all, size_t *known, const char *prospect,
    size_t index, const struct contact *contact)
{
	const char *kind = contact_kind_name(contact->kind);
	people->rows[people->count++] = (struct identity_row){prospect, kind, contact->value};
	all[(*known)++] = (struct known_by){kind, contact->value, index};
}

void people_identify(
    const struct waiting_row *prospects, size_t count, struct arena *a, struct people *people)
{
	struct known_by *all = ARENA_ARRAY(a, struct known_by, 2 * count);
	size_t known = 0;
	people->rows = ARENA_ARRAY(a, struct identity_row, 2 * count);
	people->first = ARENA_ARRAY(a, size_t, count);
	people->count = 0;
	for (size_t i = 0; i < count; i++) {
		struct contact contact;
		const char *prospect = prospects[i].prospect;
		size_t before = known;
		people->first[i] = i;
		if (contact_parse(prospects[i].telegram, a, &contact) == CONTACT_NO_PROBLEM)
			add(people, all, &known, prospect, i, &contact);
		/* any other word in that column is a remark */
		if (contact_parse(prospects[i].email, a, &contact) == CONTACT_NO_PROBLEM &&
		    contact.kind == CONTACT_EMAIL &&
		    /* the same address in both columns is one identity */
		    !(known > before &&
			strcmp(all[before].kind, contact_kind_name(contact.kind)) == 0 &&
			strcmp(all[before].value, contact.value) == 0))
			add(people, all, &known, prospect, i, &contact);
		if (known == before)
			people->rows[people->count++] =
			    (struct identity_row){prospect, contact_kind_name(CONTACT_NONE), ""};
	}
	if (known > 1)
		qsort(all, known, sizeof *all, by_value);
	people->known = all;
	people->known_count = known;
	people->prospect_count = count;
}

static bool is_shared(
    const struct known_by *by, const struct identity_row *shared, size_t shared_count)
{
	for (size_t i = 0; i < shared_count; i++)
		if (strcmp(by->kind, shared[i].kind) == 0 &&
		    strcmp(by->value, shared[i].value) == 0)
			return true;
	return false;
}

static bool same_value(const struct known_by *a, const struct known_by *b)
{
	return strcmp(a->kind, b->kind) == 0 && strcmp(a->value, b->value) == 0;
}

size_t people_doubled(const struct people *people, struct arena *a, struct identity_row **rows)
{
	const struct known_by *all = people->known;
	size_t count = 0;
	*rows = ARENA_ARRAY(a, struct identity_row, people->known_count);
	for (size_t i = 1; i < people->known_count; i++)
		if (same_value(&all[i], &all[i - 1]) &&
		    (i == 1 || !same_value(&all[i - 1], &all[i - 2])))
			(*rows)[count++] = (struct identity_row){NULL, all[i].kind, all[i].value};
	return count;
}

void people_join(struct people *people, const struct identity_row *shared, size_t shared_count)
{
	const struct known_by *all = people->known;
	for (size_t i = 1; i < people->known_count; i++)
		if (same_value(&all[i], &all[i - 1]) && !is_shared(&all[i], shared, shared_count))
			join(people->first, all[i].prospect, all[i - 1].prospect);
	for (size_t i = 0; i < people->prospect_count; i++)
		people->first[i] = root(people->first, i);
}

/* The reps who have one of these people already, after the others; returns how many reps there are then. */
static size_t find_known(struct people_round *round, const struct known_row *known,
    size_t known_count, size_t *with, struct arena *a)
{
	struct allocation_rep_row *reps =
	    ARENA_ARRAY(a, struct allocation_rep_row, round->rep_count + known_count);
	size_t count = round->rep_count, at = 0;
	if (count)
		memcpy(reps, round->reps, count * sizeof *reps);
	for (size_t i = 0; i < known_count; i++) {
		while (strcmp(round->prospects[at].prospect, known[i].prospect) != 0)
			at++;
		size_t first = round->people.first[at], rep = 0;
		if (with[first] != NOBODY)
			continue;
		if (known[i].colleague) {
			round->prospects[first].colleague = known[i].colleague;
			continue;
		}
		round->prospects[first].known = known[i].name;
		if (known[i].rep.telegram_id == 0) {
			with[first] = WAITS;
			continue;
		}
		while (rep < count && strcmp(reps[rep].rep, known[i].rep.rep) != 0)
			rep++;
		if (rep == count)
			reps[count++] = known[i].rep;
		with[first] = rep;
	}
	round->reps = reps;
	return count;
}

size_t people_allocate(struct people_round *round, const struct known_row *known,
    size_t known_count, enum strategy strategy, int64_t *last_assigned_turn, struct arena *a)
{
	size_t count = round->prospect_count, in_turn = round->rep_count, fresh_count = 0;
	size_t *with = ARENA_ARRAY(a, size_t, count);
	for (size_t i = 0; i < count; i++)
		with[i] = NOBODY;
	size_t all = find_known(round, known, known_count, with, a);
	struct allocation_rep *table = ARENA_ARRAY(a, struct allocation_rep, in_turn);
	for (size_t i = 0; i < in_turn; i++)
		table[i] = (struct allocation_rep){round->reps[i].last_assigned_turn,
		    (size_t)round->reps[i].open, (size_t)round->reps[i].capacity};
	size_t *fresh = ARENA_ARRAY(a, size_t, count), *picks = ARENA_ARRAY(a, size_t, count);
	for (size_t i = 0; i < count; i++) {
		size_t rep = with[round->people.first[i]];
		if (rep < in_turn)
			table[rep].open++;
		else if (rep == NOBODY && round->people.first[i] == i)
			fresh[fresh_count++] = i;
	}
	size_t assigned =
	    allocation_run(strategy, table, in_turn, fresh_count, round->turn, picks, a);
	for (size_t i = 0; i < assigned; i++)
		with[fresh[i]] = picks[i];
	for (size_t i = 0; i < in_turn; i++)
		last_assigned_turn[i] = table[i].last_assigned_turn;
	struct waiting_row *chosen = ARENA_ARRAY(a, struct waiting_row, count);
	size_t chosen_count = 0;
	for (size_t i = 0; i < count; i++) {
		size_t first = round->people.first[i];
		if (with[first] >= all)
			continue;
		picks[chosen_count] = with[first];
		chosen[chosen_count] = round->prospects[i];
		if (first != i) {
			const struct waiting_row *other = &round->prospects[first];
			chosen[chosen_count].known = other->known ? other->known : other->name;
		}
		chosen_count++;
	}
	round->prospects = chosen;
	round->prospect_count = chosen_count;
	round->picks = picks;
	round->rep_count = all;
	return in_turn;
}
