#include "salesreg/app/bot/user_links.h"
#include "salesreg/base/json.h"
#include "salesreg/store/outbox.h"
#include <stdlib.h>
#include <string.h>

static const char user_link[] = "tg://user?id=";

void user_links_init(struct user_links *links)
{
	*links = (struct user_links){0};
	map_init(&links->hidden);
}

void user_links_finish(struct user_links *links)
{
	map_finish(&links->hidden);
}

bool user_links_refused(const char *description)
{
	return description && (strstr(description, "BUTTON_USER_") ||
				  strstr(description, "ENTITY_MENTION_USER_INVALID"));
}

/* The id a button or an entity leads to; 0: to nobody by id. */
static int64_t target(const json_t *item)
{
	const char *url = json_string_value(json_object_get(item, "url"));
	if (url && strncmp(url, user_link, sizeof user_link - 1) == 0)
		return strtoll(url + sizeof user_link - 1, NULL, 10);
	const json_t *user = json_object_get(item, "user");
	return user ? json_get_i64(user, "id", 0) : 0;
}

struct strip {
	const struct user_links *only_hidden; /* NULL: all of them */
	size_t count;
	int64_t id;
	bool several;
};

static void strip_list(struct strip *s, json_t *list)
{
	for (size_t i = json_array_size(list); i-- > 0;) {
		int64_t id = target(json_array_get(list, i));
		if (id == 0 || (s->only_hidden && !map_find(&s->only_hidden->hidden, id)))
			continue;
		s->several |= s->count > 0 && s->id != id;
		s->id = id;
		s->count++;
		(void)json_array_remove(list, i);
	}
}

static char *strip(struct strip *s, const char *payload)
{
	if (!strstr(payload, user_link) && !strstr(payload, "\"text_mention\""))
		return NULL;
	json_t *document = json_loads(payload, 0, NULL);
	json_t *rows = json_get_array(json_object_get(document, "reply_markup"), "inline_keyboard");
	for (size_t i = json_array_size(rows); i-- > 0;) {
		json_t *row = json_array_get(rows, i);
		strip_list(s, row);
		if (json_array_size(row) == 0)
			(void)json_array_remove(rows, i);
	}
	json_t *entities = json_get_array(document, "entities");
	strip_list(s, entities);
	if (entities && json_array_size(entities) == 0)
		(void)json_object_del(document, "entities");
	char *stripped = s->count > 0 ? json_text_dup(document) : NULL;
	json_decref(document);
	return stripped;
}

char *user_links_strip(struct user_links *links, const char *payload)
{
	struct strip s = {0};
	char *stripped = strip(&s, payload);
	if (stripped && !s.several) {
		(void)map_put(&links->hidden, s.id);
		if (links->unwritten_count < USER_LINKS_UNWRITTEN_MAX)
			links->unwritten[links->unwritten_count++] = s.id;
	}
	return stripped;
}

char *user_links_strip_hidden(const struct user_links *links, const char *payload)
{
	if (links->hidden.count == 0)
		return NULL;
	struct strip s = {.only_hidden = links};
	return strip(&s, payload);
}

void user_links_put(struct user_links *links, struct db_plan *plan, struct arena *a)
{
	hidden_people_add(plan, a, links->unwritten, links->unwritten_count);
	links->unwritten_count = 0;
}

void user_links_read(struct user_links *links, struct db_plan *plan)
{
	links->read_step = SIZE_MAX;
	if (!links->loaded)
		links->read_step = hidden_people_read(plan);
}

void user_links_parse(struct user_links *links, const struct db_reply *reply)
{
	if (links->read_step == SIZE_MAX)
		return;
	const PGresult *result = reply->results[links->read_step];
	for (int i = 0; i < PQntuples(result); i++)
		(void)map_put(&links->hidden, db_get_i64(result, i, 0, 0));
	links->loaded = true;
}
