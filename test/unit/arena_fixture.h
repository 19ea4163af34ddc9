/*
 * An arena for the tests of a file: setup and teardown of each test, or of all.
 */
#pragma once
#include "salesreg/base/arena.h"

static struct arena arena;

static int begin(void **state)
{
	(void)state;
	arena_init(&arena, 1 << 20);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_finish(&arena);
	return 0;
}
