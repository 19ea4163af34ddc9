#include "salesreg/base/syscall_filter.h"
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define OUR_ARCH AUDIT_ARCH_RISCV64
#endif

#ifdef OUR_ARCH
enum { INSTRUCTIONS_MOST = 256, X32_BIT = 0x40000000, SOCKET_TYPE_BITS = 0xf };

#define KILL SECCOMP_RET_KILL_PROCESS
#define FAIL(number) (SECCOMP_RET_ERRNO | (number))

struct rule {
	uint32_t call, action;
};

/* What a sanitizer needs, too. */
static const struct rule strict[] = {
    {__NR_execve, KILL},
    {__NR_execveat, KILL},
    {__NR_ptrace, KILL},
#ifdef __NR_fork
    {__NR_fork, FAIL(EPERM)},
    {__NR_vfork, FAIL(EPERM)},
#endif
#ifdef __NR_clone3
    {__NR_clone3, FAIL(ENOSYS)},
#endif
};

static const struct rule always[] = {
    {__NR_process_vm_readv, KILL},
    {__NR_process_vm_writev, KILL},
#ifdef __NR_pidfd_getfd
    {__NR_pidfd_getfd, FAIL(EPERM)},
#endif
    {__NR_kcmp, FAIL(EPERM)},
#ifdef __NR_io_uring_setup
    {__NR_io_uring_setup, FAIL(ENOSYS)},
    {__NR_io_uring_enter, FAIL(ENOSYS)},
    {__NR_io_uring_register, FAIL(ENOSYS)},
#endif
    {__NR_unshare, FAIL(EPERM)},
    {__NR_setns, FAIL(EPERM)},
    {__NR_mount, FAIL(EPERM)},
    {__NR_umount2, FAIL(EPERM)},
    {__NR_pivot_root, FAIL(EPERM)},
    {__NR_chroot, FAIL(EPERM)},
#ifdef __NR_open_tree
    {__NR_open_tree, FAIL(EPERM)},
    {__NR_move_mount, FAIL(EPERM)},
    {__NR_fsopen, FAIL(EPERM)},
    {__NR_fsmount, FAIL(EPERM)},
    {__NR_fsconfig, FAIL(EPERM)},
    {__NR_fspick, FAIL(EPERM)},
#endif
#ifdef __NR_mount_setattr
    {__NR_mount_setattr, FAIL(EPERM)},
#endif
    {__NR_open_by_handle_at, FAIL(EPERM)},
    {__NR_swapon, FAIL(EPERM)},
    {__NR_swapoff, FAIL(EPERM)},
    {__NR_reboot, FAIL(EPERM)},
    {__NR_acct, FAIL(EPERM)},
    {__NR_quotactl, FAIL(EPERM)},
    {__NR_init_module, FAIL(EPERM)},
    {__NR_finit_module, FAIL(EPERM)},
    {__NR_delete_module, FAIL(EPERM)},
    {__NR_kexec_load, FAIL(EPERM)},
#ifdef __NR_kexec_file_load
    {__NR_kexec_file_load, FAIL(EPERM)},
#endif
    {__NR_bpf, FAIL(EPERM)},
    {__NR_perf_event_open, FAIL(EPERM)},
    {__NR_userfaultfd, FAIL(EPERM)},
    {__NR_settimeofday, FAIL(EPERM)},
    {__NR_clock_settime, FAIL(EPERM)},
    {__NR_adjtimex, FAIL(EPERM)},
    {__NR_clock_adjtime, FAIL(EPERM)},
    {__NR_sethostname, FAIL(EPERM)},
    {__NR_setdomainname, FAIL(EPERM)},
    {__NR_personality, FAIL(EPERM)},
#ifdef __NR_iopl
    {__NR_iopl, FAIL(EPERM)},
    {__NR_ioperm, FAIL(EPERM)},
    {__NR_modify_ldt, FAIL(EPERM)},
#endif
};

/* The kernel's keyrings, where Kerberos may keep its tickets (ccache type KEYRING). */
static const struct rule keys[] = {
    {__NR_add_key, FAIL(EPERM)},
    {__NR_request_key, FAIL(EPERM)},
    {__NR_keyctl, FAIL(EPERM)},
};

struct program {
	struct sock_filter code[INSTRUCTIONS_MOST];
	unsigned short size;
};

static void add(struct program *p, struct sock_filter instruction)
{
	p->code[p->size++] = instruction;
}

/* Arguments are 64 bits wide; of those looked at the kernel takes the lower half, which comes first on these machines. */
static void load(struct program *p, size_t offset)
{
	add(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

/* Jumps count the instructions that are skipped. */
static void jump(struct program *p, uint16_t test, uint32_t value, uint8_t if_so, uint8_t if_not)
{
	add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | test | BPF_K, value, if_so, if_not));
}

static void end(struct program *p, uint32_t action)
{
	add(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

static void add_rules(struct program *p, const struct rule *rules, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		jump(p, BPF_JEQ, rules[i].call, 0, 1);
		end(p, rules[i].action);
	}
}

/* A new thread, and nothing else. */
static void add_clone(struct program *p)
{
	jump(p, BPF_JEQ, __NR_clone, 0, 4);
	load(p, offsetof(struct seccomp_data, args[0]));
	jump(p, BPF_JSET, CLONE_THREAD, 0, 1);
	end(p, SECCOMP_RET_ALLOW);
	end(p, FAIL(EPERM));
}

static void add_socket(struct program *p)
{
	jump(p, BPF_JEQ, __NR_socket, 0, 11);
	load(p, offsetof(struct seccomp_data, args[0]));
	jump(p, BPF_JEQ, AF_UNIX, 8, 0);
	jump(p, BPF_JEQ, AF_INET, 2, 0);
	jump(p, BPF_JEQ, AF_INET6, 1, 0);
	end(p, FAIL(EAFNOSUPPORT));
	load(p, offsetof(struct seccomp_data, args[1]));
	add(p, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, SOCKET_TYPE_BITS));
	/* no others: SOCK_RAW, and SOCK_PACKET, which is a packet socket by another name */
	jump(p, BPF_JEQ, SOCK_STREAM, 2, 0);
	jump(p, BPF_JEQ, SOCK_DGRAM, 1, 0);
	end(p, FAIL(EPERM));
	end(p, SECCOMP_RET_ALLOW);
}

enum err syscall_filter_start(unsigned allowed)
{
	struct program p = {.size = 0};
	load(&p, offsetof(struct seccomp_data, arch));
	jump(&p, BPF_JEQ, OUR_ARCH, 1, 0);
	end(&p, KILL);
	load(&p, offsetof(struct seccomp_data, nr));
#ifdef __x86_64__
	jump(&p, BPF_JGE, X32_BIT, 0, 1);
	end(&p, KILL);
#endif
	add_rules(&p, always, sizeof always / sizeof *always);
	if (!(allowed & SYSCALL_FILTER_KEYS))
		add_rules(&p, keys, sizeof keys / sizeof *keys);
	if (!(allowed & SYSCALL_FILTER_SANITIZER)) {
		add_rules(&p, strict, sizeof strict / sizeof *strict);
		add_clone(&p);
	}
	add_socket(&p);
	end(&p, SECCOMP_RET_ALLOW);
	struct sock_fprog program = {.len = p.size, .filter = p.code};
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0 ? ERR_OK
									       : ERR_UNAVAILABLE;
}
#else
enum err syscall_filter_start(unsigned allowed)
{
	(void)allowed;
	errno = ENOSYS;
	return ERR_UNAVAILABLE;
}
#endif

bool syscall_filter_is_sanitized(void)
{
#if defined(__SANITIZE_ADDRESS__)
	return true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
	return true;
#else
	return false;
#endif
#else
	return false;
#endif
}
