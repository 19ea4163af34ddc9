#include "salesreg/supervise/run_dir.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

bool run_dir_find(
    const char *configured, char dir[RUN_DIR_MAX + 1], char *message, size_t message_size)
{
	const char *user_dir = getenv("XDG_RUNTIME_DIR");
	int n;
	if (configured)
		n = snprintf(dir, RUN_DIR_MAX + 1, "%s", configured);
	else if (geteuid() == 0)
		n = snprintf(dir, RUN_DIR_MAX + 1, "/run/salesreg");
	else if (user_dir && *user_dir)
		n = snprintf(dir, RUN_DIR_MAX + 1, "%s/salesreg", user_dir);
	else
		n = snprintf(dir, RUN_DIR_MAX + 1, "/tmp/salesreg-%u", (unsigned)geteuid());
	if (n > 0 && n <= RUN_DIR_MAX)
		return true;
	(void)snprintf(message, message_size,
	    "SALESREG_RUN_DIR is longer than %d bytes, too long for sockets in it; give a shorter "
	    "path",
	    RUN_DIR_MAX);
	return false;
}

bool run_dir_make(const char *dir, char *message, size_t message_size)
{
	struct stat found;
	if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
		(void)snprintf(message, message_size,
		    "the run directory %s cannot be made (%s); set SALESREG_RUN_DIR to a directory "
		    "that can",
		    dir, strerror(errno));
		return false;
	}
	if (lstat(dir, &found) == 0 && S_ISDIR(found.st_mode) && found.st_uid == geteuid() &&
	    (found.st_mode & 0077) == 0)
		return true;
	(void)snprintf(message, message_size,
	    "the run directory %s is not ours alone; set SALESREG_RUN_DIR to a directory that is "
	    "(chmod 700 and chown %u would make this one so)",
	    dir, (unsigned)geteuid());
	return false;
}

bool run_dir_trust(const char *dir, uid_t *owner, char *message, size_t message_size)
{
	struct stat found;
	*owner = geteuid();
	/* a link may lead there: systemd makes one for DynamicUser=, and what counts is whose the directory is */
	if (stat(dir, &found) != 0) {
		if (errno != EACCES)
			return true;
		(void)snprintf(message, message_size,
		    "user %u may not look into the run directory %s, nor see whose it is; run this "
		    "as the workers' user",
		    (unsigned)geteuid(), dir);
		return false;
	}
	if (geteuid() == 0)
		*owner = found.st_uid;
	if (S_ISDIR(found.st_mode) && found.st_uid == *owner && (found.st_mode & 0077) == 0) {
		if (geteuid() == *owner || faccessat(AT_FDCWD, dir, R_OK | X_OK, AT_EACCESS) == 0 ||
		    errno != EACCES)
			return true;
		/* root in a container without capabilities is a user like others */
		(void)snprintf(message, message_size,
		    "the run directory %s is of user %u, and user %u may not look into it here; "
		    "run this as user %u (docker exec -u %u …)",
		    dir, (unsigned)found.st_uid, (unsigned)geteuid(), (unsigned)found.st_uid,
		    (unsigned)found.st_uid);
		return false;
	}
	(void)snprintf(message, message_size,
	    "the run directory %s is not believed: it belongs to user %u, with mode %03o, and "
	    "others may have "
	    "put sockets there; set SALESREG_RUN_DIR to the workers' own, or ask as their user",
	    dir, (unsigned)found.st_uid, (unsigned)found.st_mode & 07777);
	return false;
}

void run_dir_path(const char *dir, const char *name, const char *kind, char path[RUN_PATH_SIZE])
{
	(void)snprintf(path, RUN_PATH_SIZE, "%.80s/%.18s.%.6s", dir, name, kind);
}

enum err run_dir_claim(
    const char *dir, const char *name, int *claim, char *message, size_t message_size)
{
	*claim = -1;
	char path[RUN_PATH_SIZE];
	run_dir_path(dir, name, "lock", path);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		(void)snprintf(message, message_size,
		    "%s cannot be made (%s); look at the rights of its directory", path,
		    strerror(errno));
		return ERR_CONFIG;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		*claim = fd;
		return ERR_OK;
	}
	(void)snprintf(message, message_size,
	    "another %s runs with the run directory %s; stop that one, or give this one a "
	    "SALESREG_RUN_DIR of its own",
	    name, dir);
	(void)close(fd);
	return ERR_BUSY;
}
