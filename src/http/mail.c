#include "salesreg/http/mail.h"
#include "salesreg/base/wire.h"
#include "salesreg/http/trust.h"
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

/* RFC 5321 would wait for minutes; here somebody looks at a phone, and it is tried again anyway. */
enum { CONNECT_MS = 20000, TRANSFER_MS = 60000, CODE_DIGITS = 3 };

/* How far the conversation with the server has come, by the last command. */
enum stage { STAGE_CONNECT, STAGE_HELLO, STAGE_LOGIN, STAGE_FROM, STAGE_TO, STAGE_TEXT };

struct mail {
	TAILQ_ENTRY(mail) link;
	struct mail_client *client;
	CURL *easy;
	struct curl_slist *to;
	char *text;
	size_t size, at;
	enum stage stage;
	bool parting; /* QUIT was said: what went before is what counts */
	int code;     /* of the last reply; 0: none to the last command */
	char reply[MAIL_REPLY_BYTES], error[CURL_ERROR_SIZE];
	mail_callback *callback;
	void *data;
};

struct watched {
	uv_poll_t poll;
	struct mail_client *client;
	curl_socket_t fd;
};

struct mail_client {
	uv_loop_t *loop;
	struct mail_options options;
	char *from;
	char *url; /* with the name we say hello by */
	struct http_trust trust;
	CURLM *multi;
	uv_timer_t timer;
	size_t handles; /* of libuv's, open */
	bool closing;
	TAILQ_HEAD(, mail) mails;
};

/* Memory goes with the last handle ------------------------------------------------------------------------------------------*/

static void handle_closed(struct mail_client *c)
{
	if (--c->handles > 0 || !c->closing)
		return;
	free(c->from);
	explicit_bzero(c->url, strlen(c->url)); /* there is a password in it */
	curl_free(c->url);
	free(c);
}

static void on_timer_closed(uv_handle_t *handle)
{
	handle_closed(handle->data);
}

static void on_watched_closed(uv_handle_t *handle)
{
	struct watched *w = handle->data;
	struct mail_client *c = w->client;
	free(w);
	handle_closed(c);
}

static void mail_free(struct mail *m)
{
	TAILQ_REMOVE(&m->client->mails, m, link);
	(void)curl_multi_remove_handle(m->client->multi, m->easy);
	curl_easy_cleanup(m->easy);
	curl_slist_free_all(m->to);
	explicit_bzero(m->text, m->size); /* there is a code in it */
	free(m->text);
	free(m);
}

/* What became of it -----------------------------------------------------------------------------------------------------------*/

/* What no other mail would fare better with. */
static bool is_ours(CURLcode rc)
{
	return rc == CURLE_LOGIN_DENIED || rc == CURLE_USE_SSL_FAILED ||
	       rc == CURLE_PEER_FAILED_VERIFICATION || rc == CURLE_SSL_CACERT_BADFILE ||
	       rc == CURLE_URL_MALFORMAT || rc == CURLE_UNSUPPORTED_PROTOCOL;
}

/* A number of an enhanced code and what follows it; NULL: there is none. */
static const char *digits(const char *s, unsigned *out)
{
	char *end = NULL;
	*out = *s >= '0' && *s <= '9' ? (unsigned)strtoul(s, &end, 10) : 0;
	return end;
}

/* A reply's enhanced code (RFC 3463), "5.1.1" → 1 and 1; false: it has none. */
static bool enhanced_code(const char *reply, unsigned *subject, unsigned *detail)
{
	if (strlen(reply) <= CODE_DIGITS || strncmp(reply + CODE_DIGITS + 1, "5.", 2) != 0)
		return false;
	const char *rest = digits(reply + CODE_DIGITS + 3, subject);
	return rest && *rest == '.' && digits(rest + 1, detail);
}

/*
 * Whether the server means the address, and no other mail would fare better. A relay that does not let us in, a policy, a
 * protocol it wants otherwise, a full disk say 5yz, too, and mean us, or this moment.
 */
static bool means_address(const struct mail *m)
{
	unsigned subject = 0, detail = 0;
	if ((m->stage != STAGE_TO && m->stage != STAGE_TEXT) ||
	    (m->code != 550 && m->code != 551 && m->code != 553))
		return false;
	if (!enhanced_code(m->reply, &subject, &detail))
		return true;
	/* 5.1.7 and 5.1.8 are about the sender */
	return subject == 1 && detail != 7 && detail != 8;
}

static enum mail_outcome judge(const struct mail *m, CURLcode rc)
{
	bool later = m->code >= 400 && m->code < 500, never = m->code >= 500 && m->code < 600;
	if (rc == CURLE_OK)
		return MAIL_SENT;
	if (later || (!never && !is_ours(rc)))
		return MAIL_LATER;
	return never && means_address(m) ? MAIL_REFUSED : MAIL_BROKEN;
}

/* Whether it came to nothing before anything was said of this mail's address, or the server said goodbye (421). */
static bool means_everybody(const struct mail *m, CURLcode rc)
{
	return rc != CURLE_OK &&
	       (m->stage < STAGE_TO || m->code == 421 || (m->stage == STAGE_TO && m->code == 0));
}

/* with an @ it may be a proxy's address, as it was given */
static void put_reply(const struct mail *m, CURLcode rc, char *out, size_t size)
{
	const char *said =
	    m->error[0] && !strchr(m->error, '@') ? m->error : curl_easy_strerror(rc);
	if (rc == CURLE_OK || m->code >= 400)
		said = m->reply;
	(void)snprintf(out, size, "%.*s", (int)strcspn(said, "\r\n"), said);
}

static void finish(struct mail *m, CURLcode rc)
{
	struct mail_result result = {.outcome = judge(m, rc),
	    .maybe_delivered = rc != CURLE_OK && m->stage == STAGE_TEXT && m->code == 0,
	    .of_server = means_everybody(m, rc)};
	put_reply(m, rc, result.reply, sizeof result.reply);
	mail_callback *callback = m->callback;
	void *data = m->data;
	mail_free(m);
	callback(&result, data);
}

static void look_for_finished(struct mail_client *c)
{
	const CURLMsg *message;
	for (int left; (message = curl_multi_info_read(c->multi, &left));) {
		if (message->msg != CURLMSG_DONE)
			continue;
		struct mail *m = NULL;
		(void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&m);
		finish(m, message->data.result);
		if (c->closing)
			return; /* by the callback */
	}
}

/* curl on the loop ------------------------------------------------------------------------------------------------------------*/

static void act(struct mail_client *c, curl_socket_t fd, int flags)
{
	int running;
	(void)curl_multi_socket_action(c->multi, fd, flags, &running);
	look_for_finished(c);
}

static void on_timer(uv_timer_t *timer)
{
	act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static int on_curl_timer(CURLM *multi, long timeout_ms, void *data)
{
	(void)multi;
	struct mail_client *c = data;
	if (c->closing)
		return 0;
	if (timeout_ms < 0)
		(void)uv_timer_stop(&c->timer);
	else
		(void)uv_timer_start(&c->timer, on_timer, (uint64_t)timeout_ms, 0);
	return 0;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct watched *w = poll->data;
	int flags = (events & UV_READABLE ? CURL_CSELECT_IN : 0) |
		    (events & UV_WRITABLE ? CURL_CSELECT_OUT : 0);
	act(w->client, w->fd, status < 0 ? CURL_CSELECT_ERR : flags);
}

static int on_curl_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *socket_data)
{
	(void)easy;
	struct mail_client *c = data;
	struct watched *w = socket_data;
	if (what == CURL_POLL_REMOVE) {
		(void)curl_multi_assign(c->multi, fd, NULL);
		if (w)
			uv_close((uv_handle_t *)&w->poll, on_watched_closed);
		return 0;
	}
	if (!w) {
		w = calloc(1, sizeof *w);
		if (!w || uv_poll_init_socket(c->loop, &w->poll, fd) != 0) {
			free(w);
			return -1;
		}
		w->client = c;
		w->fd = fd;
		w->poll.data = w;
		c->handles++;
		(void)curl_multi_assign(c->multi, fd, w);
	}
	int events =
	    (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
	return uv_poll_start(&w->poll, events, on_poll) == 0 ? 0 : -1;
}

static curl_socket_t open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
	(void)data, (void)purpose;
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* What is said to and fro -----------------------------------------------------------------------------------------------------*/

/* Of what we say only the word it begins with is looked at: passwords go by here. */
static void note_command(struct mail *m, const char *line, size_t n)
{
	static const struct {
		const char *word;
		enum stage stage;
	} words[] = {{"EHLO", STAGE_HELLO}, {"HELO", STAGE_HELLO}, {"STARTTLS", STAGE_HELLO},
	    {"AUTH", STAGE_LOGIN}, {"MAIL ", STAGE_FROM}, {"RCPT ", STAGE_TO},
	    {"DATA", STAGE_TEXT}};
	m->parting |= n >= 4 && strncmp(line, "QUIT", 4) == 0;
	if (m->parting)
		return;
	m->code = 0;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (n >= strlen(words[i].word) &&
		    strncmp(line, words[i].word, strlen(words[i].word)) == 0)
			m->stage = words[i].stage;
}

static void note_reply(struct mail *m, const char *line, size_t n)
{
	if (m->parting || n < CODE_DIGITS || strspn(line, "0123456789") < CODE_DIGITS)
		return;
	m->code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
	size_t shown = n < sizeof m->reply ? n : sizeof m->reply - 1;
	memcpy(m->reply, line, shown);
	m->reply[shown] = '\0';
}

static int on_debug(CURL *easy, curl_infotype type, char *bytes, size_t n, void *data)
{
	(void)easy;
	struct mail *m = data;
	if (type == CURLINFO_HEADER_OUT)
		note_command(m, bytes, n);
	else if (type == CURLINFO_HEADER_IN)
		note_reply(m, bytes, n);
	else if (type == CURLINFO_DATA_OUT)
		m->code = 0; /* the answer to DATA was go on; the one to the text is to come */
	return 0;
}

static size_t on_read(char *to, size_t size, size_t count, void *data)
{
	struct mail *m = data;
	size_t n = size * count < m->size - m->at ? size * count : m->size - m->at;
	memcpy(to, m->text + m->at, n);
	m->at += n;
	return n;
}

/* From start to end -----------------------------------------------------------------------------------------------------------*/

static bool url_part(CURLU *url, CURLUPart part, char *out, size_t size)
{
	char *text = NULL;
	bool there = curl_url_get(url, part, &text, 0) == CURLUE_OK;
	(void)snprintf(out, size, "%s", there ? text : "");
	curl_free(text);
	return there;
}

void mail_check(const struct mail_options *options, struct buf *problems)
{
	char scheme[16] = "", host[WIRE_HOST_SIZE] = "", path[8] = "", user[8];
	CURLU *url = curl_url();
	bool usable =
	    url && curl_url_set(url, CURLUPART_URL, secret_reveal(options->url), 0) == CURLUE_OK &&
	    url_part(url, CURLUPART_SCHEME, scheme, sizeof scheme) &&
	    url_part(url, CURLUPART_HOST, host, sizeof host) &&
	    (strcmp(scheme, "smtp") == 0 || strcmp(scheme, "smtps") == 0);
	bool has_user = url && url_part(url, CURLUPART_USER, user, sizeof user);
	if (url)
		(void)url_part(url, CURLUPART_PATH, path, sizeof path);
	curl_url_cleanup(url);
	if (!usable || (path[0] && strcmp(path, "/") != 0))
		buf_adds(problems,
		    "SMTP_URL is not usable; it must be: smtp(s)://[user:password@]host[:port], "
		    "with %40 for an @ and %2F for a / in user and password\n");
	else if (options->tls_optional && strcmp(scheme, "smtp") == 0 && has_user &&
		 !wire_is_here(host))
		buf_adds(problems,
		    "SMTP_TLS=optional would send the password of SMTP_URL in clear to another "
		    "machine; set it to required, or take user and password away\n");
}

/* The path of an SMTP URL is what curl says after EHLO; a host's own name is mostly none that a server accepts. */
static char *url_with_hello(const struct mail_options *options)
{
	const char *at = strchr(options->from, '@');
	char *path = NULL, *whole = NULL;
	CURLU *url = curl_url();
	if (!url || asprintf(&path, "/%s", at ? at + 1 : "") < 0)
		abort();
	bool made = curl_url_set(url, CURLUPART_URL, secret_reveal(options->url), 0) == CURLUE_OK &&
		    curl_url_set(url, CURLUPART_PATH, path, 0) == CURLUE_OK &&
		    curl_url_get(url, CURLUPART_URL, &whole, 0) == CURLUE_OK;
	free(path);
	curl_url_cleanup(url);
	if (!made) /* mail_check() has let it pass */
		abort();
	return whole;
}

struct mail_client *mail_client_create(uv_loop_t *loop, const struct mail_options *options)
{
	struct mail_client *c = calloc(1, sizeof *c);
	if (!c || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
	    !(c->multi = curl_multi_init()))
		abort();
	c->loop = loop;
	c->options = *options;
	c->url = url_with_hello(options);
	c->trust = http_trust_find();
	TAILQ_INIT(&c->mails);
	if (asprintf(&c->from, "<%s>", options->from) < 0)
		abort();
	(void)uv_timer_init(loop, &c->timer);
	c->timer.data = c;
	c->handles = 1;
	(void)curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket);
	(void)curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
	(void)curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, on_curl_timer);
	(void)curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
	return c;
}

static void set_options(struct mail *m)
{
	const struct mail_client *c = m->client;
	const struct http_trust trust = c->trust;
	CURL *easy = m->easy;
#define SET(option, value) (void)curl_easy_setopt(easy, option, value)
	SET(CURLOPT_URL, c->url);
	SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	SET(CURLOPT_USE_SSL, (long)(c->options.tls_optional ? CURLUSESSL_TRY : CURLUSESSL_ALL));
	if (trust.file || trust.dir) {
		SET(CURLOPT_CAINFO, trust.file);
		SET(CURLOPT_CAPATH, trust.dir);
	}
	SET(CURLOPT_MAIL_FROM, c->from);
	SET(CURLOPT_MAIL_RCPT, m->to);
	SET(CURLOPT_UPLOAD, 1L);
	SET(CURLOPT_READFUNCTION, on_read);
	SET(CURLOPT_READDATA, m);
	SET(CURLOPT_VERBOSE, 1L); /* for on_debug; nothing is printed */
	SET(CURLOPT_DEBUGFUNCTION, on_debug);
	SET(CURLOPT_DEBUGDATA, m);
	SET(CURLOPT_ERRORBUFFER, m->error);
	SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(CURLOPT_FORBID_REUSE, 1L);
	SET(CURLOPT_FRESH_CONNECT, 1L);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	SET(CURLOPT_TIMEOUT_MS, (long)TRANSFER_MS);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_PRIVATE, m);
#undef SET
}

void mail_send(struct mail_client *client, const char *to, const char *text,
    mail_callback *callback, void *data)
{
	struct mail *m = calloc(1, sizeof *m);
	char *address = NULL;
	if (!m || asprintf(&address, "<%s>", to) < 0 || !(m->text = strdup(text)) ||
	    !(m->to = curl_slist_append(NULL, address)) || !(m->easy = curl_easy_init()))
		abort();
	free(address);
	m->client = client;
	m->size = strlen(text);
	m->callback = callback;
	m->data = data;
	TAILQ_INSERT_TAIL(&client->mails, m, link);
	set_options(m);
	(void)curl_multi_add_handle(client->multi, m->easy);
}

void mail_client_destroy(struct mail_client *client)
{
	if (!client)
		return;
	client->closing = true;
	while (!TAILQ_EMPTY(&client->mails))
		// NOLINTNEXTLINE(clang-analyzer-unix.Malloc): the analyser does not follow TAILQ_REMOVE
		mail_free(TAILQ_FIRST(&client->mails));
	(void)curl_multi_cleanup(client->multi);
	uv_close((uv_handle_t *)&client->timer, on_timer_closed);
}

/* A look at the server -------------------------------------------------------------------------------------------------------*/

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
	struct mail_client client = {
	    .options = *options, .url = url_with_hello(options), .trust = http_trust_find()};
	struct mail m = {.client = &client};
	char *command = NULL;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(m.easy = curl_easy_init()) ||
	    asprintf(&command, "MAIL FROM:<%s>", options->from) < 0)
		abort();
	set_options(&m);
	/* a command of one's own in the place of a mail; the hang-up after it ends what it began */
	(void)curl_easy_setopt(m.easy, CURLOPT_UPLOAD, 0L);
	(void)curl_easy_setopt(m.easy, CURLOPT_NOBODY, 1L);
	(void)curl_easy_setopt(m.easy, CURLOPT_CUSTOMREQUEST, command);
	(void)curl_easy_setopt(m.easy, CURLOPT_CONNECTTIMEOUT_MS, (long)timeout_ms);
	(void)curl_easy_setopt(m.easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
#if LIBCURL_VERSION_NUM >= 0x075700
	/* a look-up of a name that goes on is not waited for */
	(void)curl_easy_setopt(m.easy, CURLOPT_QUICK_EXIT, 1L);
#endif
	CURLcode rc = curl_easy_perform(m.easy);
	*look = (struct mail_look){.failed_at = step_of(&m, rc),
	    .for_now = m.code >= 400 ? m.code < 500 : rc == CURLE_OPERATION_TIMEDOUT};
	put_reply(&m, rc, look->reply, sizeof look->reply);
	curl_easy_cleanup(m.easy);
	free(command);
	explicit_bzero(client.url, strlen(client.url)); /* there is a password in it */
	curl_free(client.url);
}
