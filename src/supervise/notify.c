#include "salesreg/supervise/notify.h"
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void notify_send(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t n = path ? strlen(path) : 0;
	if (n < 2 || n >= sizeof address.sun_path || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(address.sun_path, path, n);
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	(void)sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
	(void)close(fd);
}

int notify_watchdog_ms(void)
{
	const char *period = getenv("WATCHDOG_USEC"), *meant = getenv("WATCHDOG_PID");
	if (!period || (meant && strtol(meant, NULL, 10) != (long)getpid()))
		return 0;
	errno = 0;
	long long us = strtoll(period, NULL, 10);
	return errno || us <= 0      ? 0
	       : us / 2000 > 3600000 ? 3600000
	       : us < 2000           ? 1
				     : (int)(us / 2000);
}
