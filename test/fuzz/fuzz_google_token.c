/*
 * Bytes → what the token endpoint answers, the claims of an id_token, and an id_token: only a 200 brings tokens, no error is more
 * than a word for a log, and whoever is named has a key that a table can hold.
 */
#include "fuzz.h"
#include "salesreg/base/text.h"
#include "salesreg/google/oauth.h"
#include <sodium.h>

#define CLIENT "1-a.apps.googleusercontent.com"

enum { NOW_S = 1800000000, SUB_BYTES = 255 };

static void require_printable(const char *s)
{
	for (; *s; s++)
		require(*s >= ' ' && *s <= '~');
}

static void check_scopes(const char *granted, struct arena *a)
{
	unsigned missing = google_scopes_missing(granted);
	require(missing <= (GOOGLE_MISSES_EVENTS | GOOGLE_MISSES_FREEBUSY | GOOGLE_MISSES_LIST));
	if (!granted)
		return;
	const char *more = arena_concat(a, granted, " ", GOOGLE_SCOPE_LIST, (char *)NULL);
	require(google_scopes_missing(more) == (missing & ~(unsigned)GOOGLE_MISSES_LIST));
	more = arena_concat(a, GOOGLE_SCOPES, " ", granted, (char *)NULL);
	require(google_scopes_missing(more) == 0);
	/* a letter before it makes the first one another scope, and can make none of another one */
	more = arena_concat(a, "x", granted, (char *)NULL);
	require((google_scopes_missing(more) & missing) == missing);
}

static void check_answer(struct arena *a, long status, const char *body, size_t size)
{
	struct google_answer answer;
	google_answer_parse(a, status, body, size, "timed out", &answer);
	require(google_class_sentence(answer.class) && answer.error);
	require_printable(answer.error);
	require((answer.class == GOOGLE_OK) == (*answer.error == '\0'));
	require(answer.class != GOOGLE_OK || (status == 200 && answer.access_token));
	require(status == 200 || (!answer.access_token && !answer.refresh_token));
	require(status != 0 || strcmp(answer.error, "timed out") == 0);
	if (answer.class == GOOGLE_OK) {
		require(*answer.access_token);
		check_scopes(answer.scope, a);
	}
}

static bool check_id_token(struct arena *a, const char *token)
{
	struct google_identity who;
	const char *problem = google_identity_parse(a, token, CLIENT, NOW_S, &who);
	if (problem) {
		require_printable(problem);
		return false;
	}
	require(who.sub && *who.sub && strlen(who.sub) <= SUB_BYTES && !strchr(who.sub, ' '));
	require_printable(who.sub);
	require(who.email && strchr(who.email, '@'));
	/* nor is it of another client, and it does end */
	require(google_identity_parse(a, token, CLIENT "x", NOW_S, &who));
	return true;
}

static void check_claims(struct arena *a, const uint8_t *bytes, size_t size)
{
	size_t room = sodium_base64_encoded_len(size, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	char *part = arena_alloc(a, room);
	sodium_bin2base64(part, room, bytes, size, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	bool is_taken = check_id_token(a, arena_concat(a, "x.", part, ".x", (char *)NULL));
	require(!is_taken || !check_id_token(a, arena_concat(a, "x.", part, "=.x", (char *)NULL)));
	require(!check_id_token(a, arena_concat(a, "x.", part, (char *)NULL)));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const long statuses[] = {0, 200, 400, 502};
	struct arena a;
	arena_init(&a, FUZZ_ARENA_BYTES);
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
		check_answer(&a, statuses[i], (const char *)bytes, size);
	check_claims(&a, bytes, size);
	const char *text = text_clean(&a, (const char *)bytes, size);
	(void)check_id_token(&a, text);
	check_scopes(text, &a);
	arena_finish(&a);
	return 0;
}
