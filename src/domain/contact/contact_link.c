/*
 * Links that lead into Telegram: t.me and its other hosts, tg:, the web client; wa.me for the number in it.
 */
#include "contact_private.h"
#include <string.h>
#include <strings.h>

static bool skip(const char **s, const char *prefix)
{
	size_t n = strlen(prefix);
	if (strncasecmp(*s, prefix, n) != 0)
		return false;
	*s += n;
	return true;
}

/* The value of a parameter of the query that follows the ?, or NULL. */
static const char *parameter(const char *query, const char *name, struct arena *a)
{
	size_t n = strlen(name);
	while (*query) {
		size_t size = strcspn(query, "&#");
		if (strncasecmp(query, name, n) == 0 && query[n] == '=')
			return arena_strndup(a, query + n + 1, size - n - 1);
		query += size;
		if (*query == '#')
			break;
		query += *query == '&';
	}
	return NULL;
}

static enum contact_problem phone_of(const char *digits, struct arena *a, struct contact *out)
{
	digits += digits[0] == '+';
	/* %2B is a + */
	if (strncasecmp(digits, "%2B", 3) == 0)
		digits += 3;
	if (digits[0] == '\0' || digits[strspn(digits, "0123456789")] != '\0')
		return CONTACT_UNKNOWN;
	return contact_number(arena_printf(a, "+%s", digits), a, out);
}

/* tg://user?id=1, tg:resolve?domain=name */
static enum contact_problem from_tg(const char *s, struct arena *a, struct contact *out)
{
	s += strspn(s, "/");
	size_t n = strcspn(s, "?");
	const char *query = s[n] ? s + n + 1 : "";
	const char *id = parameter(query, "id", a), *user = parameter(query, "user_id", a);
	const char *domain = parameter(query, "domain", a), *phone = parameter(query, "phone", a);
	if (n == 4 && strncasecmp(s, "user", n) == 0 && id)
		return contact_id(id, strlen(id), a, out);
	if (n == 11 && strncasecmp(s, "openmessage", n) == 0 && user)
		return contact_id(user, strlen(user), a, out);
	if (n == 7 && strncasecmp(s, "resolve", n) == 0 && domain)
		return contact_name(domain, strlen(domain), a, out);
	if (n == 7 && strncasecmp(s, "resolve", n) == 0 && phone)
		return phone_of(phone, a, out);
	return CONTACT_GROUP;
}

/* What follows "t.me/". */
static enum contact_problem from_path(const char *s, struct arena *a, struct contact *out)
{
	static const char *const others[] = {"joinchat", "c", "addlist", "addstickers", "addemoji",
	    "share", "proxy", "socks", "boost", "login", "invoice", "contact", "giftcode"};
	if (s[0] == 's' && s[1] == '/') /* a preview of a public channel */
		return CONTACT_GROUP;
	s += s[0] == '@';
	if (strncasecmp(s, "%40", 3) == 0)
		s += 3;
	size_t n = strcspn(s, "/?#");
	if (n == 0)
		return CONTACT_UNKNOWN;
	if (s[0] == '+') {
		const char *rest = arena_strndup(a, s + 1, n - 1);
		/* t.me/+AbC… invites into a group */
		return rest[strspn(rest, "0123456789")] == '\0' ? phone_of(rest, a, out)
								: CONTACT_GROUP;
	}
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (strlen(others[i]) == n && strncasecmp(s, others[i], n) == 0)
			return CONTACT_GROUP;
	return contact_name(s, n, a, out);
}

/* web.telegram.org/k/#@name, …/a/#123 */
static enum contact_problem from_web(const char *s, struct arena *a, struct contact *out)
{
	const char *hash = strchr(s, '#');
	const char *query = hash ? strchr(hash, '?') : NULL;
	const char *peer = query ? parameter(query + 1, "p", a) : hash ? hash + 1 : "";
	if (!peer || peer[0] == '\0')
		return CONTACT_UNKNOWN;
	if (peer[0] == '-')
		return CONTACT_GROUP;
	if (peer[0] >= '0' && peer[0] <= '9')
		return contact_id(peer, strlen(peer), a, out);
	peer += peer[0] == '@';
	return contact_name(peer, strlen(peer), a, out);
}

/* "name.t.me" and what may follow */
static bool from_subdomain(
    const char *s, struct arena *a, struct contact *out, enum contact_problem *problem)
{
	size_t n = strcspn(s, "./?#@");
	const char *rest = s + n;
	if (n == 0 || !skip(&rest, ".t.me") || (*rest && !strchr("/?#", *rest)))
		return false;
	*problem = contact_name(s, n, a, out);
	return true;
}

bool contact_from_link(
    const char *s, struct arena *a, struct contact *out, enum contact_problem *problem)
{
	static const char *const hosts[] = {"t.me/", "telegram.me/", "telegram.dog/", "tx.me/"};
	if (skip(&s, "tg:")) {
		*problem = from_tg(s, a, out);
		return true;
	}
	bool web = skip(&s, "https://") || skip(&s, "http://") || skip(&s, "//");
	(void)skip(&s, "www.");
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
		if (skip(&s, hosts[i])) {
			*problem = from_path(s, a, out);
			return true;
		}
	if (skip(&s, "web.telegram.org/")) {
		*problem = from_web(s, a, out);
		return true;
	}
	if (skip(&s, "wa.me/")) {
		*problem = phone_of(arena_strndup(a, s, strcspn(s, "/?#")), a, out);
		return true;
	}
	if (from_subdomain(s, a, out, problem))
		return true;
	*problem = CONTACT_UNKNOWN;
	return web;
}
