/*
 * Values as people read them, and what to say of answers that are none.
 */
#include "salesreg/domain/qualification/answer.h"
#include "salesreg/domain/text/quote.h"
#include <string.h>

/* "300 000": groups of three, held together. */
static const char *grouped(const char *digits, size_t size, struct arena *a)
{
	const char *out = "";
	for (size_t i = 0; i < size;) {
		size_t n = (size - i) % 3 ? (size - i) % 3 : 3;
		out = arena_printf(a, "%s%s%.*s", out, i ? "\u00a0" : "", (int)n, digits + i);
		i += n;
	}
	return out;
}

static const char *show_number(
    const struct catalog *catalog, enum locale locale, const char *value, struct arena *a)
{
	size_t first = strspn(value, "0123456789");
	const char *rest = value + first;
	bool dash = *rest == '-';
	const char *second = dash ? rest + 1 : rest;
	size_t size = strspn(second, "0123456789");
	const char *unit = second + size;
	unit = *unit == ' ' ? unit + 1 : unit;
	const char *low = grouped(value, first, a), *high = grouped(second, size, a);
	const char *gap = *unit ? "\u00a0" : "";
	if (!dash)
		return arena_concat(a, low, gap, unit, (char *)NULL);
	if (first && size)
		return arena_concat(a, low, "\u2013", high, gap, unit, (char *)NULL);
	const struct catalog_arg arg = {
	    "number", arena_concat(a, first ? low : high, gap, unit, (char *)NULL)};
	return catalog_render(
	    catalog, locale, first ? TEXT_ANSWERED_FROM : TEXT_ANSWERED_UP_TO, &arg, 1, a);
}

/* Of "2027-05-15", "2027-05" or "2027". */
static const char *show_day(const struct catalog *catalog, enum locale locale, const char *value,
    size_t size, struct arena *a)
{
	const struct catalog_arg args[] = {{"year", arena_strndup(a, value, 4)},
	    {"month", size >= 7 ? arena_strndup(a, value + 5, 2) : ""},
	    {"day", size >= 10 ? arena_strndup(a, value + 8, 2) : ""}};
	return size >= 10  ? catalog_render(catalog, locale, TEXT_ANSWERED_DAY, args, 3, a)
	       : size >= 7 ? catalog_render(catalog, locale, TEXT_ANSWERED_MONTH, args, 2, a)
			   : arena_strndup(a, value, size);
}

static const char *show_date(
    const struct catalog *catalog, enum locale locale, const char *value, struct arena *a)
{
	size_t n = strcspn(value, "/");
	const char *first = show_day(catalog, locale, value, n, a);
	return value[n] ? arena_concat(a, first, " \u2013 ",
			      show_day(catalog, locale, value + n + 1, strlen(value + n + 1), a),
			      (char *)NULL)
			: first;
}

static const char *show_options(
    const struct script_question *question, enum locale locale, const char *value, struct arena *a)
{
	uint32_t options = question_options(question, value);
	const char *out = "";
	for (size_t i = 0; i < question->option_count; i++)
		if (options >> i & 1)
			out = arena_concat(a, out, *out ? ", " : "",
			    question->options[i].label.in[locale], (char *)NULL);
	return out;
}

const char *answer_show(const struct catalog *catalog, enum locale locale,
    const struct script_question *question, const char *value, struct arena *a)
{
	if (!value || !*value)
		return value;
	switch (question->kind) {
	case QUESTION_CHOICE:
	case QUESTION_SEVERAL:
		return show_options(question, locale, value, a);
	case QUESTION_NUMBER:
		return show_number(catalog, locale, value, a);
	case QUESTION_DATE:
		return show_date(catalog, locale, value, a);
	case QUESTION_TEXT:
	case QUESTION_CONTACT:
	case QUESTION_EMAIL:
		break;
	}
	return value;
}

static const char *currencies_of(const struct script_question *question, struct arena *a)
{
	const char *list = "";
	for (size_t i = 0; i < question->currency_count; i++)
		list = arena_concat(a, list, i ? ", " : "", question->currencies[i], (char *)NULL);
	return list;
}

static const char *bound(const struct script_question *question, int64_t number, struct arena *a)
{
	const char *digits = arena_printf(a, "%lld", (long long)number);
	const char *shown = grouped(digits, strlen(digits), a);
	return question->currency_count
		   ? arena_concat(a, shown, "\u00a0", question->currencies[0], (char *)NULL)
		   : shown;
}

const char *answer_problem_text(const struct catalog *catalog, enum locale locale,
    const struct script_question *question, enum answer_problem problem, struct arena *a)
{
	static const enum text_id ids[ANSWER_PROBLEM_COUNT] = {
	    [ANSWER_NO_OPTION] = TEXT_QUESTION_NO_OPTION,
	    [ANSWER_NO_NUMBER] = TEXT_QUESTION_NO_NUMBER,
	    [ANSWER_TOO_LOW] = TEXT_QUESTION_TOO_LOW,
	    [ANSWER_TOO_HIGH] = TEXT_QUESTION_TOO_HIGH,
	    [ANSWER_CURRENCY] = TEXT_QUESTION_CURRENCY,
	    [ANSWER_NO_PHONE] = TEXT_QUESTION_NO_PHONE,
	    [ANSWER_NO_COUNTRY] = TEXT_QUESTION_NO_COUNTRY,
	    [ANSWER_NOT_OWN] = TEXT_QUESTION_NOT_OWN,
	    [ANSWER_NO_EMAIL] = TEXT_QUESTION_NO_EMAIL,
	    [ANSWER_NO_DATE] = TEXT_QUESTION_NO_DATE,
	    [ANSWER_PAST] = TEXT_QUESTION_PAST,
	    [ANSWER_TOO_LONG] = TEXT_QUESTION_TOO_LONG,
	};
	struct catalog_arg arg = {"number", ""};
	size_t count = 0;
	if (problem == ANSWER_TOO_LOW || problem == ANSWER_TOO_HIGH) {
		arg.value = bound(
		    question, problem == ANSWER_TOO_LOW ? question->least : question->most, a);
		count = 1;
	} else if (problem == ANSWER_CURRENCY) {
		arg = (struct catalog_arg){"list", currencies_of(question, a)};
		count = 1;
	}
	return catalog_render(catalog, locale, ids[problem], &arg, count, a);
}
