#include "salesreg/sandbox/telegram/markup.h"
#include "salesreg/base/json.h"
#include "salesreg/base/text.h"
#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum { BUTTONS_MAX = 100, CALLBACK_DATA_MAX = 64, COPY_TEXT_MAX = 256, MARKUP_BYTES = 10000 };

static enum sandbox_error check_copy_text(const json_t *copy)
{
	const char *text = json_string_value(json_object_get(copy, "text"));
	size_t length = text ? text_code_points(text) : 0;
	return length >= 1 && length <= COPY_TEXT_MAX ? SANDBOX_OK
						      : SANDBOX_BUTTON_COPY_TEXT_INVALID;
}

static bool is_url(const char *url)
{
	return strncasecmp(url, "http://", 7) == 0 || strncasecmp(url, "https://", 8) == 0 ||
	       strncasecmp(url, "tg://", 5) == 0 || (strchr(url, '.') && !strpbrk(url, " \t\n\""));
}

static bool is_blank(const char *text)
{
	for (const char *p = text; *p;)
		if (!text_is_space(text_next(&p)))
			return false;
	return true;
}

static enum sandbox_error check_inline_button(const json_t *button)
{
	static const char *const actions[] = {"web_app", "login_url", "switch_inline_query",
	    "switch_inline_query_current_chat", "switch_inline_query_chosen_chat", "callback_game",
	    "pay"};
	const json_t *text = json_object_get(button, "text");
	if (!json_is_string(text) || is_blank(json_string_value(text)))
		return SANDBOX_BUTTON_TEXT_EMPTY;
	const json_t *data = json_object_get(button, "callback_data");
	if (json_is_string(data)) {
		size_t n = json_string_length(data);
		return n >= 1 && n <= CALLBACK_DATA_MAX ? SANDBOX_OK : SANDBOX_BUTTON_DATA_INVALID;
	}
	const json_t *url = json_object_get(button, "url");
	if (json_is_string(url))
		return is_url(json_string_value(url)) ? SANDBOX_OK : SANDBOX_BUTTON_URL_INVALID;
	const json_t *copy = json_object_get(button, "copy_text");
	if (json_is_object(copy))
		return check_copy_text(copy);
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (json_object_get(button, actions[i]))
			return SANDBOX_OK;
	return SANDBOX_BUTTON_NO_ACTION;
}

static enum sandbox_error check_keyboard_button(const json_t *button)
{
	const char *text = json_is_string(button)
			       ? json_string_value(button)
			       : json_string_value(json_object_get(button, "text"));
	return text && !is_blank(text) ? SANDBOX_OK : SANDBOX_KEYBOARD_TEXT_EMPTY;
}

static enum sandbox_error check_rows(const json_t *rows, bool is_inline)
{
	const enum sandbox_error not_rows = is_inline ? SANDBOX_MARKUP_ROWS : SANDBOX_KEYBOARD_ROWS;
	if (!json_is_array(rows))
		return not_rows;
	size_t total = 0, i, k;
	json_t *row, *button;
	json_array_foreach (rows, i, row) {
		if (!json_is_array(row))
			return not_rows;
		json_array_foreach (row, k, button) {
			enum sandbox_error error =
			    is_inline ? check_inline_button(button) : check_keyboard_button(button);
			if (error)
				return error;
			if (++total > BUTTONS_MAX)
				return SANDBOX_MARKUP_TOO_LONG;
		}
	}
	return SANDBOX_OK;
}

/* Buttons without a text vanish without a word, whatever else is wrong with them (td, ReplyMarkup.cpp). */
static void drop_empty(json_t *rows)
{
	for (size_t i = json_array_size(rows); i-- > 0;) {
		json_t *row = json_array_get(rows, i);
		size_t before = json_array_size(row);
		for (size_t k = before; k-- > 0;) {
			const json_t *button = json_array_get(row, k);
			const char *text = json_string_value(
			    json_is_string(button) ? button : json_object_get(button, "text"));
			if (text && !*text)
				(void)json_array_remove(row, k);
		}
		if (before > 0 && json_array_size(row) == 0)
			(void)json_array_remove(rows, i);
	}
}

static enum sandbox_error check(const json_t *markup, struct arena *arena, const char **out)
{
	if (!json_is_object(markup))
		return SANDBOX_MARKUP_NO_OBJECT;
	drop_empty(json_object_get(markup, "inline_keyboard"));
	drop_empty(json_object_get(markup, "keyboard"));
	const json_t *rows = json_object_get(markup, "inline_keyboard");
	if (rows) {
		enum sandbox_error error = check_rows(rows, true);
		if (!error && json_array_size(rows) > 0)
			*out = arena_printf(
			    arena, "{\"inline_keyboard\":%s}", json_text(arena, rows, NULL));
		return error;
	}
	rows = json_object_get(markup, "keyboard");
	enum sandbox_error error = rows ? check_rows(rows, false) : SANDBOX_OK;
	if (!error && json_object_size(markup) > 0)
		*out = json_text(arena, markup, NULL);
	return error;
}

enum sandbox_error markup_read(
    const struct http_params *params, struct arena *arena, const char **out)
{
	*out = NULL;
	const char *text = http_params_text(params, "reply_markup");
	if (!text || text[0] == '\0')
		return SANDBOX_OK;
	if (strlen(text) > MARKUP_BYTES)
		return SANDBOX_MARKUP_TOO_LONG;
	json_t *document = json_loads(text, JSON_DECODE_ANY, NULL);
	if (!document)
		return SANDBOX_MARKUP_INVALID;
	enum sandbox_error error = check(document, arena, out);
	json_decref(document);
	return error;
}

static bool is_wanted(const json_t *button, const char *text, const char *data_prefix)
{
	const char *label = json_is_string(button)
				? json_string_value(button)
				: json_string_value(json_object_get(button, "text"));
	const char *data = json_string_value(json_object_get(button, "callback_data"));
	if (text && (!label || strcmp(label, text) != 0))
		return false;
	if (data_prefix && (!data || strncmp(data, data_prefix, strlen(data_prefix)) != 0))
		return false;
	return true;
}

const json_t *markup_find_button(
    const char *markup, const char *text, const char *data_prefix, json_t **document)
{
	*document = json_loads(markup, 0, NULL);
	const json_t *rows = json_object_get(*document, "inline_keyboard");
	if (!rows)
		rows = json_object_get(*document, "keyboard");
	size_t i, k;
	json_t *row, *button;
	json_array_foreach (rows, i, row) {
		json_array_foreach (row, k, button) {
			if (is_wanted(button, text, data_prefix))
				return button;
		}
	}
	json_decref(*document);
	*document = NULL;
	return NULL;
}
