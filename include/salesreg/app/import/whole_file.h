/*
 * A file that appears when it is whole: written under another name beside it, which is then its own. What was there keeps its
 * permissions, a link leads where it led, and what is no file (/dev/stdout, a pipe) is written as it is.
 * Ownership: the names live in the arena given; the stream is closed by whole_file_close(). Errors: errno values.
 */
#pragma once
#include "salesreg/base/arena.h"
#include <stdbool.h>
#include <stdio.h>

struct whole_file {
	FILE *out;
	const char *path, *fresh; /* fresh NULL: it is written as it is */
};

/* 0, or why it cannot be written. */
int whole_file_open(struct whole_file *f, struct arena *a, const char *path);
/* is_good false: what has been written is not wanted. 0, or why it is not there. */
int whole_file_close(struct whole_file *f, bool is_good);
