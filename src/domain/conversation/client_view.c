#include "salesreg/domain/conversation/client_view.h"
#include "salesreg/base/text.h"
#include <string.h>

/* What timestamptz holds (PostgreSQL manual, "Date/Time Types"), and the three marks of clients_page. */
static const int64_t FIRST_US = INT64_C(-210000000000000000),
		     LAST_US = INT64_C(9200000000000000000);

static const char letters[] = {[CLIENTS_FIRST] = 's',
    [CLIENTS_OLDER] = 'o',
    [CLIENTS_NEWER] = 'n',
    [CLIENTS_OPEN] = 'c',
    [CLIENTS_FIND] = 'f'};

const char *client_press_write(struct client_press press, struct arena *a)
{
	if (press.move == CLIENTS_FIRST)
		return "s";
	return arena_printf(a, "%c%llx.%llx%s%s", letters[press.move],
	    (unsigned long long)press.place.at_us, (unsigned long long)press.place.hash,
	    press.move == CLIENTS_FIND ? "." : "", press.move == CLIENTS_FIND ? press.word : "");
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
	if (end && press->move == CLIENTS_FIND && *end == '.' && end[1]) {
		press->word = end + 1;
		end += strlen(end);
	}
	return end && *end == '\0' && is_time(press->place.at_us) &&
	       (press->move == CLIENTS_FIND) == (press->word != NULL);
}

const char *client_word(const char *text, struct arena *a)
{
	const char *folded = text_fold(a, text_tidy(a, text));
	size_t n = strlen(folded);
	if (n <= CLIENT_WORD_BYTES)
		return folded;
	for (n = CLIENT_WORD_BYTES; n > 0 && ((unsigned char)folded[n] & 0xC0) == 0x80;)
		n--;
	while (n > 0 && folded[n - 1] == ' ')
		n--;
	return arena_strndup(a, folded, n);
}

static const char *digits_of(const char *text, struct arena *a)
{
	char *out = arena_alloc(a, strlen(text) + 1), *end = out;
	for (; *text; text++)
		if (*text >= '0' && *text <= '9')
			*end++ = *text;
	*end = '\0';
	return out;
}

/* How people write numbers, and nothing else. */
static bool is_number(const char *word)
{
	return word[strspn(word, "0123456789+-() .")] == '\0' && strpbrk(word, "0123456789");
}

static bool has_number(const char *contact, const char *digits, struct arena *a)
{
	const char *all = digits_of(contact, a);
	/* the first digit of a number at home, 8, is no part of it abroad, +7 */
	return strstr(all, digits) || (strlen(digits) == 11 && strstr(all, digits + 1));
}

bool client_matches(const struct client_line *line, const char *word, struct arena *a)
{
	const char *telegram = line->telegram ? line->telegram : "";
	if (is_number(word)) {
		const char *digits = digits_of(word, a);
		if (has_number(telegram, digits, a))
			return true;
		for (const char *p = line->answered; p && *p; p += strspn(p, "\n")) {
			size_t n = strcspn(p, "\n");
			if (has_number(arena_strndup(a, p, n), digits, a))
				return true;
			p += n;
		}
		return false;
	}
	const char *all =
	    text_fold(a, arena_printf(a, "%s %s %s %s", line->name ? line->name : "", telegram,
			     line->email ? line->email : "", line->answered ? line->answered : ""));
	while (*word) {
		size_t n = strcspn(word, " ");
		if (n > 0 && !strstr(all, arena_strndup(a, word, n)))
			return false;
		word += n;
		word += strspn(word, " ");
	}
	return true;
}
