/* Histograms and Prometheus' text format (prometheus.io, "Exposition formats"), and addresses to serve it at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include "salesreg/base/address.h"
#include "salesreg/base/metrics.h"
#include <cmocka.h>

#include "row_tests.h"
#include <stdlib.h>
#include <string.h>

static void written(struct buf *out, const char *expected)
{
	assert_string_equal(buf_text(out), expected);
	assert_false(out->failed);
	buf_finish(out);
}

static void a_counter_and_a_gauge_have_help_type_and_one_sample(void **state)
{
	(void)state;
	struct buf out;
	buf_init(&out, 1000);
	metrics_counter(&out, "x_total", "How many.", UINT64_MAX);
	metrics_gauge(&out, "y", "How much.", -3);
	metrics_gauge_us(&out, "z_seconds", "How long.", 1500000);
	written(&out,
	    "# HELP x_total How many.\n# TYPE x_total counter\nx_total 18446744073709551615\n"
	    "# HELP y How much.\n# TYPE y gauge\ny -3\n"
	    "# HELP z_seconds How long.\n# TYPE z_seconds gauge\nz_seconds 1.500000\n");
}

static void labels_are_escaped_and_help_is_not_quoted(void **state)
{
	(void)state;
	struct buf out;
	buf_init(&out, 1000);
	metrics_family(&out, "x", METRICS_GAUGE, "a \"b\" \\ c\nd");
	metrics_sample(&out, "x", METRICS_LABELS({"a", "q\"b\\n\n"}, {"b", "Ж"}), 1);
	written(&out, "# HELP x a \"b\" \\\\ c\\nd\n# TYPE x gauge\n"
		      "x{a=\"q\\\"b\\\\n\\n\",b=\"Ж\"} 1\n");
}

static const struct seconds_are_exact_row {
	int64_t us;
	const char *text;
} seconds_are_exact_rows[] = {{0, "x 0.000000\n"}, {1, "x 0.000001\n"}, {-1, "x -0.000001\n"},
    {-2500000, "x -2.500000\n"}, {1763868000123456, "x 1763868000.123456\n"},
    {INT64_MIN, "x -9223372036854.775808\n"}};

static void seconds_are_exact(void **state)
{
	const struct seconds_are_exact_row *row = *state;
	struct buf out;
	buf_init(&out, 1000);
	metrics_sample_us(&out, "x", NULL, row->us);
	written(&out, row->text);
}

/* Where an observation lands: the first bucket whose bound is not below it. */
static const struct a_bound_belongs_to_its_bucket_row {
	int64_t us;
	size_t bucket;
} a_bound_belongs_to_its_bucket_rows[] = {{INT64_MIN, 0}, {-1, 0}, {0, 0}, {500, 0}, {501, 1},
    {1000, 1}, {1001, 2}, {300000000, METRICS_BOUNDS - 1}, {300000001, METRICS_BOUNDS},
    {INT64_MAX, METRICS_BOUNDS}};

static void a_bound_belongs_to_its_bucket(void **state)
{
	const struct a_bound_belongs_to_its_bucket_row *row = *state;
	struct histogram h = {0};
	histogram_observe(&h, row->us);
	assert_int_equal(h.counts[row->bucket], 1);
	assert_int_equal(histogram_count(&h), 1);
	assert_int_equal(h.sum_us, row->us < 0 ? 0 : (uint64_t)row->us);
}

static const char *after(const char *text, const char *what)
{
	const char *found = strstr(text, what);
	assert_non_null(found);
	return found + strlen(what);
}

static void buckets_are_cumulative_and_end_with_the_count(void **state)
{
	(void)state;
	struct histogram h = {0};
	for (int i = 0; i < 10; i++)
		histogram_observe(&h, 700);
	histogram_observe(&h, 2000000);
	histogram_observe(&h, 400000000);
	struct buf out;
	buf_init(&out, 10000);
	metrics_family(&out, "x_seconds", METRICS_HISTOGRAM, "Long.");
	metrics_sample_histogram(&out, "x_seconds", METRICS_LABELS({"m", "a"}), &h);
	const char *text = buf_text(&out);
	uint64_t last = 0;
	int buckets = 0;
	for (const char *at = text; (at = strstr(at, "x_seconds_bucket{m=\"a\",le=\""));
	     buckets++) {
		at = after(at, "} ");
		uint64_t count = strtoull(at, NULL, 10);
		assert_true(count >= last);
		last = count;
	}
	assert_int_equal(buckets, METRICS_BOUNDS + 1);
	assert_int_equal(last, 12);
	assert_int_equal(strtoull(after(text, "le=\"0.0005\"} "), NULL, 10), 0);
	assert_int_equal(strtoull(after(text, "le=\"0.001\"} "), NULL, 10), 10);
	assert_int_equal(strtoull(after(text, "le=\"2.5\"} "), NULL, 10), 11);
	assert_int_equal(strtoull(after(text, "le=\"+Inf\"} "), NULL, 10), 12);
	assert_non_null(strstr(text, "\nx_seconds_sum{m=\"a\"} 402.007000\n"));
	assert_non_null(strstr(text, "\nx_seconds_count{m=\"a\"} 12\n"));
	buf_finish(&out);
}

static void the_text_of_each_bound_is_its_value(void **state)
{
	(void)state;
	int64_t last = 0;
#define X(us, text)                                                                                \
	assert_true((us) > last);                                                                  \
	last = (us);                                                                               \
	assert_int_equal((int64_t)(strtod(text, NULL) * 1e6 + 0.5), (us));
	METRICS_BOUND_MAP(X)
#undef X
}

static void a_full_buffer_says_so(void **state)
{
	(void)state;
	struct histogram h = {0};
	struct buf out;
	buf_init(&out, 100);
	metrics_histogram(&out, "x_seconds", "Long.", &h);
	assert_true(out.failed);
	buf_finish(&out);
}

static void an_address_has_a_numeric_host_and_a_port(void **state)
{
	(void)state;
	static const char *const good[] = {"127.0.0.1:9464", "0.0.0.0:1", "[::1]:9464", "[::]:0",
	    "localhost:65535", "[fe80::1:2]:80"};
	static const char *const bad[] = {"", ":", "9464", ":9464", "127.0.0.1",
	    "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1", "127.0.0.1:80 ",
	    "127.0.0.1: 80", "::1:9464", "[::1]", "[]:1", "[::1:80", "[127.0.0.1]:80",
	    "example.org:80", "127.0.0.1:000080", "1.2.3:80",
	    "[1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd]:9464"};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(address_is_usable(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(address_is_usable(bad[i]));
}

static void a_shifted_address_has_the_same_host(void **state)
{
	(void)state;
	char out[ADDRESS_SIZE];
	assert_true(address_shift("127.0.0.1:9464", 2, out));
	assert_string_equal(out, "127.0.0.1:9466");
	assert_true(address_shift("[::1]:65534", 1, out));
	assert_string_equal(out, "[::1]:65535");
	assert_true(address_shift("[::1]:0", 3, out));
	assert_string_equal(out, "[::1]:0");
	assert_false(address_shift("[::1]:65534", 2, out));
	assert_false(address_shift("nonsense", 1, out));
}

int main(void)
{
	const struct row_test tests[] = {
	    {cmocka_unit_test(a_counter_and_a_gauge_have_help_type_and_one_sample), ONCE},
	    {cmocka_unit_test(labels_are_escaped_and_help_is_not_quoted), ONCE},
	    {cmocka_unit_test(seconds_are_exact), ROWS(seconds_are_exact_rows, text)},
	    {cmocka_unit_test(a_bound_belongs_to_its_bucket),
		ROWS_BY_NUMBER(a_bound_belongs_to_its_bucket_rows)},
	    {cmocka_unit_test(buckets_are_cumulative_and_end_with_the_count), ONCE},
	    {cmocka_unit_test(the_text_of_each_bound_is_its_value), ONCE},
	    {cmocka_unit_test(a_full_buffer_says_so), ONCE},
	    {cmocka_unit_test(an_address_has_a_numeric_host_and_a_port), ONCE},
	    {cmocka_unit_test(a_shifted_address_has_the_same_host), ONCE},
	};
	return RUN_ROW_TESTS(tests, NULL, NULL);
}
