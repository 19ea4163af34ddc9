/*
 * Who is an admin: the accounts of ADMIN_TELEGRAM_IDS, and active reps whose row says is_admin, which managers change while workers run.
 *
 * The list that the rules have is kept up by notifications and, for what comes without one (a row deleted), every minute. It says
 * whom to tell, and for whom to read; whether somebody may act is asked of their row in the transaction that does it
 * (conversation_acts_as_admin()).
 *
 * Ownership: pool and rules are borrowed and outlive it; the rules' list of admins points into it from admins_create() on, and keeps its
 * address. Errors: the list stays as it is until the next look.
 */
#pragma once
#include "salesreg/db/pool.h"
#include "salesreg/domain/conversation/conversation.h"

/* Who is a rep or an admin has changed, or which account they have. */
#define PEOPLE_CHANNEL "salesreg_people"
enum { ADMINS_BY_ROW_MOST = 64 };

struct admins;
/* The rules have the list of the configuration so far. */
struct admins *admins_create(
    uv_loop_t *loop, struct db_pool *pool, struct conversation_rules *rules);
/* Soon: something may have changed. */
void admins_look(struct admins *x);
/* Before the pool. */
void admins_destroy(struct admins *x);
