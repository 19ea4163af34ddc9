#include "mail_private.h"
#include "salesreg/base/wire.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void mail_init(struct mail *m, struct mail_client *client)
{
	*m = (struct mail){.client = client};
	for (size_t i = 0; i < SOCKETS_MOST; i++)
		m->sockets[i] = CURL_SOCKET_BAD;
	if (uv_mutex_init(&m->lock) != 0 || !(m->easy = curl_easy_init()))
		abort();
}

void mail_finish(struct mail *m)
{
	curl_easy_cleanup(m->easy);
	uv_mutex_destroy(&m->lock);
}

static void mail_free(struct mail *m)
{
	TAILQ_REMOVE(&m->client->mails, m, link);
	mail_finish(m);
	curl_slist_free_all(m->to);
	explicit_bzero(m->text, m->size); /* there is a code in it */
	free(m->text);
	free(m);
}

/* RFC 5321 would wait for minutes; here somebody looks at a phone, and it is tried again anyway. */
enum { CONNECT_MS = 20000, TRANSFER_MS = 60000, CODE_DIGITS = 3, STACK_BYTES = 512 * 1024 };

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
void mail_put_reply(const struct mail *m, CURLcode rc, char *out, size_t size)
{
	const char *said =
	    m->error[0] && !strchr(m->error, '@') ? m->error : curl_easy_strerror(rc);
	if (rc == CURLE_OK || m->code >= 400)
		said = m->reply;
	(void)snprintf(out, size, "%.*s", (int)strcspn(said, "\r\n"), said);
}

static void tell(struct mail *m)
{
	struct mail_result result = {.outcome = judge(m, m->rc),
	    .maybe_delivered = m->rc != CURLE_OK && m->stage == STAGE_TEXT && m->code == 0,
	    .of_server = means_everybody(m, m->rc)};
	mail_put_reply(m, m->rc, result.reply, sizeof result.reply);
	mail_callback *callback = m->callback;
	void *data = m->data;
	mail_free(m);
	callback(&result, data);
}

/* Sockets, which a cut reaches while the thread waits for them ---------------------------------------------------------------*/

static void replace_socket(struct mail *m, curl_socket_t old, curl_socket_t new)
{
	for (size_t i = 0; i < SOCKETS_MOST; i++)
		if (m->sockets[i] == old) {
			m->sockets[i] = new;
			return;
		}
}

static curl_socket_t open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
	(void)purpose;
	struct mail *m = data;
	curl_socket_t fd =
	    socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	uv_mutex_lock(&m->lock);
	replace_socket(m, CURL_SOCKET_BAD, fd);
	uv_mutex_unlock(&m->lock);
	return fd;
}

static int close_socket(void *data, curl_socket_t fd)
{
	struct mail *m = data;
	uv_mutex_lock(&m->lock);
	replace_socket(m, fd, CURL_SOCKET_BAD);
	int rc = close(fd);
	uv_mutex_unlock(&m->lock);
	return rc;
}

static void cut(struct mail *m)
{
	uv_mutex_lock(&m->lock);
	m->cut = true;
	for (size_t i = 0; i < SOCKETS_MOST; i++)
		if (m->sockets[i] != CURL_SOCKET_BAD)
			(void)shutdown(m->sockets[i], SHUT_RDWR);
	uv_mutex_unlock(&m->lock);
}

/* Asked about once a second. To QUIT no answer is needed. */
static int on_progress(
    void *data, curl_off_t down_all, curl_off_t down, curl_off_t up_all, curl_off_t up)
{
	(void)down_all, (void)down, (void)up_all, (void)up;
	struct mail *m = data;
	uv_mutex_lock(&m->lock);
	bool is_cut = m->cut;
	uv_mutex_unlock(&m->lock);
	return is_cut || m->parting;
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
char *mail_url_with_hello(const struct mail_options *options)
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

static void free_client(struct mail_client *c)
{
	free(c->from);
	explicit_bzero(c->url, strlen(c->url)); /* there is a password in it */
	curl_free(c->url);
	free(c);
}

static void on_async_closed(uv_handle_t *handle)
{
	free_client(handle->data);
}

/* Memory goes with the last mail. */
static void close_if_idle(struct mail_client *c)
{
	if (c->closing && TAILQ_EMPTY(&c->mails) && !uv_is_closing((uv_handle_t *)&c->ended))
		uv_close((uv_handle_t *)&c->ended, on_async_closed);
}

static struct mail *next_ended(struct mail_client *c)
{
	struct mail *m;
	TAILQ_FOREACH (m, &c->mails, link) {
		uv_mutex_lock(&m->lock);
		// NOLINTNEXTLINE(clang-analyzer-unix.Malloc): the analyser does not follow TAILQ_REMOVE
		bool ended = m->ended;
		uv_mutex_unlock(&m->lock);
		if (ended)
			break;
	}
	return m;
}

static void on_ended(uv_async_t *async)
{
	struct mail_client *c = async->data;
	for (struct mail *m; (m = next_ended(c));) {
		(void)uv_thread_join(&m->thread);
		if (c->closing)
			mail_free(m);
		else
			tell(m);
	}
	close_if_idle(c);
}

struct mail_client *mail_client_create(uv_loop_t *loop, const struct mail_options *options)
{
	struct mail_client *c = calloc(1, sizeof *c);
	if (!c || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort();
	c->options = *options;
	c->url = mail_url_with_hello(options);
	c->trust = http_trust_find();
	TAILQ_INIT(&c->mails);
	if (asprintf(&c->from, "<%s>", options->from) < 0 ||
	    uv_async_init(loop, &c->ended, on_ended) != 0)
		abort();
	c->ended.data = c;
	return c;
}

void mail_set_options(struct mail *m)
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
	SET(CURLOPT_OPENSOCKETDATA, m);
	SET(CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	SET(CURLOPT_CLOSESOCKETDATA, m);
	SET(CURLOPT_NOPROGRESS, 0L);
	SET(CURLOPT_XFERINFOFUNCTION, on_progress);
	SET(CURLOPT_XFERINFODATA, m);
	SET(CURLOPT_FORBID_REUSE, 1L);
	SET(CURLOPT_FRESH_CONNECT, 1L);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	SET(CURLOPT_TIMEOUT_MS, (long)TRANSFER_MS);
	SET(CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
	SET(CURLOPT_QUICK_EXIT, 1L); /* else giving up waits for a stuck name look-up */
#endif
#undef SET
}

static void transfer(void *data)
{
	struct mail *m = data;
	m->rc = curl_easy_perform(m->easy);
	uv_mutex_lock(&m->lock);
	m->ended = true;
	/* inside the lock: whoever sees that it has ended may free what it is sent by */
	(void)uv_async_send(&m->client->ended);
	uv_mutex_unlock(&m->lock);
}

void mail_send(struct mail_client *client, const char *to, const char *text,
    mail_callback *callback, void *data)
{
	struct mail *m = malloc(sizeof *m);
	char *address = NULL;
	if (!m || asprintf(&address, "<%s>", to) < 0)
		abort();
	mail_init(m, client);
	if (!(m->text = strdup(text)) || !(m->to = curl_slist_append(NULL, address)))
		abort();
	free(address);
	m->size = strlen(text);
	m->callback = callback;
	m->data = data;
	TAILQ_INSERT_TAIL(&client->mails, m, link);
	mail_set_options(m);
	const uv_thread_options_t options = {
	    .flags = UV_THREAD_HAS_STACK_SIZE, .stack_size = STACK_BYTES};
	if (uv_thread_create_ex(&m->thread, &options, transfer, m) != 0)
		abort();
}

void mail_client_destroy(struct mail_client *client)
{
	if (!client)
		return;
	client->closing = true;
	struct mail *m;
	TAILQ_FOREACH (m, &client->mails, link)
		cut(m);
	close_if_idle(client);
}
