/* The filter of a release build, in children: whatever the build is, they end before a sanitizer would trace them. */
#include "salesreg/base/syscall_filter.h"
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* 0: it is as it should be; else the number of the line. */
typedef int attempt(void);

static int in_a_child(attempt *try)
{
	pid_t pid = fork();
	if (pid == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
		    syscall_filter_start(0) != ERR_OK)
			_exit(255);
		_exit(try());
	}
	int status = 0;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static bool fails(long result, int number)
{
	return result == -1 && errno == number;
}

static int executes(void)
{
	static char program[] = "/bin/true";
	char *argv[] = {program, NULL}, *environment[] = {NULL};
	return execve(program, argv, environment);
}

static int executes_a_descriptor(void)
{
	static char empty[] = "";
	char *argv[] = {empty, NULL}, *environment[] = {NULL};
	return (int)syscall(SYS_execveat, 0, "", argv, environment, 0x1000);
}

static int traces(void)
{
	return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static int reads_another(void)
{
	char byte;
	struct iovec to = {&byte, 1}, from = {&byte, 1};
	return (int)process_vm_readv(getppid(), &to, 1, &from, 1, 0);
}

static void what_has_no_innocent_use_ends_the_process(void **state)
{
	static attempt *const attempts[] = {executes, executes_a_descriptor, traces, reads_another};
	(void)state;
	for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
		int status = in_a_child(attempts[i]);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("attempt %zu: status %x", i, (unsigned)status);
	}
}

static int makes_sockets(void)
{
	static const int refused[] = {AF_NETLINK, AF_PACKET, AF_ALG, AF_VSOCK, AF_BLUETOOTH};
	static const int taken[] = {AF_UNIX, AF_INET, AF_INET6};
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		if (!fails(socket(refused[i], SOCK_DGRAM, 0), EAFNOSUPPORT))
			return __LINE__;
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		if (socket(taken[i], SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) < 0 &&
		    errno != EAFNOSUPPORT)
			return __LINE__;
	if (socket(AF_INET, SOCK_DGRAM, 0) < 0 ||
	    !fails(socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, 1), EPERM) ||
	    !fails(socket(AF_INET6, SOCK_RAW, 58), EPERM) ||
	    !fails(socket(AF_INET, SOCK_PACKET, 0x300), EPERM) ||
	    socket(AF_INET6, SOCK_STREAM, 0) < 0 || socket(AF_UNIX, SOCK_SEQPACKET, 0) < 0 ||
	    !fails(syscall(SYS_fspick, -1, "/", 0), EPERM))
		return __LINE__;
	return 0;
}

static int makes_processes(void)
{
	if (!fails(fork(), EPERM) || !fails(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0), EPERM))
		return __LINE__;
	return fails(unshare(CLONE_NEWUSER), EPERM) ? 0 : __LINE__;
}

static int does_what_needs_a_capability_or_a_hole(void)
{
	static const long calls[] = {SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_keyctl,
	    SYS_mount, SYS_setns, SYS_init_module, SYS_kexec_load, SYS_clock_settime};
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (!fails(syscall(calls[i], 0, 0, 0, 0, 0), EPERM))
			return __LINE__;
	return fails(syscall(SYS_io_uring_setup, 1, NULL), ENOSYS) ? 0 : __LINE__;
}

/* What the kernel, or the container's own filter, says to it. */
static int says_to(long call)
{
	errno = 0;
	return syscall(call, 0, 0, 0, 0, 0) == -1 ? errno : 0;
}

static void keyrings_are_left_to_who_needs_them(void **state)
{
	static const long calls[] = {SYS_keyctl, SYS_add_key, SYS_request_key};
	(void)state;
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		int without = says_to(calls[i]), status = 0;
		if (without == EPERM)
			print_message("call %ld IS REFUSED HERE ANYWAY: not judged\n", calls[i]);
		pid_t pid = fork();
		if (pid == 0) {
			if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
			    syscall_filter_start(SYSCALL_FILTER_KEYS) != ERR_OK ||
			    says_to(calls[i]) != without)
				_exit(1);
			/* filters add up, and the strictest counts */
			_exit(syscall_filter_start(0) == ERR_OK && says_to(calls[i]) == EPERM ? 0
											      : 2);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
}

static void *look_up(void *found)
{
	struct addrinfo *list = NULL;
	*(bool *)found = getaddrinfo("localhost", "80", NULL, &list) == 0 && list &&
			 fails(socket(AF_NETLINK, SOCK_RAW, 0), EAFNOSUPPORT);
	if (list)
		freeaddrinfo(list);
	return NULL;
}

/* In a thread of its own, which is held by it, too. */
static int lives_on(void)
{
	pthread_t thread;
	bool found = false;
	if (pthread_create(&thread, NULL, look_up, &found) != 0 || pthread_join(thread, NULL) != 0)
		return __LINE__;
	return found ? 0 : __LINE__;
}

static void the_rest_fails_and_is_lived_without(void **state)
{
	(void)state;
	assert_int_equal(in_a_child(makes_sockets), 0);
	assert_int_equal(in_a_child(makes_processes), 0);
	assert_int_equal(in_a_child(does_what_needs_a_capability_or_a_hole), 0);
	assert_int_equal(in_a_child(lives_on), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keyrings_are_left_to_who_needs_them),
	    cmocka_unit_test(what_has_no_innocent_use_ends_the_process),
	    cmocka_unit_test(the_rest_fails_and_is_lived_without),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
