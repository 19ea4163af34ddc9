#include "salesreg/domain/config/config_checks.h"
#include <stddef.h>
#include <string.h>
#include <strings.h>

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* After the scheme. */
static enum uri_doubt rest_doubt(const char *rest)
{
	for (const char *s = rest; *s; s++)
		if (*s == '%' && (!is_hex(s[1]) || !is_hex(s[2])))
			return URI_DOUBT_PERCENT;
	const char *host = rest + strcspn(rest, "@/");
	bool has_user = *host == '@';
	host = has_user ? host + 1 : rest;
	/* a second @, or the first one behind a slash; in the query an @ may stand in a value */
	const char *query = host + strcspn(host, "?");
	const char *at = strchr(host, '@');
	if (at && at < query + strcspn(query, "="))
		return URI_DOUBT_UNESCAPED;
	return has_user && strchr("/?", *host) ? URI_DOUBT_NO_HOST : URI_DOUBT_NONE;
}

enum uri_doubt uri_doubt(const char *uri)
{
	static const char *const schemes[] = {"postgresql://", "postgres://"};
	if (strpbrk(uri, "\r\n") || (strpbrk(uri, " \t") && strstr(uri, "://")))
		return URI_DOUBT_SPACE;
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		size_t n = strlen(schemes[i]);
		if (strncmp(uri, schemes[i], n) == 0)
			return rest_doubt(uri + n);
	}
	return strstr(uri, "://") || !strchr(uri, '=') ? URI_DOUBT_SCHEME : URI_DOUBT_NONE;
}

bool uri_doubt_may_quote_password(enum uri_doubt doubt)
{
	return doubt != URI_DOUBT_NONE && doubt != URI_DOUBT_NO_HOST;
}

enum domain_doubt domain_list_doubt(const char *list)
{
	if (strstr(list, "://") || strchr(list, '/'))
		return DOMAIN_DOUBT_ADDRESS;
	if (strchr(list, '@'))
		return DOMAIN_DOUBT_AT;
	if (strchr(list, '*'))
		return DOMAIN_DOUBT_WILDCARD;
	const char *s = list + strspn(list, " ");
	const char *space = strpbrk(s, " ;");
	while (space && *space == ' ' &&
	       (space[1] == '\0' || space[1] == ',' || space[1] == ' ' || space[-1] == ',' ||
		   space[-1] == ' '))
		space = strpbrk(space + 1, " ;");
	return space ? DOMAIN_DOUBT_SEPARATOR : DOMAIN_DOUBT_NONE;
}

const char *gravity_name(enum severity severity)
{
	static const char *const names[] = {
#define X(name, text) [SEVERITY_##name] = text,
	    SEVERITY_MAP(X)
#undef X
	};
	return names[severity];
}

enum severity clock_severity(
    int64_t before_us, int64_t after_us, int64_t database_us, int64_t *ahead_us)
{
	const int64_t second_us = 1000 * 1000;
	*ahead_us = database_us > after_us    ? database_us - after_us
		    : database_us < before_us ? database_us - before_us
					      : 0;
	int64_t off_us = *ahead_us < 0 ? -*ahead_us : *ahead_us;
	return off_us > 60 * second_us  ? SEVERITY_SERIOUS
	       : off_us > 2 * second_us ? SEVERITY_WARNING
					: SEVERITY_NOTHING;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

enum severity disk_severity(uint64_t available, uint64_t total)
{
	const uint64_t mib = 1024 * 1024;
	return available < least(256 * mib, total / 40)    ? SEVERITY_SERIOUS
	       : available < least(1024 * mib, total / 10) ? SEVERITY_WARNING
							   : SEVERITY_NOTHING;
}
