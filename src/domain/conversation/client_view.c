#include "salesreg/domain/conversation/client_view.h"
#include <stdlib.h>

/* What timestamptz holds (PostgreSQL manual, "Date/Time Types"), and the three marks of clients_page. */
static const int64_t FIRST_US = INT64_C(-210000000000000000),
		     LAST_US = INT64_C(9200000000000000000);

static const char letters[] = {
    [CLIENTS_FIRST] = 's', [CLIENTS_OLDER] = 'o', [CLIENTS_NEWER] = 'n', [CLIENTS_OPEN] = 'c'};

const char *client_press_write(struct client_press press, struct arena *a)
{
	if (press.move == CLIENTS_FIRST)
		return "s";
	return arena_printf(a, "%c%llx.%llx", letters[press.move],
	    (unsigned long long)press.place.at_us, (unsigned long long)press.place.hash);
}

/* Hexadecimal digits in lower case, as they are written; returns what follows them, or NULL. */
static const char *read_hex(const char *s, int64_t *value)
{
	uint64_t sum = 0;
	size_t digits = 0;
	for (; (*s >= '0' && *s <= '9') || (*s >= 'a' && *s <= 'f'); s++, digits++)
		sum = sum << 4 | (uint64_t)(*s <= '9' ? *s - '0' : *s - 'a' + 10);
	*value = (int64_t)sum;
	return digits > 0 && digits <= 16 ? s : NULL;
}

static bool is_time(int64_t at_us)
{
	return (at_us >= FIRST_US && at_us <= LAST_US) || at_us == INT64_MAX ||
	       at_us == INT64_MIN || at_us == INT64_MIN + 1;
}

bool client_press_read(const char *data, struct client_press *press)
{
	*press = (struct client_press){.move = CLIENTS_FIRST};
	if (!data || !*data)
		return false;
	for (size_t i = 0; i < sizeof letters; i++)
		if (*data == letters[i])
			press->move = (enum client_move)i;
	if (press->move == CLIENTS_FIRST)
		return *data == 's' && data[1] == '\0';
	const char *end = read_hex(data + 1, &press->place.at_us);
	if (!end || *end != '.')
		return false;
	end = read_hex(end + 1, &press->place.hash);
	return end && *end == '\0' && is_time(press->place.at_us);
}
