#include "salesreg/domain/qualification/summary.h"
#include "salesreg/domain/qualification/answer.h"
#include "salesreg/domain/text/quote.h"
#include "salesreg/domain/text/shorten.h"

enum { ANSWER_UNITS = 300, LINES_UNITS = 3000 };

const char *summary_lines(const struct catalog *catalog, enum locale locale,
    const struct script *script, const char *const *answers, struct arena *a)
{
	const char *lines = "";
	for (size_t q = 0; q < script->count; q++) {
		const struct script_question *question = &script->questions[q];
		const char *shown = answer_show(catalog, locale, question, answers[q], a);
		if (!shown)
			continue;
		if (question->kind == QUESTION_TEXT)
			shown = quote_piece(a, shown, ANSWER_UNITS);
		else if (question->kind == QUESTION_EMAIL)
			shown = quote_email(a, shown, ANSWER_UNITS);
		const struct catalog_arg args[] = {
		    {"title", question->title.in[locale]}, {"answer", shown}};
		lines = arena_concat(a, lines, *lines ? "\n" : "",
		    *shown ? catalog_render(catalog, locale, TEXT_SUMMARY_LINE, args, 2, a)
			   : catalog_render(catalog, locale, TEXT_SUMMARY_SKIPPED, args, 1, a),
		    (char *)NULL);
	}
	return shorten(a, lines, LINES_UNITS);
}
