/* Where the certificates of the system are read from: its directory only where that has what its file has. */
#include "salesreg/http/trust.h"
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char root[64], file[128], dir[128];

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void add(const char *name)
{
	char path[256];
	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	write_file(path, "");
}

static int set_up(void **state)
{
	(void)state;
	(void)snprintf(root, sizeof root, "/tmp/salesreg-trust-XXXXXX");
	assert_non_null(mkdtemp(root));
	(void)snprintf(file, sizeof file, "%s/bundle.pem", root);
	(void)snprintf(dir, sizeof dir, "%s/certs", root);
	return mkdir(dir, 0700);
}

static int tear_down(void **state)
{
	(void)state;
	char path[512];
	DIR *entries = opendir(dir);
	if (!entries)
		return -1;
	for (const struct dirent *e; (e = readdir(entries));) {
		(void)snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
		if (e->d_name[0] != '.')
			(void)unlink(path);
	}
	(void)closedir(entries);
	(void)unlink(file);
	return rmdir(dir) == 0 && rmdir(root) == 0 ? 0 : -1;
}

#define PEM(kind) "-----BEGIN " kind "-----\nMIIB\n-----END " kind "-----\n"
static const char *const two = PEM("CERTIFICATE") "# a remark\n" PEM("TRUSTED CERTIFICATE");

static void a_directory_with_the_same_certificates_stands_for_the_file(void **state)
{
	(void)state;
	write_file(file, two);
	add("0123abcd.0");
	add("0123abcd.1");
	add("Some_Authority.pem");
	add("README");
	add("0123abcd.r0"); /* revoked ones, not authorities */
	assert_true(http_trust_same(file, dir));
}

static void a_file_that_somebody_added_to_or_replaced_counts(void **state)
{
	(void)state;
	add("0123abcd.0");
	write_file(file, two);
	assert_false(http_trust_same(file, dir));
	add("89abcdef.0");
	add("89abcdef.10");
	assert_false(http_trust_same(file, dir));
}

static void a_directory_without_hashes_is_not_used(void **state)
{
	(void)state;
	write_file(file, "");
	add("Some_Authority.pem");
	add("0123abcg.0");
	add("0123abcd0.0");
	add("0123abcd.");
	assert_false(http_trust_same(file, dir));
	assert_false(http_trust_same(file, "/nowhere"));
	assert_false(http_trust_same("/nowhere", dir));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(a_directory_with_the_same_certificates_stands_for_the_file),
	    TEST(a_file_that_somebody_added_to_or_replaced_counts),
	    TEST(a_directory_without_hashes_is_not_used),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
