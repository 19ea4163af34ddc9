/*
 * Texts of an update, and the people who are shared in it.
 */
#include "salesreg/base/json.h"
#include "salesreg/base/text.h"
#include "update_private.h"
#include <string.h>

enum { PHONE_UNITS = 64, NAME_UNITS = 256 };

const char *update_bounded(struct arena *a, const json_t *object, const char *key, size_t units)
{
	const json_t *value = json_object_get(object, key);
	if (!json_is_string(value))
		return NULL;
	const char *s = json_string_value(value);
	size_t n = json_string_length(value);
	if (memchr(s, '\0', n)) {
		/* no character takes more than three bytes a unit;
		 * cut before cleaning makes it longer */
		size_t most = 3 * units;
		if (n > most)
			for (n = most; n > 0 && ((unsigned char)s[n] & 0xC0) == 0x80;)
				n--;
		s = text_clean(a, s, n);
		n = strlen(s);
	}
	if (n <= units)
		return s;
	size_t fits = text_prefix_utf16(s, units);
	return s[fits] ? arena_strndup(a, s, fits) : s;
}

void update_read_contact(const json_t *contact, struct arena *a, struct event *e)
{
	const char *phone = update_bounded(a, contact, "phone_number", PHONE_UNITS);
	e->kind = EVENT_CONTACT;
	e->phone = phone ? phone : "";
	e->contact_user_id = json_get_i64(contact, "user_id", 0);
}

/* One at a time, as the button says; of more the first. */
void update_read_people(const json_t *shared, struct arena *a, struct event *e)
{
	const json_t *user = json_array_get(json_object_get(shared, "users"), 0);
	int64_t id = json_get_i64(user, "user_id", 0);
	if (id <= 0)
		return;
	const char *first = update_bounded(a, user, "first_name", NAME_UNITS),
		   *last = update_bounded(a, user, "last_name", NAME_UNITS);
	e->kind = EVENT_PEOPLE;
	e->chosen_id = id;
	e->chosen_name = first && last ? arena_printf(a, "%s %s", first, last) : first;
	e->chosen_username = update_bounded(a, user, "username", NAME_UNITS);
}
