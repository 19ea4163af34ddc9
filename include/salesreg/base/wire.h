/*
 * What of a URL can be read or changed on its way: nothing, where it stays on this machine or goes by TLS whose certificate is
 * verified (https, smtps: all clients here verify); otherwise all of it.
 * Ownership: nothing is kept. Units: bytes. Errors: a host that cannot be read is taken for another machine.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum { WIRE_HOST_SIZE = 256 };

/*
 * How far it is. HERE: loopback (localhost and names under it, RFC 6761, Debian's ip6-localhost and ip6-loopback, 127.0.0.0/8
 * in any notation, ::1), the unspecified addresses, and this machine's own. PRIVATE: a network that is somebody's own: names
 * without a dot (a container's, a service's), under .internal, .local, .svc and .home.arpa, addresses of RFC 1918, RFC 4193 and
 * of the link. AWAY: everything else. Names are not looked up. Asks the kernel by a system call or three.
 */
enum wire_reach { WIRE_HERE, WIRE_PRIVATE, WIRE_AWAY };
enum wire_reach wire_reach(const char *host);
bool wire_is_here(const char *host);
/* Over a network and readable there. host: where it leads, for people, without user and password. */
bool wire_is_open(const char *url, char host[WIRE_HOST_SIZE]);
/* user:password@ */
bool wire_has_password(const char *url);
