/*
 * What was probably meant by a word that is none.
 * Source of the distance: "optimal string alignment": letters put in, left out, replaced, or swapped with the next one, each
 * counts one (Damerau, "A technique for computer detection and correction of spelling errors", 1964).
 */
#include "cli_private.h"
#include <string.h>

enum { LETTERS_MAX = 31, WRONG_MAX = 2 };

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t distance(const char *a, const char *b)
{
	size_t d[LETTERS_MAX + 1][LETTERS_MAX + 1], m = strlen(a), n = strlen(b);
	if (m > LETTERS_MAX || n > LETTERS_MAX)
		return LETTERS_MAX;
	for (size_t i = 0; i <= m; i++)
		d[i][0] = i;
	for (size_t k = 0; k <= n; k++)
		d[0][k] = k;
	for (size_t i = 1; i <= m; i++)
		for (size_t k = 1; k <= n; k++) {
			d[i][k] = least(least(d[i - 1][k], d[i][k - 1]) + 1,
			    d[i - 1][k - 1] + (a[i - 1] != b[k - 1]));
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
				d[i][k] = least(d[i][k], d[i - 2][k - 2] + 1);
		}
	return d[m][n];
}

static bool begins(const char *word, const char *with)
{
	return strlen(with) >= 2 && strncmp(word, with, strlen(with)) == 0;
}

static const char *nearest_of(const char *typed, const char *const *words)
{
	const char *nearest = NULL;
	size_t best = WRONG_MAX + 1;
	for (; *words; words++) {
		size_t wrong = begins(*words, typed) ? 1 : distance(typed, *words);
		/* of a short word two letters are nearly all */
		if (wrong < best && wrong + 1 < strlen(*words)) {
			best = wrong;
			nearest = *words;
		}
	}
	return nearest;
}

const char *cli_guess(
    struct arena *a, const char *typed, const char *dashes, const char *const *words)
{
	const char *nearest = nearest_of(typed, words);
	return nearest ? arena_printf(a, " (did you mean %s%s?)", dashes, nearest) : "";
}

const char *cli_alternatives(struct arena *a, const char *const *words)
{
	const char *all = words[0];
	for (size_t i = 1; words[i]; i++)
		all = arena_printf(a, "%s%s%s", all, words[i + 1] ? ", " : " or ", words[i]);
	return all;
}
