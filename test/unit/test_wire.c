#include "salesreg/base/wire.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void what_stays_here_or_goes_by_tls_is_not_open(void **state)
{
	static const char *const closed[] = {"http://127.0.0.1:8081", "http://localhost",
	    "http://LOCALHOST:1/x", "http://bot.localhost.:80", "http://[::1]:8081", "http://127.1",
	    "http://2130706433/", "http://[::ffff:127.0.0.1]", "http://user:x@127.0.0.1",
	    "https://api.telegram.org", "HTTPS://x", "smtps://mail.example.org",
	    "https://a:b@proxy", "socks5h://127.0.0.53:1080"};
	char host[WIRE_HOST_SIZE];
	(void)state;
	for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
		if (wire_is_open(closed[i], host))
			fail_msg("%s", closed[i]);
}

static void everything_else_is_and_its_host_is_named_without_a_password(void **state)
{
	static const struct {
		const char *url, *host;
	} open[] = {{"http://telegram-bot-api:8081", "telegram-bot-api"},
	    {"http://127.0.0.1@evil.example:80/", "evil.example"},
	    {"http://evil.example/@127.0.0.1", "evil.example"},
	    {"http://evil.example#@127.0.0.1", "evil.example"},
	    {"http://127.0.0.1:80@evil.example", "evil.example"},
	    {"http://127.0.0.1.evil.example", "127.0.0.1.evil.example"},
	    {"http://notlocalhost", "notlocalhost"}, {"http://10.0.0.1", "10.0.0.1"},
	    {"http://[::2]:8081", "::2"}, {"http://[fe80::1]", "fe80::1"},
	    {"http://user:secret@proxy:3128", "proxy"}, {"socks5h://a:b@proxy:1", "proxy"},
	    {"http://", ""}, {"proxy:3128", "proxy"}, {"a:b@proxy:3128", "proxy"},
	    {"smtp://mail.example.org:587", "mail.example.org"}};
	char host[WIRE_HOST_SIZE];
	(void)state;
	for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
		if (!wire_is_open(open[i].url, host))
			fail_msg("%s", open[i].url);
		assert_string_equal(host, open[i].host);
	}
}

static void a_password_is_what_stands_before_the_last_at(void **state)
{
	(void)state;
	assert_true(wire_has_password("http://user:secret@proxy:3128"));
	assert_true(wire_has_password("http://:secret@proxy"));
	assert_true(wire_has_password("http://user:a@b@proxy"));
	assert_true(wire_has_password("user:secret@proxy:3128"));
	assert_false(wire_has_password("http://user@proxy:3128"));
	assert_false(wire_has_password("http://user:@proxy:3128"));
	assert_false(wire_has_password("http://proxy:3128/a:b@c"));
	assert_false(wire_has_password("proxy:3128"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_stays_here_or_goes_by_tls_is_not_open),
	    cmocka_unit_test(everything_else_is_and_its_host_is_named_without_a_password),
	    cmocka_unit_test(a_password_is_what_stands_before_the_last_at),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
