/*
 * What a worker reports of its database: whether it answers, and whether notifications come.
 * Ownership: everything is borrowed for the call.
 */
#pragma once
#include "salesreg/db/listener.h"
#include "salesreg/db/server.h"
#include "salesreg/role/worker/worker.h"

/* Adds to a report that is fine so far; leaves one that already says what is wrong. True: something is wrong. */
bool health_of_database(
    struct worker_report *out, const struct db_server *server, const struct listener *listener);
