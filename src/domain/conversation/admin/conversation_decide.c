/*
 * Admins decide about applications: approve, or decline with a reason, by one tap or in their own words. The first press wins; whoever else
 * was shown the application reads who it was, in the place of the buttons.
 *
 *   ✅ ─▶ decided          ❌ ─▶ reasons ─▶ decided
 *                                 └─▶ (own words) ─▶ asked once ─▶ decided
 */
#include "../conversation_private.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include "salesreg/domain/conversation/rep_change.h"
#include "salesreg/domain/text/quote.h"
#include <string.h>

enum { REASONS = 6 };

void turn_application_buttons(const struct turn *t, enum locale locale, int64_t telegram_id,
    const char *about, struct button *buttons)
{
	const struct catalog *catalog = t->state->rules->catalog;
	buttons[0] = (struct button){
	    .text = catalog_render(catalog, locale, TEXT_BUTTON_APPROVE, NO_ARGS, t->a),
	    .data = press_data_about(t->a, PRESS_APPROVE, telegram_id, about),
	    .new_row = true,
	};
	buttons[1] = (struct button){
	    .text = catalog_render(catalog, locale, TEXT_BUTTON_REJECT, NO_ARGS, t->a),
	    .data = press_data_about(t->a, PRESS_REJECT, telegram_id, about),
	};
}

/* Whether the button is about an application that waits, as it is; else it has been answered, and the buttons go. */
static bool waits(struct turn *t)
{
	const struct subject_view *subject = t->state->subject;
	if (!subject || subject->telegram_id != t->press.id || subject->status == REP_ABSENT) {
		turn_remove_buttons(t, 0, false, false);
		turn_answer(t, true, TEXT_ANSWER_STALE, NO_ARGS);
		return false;
	}
	const char *name = prospect_short_name(t->a, subject->name);
	if (subject->status != REP_PENDING) {
		bool stands = subject->status == REP_ACTIVE ||
			      turn_status_text(subject) == TEXT_REP_IS_DECLINED;
		const char *who = prospect_short_name(t->a, stands ? subject->decided_by : NULL);
		const struct catalog_arg args[] = {{"name", name},
		    {"status", turn_text(t, turn_status_text(subject), NO_ARGS)}, {"who", who}};
		turn_remove_buttons(t, 0, false, false);
		turn_answer(t, true, *who ? TEXT_ANSWER_DECIDED_BY : TEXT_ANSWER_DECIDED_ALREADY,
		    args, *who ? 3 : 2);
		return false;
	}
	if (press_is_about(&t->press, turn_about_application(t, subject->name, subject->email)))
		return true;
	turn_remove_buttons(t, 0, false, false);
	turn_answer(t, true, TEXT_ANSWER_APPLICATION_CHANGED, ARGS({"name", name}));
	return false;
}

/* Of an application that waits. */
static void decide(struct turn *t, bool approved, struct reject_why why)
{
	const struct conversation_rules *rules = t->state->rules;
	const struct subject_view *subject = t->state->subject;
	struct application_verdict verdict = application_decide(rules, approved, subject->proven);
	enum rep_status status = verdict.approved ? REP_ACTIVE : REP_REMOVED;
	turn_remove_buttons(t, 0, false, false);
	turn_effect(t, (struct effect){
			   .kind = verdict.approved ? EFFECT_APPROVE : EFFECT_REJECT,
			   .rep_id = subject->rep_id,
			   .status = status,
			   .by = turn_admin_name(t),
			   .reason = reject_why_text(rules, rules->default_locale, why, t->a),
		       });
	/* an admin may be a rep, too */
	if (subject->telegram_id == t->event->user_id)
		t->out->next.rep_status = status;
	application_tell(rules, subject, verdict, why, t->a, &t->out->messages);
	t->out->decided = application_news(rules, subject, verdict, turn_admin_name(t), why, t->a);
	turn_answer(t, verdict.unproven,
	    verdict.uninvited  ? TEXT_ANSWER_PROVE_BY_INVITE
	    : verdict.unproven ? TEXT_ANSWER_PROVE_FIRST
	    : verdict.approved ? TEXT_ANSWER_APPROVED
			       : TEXT_ANSWER_REJECTED,
	    ARGS({"name", prospect_short_name(t->a, subject->name)}));
}

static void press_approve(struct turn *t)
{
	if (waits(t))
		decide(t, true, (struct reject_why){.reason = REJECT_NO_REASON});
}

/* In the place of those that were pressed; a message of their own where there is none. */
static void put_buttons(struct turn *t, const struct button *buttons, size_t count)
{
	struct message *m =
	    t->event->message_id
		? message_list_add_edit(
		      &t->out->messages, t->a, t->event->chat_id, t->event->message_id)
		: turn_say(t, TEXT_ANSWER_REJECT_WHY,
		      ARGS({"name", prospect_short_name(t->a, t->state->subject->name)}));
	message_set_buttons(m, buttons, count);
}

static void press_reject(struct turn *t)
{
	static const struct {
		enum text_id label;
		enum press_kind press;
	} rows[REASONS] = {
	    {TEXT_BUTTON_REJECT_NOT_OURS, PRESS_REJECT_NOT_OURS},
	    {TEXT_BUTTON_REJECT_WRONG_DATA, PRESS_REJECT_WRONG_DATA},
	    {TEXT_BUTTON_REJECT_TWICE, PRESS_REJECT_TWICE},
	    {TEXT_BUTTON_REJECT_WRITE, PRESS_REJECT_WRITE},
	    {TEXT_BUTTON_REJECT_PLAIN, PRESS_REJECT_PLAIN},
	    {TEXT_BUTTON_REJECT_KEEP, PRESS_REJECT_KEEP},
	};
	if (!waits(t))
		return;
	struct button *buttons = ARENA_ARRAY(t->a, struct button, REASONS);
	for (size_t i = 0; i < REASONS; i++)
		buttons[i] = (struct button){.text = turn_text(t, rows[i].label, NO_ARGS),
		    .data = press_data_about(t->a, rows[i].press, t->press.id, t->press.about),
		    .new_row = true};
	put_buttons(t, buttons, REASONS);
	turn_answer(t, false, TEXT_ANSWER_REJECT_WHY,
	    ARGS({"name", prospect_short_name(t->a, t->state->subject->name)}));
}

static void press_keep(struct turn *t)
{
	if (!waits(t))
		return;
	struct button *buttons = ARENA_ARRAY(t->a, struct button, 2);
	turn_application_buttons(t, t->out->next.locale, t->press.id, t->press.about, buttons);
	put_buttons(t, buttons, 2);
}

static void press_reason(struct turn *t)
{
	if (!waits(t))
		return;
	enum press_kind kind = t->press.kind;
	decide(t, false,
	    (struct reject_why){.reason = kind == PRESS_REJECT_NOT_OURS     ? REJECT_IS_NOT_OURS
					  : kind == PRESS_REJECT_WRONG_DATA ? REJECT_IS_WRONG_DATA
					  : kind == PRESS_REJECT_TWICE      ? REJECT_IS_TWICE
									    : REJECT_NO_REASON});
}

static void ask_reason(struct turn *t, const char *first)
{
	static const struct turn_button cancel[] = {{TEXT_BUTTON_CANCEL, PRESS_CANCEL, true}};
	const char *units = arena_printf(t->a, "%d", REJECT_REASON_UNITS);
	turn_buttons(t,
	    turn_say_text(
		t, turn_join(t, first, turn_text(t, TEXT_REJECT_WRITE, ARGS({"units", units})))),
	    cancel, 1);
}

/* Of whom, as the button says it: what a draft begins with. */
static const char *key_of(const struct turn *t)
{
	return arena_printf(t->a, "%lld:%s", (long long)t->press.id, t->press.about);
}

static void press_write(struct turn *t)
{
	if (!waits(t))
		return;
	turn_set_phase(t, PHASE_REASON);
	t->kind = PERSON_ADMIN; /* as whom the answer is given */
	t->out->next.draft_name = key_of(t);
	ask_reason(t, NULL);
}

static void read_reason(struct turn *t)
{
	if (turn_admin_began(t))
		return;
	const char *draft = t->state->draft_name ? t->state->draft_name : "";
	const char *key = arena_strndup(t->a, draft, strcspn(draft, "\n"));
	const char *reason = reject_why_text(t->state->rules, t->out->next.locale,
	    (struct reject_why){.typed = t->event->text}, t->a);
	struct press press = press_parse(arena_concat(t->a, "adm:no:", key, (char *)NULL));
	if (press.kind != PRESS_REJECT || !press.about) {
		turn_set_phase(t, PHASE_NONE);
		(void)turn_say(t, TEXT_CANCELLED, NO_ARGS);
		return;
	}
	if (!reason) {
		ask_reason(t, turn_text(t, TEXT_REJECT_WORDS_ONLY, NO_ARGS));
		return;
	}
	t->out->next.draft_name = arena_concat(t->a, key, "\n", reason, (char *)NULL);
	struct button *buttons = ARENA_ARRAY(t->a, struct button, 2);
	buttons[0] = (struct button){.text = turn_text(t, TEXT_BUTTON_REJECT_WRITTEN, NO_ARGS),
	    .data = press_data_about(t->a, PRESS_REJECT_WRITTEN, press.id, press.about),
	    .new_row = true};
	buttons[1] = (struct button){.text = turn_text(t, TEXT_BUTTON_CANCEL, NO_ARGS),
	    .data = press_data(t->a, PRESS_CANCEL, 0)};
	message_set_buttons(turn_say(t, TEXT_REJECT_CONFIRM,
				ARGS({"reason", quote_block(t->a, reason, REJECT_REASON_UNITS)})),
	    buttons, 2);
}

static void press_written(struct turn *t)
{
	const char *draft = t->state->draft_name ? t->state->draft_name : "";
	size_t n = strcspn(draft, "\n");
	bool same =
	    t->press.about && draft[n] && strcmp(arena_strndup(t->a, draft, n), key_of(t)) == 0;
	if (t->out->next.phase != PHASE_REASON || !same) {
		turn_remove_buttons(t, 0, false, false);
		turn_answer_stale(t);
		return;
	}
	turn_set_phase(t, PHASE_NONE);
	if (waits(t))
		decide(t, false, (struct reject_why){.typed = draft + n + 1});
}

static void cancel_reason(struct turn *t)
{
	turn_set_phase(t, PHASE_NONE);
	(void)turn_say(t, TEXT_CANCELLED, NO_ARGS);
}

static const struct phase phases[] = {
    {PHASE_REASON, PERSON_ADMIN, .keeps = KEEPS_NAME, .ask = ask_reason, .on_text = read_reason,
	.on_cancel = cancel_reason},
};
#define DECIDES (FACT_SUBJECT | FACT_LOCK)
static const struct button_row buttons[] = {
    {PRESS_APPROVE, PERSON_ADMIN, DECIDES, OPEN_TO_ALL, press_approve},
    {PRESS_REJECT, PERSON_ADMIN, DECIDES, OPEN_TO_ALL, press_reject},
    {PRESS_REJECT_KEEP, PERSON_ADMIN, DECIDES, OPEN_TO_ALL, press_keep},
    {PRESS_REJECT_PLAIN, PERSON_ADMIN, DECIDES, OPEN_TO_ALL, press_reason},
    {PRESS_REJECT_NOT_OURS, PERSON_ADMIN, DECIDES, OPEN_TO_ALL, press_reason},
    {PRESS_REJECT_WRONG_DATA, PERSON_ADMIN, DECIDES, OPEN_TO_ALL, press_reason},
    {PRESS_REJECT_TWICE, PERSON_ADMIN, DECIDES, OPEN_TO_ALL, press_reason},
    {PRESS_REJECT_WRITE, PERSON_ADMIN, DECIDES, OPEN_TO_ALL, press_write},
    {PRESS_REJECT_WRITTEN, PERSON_ADMIN, DECIDES, OPEN_TO_ALL, press_written},
};
const struct dialogue dialogue_decide = {PHASES(phases), BUTTONS(buttons)};
