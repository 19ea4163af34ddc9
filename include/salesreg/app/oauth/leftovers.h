/*
 * What nobody came back for: links that were opened and ran out (most of Google's refusals send nobody back), and exchanges whose
 * process died. The rep is told, once, with what to do. And the end of many tokens within an hour, which is the operator's to look
 * at: the log and the admins are told of it, once an incident.
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
/* How often many tokens died within an hour, as far as this process told of it. */
uint64_t leftovers_incidents(const struct leftovers *l);
