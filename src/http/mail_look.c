#include "mail_private.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum mail_step step_of(const struct mail *m, CURLcode rc)
{
	if (rc == CURLE_OK)
		return MAIL_STEP_DONE;
	if (rc == CURLE_PEER_FAILED_VERIFICATION || rc == CURLE_SSL_CACERT_BADFILE)
		return MAIL_STEP_CERTIFICATE;
	if (rc == CURLE_USE_SSL_FAILED || rc == CURLE_SSL_CONNECT_ERROR)
		return MAIL_STEP_TLS;
	if (rc == CURLE_LOGIN_DENIED)
		return MAIL_STEP_LOGIN;
	switch (m->stage) {
	case STAGE_CONNECT:
		break;
	case STAGE_HELLO:
		return m->code >= 400 ? MAIL_STEP_HELLO : MAIL_STEP_REACH;
	case STAGE_LOGIN:
		return MAIL_STEP_LOGIN;
	case STAGE_FROM:
	case STAGE_TO:
	case STAGE_TEXT:
		return m->code >= 400 ? MAIL_STEP_SENDER : MAIL_STEP_REACH;
	}
	return MAIL_STEP_REACH;
}

void mail_look(const struct mail_options *options, int64_t timeout_ms, struct mail_look *look)
{
	/* first of all: it says by which allocator what follows is made and freed */
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort();
	struct mail_client client = {
	    .options = *options, .url = mail_url_with_hello(options), .trust = http_trust_find()};
	struct mail m;
	char *command = NULL;
	mail_init(&m, &client);
	if (asprintf(&command, "MAIL FROM:<%s>", options->from) < 0)
		abort();
	mail_set_options(&m);
	/* a command of one's own in the place of a mail; the hang-up after it ends what it began */
	(void)curl_easy_setopt(m.easy, CURLOPT_UPLOAD, 0L);
	(void)curl_easy_setopt(m.easy, CURLOPT_NOBODY, 1L);
	(void)curl_easy_setopt(m.easy, CURLOPT_CUSTOMREQUEST, command);
	(void)curl_easy_setopt(m.easy, CURLOPT_CONNECTTIMEOUT_MS, (long)timeout_ms);
	(void)curl_easy_setopt(m.easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	CURLcode rc = curl_easy_perform(m.easy);
	*look = (struct mail_look){.failed_at = step_of(&m, rc),
	    .for_now = m.code >= 400 ? m.code < 500 : rc == CURLE_OPERATION_TIMEDOUT};
	mail_put_reply(&m, rc, look->reply, sizeof look->reply);
	mail_finish(&m);
	free(command);
	explicit_bzero(client.url, strlen(client.url)); /* there is a password in it */
	curl_free(client.url);
}
