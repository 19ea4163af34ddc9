/*
 * Whom a TLS client of ours trusts.
 *
 * SSL_CERT_FILE and SSL_CERT_DIR, as everything that is built on OpenSSL obeys them (several
 * directories are separated by colons); one or both. Otherwise the bundle of the system: the one
 * libcurl was built for, or where the distributions keep it. libcurl itself reads neither variable.
 *
 * One file and no directory is what libcurl parses once a process; with a directory besides, it
 * parses the file for every connection (curl 7.88 lib/vtls/openssl.c; CURLOPT_CA_CACHE_TIMEOUT). So
 * a directory is set only where somebody asks for it, or there is no file.
 *
 * Ownership: static strings, and the environment's. Units: none. Errors: none: what cannot be read
 * is refused by libcurl with the name of the file. Callbacks: none.
 */
#pragma once

struct http_trust {
	const char *file, *dir; /* NULL: none; both NULL: whatever libcurl does by itself */
};
struct http_trust http_trust_find(void);
