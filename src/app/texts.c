#include "salesreg/app/texts.h"
#include <string.h>

static const struct {
	const char *name, *content;
} embedded[] = {
#include "salesreg/generated/texts.inc"
};

static const char *embedded_text(const char *name)
{
	for (size_t i = 0; i < sizeof embedded / sizeof *embedded; i++)
		if (strcmp(embedded[i].name, name) == 0)
			return embedded[i].content;
	return "{}";
}

static void apply_locale(
    struct texts *texts, enum locale locale, json_t *entries, struct buf *problems)
{
	const char *key;
	json_t *value;
	json_object_foreach (entries, key, value) {
		enum text_id id;
		if (!text_id_from_key(key, &id)) {
			buf_addf(problems, "MESSAGES: %s.%.80s: there is no such text\n",
			    locale_code(locale), key);
			continue;
		}
		const char *text = json_string_value(value);
		const char *complaint = !text || strlen(text) != json_string_length(value)
					    ? "it must be a string without NUL"
					    : catalog_check(id, text);
		if (complaint)
			buf_addf(
			    problems, "MESSAGES: %s.%s: %s\n", locale_code(locale), key, complaint);
		else
			texts->catalog.texts[locale][id] = text;
	}
}

static void apply(struct texts *texts, json_t *document, struct buf *problems)
{
	const char *code;
	json_t *entries;
	if (!json_is_object(document)) {
		buf_adds(
		    problems, "MESSAGES: it must be a JSON object {\"ru\": {…}, \"en\": {…}}\n");
		return;
	}
	json_object_foreach (document, code, entries) {
		enum locale locale;
		if (strlen(code) != 2 || !locale_parse(code, &locale) || !json_is_object(entries))
			buf_addf(problems,
			    "MESSAGES: %.40s: expected \"ru\" or \"en\" with an object of texts\n",
			    code);
		else
			apply_locale(texts, locale, entries, problems);
	}
}

enum err texts_load(struct texts *texts, const char *replacements, struct buf *problems)
{
	*texts = (struct texts){0};
	size_t before = problems->size;
	texts->defaults = json_loads(embedded_text("messages.json"), 0, NULL);
	apply(texts, texts->defaults, problems);
	for (int locale = 0; texts->defaults && locale < LOCALE_COUNT; locale++)
		for (int id = 0; id < TEXT_COUNT; id++)
			if (!texts->catalog.texts[locale][id])
				buf_addf(problems,
				    "config/messages.json: %s.%s is missing from this build\n",
				    locale_code((enum locale)locale),
				    text_id_key((enum text_id)id));
	if (replacements) {
		json_error_t where;
		texts->replacements = json_loads(replacements, JSON_REJECT_DUPLICATES, &where);
		if (texts->replacements)
			apply(texts, texts->replacements, problems);
		else
			buf_addf(problems, "MESSAGES: line %d: %s\n", where.line, where.text);
	}
	return problems->size == before ? ERR_OK : ERR_CONFIG;
}

void texts_finish(struct texts *texts)
{
	json_decref(texts->defaults);
	json_decref(texts->replacements);
	*texts = (struct texts){0};
}
