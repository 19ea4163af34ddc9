#include "salesreg/base/address.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PORT_MOST = 65535 };

static bool host_is_usable(const char *host)
{
	struct in6_addr room;
	size_t n = strlen(host);
	if (strcmp(host, "localhost") == 0 || inet_pton(AF_INET, host, &room) == 1)
		return true;
	char inner[ADDRESS_SIZE];
	if (n < 2 || host[0] != '[' || host[n - 1] != ']')
		return false;
	(void)snprintf(inner, sizeof inner, "%.*s", (int)(n - 2), host + 1);
	return inet_pton(AF_INET6, inner, &room) == 1;
}

static bool split(const char *address, char host[ADDRESS_SIZE], long *port)
{
	const char *colon = strrchr(address, ':');
	if (!colon || strlen(address) >= ADDRESS_SIZE)
		return false;
	(void)snprintf(host, ADDRESS_SIZE, "%.*s", (int)(colon - address), address);
	size_t digits = strspn(colon + 1, "0123456789");
	*port = strtol(colon + 1, NULL, 10);
	return digits > 0 && digits <= 5 && colon[1 + digits] == '\0' && *port <= PORT_MOST &&
	       host_is_usable(host);
}

bool address_is_usable(const char *address)
{
	char host[ADDRESS_SIZE];
	long port;
	return split(address, host, &port);
}

bool address_shift(const char *address, unsigned n, char out[ADDRESS_SIZE])
{
	char host[ADDRESS_SIZE];
	long port;
	if (!split(address, host, &port))
		return false;
	if (port != 0)
		port += (long)n;
	int size = snprintf(out, ADDRESS_SIZE, "%s:%ld", host, port);
	return port <= PORT_MOST && size > 0 && size < ADDRESS_SIZE;
}
