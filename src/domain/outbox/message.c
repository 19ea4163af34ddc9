#include "salesreg/domain/outbox/message.h"
#include "salesreg/base/text.h"
#include <assert.h>
#include <string.h>

static bool is_blank(const char *s, size_t n)
{
	const char *end = s + n;
	while (s < end)
		if (!text_is_space(text_next(&s)))
			return false;
	return true;
}

/*
 * How many bytes of text go into the next part: all, or up to the last line end, the last space, or
 * the last character that fits. Never 0 for a text that is not empty.
 */
static size_t part_bytes(const char *text)
{
	size_t fits = text_prefix_utf16(text, MESSAGE_TEXT_UNITS);
	if (text[fits] == '\0')
		return fits;
	const char *end = memrchr(text, '\n', fits);
	if (!end || is_blank(text, (size_t)(end - text)))
		end = memrchr(text, ' ', fits);
	if (!end || is_blank(text, (size_t)(end - text)))
		return fits;
	return (size_t)(end - text);
}

static struct message *append(struct message_list *list, struct arena *a, struct message message)
{
	struct message *copy = ARENA_NEW(a, struct message);
	*copy = message;
	if (list->last)
		list->last->next = copy;
	else
		list->first = copy;
	list->last = copy;
	list->count++;
	return copy;
}

static const char marks[] = MESSAGE_MARK_QUOTE MESSAGE_MARK_CODE MESSAGE_MARK_END;

/* What is open at the end of a part goes on in the next one. */
static void end_span(struct message *m, struct span *open, size_t units)
{
	open->length = units - open->offset;
	/* an entity of nothing is refused; more than so many are ignored */
	if (open->length > 0 && m->span_count < MESSAGE_MAX_SPANS)
		((struct span *)(uintptr_t)m->spans)[m->span_count++] = *open;
}

/* Takes the marks out of the text; *type: what is open before, and after. */
static void take_marks(struct message *m, struct arena *a, const char **type)
{
	const char *text = m->text;
	if (!*type && !strpbrk(text, marks))
		return;
	char *plain = arena_alloc(a, strlen(text) + 1), *end = plain;
	m->spans = ARENA_ARRAY(a, struct span, MESSAGE_MAX_SPANS);
	struct span open = {.type = *type};
	size_t units = 0;
	while (*text) {
		size_t n = strcspn(text, marks);
		memcpy(end, text, n);
		end[n] = '\0';
		units += text_utf16_units(end);
		end += n;
		text += n;
		if (!*text)
			break;
		if (open.type)
			end_span(m, &open, units);
		open = (struct span){.offset = units};
		if (*text == *MESSAGE_MARK_QUOTE)
			open.type = "blockquote";
		else if (*text == *MESSAGE_MARK_CODE)
			open.type = "code";
		text++;
	}
	if (open.type)
		end_span(m, &open, units);
	*type = open.type;
	m->text = plain;
}

struct message *message_list_add(struct message_list *list, struct arena *a, int64_t chat_id,
    enum message_priority priority, const char *text)
{
	struct message *message = NULL;
	struct message form = {.kind = MESSAGE_SEND, .priority = priority, .chat_id = chat_id};
	const char *open = NULL;
	/* nearly every message: short, so that nothing need be copied */
	if (strlen(text) <= MESSAGE_TEXT_UNITS) {
		form.text = text;
		take_marks(&form, a, &open);
		return append(list, a, form);
	}
	while (*text) {
		size_t n = part_bytes(text);
		struct message part = form;
		part.text = arena_strndup(a, text, n);
		take_marks(&part, a, &open);
		/* Telegram refuses a part with nothing to see ("message text is empty") */
		if (!is_blank(part.text, strlen(part.text))) {
			message = append(list, a, part);
		}
		text += n;
		while (*text == '\n' || *text == ' ')
			text++;
	}
	if (!message) {
		form.text = "";
		message = append(list, a, form);
	}
	return message;
}

struct message *message_list_add_edit(
    struct message_list *list, struct arena *a, int64_t chat_id, int64_t message_id)
{
	return append(list, a,
	    (struct message){
		.kind = MESSAGE_EDIT_KEYBOARD,
		.priority = PRIORITY_REPLY,
		.chat_id = chat_id,
		.message_id = message_id,
	    });
}

struct message *message_list_add_file(struct message_list *list, struct arena *a, int64_t chat_id,
    enum message_priority priority, const char *kind, const char *id, const char *caption)
{
	return append(list, a,
	    (struct message){.kind = MESSAGE_FILE,
		.priority = priority,
		.chat_id = chat_id,
		.file_kind = kind,
		.file_id = id,
		.text = caption});
}

struct message *message_list_add_copy(struct message_list *list, struct arena *a, int64_t chat_id,
    enum message_priority priority, int64_t from_chat, int64_t message_id)
{
	return append(list, a,
	    (struct message){.kind = MESSAGE_COPY,
		.priority = priority,
		.chat_id = chat_id,
		.from_chat = from_chat,
		.message_id = message_id});
}

struct message *message_list_add_edit_text(struct message_list *list, struct arena *a,
    int64_t chat_id, int64_t message_id, const char *text)
{
	struct message edit = {.kind = MESSAGE_EDIT_TEXT,
	    .priority = PRIORITY_REPLY,
	    .chat_id = chat_id,
	    .message_id = message_id,
	    .text = text};
	const char *open = NULL;
	take_marks(&edit, a, &open);
	return text_utf16_units(edit.text) > MESSAGE_TEXT_UNITS ? NULL : append(list, a, edit);
}

void message_list_join(struct message_list *list, struct message_list *other)
{
	if (other->count == 0)
		return;
	if (list->last)
		list->last->next = other->first;
	else
		list->first = other->first;
	list->last = other->last;
	list->count += other->count;
	*other = (struct message_list){0};
}

void message_set_buttons(struct message *message, const struct button *buttons, size_t count)
{
	assert(count <= MESSAGE_MAX_BUTTONS);
	message->buttons = count ? buttons : NULL;
	message->button_count = count;
}

void message_set_mention(
    struct message *message, struct arena *a, const char *shown, int64_t user_id)
{
	const char *found = NULL;
	for (const char *at = message->text; (at = strstr(at, shown)); at++)
		found = at;
	if (!found)
		return;
	struct mention *mention = ARENA_NEW(a, struct mention);
	*mention = (struct mention){
	    .offset =
		text_utf16_units(arena_strndup(a, message->text, (size_t)(found - message->text))),
	    .length = text_utf16_units(shown),
	    .user_id = user_id,
	};
	message->mention = mention;
}
