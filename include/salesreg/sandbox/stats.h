/*
 * Counters: requests by method and result, floods by kind, the peak of sends in a second.
 * Ownership: the caller's memory.
 * Units: microseconds.
 */
#pragma once
#include "salesreg/base/buf.h"
#include "salesreg/sandbox/model.h"

void stats_count(struct stats *stats, enum method method, int code);
void stats_send(struct stats *stats, int64_t now_us);
/* Members of an object, without braces. */
void stats_write(const struct stats *stats, struct buf *out);
