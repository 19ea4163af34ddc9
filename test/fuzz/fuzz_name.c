/*
 * Bytes → a person's name: what is taken is clean, short, the same when it is typed again, and no address to anybody's eyes.
 */
#include "fuzz.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/contact/name.h"
#include <strings.h>

/* A few ends that every messenger makes links of; the program knows more. */
static bool is_end(const char *s, size_t n)
{
	static const char *const ends[] = {"com", "net", "org", "ru", "io", "me", "bali", "info"};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (strlen(ends[i]) == n && strncasecmp(s, ends[i], n) == 0)
			return true;
	return false;
}

static bool is_label_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || (unsigned char)c > 127;
}

/* "example.com" anywhere between what is neither letter nor digit: two letters or more, a point, a known end. */
static bool has_host(const char *s)
{
	for (const char *point = s; (point = strchr(point, '.')); point++) {
		size_t before = 0, after = 0;
		while (point - before > s && is_label_byte(point[-1 - (ptrdiff_t)before]))
			before++;
		while (is_label_byte(point[1 + after]))
			after++;
		bool goes_on = point[1 + after] == '.' && is_label_byte(point[2 + after]);
		if (before >= 2 && !goes_on && is_end(point + 1, after))
			return true;
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena a;
	arena_init(&a, FUZZ_ARENA_BYTES);
	const char *typed =
	    text_clean(&a, (const char *)bytes, size < FUZZ_TEXT_BYTES ? size : FUZZ_TEXT_BYTES);
	const char *tidy = typed, *again = NULL;
	enum name_verdict verdict = name_check(typed, &a, &tidy);
	require(name_verdict_name(verdict) != NULL);
	require((tidy != NULL) == (verdict == NAME_OK || verdict == NAME_ONE_WORD));
	if (tidy) {
		require(text_is_clean(tidy, strlen(tidy)));
		require(text_code_points(tidy) <= NAME_MAX_CODE_POINTS);
		require(*tidy && *tidy != ' ' && tidy[strlen(tidy) - 1] != ' ');
		require(!strstr(tidy, "  ") && !strchr(tidy, '@') && !strstr(tidy, "://"));
		for (const char *p = tidy; *p;)
			require(!text_is_control(text_next(&p)));
		require(!has_host(tidy));
		require(name_check(tidy, &a, &again) == verdict && strcmp(again, tidy) == 0);
	}
	arena_finish(&a);
	return 0;
}
