/*
 * Simulated users that follow a script: the load generator of the benchmark, an extension of the sandbox.
 * Ownership: the sandbox owns the load. Units: microseconds of the real clock. Errors: sentences in the answer.
 *
 *   POST /sandbox/load
 *     {users, first_id?, script:[…], language_code?, concurrency?, replies?, bot?}
 *     → as GET /sandbox/load
 *     Each user sends the first line, and the next at every `replies`-th (1) bot message in its chat. In lines {n} is the
 *     user's number; a line {button:PREFIX} presses the newest button whose data begins so. They appear in no transcript.
 *     One load at a time; a new one replaces the old.
 *
 *   GET /sandbox/load?wait_ms=N
 *     → {"done", "users", "users_done", "stuck", "updates", "replies", "elapsed_us",
 *        "latency_us":{"p50", "p99", "max"}, "cpu_us"}
 *     When done, or after N ms.
 *     latency_us: from queuing a user's message to the sendMessage that answers it.
 *     cpu_us: of this process, since the load began.
 *     stuck: users whose button was not there.
 */
#pragma once
#include "salesreg/sandbox/extension.h"

extern const struct sandbox_extension load_extension;
