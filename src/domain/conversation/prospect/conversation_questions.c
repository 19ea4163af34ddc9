/*
 * The questions to a prospect: one is asked at a time, each answer is stored and leads to the next, and the rep sees them grow.
 *
 *   greeted ──▶ asked ──an answer, skip──▶ asked … ──the last──▶ finished
 *                 ▲  └──back──▶ the one before
 *                 └──a button under an older question: that answer is another one now──┘ (also from finished)
 *
 * What answers nothing goes on to the rep, as anything a prospect says, and the question is asked again.
 */
#include "../conversation_private.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include "salesreg/domain/qualification/answer.h"
#include "salesreg/domain/qualification/summary.h"
#include "salesreg/domain/text/quote.h"
#include "salesreg/domain/text/shorten.h"
#include <string.h>

enum { ECHO_UNITS = 200, BUTTONS_BESIDES = 5 };

/* Whether the bot may ask this person anything. */
static bool may_ask(const struct turn *t)
{
	const struct prospect_view *view = t->out->next.prospect;
	return t->state->rules->script && view && view->open && view->owner == OWNER_BOT &&
	       !view->blocked;
}

/* NULL: nothing was begun, or the bot may not go on. */
static const struct questionnaire *questions_of(const struct turn *t)
{
	return may_ask(t) ? t->out->next.prospect->questions : NULL;
}

static bool is_asked(const struct questionnaire *q)
{
	return q && q->at < q->script->count;
}

bool turn_has_asked_all(const struct turn *t)
{
	const struct prospect_view *view = t->out->next.prospect;
	return view && view->questions && !is_asked(view->questions);
}

bool turn_shows_keyboard(const struct turn *t)
{
	const struct prospect_view *view = t->out->next.prospect;
	const struct questionnaire *q = view ? view->questions : NULL;
	return is_asked(q) && q->script->questions[q->at].kind == QUESTION_CONTACT;
}

/* What changes from here on is the person's next state. */
static struct questionnaire *changed(struct turn *t, const char ***answers)
{
	struct prospect_view *view = ARENA_NEW(t->a, struct prospect_view);
	struct questionnaire *q = ARENA_NEW(t->a, struct questionnaire);
	*view = *t->out->next.prospect;
	*q = *view->questions;
	*answers = ARENA_ARRAY(t->a, const char *, q->script->count);
	memcpy(*answers, q->answers, q->script->count * sizeof **answers);
	q->answers = *answers;
	view->questions = q;
	t->out->next.prospect = view;
	return q;
}

static const char *position(const struct questionnaire *q)
{
	return is_asked(q) ? q->script->questions[q->at].id : NULL;
}

static const char *press(
    const struct turn *t, const struct questionnaire *q, const struct question_press *what)
{
	return press_data_about(
	    t->a, PRESS_QUESTION, 0, question_press_write(q->script, what, t->a));
}

/* Skip and back, where they do something. */
static size_t add_ways_on(struct turn *t, const struct questionnaire *q, size_t question,
    bool inline_, struct button *buttons)
{
	size_t count = 0;
	if (script_previous(q->script, q->answers, question) < q->script->count)
		buttons[count++] = (struct button){.text = turn_text(t, TEXT_BUTTON_BACK, NO_ARGS),
		    .data = inline_ ? press(t, q,
					  &(struct question_press){question, QUESTION_BACK, 0, 0})
				    : NULL};
	if (!q->script->questions[question].required)
		buttons[count++] = (struct button){.text = turn_text(t, TEXT_BUTTON_SKIP, NO_ARGS),
		    .data = inline_ ? press(t, q,
					  &(struct question_press){question, QUESTION_SKIP, 0, 0})
				    : NULL};
	buttons[0].new_row = true;
	return count;
}

/* Under a question: its options, then what else can be done. */
static size_t add_buttons(struct turn *t, const struct questionnaire *q, size_t question,
    uint32_t marked, struct button *buttons)
{
	const struct script_question *it = &q->script->questions[question];
	bool several = it->kind == QUESTION_SEVERAL;
	size_t count = 0;
	for (size_t i = 0; i < it->option_count; i++) {
		const struct question_press what = {
		    question, several ? QUESTION_TOGGLE : QUESTION_CHOOSE, i, 0};
		buttons[count++] = (struct button){
		    .text = arena_concat(t->a, several && (marked >> i & 1) ? "✓ " : "",
			it->options[i].label.in[t->out->next.locale], (char *)NULL),
		    .data = press(t, q, &what),
		    .new_row = true,
		};
	}
	if (several) {
		const struct question_press done = {question, QUESTION_DONE, 0, marked};
		buttons[count++] = (struct button){.text = turn_text(t, TEXT_BUTTON_READY, NO_ARGS),
		    .data = press(t, q, &done),
		    .new_row = true};
	}
	return count + add_ways_on(t, q, question, true, buttons + count);
}

static void ask(struct turn *t, const struct questionnaire *q, const char *first, bool stoppable)
{
	const struct script_question *it = &q->script->questions[q->at];
	t->out->awaits = true;
	struct message *message =
	    turn_say_text(t, turn_join(t, first, it->text.in[t->out->next.locale]));
	struct button *buttons =
	    ARENA_ARRAY(t->a, struct button, SCRIPT_OPTIONS_MOST + BUTTONS_BESIDES);
	size_t count = 0;
	if (it->kind == QUESTION_CONTACT) {
		message->keyboard = KEYBOARD_REPLY;
		buttons[count++] = (struct button){
		    .text = turn_text(t, TEXT_BUTTON_SHARE_PHONE, NO_ARGS), .asks_contact = true};
		count += add_ways_on(t, q, q->at, false, buttons + count);
	} else {
		uint32_t marked = question_options(it, q->answers[q->at]);
		count = add_buttons(t, q, q->at, marked, buttons);
		if (stoppable)
			buttons[count++] =
			    (struct button){.text = turn_text(t, TEXT_BUTTON_STOP, NO_ARGS),
				.data = press_data(t->a, PRESS_PROSPECT_STOP, 0),
				.new_row = true};
	}
	message_set_buttons(message, buttons, count);
}

/* The rep sees all that there is so far. */
static void show_rep(struct turn *t, const struct questionnaire *q)
{
	const struct prospect_view *view = t->out->next.prospect;
	if (!view->rep_telegram_id || !view->id)
		return;
	t->out->summary = summary_message(&(struct summary){.catalog = t->state->rules->catalog,
					      .locale = view->rep_locale,
					      .chat_id = view->rep_telegram_id,
					      .name = view->name,
					      .script = q->script,
					      .answers = q->answers,
					      .finished = !is_asked(q),
					      .assignment_id = view->assignment_id,
					      .bot_leads = view->owner == OWNER_BOT},
	    t->a);
	t->out->summary_of = view->id;
}

static void finish(struct turn *t, const char *first, bool has_keyboard)
{
	const struct prospect_view *view = t->out->next.prospect;
	const char *name = turn_prospect_name(t, view);
	const char *thanks =
	    view->rep_name
		? turn_text(t, TEXT_QUESTIONS_DONE_REP,
		      ARGS({"name", name}, {"rep", prospect_quoted_name(t->a, view->rep_name)}))
		: turn_text(t, TEXT_QUESTIONS_DONE, ARGS({"name", name}));
	struct message *message = turn_say_text(t, turn_join(t, first, thanks));
	if (has_keyboard)
		message->keyboard = KEYBOARD_REMOVE;
}

static const char *voided(const struct turn *t, const struct script *script, const bool *gone)
{
	const char *list = "";
	for (size_t i = 0; i < script->count; i++)
		if (gone[i])
			list = arena_concat(
			    t->a, list, *list ? "," : "", script->questions[i].id, (char *)NULL);
	return list;
}

/* What was understood, for the head of the next message. */
static const char *echo(
    struct turn *t, const struct script_question *it, const char *shown, bool now)
{
	const char *title = it->title.in[t->out->next.locale];
	const char *answer = it->kind == QUESTION_TEXT    ? quote_piece(t->a, shown, ECHO_UNITS)
			     : it->kind == QUESTION_EMAIL ? quote_email(t->a, shown, ECHO_UNITS)
							  : shown;
	if (!*answer)
		return turn_text(t, TEXT_QUESTION_SKIPPED, ARGS({"title", title}));
	return turn_text(t, now ? TEXT_QUESTION_NOTED : TEXT_QUESTION_CHANGED,
	    ARGS({"title", title}, {"answer", answer}));
}

/* Where nothing changes: what there is. */
static void answer_noted(struct turn *t, const struct questionnaire *q, size_t question)
{
	const struct script_question *it = &q->script->questions[question];
	enum locale locale = t->out->next.locale;
	const char *shown =
	    answer_show(t->state->rules->catalog, locale, it, q->answers[question], t->a);
	turn_answer(t, false, TEXT_ANSWER_QUESTION_NOTED,
	    ARGS({"answer", shown && *shown ? shown : it->title.in[locale]}));
}

/* value "": the question is skipped. */
static void take(struct turn *t, size_t question, const char *value)
{
	const struct questionnaire *before = questions_of(t);
	const char *old = before->answers[question];
	bool now = question == before->at, was_asked = is_asked(before);
	if (!now && old && strcmp(old, value) == 0) { /* pressed twice */
		answer_noted(t, before, question);
		return;
	}
	const char **answers;
	struct questionnaire *q = changed(t, &answers);
	const struct script_question *it = &q->script->questions[question];
	bool *gone = ARENA_ARRAY(t->a, bool, q->script->count);
	answers[question] = value;
	(void)script_prune(q->script, answers, gone);
	q->at = script_next(q->script, answers);
	const struct prospect_view *view = t->out->next.prospect;
	const char *shown =
	    answer_show(t->state->rules->catalog, t->out->next.locale, it, value, t->a);
	turn_effect(t, (struct effect){.kind = EFFECT_ANSWER,
			   .prospect = view->id,
			   .unclaimed = view->rep_name == NULL,
			   .question = it->id,
			   .value = value,
			   .shown = shown,
			   .voided = voided(t, q->script, gone),
			   .position = position(q),
			   .score = script_score(q->script, answers)});
	show_rep(t, q);
	const char *first = echo(t, it, shown, now);
	bool had_keyboard = was_asked && q->script->questions[before->at].kind == QUESTION_CONTACT;
	if (!is_asked(q)) {
		if (was_asked)
			finish(t, first, had_keyboard);
		else
			(void)turn_say_text(t, first);
		return;
	}
	if (had_keyboard && q->at != before->at) {
		/* a message has one keyboard: this one takes the old one away */
		turn_say_text(t, first)->keyboard = KEYBOARD_REMOVE;
		first = NULL;
	}
	ask(t, q, first, false);
}

static void skip(struct turn *t, size_t question)
{
	const struct questionnaire *q = questions_of(t);
	if (q->script->questions[question].required)
		ask(t, q, turn_text(t, TEXT_QUESTION_REQUIRED, NO_ARGS), false);
	else
		take(t, question, "");
}

static void go_back(struct turn *t, size_t question)
{
	const struct questionnaire *before = questions_of(t);
	size_t to = script_previous(before->script, before->answers, question);
	if (to == before->script->count) {
		ask(t, before, turn_text(t, TEXT_QUESTION_FIRST, NO_ARGS), false);
		return;
	}
	const char **answers;
	struct questionnaire *q = changed(t, &answers);
	bool had_keyboard =
	    is_asked(before) && q->script->questions[before->at].kind == QUESTION_CONTACT;
	q->at = to;
	turn_effect(t, (struct effect){.kind = EFFECT_ASK,
			   .position = position(q),
			   .score = script_score(q->script, answers)});
	const struct script_question *it = &q->script->questions[to];
	const char *shown =
	    answer_show(t->state->rules->catalog, t->out->next.locale, it, answers[to], t->a);
	const char *first = shown && *shown ? echo(t, it, shown, true) : NULL;
	if (had_keyboard) {
		turn_say_text(t, first ? first : turn_text(t, TEXT_BUTTON_BACK, NO_ARGS))
		    ->keyboard = KEYBOARD_REMOVE;
		first = NULL;
	}
	ask(t, q, first, false);
}

bool turn_ask_prospect(struct turn *t, const char *greeting)
{
	const struct script *script = t->state->rules->script;
	const struct prospect_view *known = t->out->next.prospect;
	if (!may_ask(t))
		return false;
	if (known->questions) {
		if (!is_asked(known->questions))
			return false;
		ask(t, known->questions, greeting, true);
		return true;
	}
	struct prospect_view *view = ARENA_NEW(t->a, struct prospect_view);
	struct questionnaire *q = ARENA_NEW(t->a, struct questionnaire);
	*view = *known;
	*q = (struct questionnaire){
	    .script = script, .answers = ARENA_ARRAY(t->a, const char *, script->count)};
	q->at = script_next(script, q->answers);
	view->questions = q;
	t->out->next.prospect = view;
	turn_effect(t, (struct effect){.kind = EFFECT_QUALIFY, .position = position(q)});
	show_rep(t, q); /* who can close the prospect there, too, if no answer comes */
	ask(t, q, turn_join(t, greeting, turn_text(t, TEXT_QUESTIONS_INTRO, NO_ARGS)), true);
	return true;
}

bool turn_ask_again(struct turn *t, const char *first)
{
	const struct questionnaire *q = questions_of(t);
	if (!is_asked(q))
		return false;
	ask(t, q, first ? first : turn_text(t, TEXT_QUESTION_AGAIN, NO_ARGS), false);
	return true;
}

/* Sent twice by a trembling hand, before the next question could be read: it answered the one before. */
static bool is_echo(struct turn *t, const struct questionnaire *q)
{
	if (t->event->repeat != EVENT_SAME)
		return false;
	ask(t, q, NULL, false); /* which the step leaves out */
	return true;
}

bool turn_answered(struct turn *t)
{
	const struct questionnaire *q = questions_of(t);
	if (!is_asked(q))
		return false;
	const struct script_question *it = &q->script->questions[q->at];
	bool shared = t->event->kind == EVENT_CONTACT;
	if (shared ? it->kind != QUESTION_CONTACT : t->event->kind != EVENT_TEXT)
		return false;
	if (is_echo(t, q))
		return true;
	const char *value;
	enum answer_problem problem = shared
					  ? answer_read_contact(t->event, t->a, &value)
					  : answer_read(it, t->event->text, q->today, t->a, &value);
	if (problem == ANSWER_OK) {
		take(t, q->at, value);
		return true;
	}
	/* a question of their own is for the rep, whatever numbers are in it */
	if (problem == ANSWER_OTHER || (!shared && strchr(t->event->text, '?')))
		return false;
	ask(t, q,
	    answer_problem_text(t->state->rules->catalog, t->out->next.locale, it, problem, t->a),
	    false);
	return true;
}

/* What is marked in the message that was pressed, as its buttons have it. */
static uint32_t marked_in_message(
    const struct turn *t, const struct questionnaire *q, const struct question_press *pressed)
{
	for (size_t i = 0; i < t->event->button_count; i++) {
		struct press button = press_parse(t->event->buttons[i].data);
		struct question_press done;
		if (button.kind == PRESS_QUESTION &&
		    question_press_read(q->script, button.about, &done) &&
		    done.act == QUESTION_DONE && done.question == pressed->question)
			return done.options;
	}
	return pressed->act == QUESTION_DONE
		   ? pressed->options
		   : question_options(
			 &q->script->questions[pressed->question], q->answers[pressed->question]);
}

static void toggle(
    struct turn *t, const struct questionnaire *q, const struct question_press *pressed)
{
	uint32_t marked = marked_in_message(t, q, pressed) ^ UINT32_C(1) << pressed->option;
	if (t->event->message_id == 0 || t->event->button_count == 0) {
		/* too old to be changed: as an answer it is as good */
		take(t, pressed->question,
		    question_options_value(&q->script->questions[pressed->question],
			UINT32_C(1) << pressed->option, t->a));
		return;
	}
	t->out->awaits = true;
	struct button *buttons =
	    ARENA_ARRAY(t->a, struct button, SCRIPT_OPTIONS_MOST + BUTTONS_BESIDES);
	size_t count = add_buttons(t, q, pressed->question, marked, buttons);
	message_set_buttons(
	    message_list_add_edit(&t->out->messages, t->a, t->event->chat_id, t->event->message_id),
	    buttons, count);
}

static void question_pressed(struct turn *t)
{
	const struct questionnaire *q = questions_of(t);
	struct question_press pressed;
	if (!q) {
		const struct prospect_view *view = t->out->next.prospect;
		bool led = view && view->open && !view->blocked && view->owner != OWNER_BOT;
		turn_answer(t, true, led ? TEXT_ANSWER_QUESTION_OVER : TEXT_ANSWER_QUESTION_CLOSED,
		    NO_ARGS);
		return;
	}
	if (!question_press_read(q->script, t->press.about, &pressed) ||
	    !script_asks(q->script, q->answers, pressed.question)) {
		turn_answer(t, true, TEXT_ANSWER_QUESTION_OLD, NO_ARGS);
		return;
	}
	const struct script_question *it = &q->script->questions[pressed.question];
	switch (pressed.act) {
	case QUESTION_CHOOSE:
		take(t, pressed.question, it->options[pressed.option].id);
		return;
	case QUESTION_TOGGLE:
		toggle(t, q, &pressed);
		return;
	case QUESTION_DONE: {
		uint32_t marked = marked_in_message(t, q, &pressed);
		if (marked)
			take(t, pressed.question, question_options_value(it, marked, t->a));
		else
			turn_answer(t, true, TEXT_QUESTION_CHOSEN_NOTHING, NO_ARGS);
		return;
	}
	case QUESTION_SKIP:
		/* what was answered since stays: this is an older question's button */
		if (pressed.question == q->at || !q->answers[pressed.question])
			skip(t, pressed.question);
		else
			answer_noted(t, q, pressed.question);
		return;
	case QUESTION_BACK:
		go_back(t, pressed.question);
		return;
	}
}

/* What is said as anything is where nothing is asked. */
static void pass_on(struct turn *t)
{
	phase_of(t->out->next.phase, t->kind)->on_text(t);
}

static void skip_said(struct turn *t)
{
	const struct questionnaire *q = questions_of(t);
	if (!is_asked(q))
		pass_on(t);
	else if (!is_echo(t, q))
		skip(t, q->at);
}

static void back_said(struct turn *t)
{
	const struct questionnaire *q = questions_of(t);
	if (!is_asked(q))
		pass_on(t);
	else if (!is_echo(t, q))
		go_back(t, q->at);
}

static const struct button_row buttons[] = {
    {PRESS_QUESTION, PERSON_PROSPECT, 0, OPEN_TO_ALL, question_pressed},
};
static const struct word_row words[] = {
    {PHRASE_SKIP, PERSON_PROSPECT, 0, 0, 0, skip_said},
    {PHRASE_BACK, PERSON_PROSPECT, 0, 0, 0, back_said},
};
const struct dialogue dialogue_questions = {BUTTONS(buttons), WORDS(words)};
