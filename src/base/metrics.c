#include "salesreg/base/metrics.h"
#include <inttypes.h>

static const struct {
	int64_t us;
	const char *text;
} bounds[METRICS_BOUNDS] = {
#define X(us, text) {us, text},
    METRICS_BOUND_MAP(X)
#undef X
};

void histogram_observe(struct histogram *h, int64_t us)
{
	if (us < 0)
		us = 0;
	size_t low = 0, high = METRICS_BOUNDS; /* the first bound that is not below it */
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (bounds[middle].us < us)
			low = middle + 1;
		else
			high = middle;
	}
	h->counts[low]++;
	h->sum_us += (uint64_t)us;
}

uint64_t histogram_count(const struct histogram *h)
{
	uint64_t count = 0;
	for (size_t i = 0; i <= METRICS_BOUNDS; i++)
		count += h->counts[i];
	return count;
}

static const char *type_name(enum metrics_type type)
{
	switch (type) {
#define X(name, text)                                                                              \
	case METRICS_##name:                                                                       \
		return text;
		METRICS_TYPE_MAP(X)
#undef X
	}
	return "untyped";
}

static void add_escaped(struct buf *out, const char *text, bool quotes)
{
	for (; *text; text++) {
		if (*text == '\\')
			buf_adds(out, "\\\\");
		else if (*text == '\n')
			buf_adds(out, "\\n");
		else if (*text == '"' && quotes)
			buf_adds(out, "\\\"");
		else
			buf_addc(out, *text);
	}
}

/* name, suffix and labels; le is one more label, or NULL */
static void add_series(struct buf *out, const char *name, const char *suffix,
    const struct metrics_label *labels, const char *le)
{
	buf_adds(out, name);
	buf_adds(out, suffix);
	bool any = false;
	for (; labels && labels->name; labels++, any = true) {
		buf_addc(out, any ? ',' : '{');
		buf_adds(out, labels->name);
		buf_adds(out, "=\"");
		add_escaped(out, labels->value, true);
		buf_addc(out, '"');
	}
	if (le)
		buf_addf(out, "%sle=\"%s\"", any ? "," : "{", le);
	if (any || le)
		buf_addc(out, '}');
	buf_addc(out, ' ');
}

static void add_count(struct buf *out, uint64_t value)
{
	buf_addf(out, "%" PRIu64 "\n", value);
}

/* Without floating point: neither a locale nor rounding can spoil it. */
static void add_seconds(struct buf *out, uint64_t us)
{
	buf_addf(out, "%" PRIu64 ".%06" PRIu64 "\n", us / 1000000, us % 1000000);
}

void metrics_family(struct buf *out, const char *name, enum metrics_type type, const char *help)
{
	buf_addf(out, "# HELP %s ", name);
	add_escaped(out, help, false);
	buf_addf(out, "\n# TYPE %s %s\n", name, type_name(type));
}

void metrics_sample(
    struct buf *out, const char *name, const struct metrics_label *labels, int64_t value)
{
	add_series(out, name, "", labels, NULL);
	buf_add_i64(out, value);
	buf_addc(out, '\n');
}

void metrics_sample_us(
    struct buf *out, const char *name, const struct metrics_label *labels, int64_t us)
{
	add_series(out, name, "", labels, NULL);
	if (us < 0)
		buf_addc(out, '-');
	add_seconds(out, us < 0 ? 0 - (uint64_t)us : (uint64_t)us);
}

void metrics_sample_histogram(struct buf *out, const char *name, const struct metrics_label *labels,
    const struct histogram *h)
{
	uint64_t count = 0;
	for (size_t i = 0; i <= METRICS_BOUNDS; i++) {
		count += h->counts[i];
		add_series(
		    out, name, "_bucket", labels, i < METRICS_BOUNDS ? bounds[i].text : "+Inf");
		add_count(out, count);
	}
	add_series(out, name, "_sum", labels, NULL);
	add_seconds(out, h->sum_us);
	add_series(out, name, "_count", labels, NULL);
	add_count(out, count);
}

void metrics_counter(struct buf *out, const char *name, const char *help, uint64_t value)
{
	metrics_family(out, name, METRICS_COUNTER, help);
	add_series(out, name, "", NULL, NULL);
	add_count(out, value);
}

void metrics_gauge(struct buf *out, const char *name, const char *help, int64_t value)
{
	metrics_family(out, name, METRICS_GAUGE, help);
	metrics_sample(out, name, NULL, value);
}

void metrics_gauge_us(struct buf *out, const char *name, const char *help, int64_t us)
{
	metrics_family(out, name, METRICS_GAUGE, help);
	metrics_sample_us(out, name, NULL, us);
}

void metrics_histogram(
    struct buf *out, const char *name, const char *help, const struct histogram *h)
{
	metrics_family(out, name, METRICS_HISTOGRAM, help);
	metrics_sample_histogram(out, name, NULL, h);
}
