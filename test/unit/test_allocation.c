/* Who gets the next prospects: exact capacity and fairness, by table and over random histories. */
#include "salesreg/domain/assignment/allocation.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arena_fixture.h"

enum { MOST_REPS = 40, MOST_PROSPECTS = 200 };

static uint64_t seed = 20261122;

/* Knuth's MMIX generator: the same numbers everywhere. */
static size_t random_below(size_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(seed >> 33) % n;
}

static void round_robin_serves_the_longest_unserved_next(void **state)
{
	(void)state;
	struct allocation_rep reps[] = {{7, 0, 9}, {0, 0, 9}, {3, 0, 9}, {0, 0, 9}};
	static const size_t expected[] = {1, 3, 2, 0, 1, 3};
	size_t picks[6];
	assert_int_equal(allocation_run(STRATEGY_ROUND_ROBIN, reps, 4, 6, 10, picks, &arena), 6);
	assert_memory_equal(picks, expected, sizeof picks);
	assert_int_equal(reps[1].last_assigned_turn, 14);
	assert_int_equal(reps[0].last_assigned_turn, 13);
	assert_int_equal(reps[1].open, 2);
}

static void least_loaded_serves_the_emptiest_then_the_longest_unserved(void **state)
{
	(void)state;
	struct allocation_rep reps[] = {{9, 1, 5}, {2, 3, 5}, {1, 1, 5}, {0, 4, 5}};
	static const size_t expected[] = {2, 0, 2, 0, 1, 2, 0};
	size_t picks[7];
	assert_int_equal(allocation_run(STRATEGY_LEAST_LOADED, reps, 4, 7, 10, picks, &arena), 7);
	assert_memory_equal(picks, expected, sizeof picks);
}

static void allocation_stops_where_the_room_ends(void **state)
{
	(void)state;
	static const enum strategy strategies[] = {STRATEGY_ROUND_ROBIN, STRATEGY_LEAST_LOADED};
	for (size_t s = 0; s < 2; s++) {
		/* one is full, one over its capacity, one may have nothing */
		struct allocation_rep reps[] = {
		    {0, 5, 5}, {0, 7, 5}, {0, 0, 0}, {0, 3, 5}, {0, 4, 5}};
		size_t picks[10];
		assert_int_equal(allocation_run(strategies[s], reps, 5, 10, 1, picks, &arena), 3);
		assert_int_equal(reps[1].open, 7);
		assert_int_equal(reps[3].open, 5);
		assert_int_equal(reps[4].open, 5);
	}
}

static void nothing_comes_of_nothing(void **state)
{
	(void)state;
	struct allocation_rep rep = {0, 0, 5};
	assert_int_equal(allocation_run(STRATEGY_ROUND_ROBIN, NULL, 0, 5, 1, NULL, &arena), 0);
	assert_int_equal(allocation_run(STRATEGY_ROUND_ROBIN, &rep, 1, 0, 1, NULL, &arena), 0);
	assert_int_equal(rep.open, 0);
}

/* The rule itself, slowly. */
static size_t next_by_rule(enum strategy strategy, const struct allocation_rep *reps, size_t count)
{
	size_t best = SIZE_MAX;
	for (size_t i = 0; i < count; i++) {
		if (reps[i].open >= reps[i].capacity)
			continue;
		if (best == SIZE_MAX) {
			best = i;
			continue;
		}
		const struct allocation_rep *x = &reps[i], *y = &reps[best];
		if (strategy == STRATEGY_LEAST_LOADED && x->open != y->open) {
			if (x->open < y->open)
				best = i;
		} else if (x->last_assigned_turn < y->last_assigned_turn) {
			best = i;
		}
	}
	return best;
}

static void every_pick_is_the_one_the_rule_names(void **state)
{
	(void)state;
	for (size_t round = 0; round < 500; round++) {
		enum strategy strategy = round % 2 ? STRATEGY_LEAST_LOADED : STRATEGY_ROUND_ROBIN;
		struct allocation_rep reps[MOST_REPS], slow[MOST_REPS];
		size_t picks[MOST_PROSPECTS], count = 1 + random_below(MOST_REPS);
		for (size_t i = 0; i < count; i++)
			reps[i] = (struct allocation_rep){
			    (int64_t)random_below(20), random_below(8), random_below(10)};
		memcpy(slow, reps, sizeof reps);
		size_t prospects = random_below(MOST_PROSPECTS);
		size_t assigned =
		    allocation_run(strategy, reps, count, prospects, 100, picks, &arena);
		for (size_t i = 0; i < assigned; i++) {
			assert_int_equal(picks[i], next_by_rule(strategy, slow, count));
			slow[picks[i]].open++;
			slow[picks[i]].last_assigned_turn = 100 + (int64_t)i;
		}
		if (assigned < prospects)
			assert_int_equal(next_by_rule(strategy, slow, count), SIZE_MAX);
		assert_memory_equal(slow, reps, count * sizeof reps[0]);
		arena_reset(&arena);
	}
}

static void reps_eligible_throughout_never_differ_by_more_than_one(void **state)
{
	(void)state;
	for (size_t round = 0; round < 200; round++) {
		struct allocation_rep reps[MOST_REPS] = {0};
		size_t got[MOST_REPS] = {0}, picks[MOST_PROSPECTS], count = 2 + random_below(20);
		int64_t sequence = 1;
		/* half have room for ever; the others fill up and are emptied again, in many runs */
		for (size_t i = 0; i < count; i++)
			reps[i].capacity = i % 2 ? 3 : SIZE_MAX;
		for (size_t run = 0; run < 30; run++) {
			size_t assigned = allocation_run(STRATEGY_ROUND_ROBIN, reps, count,
			    random_below(30), sequence, picks, &arena);
			sequence += (int64_t)assigned;
			for (size_t i = 0; i < assigned; i++)
				got[picks[i]]++;
			size_t least = SIZE_MAX, most = 0;
			for (size_t i = 0; i < count; i += 2) {
				least = got[i] < least ? got[i] : least;
				most = got[i] > most ? got[i] : most;
			}
			assert_in_range(most - least, 0, 1);
			if (random_below(3) == 0)
				reps[random_below(count) | 1].open = 0;
			arena_reset(&arena);
		}
	}
}

static void least_loaded_levels_the_loads(void **state)
{
	(void)state;
	for (size_t round = 0; round < 200; round++) {
		struct allocation_rep reps[MOST_REPS] = {0};
		size_t picks[MOST_PROSPECTS], count = 1 + random_below(MOST_REPS), highest = 0;
		for (size_t i = 0; i < count; i++) {
			reps[i] = (struct allocation_rep){0, random_below(5), 1000};
			highest = reps[i].open > highest ? reps[i].open : highest;
		}
		(void)allocation_run(
		    STRATEGY_LEAST_LOADED, reps, count, MOST_PROSPECTS, 1, picks, &arena);
		size_t least = SIZE_MAX, most = 0;
		for (size_t i = 0; i < count; i++) {
			least = reps[i].open < least ? reps[i].open : least;
			most = reps[i].open > most ? reps[i].open : most;
		}
		if (most > highest)
			assert_in_range(most - least, 0, 1);
		arena_reset(&arena);
	}
}

static void strategies_are_read_back(void **state)
{
	(void)state;
	enum strategy strategy = STRATEGY_ROUND_ROBIN;
	assert_true(strategy_parse("least_loaded", &strategy));
	assert_int_equal(strategy, STRATEGY_LEAST_LOADED);
	assert_true(strategy_parse(strategy_name(STRATEGY_ROUND_ROBIN), &strategy));
	assert_int_equal(strategy, STRATEGY_ROUND_ROBIN);
	assert_false(strategy_parse("random", &strategy));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(round_robin_serves_the_longest_unserved_next),
	    cmocka_unit_test(least_loaded_serves_the_emptiest_then_the_longest_unserved),
	    cmocka_unit_test(allocation_stops_where_the_room_ends),
	    cmocka_unit_test(nothing_comes_of_nothing),
	    cmocka_unit_test(every_pick_is_the_one_the_rule_names),
	    cmocka_unit_test(reps_eligible_throughout_never_differ_by_more_than_one),
	    cmocka_unit_test(least_loaded_levels_the_loads),
	    cmocka_unit_test(strategies_are_read_back),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
