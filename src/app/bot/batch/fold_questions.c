/*
 * How far each person of a batch is with their questions, as the decisions see it.
 */
#include "fold_private.h"
#include "salesreg/app/qualification.h"
#include <string.h>

static const struct script *script_of(struct folding *f, const struct questions_row *row)
{
	const struct script *current = f->input->rules->script;
	if (current && strcmp(row->version, current->version) == 0)
		return current;
	return scripts_get(f->input->scripts, row->version, row->script, f->a);
}

void fold_load_questions(struct folding *f)
{
	const struct fold_input *input = f->input;
	for (size_t i = 0; i < input->questions_count; i++) {
		const struct questions_row *row = &input->questions[i];
		struct person *p = fold_person_of(f, row->telegram_id);
		const struct script *script = script_of(f, row);
		/* a script that cannot be read any more asks nothing */
		if (!p->state.prospect || !script)
			continue;
		struct questionnaire *q = ARENA_NEW(f->a, struct questionnaire);
		*q = (struct questionnaire){.script = script,
		    .answers = qualification_answers(script, row->answers, f->a),
		    .at = row->question ? script_find(script, row->question) : script->count,
		    .today = (int32_t)row->today};
		struct prospect_view *view = ARENA_NEW(f->a, struct prospect_view);
		*view = *p->state.prospect;
		view->questions = q;
		p->state.prospect = view;
	}
}
