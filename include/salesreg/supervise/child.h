/*
 * Starts one process of the supervisor's: fork and exec of this very executable (or of another program).
 * Ownership: everything given is borrowed for the call; descriptors stay the caller's.
 * Errors: child_fork() returns -1 with errno. What fails in the child is said on stderr and is exit code
 * CHILD_EXIT_UNSTARTED.
 * Sources: prctl(2): PR_SET_PDEATHSIG is cleared by a change of credentials, so it is set after that, and tells of the end of
 * the *thread* that forked, so only the main thread may fork; it says nothing about a parent that was gone before, so the
 * parent's pid is compared after it. signal(7): dispositions to ignore and the mask survive exec.
 */
#pragma once
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	CHILD_ARGS_MAX = 16,
	CHILD_OWN_MAX = 4,
	CHILD_IPC_FD = 3,    /* in the child; SALESREG_IPC_FD says so */
	CHILD_LISTEN_FD = 4, /* in the child; SALESREG_LISTEN_FD says so */
	CHILD_EXIT_UNSTARTED = 126,
};

/* What to run; static for as long as the supervisor lives. */
struct child_spec {
	const char *name;                     /* for people, and on control sockets */
	const char *program;                  /* NULL: this executable */
	const char *argv[CHILD_ARGS_MAX + 1]; /* from argv[0] on, NULL at the end */
	const char
	    *own[CHILD_OWN_MAX +
		 1]; /* "NAME=value": in place of our own NAME and NAME_FILE; NULL at the end */
	unsigned
	    readers; /* enum config_reader: it gets what they read and no other variable; 0: all */
	int listen_fd; /* a listening socket to inherit, or -1 */
	bool vital;    /* without it the supervisor is of no use: its end is the supervisor's */

	/*
	 * A foreign program knows nothing of IPC: it is ready when is_up() says so, or without that when something accepts at
	 * accepts_path (a unix socket) or at accepts_port of the loopback; it is stopped after all workers, by a signal and
	 * within a time of its own.
	 */
	bool foreign;
	uint16_t accepts_port;
	const char *accepts_path;
	bool (*is_up)(const void *data); /* called every 100 ms until true; must not block */
	const void *data;
	int stop_signal, death_signal; /* 0: SIGTERM, SIGKILL */
	int stop_ms;

	bool drops_privileges; /* become this user, without supplementary groups */
	uid_t uid;
	gid_t gid;
};

/* ipc_fd: the child's end, or -1. In the main thread only. */
pid_t child_fork(const struct child_spec *spec, int ipc_fd);
/* "exit code 1", "killed by SIGSEGV (core dumped)" from a status of waitpid(2). */
void child_describe_end(int status, char *out, size_t size);
/* Empties the mask and gives every signal its default: what a process finds at its start is not ours to trust. */
void child_reset_signals(void);
