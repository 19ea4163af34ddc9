/*
 * An e-mail that another account has: the same person with a new account, or not. Admins decide.
 *
 *   email ──an address that is taken──▶ email, claim_email set ──*it's me*──▶ claim ──*same person*──▶ (the rep)
 *     ▲                                                                        │
 *     └──────────────────────────────*someone else*────────────────────────────┘
 */
#include "../conversation_private.h"
#include "salesreg/base/fingerprint.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include "salesreg/domain/contact/email.h"
#include "salesreg/domain/contact/name.h"
#include "salesreg/domain/conversation/rep_change.h"
#include "salesreg/domain/text/quote.h"
#include "salesreg/domain/text/shorten.h"
#include <string.h>

enum { ECHO_UNITS = 254 };

/* What is asked: who says so, of which e-mail, and who has it. */
static const char *about_claim(const struct turn *t, const struct claim_view *claim)
{
	const char *const parts[] = {claim->name, email_key(claim->email, t->a), claim->rep_id,
	    arena_printf(t->a, "%lld", (long long)claim->rep_telegram_id)};
	return fingerprint(t->a, parts, sizeof parts / sizeof parts[0]);
}

static const char *about_email(const struct turn *t, const char *address)
{
	const char *key = email_key(address, t->a);
	return fingerprint(t->a, &key, 1);
}

/* Whether the registration that the admins were asked about is not what it was. */
static bool is_over(const struct turn *t)
{
	const char *asked = t->out->next.claim_rep, *now = t->state->claim_holder;
	return !asked || !now || strcmp(asked, now) != 0;
}

/* Nothing is claimed any more; the name is known. */
static void ask_for_another(struct turn *t)
{
	const char *name = t->out->next.draft_name;
	turn_set_phase(t, PHASE_EMAIL);
	t->out->next.draft_name = name;
}

void turn_email_is_taken(struct turn *t, const char *address)
{
	static const struct turn_button buttons[] = {
	    {TEXT_BUTTON_CLAIM, PRESS_CLAIM, true},
	    {TEXT_BUTTON_CANCEL, PRESS_CANCEL, true},
	};
	bool admins = t->state->rules->admin_count > 0;
	const char *text = turn_text(t, admins ? TEXT_EMAIL_TAKEN_CLAIM : TEXT_EMAIL_TAKEN_ALONE,
	    ARGS({"email", shorten(t->a, address, ECHO_UNITS)}));
	if (t->out->next.phase == PHASE_CLAIM) {
		if (!is_over(t) && strcmp(email_key(address, t->a),
				       email_key(t->out->next.claim_email, t->a)) == 0) {
			turn_of_claimant(t);
			return;
		}
		ask_for_another(t); /* what was claimed before is claimed no more */
	}
	t->out->next.claim_email = admins ? address : NULL;
	/* without admins there is nobody to ask: cancelling is all there is to press */
	struct message *message = turn_say_text(t, text);
	turn_buttons_about(
	    t, message, admins ? buttons : buttons + 1, admins ? 2 : 1, about_email(t, address));
}

static const char *account(const struct turn *t, const char *username, int64_t id)
{
	const char *named = quote_username(t->a, username);
	return named ? named : arena_printf(t->a, "id %lld", (long long)id);
}

void turn_show_claim(struct turn *t, int64_t admin, enum message_priority priority,
    enum locale locale, const struct claim_view *claim, const char *username)
{
	const struct catalog *catalog = t->state->rules->catalog;
	const char *telegram = account(t, username, claim->telegram_id);
	const char *text = catalog_render(catalog, locale, TEXT_ADMIN_CLAIM,
	    ARGS({"email", claim->email},
		{"name", quote_name(t->a, claim->name, NAME_MAX_CODE_POINTS)},
		{"telegram", telegram},
		{"holder", quote_name(t->a, claim->rep_name, NAME_MAX_CODE_POINTS)},
		{"holder_telegram", account(t, claim->rep_username, claim->rep_telegram_id)}),
	    t->a);
	const char *about = about_claim(t, claim);
	struct button *buttons = ARENA_ARRAY(t->a, struct button, 2);
	buttons[0] = (struct button){
	    .text = catalog_render(catalog, locale, TEXT_BUTTON_SAME_PERSON, NO_ARGS, t->a),
	    .data = press_data_about(t->a, PRESS_SAME_PERSON, claim->telegram_id, about),
	    .new_row = true,
	};
	buttons[1] = (struct button){
	    .text = catalog_render(catalog, locale, TEXT_BUTTON_OTHER_PERSON, NO_ARGS, t->a),
	    .data = press_data_about(t->a, PRESS_OTHER_PERSON, claim->telegram_id, about),
	};
	struct message *message = message_list_add(&t->out->messages, t->a, admin, priority, text);
	message_set_buttons(message, buttons, 2);
	if (!quote_username(t->a, username))
		message_set_mention(message, t->a, telegram, claim->telegram_id);
}

static void ask_admins(struct turn *t, const struct claim_view *claim)
{
	const struct conversation_rules *rules = t->state->rules;
	for (size_t i = 0; i < rules->admin_count; i++)
		turn_show_claim(t, rules->admin_ids[i], PRIORITY_NOTIFICATION,
		    turn_admin_locale(t, rules->admin_ids[i]), claim, t->event->username);
}

/* The button is older than the mail server's settings: a code says more than an admin can. */
static void prove_instead(struct turn *t, const struct claim_view *claim)
{
	const struct conversation_rules *rules = t->state->rules;
	const char *address = NULL, *key = NULL;
	if (press_is_about(&t->press, about_email(t, claim->email)) &&
	    email_check(claim->email, rules->domains, rules->domain_count, t->a, &address, &key) ==
		EMAIL_OK)
		turn_prove_email(t, address, key);
	else
		turn_question(t, NULL);
}

static void claim_pressed(struct turn *t)
{
	const struct claim_view *claim = t->state->claim;
	if (t->out->next.phase == PHASE_CLAIM) {
		turn_press_of_claimant(t);
		return;
	}
	bool proves = t->state->rules->proves_email;
	if (t->out->next.phase != PHASE_EMAIL || !claim ||
	    (t->state->rules->admin_count == 0 && !proves)) {
		turn_answer(t, true, TEXT_ANSWER_STALE, NO_ARGS);
		return;
	}
	if (proves) {
		prove_instead(t, claim);
		return;
	}
	if (!claim->rep_id) {
		/* it has come free meanwhile: what was asked before is asked again */
		turn_question(t, NULL);
		return;
	}
	if (!press_is_about(&t->press, about_email(t, claim->email))) {
		/* of another address, given before this one */
		turn_email_is_taken(t, claim->email);
		return;
	}
	const char *name = t->out->next.draft_name;
	turn_set_phase(t, PHASE_CLAIM);
	t->out->next.draft_name = name;
	t->out->next.claim_email = claim->email;
	t->out->next.claim_rep = claim->rep_id;
	t->out->next.claim_username = t->event->username;
	turn_remove_buttons(t, 0, false, false);
	(void)turn_say(t, TEXT_CLAIM_SENT, ARGS({"email", claim->email}));
	ask_admins(t, claim);
}

static enum text_id over_text(bool free)
{
	return free ? TEXT_CLAIM_FREE : TEXT_CLAIM_OVER;
}

void turn_of_claimant(struct turn *t)
{
	static const struct turn_button cancel[] = {{TEXT_BUTTON_CANCEL, PRESS_CANCEL, true}};
	const char *email = t->out->next.claim_email;
	enum text_id id = TEXT_CLAIM_PENDING;
	if (is_over(t)) {
		id = over_text(!t->state->claim_holder);
		ask_for_another(t);
	}
	turn_buttons(t, turn_say(t, id, ARGS({"email", email})), cancel, 1);
}

void turn_question_of_claimant(struct turn *t, const char *first)
{
	(void)first; /* the state of things says enough */
	turn_of_claimant(t);
}

void turn_press_of_claimant(struct turn *t)
{
	if (is_over(t))
		turn_of_claimant(t);
	else
		turn_answer(t, false, TEXT_ANSWER_PENDING, NO_ARGS);
}

/* In the language of whom it is for. */
static struct message *tell(struct turn *t, int64_t chat, enum locale locale, enum text_id id,
    const char *name, const char *email)
{
	enum locale own = t->out->next.locale;
	t->out->next.locale = locale;
	const char *text = turn_text(t, id,
	    ARGS({"name", prospect_quoted_name(t->a, name)}, {"email", email},
		{"domains", turn_domains(t)}));
	struct message *message =
	    message_list_add(&t->out->messages, t->a, chat, PRIORITY_NOTIFICATION, text);
	if (id == TEXT_CLAIM_GRANTED)
		turn_menu_buttons(t, message);
	t->out->next.locale = own;
	return message;
}

static void move(struct turn *t, const struct claim_view *claim)
{
	const struct conversation_rules *rules = t->state->rules;
	turn_effect(t, (struct effect){
			   .kind = EFFECT_MOVE,
			   .rep_id = claim->rep_id,
			   .from = claim->rep_telegram_id,
			   .to = claim->telegram_id,
		       });
	(void)tell(t, claim->telegram_id, claim->locale, TEXT_CLAIM_GRANTED, claim->rep_name,
	    claim->email);
	(void)tell(t, claim->rep_telegram_id, claim->rep_locale, TEXT_ACCOUNT_MOVED,
	    claim->rep_name, claim->email);
	for (size_t i = 0; i < rules->admin_count; i++)
		if (rules->admin_ids[i] != claim->telegram_id &&
		    rules->admin_ids[i] != claim->rep_telegram_id)
			(void)tell(t, rules->admin_ids[i],
			    turn_admin_locale(t, rules->admin_ids[i]), TEXT_ADMIN_MOVED,
			    claim->rep_name, claim->email);
	turn_answer(t, false, TEXT_ANSWER_MOVED,
	    ARGS({"name", prospect_short_name(t->a, claim->rep_name)}));
}

/* Their own registration, to another account, to which an admin's rights do not move. */
static bool gives_last_rights_up(const struct turn *t, const struct claim_view *claim)
{
	return t->press.kind == PRESS_SAME_PERSON && !t->state->rules->proves_email && claim &&
	       claim->rep_telegram_id == t->event->user_id && turn_is_only_admin(t);
}

/* The other admins who were asked see it. */
static void show_decided(struct turn *t, enum text_id text)
{
	const struct conversation_rules *rules = t->state->rules;
	const char *about = t->press.about;
	if (!about || about[strspn(about, "0123456789abcdef")])
		return; /* as no message of ours has it */
	struct application_news *news = ARENA_NEW(t->a, struct application_news);
	*news = (struct application_news){
	    .button = press_data_about(t->a, PRESS_SAME_PERSON, t->press.id, about)};
	const struct catalog_arg who = {"who", turn_admin_name(t)};
	for (unsigned l = 0; l < LOCALE_COUNT; l++)
		news->lines[l] = catalog_render(rules->catalog, (enum locale)l, text, &who,
		    text == TEXT_DECIDED_CLAIM_OVER ? 0 : 1, t->a);
	t->out->decided = news;
}

static void admin_decided_claim(struct turn *t)
{
	const struct claim_view *claim = t->state->claim;
	if (gives_last_rights_up(t, claim)) {
		turn_answer(t, true, TEXT_ANSWER_REP_ONLY_ADMIN, NO_ARGS);
		return;
	}
	turn_remove_buttons(t, 0, false, false);
	if (claim && claim->telegram_id == t->press.id && claim->asked && !claim->stands) {
		/* there is nothing to decide any more, and the claimant does not know yet */
		turn_effect(
		    t, (struct effect){.kind = EFFECT_REFUSE_CLAIM, .to = claim->telegram_id});
		(void)tell(t, claim->telegram_id, claim->locale, over_text(!claim->rep_id),
		    claim->name, claim->email);
		turn_answer(t, true, TEXT_ANSWER_CLAIM_OVER, NO_ARGS);
		show_decided(t, TEXT_DECIDED_CLAIM_OVER);
		return;
	}
	/* a card of another claim of the same person decides nothing about this one */
	if (!claim || claim->telegram_id != t->press.id || !claim->asked ||
	    !press_is_about(&t->press, about_claim(t, claim))) {
		turn_answer(t, true, TEXT_ANSWER_CLAIM_OVER, NO_ARGS);
		return;
	}
	if (t->press.kind == PRESS_SAME_PERSON && !t->state->rules->proves_email) {
		move(t, claim);
		show_decided(t, TEXT_DECIDED_MOVED);
		return;
	}
	if (t->press.kind == PRESS_SAME_PERSON) {
		/* it is older than the mail server's settings: a code says more than an admin can */
		turn_effect(
		    t, (struct effect){.kind = EFFECT_REFUSE_CLAIM, .to = claim->telegram_id});
		bool uninvited = t->state->rules->by_invitation;
		(void)tell(t, claim->telegram_id, claim->locale,
		    uninvited ? TEXT_CLAIM_PROVE_BY_INVITE : TEXT_CLAIM_PROVE_FIRST, claim->name,
		    claim->email);
		turn_answer(t, true,
		    uninvited ? TEXT_ANSWER_PROVE_BY_INVITE : TEXT_ANSWER_PROVE_FIRST,
		    ARGS({"name", prospect_short_name(t->a, claim->name)}));
		show_decided(t, TEXT_DECIDED_UNPROVEN);
		return;
	}
	turn_effect(t, (struct effect){.kind = EFFECT_REFUSE_CLAIM, .to = claim->telegram_id});
	(void)tell(
	    t, claim->telegram_id, claim->locale, TEXT_CLAIM_REFUSED, claim->name, claim->email);
	turn_answer(t, false, TEXT_ANSWER_CLAIM_REFUSED, NO_ARGS);
	show_decided(t, TEXT_DECIDED_OTHER_PERSON);
}

static const struct button_row buttons[] = {
    {PRESS_SAME_PERSON, PERSON_ADMIN, FACT_CLAIM | FACT_ADMINS | FACT_LOCK, OPEN_TO_ALL,
	admin_decided_claim},
    {PRESS_OTHER_PERSON, PERSON_ADMIN, FACT_CLAIM | FACT_ADMINS | FACT_LOCK, OPEN_TO_ALL,
	admin_decided_claim},
    {PRESS_CLAIM, PERSON_UNKNOWN, FACT_OWN_CLAIM | FACT_ADMINS, 0, claim_pressed},
};
const struct dialogue dialogue_claims = {BUTTONS(buttons)};
