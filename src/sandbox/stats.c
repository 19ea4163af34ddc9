#include "salesreg/sandbox/stats.h"

void stats_count(struct stats *stats, enum method method, int code)
{
	for (int i = 0; i < STATS_CODES; i++) {
		if (stats->results[method][i].count == 0)
			stats->results[method][i].code = code;
		if (stats->results[method][i].code == code) {
			stats->results[method][i].count++;
			return;
		}
	}
}

void stats_send(struct stats *stats, int64_t now_us)
{
	int64_t number = now_us / (1000000 / STATS_SLICES);
	size_t i = (size_t)(number % STATS_SLICES);
	if (stats->slice_number[i] != number) {
		stats->slice_number[i] = number;
		stats->slice[i] = 0;
	}
	stats->slice[i]++;
	stats->sends++;
	int64_t sum = 0;
	for (int k = 0; k < STATS_SLICES; k++)
		if (stats->slice_number[k] > number - STATS_SLICES)
			sum += stats->slice[k];
	if (sum > stats->sends_per_s_peak)
		stats->sends_per_s_peak = sum;
}

static const char *special_name(int code)
{
	switch (code) {
	case RESULT_RESET:
		return "reset";
	case RESULT_HANG:
		return "hang";
	case RESULT_HTML:
		return "html";
	case RESULT_EMPTY:
		return "empty";
	case 200:
		return "ok";
	default:
		return NULL;
	}
}

static void write_method(const struct stats *stats, enum method m, struct buf *out)
{
	buf_addf(out, "\"%s\":{", method_name(m));
	for (int i = 0; i < STATS_CODES && stats->results[m][i].count > 0; i++) {
		int code = stats->results[m][i].code;
		const char *name = special_name(code);
		buf_adds(out, i > 0 ? ",\"" : "\"");
		if (name)
			buf_adds(out, name);
		else
			buf_add_i64(out, code);
		buf_addf(out, "\":%lld", (long long)stats->results[m][i].count);
	}
	buf_addc(out, '}');
}

void stats_write(const struct stats *stats, struct buf *out)
{
	buf_adds(out, "\"methods\":{");
	bool first = true;
	for (int m = 0; m < METHOD_COUNT; m++) {
		if (stats->results[m][0].count == 0)
			continue;
		if (!first)
			buf_addc(out, ',');
		first = false;
		write_method(stats, (enum method)m, out);
	}
	buf_addf(out,
	    "},\"floods\":{\"overall\":%lld,\"chat\":%lld,\"group\":%lld,\"fault\":%lld},"
	    "\"updates\":{\"added\":%lld,\"sent\":%lld,\"confirmed\":%lld,\"filtered\":%lld,"
	    "\"dropped\":%lld},\"conflicts\":%lld,\"tokens_refused\":%lld,\"polls_lost\":%lld,"
	    "\"sends\":%lld,\"sends_per_s_peak\":%lld",
	    (long long)stats->floods[LIMIT_OVERALL], (long long)stats->floods[LIMIT_CHAT],
	    (long long)stats->floods[LIMIT_GROUP], (long long)stats->flood_faults,
	    (long long)stats->updates_added, (long long)stats->updates_sent,
	    (long long)stats->updates_confirmed, (long long)stats->updates_filtered,
	    (long long)stats->updates_dropped, (long long)stats->conflicts,
	    (long long)stats->tokens_refused, (long long)stats->polls_lost, (long long)stats->sends,
	    (long long)stats->sends_per_s_peak);
}
