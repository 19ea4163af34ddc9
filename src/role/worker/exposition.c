#include "salesreg/role/worker/exposition.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/metrics.h"
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* The process ------------------------------------------------------------------------------------------------------------*/

static bool read_file(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t n = read(fd, out, size - 1);
	out[n > 0 ? n : 0] = '\0';
	(void)close(fd);
	return n > 0;
}

/* proc(5): of /proc/self/stat the fields after the name, which ends with the last ')'; n counts from 1 as the page does. */
static int64_t stat_field(const char *stat, int n)
{
	const char *at = strrchr(stat, ')');
	for (int i = 2; at && i < n; i++)
		at = strchr(at + 1, ' ');
	return at ? strtoll(at + 1, NULL, 10) : -1;
}

/* Said by the kernel in ticks since the machine started; asked once, so that it never seems to move. */
static int64_t start_time_us(const char *stat)
{
	static int64_t known_us;
	int64_t ticks = stat_field(stat, 22), a_second = sysconf(_SC_CLK_TCK);
	struct timespec up;
	if (known_us || ticks < 0 || a_second <= 0 || clock_gettime(CLOCK_BOOTTIME, &up) != 0)
		return known_us;
	int64_t up_us = (int64_t)up.tv_sec * 1000000 + up.tv_nsec / 1000;
	known_us = clock_wall_us() - up_us + ticks * 1000000 / a_second;
	return known_us;
}

static int64_t count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	if (!dir)
		return -1;
	int64_t count = -1; /* the one that reads is not counted */
	for (const struct dirent *entry; (entry = readdir(dir));)
		count += entry->d_name[0] != '.';
	(void)closedir(dir);
	return count;
}

void exposition_process(struct buf *out, const char *role)
{
	char stat[1024];
	struct rlimit files;
	metrics_family(out, "salesreg_build_info", METRICS_GAUGE,
	    "Always 1: which version runs, and as what.");
	metrics_sample(out, "salesreg_build_info",
	    METRICS_LABELS({"version", SALESREG_VERSION}, {"role", role}), 1);
	metrics_family(out, "process_cpu_seconds_total", METRICS_COUNTER,
	    "User and system CPU time spent, in seconds.");
	metrics_sample_us(out, "process_cpu_seconds_total", NULL, clock_cpu_us());
	if (read_file("/proc/self/stat", stat, sizeof stat)) {
		metrics_gauge_us(out, "process_start_time_seconds",
		    "When the process started, in seconds since 1970.", start_time_us(stat));
		metrics_gauge(out, "process_virtual_memory_bytes", "Virtual memory, in bytes.",
		    stat_field(stat, 23));
		metrics_gauge(out, "process_resident_memory_bytes", "Resident memory, in bytes.",
		    stat_field(stat, 24) * sysconf(_SC_PAGESIZE));
	}
	int64_t descriptors = count_descriptors();
	if (descriptors >= 0)
		metrics_gauge(
		    out, "process_open_fds", "How many descriptors are open.", descriptors);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur != RLIM_INFINITY)
		metrics_gauge(out, "process_max_fds", "How many descriptors may be open.",
		    (int64_t)files.rlim_cur);
}

void exposition_worker(struct buf *out, const struct worker_report *report, uint32_t lag_ms)
{
	metrics_gauge(out, "salesreg_ready",
	    "1 if the process is working or ready to work, as /readyz says.", !report->unready);
	metrics_gauge(out, "salesreg_degraded",
	    "1 if something outside keeps the process from all of its work, as `salesreg status` "
	    "says.",
	    report->health != IPC_HEALTH_OK);
	metrics_gauge_us(out, "salesreg_loop_lag_seconds",
	    "By how much the last beat of the event loop came late.", (int64_t)lag_ms * 1000);
}

/* PostgreSQL ---------------------------------------------------------------------------------------------------------------*/

void exposition_pool(struct buf *out, const struct db_pool *pool)
{
	struct db_pool_stats stats = db_pool_stats(pool);
	static const char connections[] = "salesreg_db_pool_connections";
	metrics_gauge(
	    out, "salesreg_db_up", "1 if a connection to PostgreSQL is open.", stats.open > 0);
	metrics_family(out, connections, METRICS_GAUGE,
	    "Open connections to PostgreSQL, by what they do (the one for LISTEN is not counted).");
	metrics_sample(out, connections, METRICS_LABELS({"state", "busy"}), (int64_t)stats.busy);
	metrics_sample(out, connections, METRICS_LABELS({"state", "idle"}),
	    (int64_t)(stats.open > stats.busy ? stats.open - stats.busy : 0));
	metrics_gauge(out, "salesreg_db_pool_waiting", "Who waits for a connection now.",
	    (int64_t)stats.waiting);
	metrics_histogram(out, "salesreg_db_pool_wait_seconds",
	    "How long those who got a connection had waited for it.", db_pool_waits(pool));
	metrics_counter(out, "salesreg_db_pool_timeouts_total",
	    "Who waited for a connection in vain, until the deadline.", stats.timed_out);
	metrics_counter(out, "salesreg_db_connections_lost_total",
	    "Connections that ended without being asked to.", stats.lost);
}

/* The bot ------------------------------------------------------------------------------------------------------------------*/

static void lower(char *out, size_t size, const char *text)
{
	size_t n = 0;
	for (; text[n] && n + 1 < size; n++)
		out[n] = (char)tolower((unsigned char)text[n]);
	out[n] = '\0';
}

/* All methods and classes from the start: a counter that appears with 1 has no rate yet. */
static void write_calls(struct buf *out, const struct telegram *tg)
{
	const struct telegram_stats *stats = telegram_stats(tg);
	static const char calls[] = "salesreg_telegram_calls_total",
			  took[] = "salesreg_telegram_request_seconds";
	metrics_family(out, calls, METRICS_COUNTER,
	    "Answered calls of the Bot API by method and what the answer asks for.");
	for (size_t m = 0; m < TELEGRAM_METHODS; m++) {
		for (size_t c = 0; c < TELEGRAM_CANCELLED; c++) {
			char class[16];
			lower(class, sizeof class, telegram_class_name((enum telegram_class)c));
			metrics_sample(out, calls,
			    METRICS_LABELS(
				{"method", telegram_method_name((enum telegram_method)m)},
				{"class", class}),
			    (int64_t)stats->calls[m][c]);
		}
	}
	metrics_family(out, took, METRICS_HISTOGRAM,
	    "From a call of the Bot API to its answer, the wait for a free connection included; of "
	    "getUpdates that is the long poll, up to 50 s.");
	for (size_t m = 0; m < TELEGRAM_METHODS; m++)
		metrics_sample_histogram(out, took,
		    METRICS_LABELS({"method", telegram_method_name((enum telegram_method)m)}),
		    &stats->took[m]);
	metrics_counter(out, "salesreg_telegram_conflicts_total",
	    "Answers 409: another program polls with this token, or a webhook is set.",
	    stats->conflicts);
	metrics_counter(out, "salesreg_telegram_rate_limited_total",
	    "Answers 429: Telegram asks to wait.", stats->rate_limited);
	metrics_counter(out, "salesreg_telegram_connections_total",
	    "Connections opened to the Bot API, each with a handshake of TLS; they are kept.",
	    telegram_connections(tg));
}

static void write_messages(struct buf *out, const struct delivery_stats *sent)
{
	static const char messages[] = "salesreg_messages_total";
	const struct {
		const char *outcome;
		uint64_t count;
	} outcomes[] = {{"sent", sent->sent}, {"retried", sent->retried}, {"gone", sent->gone},
	    {"failed", sent->failed}, {"unknown", sent->unknown}};
	metrics_family(out, messages, METRICS_COUNTER,
	    "Tries to send a message, by what became of them: sent, to be tried again, recipient "
	    "gone, "
	    "refused for good, answer lost.");
	for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
		metrics_sample(out, messages, METRICS_LABELS({"outcome", outcomes[i].outcome}),
		    (int64_t)outcomes[i].count);
	metrics_gauge(out, "salesreg_messages_under_way",
	    "Messages whose answer from Telegram is awaited.", (int64_t)sent->under_way);
}

static void write_backlog(struct buf *out, const struct bot_backlog *backlog)
{
	static const char messages[] = "salesreg_outbox_messages",
			  oldest[] = "salesreg_outbox_oldest_age_seconds";
	const struct {
		const char *state;
		struct bot_backlog_part part;
	} parts[] = {{"queued", backlog->queued}, {"sending", backlog->sending},
	    {"failed", backlog->failed}};
	metrics_family(out, messages, METRICS_GAUGE,
	    "Messages in the outbox by state; counted every 5 s by the bot that leads; 10,000 "
	    "stands "
	    "for that many or more.");
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		metrics_sample(out, messages, METRICS_LABELS({"state", parts[i].state}),
		    parts[i].part.messages);
	metrics_family(out, oldest, METRICS_GAUGE,
	    "Age of the oldest message in the outbox by state; 0 if there is none.");
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		metrics_sample_us(out, oldest, METRICS_LABELS({"state", parts[i].state}),
		    parts[i].part.oldest_ms > 0 ? parts[i].part.oldest_ms * 1000 : 0);
	metrics_gauge(out, "salesreg_parked_updates",
	    "Updates the bot could not handle and has put aside; counted as the outbox is.",
	    backlog->parked);
}

void exposition_bot(struct buf *out, const struct exposition_bot *bot)
{
	struct poller_stats polls = poller_stats(bot->poller);
	struct batch_stats batches = poller_batch_stats(bot->poller);
	struct delivery_stats sent = delivery_stats(bot->delivery);
	const struct delivery_waits *waits = delivery_waits(bot->delivery);
	enum poller_state state = poller_state(bot->poller);
	metrics_gauge(out, "salesreg_leader",
	    "1 if this bot receives the updates and delivers the outbox, 0 if it stands by.",
	    state != POLLER_STANDBY && state != POLLER_STOPPED);
	metrics_counter(out, "salesreg_polls_total", "Calls of getUpdates begun.", polls.polls);
	metrics_counter(out, "salesreg_poll_failures_total",
	    "Polls and steps towards them that failed and were put off.", polls.failures);
	metrics_counter(out, "salesreg_updates_total",
	    "Updates whose effects are committed, the parked ones included.", batches.updates);
	metrics_counter(out, "salesreg_update_batches_total",
	    "Transactions that committed updates.", batches.transactions);
	metrics_counter(out, "salesreg_update_batches_undone_total",
	    "Transactions over updates that were undone and tried again.", batches.retried);
	metrics_counter(out, "salesreg_updates_parked_total",
	    "Updates that could not be handled and were put aside.", batches.parked);
	metrics_histogram(out, "salesreg_batch_commit_seconds",
	    "Of a transaction over updates that committed: from its first statement to the answer "
	    "of "
	    "COMMIT.",
	    poller_batch_commits(bot->poller));
	metrics_counter(out, "salesreg_replies_total", "Replies whose sending was begun.",
	    histogram_count(&waits->replies));
	metrics_histogram(out, "salesreg_reply_latency_seconds",
	    "From the arrival of an update to the sending of its reply; for one that had to wait "
	    "in the "
	    "outbox, from its making.",
	    &waits->replies);
	metrics_histogram(out, "salesreg_notification_latency_seconds",
	    "From the making of a notification to its sending.", &waits->notifications);
	metrics_counter(out, "salesreg_replies_dropped_total",
	    "Replies that were not sent because more than 20 waited in their chat, and a newer one "
	    "says more.",
	    batches.crowded);
	metrics_counter(out, "salesreg_updates_flooded_total",
	    "Messages and presses that were not read, because their person writes faster than "
	    "people do.",
	    batches.flooded);
	metrics_counter(out, "salesreg_messages_superseded_total",
	    "Messages to prospects that were not sent: somebody else leads the conversation by "
	    "now, or the person has said STOP.",
	    sent.dropped);
	write_messages(out, &sent);
	metrics_counter(out, "salesreg_possible_duplicates_total",
	    "Messages that were sent again although they may have arrived.",
	    sent.possible_duplicates + polls.settled);
	write_calls(out, bot->telegram);
	if (bot->backlog && bot->backlog->parked >= 0)
		write_backlog(out, bot->backlog);
}

/* Assigning ------------------------------------------------------------------------------------------------------------------*/

void exposition_timers(struct buf *out, const struct timers *timers)
{
	struct timers_stats stats = timers_stats(timers);
	metrics_counter(out, "salesreg_timers_fired_total",
	    "Timers that ended in a message: to a prospect, or to a rep about one.", stats.fired);
	metrics_counter(out, "salesreg_timers_dropped_total",
	    "Timers whose reason had gone by the time they were due.", stats.dropped);
	metrics_counter(out, "salesreg_timers_postponed_total",
	    "Timers put off to waking hours, or to the next day's messages.", stats.moved);
	metrics_counter(out, "salesreg_timers_failed_total",
	    "Attempts on a timer that were undone and are made again.", stats.failed);
}

void exposition_outreach(
    struct buf *out, const struct assigner *assigner, const struct allocation_waiting *waiting)
{
	struct assigner_stats assigned = assigner_stats(assigner);
	metrics_counter(out, "salesreg_assignments_total",
	    "Prospects assigned that nobody had declined.", assigned.assigned);
	metrics_counter(out, "salesreg_reassignments_total",
	    "Prospects reassigned after a decline.", assigned.reassigned);
	metrics_counter(out, "salesreg_assignment_rounds_total", "Looks for something to assign.",
	    assigned.rounds);
	metrics_counter(out, "salesreg_assignment_retries_total",
	    "Rounds that were undone and tried again.", assigned.retried);
	metrics_histogram(out, "salesreg_assignment_seconds",
	    "Of a round that assigned something: from its first statement to the answer of COMMIT.",
	    assigner_rounds(assigner));
	if (waiting->prospects < 0)
		return;
	metrics_gauge(out, "salesreg_prospects_waiting",
	    "Prospects without a rep; counted every 5 s; 10,000 stands for that many or more.",
	    waiting->prospects);
	metrics_gauge_us(out, "salesreg_prospects_waiting_oldest_age_seconds",
	    "Age of the oldest prospect without a rep; 0 if there is none.",
	    waiting->oldest_ms > 0 ? waiting->oldest_ms * 1000 : 0);
}
