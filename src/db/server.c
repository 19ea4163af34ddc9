#include "salesreg/db/server.h"
#include "salesreg/base/clock.h"
#include "salesreg/base/fault_log.h"
#include "salesreg/base/log.h"
#include "salesreg/db/guard.h"
#include "salesreg/db/lock_watch.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECTIONS_MOST = 80, HOSTS_MOST = 16 };

static const char REFUSED[] = "refused", HIDDEN[] = "hidden";

struct db_server {
	const struct secret *uri;
	uv_loop_t *loop;
	uv_mutex_t lock; /* of the next five, which threads use */
	struct db_identity current;
	uint64_t generation;
	int64_t home; /* 0: not known */
	uint64_t restores;
	const char *trouble; /* static; NULL: none */
	struct fault_log restarts, silences;
	struct lock_watch locks;
	struct guard_watch rights;
	struct db_server_member *members[CONNECTIONS_MOST];
	size_t count;
	/* asking for a new connection, on the thread pool */
	uv_work_t work;
	bool asking, destroyed, answered;
	uint64_t asked_generation;
	char host[256], address[64], port[16];
	/* asking the other hosts, likewise */
	uv_work_t around;
	bool several, looking;
	int64_t looked_us;
	struct db_identity hosts[HOSTS_MOST];
	size_t host_count;
};

struct db_server *db_server_create(uv_loop_t *loop, const struct secret *uri)
{
	struct db_server *s = calloc(1, sizeof *s);
	if (!s || uv_mutex_init(&s->lock) != 0)
		abort();
	s->loop = loop;
	s->uri = uri;
	s->several = db_has_several_hosts(secret_reveal(uri));
	s->work.data = s->around.data = s;
	return s;
}

/* The last of: its owner, its connections (a thread may still be opening one), its question. */
static void free_if_unused(struct db_server *s)
{
	if (!s->destroyed || s->asking || s->looking || s->count > 0)
		return;
	uv_mutex_destroy(&s->lock);
	free(s);
}

void db_server_destroy(struct db_server *s)
{
	if (!s)
		return;
	s->destroyed = true;
	if (s->asking)
		(void)uv_cancel((uv_req_t *)&s->work); /* on_asked() comes, cancelled or not */
	if (s->looking)
		(void)uv_cancel((uv_req_t *)&s->around);
	free_if_unused(s);
}

/* Two clusters have nothing to do with each other, so their timelines cannot be compared. */
static bool same_cluster(const struct db_identity *a, const struct db_identity *b)
{
	return !a->system[0] || !b->system[0] || strcmp(a->system, b->system) == 0;
}

static bool same_server(const struct db_identity *a, const struct db_identity *b)
{
	return same_cluster(a, b) && a->timeline == b->timeline && a->started_us == b->started_us;
}

static bool same_place(const struct db_identity *a, const struct db_identity *b)
{
	return same_cluster(a, b) && a->timeline == b->timeline && strcmp(a->where, b->where) == 0;
}

static enum err check(
    const struct db_server *s, const struct db_identity *identity, char *why, size_t size)
{
	if (identity->timeline == 0) {
		(void)snprintf(why, size,
		    "%s is a standby, and nothing can be written to it; DATABASE_URL has to name "
		    "the primary, too",
		    identity->where);
		return ERR_UNAVAILABLE;
	}
	if (s->generation == 0 || !same_cluster(&s->current, identity) ||
	    identity->timeline >= s->current.timeline)
		return ERR_OK;
	(void)snprintf(why, size,
	    "%s is an old primary: it is on timeline %lld, and %s was on %lld; stop it, or make a "
	    "standby of it with pg_rewind; if it was restored on purpose, restart salesreg",
	    identity->where, (long long)identity->timeline, s->current.where,
	    (long long)s->current.timeline);
	return ERR_UNAVAILABLE;
}

enum err db_server_check(
    struct db_server *s, const struct db_identity *identity, char *why, size_t size)
{
	uv_mutex_lock(&s->lock);
	enum err err = check(s, identity, why, size);
	if (err != ERR_OK)
		s->trouble = REFUSED;
	else if (s->trouble == REFUSED)
		s->trouble = NULL; /* whether rows are hidden is not known yet (db_server_hides) */
	uv_mutex_unlock(&s->lock);
	return err;
}

void db_server_entered(struct db_server *s, int64_t home)
{
	uv_mutex_lock(&s->lock);
	s->home = home;
	uv_mutex_unlock(&s->lock);
}

uint64_t db_server_restores(struct db_server *s)
{
	uv_mutex_lock(&s->lock);
	uint64_t restores = s->restores;
	uv_mutex_unlock(&s->lock);
	return restores;
}

void db_server_saw_home(struct db_server *s, int64_t home)
{
	uv_mutex_lock(&s->lock);
	bool restored = s->home && home && s->home != home;
	if (restored) {
		s->home = 0;
		s->restores++;
	}
	uv_mutex_unlock(&s->lock);
	if (restored)
		db_server_give_up(s, "the database was restored from a dump meanwhile");
}

struct lock_watch *db_server_locks(struct db_server *s)
{
	return &s->locks;
}

struct guard_watch *db_server_rights(struct db_server *s)
{
	return &s->rights;
}

const char *db_server_trouble(struct db_server *s)
{
	uv_mutex_lock(&s->lock);
	const char *trouble = s->trouble;
	uv_mutex_unlock(&s->lock);
	return trouble ? trouble : "database";
}

void db_server_hides(struct db_server *s, bool hides)
{
	uv_mutex_lock(&s->lock);
	if (hides)
		s->trouble = HIDDEN;
	else if (s->trouble == HIDDEN)
		s->trouble = NULL;
	uv_mutex_unlock(&s->lock);
}

enum err db_server_admit(struct db_server *s, struct db_server_member *member,
    const struct db_identity *identity, char *why, size_t size)
{
	enum err err = check(s, identity, why, size);
	if (err != ERR_OK || (s->generation > 0 && same_server(&s->current, identity)))
		return err;
	(void)fault_log_end(&s->silences);
	if (s->generation > 0 && same_place(&s->current, identity)) {
		fault_log_warn(
		    &s->restarts, "the database server %s was restarted", identity->where);
		(void)fault_log_end(&s->restarts);
	} else if (s->generation > 0) {
		log_warn("the database is now %s on timeline %lld; it was %s on timeline %lld",
		    identity->where, (long long)identity->timeline, s->current.where,
		    (long long)s->current.timeline);
	}
	uv_mutex_lock(&s->lock);
	s->current = *identity;
	s->generation++;
	uv_mutex_unlock(&s->lock);
	for (size_t i = 0; i < s->count; i++)
		if (s->members[i] != member)
			s->members[i]->discard(
			    s->members[i], "another server has taken this one's place");
	return ERR_OK;
}

int64_t db_server_late_ms(const struct db_server *s)
{
	int64_t oldest_us = 0, now = clock_monotonic_us();
	for (size_t i = 0; i < s->count; i++) {
		int64_t since = s->members[i]->asked_us(s->members[i]);
		if (since && (oldest_us == 0 || since < oldest_us))
			oldest_us = since;
	}
	return oldest_us ? (now - oldest_us) / 1000 : 0;
}

void db_server_give_up(struct db_server *s, const char *why)
{
	for (size_t i = 0; i < s->count; i++)
		s->members[i]->discard(s->members[i], why);
}

void db_server_join(struct db_server *s, struct db_server_member *member)
{
	assert(s->count < CONNECTIONS_MOST);
	s->members[s->count++] = member;
}

void db_server_leave(struct db_server *s, struct db_server_member *member)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->members[i] == member)
			s->members[i] = s->members[--s->count];
	free_if_unused(s);
}

static void ask_in_thread(uv_work_t *work)
{
	struct db_server *s = work->data;
	s->answered = db_answers(secret_reveal(s->uri), s->host, s->address, s->port, DB_ANSWER_MS);
}

static void on_asked(uv_work_t *work, int status)
{
	struct db_server *s = work->data;
	s->asking = false;
	if (s->destroyed) {
		free_if_unused(s);
		return;
	}
	if (status != 0 || s->answered || s->asked_generation != s->generation)
		return;
	if (db_server_late_ms(s) < DB_LATE_MS)
		return; /* it has answered meanwhile */
	fault_log_warn(&s->silences,
	    "the database server %s does not answer; its connections are given up",
	    s->current.where);
	db_server_give_up(s, "the server does not answer");
}

void db_server_suspect(struct db_server *s, const struct db_server_member *member)
{
	if (s->asking || s->destroyed ||
	    !member->where(member, s->host, sizeof s->host, s->address, sizeof s->address, s->port,
		sizeof s->port))
		return;
	s->asked_generation = s->generation;
	s->asking = uv_queue_work(s->loop, &s->work, ask_in_thread, on_asked) == 0;
}

static void look_in_thread(uv_work_t *work)
{
	struct db_server *s = work->data;
	s->host_count = db_identify_hosts(secret_reveal(s->uri), s->hosts, HOSTS_MOST);
}

static void on_looked(uv_work_t *work, int status)
{
	struct db_server *s = work->data;
	s->looking = false;
	if (s->destroyed) {
		free_if_unused(s);
		return;
	}
	for (size_t i = 0; status == 0 && i < s->host_count; i++) {
		const struct db_identity *host = &s->hosts[i];
		if (!same_cluster(host, &s->current) || host->timeline <= s->current.timeline)
			continue;
		log_warn(
		    "the database has gone on without %s (timeline %lld): %s is on timeline %lld",
		    s->current.where, (long long)s->current.timeline, host->where,
		    (long long)host->timeline);
		/* from now on the old one is refused, also if the new one cannot be reached at the moment */
		uv_mutex_lock(&s->lock);
		s->current = *host;
		s->generation++;
		uv_mutex_unlock(&s->lock);
		db_server_give_up(s, "another server has taken this one's place");
	}
}

void db_server_look_around(struct db_server *s)
{
	int64_t now = clock_monotonic_us();
	if (s->looking || s->destroyed || s->generation == 0 || !s->several ||
	    now - s->looked_us < (int64_t)DB_LOOK_AROUND_MS * 1000)
		return;
	s->looked_us = now;
	s->looking = uv_queue_work(s->loop, &s->around, look_in_thread, on_looked) == 0;
}
