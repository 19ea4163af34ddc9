/* What Google's token endpoint answers, and who an id_token says that the account is. */
#include "salesreg/google/oauth.h"
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arena_fixture.h"
#include "row_tests.h"

#define CLIENT "1-a.apps.googleusercontent.com"
#define PROXY "HTTP status 502, and no answer of Google's"
#define NO_TOKEN "an answer without an access token"

enum { NOW_S = 1800000000, TOKEN_BYTES = 4096 };

static const struct answer_row {
	const char *body;
	long status;
	enum google_class class;
	const char *error;
} answer_rows[] = {
    {"{\"error\":\"invalid_grant\",\"error_description\":\"Token has been expired or revoked.\"}",
	400, GOOGLE_DEAD, "invalid_grant"},
    {"{\"error\":\"invalid_grant\",\"error_subtype\":\"invalid_rapt\"}", 400, GOOGLE_DEAD,
	"invalid_grant"},
    {"{\"error\":\"invalid_client\"}", 401, GOOGLE_CLIENT, "invalid_client"},
    {"{\"error\":\"invalid_client\"}", 400, GOOGLE_CLIENT, "invalid_client"},
    {"{\"error\":\"deleted_client\"}", 401, GOOGLE_CLIENT, "deleted_client"},
    {"{\"error\":\"redirect_uri_mismatch\"}", 400, GOOGLE_CLIENT, "redirect_uri_mismatch"},
    {"{\"error\":\"unauthorized_client\"}", 401, GOOGLE_CLIENT, "unauthorized_client"},
    {"{\"error\":\"unsupported_grant_type\"}", 400, GOOGLE_CLIENT, "unsupported_grant_type"},
    {"{\"error\":\"invalid_request\"}", 400, GOOGLE_CLIENT, "invalid_request"},
    {"{\"error\":\"invalid_scope\"}", 400, GOOGLE_CLIENT, "invalid_scope"},
    {"{\"error\":\"admin_policy_enforced\"}", 400, GOOGLE_POLICY, "admin_policy_enforced"},
    {"{\"error\":\"org_internal\"}", 403, GOOGLE_POLICY, "org_internal"},
    {"{\"error\":\"internal_failure\"}", 500, GOOGLE_TRANSIENT, "internal_failure"},
    {"{\"error\":\"server_error\"}", 500, GOOGLE_TRANSIENT, "server_error"},
    {"{\"error\":\"temporarily_unavailable\"}", 503, GOOGLE_TRANSIENT, "temporarily_unavailable"},
    {"{\"error\":\"rate_limit_exceeded\"}", 429, GOOGLE_TRANSIENT, "rate_limit_exceeded"},
    {"{\"error\":\"of_tomorrow\"}", 400, GOOGLE_TRANSIENT, "of_tomorrow"},
    /* the word decides, whatever the status */
    {"{\"error\":\"invalid_grant\"}", 200, GOOGLE_DEAD, "invalid_grant"},
    {"{\"error\":\"invalid_grant\",\"access_token\":\"a\"}", 200, GOOGLE_DEAD, "invalid_grant"},
    {"{\"error\":\"invalid_grant\"}", 503, GOOGLE_DEAD, "invalid_grant"},
    /* and a word that only looks like one does not */
    {"{\"error\":\"Invalid_grant\"}", 502, GOOGLE_TRANSIENT, PROXY},
    {"{\"error\":\"invalid_grant \"}", 502, GOOGLE_TRANSIENT, PROXY},
    {"{\"error\":\"invalid_grant\\u0000\"}", 502, GOOGLE_TRANSIENT, PROXY},
    {"{\"error\":\"\"}", 502, GOOGLE_TRANSIENT, PROXY},
    {"{\"error\":[\"invalid_grant\"]}", 502, GOOGLE_TRANSIENT, PROXY},
    {"{\"error\":{\"status\":\"invalid_grant\"}}", 502, GOOGLE_TRANSIENT, PROXY},
    {"{\"error\":null}", 502, GOOGLE_TRANSIENT, PROXY},
    {"{\"error\":\"" TIMES_10("invalid_grant") "\"}", 502, GOOGLE_TRANSIENT, PROXY},
    {"{\"Error\":\"invalid_grant\"}", 502, GOOGLE_TRANSIENT, PROXY},
    {"[\"invalid_grant\"]", 502, GOOGLE_TRANSIENT, PROXY},
    {"\"invalid_grant\"", 502, GOOGLE_TRANSIENT, PROXY},
    /* proxies, and connections that end early */
    {"<!DOCTYPE html><title>Error 502 (Server Error)!!1</title> invalid_grant", 502,
	GOOGLE_TRANSIENT, PROXY},
    {"", 502, GOOGLE_TRANSIENT, PROXY},
    {"{\"error\":\"invalid_grant\"", 502, GOOGLE_TRANSIENT, PROXY},
    {"{\"error\":\"invalid_gr", 502, GOOGLE_TRANSIENT, PROXY},
    {"{\"error\":\"invalid_grant\"} x", 502, GOOGLE_TRANSIENT, PROXY},
    {"{\"error\":\"invalid_grant\xFF\"}", 502, GOOGLE_TRANSIENT, PROXY},
    {"{\"access_token\":\"a\"}", 502, GOOGLE_TRANSIENT, PROXY},
    {"<html>sign in to the network</html>", 200, GOOGLE_TRANSIENT,
	"HTTP status 200, and no answer of Google's"},
    {"{\"access_token\":\"a\"", 200, GOOGLE_TRANSIENT,
	"HTTP status 200, and no answer of Google's"},
    {"[]", 200, GOOGLE_TRANSIENT, "HTTP status 200, and no answer of Google's"},
    {"null", 200, GOOGLE_TRANSIENT, "HTTP status 200, and no answer of Google's"},
    /* tokens */
    {"{\"access_token\":\"a\"}", 200, GOOGLE_OK, ""},
    {"{\"access_token\":\"a\",\"of_tomorrow\":{}}", 200, GOOGLE_OK, ""},
    {"{}", 200, GOOGLE_TRANSIENT, NO_TOKEN},
    {"{\"access_token\":\"\"}", 200, GOOGLE_TRANSIENT, NO_TOKEN},
    {"{\"access_token\":null}", 200, GOOGLE_TRANSIENT, NO_TOKEN},
    {"{\"access_token\":1}", 200, GOOGLE_TRANSIENT, NO_TOKEN},
    {"{\"access_token\":[\"a\"]}", 200, GOOGLE_TRANSIENT, NO_TOKEN},
    {"{\"refresh_token\":\"r\"}", 200, GOOGLE_TRANSIENT, NO_TOKEN},
};

static void an_answer_is_of_the_class_of_its_word(void **state)
{
	const struct answer_row *row = *state;
	struct google_answer answer;
	google_answer_parse(&arena, row->status, row->body, strlen(row->body), "", &answer);
	assert_string_equal(google_class_sentence(answer.class), google_class_sentence(row->class));
	assert_string_equal(answer.error, row->error);
}

static void where_nothing_was_answered_the_reason_stays(void **state)
{
	(void)state;
	static const char body[] = "{\"error\":\"invalid_grant\"}";
	struct google_answer answer;
	google_answer_parse(&arena, 0, body, strlen(body), "timed out", &answer);
	assert_int_equal(answer.class, GOOGLE_TRANSIENT);
	assert_string_equal(answer.error, "timed out");
	assert_null(answer.access_token);
}

static const struct tokens_row {
	const char *body, *refresh, *scope, *id_token;
	int64_t expires_in_s;
} tokens_rows[] = {
    {"{\"access_token\":\"a\",\"refresh_token\":\"r\",\"scope\":\"s t\",\"id_token\":\"i\","
     "\"expires_in\":3599,\"token_type\":\"Bearer\"}",
	"r", "s t", "i", 3599},
    {"{\"access_token\":\"a\",\"expires_in\":60.0}", NULL, NULL, NULL, 60},
    {"{\"access_token\":\"a\"}", NULL, NULL, NULL, 3600},
    {"{\"access_token\":\"a\",\"expires_in\":\"60\",\"scope\":[\"s\"],\"refresh_token\":1,"
     "\"id_token\":{}}",
	NULL, NULL, NULL, 3600},
    {"{\"access_token\":\"a\",\"expires_in\":null,\"refresh_token\":null}", NULL, NULL, NULL, 3600},
};

static void assert_same(const char *is, const char *wanted)
{
	if (wanted) {
		assert_non_null(is);
		assert_string_equal(is, wanted);
	} else {
		assert_null(is);
	}
}

static void what_an_answer_does_not_say_is_null(void **state)
{
	const struct tokens_row *row = *state;
	struct google_answer answer;
	google_answer_parse(&arena, 200, row->body, strlen(row->body), "", &answer);
	assert_int_equal(answer.class, GOOGLE_OK);
	assert_same(answer.access_token, "a");
	assert_same(answer.refresh_token, row->refresh);
	assert_same(answer.scope, row->scope);
	assert_same(answer.id_token, row->id_token);
	assert_int_equal(answer.expires_in_s, row->expires_in_s);
}

/* Scopes ----------------------------------------------------------------------------------------------------------------------*/

#define EVENTS GOOGLE_SCOPE_EVENTS
#define FREEBUSY GOOGLE_SCOPE_FREEBUSY
#define LIST GOOGLE_SCOPE_LIST
#define AUTH "https://www.googleapis.com/auth/"
#define ALL (GOOGLE_MISSES_EVENTS | GOOGLE_MISSES_FREEBUSY | GOOGLE_MISSES_LIST)

static const struct scope_row {
	const char *granted;
	unsigned missing;
} scope_rows[] = {
    {EVENTS " " FREEBUSY " " LIST, 0},
    {LIST " " FREEBUSY " " EVENTS, 0},
    {"openid " AUTH "userinfo.email " EVENTS " " FREEBUSY " " LIST, 0},
    {EVENTS " openid " LIST " " AUTH "userinfo.email " FREEBUSY, 0},
    {GOOGLE_SCOPES, 0},
    {EVENTS " " FREEBUSY " " LIST " " EVENTS, 0},
    {"  " EVENTS "  " FREEBUSY " " LIST " ", 0},
    {NULL, ALL},
    {"", ALL},
    {" ", ALL},
    {"openid " AUTH "userinfo.email", ALL},
    {FREEBUSY " " LIST, GOOGLE_MISSES_EVENTS},
    {EVENTS " " LIST, GOOGLE_MISSES_FREEBUSY},
    {EVENTS " " FREEBUSY, GOOGLE_MISSES_LIST},
    {"openid " EVENTS, GOOGLE_MISSES_FREEBUSY | GOOGLE_MISSES_LIST},
    {"openid " FREEBUSY, GOOGLE_MISSES_EVENTS | GOOGLE_MISSES_LIST},
    {"openid " LIST, GOOGLE_MISSES_EVENTS | GOOGLE_MISSES_FREEBUSY},
    /* one scope is the beginning, the end or the middle of another */
    {AUTH "calendar.events " FREEBUSY " " LIST, GOOGLE_MISSES_EVENTS},
    {EVENTS ".readonly " FREEBUSY " " LIST, GOOGLE_MISSES_EVENTS},
    {EVENTS " " AUTH "calendar.events.freebusy " LIST, GOOGLE_MISSES_FREEBUSY},
    {EVENTS " " FREEBUSY " " AUTH "calendar.calendarlist", GOOGLE_MISSES_LIST},
    {EVENTS " " FREEBUSY "x " LIST, GOOGLE_MISSES_FREEBUSY},
    {EVENTS " x" FREEBUSY " " LIST, GOOGLE_MISSES_FREEBUSY},
    {EVENTS ".readonly " EVENTS " " FREEBUSY " " LIST, 0},
    {"x" EVENTS " " EVENTS " " FREEBUSY " " LIST, 0},
    /* and only a space is between two */
    {EVENTS "," FREEBUSY "," LIST, ALL},
    {EVENTS "\n" FREEBUSY " " LIST, GOOGLE_MISSES_EVENTS | GOOGLE_MISSES_FREEBUSY},
    /* case counts */
    {"HTTPS://www.googleapis.com/auth/calendar.freebusy " EVENTS " " LIST, GOOGLE_MISSES_FREEBUSY},
};

static void scopes_are_a_set(void **state)
{
	const struct scope_row *row = *state;
	assert_int_equal(google_scopes_missing(row->granted), row->missing);
}

/* id_token --------------------------------------------------------------------------------------------------------------------*/

#define OURS "\"aud\":\"" CLIENT "\","
#define ISS "\"iss\":\"https://accounts.google.com\","
#define EXP "\"exp\":1800003600,"
#define SUB "\"sub\":\"1\","
#define EMAIL "\"email\":\"a@example.com\""
#define UNREADABLE "the answer has no id_token that can be read"
#define NOT_GOOGLE "the id_token is not Google's"
#define NOT_OURS "the id_token is for another client"
#define TOO_OLD "the id_token is too old; is this machine's clock right?"
#define NOBODY "the id_token names no account"
#define NO_EMAIL "the id_token has no e-mail"

/* CALENDAR-ANCHORS 9: the issuer comes with https:// and without. */
static const struct claims_row {
	const char *claims, *problem;
} claims_rows[] = {
    {"{" ISS OURS EXP SUB EMAIL "}", NULL},
    {"{" EMAIL "," EXP SUB OURS "\"iss\":\"accounts.google.com\"}", NULL},
    {"{\"hd\":\"example.com\",\"at_hash\":\"x\"," ISS OURS EXP SUB EMAIL "}", NULL},
    {"{" OURS EXP SUB EMAIL "}", NOT_GOOGLE},
    {"{\"iss\":\"http://accounts.google.com\"," OURS EXP SUB EMAIL "}", NOT_GOOGLE},
    {"{\"iss\":\"https://accounts.google.com/\"," OURS EXP SUB EMAIL "}", NOT_GOOGLE},
    {"{\"iss\":\"https://accounts.google.com.example.com\"," OURS EXP SUB EMAIL "}", NOT_GOOGLE},
    {"{\"iss\":\"accounts.google.com\\u0000\"," OURS EXP SUB EMAIL "}", UNREADABLE},
    {"{\"iss\":\"Accounts.google.com\"," OURS EXP SUB EMAIL "}", NOT_GOOGLE},
    {"{\"iss\":[\"accounts.google.com\"]," OURS EXP SUB EMAIL "}", NOT_GOOGLE},
    {"{\"iss\":\"\"," OURS EXP SUB EMAIL "}", NOT_GOOGLE},
    {"{" ISS EXP SUB EMAIL "}", NOT_OURS},
    {"{" ISS "\"aud\":\"2-b.apps.googleusercontent.com\"," EXP SUB EMAIL "}", NOT_OURS},
    {"{" ISS "\"aud\":\"" CLIENT "x\"," EXP SUB EMAIL "}", NOT_OURS},
    {"{" ISS "\"aud\":\"\"," EXP SUB EMAIL "}", NOT_OURS},
    {"{" ISS "\"aud\":[\"" CLIENT "\"]," EXP SUB EMAIL "}", NOT_OURS},
    {"{" ISS "\"aud\":[\"" CLIENT "\",\"2-b\"]," EXP SUB EMAIL "}", NOT_OURS},
    {"{" ISS "\"aud\":\"2-b\",\"azp\":\"" CLIENT "\"," EXP SUB EMAIL "}", NOT_OURS},
    /* five minutes of skew: NOW_S - 300 is over, a second more is not */
    {"{" ISS OURS "\"exp\":1800000000," SUB EMAIL "}", NULL},
    {"{" ISS OURS "\"exp\":1799999701," SUB EMAIL "}", NULL},
    {"{" ISS OURS "\"exp\":1799999701.0," SUB EMAIL "}", NULL},
    {"{" ISS OURS "\"exp\":1799999700," SUB EMAIL "}", TOO_OLD},
    {"{" ISS OURS "\"exp\":1," SUB EMAIL "}", TOO_OLD},
    {"{" ISS OURS "\"exp\":-9223372036854775808," SUB EMAIL "}", TOO_OLD},
    {"{" ISS OURS "\"exp\":9223372036854775807," SUB EMAIL "}", NULL},
    {"{" ISS OURS "\"exp\":\"1800003600\"," SUB EMAIL "}", TOO_OLD},
    {"{" ISS OURS SUB EMAIL "}", TOO_OLD},
    {"{" ISS OURS EXP EMAIL "}", NOBODY},
    {"{" ISS OURS EXP "\"sub\":\"\"," EMAIL "}", NOBODY},
    {"{" ISS OURS EXP "\"sub\":1," EMAIL "}", NOBODY},
    {"{" ISS OURS EXP "\"sub\":null," EMAIL "}", NOBODY},
    {"{" ISS OURS EXP "\"sub\":\"1 2\"," EMAIL "}", NOBODY},
    {"{" ISS OURS EXP "\"sub\":\"1\\n2\"," EMAIL "}", NOBODY},
    {"{" ISS OURS EXP "\"sub\":\"1\\u0000\"," EMAIL "}", UNREADABLE},
    {"{" ISS OURS EXP "\"sub\":\"1\\u007f\"," EMAIL "}", NOBODY},
    {"{" ISS OURS EXP "\"sub\":\"\\u00e9\"," EMAIL "}", NOBODY},
    {"{" ISS OURS EXP "\"sub\":\"" TIMES_100("ab") TIMES_10("12345") "54321\"," EMAIL "}", NULL},
    {"{" ISS OURS EXP "\"sub\":\"" TIMES_100("ab") TIMES_10("12345") "654321\"," EMAIL "}", NOBODY},
    {"{" ISS OURS EXP SUB "\"email_verified\":true}", NO_EMAIL},
    {"{" ISS OURS EXP SUB "\"email\":\"\"}", NO_EMAIL},
    {"{" ISS OURS EXP SUB "\"email\":\"a\"}", NO_EMAIL},
    {"{" ISS OURS EXP SUB "\"email\":[\"a@example.com\"]}", NO_EMAIL},
    /* what is no object of claims at all */
    {"{}", NOT_GOOGLE},
    {"[]", NOT_GOOGLE},
    {"", UNREADABLE},
    {"{", UNREADABLE},
    {"{" ISS OURS EXP SUB EMAIL, UNREADABLE},
    {"1", UNREADABLE},
    {"<html>", UNREADABLE},
    {"{\"iss\":\"\xFF\"}", UNREADABLE},
};

static const char *token_of(const char *claims)
{
	char *part = arena_alloc(&arena, TOKEN_BYTES);
	sodium_bin2base64(part, TOKEN_BYTES, (const unsigned char *)claims, strlen(claims),
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return arena_printf(&arena, "eyJhbGciOiJSUzI1NiJ9.%s.c2lnbmF0dXJl", part);
}

static void the_claims_of_an_id_token_are_checked(void **state)
{
	const struct claims_row *row = *state;
	struct google_identity who;
	assert_same(google_identity_parse(&arena, token_of(row->claims), CLIENT, NOW_S, &who),
	    row->problem);
}

#define CLAIMS "e30" /* {} */

static const struct form_row {
	const char *token, *problem;
} form_rows[] = {
    {"x." CLAIMS ".x", NOT_GOOGLE},
    {"." CLAIMS ".", NOT_GOOGLE},
    {NULL, UNREADABLE},
    {"", UNREADABLE},
    {".", UNREADABLE},
    {"..", UNREADABLE},
    {"x", UNREADABLE},
    {"x." CLAIMS, UNREADABLE},
    {CLAIMS, UNREADABLE},
    {"x.." CLAIMS, UNREADABLE},
    {"x." CLAIMS "=.x", UNREADABLE},
    {"x." CLAIMS "==.x", UNREADABLE},
    {"x. " CLAIMS ".x", UNREADABLE},
    {"x." CLAIMS "\n.x", UNREADABLE},
    {"x.e3.x", UNREADABLE},
    {"x.e.x", UNREADABLE},
    {"x.e31.x", UNREADABLE}, /* bits of nothing at its end */
    {"x.e+/0.x", UNREADABLE},
    {"x.\xD0\xB5.x", UNREADABLE},
    {"x.%65%33%30.x", UNREADABLE},
};

static void the_parts_of_an_id_token_are_base64url_without_padding(void **state)
{
	const struct form_row *row = *state;
	struct google_identity who;
	assert_same(google_identity_parse(&arena, row->token, CLIENT, NOW_S, &who), row->problem);
}

static const struct identity_row {
	const char *more;
	bool verified;
} identity_rows[] = {
    {"\"email_verified\":true", true},
    {"\"email_verified\":false", false},
    {"\"email_verified\":\"true\"", false},
    {"\"email_verified\":1", false},
    {"\"email_verified\":null", false},
    {"\"locale\":\"en\"", false},
};

static void only_true_is_verified(void **state)
{
	const struct identity_row *row = *state;
	struct google_identity who;
	const char *token = token_of(
	    arena_concat(&arena, "{" ISS OURS EXP SUB EMAIL ",", row->more, "}", (char *)NULL));
	assert_null(google_identity_parse(&arena, token, CLIENT, NOW_S, &who));
	assert_string_equal(who.sub, "1");
	assert_string_equal(who.email, "a@example.com");
	assert_int_equal(who.email_verified, row->verified);
}

int main(void)
{
	const struct row_test tests[] = {
	    {cmocka_unit_test(an_answer_is_of_the_class_of_its_word), ROWS(answer_rows, body)},
	    {cmocka_unit_test(where_nothing_was_answered_the_reason_stays), ONCE},
	    {cmocka_unit_test(what_an_answer_does_not_say_is_null), ROWS(tokens_rows, body)},
	    {cmocka_unit_test(scopes_are_a_set), ROWS(scope_rows, granted)},
	    {cmocka_unit_test(the_claims_of_an_id_token_are_checked), ROWS(claims_rows, claims)},
	    {cmocka_unit_test(the_parts_of_an_id_token_are_base64url_without_padding),
		ROWS(form_rows, token)},
	    {cmocka_unit_test(only_true_is_verified), ROWS(identity_rows, more)},
	};
	return RUN_ROW_TESTS(tests, begin, end);
}
