#include "salesreg/base/secret.h"
#include <stdlib.h>
#include <string.h>

struct secret_bytes {
	size_t size;
	char text[];
};

enum err secret_set(struct secret *s, const char *value)
{
	size_t n = strlen(value);
	if (n > SECRET_MAX)
		return ERR_TOO_BIG;
	struct secret_bytes *bytes = malloc(sizeof *bytes + n + 1);
	if (!bytes)
		return ERR_TOO_BIG;
	bytes->size = n;
	memcpy(bytes->text, value, n + 1);
	secret_finish(s);
	s->bytes = bytes;
	return ERR_OK;
}

bool secret_is_set(const struct secret *s)
{
	return s->bytes != NULL && s->bytes->size > 0;
}

const char *secret_reveal(const struct secret *s)
{
	return s->bytes ? s->bytes->text : "";
}

void secret_finish(struct secret *s)
{
	if (!s->bytes)
		return;
	explicit_bzero(s->bytes->text, s->bytes->size);
	free(s->bytes);
	s->bytes = NULL;
}
