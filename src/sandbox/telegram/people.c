#include "salesreg/sandbox/telegram/people.h"
#include "salesreg/base/json.h"
#include <string.h>

enum { PEOPLE_MOST = 10 };
static const char made_up[] = "[{\"user_id\":8100000001,\"first_name\":\"Olga\",\"last_name\":"
			      "\"Contact\",\"username\":\"olga_contact\"}]";

/* What the newest keyboard of the bot's asks for; NULL: for nobody. */
static const json_t *find_request(const struct chat *chat, json_t **document)
{
	const struct message *m;
	TAILQ_FOREACH_REVERSE(m, &chat->messages, message_list, entry)
	{
		size_t i, k;
		json_t *row, *button;
		*document = m->markup ? json_loads(m->markup, 0, NULL) : NULL;
		json_array_foreach (json_object_get(*document, "keyboard"), i, row) {
			json_array_foreach (row, k, button) {
				const json_t *request = json_object_get(button, "request_users");
				if (request)
					return request;
			}
		}
		json_decref(*document);
		*document = NULL;
	}
	return NULL;
}

static const char *member(
    struct arena *a, const json_t *user, const json_t *request, const char *wish, const char *name)
{
	const char *value = json_get_text(a, user, name);
	if (!value || !json_get_bool(request, wish, false))
		return "";
	return arena_printf(a, ",\"%s\":%s", name, json_quote(a, value));
}

static const char *share(
    const json_t *request, const json_t *users, struct arena *a, const char **members)
{
	int64_t most = json_get_i64(request, "max_quantity", 1);
	size_t count = json_array_size(users), i;
	const json_t *user;
	const char *list = "";
	if (count == 0 || count > PEOPLE_MOST || (int64_t)count > most)
		return "the button asks for another number of people";
	json_array_foreach (users, i, user) {
		int64_t id = json_get_i64(user, "user_id", 0);
		if (id <= 0)
			return "each of users needs a user_id";
		list = arena_concat(a, list, i ? "," : "",
		    "{\"user_id\":", arena_printf(a, "%lld", (long long)id),
		    member(a, user, request, "request_name", "first_name"),
		    member(a, user, request, "request_name", "last_name"),
		    member(a, user, request, "request_username", "username"), "}", (char *)NULL);
	}
	*members = arena_printf(a, "\"users_shared\":{\"request_id\":%lld,\"users\":[%s]}",
	    (long long)json_get_i64(request, "request_id", 0), list);
	return NULL;
}

const char *people_shared(
    const struct chat *chat, const json_t *users, struct arena *a, const char **members)
{
	json_t *document = NULL, *default_users = users ? NULL : json_loads(made_up, 0, NULL);
	const json_t *request = find_request(chat, &document);
	const char *wrong = request ? share(request, users ? users : default_users, a, members)
				    : "no button of this chat asks for people";
	json_decref(document);
	json_decref(default_users);
	return wrong;
}

const char *people_contact(const struct user *user, const json_t *asked, struct arena *a)
{
	const char *phone = json_get_text(a, asked, "phone_number");
	const char *name = json_get_text(a, asked, "first_name");
	int64_t owner = json_get_i64(asked, "contact_user_id", user->id);
	const char *of = owner ? arena_printf(a, ",\"user_id\":%lld", (long long)owner) : "";
	return arena_printf(a, "\"contact\":{\"phone_number\":%s,\"first_name\":%s%s}",
	    json_quote(a, phone ? phone : "+628123456789"),
	    json_quote(a, name ? name : user->first_name), of);
}
