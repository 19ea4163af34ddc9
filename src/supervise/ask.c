#include "salesreg/supervise/ask.h"
#include "salesreg/base/clock.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

struct asking {
	int fd;
	int64_t deadline_us;
	uint8_t in[2 * IPC_FRAME_MAX];
	size_t size;
};

static enum err wait_for_input(const struct asking *a)
{
	for (;;) {
		int64_t rest_us = a->deadline_us - clock_monotonic_us();
		if (rest_us <= 0)
			return ERR_TIMEOUT;
		struct pollfd readable = {.fd = a->fd, .events = POLLIN};
		int n = poll(&readable, 1, (int)(rest_us / 1000) + 1);
		if (n > 0)
			return ERR_OK;
		if (n < 0 && errno != EINTR)
			return ERR_IO;
	}
}

/* The next message; what follows it stays. */
static enum err next(struct asking *a, struct ipc_message *message)
{
	for (;;) {
		size_t used;
		enum err err = ipc_decode(a->in, a->size, message, &used);
		if (err == ERR_OK) {
			memmove(a->in, a->in + used, a->size - used);
			a->size -= used;
		}
		if (err != ERR_NOT_FOUND)
			return err;
		err = wait_for_input(a);
		if (err != ERR_OK)
			return err;
		ssize_t n = read(a->fd, a->in + a->size, sizeof a->in - a->size);
		if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
			return ERR_IO;
		if (n > 0)
			a->size += (size_t)n;
	}
}

/* The source of SO_SNDTIMEO for connect(): socket(7) and unix(7), Linux. */
static enum err connect_to(const char *path, int timeout_ms, int *fd)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof address.sun_path)
		return ERR_NOT_FOUND;
	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return ERR_IO;
	/* a supervisor that hangs may have its queue of connections full */
	struct timeval most = {timeout_ms / 1000, timeout_ms % 1000 * 1000};
	(void)setsockopt(*fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
	if (connect(*fd, (struct sockaddr *)&address, sizeof address) == 0)
		return ERR_OK;
	return errno == ENOENT || errno == ECONNREFUSED || errno == ENOTDIR ? ERR_NOT_FOUND
									    : ERR_IO;
}

static bool is_of(int fd, uid_t owner)
{
	struct ucred peer;
	socklen_t size = sizeof peer;
	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
	       (peer.uid == owner || peer.uid == 0);
}

enum err ask_control(const char *path, uid_t owner, const struct ipc_message *request,
    int timeout_ms, void (*row)(const struct ipc_status *row, void *data), void *data,
    char what[IPC_TEXT_SIZE])
{
	struct asking a = {
	    .fd = -1, .deadline_us = clock_monotonic_us() + (int64_t)timeout_ms * 1000};
	uint8_t frame[IPC_FRAME_MAX];
	what[0] = '\0';
	enum err err = connect_to(path, timeout_ms, &a.fd);
	if (err == ERR_OK && !is_of(a.fd, owner))
		err = ERR_CONFLICT;
	if (err != ERR_OK)
		goto out;
	size_t size = ipc_encode(request, frame);
	err = ERR_IO;
	if (send(a.fd, frame, size, MSG_NOSIGNAL) != (ssize_t)size)
		goto out;
	struct ipc_message message;
	while ((err = next(&a, &message)) == ERR_OK) {
		if (message.type == IPC_STATUS && row) {
			row(&message.status, data);
		} else if (message.type == IPC_DONE) {
			memcpy(what, message.done.what, IPC_TEXT_SIZE);
			err = message.done.ok ? ERR_OK : ERR_REFUSED;
			goto out;
		}
	}
out:
	if (a.fd >= 0)
		(void)close(a.fd);
	return err;
}
