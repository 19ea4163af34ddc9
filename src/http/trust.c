#include "salesreg/http/trust.h"
#include <curl/curl.h>
#include <stddef.h>
#include <stdlib.h>
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

struct http_trust http_trust_find(void)
{
	struct http_trust trust = {
	    from_environment("SSL_CERT_FILE"), from_environment("SSL_CERT_DIR")};
	if (trust.file || trust.dir)
		return trust;
	const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);
	trust.file = first_there(curl->cainfo, files, sizeof files / sizeof *files);
	if (!trust.file)
		trust.dir = first_there(curl->capath, dirs, sizeof dirs / sizeof *dirs);
	return trust;
}
