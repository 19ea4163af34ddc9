#include "salesreg/base/fingerprint.h"
#include <sodium.h>
#include <string.h>

enum { FINGERPRINT_BYTES = FINGERPRINT_CHARS / 2 };

const char *fingerprint(struct arena *a, const char *const *parts, size_t count)
{
	crypto_generichash_state hash;
	unsigned char bytes[FINGERPRINT_BYTES];
	(void)crypto_generichash_init(&hash, NULL, 0, sizeof bytes);
	for (size_t i = 0; i < count; i++) {
		const char *part = parts[i] ? parts[i] : "";
		/* with its NUL, which no part contains: "ab", "c" is not "a", "bc" */
		(void)crypto_generichash_update(
		    &hash, (const unsigned char *)part, strlen(part) + 1);
	}
	(void)crypto_generichash_final(&hash, bytes, sizeof bytes);
	char *hex = arena_alloc(a, FINGERPRINT_CHARS + 1);
	return sodium_bin2hex(hex, FINGERPRINT_CHARS + 1, bytes, sizeof bytes);
}
