#include "salesreg/sandbox/google/grants.h"
#include <stdlib.h>
#include <string.h>

enum { ACCESS_BYTES = 120, REFRESH_BYTES = 80, CODE_BYTES = 64 };
static const int64_t SECOND_US = 1000000;
static const int64_t CODE_TTL_S = 600;
static const int64_t ACCESS_TTL_S = 3599;
static const int64_t TESTING_TTL_S = INT64_C(7) * 86400;

static const struct {
	const char *brief, *full;
} known[GOOGLE_SCOPE_COUNT] = {
#define X(name, brief, full) [GOOGLE_SCOPE_##name] = {brief, full},
    GOOGLE_SCOPE_MAP(X)
#undef X
};

static bool is_text(const char *s, const char *text, size_t size)
{
	return strlen(s) == size && memcmp(s, text, size) == 0;
}

uint32_t google_scope_of(const char *name, size_t size)
{
	/* the long names of the calendar's scopes alone are good; "email" and "profile" have both */
	for (int i = 0; i < GOOGLE_SCOPE_COUNT; i++) {
		uint32_t bit = UINT32_C(1) << i;
		if (is_text(known[i].full, name, size) ||
		    ((bit & GOOGLE_SIGN_IN) && is_text(known[i].brief, name, size)))
			return bit;
	}
	return 0;
}

const char *google_scope_name(enum google_scope scope)
{
	return known[scope].brief;
}

void google_scopes_write(struct buf *out, uint32_t scopes)
{
	bool first = true;
	for (int i = 0; i < GOOGLE_SCOPE_COUNT; i++) {
		if (!(scopes & UINT32_C(1) << i))
			continue;
		if (!first)
			buf_addc(out, ' ');
		first = false;
		buf_adds(out, known[i].full);
	}
}

void google_random_text(struct google *g, char *out, size_t n)
{
	static const char letters[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	uint64_t bits = 0;
	for (size_t i = 0; i < n; i++) {
		if (i % 10 == 0)
			bits = sandbox_random(g->sandbox);
		out[i] = letters[bits & 63];
		bits >>= 6;
	}
	out[n] = '\0';
}

/* begin, as Google's begin, and n letters more */
static void make_secret(struct google *g, char out[GOOGLE_TOKEN_BYTES], const char *begin, size_t n)
{
	char *end = stpcpy(out, begin);
	google_random_text(g, end, n);
}

/* --- codes --- */

static void code_remove(struct google *g, struct google_code *code)
{
	TAILQ_REMOVE(&g->codes, code, entry);
	g->code_count--;
	free(code->redirect_uri);
	free(code->challenge);
	free(code->nonce);
	free(code);
}

struct google_code *google_code_add(
    struct google *g, struct google_account *account, uint32_t scopes)
{
	struct google_code *code = calloc(1, sizeof *code);
	if (!code)
		abort();
	if (g->code_count == GOOGLE_CODES_MAX)
		code_remove(g, TAILQ_FIRST(&g->codes));
	code->account = account;
	code->scopes = scopes;
	code->expires_us = sandbox_now_us(g->sandbox) + CODE_TTL_S * SECOND_US;
	make_secret(g, code->value, "4/0A", CODE_BYTES);
	TAILQ_INSERT_TAIL(&g->codes, code, entry);
	g->code_count++;
	return code;
}

struct google_code *google_code_find(struct google *g, const char *value)
{
	struct google_code *code;
	TAILQ_FOREACH (code, &g->codes, entry)
		if (strcmp(code->value, value) == 0)
			return code;
	return NULL;
}

/* --- tokens --- */

static void token_remove(struct google_token_list *list, size_t *count, struct google_token *token)
{
	TAILQ_REMOVE(list, token, entry);
	(*count)--;
	free(token);
}

static struct google_token *token_of(
    const struct google_token_list *list, const struct google_account *account)
{
	struct google_token *token;
	TAILQ_FOREACH (token, list, entry)
		if (token->account == account)
			return token;
	return NULL;
}

static struct google_token *token_add(struct google_token_list *list, size_t *count, size_t most,
    struct google_account *account, uint32_t scopes)
{
	struct google_token *token = calloc(1, sizeof *token);
	if (!token)
		abort();
	if (*count == most)
		token_remove(list, count, token_of(list, account)); /* the oldest */
	token->account = account;
	token->scopes = scopes;
	TAILQ_INSERT_TAIL(list, token, entry);
	(*count)++;
	return token;
}

struct google_token *google_refresh_add(
    struct google *g, struct google_account *account, uint32_t scopes)
{
	struct google_token *token =
	    token_add(&g->refresh, &account->refresh_count, GOOGLE_REFRESH_MAX, account, scopes);
	bool dies = g->project.audience == GOOGLE_AUDIENCE_TESTING && (scopes & ~GOOGLE_SIGN_IN);
	g->changes++;
	token->expires_us =
	    dies ? sandbox_now_us(g->sandbox) + TESTING_TTL_S * SECOND_US : INT64_MAX;
	make_secret(g, token->value, "1//0", REFRESH_BYTES);
	return token;
}

struct google_token *google_access_add(
    struct google *g, struct google_account *account, uint32_t scopes)
{
	struct google_token *token =
	    token_add(&g->access, &account->access_count, GOOGLE_ACCESS_MAX, account, scopes);
	token->expires_us = sandbox_now_us(g->sandbox) + ACCESS_TTL_S * SECOND_US;
	make_secret(g, token->value, "ya29.a0", ACCESS_BYTES);
	return token;
}

static struct google_token *token_find(
    struct google *g, const struct google_token_list *list, const char *value)
{
	int64_t now_us = sandbox_now_us(g->sandbox);
	struct google_token *token;
	/* the newest first: those of a whole day are here, and few of them are still used */
	TAILQ_FOREACH_REVERSE(token, list, google_token_list, entry)
	if (strcmp(token->value, value) == 0)
		return token->expires_us > now_us && !token->account->disabled ? token : NULL;
	return NULL;
}

struct google_token *google_refresh_find(struct google *g, const char *value)
{
	return token_find(g, &g->refresh, value);
}

struct google_token *google_access_find(struct google *g, const char *value)
{
	return token_find(g, &g->access, value);
}

static void drop_tokens(
    struct google_token_list *list, size_t *count, const struct google_account *account)
{
	for (struct google_token *token = TAILQ_FIRST(list), *next; token; token = next) {
		next = TAILQ_NEXT(token, entry);
		if (token->account == account)
			token_remove(list, count, token);
	}
}

void google_refresh_kill(struct google *g, struct google_account *account)
{
	drop_tokens(&g->refresh, &account->refresh_count, account);
}

void google_access_expire(struct google *g, const struct google_account *account)
{
	struct google_token *token;
	TAILQ_FOREACH (token, &g->access, entry)
		if (token->account == account)
			token->expires_us = INT64_MIN;
}

void google_grant_revoke(struct google *g, struct google_account *account)
{
	for (struct google_code *code = TAILQ_FIRST(&g->codes), *next; code; code = next) {
		next = TAILQ_NEXT(code, entry);
		if (code->account == account)
			code_remove(g, code);
	}
	drop_tokens(&g->refresh, &account->refresh_count, account);
	drop_tokens(&g->access, &account->access_count, account);
	account->granted = 0;
	g->changes++;
}

void google_grants_finish(struct google *g)
{
	struct google_account *account;
	TAILQ_FOREACH (account, &g->accounts, entry)
		google_grant_revoke(g, account);
}
