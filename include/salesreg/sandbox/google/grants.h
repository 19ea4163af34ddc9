/*
 * What accounts have granted: codes, refresh and access tokens, and the scopes they stand for.
 * Ownership: struct google's; a pointer is valid until the next call that adds or revokes.
 * Units: microseconds of sandbox_now_us().
 * Errors: NULL where there is none that is good now.
 */
#pragma once
#include "salesreg/sandbox/google/state.h"

/* A scope as clients may write it; 0: there is none of that name. */
uint32_t google_scope_of(const char *name, size_t size);
const char *google_scope_name(enum google_scope scope);
/* As Google writes them in a token answer: in full, separated by spaces. */
void google_scopes_write(struct buf *out, uint32_t scopes);

struct google_code *google_code_add(
    struct google *g, struct google_account *account, uint32_t scopes);
/* Used and overdue ones too, while they are remembered. */
struct google_code *google_code_find(struct google *g, const char *value);

struct google_token *google_refresh_add(
    struct google *g, struct google_account *account, uint32_t scopes);
struct google_token *google_access_add(
    struct google *g, struct google_account *account, uint32_t scopes);
struct google_token *google_refresh_find(struct google *g, const char *value);
struct google_token *google_access_find(struct google *g, const char *value);

/* The whole grant of the account: every code, token and scope. */
void google_grant_revoke(struct google *g, struct google_account *account);
void google_refresh_kill(struct google *g, struct google_account *account);
void google_access_expire(struct google *g, const struct google_account *account);
void google_grants_finish(struct google *g);

/* n letters, digits, - and _, and a NUL. */
void google_random_text(struct google *g, char *out, size_t n);
