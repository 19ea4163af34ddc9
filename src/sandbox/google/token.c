#include "salesreg/sandbox/google/token.h"
#include "salesreg/sandbox/google/grants.h"
#include <sodium.h>
#include <string.h>
#include <strings.h>

enum {
	VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING,
	HASH_TEXT = sodium_base64_ENCODED_LEN(crypto_hash_sha256_BYTES, VARIANT),
	KEY_BYTES = 256, /* of an RSA signature */
	TOKEN_LIFE_S = 3599,
};

/* --- the id_token --- */

static void add_base64(struct buf *out, const void *bytes, size_t size, struct arena *arena)
{
	size_t room = sodium_base64_ENCODED_LEN(size, VARIANT);
	char *text = arena_alloc(arena, room);
	buf_adds(out, sodium_bin2base64(text, room, bytes, size, VARIANT));
}

static void write_claims(const struct google_call *call, const char *nonce, struct buf *out)
{
	const struct google_account *account = call->account;
	int64_t now_s = sandbox_now_s(call->sandbox);
	buf_adds(out, "{\"iss\":\"https://accounts.google.com\",\"azp\":");
	write_string(out, call->google->project.client_id);
	buf_adds(out, ",\"aud\":");
	write_string(out, call->google->project.client_id);
	buf_adds(out, ",\"sub\":");
	write_string(out, account->sub);
	if (account->hd) {
		buf_adds(out, ",\"hd\":");
		write_string(out, account->hd);
	}
	if (call->scopes & GOOGLE_SCOPE(EMAIL)) {
		buf_adds(out, ",\"email\":");
		write_string(out, account->email);
		buf_addf(out, ",\"email_verified\":%s", account->unverified ? "false" : "true");
	}
	if (call->scopes & GOOGLE_SCOPE(PROFILE)) {
		buf_adds(out, ",\"name\":");
		write_string(out, account->name);
	}
	if (nonce) {
		buf_adds(out, ",\"nonce\":");
		write_string(out, nonce);
	}
	buf_addf(out, ",\"iat\":%lld,\"exp\":%lld}", (long long)now_s, (long long)now_s + 3600);
}

static void add_id_token(const struct google_call *call, const char *nonce, struct buf *out)
{
	static const char header[] = "{\"alg\":\"RS256\",\"kid\":\"sandbox\",\"typ\":\"JWT\"}";
	struct buf claims;
	char signature[KEY_BYTES + 1];
	buf_init(&claims, 8192);
	write_claims(call, nonce, &claims);
	add_base64(out, header, sizeof header - 1, call->arena);
	buf_addc(out, '.');
	add_base64(out, buf_text(&claims), claims.size, call->arena);
	buf_addc(out, '.');
	google_random_text(call->google, signature, KEY_BYTES);
	add_base64(out, signature, KEY_BYTES, call->arena);
	buf_finish(&claims);
}

/* --- answers --- */

/* refresh NULL: none in the answer. */
static void answer(
    struct google_call *call, uint32_t scopes, const char *refresh, const char *nonce)
{
	struct buf *out = &call->sandbox->out;
	const struct google_token *access = google_access_add(call->google, call->account, scopes);
	call->scopes = scopes;
	buf_clear(out);
	buf_addf(out, "{\n  \"access_token\": \"%s\",\n  \"expires_in\": %d,\n", access->value,
	    TOKEN_LIFE_S);
	if (refresh)
		buf_addf(out, "  \"refresh_token\": \"%s\",\n", refresh);
	if (refresh && call->google->project.audience == GOOGLE_AUDIENCE_TESTING)
		buf_adds(out, "  \"refresh_token_expires_in\": 604799,\n");
	buf_adds(out, "  \"scope\": \"");
	google_scopes_write(out, scopes);
	buf_adds(out, "\",\n  \"token_type\": \"Bearer\"");
	if (scopes & GOOGLE_SCOPE(OPENID)) {
		buf_adds(out, ",\n  \"id_token\": \"");
		add_id_token(call, nonce, out);
		buf_addc(out, '"');
	}
	buf_adds(out, "\n}");
	google_call_json(call);
}

/* --- who asks --- */

static bool is_form(const struct google_call *call)
{
	static const char form[] = "application/x-www-form-urlencoded";
	const char *type = http_exchange_header(call->exchange, "Content-Type");
	return type && strncasecmp(type, form, sizeof form - 1) == 0;
}

static bool is_secret(const struct google_project *project, const char *secret)
{
	for (size_t i = 0; i < sizeof project->secrets / sizeof *project->secrets; i++)
		if (project->secrets[i] && strcmp(project->secrets[i], secret) == 0)
			return true;
	return false;
}

/* True if the client is the one it claims to be; else it has been answered. */
static bool check_client(struct google_call *call)
{
	const struct google_project *project = &call->google->project;
	const char *id = google_call_text(call, "client_id");
	const char *secret = google_call_text(call, "client_secret");
	if (!id)
		google_call_refuse(
		    call, GOOGLE_INVALID_REQUEST, "Could not determine client ID from request.");
	else if (strcmp(id, project->client_id) != 0)
		google_call_refuse(call, GOOGLE_INVALID_CLIENT, "The OAuth client was not found.");
	else if (project->deleted)
		google_call_refuse(call, GOOGLE_DELETED_CLIENT, NULL);
	else if (!secret)
		google_call_refuse(call, GOOGLE_INVALID_REQUEST, "client_secret is missing.");
	else if (!is_secret(project, secret))
		google_call_refuse(
		    call, GOOGLE_INVALID_CLIENT, "The provided client secret is invalid.");
	else
		return true;
	return false;
}

/* --- a code for tokens --- */

/* RFC 7636, 4.6. NULL: the verifier is the code's. */
static const char *check_verifier(const struct google_code *code, const char *verifier)
{
	if (!code->challenge)
		return NULL;
	if (!verifier)
		return "Missing code verifier.";
	unsigned char hash[crypto_hash_sha256_BYTES];
	char text[HASH_TEXT];
	(void)crypto_hash_sha256(hash, (const unsigned char *)verifier, strlen(verifier));
	(void)sodium_bin2base64(text, sizeof text, hash, sizeof hash, VARIANT);
	return strcmp(code->plain ? verifier : text, code->challenge) == 0
		   ? NULL
		   : "Invalid code verifier.";
}

static void exchange(struct google_call *call)
{
	struct google *g = call->google;
	const char *value = google_call_text(call, "code");
	const char *redirect_uri = google_call_text(call, "redirect_uri");
	struct google_code *code = value ? google_code_find(g, value) : NULL;
	call->account = code ? code->account : NULL;
	if (google_call_struck(call) || !check_client(call))
		return;
	if (!value) {
		google_call_refuse(
		    call, GOOGLE_INVALID_REQUEST, "Missing required parameter: code");
		return;
	}
	if (!code || code->used || code->expires_us <= sandbox_now_us(call->sandbox) ||
	    code->account->disabled) {
		google_call_refuse(
		    call, GOOGLE_INVALID_GRANT, code ? "Bad Request" : "Malformed auth code.");
		return;
	}
	if (!redirect_uri || strcmp(redirect_uri, code->redirect_uri) != 0) {
		google_call_refuse(call, GOOGLE_REDIRECT_URI_MISMATCH, NULL);
		return;
	}
	const char *wrong = check_verifier(code, google_call_text(call, "code_verifier"));
	if (wrong) {
		google_call_refuse(call, GOOGLE_INVALID_GRANT, wrong);
		return;
	}
	code->used = true;
	bool refreshable = code->refreshable && call->strike.kind != GOOGLE_STRIKE_NO_REFRESH_TOKEN;
	const struct google_token *refresh =
	    refreshable ? google_refresh_add(g, code->account, code->scopes) : NULL;
	answer(call, code->scopes, refresh ? refresh->value : NULL, code->nonce);
}

/* --- a refresh token for another access token --- */

static void refresh_token(struct google_call *call)
{
	struct google *g = call->google;
	const char *value = google_call_text(call, "refresh_token");
	const struct google_token *token = value ? google_refresh_find(g, value) : NULL;
	call->account = token ? token->account : NULL;
	if (google_call_struck(call) || !check_client(call))
		return;
	if (!value) {
		google_call_refuse(
		    call, GOOGLE_INVALID_REQUEST, "Missing required parameter: refresh_token");
		return;
	}
	if (!token) {
		google_call_refuse(call, GOOGLE_INVALID_GRANT,
		    strncmp(value, "1//", 3) == 0 ? NULL : "Bad Request");
		return;
	}
	if (call->account->blocked) {
		google_call_refuse(call, GOOGLE_ADMIN_POLICY_ENFORCED, NULL);
		return;
	}
	uint32_t scopes = token->scopes;
	const struct google_token *more = call->strike.kind == GOOGLE_STRIKE_NEW_REFRESH_TOKEN
					      ? google_refresh_add(g, call->account, scopes)
					      : NULL;
	answer(call, scopes, more ? more->value : NULL, NULL);
}

void google_token_handle(struct google_call *call)
{
	const char *grant = google_call_text(call, "grant_type");
	bool form = is_form(call);
	if (form && grant && strcmp(grant, "authorization_code") == 0) {
		google_call_begin(call, GOOGLE_ON_EXCHANGE);
		exchange(call);
		return;
	}
	if (form && grant && strcmp(grant, "refresh_token") == 0) {
		google_call_begin(call, GOOGLE_ON_REFRESH);
		refresh_token(call);
		return;
	}
	google_call_begin(call, GOOGLE_ON_NO_GRANT);
	if (google_call_struck(call))
		return;
	if (form && grant)
		google_call_refuse(call, GOOGLE_UNSUPPORTED_GRANT_TYPE, NULL);
	else
		google_call_refuse(
		    call, GOOGLE_INVALID_REQUEST, "Missing required parameter: grant_type");
}

void google_revoke_handle(struct google_call *call)
{
	struct google *g = call->google;
	const char *value = google_call_text(call, "token");
	const struct google_token *token = value ? google_refresh_find(g, value) : NULL;
	google_call_begin(call, GOOGLE_ON_REVOKE);
	if (!token && value)
		token = google_access_find(g, value);
	call->account = token ? token->account : NULL;
	if (google_call_struck(call))
		return;
	if (!value) {
		google_call_refuse(
		    call, GOOGLE_INVALID_REQUEST, "Missing required parameter: token");
		return;
	}
	if (!token) {
		google_call_refuse(call, GOOGLE_INVALID_TOKEN, NULL);
		return;
	}
	google_grant_revoke(g, call->account);
	buf_clear(&call->sandbox->out);
	buf_adds(&call->sandbox->out, "{}");
	google_call_json(call);
}
