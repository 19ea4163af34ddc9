#include "salesreg/http/listen.h"
#include "salesreg/base/patience.h"
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 511 };

static int open_address(const char *address, bool *in_use, char *message, size_t message_size)
{
	char host[256] = "";
	*in_use = false;
	const char *colon = strrchr(address, ':');
	/* getaddrinfo() takes any number and keeps its last 16 bits */
	char *end = NULL;
	unsigned long port = colon && colon[1] >= '0' && colon[1] <= '9'
				 ? strtoul(colon + 1, &end, 10)
				 : UINT16_MAX + 1UL;
	size_t length = colon ? (size_t)(colon - address) : 0;
	if (!colon || length >= sizeof host) {
		(void)snprintf(message, message_size, "'%s' is not of the form host:port", address);
		return -1;
	}
	if (port > UINT16_MAX || *end) {
		(void)snprintf(
		    message, message_size, "'%s': the port is a number from 0 to 65535", address);
		return -1;
	}
	if (length >= 2 && address[0] == '[' && address[length - 1] == ']')
		memcpy(host, address + 1, length - 2);
	else
		memcpy(host, address, length);
	const char *name = strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
	struct addrinfo hints = {.ai_family = host[0] ? AF_UNSPEC : AF_INET,
	    .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV};
	struct addrinfo *found = NULL;
	int rc = getaddrinfo(name[0] ? name : NULL, colon + 1, &hints, &found);
	if (rc != 0) {
		(void)snprintf(message, message_size,
		    "'%s' is not a numeric address and a port: %s", address, gai_strerror(rc));
		return -1;
	}
	int one = 1;
	int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (fd < 0 || bind(fd, found->ai_addr, found->ai_addrlen) != 0 ||
	    listen(fd, BACKLOG) != 0) {
		int why = errno;
		(void)snprintf(
		    message, message_size, "cannot listen on %s: %s", address, strerror(why));
		if (fd >= 0)
			close(fd);
		fd = -1;
		*in_use = why == EADDRINUSE;
	}
	freeaddrinfo(found);
	return fd;
}

int http_listen(const char *address, char *message, size_t message_size)
{
	bool in_use;
	return open_address(address, &in_use, message, message_size);
}

struct attempt {
	const char *address;
	int fd;
	char why[300];
};

static enum err attempt(void *data)
{
	struct attempt *a = data;
	bool in_use;
	a->fd = open_address(a->address, &in_use, a->why, sizeof a->why);
	if (a->fd >= 0)
		return ERR_OK;
	return in_use ? ERR_BUSY : ERR_CONFIG;
}

enum err http_listen_patiently(
    const char *what, const char *address, int *fd, char *message, size_t message_size)
{
	struct attempt a = {.address = address};
	char name[300];
	(void)snprintf(name, sizeof name, "%s=%s", what, address);
	enum err err = patience(name, attempt, &a);
	*fd = a.fd;
	if (err == ERR_CANCELLED)
		(void)snprintf(message, message_size, "asked to stop while waiting for %s", name);
	else if (err != ERR_OK)
		(void)snprintf(message, message_size, "%s is not usable here: %s; %s", name, a.why,
		    err == ERR_BUSY ? "stop who has it, or choose another address"
				    : "choose another address");
	return err;
}

uint16_t http_listen_port(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} address = {.v6 = {0}};
	socklen_t size = sizeof address;
	if (getsockname(fd, &address.any, &size) != 0)
		return 0;
	if (address.any.sa_family == AF_INET6)
		return ntohs(address.v6.sin6_port);
	return address.any.sa_family == AF_INET ? ntohs(address.v4.sin_port) : 0;
}
