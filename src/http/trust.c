#include "salesreg/http/trust.h"
#include <ctype.h>
#include <curl/curl.h>
#include <dirent.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const files[] = {
    "/etc/ssl/certs/ca-certificates.crt",                /* Debian, Alpine, Arch */
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* Fedora, RHEL */
    "/etc/pki/tls/certs/ca-bundle.crt",                  /* older ones */
    "/etc/ssl/ca-bundle.pem",                            /* openSUSE */
    "/etc/ssl/cert.pem",                                 /* the BSDs, macOS */
};
static const char *const dirs[] = {"/etc/ssl/certs", "/etc/pki/tls/certs"};

static const char *from_environment(const char *name)
{
	const char *value = getenv(name);
	return value && *value ? value : NULL;
}

/* preferred, or the first of the list that can be read. */
static const char *first_there(const char *preferred, const char *const *list, size_t count)
{
	if (preferred && access(preferred, R_OK) == 0)
		return preferred;
	for (size_t i = 0; i < count; i++)
		if (access(list[i], R_OK) == 0)
			return list[i];
	return NULL;
}

/* 8 hexadecimal digits, a dot, a number */
static bool is_hash(const char *name)
{
	size_t digits = 0;
	while (isxdigit((unsigned char)name[digits]))
		digits++;
	return digits == 8 && name[8] == '.' && isdigit((unsigned char)name[9]) &&
	       strspn(name + 9, "0123456789") == strlen(name + 9);
}

static size_t certificates_by_hash(const char *dir)
{
	size_t count = 0;
	DIR *entries = opendir(dir);
	if (!entries)
		return 0;
	for (const struct dirent *e; (e = readdir(entries));)
		count += is_hash(e->d_name);
	(void)closedir(entries);
	return count;
}

static size_t certificates_in(const char *file)
{
	/* as OpenSSL takes them (PEM_read_bio_X509_AUX(3)) */
	static const char *const begins[] = {"-----BEGIN CERTIFICATE-----",
	    "-----BEGIN TRUSTED CERTIFICATE-----", "-----BEGIN X509 CERTIFICATE-----"};
	char line[512];
	size_t count = 0;
	FILE *f = fopen(file, "re");
	if (!f)
		return 0;
	while (fgets(line, sizeof line, f))
		for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
			count += strncmp(line, begins[i], strlen(begins[i])) == 0;
	(void)fclose(f);
	return count;
}

bool http_trust_same(const char *file, const char *dir)
{
	size_t count = certificates_by_hash(dir);
	return count > 0 && count == certificates_in(file);
}

struct http_trust http_trust_find(void)
{
	struct http_trust trust = {
	    from_environment("SSL_CERT_FILE"), from_environment("SSL_CERT_DIR")};
	if (trust.file || trust.dir)
		return trust;
	const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);
	trust.file = first_there(curl->cainfo, files, sizeof files / sizeof *files);
	trust.dir = first_there(curl->capath, dirs, sizeof dirs / sizeof *dirs);
	if (trust.file && trust.dir && http_trust_same(trust.file, trust.dir))
		trust.file = NULL;
	else if (trust.file)
		trust.dir = NULL;
	return trust;
}
