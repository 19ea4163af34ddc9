/*
 * Whom a TLS client of ours trusts.
 *
 * SSL_CERT_FILE and SSL_CERT_DIR, as everything that is built on OpenSSL obeys them (several
 * directories are separated by colons); one or both. Otherwise the authorities of the system: where
 * libcurl was built for them, or where the distributions keep them. libcurl itself reads neither
 * variable.
 *
 * Of a directory OpenSSL reads the one or two certificates that a connection needs; a file is parsed
 * whole, which takes 40 ms and 0.8 MB with Debian's 144 authorities. So of the system's two the
 * directory is used, if it has the same: a file that somebody has added to, or put in its place,
 * counts. One file and no directory is parsed once a process; with a directory besides, libcurl
 * parses it for every connection (curl 7.88 lib/vtls/openssl.c; CURLOPT_CA_CACHE_TIMEOUT), so never
 * both, unless somebody asks for both.
 *
 * Ownership: static strings, and the environment's. Errors: none: what cannot be read
 * is refused by libcurl with the name of the file.
 */
#pragma once
#include <stdbool.h>

struct http_trust {
	const char *file, *dir; /* NULL: none; both NULL: whatever libcurl does by itself */
};
struct http_trust http_trust_find(void);
/* Whether dir has as many certificates by hash (`openssl rehash`, X509_LOOKUP_hash_dir(3)) as there are in file, and any. */
bool http_trust_same(const char *file, const char *dir);
