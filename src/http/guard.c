#include "salesreg/http/guard.h"
#include "salesreg/http/server.h"
#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Without the port. */
static size_t name_length(const char *host)
{
	if (host[0] == '[')
		return strcspn(host, "]") + (strchr(host, ']') != NULL);
	return strcspn(host, ":");
}

static bool is_address(const char *name, size_t n)
{
	if (name[0] == '[')
		return true;
	for (size_t i = 0; i < n; i++)
		if (!isdigit((unsigned char)name[i]) && name[i] != '.')
			return false;
	return n > 0;
}

bool http_guard_knows(const struct http_guard *guard, const char *host)
{
	static const char suffix[] = ".localhost";
	size_t n = name_length(host), tail = sizeof suffix - 1;
	if (is_address(host, n) || (n == tail - 1 && strncasecmp(host, suffix + 1, n) == 0))
		return true;
	if (n > tail && strncasecmp(host + n - tail, suffix, tail) == 0)
		return true;
	for (char *const *names = guard->names; names && *names; names++)
		if (strlen(*names) == n && strncasecmp(*names, host, n) == 0)
			return true;
	return false;
}

bool http_guard_origin_is_host(const char *origin, const char *host)
{
	if (strncasecmp(origin, "http://", 7) == 0)
		return strcasecmp(origin + 7, host) == 0;
	/* behind a proxy that speaks TLS */
	return strncasecmp(origin, "https://", 8) == 0 && strcasecmp(origin + 8, host) == 0;
}

static const char *header(const struct http_exchange *x, const char *name)
{
	return http_exchange_header(x, name);
}

static const char foreign[] = "another site's page may not use this";

/* Browsers say where a request comes from; nobody else sends this. */
static bool is_cross_site(const struct http_exchange *x)
{
	const char *site = header(x, "Sec-Fetch-Site");
	return site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0;
}

static const char *check_origin(const struct http_exchange *x, const char *host)
{
	const char *origin = header(x, "Origin");
	return origin && !(host && http_guard_origin_is_host(origin, host)) ? foreign : NULL;
}

const char *http_guard_call(const struct http_guard *guard, const struct http_exchange *x)
{
	const char *host = header(x, "Host");
	if (host && !http_guard_knows(guard, host))
		return guard->unknown_host;
	if (is_cross_site(x))
		return foreign;
	return check_origin(x, host);
}

const char *http_guard_program(const struct http_guard *guard, const struct http_exchange *x)
{
	/* A browser says whose page asks only where it trusts the way: not where http leads to another machine. Its agent is
	 * one header that a page which may not read the answer cannot change. */
	const char *agent = header(x, "User-Agent");
	if (agent && strncmp(agent, "Mozilla/", 8) == 0 && !header(x, "Sec-Fetch-Site"))
		return foreign;
	return http_guard_call(guard, x);
}

/* A link from anywhere may lead to the page: that shows it and does nothing. */
static bool is_visit(const struct http_exchange *x, const char *root)
{
	const char *mode = header(x, "Sec-Fetch-Mode");
	return strcmp(http_exchange_path(x), root) == 0 &&
	       strcmp(http_exchange_method(x), "GET") == 0 && mode && strcmp(mode, "navigate") == 0;
}

const char *http_guard_page(
    const struct http_guard *guard, const struct http_exchange *x, const char *root)
{
	const char *host = header(x, "Host"), *type = header(x, "Content-Type");
	if (is_visit(x, root) && (!host || http_guard_knows(guard, host)))
		return NULL;
	const char *wrong = http_guard_call(guard, x);
	if (wrong || strcmp(http_exchange_method(x), "POST") != 0)
		return wrong;
	/* a form can be sent across sites unasked, JSON cannot */
	if (!type || strncasecmp(type, "application/json", 16) != 0)
		return "Content-Type must be application/json";
	return header(x, "Origin") ? NULL : "only the page itself may use this";
}
