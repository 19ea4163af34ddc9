#include "salesreg/sandbox/sandbox.h"
#include "salesreg/base/clock.h"
#include "salesreg/http/certificate.h"
#include "salesreg/http/server.h"
#include "salesreg/sandbox/answer.h"
#include "salesreg/sandbox/control.h"
#include "salesreg/sandbox/extension.h"
#include "salesreg/sandbox/google/google.h"
#include "salesreg/sandbox/hold.h"
#include "salesreg/sandbox/keep.h"
#include "salesreg/sandbox/model.h"
#include "salesreg/sandbox/page.h"
#include "salesreg/sandbox/stream.h"
#include "salesreg/sandbox/telegram/business/business.h"
#include "salesreg/sandbox/telegram/call.h"
#include "salesreg/sandbox/telegram/file/file.h"
#include "salesreg/sandbox/telegram/updates.h"
#include "salesreg/sandbox/transcript.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	BODY_MAX_BYTES = 1024 * 1024, /* as the server's limit on parameters */
	ANSWER_MAX_BYTES = 128 * 1024 * 1024,
	UPDATE_MAX_BYTES = 4 * 1024 * 1024,
};
static const int64_t FIRST_USER_ID = 1000000001;

static void on_request(void *data, struct http_exchange *x)
{
	struct sandbox *s = data;
	const char *path = http_exchange_path(x), *wrong = NULL;
	if (strncmp(path, "/bot", 4) == 0 && !(wrong = http_guard_program(&s->guard, x)))
		call_handle(s, x, path);
	else if (strncmp(path, "/file/bot", 9) == 0 && !(wrong = http_guard_program(&s->guard, x)))
		files_handle(s, x, path);
	else if (strncmp(path, "/sandbox/", 9) == 0 && !(wrong = http_guard_call(&s->guard, x)))
		control_handle(s, x, path + 9);
	else if (strncmp(path, "/google/", 8) == 0)
		google_handle(s, x, path);
	else if (strcmp(path, "/") == 0 || strncmp(path, "/page/", 6) == 0)
		page_handle(s, x, path);
	else
		answer_fail(s, x, wrong ? 403 : 404, wrong ? wrong : "no such page");
}

static void on_closed(void *data, struct http_exchange *x)
{
	if (!stream_on_closed(data, x))
		hold_on_closed(data, x);
}

/* NULL stays NULL. */
static char **copy_list(const char *const *list)
{
	size_t count = 0;
	if (!list)
		return NULL;
	while (list[count])
		count++;
	char **copy = (char **)calloc(count + 1, sizeof *copy);
	if (!copy)
		abort();
	for (size_t i = 0; i < count; i++)
		set_string(&copy[i], list[i]);
	return copy;
}

static void copy_options(struct sandbox *s, const struct sandbox_options *options)
{
	set_string(&s->username, options->username ? options->username : "salesreg_sandbox_bot");
	s->tokens = copy_list(options->tokens);
	s->hosts = copy_list(options->hosts);
	s->guard = (struct http_guard){.names = s->hosts,
	    .unknown_host = "this host name is not known here: start the sandbox with --host NAME"};
	s->system = options->system;
}

/* At once or not at all: nobody reads half of it. */
static enum err write_file(const char *path, const char *text, char *message, size_t message_size)
{
	char half[PATH_MAX];
	int n = snprintf(half, sizeof half, "%s.new", path);
	FILE *file = n > 0 && (size_t)n < sizeof half ? fopen(half, "we") : NULL;
	bool good = file && fputs(text, file) >= 0;
	if (file && fclose(file) != 0)
		good = false;
	if (good && rename(half, path) == 0)
		return ERR_OK;
	(void)snprintf(
	    message, message_size, "--tls: %s cannot be written: %s", path, strerror(errno));
	return ERR_CONFIG;
}

static enum err make_certificate(struct http_certificate *certificate,
    const struct sandbox_options *options, char *message, size_t message_size)
{
	enum err err = http_certificate_make(certificate, options->hosts, message, message_size);
	return err == ERR_OK
		   ? write_file(options->tls, certificate->authority, message, message_size)
		   : err;
}

enum err sandbox_create(struct sandbox **out, uv_loop_t *loop,
    const struct sandbox_options *options, char *message, size_t message_size)
{
	*out = NULL;
	struct sandbox *s = calloc(1, sizeof *s);
	if (!s)
		abort();
	s->loop = loop;
	s->random = options->seeded ? options->seed : clock_random();
	s->next_user_id = FIRST_USER_ID;
	map_init(&s->users);
	TAILQ_INIT(&s->holds);
	TAILQ_INIT(&s->faults);
	transcript_init(&s->transcript);
	limits_init(&s->limits);
	s->limits.enabled = options->limits;
	buf_init(&s->out, ANSWER_MAX_BYTES);
	buf_init(&s->json, UPDATE_MAX_BYTES);
	copy_options(s, options);
	s->google = google_create(s, options->redirects);
	struct http_certificate certificate = {0};
	enum err err =
	    options->tls ? make_certificate(&certificate, options, message, message_size) : ERR_OK;
	const struct http_server_options http = {.listen = options->listen,
	    .certificate = certificate.chain,
	    .key = certificate.key,
	    .body_max_bytes = BODY_MAX_BYTES,
	    .idle_timeout_s = options->idle_s,
	    .data = s,
	    .request = on_request,
	    .closed = on_closed};
	if (err == ERR_OK)
		err = http_server_create(&s->server, loop, &http, message, message_size);
	http_certificate_finish(&certificate);
	if (err != ERR_OK) {
		for (struct bot *bot = s->first_bot; bot; bot = bot->next) {
			updates_finish(&bot->updates);
			business_finish(bot);
		}
		google_destroy(s->google);
		files_finish(s);
		transcript_finish(&s->transcript);
		sandbox_state_finish(s);
		free(s);
		return err;
	}
	uv_timer_init(loop, &s->timer);
	s->timer.data = s;
	s->stream = stream_create(s);
	if (options->keep)
		keep_start(s, options->keep);
	*out = s;
	return ERR_OK;
}

static void on_timer_closed(uv_handle_t *handle)
{
	struct sandbox *s = handle->data;
	for (struct bot *bot = s->first_bot; bot; bot = bot->next) {
		updates_finish(&bot->updates);
		business_finish(bot);
	}
	google_destroy(s->google);
	files_finish(s);
	transcript_finish(&s->transcript);
	sandbox_state_finish(s);
	free(s);
}

void sandbox_destroy(struct sandbox *s)
{
	if (!s)
		return;
	s->closing = true;
	keep_stop(s);
	if (sandbox_extension())
		sandbox_extension()->destroy(s);
	stream_destroy(s->stream);
	for (struct hold *hold; (hold = TAILQ_FIRST(&s->holds));) {
		hold_stop(s, hold);
		hold->gone(s, hold);
	}
	http_server_destroy(s->server);
	uv_close((uv_handle_t *)&s->timer, on_timer_closed);
}

uint16_t sandbox_port(const struct sandbox *s)
{
	return http_server_port(s->server);
}
