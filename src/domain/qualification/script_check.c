#include "salesreg/domain/qualification/script_check.h"
#include "salesreg/base/text.h"
#include <string.h>

bool script_id_is_good(const char *id)
{
	size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_");
	return id[n] == '\0' && n >= 1 && n <= SCRIPT_ID_BYTES && *id >= 'a' && *id <= 'z';
}

static const char *text_fault(
    const struct localized *text, const char *what, size_t units, struct arena *a)
{
	for (unsigned l = 0; l < LOCALE_COUNT; l++) {
		const char *s = text->in[l];
		const char *code = locale_code((enum locale)l);
		if (!s || !*text_fold(a, s))
			return arena_printf(a, "%s.%s is missing or empty", what, code);
		if (text_utf16_units(s) > units)
			return arena_printf(
			    a, "%s.%s is longer than %zu characters", what, code, units);
		for (const char *c = s; *c;) {
			uint32_t point = text_next(&c);
			if (text_is_control(point) && point != '\n')
				return arena_printf(
				    a, "%s.%s has a control character in it", what, code);
		}
	}
	return NULL;
}

static const char *options_fault(const struct script_question *q, struct arena *a)
{
	bool needs = q->kind == QUESTION_CHOICE || q->kind == QUESTION_SEVERAL;
	if (!needs)
		return q->option_count ? "only choice and several have options" : NULL;
	if (q->option_count < (q->kind == QUESTION_CHOICE ? 2 : 1))
		return "options: there is nothing to choose from";
	for (size_t i = 0; i < q->option_count; i++) {
		const struct script_option *option = &q->options[i];
		if (!script_id_is_good(option->id))
			return arena_printf(a,
			    "options[%zu].id must be small letters, digits and _, a letter first",
			    i);
		if (question_option(q, option->id, strlen(option->id)) != i)
			return arena_printf(
			    a, "options[%zu].id: \"%s\" is there twice", i, option->id);
		const char *fault = text_fault(&option->label,
		    arena_printf(a, "options[%zu].label", i), SCRIPT_LABEL_UNITS, a);
		if (fault)
			return fault;
		if (option->weight < -SCRIPT_WEIGHT_MOST || option->weight > SCRIPT_WEIGHT_MOST)
			return arena_printf(a, "options[%zu].weight must be from -%d to %d", i,
			    SCRIPT_WEIGHT_MOST, SCRIPT_WEIGHT_MOST);
		for (unsigned l = 0; l < LOCALE_COUNT; l++)
			for (size_t k = 0; k < i; k++)
				if (strcmp(text_fold(a, option->label.in[l]),
					text_fold(a, q->options[k].label.in[l])) == 0)
					return arena_printf(a,
					    "options[%zu].label.%s is there twice", i,
					    locale_code((enum locale)l));
	}
	return NULL;
}

static const char *number_fault(const struct script_question *q, struct arena *a)
{
	if (q->kind != QUESTION_NUMBER)
		return q->currency_count ? "only number has currencies" : NULL;
	if (q->least < 0 || q->least > q->most)
		return "min must not be below 0, nor above max";
	for (size_t i = 0; i < q->currency_count; i++) {
		const char *code = q->currencies[i];
		if (strlen(code) != 3 || strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)
			return arena_printf(a,
			    "currencies[%zu] must be three capital letters of ISO 4217, as \"USD\"",
			    i);
		for (size_t k = 0; k < i; k++)
			if (strcmp(code, q->currencies[k]) == 0)
				return arena_printf(
				    a, "currencies[%zu]: \"%s\" is there twice", i, code);
	}
	return NULL;
}

static const char *question_fault(const struct script *script, size_t at, struct arena *a)
{
	const struct script_question *q = &script->questions[at];
	if (!script_id_is_good(q->id))
		return "id must be small letters, digits and _, a letter first";
	if (script_find(script, q->id) != at)
		return "its id is another question's, too";
	const char *fault = text_fault(&q->text, "text", SCRIPT_TEXT_UNITS, a);
	if (!fault)
		fault = text_fault(&q->title, "title", SCRIPT_TITLE_UNITS, a);
	if (!fault)
		fault = options_fault(q, a);
	if (!fault)
		fault = number_fault(q, a);
	if (!fault && (q->weight < -SCRIPT_WEIGHT_MOST || q->weight > SCRIPT_WEIGHT_MOST))
		fault = arena_printf(
		    a, "weight must be from -%d to %d", SCRIPT_WEIGHT_MOST, SCRIPT_WEIGHT_MOST);
	for (size_t i = 0; !fault && i < q->condition_count; i++) {
		const struct script_condition *c = &q->conditions[i];
		if (c->question >= at)
			fault = "when: a condition must be about an earlier question";
		else if (c->options == 0)
			fault = "when: a condition needs options";
	}
	return fault;
}

const char *script_fault(const struct script *script, struct arena *a, size_t *question)
{
	*question = script->count;
	if (script->count == 0)
		return "there are no questions";
	if (script->count > SCRIPT_QUESTIONS_MOST)
		return arena_printf(a, "there are more than %d questions", SCRIPT_QUESTIONS_MOST);
	for (size_t q = 0; q < script->count; q++) {
		const char *fault = question_fault(script, q, a);
		if (fault) {
			*question = q;
			return fault;
		}
	}
	*question = script->count;
	return NULL;
}
