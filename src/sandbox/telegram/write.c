/* The JSON of users, chats and messages, appended rather than built as trees:
 * this is the hot path of the benchmark. */
#include "salesreg/base/text.h"
#include "salesreg/sandbox/model.h"
#include <string.h>

void write_string(struct buf *out, const char *s)
{
	static const char hex[] = "0123456789abcdef";
	buf_addc(out, '"');
	const char *from = s;
	for (const char *p = s;; p++) {
		unsigned char c = (unsigned char)*p;
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(out, from, (size_t)(p - from));
		if (c == '\0')
			break;
		from = p + 1;
		char escape[6] = {'\\', (char)c, '0', '0', hex[c >> 4], hex[c & 15]};
		if (c == '\n')
			escape[1] = 'n';
		else if (c < 0x20)
			escape[1] = 'u';
		buf_add(out, escape, escape[1] == 'u' ? 6 : 2);
	}
	buf_addc(out, '"');
}

static void write_member(struct buf *out, const char *name, const char *value)
{
	if (!value)
		return;
	buf_addc(out, ',');
	buf_addc(out, '"');
	buf_adds(out, name);
	buf_adds(out, "\":");
	write_string(out, value);
}

void write_user(struct buf *out, const struct user *user)
{
	buf_adds(out, "{\"id\":");
	buf_add_i64(out, user->id);
	buf_adds(out, ",\"is_bot\":false");
	write_member(out, "first_name", user->first_name);
	write_member(out, "username", user->username);
	write_member(out, "language_code", user->language_code);
	buf_addc(out, '}');
}

void write_bot(struct buf *out, const struct bot *bot)
{
	buf_adds(out, "{\"id\":");
	buf_add_i64(out, bot->id);
	buf_adds(out, ",\"is_bot\":true,\"first_name\":\"Sandbox bot\"");
	write_member(out, "username", bot->username ? bot->username : bot->sandbox->username);
	buf_addc(out, '}');
}

void write_chat(struct buf *out, const struct chat *chat)
{
	buf_adds(out, "{\"id\":");
	buf_add_i64(out, chat->id);
	if (chat->user) {
		write_member(out, "first_name", chat->user->first_name);
		write_member(out, "username", chat->user->username);
	} else {
		write_member(out, "title", chat->title);
		write_member(out, "username", chat->username);
	}
	buf_adds(out, ",\"type\":\"");
	buf_adds(out, chat_kind_name(chat->kind));
	buf_adds(out, "\"}");
}

/* Only inline keyboards come back in a message; others belong to the chat, not to it. */
static bool is_inline(const char *markup)
{
	return markup && strncmp(markup, "{\"inline_keyboard\"", 18) == 0;
}

/* One level deep: what a reply replies to shows no reply of its own (Bot API, "Message", reply_to_message). */
static void write_one(struct buf *out, const struct chat *chat, const struct message *m, bool deep)
{
	buf_adds(out, "{\"message_id\":");
	buf_add_i64(out, m->id);
	if (m->from_bot) {
		buf_adds(out, ",\"from\":");
		write_bot(out, chat->bot);
	} else if (m->from) {
		buf_adds(out, ",\"from\":");
		write_user(out, m->from);
	}
	buf_adds(out, ",\"chat\":");
	write_chat(out, chat);
	buf_adds(out, ",\"date\":");
	buf_add_i64(out, m->date_s);
	if (m->edited_s) {
		buf_adds(out, ",\"edit_date\":");
		buf_add_i64(out, m->edited_s);
	}
	write_member(out, "text", m->text);
	if (m->entities) {
		buf_adds(out, ",\"entities\":");
		buf_adds(out, m->entities);
	}
	if (m->extra) {
		buf_addc(out, ',');
		buf_adds(out, m->extra);
	}
	const struct message *replied =
	    deep && m->reply_to ? message_find(chat, m->reply_to) : NULL;
	if (replied) {
		buf_adds(out, ",\"reply_to_message\":");
		write_one(out, chat, replied, false);
	}
	if (is_inline(m->markup)) {
		buf_adds(out, ",\"reply_markup\":");
		buf_adds(out, m->markup);
	}
	buf_addc(out, '}');
}

void write_message(struct buf *out, const struct chat *chat, const struct message *m)
{
	write_one(out, chat, m, true);
}
