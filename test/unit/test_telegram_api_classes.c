/*
 * Which class an answer has: the table of the real server's cases, then a few through a socket.
 */
#include "salesreg/base/buf.h"
#include "salesreg/telegram/api.h"
#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "row_tests.h"

/* --- the pure decision --- */

static const struct every_error_of_the_bot_api_has_its_class_row {
	int64_t code;
	const char *description;
	enum telegram_class class;
} every_error_of_the_bot_api_has_its_class_rows[] = {
    {400, "Bad Request: chat not found", TELEGRAM_GONE},
    {400, "Bad Request: PRIVACY_PREMIUM_REQUIRED", TELEGRAM_GONE},
    /* about a button, not about who is written to */
    {400, "Bad Request: BUTTON_USER_PRIVACY_RESTRICTED", TELEGRAM_BUG},
    {400, "Bad Request: user not found", TELEGRAM_GONE},
    {400, "Bad Request: PEER_ID_INVALID", TELEGRAM_GONE},
    {400, "Bad Request: group chat was upgraded to a supergroup chat", TELEGRAM_GONE},
    {400, "Bad Request: have no rights to send a message", TELEGRAM_GONE},
    {400, "Bad Request: message text is empty", TELEGRAM_BUG},
    {400, "Bad Request: message is too long", TELEGRAM_BUG},
    {400, "Bad Request: can't parse entities: unexpected end of tag", TELEGRAM_BUG},
    {400, "Bad Request: BUTTON_DATA_INVALID", TELEGRAM_BUG},
    {400, "Bad Request: message to edit not found", TELEGRAM_OK},
    {400, "Bad Request: message can't be edited", TELEGRAM_OK},
    {400, "Bad Request: MESSAGE_ID_INVALID", TELEGRAM_OK},
    {400, "Bad Request: query is too old and response timeout expired or query ID is invalid",
	TELEGRAM_BUG},
    {400,
	"Bad Request: message is not modified: specified new message content and reply "
	"markup are exactly",
	TELEGRAM_OK},
    {400, "Bad Request: Bad Gateway", TELEGRAM_RETRY},
    {400, "Bad Request: bad Gateway", TELEGRAM_RETRY},
    {400, "Bad Request: Internal Server Error", TELEGRAM_RETRY},
    {400, "Bad Request: Gateway Timeout", TELEGRAM_RETRY},
    {400, "", TELEGRAM_BUG},
    {401, "Unauthorized", TELEGRAM_TOKEN},
    {401, "Unauthorized: invalid token specified", TELEGRAM_TOKEN},
    {403, "Forbidden: bot was blocked by the user", TELEGRAM_GONE},
    {403, "Forbidden: user is deactivated", TELEGRAM_GONE},
    {403, "Forbidden: bot can't initiate conversation with a user", TELEGRAM_GONE},
    {404, "Not Found", TELEGRAM_TOKEN},
    {404, "Not Found: method not found", TELEGRAM_BUG},
    {409,
	"Conflict: terminated by other getUpdates request; make sure that only one bot "
	"instance is running",
	TELEGRAM_CONFLICT},
    {409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook",
	TELEGRAM_CONFLICT},
    {413, "Request Entity Too Large", TELEGRAM_BUG},
    {429, "Too Many Requests: retry after 5", TELEGRAM_RETRY},
    {500, "Internal Server Error: restart", TELEGRAM_RETRY},
    {502, "Bad Gateway", TELEGRAM_RETRY},
    {0, "", TELEGRAM_UNKNOWN},
};

static void every_error_of_the_bot_api_has_its_class(void **state)
{
	const struct every_error_of_the_bot_api_has_its_class_row *row = *state;
	struct telegram_facts facts = {.http_status = row->code,
	    .is_reply = true,
	    .error_code = row->code,
	    .retry_after_ms = -1,
	    .description = row->description};
	enum telegram_class class = telegram_classify(&facts);
	if (class != row->class)
		fail_msg("%lld %s: %s", (long long)row->code, row->description,
		    telegram_class_name(class));
}

static const struct an_answer_not_from_the_bot_api_is_judged_by_its_status_row {
	long status;
	bool empty;
	enum telegram_class class;
} an_answer_not_from_the_bot_api_is_judged_by_its_status_rows[] = {
    {200, true, TELEGRAM_UNKNOWN},
    {200, false, TELEGRAM_UNKNOWN},
    {302, false, TELEGRAM_UNKNOWN},
    {400, true, TELEGRAM_BUG},
    {400, false, TELEGRAM_UNKNOWN},
    {401, true, TELEGRAM_TOKEN},
    {401, false, TELEGRAM_UNKNOWN},
    {403, false, TELEGRAM_UNKNOWN},
    {404, true, TELEGRAM_TOKEN},
    {404, false, TELEGRAM_UNKNOWN},
    {413, true, TELEGRAM_BUG},
    {429, false, TELEGRAM_RETRY},
    {431, true, TELEGRAM_BUG},
    {500, false, TELEGRAM_UNKNOWN},
    {501, true, TELEGRAM_BUG},
    {502, false, TELEGRAM_UNKNOWN},
    {503, false, TELEGRAM_UNKNOWN},
    {504, false, TELEGRAM_UNKNOWN},
};

static void an_answer_not_from_the_bot_api_is_judged_by_its_status(void **state)
{
	const struct an_answer_not_from_the_bot_api_is_judged_by_its_status_row *row = *state;
	struct telegram_facts facts = {.http_status = row->status,
	    .empty_body = row->empty,
	    .retry_after_ms = -1,
	    .description = ""};
	enum telegram_class class = telegram_classify(&facts);
	if (class != row->class)
		fail_msg("%ld: %s", row->status, telegram_class_name(class));
}

static const struct a_failed_transfer_is_judged_by_what_went_out_row {
	enum err err;
	bool maybe_delivered;
	enum telegram_class class;
} a_failed_transfer_is_judged_by_what_went_out_rows[] = {
    {ERR_UNAVAILABLE, false, TELEGRAM_RETRY},
    {ERR_TIMEOUT, false, TELEGRAM_RETRY},
    {ERR_IO, false, TELEGRAM_RETRY},
    {ERR_TIMEOUT, true, TELEGRAM_UNKNOWN},
    {ERR_IO, true, TELEGRAM_UNKNOWN},
    {ERR_TOO_BIG, true, TELEGRAM_UNKNOWN},
    {ERR_INVALID, false, TELEGRAM_BUG},
    {ERR_CANCELLED, false, TELEGRAM_CANCELLED},
    {ERR_CANCELLED, true, TELEGRAM_CANCELLED},
};

static void a_failed_transfer_is_judged_by_what_went_out(void **state)
{
	const struct a_failed_transfer_is_judged_by_what_went_out_row *row = *state;
	struct telegram_facts facts = {.err = row->err,
	    .maybe_delivered = row->maybe_delivered,
	    .retry_after_ms = -1,
	    .description = ""};
	assert_int_equal(telegram_classify(&facts), row->class);
}

static const struct only_tokens_of_the_right_form_pass_row {
	const char *token;
	int64_t bot_id;
} only_tokens_of_the_right_form_pass_rows[] = {
    {"123456:ABC-DEF_1234ghIkl", 123456},
    {"7000000001:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", 7000000001},
    {"", 0},
    {":", 0},
    {"123456", 0},
    {"123456:", 0},
    {"123456:ab", 0},
    {":ABCDEF", 0},
    {"0123:ABCDEF", 0},
    {"-5:ABCDEF", 0},
    {"123456:ABC DEF", 0},
    {"123456:ABCDEF\n", 0},
    {" 123456:ABCDEF", 0},
    {"your_token_here", 0},
    {"123456:ABC/getMe?", 0},
    {"99999999999999999999:ABCDEF", 0},
};

static void only_tokens_of_the_right_form_pass(void **state)
{
	const struct only_tokens_of_the_right_form_pass_row *row = *state;
	struct secret token = {0};
	assert_int_equal(secret_set(&token, row->token), ERR_OK);
	assert_int_equal(telegram_token_bot_id(&token), row->bot_id);
	assert_int_equal(telegram_token_is_well_formed(&token), row->bot_id != 0);
	secret_finish(&token);
}

static void no_token_is_no_bot(void **state)
{
	(void)state;
	assert_int_equal(telegram_token_bot_id(&(struct secret){0}), 0);
}

/* --- through a socket: a server that gives one prepared answer to each connection --- */

static struct {
	int fd, port;
	pthread_t thread;
	const char *status, *body; /* status NULL: no answer until the peer goes away */
	char request[2048];
} server;

static void *server_main(void *arg)
{
	(void)arg;
	for (int fd; (fd = accept(server.fd, NULL, NULL)) >= 0; (void)close(fd)) {
		ssize_t n = recv(fd, server.request, sizeof server.request - 1, 0);
		server.request[n > 0 ? n : 0] = '\0';
		if (!server.status) {
			char byte;
			(void)recv(fd, &byte, 1, 0);
			continue;
		}
		char answer[2048];
		int size = snprintf(answer, sizeof answer,
		    "HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s",
		    server.status, strlen(server.body), server.body);
		(void)send(fd, answer, (size_t)size, MSG_NOSIGNAL);
	}
	return NULL;
}

static int server_start(void **state)
{
	(void)state;
	struct sockaddr_in address = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	server.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(server.fd, (struct sockaddr *)&address, size) != 0 || listen(server.fd, 8) != 0 ||
	    getsockname(server.fd, (struct sockaddr *)&address, &size) != 0)
		return -1;
	server.port = ntohs(address.sin_port);
	return pthread_create(&server.thread, NULL, server_main, NULL);
}

static int server_stop(void **state)
{
	(void)state;
	(void)shutdown(server.fd, SHUT_RDWR);
	(void)pthread_join(server.thread, NULL);
	return close(server.fd);
}

struct outcome {
	int calls;
	struct telegram_answer answer;
	char description[TELEGRAM_DESCRIPTION_BYTES];
	char result[256];
};

static void on_answer(const struct telegram_answer *a, void *data)
{
	struct outcome *out = data;
	out->calls++;
	out->answer = *a;
	(void)snprintf(out->description, sizeof out->description, "%s", a->description);
	char *result = json_dumps(a->result, JSON_COMPACT | JSON_ENCODE_ANY);
	(void)snprintf(out->result, sizeof out->result, "%s", result ? result : "none");
	free(result);
}

static const char TOKEN[] = "123456:SECRET_abcdef";

static struct telegram *begin(uv_loop_t *loop)
{
	char base[64];
	struct secret token = {0};
	assert_int_equal(uv_loop_init(loop), 0);
	assert_int_equal(secret_set(&token, TOKEN), ERR_OK);
	(void)snprintf(base, sizeof base, "http://127.0.0.1:%d//", server.port);
	struct telegram *tg = telegram_create(loop, base, &token, NULL);
	secret_finish(&token);
	assert_non_null(tg);
	return tg;
}

static void on_closed(void *data)
{
	*(bool *)data = true;
}

static void finish(uv_loop_t *loop, struct telegram *tg)
{
	bool closed = false;
	telegram_destroy(tg, on_closed, &closed);
	assert_false(closed);
	(void)uv_run(loop, UV_RUN_DEFAULT);
	assert_true(closed);
	assert_int_equal(uv_loop_close(loop), 0);
}

static struct outcome ask_method(const char *method, const char *status, const char *body)
{
	uv_loop_t loop;
	struct telegram *tg = begin(&loop);
	struct outcome out = {0};
	server.status = status;
	server.body = body;
	assert_non_null(telegram_call(tg, method, "{\"chat_id\":1}", 13, 5000, on_answer, &out));
	assert_int_equal(out.calls, 0);
	while (out.calls == 0)
		(void)uv_run(&loop, UV_RUN_ONCE);
	finish(&loop, tg);
	assert_int_equal(out.calls, 1);
	return out;
}

static struct outcome ask(const char *status, const char *body)
{
	return ask_method("sendMessage", status, body);
}

static void a_sent_message_brings_its_id(void **state)
{
	(void)state;
	struct outcome out =
	    ask("200 OK", "{\"ok\":true,\"result\":{\"message_id\":42,\"chat\":{\"id\":1}}}");
	assert_int_equal(out.answer.class, TELEGRAM_OK);
	assert_int_equal(out.answer.message_id, 42);
	assert_int_equal(out.answer.retry_after_ms, -1);
	assert_string_equal(out.result, "none");
	assert_string_equal(out.description, "");
	assert_non_null(
	    strstr(server.request, "POST /bot123456:SECRET_abcdef/sendMessage HTTP/1.1\r\n"));
	assert_non_null(strstr(server.request, "\r\n\r\n{\"chat_id\":1}"));
}

static const struct the_id_of_a_sent_message_is_found_in_any_order_row {
	const char *body;
	int64_t id;
} the_id_of_a_sent_message_is_found_in_any_order_rows[] = {
    {"{\"ok\":true,\"result\":{\"message_id\":42}}", 42},
    {"{\"ok\":true,\"result\":{\"date\":1,\"message_id\":42}}", 42},
    {"{\"result\":{\"message_id\":42},\"ok\":true}", 42},
    {" {\"ok\": true, \"result\": {\"message_id\": 42}}", 42},
    {"{\"ok\":true,\"result\":{\"message_id\":\"42\"}}", 0},
    {"{\"ok\":true,\"result\":{\"message_id\":42.5}}", 0},
    {"{\"ok\":true,\"result\":true}", 0},
};

static void the_id_of_a_sent_message_is_found_in_any_order(void **state)
{
	const struct the_id_of_a_sent_message_is_found_in_any_order_row *row = *state;
	struct outcome out = ask("200 OK", row->body);
	assert_int_equal(out.answer.class, TELEGRAM_OK);
	assert_int_equal(out.answer.message_id, row->id);
}

static void other_methods_bring_their_whole_result(void **state)
{
	(void)state;
	struct outcome out =
	    ask_method("getMe", "200 OK", "{\"ok\":true,\"result\":{\"id\":123456}}");
	assert_int_equal(out.answer.class, TELEGRAM_OK);
	assert_string_equal(out.result, "{\"id\":123456}");
	out = ask_method("sendPhoto", "200 OK", "{\"ok\":true,\"result\":{\"message_id\":42}}");
	assert_int_equal(out.answer.message_id, 42);
	assert_string_equal(out.result, "{\"message_id\":42}");
}

static void parameters_are_reported(void **state)
{
	(void)state;
	struct outcome out = ask("429 Too Many Requests",
	    "{\"ok\":false,\"error_code\":429,\"description\":\"Too Many "
	    "Requests: retry after 5\",\"parameters\":{\"retry_after\":5}}");
	assert_int_equal(out.answer.class, TELEGRAM_RETRY);
	assert_int_equal(out.answer.retry_after_ms, 5000);
	assert_int_equal(out.answer.error_code, 429);
	assert_string_equal(out.result, "none");
	out = ask("400 Bad Request",
	    "{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request: group chat was "
	    "upgraded to a supergroup chat\",\"parameters\":{\"migrate_to_chat_id\":-1001}}");
	assert_int_equal(out.answer.class, TELEGRAM_GONE);
	out = ask("400 Bad Request",
	    "{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request: query is too old\"}");
	assert_int_equal(out.answer.class, TELEGRAM_BUG);
	assert_true(out.answer.stale_query);
	out = ask("400 Bad Request", "{\"ok\":false,\"error_code\":400,\"description\":\"Bad "
				     "Request: message is not modified: x\"}");
	assert_int_equal(out.answer.class, TELEGRAM_OK);
	assert_true(out.answer.not_modified && !out.answer.edits_nothing);
	out = ask("400 Bad Request", "{\"ok\":false,\"error_code\":400,\"description\":\"Bad "
				     "Request: message to edit not found\"}");
	assert_int_equal(out.answer.class, TELEGRAM_OK);
	assert_true(out.answer.edits_nothing);
	assert_int_equal(out.answer.message_id, 0);
}

static void descriptions_are_scrubbed_and_bounded(void **state)
{
	(void)state;
	struct outcome out = ask("400 Bad Request",
	    "{\"ok\":false,\"error_code\":400,\"description\":\"no\\n /bot123456:"
	    "SECRET_abcdef/x nor SECRET_abcdef\"}");
	assert_string_equal(out.description, "no  /bot[...]/x nor [...]");
	struct buf body;
	buf_init(&body, 2000);
	buf_adds(&body, "{\"ok\":false,\"error_code\":400,\"description\":\"");
	for (int i = 0; i < 400; i++)
		buf_adds(&body, "ж");
	buf_adds(&body, "\"}");
	out = ask("400 Bad Request", buf_text(&body));
	buf_finish(&body);
	assert_int_equal(
	    strlen(out.description), TELEGRAM_DESCRIPTION_BYTES - 2); /* whole letters only */
	out = ask("502 Bad Gateway", "<html>SECRET</html>");
	assert_int_equal(out.answer.class, TELEGRAM_UNKNOWN);
	assert_string_equal(
	    out.description, "HTTP status 502 with 19 bytes that are not the Bot API's");
}

static void senseless_answers_are_unknown(void **state)
{
	(void)state;
	static const char *const bodies[] = {
	    "", "{\"ok\":tru", "[]", "\"ok\"", "{\"ok\":1}", "{}", "null"};
	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
		struct outcome out = ask("200 OK", bodies[i]);
		assert_int_equal(out.answer.class, TELEGRAM_UNKNOWN);
		assert_true(out.answer.maybe_delivered);
	}
	struct outcome out = ask("200 OK", "{\"ok\":true}");
	assert_int_equal(out.answer.class, TELEGRAM_OK);
	out = ask("400 Bad Request",
	    "{\"ok\":false,\"error_code\":\"x\",\"description\":7,\"parameters\":[]}");
	assert_int_equal(out.answer.class, TELEGRAM_BUG);
	out = ask(
	    "200 OK", "{\"ok\":true,\"result\":[{\"update_id\":5,\"x\":99999999999999999999}]}");
	assert_int_equal(
	    out.answer.class, TELEGRAM_OK); /* one number out of range does not cost the batch */
}

static void destroying_cancels_and_cancelling_is_silent(void **state)
{
	(void)state;
	uv_loop_t loop;
	struct telegram *tg = begin(&loop);
	struct outcome held = {0}, cancelled = {0}, late = {0};
	server.status = NULL;
	(void)telegram_call(tg, "getUpdates", NULL, 0, 0, on_answer, &held);
	struct telegram_call *call =
	    telegram_call(tg, "sendMessage", NULL, 0, 0, on_answer, &cancelled);
	assert_false(telegram_call_maybe_delivered(call));
	(void)uv_run(&loop, UV_RUN_ONCE);
	(void)uv_run(&loop, UV_RUN_NOWAIT);
	telegram_call_cancel(call);
	telegram_call_cancel(NULL);
	bool closed = false;
	telegram_destroy(tg, on_closed, &closed);
	assert_null(telegram_call(tg, "getMe", NULL, 0, 0, on_answer, &late));
	assert_int_equal(held.calls, 0);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	assert_true(closed);
	assert_int_equal(held.calls, 1);
	assert_int_equal(held.answer.class, TELEGRAM_CANCELLED);
	assert_int_equal(cancelled.calls + late.calls, 0);
	assert_int_equal(uv_loop_close(&loop), 0);
	telegram_destroy(NULL, NULL, NULL);
}

int main(void)
{
	const struct row_test tests[] = {
	    {cmocka_unit_test(every_error_of_the_bot_api_has_its_class),
		ROWS(every_error_of_the_bot_api_has_its_class_rows, description)},
	    {cmocka_unit_test(an_answer_not_from_the_bot_api_is_judged_by_its_status),
		ROWS_BY_NUMBER(an_answer_not_from_the_bot_api_is_judged_by_its_status_rows)},
	    {cmocka_unit_test(a_failed_transfer_is_judged_by_what_went_out),
		ROWS_BY_NUMBER(a_failed_transfer_is_judged_by_what_went_out_rows)},
	    {cmocka_unit_test(only_tokens_of_the_right_form_pass),
		ROWS(only_tokens_of_the_right_form_pass_rows, token)},
	    {cmocka_unit_test(no_token_is_no_bot), ONCE},
	    {cmocka_unit_test(a_sent_message_brings_its_id), ONCE},
	    {cmocka_unit_test(the_id_of_a_sent_message_is_found_in_any_order),
		ROWS(the_id_of_a_sent_message_is_found_in_any_order_rows, body)},
	    {cmocka_unit_test(other_methods_bring_their_whole_result), ONCE},
	    {cmocka_unit_test(parameters_are_reported), ONCE},
	    {cmocka_unit_test(descriptions_are_scrubbed_and_bounded), ONCE},
	    {cmocka_unit_test(senseless_answers_are_unknown), ONCE},
	    {cmocka_unit_test(destroying_cancels_and_cancelling_is_silent), ONCE},
	};
	return RUN_ROW_TESTS(tests, server_start, server_stop);
}
