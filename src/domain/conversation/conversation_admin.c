/*
 * Admins are asked about new reps (REGISTRATION_APPROVAL=admin) and decide with buttons; what waits for them is listed.
 */
#include "conversation_private.h"
#include "salesreg/base/fingerprint.h"
#include "salesreg/domain/assignment/notice.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include "salesreg/domain/contact/name.h"
#include "salesreg/domain/conversation/rep_change.h"
#include "salesreg/domain/text/quote.h"
#include <string.h>

enum { ECHO_UNITS = 254 };

/* Where in the list; its length: nowhere. */
static size_t place_of_admin(const struct conversation_rules *rules, int64_t user_id)
{
	size_t i = 0;
	while (i < rules->admin_count && rules->admin_ids[i] != user_id)
		i++;
	return i;
}

bool conversation_is_admin(const struct conversation_rules *rules, int64_t user_id)
{
	return place_of_admin(rules, user_id) < rules->admin_count;
}

bool conversation_acts_as_admin(const struct conversation_state *state, int64_t user_id)
{
	const struct conversation_rules *rules = state->rules;
	size_t place = place_of_admin(rules, user_id);
	if (place < rules->admin_count - rules->admins_by_row)
		return true;
	return place < rules->admin_count && state->rep_status == REP_ACTIVE && state->rep_is_admin;
}

bool turn_is_only_admin(const struct turn *t)
{
	const struct conversation_rules *rules = t->state->rules;
	return t->state->rep_only_admin && rules->admin_count == rules->admins_by_row;
}

enum locale turn_admin_locale(const struct turn *t, int64_t admin)
{
	return locale_chosen_by(t->state->admin_locales, t->state->admin_locale_count, admin,
	    t->state->rules->default_locale);
}

const char *turn_about_application(const struct turn *t, const char *name, const char *email)
{
	const char *const parts[] = {name, email};
	return fingerprint(t->a, parts, sizeof parts / sizeof parts[0]);
}

static void show_application(struct turn *t, int64_t admin, enum message_priority priority,
    enum locale locale, const struct application_view *who)
{
	const struct catalog *catalog = t->state->rules->catalog;
	const char *named = quote_username(t->a, who->username);
	const char *telegram =
	    named ? named : arena_printf(t->a, "id %lld", (long long)who->telegram_id);
	const char *text = catalog_render(catalog, locale, TEXT_ADMIN_NEW_REP,
	    ARGS({"name", quote_name(t->a, who->name, NAME_MAX_CODE_POINTS)},
		{"email", quote_email(t->a, who->email, ECHO_UNITS)}, {"telegram", telegram}),
	    t->a);
	const char *about = turn_about_application(t, who->name, who->email);
	struct button *buttons = ARENA_ARRAY(t->a, struct button, 2);
	turn_application_buttons(t, locale, who->telegram_id, about, buttons);
	struct message *message = message_list_add(&t->out->messages, t->a, admin, priority, text);
	message_set_buttons(message, buttons, 2);
	if (!named)
		message_set_mention(message, t->a, telegram, who->telegram_id);
}

void turn_tell_admins(struct turn *t)
{
	const struct conversation_rules *rules = t->state->rules;
	const struct application_view who = {
	    .telegram_id = t->event->user_id,
	    .name = t->out->next.rep_name,
	    .email = t->out->next.rep_email,
	    .username = t->event->username,
	};
	for (size_t i = 0; i < rules->admin_count; i++)
		show_application(t, rules->admin_ids[i], PRIORITY_NOTIFICATION,
		    turn_admin_locale(t, rules->admin_ids[i]), &who);
}

/* For a decision: new reps, and reps with a new account. */
static bool anybody_waits(const struct turn *t)
{
	return t->state->application_count > 0 || t->state->waiting_claim_count > 0;
}

/* Where it takes one to come in, it is made where admins look who wants to. */
static void add_invite(const struct turn *t, struct message *message)
{
	static const struct turn_button invite[] = {{TEXT_BUTTON_INVITE, PRESS_INVITE, true}};
	if (t->state->rules->by_invitation)
		turn_buttons(t, message, invite, 1);
}

/* One message each, with the buttons of the first request. */
static void list_applications(struct turn *t)
{
	const struct conversation_state *state = t->state;
	add_invite(t, turn_say(t, TEXT_APPLICATIONS,
			  ARGS({"count", arena_printf(t->a, "%zu", state->application_total)})));
	for (size_t i = 0; i < state->application_count; i++)
		show_application(t, t->event->chat_id, PRIORITY_REPLY, t->out->next.locale,
		    &state->applications[i]);
	for (size_t i = 0; i < state->waiting_claim_count; i++)
		turn_show_claim(t, t->event->chat_id, PRIORITY_REPLY, t->out->next.locale,
		    &state->waiting_claims[i], state->waiting_claims[i].username);
	size_t shown = state->application_count + state->waiting_claim_count;
	if (state->application_total > shown)
		(void)turn_say(t, TEXT_APPLICATIONS_MORE,
		    ARGS({"count", arena_printf(t->a, "%zu", state->application_total - shown)}));
}

static void list_untaken(struct turn *t)
{
	const struct conversation_state *state = t->state;
	struct notice_prospect *prospects =
	    ARENA_ARRAY(t->a, struct notice_prospect, state->untaken_count);
	for (size_t i = 0; i < state->untaken_count; i++)
		prospects[i] = (struct notice_prospect){
		    .name = state->untaken[i].name,
		    .telegram = state->untaken[i].telegram,
		    .context = state->untaken[i].context,
		    .email = state->untaken[i].email,
		};
	notice_nobody_left(state->rules->catalog, t->out->next.locale, t->event->chat_id, prospects,
	    state->untaken_count, t->a, &t->out->messages);
}

void turn_show_missed(struct turn *t)
{
	bool listed = t->phrase == PHRASE_APPLICATIONS || t->press.kind == PRESS_APPLICATIONS;
	if (!listed && anybody_waits(t))
		list_applications(t);
	if (!listed)
		list_untaken(t);
	if (t->state->missed)
		turn_effect(t, (struct effect){.kind = EFFECT_HEARD});
}

static void admin_lists(struct turn *t)
{
	if (anybody_waits(t))
		list_applications(t);
	else
		add_invite(t, turn_say(t, TEXT_APPLICATIONS_NONE, NO_ARGS));
	turn_list_code_waiters(t);
	list_untaken(t);
}

enum text_id turn_status_text(const struct subject_view *subject)
{
	const char *application = subject->application ? subject->application : "";
	switch (subject->status) {
	case REP_ABSENT:
		return TEXT_REP_IS_ABSENT;
	case REP_PENDING:
		return TEXT_REP_IS_PENDING;
	case REP_ACTIVE:
		return TEXT_REP_IS_ACTIVE;
	case REP_SUSPENDED:
		return TEXT_REP_IS_SUSPENDED;
	case REP_REMOVED:
		if (strcmp(application, "declined") == 0)
			return TEXT_REP_IS_DECLINED;
		if (strcmp(application, "withdrawn") == 0)
			return TEXT_REP_IS_WITHDRAWN;
		return TEXT_REP_IS_REMOVED;
	}
	return TEXT_REP_IS_ABSENT;
}

static const struct button_row buttons[] = {
    {PRESS_APPLICATIONS, PERSON_ADMIN, FACT_APPLICATIONS, OPEN_TO_ALL, admin_lists},
};
static const struct word_row words[] = {
    {PHRASE_APPLICATIONS, PERSON_ADMIN, 0, FACT_APPLICATIONS, 0, admin_lists},
};
const struct dialogue dialogue_admins = {BUTTONS(buttons), WORDS(words)};
