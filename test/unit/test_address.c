/* What of URI, service and environment counts: as libpq itself has it. */
#include "salesreg/db/address.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const variables[] = {"PGHOST", "PGHOSTADDR", "PGPORT", "PGCONNECT_TIMEOUT",
    "PGSERVICE", "PGSERVICEFILE", "PGTARGETSESSIONATTRS"};

static char service_file[] = "/tmp/salesreg-service-XXXXXX";

static int begin(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
		(void)unsetenv(variables[i]);
	return 0;
}

static int write_services(void **state)
{
	(void)state;
	int fd = mkstemp(service_file);
	FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!file)
		return -1;
	(void)fputs("[sales]\nhost=s1,s2,s3\nport=1,2,3\nconnect_timeout=7\nkeepalives_idle=99\n"
		    "[other]\nhost=o1\n",
	    file);
	return fclose(file);
}

static int remove_services(void **state)
{
	(void)state;
	return unlink(service_file);
}

static bool is_ours(const struct db_address *a, const char *name)
{
	for (int i = 0; a->names[i]; i++)
		if (strcmp(a->names[i], name) == 0)
			return true;
	return false;
}

static void hosts_of_the_uri_each_have_a_port(void **state)
{
	(void)state;
	struct db_address a;
	db_address_read(&a, "postgresql://u:p@h1:6000,h2,[::1]:6001/d");
	assert_int_equal(a.count, 3);
	assert_true(a.names_host && a.several);
	assert_string_equal(a.hosts[0].name, "h1");
	assert_string_equal(a.hosts[0].port, "6000");
	assert_string_equal(a.hosts[1].name, "h2");
	assert_string_equal(a.hosts[1].port, "5432");
	assert_string_equal(a.hosts[2].name, "::1");
	assert_string_equal(a.hosts[2].port, "6001");
	assert_int_equal(a.timeout_s, 10);
	assert_true(is_ours(&a, "keepalives_idle") && is_ours(&a, "tcp_user_timeout"));
}

static void where_nobody_names_a_host_it_is_left_to_libpq(void **state)
{
	(void)state;
	struct db_address a;
	db_address_read(&a, "postgresql:///d");
	assert_int_equal(a.count, 0);
	assert_false(a.names_host || a.several);
}

static void the_environment_counts_where_the_uri_is_silent(void **state)
{
	(void)state;
	struct db_address a;
	(void)setenv("PGHOST", "e1,e2", 1);
	(void)setenv("PGPORT", "7001,7002", 1);
	(void)setenv("PGCONNECT_TIMEOUT", "4", 1);
	db_address_read(&a, "postgresql:///d");
	assert_int_equal(a.count, 2);
	assert_true(a.several);
	assert_string_equal(a.hosts[1].name, "e2");
	assert_string_equal(a.hosts[1].port, "7002");
	assert_int_equal(a.timeout_s, 4);
	db_address_read(&a, "postgresql://h1:1/d?connect_timeout=30");
	assert_int_equal(a.count, 1);
	assert_string_equal(a.hosts[0].name, "h1");
	assert_int_equal(a.timeout_s, 30);
}

static void a_service_goes_before_the_environment_and_after_the_uri(void **state)
{
	(void)state;
	struct db_address a;
	(void)setenv("PGSERVICEFILE", service_file, 1);
	(void)setenv("PGHOST", "e1", 1);
	(void)setenv("PGCONNECT_TIMEOUT", "4", 1);
	db_address_read(&a, "postgresql:///d?service=sales&tcp_user_timeout=1000");
	assert_int_equal(a.count, 3);
	assert_string_equal(a.hosts[2].name, "s3");
	assert_string_equal(a.hosts[2].port, "3");
	assert_int_equal(a.timeout_s, 7);
	assert_false(is_ours(&a, "keepalives_idle") || is_ours(&a, "tcp_user_timeout"));
	assert_true(is_ours(&a, "keepalives_interval"));
	(void)setenv("PGSERVICE", "other", 1);
	db_address_read(&a, "postgresql:///d");
	assert_int_equal(a.count, 1);
	assert_string_equal(a.hosts[0].name, "o1");
	assert_int_equal(a.timeout_s, 4);
	db_address_read(&a, "postgresql:///d?service=sales");
	assert_int_equal(a.count, 3);
}

static void what_libpq_cannot_use_is_left_to_it(void **state)
{
	(void)state;
	static const char *const uris[] = {
	    "postgresql:///d?service=nobody-knows-it",
	    "postgresql:///d?host=a,b&hostaddr=127.0.0.1",
	    "postgresql:///d?host=a,b&port=1,2,3",
	    "postgresql:///d?host=a,",
	    "no address at all",
	    "postgresql://h:1,h:1,h:1,h:1,h:1,h:1,h:1,h:1,h:1,h:1,h:1,h:1,h:1,h:1,h:1,h:1,h:1/d",
	};
	struct db_address a;
	for (size_t i = 0; i < sizeof uris / sizeof *uris; i++) {
		db_address_read(&a, uris[i]);
		assert_int_equal(a.count, 0);
	}
}

static void time_outs_mean_what_they_mean_to_libpq(void **state)
{
	(void)state;
	struct db_address a;
	db_address_read(&a, "postgresql://h/d?connect_timeout=1");
	assert_int_equal(a.timeout_s, 2);
	db_address_read(&a, "postgresql://h/d?connect_timeout=0");
	assert_true(a.timeout_s >= 3600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(hosts_of_the_uri_each_have_a_port, begin),
	    cmocka_unit_test_setup(where_nobody_names_a_host_it_is_left_to_libpq, begin),
	    cmocka_unit_test_setup(the_environment_counts_where_the_uri_is_silent, begin),
	    cmocka_unit_test_setup(a_service_goes_before_the_environment_and_after_the_uri, begin),
	    cmocka_unit_test_setup(what_libpq_cannot_use_is_left_to_it, begin),
	    cmocka_unit_test_setup(time_outs_mean_what_they_mean_to_libpq, begin),
	};
	return cmocka_run_group_tests(tests, write_services, remove_services);
}
