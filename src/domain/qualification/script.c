#include "salesreg/domain/qualification/script.h"
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = {
#define X(name, text) [QUESTION_##name] = text,
    QUESTION_KIND_MAP(X)
#undef X
};
_Static_assert(SCRIPT_OPTIONS_MOST <= 32, "an option is a bit");

const char *question_kind_name(enum question_kind kind)
{
	return kind_names[kind];
}

bool question_kind_from_name(const char *name, enum question_kind *kind)
{
	for (size_t i = 0; name && i < QUESTION_KIND_COUNT; i++)
		if (strcmp(name, kind_names[i]) == 0) {
			*kind = (enum question_kind)i;
			return true;
		}
	return false;
}

size_t script_find(const struct script *script, const char *id)
{
	size_t i = 0;
	while (i < script->count && strcmp(script->questions[i].id, id) != 0)
		i++;
	return i;
}

size_t question_option(const struct script_question *question, const char *id, size_t size)
{
	for (size_t i = 0; i < question->option_count; i++)
		if (strlen(question->options[i].id) == size &&
		    memcmp(question->options[i].id, id, size) == 0)
			return i;
	return SCRIPT_OPTIONS_MOST;
}

uint32_t question_options(const struct script_question *question, const char *value)
{
	uint32_t options = 0;
	for (const char *s = value; s && *s;) {
		size_t n = strcspn(s, ",");
		size_t option = question_option(question, s, n);
		if (option < question->option_count)
			options |= UINT32_C(1) << option;
		s += n + (s[n] == ',');
	}
	return options;
}

const char *question_options_value(
    const struct script_question *question, uint32_t options, struct arena *a)
{
	const char *value = "";
	for (size_t i = 0; i < question->option_count; i++)
		if (options >> i & 1)
			value = arena_concat(
			    a, value, *value ? "," : "", question->options[i].id, (char *)NULL);
	return value;
}

static bool has_options(enum question_kind kind)
{
	return kind == QUESTION_CHOICE || kind == QUESTION_SEVERAL;
}

bool script_asks(const struct script *script, const char *const *answers, size_t question)
{
	const struct script_question *q = &script->questions[question];
	for (size_t i = 0; i < q->condition_count; i++) {
		const struct script_condition *c = &q->conditions[i];
		if (!answers[c->question] ||
		    !(question_options(&script->questions[c->question], answers[c->question]) &
			c->options))
			return false;
	}
	return true;
}

size_t script_next(const struct script *script, const char *const *answers)
{
	size_t q = 0;
	while (q < script->count && (answers[q] || !script_asks(script, answers, q)))
		q++;
	return q;
}

size_t script_previous(const struct script *script, const char *const *answers, size_t question)
{
	while (question-- > 0)
		if (script_asks(script, answers, question))
			return question;
	return script->count;
}

size_t script_prune(const struct script *script, const char **answers, bool *gone)
{
	size_t count = 0;
	for (size_t q = 0; q < script->count; q++) {
		bool goes = answers[q] && !script_asks(script, answers, q);
		if (goes)
			answers[q] = NULL;
		if (gone)
			gone[q] = goes;
		count += goes;
	}
	return count;
}

int script_score(const struct script *script, const char *const *answers)
{
	int score = 0;
	for (size_t q = 0; q < script->count; q++) {
		const struct script_question *question = &script->questions[q];
		if (!answers[q] || !*answers[q])
			continue;
		score += question->weight;
		if (!has_options(question->kind))
			continue;
		uint32_t options = question_options(question, answers[q]);
		for (size_t i = 0; i < question->option_count; i++)
			score += options >> i & 1 ? question->options[i].weight : 0;
	}
	return score;
}

const char *question_press_write(
    const struct script *script, const struct question_press *press, struct arena *a)
{
	const char *act = "";
	switch (press->act) {
	case QUESTION_CHOOSE:
		act = arena_printf(a, "c%zu", press->option);
		break;
	case QUESTION_TOGGLE:
		act = arena_printf(a, "t%zu", press->option);
		break;
	case QUESTION_DONE:
		act = arena_printf(a, "d%x", (unsigned)press->options);
		break;
	case QUESTION_SKIP:
		act = "s";
		break;
	case QUESTION_BACK:
		act = "b";
		break;
	}
	return arena_printf(a, "%s:%zu:%s", script->version, press->question, act);
}

/* The number that is all of s, below `most`. */
static bool read_number(const char *s, int base, unsigned long most, unsigned long *number)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = strlen(s), good = 0;
	unsigned long value = 0;
	for (; good < n && good < 8; good++) {
		const char *digit = memchr(digits, s[good], (size_t)base);
		if (!digit)
			return false;
		value = value * (unsigned long)base + (unsigned long)(digit - digits);
	}
	*number = value;
	return n > 0 && good == n && value < most;
}

static bool read_act(
    const struct script_question *question, const char *act, struct question_press *press)
{
	unsigned long number = 0;
	bool options = has_options(question->kind);
	switch (*act) {
	case 'c':
	case 't':
		press->act = *act == 'c' ? QUESTION_CHOOSE : QUESTION_TOGGLE;
		if (question->kind != (*act == 'c' ? QUESTION_CHOICE : QUESTION_SEVERAL) ||
		    !read_number(act + 1, 10, question->option_count, &number))
			return false;
		press->option = number;
		return true;
	case 'd':
		press->act = QUESTION_DONE;
		if (!options || !read_number(act + 1, 16, 1UL << question->option_count, &number))
			return false;
		press->options = (uint32_t)number;
		return question->kind == QUESTION_SEVERAL;
	case 's':
		press->act = QUESTION_SKIP;
		return act[1] == '\0';
	case 'b':
		press->act = QUESTION_BACK;
		return act[1] == '\0';
	default:
		return false;
	}
}

bool question_press_read(
    const struct script *script, const char *data, struct question_press *press)
{
	*press = (struct question_press){0};
	size_t n = strlen(script->version);
	if (!data || strncmp(data, script->version, n) != 0 || data[n] != ':')
		return false;
	const char *s = data + n + 1;
	size_t digits = strspn(s, "0123456789");
	if (digits == 0 || digits > 2 || s[digits] != ':')
		return false;
	for (size_t i = 0; i < digits; i++)
		press->question = press->question * 10 + (size_t)(s[i] - '0');
	return press->question < script->count &&
	       read_act(&script->questions[press->question], s + digits + 1, press);
}
