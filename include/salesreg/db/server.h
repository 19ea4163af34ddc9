/*
 * Which PostgreSQL server this process works with. All its connections belong to one server: once a new connection has
 * reached another one (a standby was promoted), those to the old one are ended. A server of an earlier timeline than one
 * that was seen is refused: it is a primary that was replaced and came back, and what is written to it is lost. So is a
 * standby, to which nothing can be written.
 *
 * A primary that was frozen for a moment and replaced meanwhile looks as before to who was connected all the time: so the
 * other hosts of DATABASE_URL are asked now and then (db_server_look_around) whether one of them has gone on without it.
 *
 * It also finds out soon that a server is gone. A run whose answer is late (DB_LATE_MS) makes it ask the server for a new
 * connection; where even that is not answered, all connections are given up at once. A server that is only slow answers.
 *
 * Ownership: the caller's until db_server_destroy(); memory is kept until its last connection is closed.
 * Units: milliseconds. Errors: as said below. Callbacks: none of its own; a connection that is given up reports `lost`.
 * Thread safety: db_server_check() may be called from a thread of the pool, everything else belongs to the loop.
 */
#pragma once
#include "salesreg/base/err.h"
#include "salesreg/base/secret.h"
#include "salesreg/db/connect.h"
#include <uv.h>

enum { DB_LATE_MS = 2000, DB_ANSWER_MS = 1500, DB_LOOK_AROUND_MS = 10000 };

struct db_server;
struct guard_watch;
struct lock_watch;
/* Reads a service file, if the URI or the environment names one: at the start, not later. */
struct db_server *db_server_create(uv_loop_t *loop, const struct secret *uri);
void db_server_destroy(struct db_server *server);

/*
 * From a thread: whether a connection to this server may be used. ERR_UNAVAILABLE with `why`: it is of an earlier timeline,
 * or a standby.
 */
enum err db_server_check(
    struct db_server *server, const struct db_identity *identity, char *why, size_t size);

/*
 * What kind of trouble the last attempt to connect met, for a log that says each kind once: "refused" (a server that may not
 * be used), "hidden" (row-level security), "database" (any other). From any thread.
 */
const char *db_server_trouble(struct db_server *server);
/* Ends all connections to it. */
void db_server_give_up(struct db_server *server, const char *why);
/* From a thread: whether a server that may be used hides rows from this user. */
void db_server_hides(struct db_server *server, bool hides);
/* For how long the oldest question has been waiting for its answer; 0: none is. */
int64_t db_server_late_ms(const struct db_server *server);

/*
 * Tables of ours that were made anew under a process that works with them, by pg_restore --clean: `setup` is to be gone
 * through once more, with all that hangs on a new connection. home: the number of salesreg.home, which no other making of it
 * has. From a thread: setup has entered this one (db/home.h).
 */
void db_server_entered(struct db_server *server, int64_t home);
/* home: as the server has it now, 0 while it is being restored. If it is another one, all connections end. */
void db_server_saw_home(struct db_server *server, int64_t home);
/* How often that was so. From any thread. */
uint64_t db_server_restores(struct db_server *server);

/* Asks the other hosts, if there are any and it was not done within DB_LOOK_AROUND_MS. */
void db_server_look_around(struct db_server *server);

/* Who else holds locks (db/lock_watch.h): one watch for all connections of the process. */
struct lock_watch *db_server_locks(struct db_server *server);
/* Rights that are missing (db/guard.h), likewise. */
struct guard_watch *db_server_rights(struct db_server *server);

/* A connection, as its server sees it; embedded in the connection. For db/conn.c alone. */
struct db_server_member {
	/* Ends it, from the loop. */
	void (*discard)(struct db_server_member *member, const char *why);
	/* Since when an answer is waited for; 0: none is. */
	int64_t (*asked_us)(const struct db_server_member *member);
	/* Where it leads to, as libpq has it; false: nowhere at the moment. */
	bool (*where)(const struct db_server_member *member, char *host, size_t host_size,
	    char *address, size_t address_size, char *port, size_t port_size);
};
void db_server_join(struct db_server *server, struct db_server_member *member);
void db_server_leave(struct db_server *server, struct db_server_member *member);
/* A connection is open now; as db_server_check(), and the others are ended if it is another server than theirs. */
enum err db_server_admit(struct db_server *server, struct db_server_member *member,
    const struct db_identity *identity, char *why, size_t size);
/* A run of this connection is late. */
void db_server_suspect(struct db_server *server, const struct db_server_member *member);
