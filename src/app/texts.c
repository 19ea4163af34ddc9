#include "salesreg/app/texts.h"
#include <string.h>

static const struct {
	const char *name, *content;
} embedded[] = {
#include "salesreg/generated/texts.inc"
};
_Static_assert(sizeof embedded / sizeof *embedded == LOCALE_COUNT, "a file for each locale");

/* What people may type: the build has made a table of it (domain/event/intents.c). */
static const char UNDERSTOOD[] = "understood";

/* Keys of before, when each language named all: now each names itself. */
static const char *complaint_about(enum text_id id, const json_t *value)
{
	const char *text = json_string_value(value);
	return !text || strlen(text) != json_string_length(value)
		   ? "it must be a string without NUL"
		   : catalog_check(id, text);
}

/* *complaint: why its value will not do. */
static bool apply_former(
    struct texts *texts, const char *key, const json_t *value, const char **complaint)
{
	static const struct {
		const char *key, *locale;
	} former[] = {{"button_russian", "ru"}, {"button_english", "en"}};
	for (size_t i = 0; i < sizeof former / sizeof *former; i++) {
		enum locale locale;
		if (strcmp(former[i].key, key) != 0 || !locale_parse(former[i].locale, &locale))
			continue;
		*complaint = complaint_about(TEXT_LANGUAGE_NAME, value);
		if (!*complaint)
			texts->catalog.texts[locale][TEXT_LANGUAGE_NAME] = json_string_value(value);
		return true;
	}
	return false;
}

static void apply_locale(struct texts *texts, const char *where, enum locale locale,
    json_t *entries, struct buf *problems)
{
	const char *key;
	json_t *value;
	json_object_foreach (entries, key, value) {
		enum text_id id;
		const char *complaint = NULL;
		if (text_id_from_key(key, &id)) {
			complaint = complaint_about(id, value);
			if (!complaint)
				texts->catalog.texts[locale][id] = json_string_value(value);
		} else if (!apply_former(texts, key, value, &complaint)) {
			complaint =
			    strcmp(key, UNDERSTOOD) == 0
				? "what people may type is part of the program; leave it out"
				: "there is no such text";
		}
		if (complaint)
			buf_addf(problems, "%s: %s.%.80s: %s\n", where, locale_code(locale), key,
			    complaint);
	}
}

static void apply_replacements(struct texts *texts, struct buf *problems)
{
	const char *code;
	json_t *entries;
	if (!json_is_object(texts->replacements)) {
		buf_adds(
		    problems, "MESSAGES: it must be a JSON object {\"ru\": {…}, \"en\": {…}}\n");
		return;
	}
	json_object_foreach (texts->replacements, code, entries) {
		enum locale locale;
		if (strlen(code) != 2 || !locale_parse(code, &locale) || !json_is_object(entries))
			buf_addf(problems,
			    "MESSAGES: %.40s: expected a language with an object of texts; the "
			    "languages are: " LOCALE_CHOICES "\n",
			    code);
		else
			apply_locale(texts, "MESSAGES", locale, entries, problems);
	}
}

/* The build has seen to the keys and the placeholders (config/messages/catalog.awk); lengths and emptiness show here. */
static void load_defaults(struct texts *texts, struct buf *problems)
{
	for (size_t i = 0; i < LOCALE_COUNT; i++) {
		enum locale locale;
		json_error_t where;
		texts->defaults[i] =
		    json_loads(embedded[i].content, JSON_REJECT_DUPLICATES, &where);
		if (!texts->defaults[i])
			buf_addf(problems, "config/messages/%s: line %d: %s\n", embedded[i].name,
			    where.line, where.text);
		char code[3] = {embedded[i].name[0], embedded[i].name[1], '\0'};
		if (!texts->defaults[i] || !locale_parse(code, &locale))
			continue;
		(void)json_object_del(texts->defaults[i], UNDERSTOOD);
		apply_locale(texts, "config/messages", locale, texts->defaults[i], problems);
	}
	for (int locale = 0; locale < LOCALE_COUNT; locale++)
		for (int id = 0; id < TEXT_COUNT; id++)
			if (!texts->catalog.texts[locale][id])
				buf_addf(problems,
				    "config/messages: %s.%s is missing from this build\n",
				    locale_code((enum locale)locale),
				    text_id_key((enum text_id)id));
}

enum err texts_load(struct texts *texts, const char *replacements, struct buf *problems)
{
	*texts = (struct texts){0};
	size_t before = problems->size;
	load_defaults(texts, problems);
	if (replacements) {
		json_error_t where;
		texts->replacements = json_loads(replacements, JSON_REJECT_DUPLICATES, &where);
		if (texts->replacements)
			apply_replacements(texts, problems);
		else
			buf_addf(problems, "MESSAGES: line %d: %s\n", where.line, where.text);
	}
	return problems->size == before ? ERR_OK : ERR_CONFIG;
}

void texts_finish(struct texts *texts)
{
	for (size_t i = 0; i < LOCALE_COUNT; i++)
		json_decref(texts->defaults[i]);
	json_decref(texts->replacements);
	*texts = (struct texts){0};
}
