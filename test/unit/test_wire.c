#include "salesreg/base/wire.h"
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

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

/* TEST-NET-1 is nobody's; this machine's own addresses are looked for below. */
static void how_far_a_host_is(void **state)
{
	static const struct {
		const char *host;
		enum wire_reach reach;
	} known[] = {{"localhost", WIRE_HERE}, {"127.0.0.1", WIRE_HERE}, {"::1", WIRE_HERE},
	    {"::1%lo", WIRE_HERE}, {"::1%25lo", WIRE_HERE}, {"::", WIRE_HERE},
	    {"0.0.0.0", WIRE_HERE}, {"postgres", WIRE_PRIVATE}, {"postgres.", WIRE_PRIVATE},
	    {"db.prod.svc", WIRE_PRIVATE}, {"db.prod.svc.cluster.local", WIRE_PRIVATE},
	    {"host.docker.internal", WIRE_PRIVATE}, {"10.255.254.253", WIRE_PRIVATE},
	    {"172.16.254.253", WIRE_PRIVATE}, {"172.31.254.253", WIRE_PRIVATE},
	    {"192.168.254.253", WIRE_PRIVATE}, {"169.254.254.253", WIRE_PRIVATE},
	    {"::ffff:10.255.254.253", WIRE_PRIVATE}, {"fe80::fefe%lo", WIRE_PRIVATE},
	    {"fd12:3456::1", WIRE_PRIVATE}, {"172.15.0.1", WIRE_AWAY}, {"172.32.0.1", WIRE_AWAY},
	    {"192.0.2.1", WIRE_AWAY}, {"2001:db8::1", WIRE_AWAY}, {"db.example.org", WIRE_AWAY},
	    {"internal", WIRE_PRIVATE}, {"notlocal", WIRE_PRIVATE}, {"db.notlocal", WIRE_AWAY},
	    {"", WIRE_AWAY}, {".", WIRE_AWAY}, {"2001:zz", WIRE_AWAY}};
	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (wire_reach(known[i].host) != known[i].reach)
			fail_msg("%s: %d", known[i].host, (int)wire_reach(known[i].host));
}

/* How many addresses the machine has that are not told to be here; the last of them into host. */
static size_t addresses_elsewhere(char host[NI_MAXHOST])
{
	struct ifaddrs *list = NULL;
	size_t count = 0;
	assert_int_equal(getifaddrs(&list), 0);
	for (const struct ifaddrs *i = list; i; i = i->ifa_next) {
		char name[NI_MAXHOST];
		int family = i->ifa_addr ? i->ifa_addr->sa_family : AF_UNSPEC;
		socklen_t size =
		    family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
		if ((family != AF_INET && family != AF_INET6) || !(i->ifa_flags & IFF_UP))
			continue;
		if (getnameinfo(i->ifa_addr, size, name, sizeof name, NULL, 0, NI_NUMERICHOST) ==
			0 &&
		    wire_reach(name) != WIRE_HERE) {
			count++;
			memcpy(host, name, sizeof name);
		}
	}
	freeifaddrs(list);
	return count;
}

/* Networks of containers come and go: one that goes between two looks is no fault, and does not do so each time. */
static void the_machine_s_own_addresses_are_here(void **state)
{
	char host[NI_MAXHOST] = "";
	(void)state;
	for (int tries = 0; tries < 5; tries++)
		if (addresses_elsewhere(host) == 0)
			return;
	fail_msg("%s", host);
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
	    {"http://notlocalhost", "notlocalhost"}, {"http://10.255.254.253", "10.255.254.253"},
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
	    cmocka_unit_test(how_far_a_host_is),
	    cmocka_unit_test(the_machine_s_own_addresses_are_here),
	    cmocka_unit_test(everything_else_is_and_its_host_is_named_without_a_password),
	    cmocka_unit_test(a_password_is_what_stands_before_the_last_at),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
