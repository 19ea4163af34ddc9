/*
 * What nobody came back for: links that were opened and ran out (most of Google's refusals send nobody back), and exchanges whose
 * process died. The rep is told, once, with what to do.
 * Ownership: pool and rules are borrowed and outlive it. Errors: tried again at the next look. Any number of processes may do it.
 */
#pragma once
#include "salesreg/db/pool.h"
#include "salesreg/domain/conversation/conversation.h"
#include <uv.h>

struct leftovers;
struct leftovers *leftovers_create(
    uv_loop_t *loop, struct db_pool *pool, const struct conversation_rules *rules);
void leftovers_destroy(struct leftovers *l);
