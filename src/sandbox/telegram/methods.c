/* The methods that are about the bot itself: who it is, its commands, its webhook. */
#include "salesreg/base/text.h"
#include "salesreg/sandbox/model.h"
#include "salesreg/sandbox/telegram/call.h"
#include "salesreg/sandbox/telegram/chats.h"
#include "salesreg/sandbox/telegram/updates.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void method_get_me(struct call *call)
{
	struct buf *out = call_begin(call);
	write_bot(out, call->bot);
	out->size--; /* opens the object again */
	buf_addf(out,
	    ",\"can_join_groups\":%s,\"can_read_all_group_messages\":%s,"
	    "\"supports_inline_queries\":false,\"can_connect_to_business\":%s,"
	    "\"has_main_web_app\":false}",
	    call->bot->joins_no_groups ? "false" : "true",
	    call->bot->reads_groups ? "true" : "false",
	    call->bot->takes_no_business ? "false" : "true");
	call_end(call);
}

void method_get_chat(struct call *call)
{
	struct chat *chat;
	enum sandbox_error error = chat_resolve(call, &chat);
	if (error == SANDBOX_CANT_INITIATE)
		error = SANDBOX_CHAT_NOT_FOUND;
	if (error && error != SANDBOX_BLOCKED) {
		call_fail_chat(call, error, chat);
		return;
	}
	struct buf *out = call_begin(call);
	write_chat(out, chat);
	out->size--;
	if (chat->user && chat->user->private_forwards)
		buf_adds(out, ",\"has_private_forwards\":true");
	if (chat->user && chat->user->no_voices)
		buf_adds(out, ",\"has_restricted_voice_and_video_messages\":true");
	if (chat->user && chat->user->message_stars > 0) {
		buf_adds(out, ",\"paid_message_star_count\":");
		buf_add_i64(out, chat->user->message_stars);
	}
	buf_adds(out, ",\"accent_color_id\":0,\"max_reaction_count\":11,"
		      "\"accepted_gift_types\":{}}");
	call_end(call);
}

/* --- commands --- */

static enum sandbox_error check_commands(const json_t *commands)
{
	if (!json_is_array(commands))
		return SANDBOX_COMMANDS_INVALID;
	size_t i;
	json_t *item;
	json_array_foreach (commands, i, item) {
		const char *name = json_string_value(json_object_get(item, "command"));
		const char *about = json_string_value(json_object_get(item, "description"));
		if (!name || !about)
			return SANDBOX_COMMANDS_INVALID;
		if (*name == '/')
			name++;
		size_t n = strlen(name);
		if (n < 1 || n > 32)
			return SANDBOX_COMMAND_INVALID;
		for (size_t k = 0; k < n; k++)
			if (!islower((unsigned char)name[k]) && !isdigit((unsigned char)name[k]) &&
			    name[k] != '_')
				return SANDBOX_COMMAND_INVALID;
		size_t length = text_code_points(about);
		if (length < 1 || length > 256)
			return SANDBOX_COMMAND_DESCRIPTION;
	}
	return json_array_size(commands) <= 100 ? SANDBOX_OK : SANDBOX_COMMANDS_INVALID;
}

static const char *param_or(const struct call *call, const char *name, const char *fallback)
{
	const char *text = http_params_text(call->params, name);
	return text && text[0] ? text : fallback;
}

/* The list for the scope and language of the call; made when `make` says so, NULL else. */
static struct command_list *command_list(const struct call *call, bool make)
{
	struct bot *bot = call->bot;
	const char *scope = param_or(call, "scope", "{\"type\":\"default\"}");
	const char *language = param_or(call, "language_code", "");
	for (size_t i = 0; i < bot->command_list_count; i++) {
		struct command_list *list = &bot->commands[i];
		if (strcmp(list->scope, scope) == 0 && strcmp(list->language_code, language) == 0)
			return list;
	}
	if (!make || bot->command_list_count == SANDBOX_COMMAND_LISTS_MAX)
		return NULL;
	struct command_list *list = &bot->commands[bot->command_list_count++];
	set_string(&list->scope, scope);
	set_string(&list->language_code, language);
	return list;
}

void method_set_my_commands(struct call *call)
{
	const char *text = param_or(call, "commands", "");
	json_t *commands = json_loads(text, 0, NULL);
	enum sandbox_error error = check_commands(commands);
	json_decref(commands);
	struct command_list *list = error ? NULL : command_list(call, true);
	if (!list) {
		call_fail(call, error ? error : SANDBOX_COMMANDS_INVALID);
		return;
	}
	set_string(&list->commands, text);
	call_true(call);
}

void method_get_my_commands(struct call *call)
{
	const struct command_list *list = command_list(call, false);
	buf_adds(call_begin(call), list && list->commands ? list->commands : "[]");
	call_end(call);
}

void method_delete_my_commands(struct call *call)
{
	struct command_list *list = command_list(call, false);
	if (list)
		set_string(&list->commands, NULL);
	call_true(call);
}

/* --- webhook: remembered, never called --- */

static enum sandbox_error check_webhook(const char *url, const char *secret)
{
	static const char *const ports[] = {"80", "88", "443", "8443"};
	if (strncasecmp(url, "https://", 8) != 0)
		return SANDBOX_WEBHOOK_NOT_HTTPS;
	const char *host = url + 8;
	size_t n = strcspn(host, "/?#");
	const char *colon = memchr(host, ':', n);
	if (colon) {
		size_t digits = (size_t)(host + n - colon) - 1;
		bool known = false;
		for (size_t i = 0; i < sizeof ports / sizeof *ports; i++)
			known = known || (strlen(ports[i]) == digits &&
					     strncmp(colon + 1, ports[i], digits) == 0);
		if (!known)
			return SANDBOX_WEBHOOK_PORT;
	}
	if (strlen(secret) > 256)
		return SANDBOX_WEBHOOK_SECRET;
	for (const char *p = secret; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '_' && *p != '-')
			return SANDBOX_WEBHOOK_SECRET;
	return SANDBOX_OK;
}

void method_set_webhook(struct call *call)
{
	const char *url = param_or(call, "url", "");
	if (url[0] == '\0') {
		method_delete_webhook(call);
		return;
	}
	enum sandbox_error error = check_webhook(url, param_or(call, "secret_token", ""));
	if (!error)
		error = updates_set_allowed(&call->bot->updates, call->params);
	if (error) {
		call_fail(call, error);
		return;
	}
	if (http_params_bool(call->params, "drop_pending_updates"))
		updates_drop_all(&call->bot->updates);
	set_string(&call->bot->webhook_url, url);
	updates_abort_poll(call->bot, SANDBOX_CONFLICT_SET_WEBHOOK);
	call_true(call);
}

void method_delete_webhook(struct call *call)
{
	set_string(&call->bot->webhook_url, NULL);
	if (http_params_bool(call->params, "drop_pending_updates"))
		updates_drop_all(&call->bot->updates);
	call_true(call);
}

void method_get_webhook_info(struct call *call)
{
	struct buf *out = call_begin(call);
	buf_adds(out, "{\"url\":");
	write_string(out, call->bot->webhook_url ? call->bot->webhook_url : "");
	buf_addf(out,
	    ",\"has_custom_certificate\":false,\"pending_update_count\":%zu,"
	    "\"allowed_updates\":",
	    updates_pending(call->bot));
	updates_write_allowed(&call->bot->updates, out);
	buf_addc(out, '}');
	call_end(call);
}
