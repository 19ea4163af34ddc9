#include "salesreg/role/demo_google.h"
#include "salesreg/http/listen.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	PORTS_TRIED = 50,
	PATH_SIZE = 512,
	VARIANT = sodium_base64_VARIANT_ORIGINAL,
	KEY_BYTES = 32,
	KEY_TEXT = sodium_base64_ENCODED_LEN(KEY_BYTES, VARIANT),
};

static void put(const char *name, const char *value)
{
	if (setenv(name, value, 1) != 0)
		abort();
}

/* Whole, and under its name at once: half a key would make every token unreadable. */
static bool write_key(const char *path)
{
	char fresh[PATH_SIZE + 8], text[KEY_TEXT];
	unsigned char key[KEY_BYTES];
	(void)snprintf(fresh, sizeof fresh, "%s.new", path);
	(void)unlink(fresh);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || sodium_init() < 0)
		return false;
	randombytes_buf(key, sizeof key);
	(void)sodium_bin2base64(text, sizeof text, key, sizeof key, VARIANT);
	size_t size = strlen(text);
	bool done = write(fd, text, size) == (ssize_t)size;
	sodium_memzero(key, sizeof key);
	sodium_memzero(text, sizeof text);
	done = close(fd) == 0 && done;
	return done && rename(fresh, path) == 0;
}

/* The next free port after the page's. */
static uint16_t find_port(uint16_t page_port)
{
	char address[32], why[200];
	for (int i = 1; i <= PORTS_TRIED && page_port + i <= UINT16_MAX; i++) {
		(void)snprintf(address, sizeof address, "127.0.0.1:%d", page_port + i);
		int fd = http_listen(address, why, sizeof why);
		if (fd < 0)
			continue;
		(void)close(fd);
		return (uint16_t)(page_port + i);
	}
	return 0;
}

bool demo_google_set(const char *dir, uint16_t page_port, char *message, size_t message_size)
{
	static const struct {
		const char *name, *path;
	} addresses[] = {{"GOOGLE_AUTH_URL", "o/oauth2/v2/auth"}, {"GOOGLE_TOKEN_URL", "token"},
	    {"GOOGLE_REVOKE_URL", "revoke"}, {"GOOGLE_CALENDAR_API_BASE", "calendar/v3"}};
	char text[PATH_SIZE];
	uint16_t port = find_port(page_port);
	if (!port) {
		(void)snprintf(message, message_size,
		    "no port from %u on is free, where a browser would come back from Google; give "
		    "another address with --listen",
		    page_port + 1U);
		return false;
	}
	(void)snprintf(text, sizeof text, "%s/calendar.key", dir);
	if (access(text, R_OK) != 0 && !write_key(text)) {
		(void)snprintf(message, message_size,
		    "%s cannot be written (%s); give another directory with --data", text,
		    strerror(errno));
		return false;
	}
	put("TOKEN_ENCRYPTION_KEY_FILE", text);
	/* what the emulated Google takes (sandbox/google/google.h) */
	put("GOOGLE_CLIENT_ID", "sandbox-client.apps.googleusercontent.com");
	put("GOOGLE_CLIENT_SECRET", "sandbox-secret");
	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
		(void)snprintf(text, sizeof text, "http://127.0.0.1:%u/google/%s", page_port,
		    addresses[i].path);
		put(addresses[i].name, text);
	}
	(void)snprintf(text, sizeof text, "127.0.0.1:%u", port);
	put("OAUTH_LISTEN", text);
	(void)snprintf(text, sizeof text, "http://127.0.0.1:%u", port);
	put("OAUTH_PUBLIC_URL", text);
	return true;
}
