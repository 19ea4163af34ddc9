#include "salesreg/role/demo_postgres.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OLD_SERVER_LOOKS = 300, OLD_SERVER_LOOK_US = 100 * 1000, STOP_MS = 30000, STATUS_LINE = 8 };

static bool join(char out[DEMO_PATH_MAX], const char *dir, const char *name)
{
	return snprintf(out, DEMO_PATH_MAX, "%.440s/%.64s", dir, name) < DEMO_PATH_MAX;
}

static bool is_program(const char *dir, const char *name)
{
	char path[DEMO_PATH_MAX];
	return join(path, dir, name) && access(path, X_OK) == 0;
}

/* The first line of a small file. */
static bool read_line(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t n = read(fd, out, size - 1);
	(void)close(fd);
	out[n > 0 ? n : 0] = '\0';
	out[strcspn(out, "\n")] = '\0';
	return n > 0;
}

/* Finding the programs ---------------------------------------------------------------------------------------------------*/

/* Debian keeps each major version apart: /usr/lib/postgresql/15/bin. version: "" for the newest. */
static bool find_debian(struct demo_postgres *p, const char *version)
{
	char pattern[DEMO_PATH_MAX];
	(void)snprintf(
	    pattern, sizeof pattern, "/usr/lib/postgresql/%s/bin/initdb", *version ? version : "*");
	glob_t found;
	if (glob(pattern, 0, NULL, &found) != 0)
		return false;
	long best = 0;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		long number = strtol(found.gl_pathv[i] + strlen("/usr/lib/postgresql/"), NULL, 10);
		if (number <= best)
			continue;
		best = number;
		(void)snprintf(
		    p->programs, sizeof p->programs, "/usr/lib/postgresql/%ld/bin", number);
	}
	globfree(&found);
	return best > 0;
}

/* Elsewhere they are in the PATH; whether the version fits, the server itself will say. */
static bool find_in_path(struct demo_postgres *p)
{
	const char *path = getenv("PATH");
	char copy[4096];
	(void)snprintf(copy, sizeof copy, "%s", path ? path : "");
	char *rest = copy;
	for (char *dir; (dir = strsep(&rest, ":"));) {
		if (*dir != '/' || !is_program(dir, "initdb") || !is_program(dir, "postgres"))
			continue;
		(void)snprintf(p->programs, sizeof p->programs, "%.400s", dir);
		return true;
	}
	return false;
}

bool demo_postgres_find(struct demo_postgres *p, char *message, size_t message_size)
{
	char version_file[DEMO_PATH_MAX], version[32] = "";
	(void)join(p->data, p->dir, "pgdata");
	(void)join(p->socket_dir, p->dir, "socket");
	(void)join(version_file, p->data, "PG_VERSION");
	(void)join(p->socket, p->socket_dir, ".s.PGSQL.5432");
	(void)snprintf(p->socket_option, sizeof p->socket_option, "unix_socket_directories=%.400s",
	    p->socket_dir);
	(void)snprintf(p->url, sizeof p->url,
	    "postgresql:///postgres?host=%.400s&port=5432&user=salesreg", p->socket_dir);
	(void)read_line(version_file, version, sizeof version);
	if (strspn(version, "0123456789") != strlen(version))
		version[0] = '\0';
	if (find_debian(p, version) || find_in_path(p)) {
		(void)join(p->server, p->programs, "postgres");
		return true;
	}
	if (*version)
		(void)snprintf(message, message_size,
		    "the demo's data in %s was made by PostgreSQL %s, which is not installed: "
		    "install it "
		    "(apt-get install postgresql-%s), or begin anew with --data DIRECTORY",
		    p->dir, version, version);
	else
		(void)snprintf(message, message_size,
		    "PostgreSQL is not installed: apt-get install postgresql, or use "
		    "./quickstart.sh, "
		    "which does it for you");
	return false;
}

/* The cluster ------------------------------------------------------------------------------------------------------------*/

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
	(void)info, (void)kind, (void)where;
	return remove(path);
}

static bool run_initdb(
    const struct demo_postgres *p, const char *fresh, char *message, size_t message_size)
{
	char program[DEMO_PATH_MAX], log_path[DEMO_PATH_MAX];
	(void)join(program, p->programs, "initdb");
	(void)join(log_path, p->dir, "initdb.log");
	/* The path is argv[0], too: by it the program finds its siblings.
	 * Whoever can reach the socket, in a directory of ours alone, is us: hence "trust". */
	struct child_spec spec = {.name = "initdb",
	    .program = program,
	    .argv = {program, "-D", fresh, "-U", "salesreg", "-E", "UTF8", "--locale=C.UTF-8",
		"--auth=trust", "--no-instructions"},
	    .listen_fd = -1};
	/* what it says is for when it fails */
	int log = open(log_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO), status = -1;
	if (log >= 0 && out >= 0 && err >= 0) {
		(void)fflush(NULL);
		(void)dup2(log, STDOUT_FILENO);
		(void)dup2(log, STDERR_FILENO);
		pid_t pid = child_fork(&spec, -1);
		(void)dup2(out, STDOUT_FILENO);
		(void)dup2(err, STDERR_FILENO);
		while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	for (size_t i = 0; i < 3; i++) {
		int fd = (int[]){log, out, err}[i];
		if (fd >= 0)
			(void)close(fd);
	}
	if (status == 0)
		return true;
	(void)snprintf(message, message_size,
	    "PostgreSQL's initdb failed; %s says why (no space left on the disk?)", log_path);
	return false;
}

/* Under another name until it is whole: a first run may be interrupted. */
static bool make_cluster(const struct demo_postgres *p, char *message, size_t message_size)
{
	char fresh[DEMO_PATH_MAX];
	(void)join(fresh, p->dir, "pgdata.new");
	if (access(fresh, F_OK) == 0 && nftw(fresh, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0) {
		(void)snprintf(message, message_size,
		    "%s is left from an interrupted start and cannot be removed (%s): remove it",
		    fresh, strerror(errno));
		return false;
	}
	if (!run_initdb(p, fresh, message, message_size))
		return false;
	if (rename(fresh, p->data) == 0)
		return true;
	(void)snprintf(message, message_size, "%s cannot be renamed to %s: %s", fresh, p->data,
	    strerror(errno));
	return false;
}

/* A process of a server of this very cluster, or 0: they all work in its data directory. */
static long find_server(const char *data)
{
	char real[4096], link[64], found[4096];
	long pid = 0;
	DIR *processes = realpath(data, real) ? opendir("/proc") : NULL;
	for (const struct dirent *e; processes && pid == 0 && (e = readdir(processes));) {
		long number = strtol(e->d_name, NULL, 10);
		if (number <= 0)
			continue;
		(void)snprintf(link, sizeof link, "/proc/%ld/cwd", number);
		ssize_t n = readlink(link, found, sizeof found - 1);
		found[n > 0 ? n : 0] = '\0';
		if (n > 0 && strcmp(found, real) == 0)
			pid = number;
	}
	if (processes)
		(void)closedir(processes);
	return pid;
}

/*
 * After a kill -9 of everything the lock files stay, and their pid may by now be any other process of ours: pids are small
 * and soon used again in a container. Nobody else starts this cluster, for the demo's own lock is held.
 */
static bool clear_locks(const struct demo_postgres *p, char *message, size_t message_size)
{
	char pid_file[DEMO_PATH_MAX], lock[DEMO_PATH_MAX];
	(void)join(pid_file, p->data, "postmaster.pid");
	(void)join(lock, p->socket_dir, ".s.PGSQL.5432.lock");
	long pid;
	for (int i = 0; (pid = find_server(p->data)) > 0; i++) {
		if (i == OLD_SERVER_LOOKS) {
			(void)snprintf(message, message_size,
			    "the demo's PostgreSQL of an earlier run does not end (pid %ld): kill "
			    "-TERM %ld",
			    pid, pid);
			return false;
		}
		(void)usleep(OLD_SERVER_LOOK_US);
	}
	(void)unlink(pid_file);
	(void)unlink(lock);
	(void)unlink(p->socket);
	return true;
}

bool demo_postgres_prepare(
    struct demo_postgres *p, void (*say)(const char *), char *message, size_t message_size)
{
	char version_file[DEMO_PATH_MAX];
	(void)join(version_file, p->data, "PG_VERSION");
	if (mkdir(p->socket_dir, 0700) != 0 && errno != EEXIST) {
		(void)snprintf(
		    message, message_size, "%s cannot be made: %s", p->socket_dir, strerror(errno));
		return false;
	}
	if (access(version_file, F_OK) == 0)
		return clear_locks(p, message, message_size);
	say("Creating a private PostgreSQL (first run only, a few seconds).");
	return make_cluster(p, message, message_size);
}

/* Its socket accepts before it does: after a crash it may be a while until it has recovered. */
static bool is_up(const void *data)
{
	const struct demo_postgres *p = data;
	char path[DEMO_PATH_MAX], text[1024];
	(void)join(path, p->data, "postmaster.pid");
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t n = read(fd, text, sizeof text - 1);
	(void)close(fd);
	text[n > 0 ? n : 0] = '\0';
	const char *line = text;
	for (int i = 1; line && i < STATUS_LINE; i++) {
		line = strchr(line, '\n');
		line += line != NULL;
	}
	return line && strncmp(line, "ready", 5) == 0;
}

struct child_spec demo_postgres_child(const struct demo_postgres *p)
{
	/* log_min_messages: what a demo's user need not read; a server that cannot start still says why */
	return (struct child_spec){.name = "postgres",
	    .program = p->server,
	    .argv = {p->server, "-D", p->data, "-c", "listen_addresses=", "-c", p->socket_option,
		"-c", "port=5432", "-c", "log_min_messages=fatal", "-c", "shared_buffers=32MB",
		"-c", "max_connections=30"},
	    .vital = true,
	    .listen_fd = -1,
	    .foreign = true,
	    .is_up = is_up,
	    .data = p,
	    .stop_signal = SIGINT,
	    .death_signal = SIGQUIT,
	    .stop_ms = STOP_MS};
}
