#include "salesreg/base/wire.h"
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static bool ends_in(const char *s, size_t n, const char *end)
{
	size_t m = strlen(end);
	return n >= m && strncasecmp(s + n - m, end, m) == 0;
}

static bool is_name_of_loopback(const char *name, size_t n)
{
	return (n == 9 && ends_in(name, n, "localhost")) || ends_in(name, n, ".localhost") ||
	       (n == 13 && ends_in(name, n, "ip6-localhost")) ||
	       (n == 12 && ends_in(name, n, "ip6-loopback"));
}

/* Names are not looked up: what a name means is a network's to say, and may be another one's tomorrow. */
static enum wire_reach reach_of_name(const char *name)
{
	static const char *const ends[] = {".internal", ".local", ".svc", ".home.arpa"};
	size_t n = strlen(name);
	if (n > 0 && name[n - 1] == '.')
		n--;
	if (is_name_of_loopback(name, n))
		return WIRE_HERE;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (ends_in(name, n, ends[i]))
			return WIRE_PRIVATE;
	return n > 0 && !memchr(name, '.', n) && !strchr(name, ':') ? WIRE_PRIVATE : WIRE_AWAY;
}

/*
 * An address of this machine is the one from which it would talk to it: asked of the kernel with a datagram socket, which
 * sends nothing. Needs no netlink, which workers refuse themselves, and is right where bind(2) takes any address.
 */
static bool is_own(const struct sockaddr *address, socklen_t size)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} from;
	socklen_t n = sizeof from;
	memset(&from, 0, sizeof from);
	int fd = socket(address->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	bool known = connect(fd, address, size) == 0 && getsockname(fd, &from.any, &n) == 0 &&
		     n <= sizeof from;
	(void)close(fd);
	if (!known)
		return false;
	if (address->sa_family == AF_INET)
		return from.v4.sin_addr.s_addr ==
		       ((const struct sockaddr_in *)address)->sin_addr.s_addr;
	return memcmp(&from.v6.sin6_addr, &((const struct sockaddr_in6 *)address)->sin6_addr,
		   sizeof(struct in6_addr)) == 0;
}

enum { ANY_PORT = 9 };

static enum wire_reach reach_of_v4(struct in_addr address)
{
	uint32_t n = ntohl(address.s_addr);
	/* who connects to the unspecified address connects to this machine */
	if (n >> 24 == 127 || n == INADDR_ANY)
		return WIRE_HERE;
	struct sockaddr_in to = {
	    .sin_family = AF_INET, .sin_port = htons(ANY_PORT), .sin_addr = address};
	if (is_own((const struct sockaddr *)&to, sizeof to))
		return WIRE_HERE;
	bool private = n >> 24 == 10 || n >> 20 == 0xac1 || n >> 16 == 0xc0a8 || n >> 16 == 0xa9fe;
	return private ? WIRE_PRIVATE : WIRE_AWAY;
}

static enum wire_reach reach_of_v6(const struct in6_addr *address, const char *scope)
{
	if (IN6_IS_ADDR_V4MAPPED(address)) {
		struct in_addr inner;
		memcpy(&inner, address->s6_addr + 12, sizeof inner);
		return reach_of_v4(inner);
	}
	if (IN6_IS_ADDR_LOOPBACK(address) || IN6_IS_ADDR_UNSPECIFIED(address))
		return WIRE_HERE;
	struct sockaddr_in6 to = {.sin6_family = AF_INET6,
	    .sin6_port = htons(ANY_PORT),
	    .sin6_addr = *address,
	    .sin6_scope_id = if_nametoindex(scope)};
	if (is_own((const struct sockaddr *)&to, sizeof to))
		return WIRE_HERE;
	return IN6_IS_ADDR_LINKLOCAL(address) || (address->s6_addr[0] & 0xfe) == 0xfc ? WIRE_PRIVATE
										      : WIRE_AWAY;
}

enum wire_reach wire_reach(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;
	char bare[INET6_ADDRSTRLEN];
	/* as resolvers do: 127.1, 0x7f000001 and 2130706433 are 127.0.0.1 */
	if (inet_aton(host, &v4))
		return reach_of_v4(v4);
	/* fe80::1%eth0, in a URL fe80::1%25eth0 (RFC 6874) */
	size_t n = strcspn(host, "%");
	const char *scope = host + n + (host[n] == '%');
	scope += strncmp(scope, "25", 2) == 0 && scope[2] ? 2 : 0;
	if (n >= sizeof bare)
		return reach_of_name(host);
	memcpy(bare, host, n);
	bare[n] = '\0';
	return inet_pton(AF_INET6, bare, &v6) == 1 ? reach_of_v6(&v6, scope) : reach_of_name(host);
}

bool wire_is_here(const char *host)
{
	return wire_reach(host) == WIRE_HERE;
}

/* From behind the scheme, which that of a proxy need not have, to the path. */
static const char *authority(const char *url, size_t *n)
{
	const char *scheme = strstr(url, "://");
	const char *s = scheme && scheme == url + strcspn(url, ":/?#@") ? scheme + 3 : url;
	*n = strcspn(s, "/?#");
	return s;
}

static const char *last_at(const char *s, size_t n)
{
	while (n > 0)
		if (s[--n] == '@')
			return s + n;
	return NULL;
}

bool wire_has_password(const char *url)
{
	size_t n;
	const char *s = authority(url, &n), *at = last_at(s, n);
	const char *colon = at ? memchr(s, ':', (size_t)(at - s)) : NULL;
	return colon && colon + 1 < at;
}

bool wire_is_open(const char *url, char host[WIRE_HOST_SIZE])
{
	static const char *const verified[] = {"https://", "smtps://"};
	size_t n;
	const char *s = authority(url, &n), *at = last_at(s, n);
	if (at) {
		n -= (size_t)(at + 1 - s);
		s = at + 1;
	}
	if (*s == '[') {
		s++;
		n = strcspn(s, "]/?#");
	} else {
		size_t name = strcspn(s, ":/?#");
		n = name < n ? name : n;
	}
	(void)snprintf(host, WIRE_HOST_SIZE, "%.*s", (int)n, s);
	for (size_t i = 0; i < sizeof verified / sizeof *verified; i++)
		if (strncasecmp(url, verified[i], strlen(verified[i])) == 0)
			return false;
	return n >= WIRE_HOST_SIZE || !wire_is_here(host);
}
