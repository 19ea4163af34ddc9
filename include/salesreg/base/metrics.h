/*
 * What a process counts, and how Prometheus reads it: histograms, and a writer of the text format.
 * Counters and gauges are plain integers of whoever counts; only histograms need code.
 * Ownership: a histogram is a value without pointers, and zeroed memory is an empty one; the writer borrows everything for
 * the call and adds to the caller's buffer.
 * Units: microseconds go in, seconds come out (Prometheus' base unit); bytes are bytes.
 * Errors: none of its own; a full buffer says so itself (base/buf.h).
 *
 * Source: prometheus.io, "Exposition formats", section "Text-based format" (0.0.4): # HELP and # TYPE before the samples of
 * a name; \\ and \n escaped in help, \" besides in label values; buckets cumulative, the last le="+Inf" equal to _count.
 * "Metric and label naming": base units, _total for counters.
 */
#pragma once
#include "salesreg/base/buf.h"
#include <stddef.h>
#include <stdint.h>

/* What goes with the text. */
#define METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* Upper bounds in microseconds, from what a database answers in to what a person no longer waits for. */
#define METRICS_BOUND_MAP(X)                                                                       \
	X(500, "0.0005")                                                                           \
	X(1000, "0.001")                                                                           \
	X(2500, "0.0025")                                                                          \
	X(5000, "0.005")                                                                           \
	X(10000, "0.01")                                                                           \
	X(25000, "0.025")                                                                          \
	X(50000, "0.05")                                                                           \
	X(100000, "0.1")                                                                           \
	X(250000, "0.25")                                                                          \
	X(500000, "0.5")                                                                           \
	X(1000000, "1")                                                                            \
	X(2500000, "2.5")                                                                          \
	X(5000000, "5")                                                                            \
	X(10000000, "10")                                                                          \
	X(30000000, "30")                                                                          \
	X(60000000, "60")                                                                          \
	X(300000000, "300")

enum {
#define X(us, text) +1
	METRICS_BOUNDS = 0 METRICS_BOUND_MAP(X)
#undef X
};

struct histogram {
	uint64_t
	    counts[METRICS_BOUNDS + 1]; /* each bucket for itself; the last: above every bound */
	uint64_t sum_us;
};

/* A few comparisons and two additions. Less than nothing (a clock of somebody else's) counts as nothing. */
void histogram_observe(struct histogram *h, int64_t us);
uint64_t histogram_count(const struct histogram *h);

#define METRICS_TYPE_MAP(X) X(COUNTER, "counter") X(GAUGE, "gauge") X(HISTOGRAM, "histogram")
enum metrics_type {
#define X(name, text) METRICS_##name,
	METRICS_TYPE_MAP(X)
#undef X
};

struct metrics_label {
	const char *name, *value;
};
/* Labels of a sample: (const struct metrics_label[]){…}, with an empty one at the end. */
#define METRICS_LABELS(...) ((const struct metrics_label[]){__VA_ARGS__, {NULL, NULL}})

/* Once a name, before its samples. */
void metrics_family(struct buf *out, const char *name, enum metrics_type type, const char *help);
/* labels may be NULL: none. */
void metrics_sample(
    struct buf *out, const char *name, const struct metrics_label *labels, int64_t value);
/* Written in seconds, exactly. */
void metrics_sample_us(
    struct buf *out, const char *name, const struct metrics_label *labels, int64_t us);
void metrics_sample_histogram(struct buf *out, const char *name, const struct metrics_label *labels,
    const struct histogram *h);

/* A name with one sample and no labels. */
void metrics_counter(struct buf *out, const char *name, const char *help, uint64_t value);
void metrics_gauge(struct buf *out, const char *name, const char *help, int64_t value);
void metrics_gauge_us(struct buf *out, const char *name, const char *help, int64_t us);
void metrics_histogram(
    struct buf *out, const char *name, const char *help, const struct histogram *h);
