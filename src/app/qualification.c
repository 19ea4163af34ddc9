#include "salesreg/app/qualification.h"
#include "salesreg/base/fingerprint.h"
#include "salesreg/base/json.h"
#include "salesreg/domain/qualification/script_check.h"
#include <jansson.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name, *content;
} embedded[] = {
#include "salesreg/generated/qualification.inc"
};
_Static_assert(sizeof embedded / sizeof *embedded == 1, "one script is built in");

enum { NO_QUESTION = SCRIPT_QUESTIONS_MOST + 1, NUMBER_MOST_DIGITS = 15 };
static const int64_t NUMBER_MOST = INT64_C(1000000000000000);

/* A fault ends the reading: `why` is the first. */
struct reader {
	struct arena *a;
	const char *why;
	size_t question;                      /* where; NO_QUESTION: in the whole */
	const struct script_question *before; /* the earlier ones */
};

static void fault(struct reader *r, const char *why)
{
	if (!r->why)
		r->why = why;
}

/* Keys that nobody reads are mistyped ones. */
static void check_keys(struct reader *r, json_t *object, const char *where, const char *const *keys)
{
	const char *key;
	json_t *value;
	json_object_foreach (object, key, value) {
		size_t i = 0;
		while (keys[i] && strcmp(keys[i], key) != 0)
			i++;
		if (!keys[i])
			fault(r, arena_printf(r->a, "%s\"%.60s\" is nothing that is known here",
				     where, key));
	}
}

static const char *read_text(
    struct reader *r, const json_t *object, const char *key, const char *where)
{
	const json_t *value = json_object_get(object, key);
	const char *text = json_string_value(value);
	if (!text || strlen(text) != json_string_length(value)) {
		fault(r, arena_printf(r->a, "%s%s must be a text", where, key));
		return "";
	}
	return arena_strdup(r->a, text);
}

static struct localized read_localized(
    struct reader *r, json_t *object, const char *key, const char *where)
{
	struct localized out = {{NULL}};
	json_t *texts = json_object_get(object, key);
	const char *inner = arena_printf(r->a, "%s%s.", where, key);
	const char *codes[LOCALE_COUNT + 1] = {NULL};
	for (unsigned l = 0; l < LOCALE_COUNT; l++) {
		codes[l] = locale_code((enum locale)l);
		out.in[l] = "";
	}
	if (!json_is_object(texts)) {
		fault(r,
		    arena_printf(r->a, "%s%s must be {\"ru\": \"…\", \"en\": \"…\"}", where, key));
		return out;
	}
	check_keys(r, texts, inner, codes);
	/* whoever speaks another language gets the first there is */
	const char *first = NULL;
	for (unsigned l = 0; l < LOCALE_COUNT; l++)
		if (json_object_get(texts, codes[l])) {
			out.in[l] = read_text(r, texts, codes[l], inner);
			first = first ? first : out.in[l];
		}
	for (unsigned l = 0; l < LOCALE_COUNT; l++)
		if (!json_object_get(texts, codes[l]) && first)
			out.in[l] = first;
	return out;
}

static int64_t read_number(struct reader *r, const json_t *object, const char *key,
    const char *where, int64_t least, int64_t most, int64_t fallback)
{
	const json_t *value = json_object_get(object, key);
	if (!value)
		return fallback;
	int64_t number = json_integer_value(value);
	if (!json_is_integer(value) || number < least || number > most) {
		fault(r, arena_printf(r->a, "%s%s must be a whole number from %lld to %lld", where,
			     key, (long long)least, (long long)most));
		return fallback;
	}
	return number;
}

static json_t *read_list(struct reader *r, const json_t *object, const char *key, size_t most)
{
	json_t *list = json_object_get(object, key);
	if (!list)
		return NULL;
	if (!json_is_array(list) || json_array_size(list) > most) {
		fault(r, arena_printf(r->a, "%s must be a list of at most %zu", key, most));
		return NULL;
	}
	return list;
}

static void read_options(struct reader *r, const json_t *object, struct script_question *q)
{
	static const char *const keys[] = {"id", "label", "weight", NULL};
	json_t *list = read_list(r, object, "options", SCRIPT_OPTIONS_MOST);
	struct script_option *options =
	    ARENA_ARRAY(r->a, struct script_option, json_array_size(list) + 1);
	size_t i;
	json_t *value;
	json_array_foreach (list, i, value) {
		const char *where = arena_printf(r->a, "options[%zu].", i);
		if (!json_is_object(value)) {
			fault(r, arena_printf(r->a, "options[%zu] must be an object", i));
			return;
		}
		check_keys(r, value, where, keys);
		options[i] = (struct script_option){.id = read_text(r, value, "id", where),
		    .label = read_localized(r, value, "label", where),
		    .weight = (int)read_number(
			r, value, "weight", where, -SCRIPT_WEIGHT_MOST, SCRIPT_WEIGHT_MOST, 0)};
	}
	q->options = options;
	q->option_count = json_array_size(list);
}

static void read_currencies(struct reader *r, const json_t *object, struct script_question *q)
{
	json_t *list = read_list(r, object, "currencies", SCRIPT_CURRENCIES_MOST), *value;
	size_t i;
	json_array_foreach (list, i, value) {
		const char *code = json_string_value(value);
		if (!code)
			fault(r, arena_printf(r->a, "currencies[%zu] must be a text", i));
		q->currencies[i] = arena_strdup(r->a, code ? code : "");
	}
	q->currency_count = json_array_size(list);
}

static uint32_t option_bit(struct reader *r, const struct script_question *q, const json_t *value)
{
	const char *id = json_string_value(value);
	size_t option = id ? question_option(q, id, strlen(id)) : SCRIPT_OPTIONS_MOST;
	if (option >= q->option_count) {
		fault(r, arena_printf(r->a, "when: \"%.60s\" is no option of the question %s",
			     id ? id : "?", q->id));
		return 0;
	}
	return UINT32_C(1) << option;
}

static void read_conditions(
    struct reader *r, const json_t *object, size_t at, struct script_question *q)
{
	json_t *when = json_object_get(object, "when"), *value, *one;
	const char *id;
	size_t i;
	if (!when)
		return;
	if (!json_is_object(when) || json_object_size(when) > SCRIPT_QUESTIONS_MOST) {
		fault(r, "when must be {\"<an earlier question>\": [\"<option>\", …]}");
		return;
	}
	struct script_condition *conditions =
	    ARENA_ARRAY(r->a, struct script_condition, json_object_size(when) + 1);
	const struct script earlier = {.questions = r->before, .count = at};
	json_object_foreach (when, id, value) {
		size_t question = script_find(&earlier, id);
		if (question == at) {
			fault(r, arena_printf(
				     r->a, "when: there is no question \"%.60s\" before it", id));
			return;
		}
		struct script_condition *c = &conditions[q->condition_count++];
		c->question = question;
		if (json_is_string(value))
			c->options = option_bit(r, &r->before[question], value);
		else if (!json_is_array(value) || json_array_size(value) == 0)
			fault(r, arena_printf(r->a,
				     "when.%.60s must be an option or a list of options", id));
		json_array_foreach (value, i, one) {
			c->options |= option_bit(r, &r->before[question], one);
		}
	}
	q->conditions = conditions;
}

static void read_question(struct reader *r, json_t *object, size_t at, struct script_question *q)
{
	static const char *const keys[] = {"id", "kind", "text", "title", "options", "when",
	    "skippable", "weight", "min", "max", "currencies", NULL};
	*q = (struct script_question){.id = ""};
	if (!json_is_object(object)) {
		fault(r, "a question must be an object");
		return;
	}
	check_keys(r, object, "", keys);
	q->id = read_text(r, object, "id", "");
	const char *kind = json_string_value(json_object_get(object, "kind"));
	if (!question_kind_from_name(kind, &q->kind))
		fault(r, "kind must be choice, several, number, text, contact, email or date");
	q->text = read_localized(r, object, "text", "");
	q->title =
	    json_object_get(object, "title") ? read_localized(r, object, "title", "") : q->text;
	q->weight =
	    (int)read_number(r, object, "weight", "", -SCRIPT_WEIGHT_MOST, SCRIPT_WEIGHT_MOST, 0);
	bool number = q->kind == QUESTION_NUMBER;
	if (!number && (json_object_get(object, "min") || json_object_get(object, "max")))
		fault(r, "only number has min and max");
	q->least = read_number(r, object, "min", "", 0, NUMBER_MOST, 0);
	q->most = read_number(r, object, "max", "", 0, NUMBER_MOST, NUMBER_MOST);
	const json_t *skippable = json_object_get(object, "skippable");
	if (skippable && !json_is_boolean(skippable))
		fault(r, "skippable must be true or false");
	q->required = json_is_false(skippable);
	read_options(r, object, q);
	read_currencies(r, object, q);
	read_conditions(r, object, at, q);
}

/* One text for one content, however it is laid out. */
static const char *canonical(const json_t *document, struct arena *a)
{
	const size_t flags = JSON_SORT_KEYS | JSON_COMPACT;
	size_t size = json_dumpb(document, NULL, 0, flags);
	char *text = arena_bytes(a, size + 1);
	(void)json_dumpb(document, text, size, flags);
	text[size] = '\0';
	return text;
}

/* NULL with r->why. */
static const struct script *read_script(struct reader *r, json_t *document)
{
	static const char *const keys[] = {"questions", NULL};
	r->question = NO_QUESTION;
	json_t *list = json_object_get(document, "questions"), *value;
	size_t i;
	if (!json_is_object(document) || !json_is_array(list)) {
		fault(r, "it must be {\"questions\": […]}");
		return NULL;
	}
	check_keys(r, document, "", keys);
	if (json_array_size(list) > SCRIPT_QUESTIONS_MOST)
		fault(r,
		    arena_printf(r->a, "there are more than %d questions", SCRIPT_QUESTIONS_MOST));
	if (r->why)
		return NULL;
	struct script_question *questions =
	    ARENA_ARRAY(r->a, struct script_question, json_array_size(list) + 1);
	r->before = questions;
	json_array_foreach (list, i, value) {
		r->question = i;
		read_question(r, value, i, &questions[i]);
		if (r->why)
			return NULL;
	}
	struct script *script = ARENA_NEW(r->a, struct script);
	*script = (struct script){.questions = questions, .count = json_array_size(list)};
	fault(r, script_fault(script, r->a, &r->question));
	if (r->why)
		return NULL;
	script->json = canonical(document, r->a);
	script->version =
	    arena_strndup(r->a, fingerprint(r->a, &script->json, 1), SCRIPT_VERSION_CHARS);
	return script;
}

static int line_at(const char *text, const char *at)
{
	int line = 1;
	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

/* Where the number-th object of the list begins, by its brackets: its id may be what is wrong with it. */
static int line_of(const char *text, size_t question)
{
	size_t depth = 0, seen = 0;
	bool string = false;
	const char *start = strstr(text, "\"questions\"");
	for (const char *s = start ? strchr(start, '[') : NULL; s && *s; s++) {
		if (string) {
			if (*s == '\\' && s[1])
				s++;
			else if (*s == '"')
				string = false;
			continue;
		}
		string = *s == '"';
		if (*s == '{' || *s == '[') {
			if (depth++ == 1 && seen++ == question)
				return line_at(text, s);
		} else if (*s == '}' || *s == ']') {
			depth--;
			if (depth == 0)
				break;
		}
	}
	return 1;
}

static const char *id_of(const json_t *document, size_t question)
{
	const json_t *object = json_array_get(json_object_get(document, "questions"), question);
	const char *id = json_string_value(json_object_get(object, "id"));
	return id ? id : "";
}

enum err qualification_load(
    const char *text, struct arena *a, const struct script **script, struct buf *problems)
{
	*script = NULL;
	if (text && strcmp(text, "off") == 0)
		return ERR_OK;
	const char *source = text ? text : embedded[0].content;
	json_error_t where;
	json_t *document = json_loads(source, JSON_REJECT_DUPLICATES, &where);
	struct reader reader = {.a = a};
	if (!document) {
		buf_addf(problems, "QUALIFICATION: line %d: %s\n", where.line, where.text);
		return ERR_CONFIG;
	}
	*script = read_script(&reader, document);
	if (reader.why && reader.question == NO_QUESTION)
		buf_addf(problems, "QUALIFICATION: %s\n", reader.why);
	else if (reader.why &&
		 reader.question >= json_array_size(json_object_get(document, "questions")))
		buf_addf(problems, "QUALIFICATION: line %d: %s\n", line_of(source, 0), reader.why);
	else if (reader.why)
		buf_addf(problems, "QUALIFICATION: line %d: question %zu%s%.60s: %s\n",
		    line_of(source, reader.question), reader.question + 1,
		    *id_of(document, reader.question) ? ", " : "", id_of(document, reader.question),
		    reader.why);
	json_decref(document);
	return *script ? ERR_OK : ERR_CONFIG;
}

const struct script *qualification_stored(const char *json, struct arena *a)
{
	json_t *document = json_loads(json, 0, NULL);
	struct reader reader = {.a = a};
	const struct script *script = document ? read_script(&reader, document) : NULL;
	json_decref(document);
	return script;
}

const char *const *qualification_answers(
    const struct script *script, const char *json, struct arena *a)
{
	const char **answers = ARENA_ARRAY(a, const char *, script->count);
	json_t *object = json ? json_loads(json, 0, NULL) : NULL;
	for (size_t i = 0; object && i < script->count; i++)
		answers[i] = arena_strdup(a, json_get_text(a, object, script->questions[i].id));
	json_decref(object);
	(void)script_prune(script, answers, NULL);
	return answers;
}
