#include "salesreg/base/wire.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool ends_in(const char *s, size_t n, const char *end)
{
	size_t m = strlen(end);
	return n >= m && strncasecmp(s + n - m, end, m) == 0;
}

bool wire_is_here(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;
	size_t n = strlen(host);
	if (n > 0 && host[n - 1] == '.')
		n--;
	if ((n == 9 && ends_in(host, n, "localhost")) || ends_in(host, n, ".localhost") ||
	    (n == 13 && ends_in(host, n, "ip6-localhost")) ||
	    (n == 12 && ends_in(host, n, "ip6-loopback")))
		return true;
	/* as resolvers do: 127.1, 0x7f000001 and 2130706433 are 127.0.0.1 */
	if (inet_aton(host, &v4))
		return ntohl(v4.s_addr) >> 24 == 127 || v4.s_addr == INADDR_ANY;
	if (inet_pton(AF_INET6, host, &v6) != 1)
		return false;
	/* who connects to the unspecified address connects to this machine */
	return IN6_IS_ADDR_LOOPBACK(&v6) || IN6_IS_ADDR_UNSPECIFIED(&v6) ||
	       (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
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
