#include "salesreg/domain/conversation/admin/broadcast_text.h"
#include "salesreg/base/fingerprint.h"
#include "salesreg/domain/event/callback_data.h"

const char *broadcast_clean(const char *text, struct arena *a)
{
	char *out = arena_strdup(a, text);
	for (char *p = out; *p; p++)
		if ((unsigned char)*p < ' ' && *p != '\n')
			*p = ' '; /* places in the text stay */
	return out;
}

const char *broadcast_about(const struct broadcast_words *words, struct arena *a)
{
	const char *const parts[] = {words->text, words->format ? words->format : ""};
	return fingerprint(a, parts, sizeof parts / sizeof *parts);
}

struct message *broadcast_message(const struct catalog *catalog, enum locale locale,
    const struct broadcast_words *words, int64_t chat_id, struct arena *a)
{
	struct message_list list = {0};
	const struct catalog_arg args[] = {{"name", words->author}};
	const char *whose = catalog_render(catalog, locale, TEXT_BROADCAST_SIGNATURE, args, 1, a);
	struct message *m = message_list_add(
	    &list, a, chat_id, PRIORITY_BULK, arena_printf(a, "%s\n\n%s", words->text, whose));
	m->format = words->format;
	return m;
}

bool broadcast_is_over(const struct broadcast_counts *counts)
{
	return counts->waiting + counts->queued == 0;
}

static const char *line(const struct catalog *catalog, enum locale locale, const char *above,
    enum text_id id, int64_t count, struct arena *a)
{
	if (count == 0)
		return above;
	const struct catalog_arg args[] = {{"count", arena_printf(a, "%lld", (long long)count)}};
	return arena_printf(a, "%s\n%s", above, catalog_render(catalog, locale, id, args, 1, a));
}

struct message *broadcast_progress(const struct catalog *catalog, enum locale locale,
    const struct broadcast_counts *counts, int64_t id, const char *about, int64_t chat_id,
    int64_t message_id, struct arena *a)
{
	bool over = broadcast_is_over(counts);
	const struct catalog_arg args[] = {
	    {"sent", arena_printf(a, "%lld", (long long)counts->sent)},
	    {"count", arena_printf(a, "%lld", (long long)counts->recipients)}};
	const char *text = catalog_render(catalog, locale,
	    counts->is_stopped ? TEXT_BROADCAST_STOPPED
	    : over             ? TEXT_BROADCAST_DONE
			       : TEXT_BROADCAST_PROGRESS,
	    args, 2, a);
	text = line(catalog, locale, text, TEXT_BROADCAST_LATER, counts->later, a);
	text = line(catalog, locale, text, TEXT_BROADCAST_GONE, counts->gone, a);
	text = line(catalog, locale, text, TEXT_BROADCAST_FAILED, counts->failed, a);
	text = line(catalog, locale, text, TEXT_BROADCAST_LEFT, counts->left, a);
	text = line(catalog, locale, text, TEXT_BROADCAST_UNSENT, counts->stopped, a);
	struct message_list list = {0};
	struct message *m =
	    message_id ? message_list_add_edit_text(&list, a, chat_id, message_id, text) : NULL;
	if (!m)
		m = message_list_add(&list, a, chat_id, PRIORITY_NOTIFICATION, text);
	if (over || counts->is_stopped)
		return m;
	struct button *stop = ARENA_NEW(a, struct button);
	*stop = (struct button){
	    .text = catalog_render(catalog, locale, TEXT_BUTTON_BROADCAST_STOP, NULL, 0, a),
	    .data = press_data_about(a, PRESS_BROADCAST_STOP, id, about)};
	message_set_buttons(m, stop, 1);
	return m;
}
