/*
 * A mail and its client, for mail.c, which sends, and mail_look.c, which only looks at the server.
 */
#pragma once
#include "salesreg/http/mail.h"
#include "salesreg/http/trust.h"
#include <curl/curl.h>
#include <sys/queue.h>

enum { SOCKETS_MOST = 4 };

/* How far the conversation with the server has come, by the last command. */
enum stage { STAGE_CONNECT, STAGE_HELLO, STAGE_LOGIN, STAGE_FROM, STAGE_TO, STAGE_TEXT };

/*
 * A thread a mail, since libcurl's SMTP waits inside its calls: for the answer to the text (smtp_done() of libcurl's lib/smtp.c), which
 * a server that looks for spam gives after seconds, and for the answer to QUIT (smtp_disconnect()), also when a transfer is taken
 * away. On a loop nothing else would go on meanwhile.
 *
 *   mail_send() ──▶ thread: curl_easy_perform() ──▶ ended, the loop is woken ──▶ on_ended(): joined, told, freed
 *
 * A cut makes the thread end soon: its sockets are shut down, and curl is told to abort when it asks. While a name is looked
 * up neither helps; the loop then stays alive until the look-up ends.
 */
struct mail {
	TAILQ_ENTRY(mail)
	link; /* the loop's, as what follows until mail_send() has started the thread */
	struct mail_client *client;
	uv_thread_t thread;
	CURL *easy;
	struct curl_slist *to;
	char *text;
	size_t size;
	mail_callback *callback;
	void *data;

	/* the thread's until it has ended */
	size_t at;
	enum stage stage;
	bool parting; /* QUIT was said: what went before is what counts */
	int code;     /* of the last reply; 0: none to the last command */
	char reply[MAIL_REPLY_BYTES], error[CURL_ERROR_SIZE];
	CURLcode rc;

	uv_mutex_t lock; /* of what follows */
	bool ended, cut;
	curl_socket_t sockets[SOCKETS_MOST]; /* open; CURL_SOCKET_BAD: none */
};

struct mail_client {
	struct mail_options options;
	char *from;
	char *url; /* with the name we say hello by */
	struct http_trust trust;
	uv_async_t ended;
	bool closing;
	TAILQ_HEAD(, mail) mails;
};

/* m->easy and m->lock exist from here to mail_finish(). */
void mail_init(struct mail *m, struct mail_client *client);
void mail_finish(struct mail *m);
/* Of the client: address, sender, certificates. Of the mail: recipient, text, callbacks, time-outs. */
void mail_set_options(struct mail *m);
/* The caller frees it with curl_free(); there may be a password in it. */
char *mail_url_with_hello(const struct mail_options *options);
/* What the server said, or what went wrong: one line. */
void mail_put_reply(const struct mail *m, CURLcode rc, char *out, size_t size);
