/*
 * Bytes → an e-mail as somebody types it: what is taken is on a domain of ours and nothing but printable ASCII, the same when
 * it is typed again, and its key is everybody's.
 */
#include "fuzz.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/contact/email.h"

static const char *const domains[] = {"truerealestate.bali", "a.example"};

static void require_plain(const char *s)
{
	for (; *s; s++)
		require(*s > ' ' && *s < 0x7F);
}

static void check_taken(const char *address, const char *key, struct arena *a)
{
	const char *at = strchr(address, '@'), *same, *same_key;
	require(at && !strchr(at + 1, '@') && at != address);
	require(strcmp(at + 1, domains[0]) == 0 || strcmp(at + 1, domains[1]) == 0);
	require(at - address <= EMAIL_MAX_LOCAL_BYTES && strlen(address) <= EMAIL_MAX_BYTES);
	require_plain(address);
	require(strcspn(address, "%!/|=?{}`&#$*^~") == strlen(address));
	for (const char *p = key; *p; p++)
		require(*p < 'A' || *p > 'Z');
	require(strlen(key) == strlen(address));
	require(email_check(address, domains, 2, a, &same, &same_key) == EMAIL_OK);
	require(strcmp(same, address) == 0 && strcmp(same_key, key) == 0);
	require(email_check(key, domains, 2, a, &same, &same_key) == EMAIL_OK);
	require(strcmp(same_key, key) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena a;
	arena_init(&a, FUZZ_ARENA_BYTES);
	const char *typed =
	    text_clean(&a, (const char *)bytes, size < FUZZ_TEXT_BYTES ? size : FUZZ_TEXT_BYTES);
	const char *address = typed, *key = typed, *letter = NULL;
	enum email_verdict verdict = email_check(typed, domains, 2, &a, &address, &key);
	const char *any = email_key(typed, &a);
	require(email_verdict_name(verdict) != NULL);
	require((verdict == EMAIL_OK) == (address != NULL) && (address != NULL) == (key != NULL));
	require(any != NULL || (verdict != EMAIL_OK && verdict != EMAIL_WRONG_DOMAIN));
	require(any == NULL || verdict != EMAIL_TOO_LONG);
	if (any) {
		const char *again = email_key(any, &a);
		require_plain(any);
		require(again && strcmp(again, any) == 0);
	}
	if (verdict == EMAIL_OK) {
		require(strcmp(any, key) == 0);
		check_taken(address, key, &a);
	}
	if (verdict == EMAIL_FOREIGN_LETTER) {
		const char *marked = email_foreign_letter(typed, &a, &letter);
		const char *end = letter;
		require(marked && text_is_clean(marked, strlen(marked)) && strstr(marked, letter));
		require(text_next(&end) >= 0x80 && *end == '\0');
	}
	arena_finish(&a);
	return 0;
}
