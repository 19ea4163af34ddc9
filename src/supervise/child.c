#include "salesreg/supervise/child.h"
#include "salesreg/base/config.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ENVIRONMENT_MAX = 2048, FIRST_SAFE_FD = 10 };

/* Between fork and exec: async-signal-safe calls only (signal-safety(7)), so that threads of libraries cannot hurt. */
static void fail(const char *doing)
{
	const char *why = strerrordesc_np(errno);
	char line[256];
	size_t n = 0;
	const char *const parts[] = {"salesreg: a worker cannot be started: ", doing, ": ",
	    why ? why : "unknown error", "\n"};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		size_t length = strnlen(parts[i], sizeof line - n);
		memcpy(line + n, parts[i], length);
		n += length;
	}
	if (write(STDERR_FILENO, line, n) < 0)
		_exit(CHILD_EXIT_UNSTARTED);
	_exit(CHILD_EXIT_UNSTARTED);
}

static void reset_dispositions(void)
{
	struct sigaction standard = {.sa_handler = SIG_DFL};
	for (int number = 1; number < NSIG; number++)
		(void)sigaction(number, &standard, NULL); /* KILL, STOP and libc's own say no */
}

void child_reset_signals(void)
{
	reset_dispositions();
	sigset_t none;
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Puts fd at its place in the child; whatever is there is not needed. */
static void place(int fd, int at)
{
	if (fd >= 0 && dup2(fd, at) < 0) /* the copy is not closed by exec */
		fail("dup2");
}

static void arrange_descriptors(const struct child_spec *spec, int ipc_fd)
{
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	place(nothing, STDIN_FILENO);
	/* out of the way first: either may sit where the other belongs */
	int ipc = ipc_fd < 0 ? -1 : fcntl(ipc_fd, F_DUPFD_CLOEXEC, FIRST_SAFE_FD);
	int listen =
	    spec->listen_fd < 0 ? -1 : fcntl(spec->listen_fd, F_DUPFD_CLOEXEC, FIRST_SAFE_FD);
	(void)close_range(CHILD_IPC_FD, FIRST_SAFE_FD - 1, 0);
	place(ipc, CHILD_IPC_FD);
	place(listen, CHILD_LISTEN_FD);
	(void)close_range(FIRST_SAFE_FD, ~0U, 0);
}

static void drop_privileges(const struct child_spec *spec)
{
	if (setgroups(0, NULL) != 0 || setresgid(spec->gid, spec->gid, spec->gid) != 0 ||
	    setresuid(spec->uid, spec->uid, spec->uid) != 0)
		fail("dropping privileges");
}

static void become(
    const struct child_spec *spec, int ipc_fd, pid_t supervisor, char *const environment[])
{
	reset_dispositions();
	/* A session of its own: Ctrl-C is for the supervisor, which then asks in order. */
	(void)setsid();
	arrange_descriptors(spec, ipc_fd);
	if (spec->drops_privileges)
		drop_privileges(spec);
	if (prctl(PR_SET_PDEATHSIG, spec->death_signal ? spec->death_signal : SIGKILL) != 0)
		fail("prctl");
	if (getppid() != supervisor)
		_exit(CHILD_EXIT_UNSTARTED);
	sigset_t none;
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	char *const *argv = (char *const *)(uintptr_t)spec->argv;
	(void)execve(spec->program ? spec->program : "/proc/self/exe", argv, environment);
	fail("exec");
}

/* "NAME=…" or "NAME_FILE=…", and the child has a NAME of its own. */
static bool is_replaced(const struct child_spec *spec, const char *variable)
{
	for (const char *const *own = spec->own; *own; own++) {
		size_t n = (size_t)(strchrnul(*own, '=') - *own);
		if (strncmp(variable, *own, n) == 0 &&
		    (variable[n] == '=' || strncmp(variable + n, "_FILE=", 6) == 0))
			return true;
	}
	return false;
}

static bool is_ours(const char *variable)
{
	static const char *const ours[] = {"SALESREG_IPC_FD=", "SALESREG_LISTEN_FD=",
	    "NOTIFY_SOCKET=", "WATCHDOG_USEC=", "WATCHDOG_PID="};
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		if (strncmp(variable, ours[i], strlen(ours[i])) == 0)
			return true;
	return false;
}

/* The environment of the child: of ours what it reads, without what is for the supervisor alone. */
static char **environment_of(const struct child_spec *spec, int ipc_fd)
{
	static char ipc[] = "SALESREG_IPC_FD=3", listen[] = "SALESREG_LISTEN_FD=4";
	static char *environment[ENVIRONMENT_MAX + CHILD_OWN_MAX + 3];
	_Static_assert(CHILD_IPC_FD == 3 && CHILD_LISTEN_FD == 4, "the texts above");
	size_t n = 0;
	for (char **variable = environ; *variable && n < ENVIRONMENT_MAX; variable++)
		if (!is_ours(*variable) && !is_replaced(spec, *variable) &&
		    (!spec->readers || config_passes(*variable, spec->readers)))
			environment[n++] = *variable;
	for (size_t i = 0; i < CHILD_OWN_MAX && spec->own[i]; i++)
		environment[n++] = (char *)(uintptr_t)spec->own[i];
	if (ipc_fd >= 0)
		environment[n++] = ipc;
	if (spec->listen_fd >= 0)
		environment[n++] = listen;
	environment[n] = NULL;
	return environment;
}

pid_t child_fork(const struct child_spec *spec, int ipc_fd)
{
	assert(getpid() == gettid());
	sigset_t all, before;
	(void)sigfillset(&all);
	pid_t supervisor = getpid();
	char **environment = environment_of(spec, ipc_fd);
	(void)sigprocmask(SIG_SETMASK, &all, &before);
	pid_t pid = fork();
	if (pid == 0)
		become(spec, ipc_fd, supervisor, environment);
	int saved = errno;
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	errno = saved;
	return pid;
}

void child_describe_end(int status, char *out, size_t size)
{
	if (WIFEXITED(status)) {
		(void)snprintf(out, size, "exit code %d", WEXITSTATUS(status));
		return;
	}
	const char *name = sigabbrev_np(WTERMSIG(status));
	if (name)
		(void)snprintf(out, size, "killed by SIG%s%s", name,
		    WCOREDUMP(status) ? " (core dumped)" : "");
	else
		(void)snprintf(out, size, "killed by signal %d", WTERMSIG(status));
}
