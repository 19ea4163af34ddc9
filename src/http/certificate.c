#include "salesreg/http/certificate.h"
#include <arpa/inet.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DAYS = 3650, SERIAL_BYTES = 16 };

struct pair {
	gnutls_x509_crt_t certificate;
	gnutls_x509_privkey_t key;
};

static void pair_finish(struct pair *p)
{
	if (p->certificate)
		gnutls_x509_crt_deinit(p->certificate);
	if (p->key)
		gnutls_x509_privkey_deinit(p->key); /* wipes it */
}

/* What both have; rc goes on from the first failure. */
static int pair_init(struct pair *p, const char *name)
{
	unsigned char serial[SERIAL_BYTES] = {0};
	time_t now = time(NULL);
#define TRY(call) rc = rc < 0 ? rc : (call)
	int rc = gnutls_x509_privkey_init(&p->key);
	TRY(gnutls_x509_privkey_generate(
	    p->key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
	TRY(gnutls_x509_crt_init(&p->certificate));
	TRY(gnutls_x509_crt_set_version(p->certificate, 3));
	TRY(gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof serial));
	serial[0] &= 0x7f; /* it is a positive number */
	serial[0] |= 1;
	TRY(gnutls_x509_crt_set_serial(p->certificate, serial, sizeof serial));
	TRY(gnutls_x509_crt_set_activation_time(p->certificate, now - 24 * 3600));
	TRY(gnutls_x509_crt_set_expiration_time(p->certificate, now + (time_t)DAYS * 24 * 3600));
	TRY(gnutls_x509_crt_set_key(p->certificate, p->key));
	TRY(gnutls_x509_crt_set_dn_by_oid(
	    p->certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name, (unsigned)strlen(name)));
	return rc;
}

static int add_name(struct pair *server, const char *name)
{
	unsigned char address[16];
	size_t size = inet_pton(AF_INET, name, address) == 1    ? 4
		      : inet_pton(AF_INET6, name, address) == 1 ? 16
								: 0;
	return gnutls_x509_crt_set_subject_alt_name(server->certificate,
	    size ? GNUTLS_SAN_IPADDRESS : GNUTLS_SAN_DNSNAME, size ? (const void *)address : name,
	    size ? (unsigned)size : (unsigned)strlen(name), GNUTLS_FSAN_APPEND);
}

static int sign(struct pair *authority, struct pair *server, const char *const *names)
{
	static const char *const always[] = {"localhost", "127.0.0.1", "::1", NULL};
	int rc = pair_init(authority, "salesreg sandbox: its own authority");
	TRY(gnutls_x509_crt_set_basic_constraints(authority->certificate, 1, 0));
	TRY(gnutls_x509_crt_set_key_usage(authority->certificate, GNUTLS_KEY_KEY_CERT_SIGN));
	TRY(gnutls_x509_crt_sign2(
	    authority->certificate, authority->certificate, authority->key, GNUTLS_DIG_SHA256, 0));
	TRY(pair_init(server, "salesreg sandbox"));
	TRY(gnutls_x509_crt_set_basic_constraints(server->certificate, 0, -1));
	TRY(gnutls_x509_crt_set_key_usage(server->certificate, GNUTLS_KEY_DIGITAL_SIGNATURE));
	TRY(gnutls_x509_crt_set_key_purpose_oid(server->certificate, GNUTLS_KP_TLS_WWW_SERVER, 0));
	for (const char *const *n = always; *n; n++)
		TRY(add_name(server, *n));
	for (const char *const *n = names; n && *n; n++)
		TRY(add_name(server, *n));
	TRY(gnutls_x509_crt_sign2(
	    server->certificate, authority->certificate, authority->key, GNUTLS_DIG_SHA256, 0));
	return rc;
}

/* Takes the datum over as a string of malloc(). */
static char *to_text(gnutls_datum_t *datum)
{
	char *text = strndup((const char *)datum->data, datum->size);
	explicit_bzero(datum->data, datum->size);
	gnutls_free(datum->data);
	if (!text)
		abort();
	return text;
}

static int export(
    const struct pair *authority, const struct pair *server, struct http_certificate *c)
{
	gnutls_datum_t datum;
	int rc = gnutls_x509_crt_export2(authority->certificate, GNUTLS_X509_FMT_PEM, &datum);
	if (rc < 0)
		return rc;
	c->authority = to_text(&datum);
	rc = gnutls_x509_crt_export2(server->certificate, GNUTLS_X509_FMT_PEM, &datum);
	if (rc < 0)
		return rc;
	c->chain = to_text(&datum);
	rc = gnutls_x509_privkey_export2_pkcs8(
	    server->key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &datum);
	if (rc < 0)
		return rc;
	c->key = to_text(&datum);
	return 0;
}
#undef TRY

enum err http_certificate_make(
    struct http_certificate *c, const char *const *names, char *message, size_t message_size)
{
	struct pair authority = {0}, server = {0};
	*c = (struct http_certificate){0};
	int rc = sign(&authority, &server, names);
	if (rc >= 0)
		rc = export(&authority, &server, c);
	pair_finish(&authority);
	pair_finish(&server);
	if (rc >= 0)
		return ERR_OK;
	(void)snprintf(
	    message, message_size, "no certificate could be made: %s", gnutls_strerror(rc));
	http_certificate_finish(c);
	return ERR_IO;
}

void http_certificate_finish(struct http_certificate *c)
{
	if (c->key)
		explicit_bzero(c->key, strlen(c->key));
	free(c->authority);
	free(c->chain);
	free(c->key);
	*c = (struct http_certificate){0};
}
