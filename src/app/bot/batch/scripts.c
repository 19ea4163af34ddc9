#include "salesreg/app/bot/batch/scripts.h"
#include "salesreg/app/qualification.h"
#include <string.h>

void scripts_init(struct scripts *s)
{
	*s = (struct scripts){.now = 0};
}

static void forget(struct scripts_entry *e)
{
	arena_finish(&e->arena);
	*e = (struct scripts_entry){.version = ""};
}

void scripts_finish(struct scripts *s)
{
	for (size_t i = 0; i < SCRIPTS_MOST; i++)
		if (s->entries[i].version[0])
			forget(&s->entries[i]);
}

size_t scripts_make_room(struct scripts *s, const char **versions)
{
	struct scripts_entry *oldest = NULL;
	size_t count = 0;
	for (size_t i = 0; i < SCRIPTS_MOST; i++) {
		struct scripts_entry *e = &s->entries[i];
		count += e->version[0] != '\0';
		if (!oldest || e->used < oldest->used)
			oldest = e;
	}
	if (count == SCRIPTS_MOST)
		forget(oldest);
	count = 0;
	for (size_t i = 0; i < SCRIPTS_MOST; i++)
		if (s->entries[i].version[0])
			versions[count++] = s->entries[i].version;
	return count;
}

const struct script *scripts_get(
    struct scripts *s, const char *version, const char *json, struct arena *a)
{
	struct scripts_entry *room = NULL;
	for (size_t i = 0; i < SCRIPTS_MOST; i++) {
		struct scripts_entry *e = &s->entries[i];
		if (strcmp(e->version, version) == 0) {
			e->used = ++s->now;
			return e->script;
		}
		if (!e->version[0])
			room = e;
	}
	if (!json)
		return NULL;
	if (!room || strlen(version) >= sizeof room->version)
		return qualification_stored(json, a);
	arena_init(&room->arena, SCRIPTS_BYTES);
	room->script = qualification_stored(json, &room->arena);
	if (arena_is_over(&room->arena)) {
		forget(room);
		return qualification_stored(json, a);
	}
	(void)memcpy(room->version, version, strlen(version) + 1);
	room->used = ++s->now;
	return room->script;
}
