/* What the token endpoint answers, and who the account is. */
#include "salesreg/base/json.h"
#include "salesreg/base/text.h"
#include "salesreg/google/oauth.h"
#include <sodium.h>
#include <string.h>
#include <strings.h>

enum { SKEW_S = 300, WORD_BYTES = 64, HOUR_S = 3600, SUB_BYTES = 255 };

const char *google_class_sentence(enum google_class class)
{
	static const char *const sentences[] = {
#define X(name, sentence) sentence,
	    GOOGLE_CLASS_MAP(X)
#undef X
	};
	return sentences[class];
}

/* A copy: what json_get_text() returns goes with the document. */
static const char *text_of(struct arena *a, const json_t *object, const char *key)
{
	return arena_strdup(a, json_get_text(a, object, key));
}

static bool has_word(const char *list, const char *word)
{
	size_t n = strlen(word);
	for (const char *s = list; (s = strstr(s, word)); s += n)
		if ((s == list || s[-1] == ' ') && (s[n] == '\0' || s[n] == ' '))
			return true;
	return false;
}

unsigned google_scopes_missing(const char *granted)
{
	static const struct {
		const char *scope;
		unsigned bit;
	} needed[] = {{GOOGLE_SCOPE_EVENTS, GOOGLE_MISSES_EVENTS},
	    {GOOGLE_SCOPE_FREEBUSY, GOOGLE_MISSES_FREEBUSY},
	    {GOOGLE_SCOPE_LIST, GOOGLE_MISSES_LIST}};
	unsigned missing = 0;
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (!granted || !has_word(granted, needed[i].scope))
			missing |= needed[i].bit;
	return missing;
}

static enum google_class class_of(const char *error)
{
	static const struct {
		const char *error;
		enum google_class class;
	} classes[] = {
	    {"invalid_grant", GOOGLE_DEAD},
	    {"invalid_client", GOOGLE_CLIENT},
	    {"deleted_client", GOOGLE_CLIENT},
	    {"redirect_uri_mismatch", GOOGLE_CLIENT},
	    {"unauthorized_client", GOOGLE_CLIENT},
	    {"unsupported_grant_type", GOOGLE_CLIENT},
	    {"invalid_request", GOOGLE_CLIENT},
	    {"invalid_scope", GOOGLE_CLIENT},
	    {"admin_policy_enforced", GOOGLE_POLICY},
	    {"org_internal", GOOGLE_POLICY},
	};
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		if (strcmp(classes[i].error, error) == 0)
			return classes[i].class;
	return GOOGLE_TRANSIENT;
}

/* A word for a log: of those that OAuth's errors are made of. */
static const char *word(struct arena *a, const char *text)
{
	size_t n = text ? strspn(text, "abcdefghijklmnopqrstuvwxyz_") : 0;
	return n > 0 && n < WORD_BYTES && text[n] == '\0' ? arena_strdup(a, text) : NULL;
}

void google_answer_parse(struct arena *a, long status, const char *body, size_t size,
    const char *error, struct google_answer *out)
{
	*out = (struct google_answer){.class = GOOGLE_TRANSIENT, .error = error};
	if (status == 0)
		return;
	json_t *document = json_loadb(body, size, 0, NULL);
	const char *said = word(a, text_of(a, document, "error"));
	if (said) {
		out->class = class_of(said);
		out->error = said;
	} else if (status == 200 && json_is_object(document)) {
		out->access_token = text_of(a, document, "access_token");
		out->refresh_token = text_of(a, document, "refresh_token");
		if (out->refresh_token && !*out->refresh_token)
			out->refresh_token = NULL;
		out->scope = text_of(a, document, "scope");
		out->id_token = text_of(a, document, "id_token");
		out->expires_in_s = json_get_i64(document, "expires_in", HOUR_S);
		if (out->access_token && *out->access_token)
			out->class = GOOGLE_OK;
		out->error = out->class == GOOGLE_OK ? "" : "an answer without an access token";
	} else {
		out->error = arena_printf(a, "HTTP status %ld, and no answer of Google's", status);
	}
	json_decref(document);
}

/* The claims of a token in three parts, or NULL. */
static json_t *claims_of(struct arena *a, const char *token)
{
	const char *first = token ? strchr(token, '.') : NULL;
	const char *second = first ? strchr(first + 1, '.') : NULL;
	if (!second)
		return NULL;
	size_t room = (size_t)(second - first), size = 0;
	unsigned char *bytes = arena_alloc(a, room);
	const char *end = NULL;
	if (sodium_base642bin(bytes, room, first + 1, room - 1, NULL, &size, &end,
		sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
	    end != second)
		return NULL;
	return json_loadb((const char *)bytes, size, 0, NULL);
}

static bool is_sub(const char *sub)
{
	size_t n = sub ? strlen(sub) : 0;
	for (size_t i = 0; i < n; i++)
		if (sub[i] <= ' ' || sub[i] > '~')
			return false;
	return n > 0 && n <= SUB_BYTES;
}

const char *google_identity_parse(struct arena *a, const char *id_token, const char *client_id,
    int64_t now_s, struct google_identity *out)
{
	json_t *claims = claims_of(a, id_token);
	const char *iss = text_of(a, claims, "iss"), *aud = text_of(a, claims, "aud");
	int64_t exp = json_get_i64(claims, "exp", 0);
	*out = (struct google_identity){.sub = text_of(a, claims, "sub"),
	    .email = text_of(a, claims, "email"),
	    .email_verified = json_get_bool(claims, "email_verified", false)};
	json_decref(claims);
	if (!claims)
		return "the answer has no id_token that can be read";
	if (!iss || (strcmp(iss, "https://accounts.google.com") != 0 &&
			strcmp(iss, "accounts.google.com") != 0))
		return "the id_token is not Google's";
	if (!aud || strcmp(aud, client_id) != 0)
		return "the id_token is for another client";
	if (exp <= now_s - SKEW_S)
		return "the id_token is too old; is this machine's clock right?";
	if (!is_sub(out->sub))
		return "the id_token names no account";
	if (!out->email || !strchr(out->email, '@'))
		return "the id_token has no e-mail";
	return NULL;
}
