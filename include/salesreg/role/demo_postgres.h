/*
 * The demo's own PostgreSQL: finds the programs, makes the cluster on the first run, and describes the server as a child
 * of the supervisor. Only a unix socket, which nobody else can reach; never as root.
 * Ownership: the caller's struct, filled here; the child_spec borrows from it.
 * Errors: false with one line in message: what happened and what to do.
 * Everything here blocks, before there is a loop.
 * Sources: PostgreSQL documentation, "initdb", "postgres" (options, signals: SIGINT is fast shutdown, SIGQUIT immediate),
 * 20.3 (unix_socket_directories); src/backend/utils/init/miscinit.c, CreateLockFile: a lock file whose pid is alive under
 * the same user keeps the server from starting, whatever that process is; src/include/utils/pidfile.h: line 8 of
 * postmaster.pid is the server's status.
 */
#pragma once
#include "salesreg/supervise/child.h"
#include <stddef.h>

enum { DEMO_PATH_MAX = 512, DEMO_DIR_MAX = 80 /* a socket's path holds 107 characters */ };

struct demo_postgres {
	char dir[DEMO_DIR_MAX + 1]; /* the demo's; given */
	char programs[DEMO_PATH_MAX], server[DEMO_PATH_MAX], data[DEMO_PATH_MAX];
	char socket_dir[DEMO_PATH_MAX], socket[DEMO_PATH_MAX], socket_option[DEMO_PATH_MAX];
	char url[DEMO_PATH_MAX];
};

/* Fills in paths from dir; finds the programs that fit the cluster there, or the newest ones. */
bool demo_postgres_find(struct demo_postgres *p, char *message, size_t message_size);
/* Makes the cluster if there is none. Calls say() before what takes a few seconds. */
bool demo_postgres_prepare(
    struct demo_postgres *p, void (*say)(const char *), char *message, size_t message_size);
struct child_spec demo_postgres_child(const struct demo_postgres *p);
