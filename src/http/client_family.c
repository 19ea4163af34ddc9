/*
 * IPv4 or IPv6: a network may let connections of one of them be made and then pass nothing on.
 *
 *   ANY --silent over one--> the OTHER only --silent--> the first again …
 *    ^                           |
 *    +-- not to be had, refused -+
 */
#include "client_private.h"
#include "salesreg/base/log.h"
#include <string.h>

static const char *address_of(const struct http_transfer *t)
{
	char *address = NULL;
	(void)curl_easy_getinfo(t->easy, CURLINFO_PRIMARY_IP, &address);
	return address ? address : "";
}

bool http_client_family_missing(const struct http_transfer *t, CURLcode code)
{
	return t->family != CURL_IPRESOLVE_WHATEVER && t->begun == 0 &&
	       (code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_CONNECT);
}

void http_client_family_look(struct http_transfer *t, CURLcode code)
{
	struct http_client *client = t->client;
	const char *address = address_of(t);
	long status = 0;
	(void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	if (code != CURLE_OPERATION_TIMEDOUT || status != 0 || !address[0])
		return;
	long other = strchr(address, ':') ? CURL_IPRESOLVE_V4 : CURL_IPRESOLVE_V6;
	/* several may have been under way over the same */
	if (client->family == other)
		return;
	client->family = other;
	log_debug("nothing comes from %s any more; the next connection is tried over %s", address,
	    other == CURL_IPRESOLVE_V4 ? "IPv4" : "IPv6");
}

const char *http_client_family_address(const struct http_transfer *t)
{
	return address_of(t);
}
