/*
 * The addresses that secrets travel to.
 */
#include "config_private.h"
#include "salesreg/base/wire.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool is_in_small_letters_only(const struct config_row *row)
{
	return strcmp(row->name, "http_proxy") == 0; /* CGI makes HTTP_PROXY of a header */
}

const char *config_proxy(const struct config_row *row)
{
	char name[32];
	const char *value = NULL;
	for (int upper = 0; upper < (is_in_small_letters_only(row) ? 1 : 2) && !value; upper++) {
		size_t n = 0;
		for (; row->name[n] && n + 1 < sizeof name; n++)
			name[n] = (char)(upper ? toupper((unsigned char)row->name[n])
					       : tolower((unsigned char)row->name[n]));
		name[n] = '\0';
		value = getenv(name);
		value = value && *value ? value : NULL;
	}
	return value;
}

/* As it is in force, and without a copy. */
static const char *url_of(const struct config *c, const struct config_row *row)
{
	switch (row->type) {
	case TYPE_SECRET:
		return secret_reveal(config_field(c, row));
	case TYPE_URL:
		return *(char **)config_field(c, row);
	case TYPE_PROXY:
		return config_proxy(row);
	case TYPE_TEXT:
	case TYPE_LISTEN:
	case TYPE_NUMBER:
	case TYPE_SWITCH:
	case TYPE_CHOICE:
	case TYPE_IDS:
	case TYPE_ZONE:
	case TYPE_READ_ELSEWHERE:
		break;
	}
	return NULL;
}

void config_each_url(const struct config *c, unsigned readers,
    void (*each)(const struct config_url *url, void *data), void *data)
{
	for (const struct config_row *row = config_table; row->name; row++) {
		const char *value = row->carries != CONFIG_CARRIES_NOTHING ? url_of(c, row) : NULL;
		if (!value || !*value || (row->readers && !(row->readers & readers)) ||
		    (row->carries == CONFIG_CARRIES_USER && !wire_has_password(value)) ||
		    (row->carries == CONFIG_CARRIES_TOKEN &&
			!secret_is_set((const struct secret *)((const char *)c + row->token))))
			continue;
		each(&(struct config_url){row->name, value, row->carries}, data);
	}
}
