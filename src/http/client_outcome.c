/*
 * What became of a transfer: curl's result as an answer.
 */
#include "client_private.h"
#include <stdio.h>
#include <string.h>

/* What they mean as long as nothing was sent. */
static const struct {
	CURLcode code;
	enum err err;
} known_codes[] = {
    {CURLE_URL_MALFORMAT, ERR_INVALID},
    {CURLE_UNSUPPORTED_PROTOCOL, ERR_INVALID},
    {CURLE_COULDNT_RESOLVE_PROXY, ERR_UNAVAILABLE},
    {CURLE_COULDNT_RESOLVE_HOST, ERR_UNAVAILABLE},
    {CURLE_COULDNT_CONNECT, ERR_UNAVAILABLE},
    {CURLE_SSL_CONNECT_ERROR, ERR_UNAVAILABLE},
    {CURLE_PEER_FAILED_VERIFICATION, ERR_UNAVAILABLE},
    {CURLE_SSL_CACERT_BADFILE, ERR_UNAVAILABLE},
    {CURLE_SSL_CERTPROBLEM, ERR_UNAVAILABLE},
    {CURLE_SSL_CIPHER, ERR_UNAVAILABLE},
    {CURLE_SSL_ISSUER_ERROR, ERR_UNAVAILABLE},
    {CURLE_SSL_INVALIDCERTSTATUS, ERR_UNAVAILABLE},
    {CURLE_PROXY, ERR_UNAVAILABLE},
};

/* t->maybe_delivered is known by now. */
static enum err err_of(const struct http_transfer *t, CURLcode code, long status)
{
	if (code == CURLE_OK)
		return status > 0 ? ERR_OK : ERR_IO;
	if (code == CURLE_WRITE_ERROR && t->body.failed)
		return ERR_TOO_BIG;
	if (code == CURLE_OPERATION_TIMEDOUT)
		return ERR_TIMEOUT;
	/* after the request went out the same codes mean a broken or senseless answer */
	if (t->maybe_delivered)
		return ERR_IO;
	for (size_t i = 0; i < sizeof known_codes / sizeof known_codes[0]; i++)
		if (known_codes[i].code == code)
			return known_codes[i].err;
	return ERR_IO;
}

/* curl's details name hosts, ports and certificates, which help;
 * where they could quote the URL they are left out. */
static void describe(
    struct http_transfer *t, CURLcode code, enum err err, struct http_answer *answer)
{
	if (http_client_tls_describe(t, code, answer->error, sizeof answer->error))
		return;
	const char *sentence = code == CURLE_ABORTED_BY_CALLBACK
				   ? "a kept-alive connection broke before the answer"
				   : curl_easy_strerror(code);
	char *url = NULL;
	(void)curl_easy_getinfo(t->easy, CURLINFO_EFFECTIVE_URL, &url);
	const char *host = url ? strstr(url, "://") : NULL;
	const char *path = host ? strchr(host + 3, '/') : NULL;
	bool detail = (err == ERR_UNAVAILABLE || err == ERR_TIMEOUT || err == ERR_IO) &&
		      t->error[0] && (!path || !path[1] || !strstr(t->error, path)) &&
		      !strchr(t->error, '@'); /* a proxy's address, as it was given */
	/* of several addresses, the one that failed */
	const char *address = http_client_family_address(t);
	bool named = detail && strstr(t->error, address);
	(void)snprintf(answer->error, sizeof answer->error, "%.70s%s%.256s%s%.46s%s", sentence,
	    detail ? ": " : "", detail ? t->error : "", *address && !named ? " (" : "",
	    named ? "" : address, *address && !named ? ")" : "");
}

void http_outcome_read(struct http_transfer *t, CURLcode code, struct http_answer *answer)
{
	answer->error[0] = '\0';
	answer->status = 0;
	answer->retry_after_s = -1;
	(void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &answer->status);
	if (answer->status != 200) {
		curl_off_t retry_after_s = 0;
		(void)curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &retry_after_s);
		if (retry_after_s > 0)
			answer->retry_after_s = (long)retry_after_s;
	}
	answer->err = err_of(t, code, answer->status);
	if (answer->err != ERR_OK)
		describe(t, code, answer->err, answer);
	answer->maybe_delivered = answer->err == ERR_OK || t->maybe_delivered;
	answer->body = buf_text(&t->body);
	answer->size = t->body.size;
}
