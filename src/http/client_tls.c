/*
 * Which certificate was refused, and why: libcurl tells neither, OpenSSL does while it verifies.
 */
#include "client_private.h"
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

enum { SEND_FRAGMENT_BYTES = 4096 };

/* Where the verification finds its transfer. */
static int context_index = -1;

static void name_of(const X509_NAME *name, char *out, size_t size)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	long n = 0;
	out[0] = '\0';
	if (!bio)
		return;
	/* UTF-8 as it is; control characters escaped */
	if (name &&
	    X509_NAME_print_ex(bio, name, 0,
		XN_FLAG_ONELINE & ~(unsigned long)(ASN1_STRFLGS_ESC_MSB | XN_FLAG_SPC_EQ)) >= 0)
		n = BIO_get_mem_data(bio, &text);
	if (n > 0 && text)
		(void)snprintf(out, size, "%.*s", (int)n, text);
	BIO_free(bio);
}

static void remember(struct http_certificate_seen *seen, X509_STORE_CTX *verification, bool refused)
{
	const X509 *certificate = X509_STORE_CTX_get_current_cert(verification);
	seen->reason = refused ? X509_STORE_CTX_get_error(verification) : X509_V_OK;
	seen->subject[0] = seen->issuer[0] = '\0';
	if (!certificate)
		return;
	name_of(X509_get_subject_name(certificate), seen->subject, sizeof seen->subject);
	name_of(X509_get_issuer_name(certificate), seen->issuer, sizeof seen->issuer);
}

/* For each certificate of the chain, the server's own last; changes nothing. */
static int on_verified(int good, X509_STORE_CTX *verification)
{
	const SSL *ssl =
	    X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct http_transfer *t =
	    ssl ? SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), context_index) : NULL;
	if (t && (!good || X509_STORE_CTX_get_error_depth(verification) == 0))
		remember(&t->certificate, verification, !good);
	return good;
}

static CURLcode on_context(CURL *easy, void *context, void *data)
{
	(void)easy;
	/* a later handshake of the connection would find a transfer that is no more */
	(void)SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
	/* libcurl has the buffers of a connection given back after each record, 50 KB to be had anew
	 * for every message; kept, they cost 21 KB a connection */
	(void)SSL_CTX_clear_mode(context, SSL_MODE_RELEASE_BUFFERS);
	(void)SSL_CTX_set_max_send_fragment(context, SEND_FRAGMENT_BYTES);
	if (SSL_CTX_set_ex_data(context, context_index, data) == 1)
		SSL_CTX_set_verify(context, SSL_CTX_get_verify_mode(context), on_verified);
	return CURLE_OK;
}

bool http_client_tls_is_watched(void)
{
	const char *ssl = curl_version_info(CURLVERSION_NOW)->ssl_version;
	if (!ssl || strncmp(ssl, "OpenSSL/3", 9) != 0 || OPENSSL_VERSION_MAJOR != 3)
		return false; /* another library's context is not for us to touch */
	if (context_index < 0)
		context_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
	return context_index >= 0;
}

CURLcode http_client_tls_watch(struct http_transfer *t)
{
	CURLcode rc = curl_easy_setopt(t->easy, CURLOPT_SSL_CTX_FUNCTION, on_context);
	return rc == CURLE_OK ? curl_easy_setopt(t->easy, CURLOPT_SSL_CTX_DATA, t) : rc;
}

static const char *remedy(long reason)
{
	switch (reason) {
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
		return "if that is your own proxy or server, set SSL_CERT_FILE to a file with its "
		       "authority's certificate (PEM)";
	case X509_V_ERR_CERT_NOT_YET_VALID:
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return "see that this machine's clock is right, else that certificate must be "
		       "renewed";
	case X509_V_OK:
		return "it is good, but not for this name";
	default:
		return "whoever runs that server must fix it";
	}
}

bool http_client_tls_describe(const struct http_transfer *t, CURLcode code, char *out, size_t size)
{
	const struct http_certificate_seen *seen = &t->certificate;
	if (code == CURLE_SSL_CACERT_BADFILE) {
		(void)snprintf(out, size,
		    "the certificates in %.150s cannot be read; SSL_CERT_FILE says where they are",
		    t->client->trust.file ? t->client->trust.file : "the system's place");
		return true;
	}
	if (code != CURLE_PEER_FAILED_VERIFICATION || !seen->subject[0])
		return false;
	(void)snprintf(out, size,
	    "the certificate of %.110s, issued by %.110s, is refused: %.80s; %s", seen->subject,
	    seen->issuer,
	    seen->reason == X509_V_OK ? "the name differs"
				      : X509_verify_cert_error_string(seen->reason),
	    remedy(seen->reason));
	return true;
}
