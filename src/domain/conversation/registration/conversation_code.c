/*
 * An address is its owner's who reads the code that was mailed there.
 *
 *   email, change_email ──an address──▶ code ──the code──▶ (a rep with that address, whoever had it)
 *                                       │  ▲
 *                                       └──┘ a wrong code (five at most), *send again*, another address
 *
 * Until the code is right everything is as if the address were nobody's: whoever guesses addresses learns nothing.
 */
#include "../conversation_private.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/assignment/prospect_list.h"
#include "salesreg/domain/contact/email.h"
#include "salesreg/domain/text/quote.h"
#include "salesreg/domain/text/shorten.h"
#include <string.h>

/* the line of the mail that has the code, and a word more */
enum { ECHO_UNITS = 254, CODE_LINE_MOST = 40 };
static const int64_t MINUTE_US = 60 * 1000000LL;

const char *code_state_name(enum code_state state)
{
	static const char *const names[] = {
#define X(name, text) [CODE_##name] = text,
	    CODE_STATE_MAP(X)
#undef X
	};
	return names[state];
}

enum code_state code_state_from_name(const char *name)
{
	for (unsigned i = 0; name && i < CODE_FAILED; i++)
		if (strcmp(code_state_name((enum code_state)i), name) == 0)
			return (enum code_state)i;
	return CODE_FAILED;
}

/* Spaces, no-break ones too, dashes and dots: "123 456", "123-456." */
static bool separates(uint32_t c)
{
	return text_is_space(c) || c == '-' || c == '.' || (c >= 0x2010 && c <= 0x2015);
}

static bool is_digit(uint32_t c)
{
	return c >= '0' && c <= '9';
}

const char *conversation_code(const char *text, struct arena *a)
{
	char *digits = arena_alloc(a, CODE_DIGITS + 1);
	size_t count = 0;
	uint32_t before = ' ';
	bool words = false, over = false; /* there are words; there are some behind the digits */
	for (const char *next = text; *next;) {
		uint32_t c = text_next(&next);
		bool digit = is_digit(c);
		if (digit && (over || count == CODE_DIGITS))
			return NULL;
		/* "a123456", "123456a" and addresses are something else */
		if (c == '@' || (digit && text_is_letter(before)) ||
		    (is_digit(before) && text_is_letter(c)))
			return NULL;
		if (digit)
			digits[count++] = (char)c;
		else if (!separates(c))
			words = true;
		over = over || (count > 0 && !digit && !separates(c));
		before = c;
	}
	if (count != CODE_DIGITS || (words && text_code_points(text) > CODE_LINE_MOST))
		return NULL;
	digits[count] = '\0';
	return digits;
}

static void say_with_buttons(struct turn *t, const char *text)
{
	static const struct turn_button buttons[] = {
	    {TEXT_BUTTON_CODE_AGAIN, PRESS_CODE_AGAIN, true},
	    {TEXT_BUTTON_CANCEL, PRESS_CANCEL, true},
	};
	turn_buttons(t, turn_say_text(t, text), buttons, 2);
}

struct message *conversation_code_news(const struct catalog *catalog, enum locale locale,
    int64_t chat_id, enum code_news news, const char *email, struct arena *a)
{
	static const enum text_id texts[] = {[CODE_NEWS_AGAIN] = TEXT_CODE_ASKED_AGAIN,
	    [CODE_NEWS_DELAYED] = TEXT_CODE_DELAYED,
	    [CODE_NEWS_SENT_LATE] = TEXT_CODE_SENT_LATE,
	    [CODE_NEWS_REFUSED] = TEXT_CODE_REFUSED,
	    [CODE_NEWS_FAILED] = TEXT_CODE_FAILED};
	struct message_list list = {0};
	struct message *message = message_list_add(&list, a, chat_id, PRIORITY_NOTIFICATION,
	    catalog_render(catalog, locale, texts[news],
		ARGS({"email", shorten(a, email, ECHO_UNITS)},
		    {"minutes", arena_printf(a, "%d", CODE_MINUTES)}),
		a));
	struct button *buttons = ARENA_ARRAY(a, struct button, 2);
	buttons[0] = (struct button){
	    .text = catalog_render(catalog, locale, TEXT_BUTTON_CODE_AGAIN, NO_ARGS, a),
	    .data = press_data(a, PRESS_CODE_AGAIN, 0),
	    .new_row = true};
	buttons[1] =
	    (struct button){.text = catalog_render(catalog, locale, TEXT_BUTTON_CANCEL, NO_ARGS, a),
		.data = press_data(a, PRESS_CANCEL, 0),
		.new_row = true};
	if (news != CODE_NEWS_DELAYED)
		message_set_buttons(message, buttons, 2);
	return message;
}

static const char *echo(const struct turn *t, const char *address)
{
	return shorten(t->a, address, ECHO_UNITS);
}

static void say(struct turn *t, enum text_id id, const char *address)
{
	say_with_buttons(t, turn_text(t, id, ARGS({"email", echo(t, address)})));
}

void turn_forget_code(struct turn *t)
{
	if (t->state->code)
		turn_effect(t, (struct effect){.kind = EFFECT_CODE_DONE});
}

static int64_t tries_of(const struct code_view *code)
{
	return code->guessed ? CODE_TRIES_GUESSED : CODE_TRIES;
}

/* Why there is no code that could be right, or TEXT_COUNT. */
static enum text_id useless(const struct code_view *code)
{
	switch (code->state) {
	case CODE_REFUSED:
		return TEXT_CODE_REFUSED;
	case CODE_FAILED:
		return TEXT_CODE_FAILED;
	case CODE_QUEUED:
	case CODE_SENDING:
	case CODE_SENT:
		break;
	}
	if (code->wrong >= tries_of(code))
		return TEXT_CODE_USED_UP;
	if (!code->mailed)
		return TEXT_CODE_ON_ITS_WAY;
	/* a mail that is tried again brings a code of its own */
	return code->expired && code->state == CODE_SENT ? TEXT_CODE_EXPIRED : TEXT_COUNT;
}

static bool may_come_right(const struct code_view *code)
{
	enum text_id why = useless(code);
	return why == TEXT_COUNT || why == TEXT_CODE_ON_ITS_WAY;
}

static const char *say_wait(const struct turn *t, int64_t wait_us)
{
	int64_t minutes = (wait_us + MINUTE_US - 1) / MINUTE_US;
	bool wrong = t->state->code_wait_wrong;
	if (minutes <= 60 && !wrong)
		return turn_text(t, TEXT_CODE_TOO_MANY,
		    ARGS({"minutes", arena_printf(t->a, "%lld", (long long)minutes)}));
	return turn_text(t, wrong ? TEXT_CODE_TOO_MANY_WRONG : TEXT_CODE_TOO_MANY_HOURS,
	    ARGS({"hours", arena_printf(t->a, "%lld", (long long)(minutes + 59) / 60)}));
}

void turn_prove_email(struct turn *t, const char *address, const char *key)
{
	int64_t wait_us = t->state->code_wait_us;
	if (wait_us > 0) {
		const struct code_view *code = t->state->code;
		const char *name = t->out->next.draft_name;
		/* an earlier code may still be good: whatever led here, it is what is waited for */
		if (code && strcmp(code->email_key, key) == 0 && may_come_right(code)) {
			turn_set_phase(t, PHASE_CODE);
			t->out->next.draft_name = name;
		}
		static const struct turn_button cancel[] = {
		    {TEXT_BUTTON_CANCEL, PRESS_CANCEL, true}};
		turn_buttons(t, turn_say_text(t, say_wait(t, wait_us)), cancel, 1);
		t->out->keeps_mail_back = true;
		return;
	}
	turn_effect(
	    t, (struct effect){.kind = EFFECT_SEND_CODE, .email = address, .email_key = key});
	const char *name = t->out->next.draft_name;
	turn_set_phase(t, PHASE_CODE);
	t->out->next.draft_name = name;
	say_with_buttons(t, turn_text(t, TEXT_CODE_ASKED,
				ARGS({"email", echo(t, address)},
				    {"minutes", arena_printf(t->a, "%d", CODE_MINUTES)})));
}

/* There is nothing to answer any more: the address is asked for anew. */
static void ask_address(struct turn *t)
{
	const char *name = t->out->next.draft_name;
	bool rep = t->state->rep_status == REP_ACTIVE;
	turn_set_phase(t, rep ? PHASE_CHANGE_EMAIL : PHASE_EMAIL);
	t->out->next.draft_name = name;
	turn_question(t, turn_text(t, TEXT_CODE_GONE, NO_ARGS));
}

void turn_question_of_code(struct turn *t, const char *first)
{
	const struct code_view *code = t->state->code;
	if (!code) {
		ask_address(t);
		return;
	}
	enum text_id why = useless(code);
	const char *question = turn_text(
	    t, why == TEXT_COUNT ? TEXT_CODE_QUESTION : why, ARGS({"email", echo(t, code->email)}));
	say_with_buttons(t, why == TEXT_COUNT ? turn_join(t, first, question) : question);
}

static struct message *tell(struct turn *t, int64_t chat, enum locale locale, enum text_id id,
    const char *name, const struct code_view *code)
{
	enum locale own = t->out->next.locale;
	t->out->next.locale = locale;
	const char *text = turn_text(t, id,
	    ARGS({"name", prospect_quoted_name(t->a, name)}, {"email", code->email},
		{"holder", prospect_quoted_name(t->a, code->rep_name)}));
	struct message *message =
	    message_list_add(&t->out->messages, t->a, chat, PRIORITY_NOTIFICATION, text);
	t->out->next.locale = own;
	return message;
}

/* name: who has the address now */
static void tell_admins(
    struct turn *t, const struct code_view *code, enum text_id id, const char *name)
{
	const struct conversation_rules *rules = t->state->rules;
	for (size_t i = 0; i < rules->admin_count; i++)
		if (rules->admin_ids[i] != t->event->user_id &&
		    rules->admin_ids[i] != code->rep_telegram_id)
			(void)tell(t, rules->admin_ids[i],
			    turn_admin_locale(t, rules->admin_ids[i]), id, name, code);
}

/*
 * Who reads the mailbox has it, and so the registration under it: the same person with a new account, or the owner of an
 * address that somebody else took.
 */
static void take_over(struct turn *t, const struct code_view *code)
{
	struct conversation_state *next = &t->out->next;
	const char *name = next->draft_name;
	turn_effect(t, (struct effect){.kind = EFFECT_MOVE,
			   .rep_id = code->rep_id,
			   .name = name,
			   .email_key = code->email_key,
			   .proven = true,
			   .from = code->rep_telegram_id,
			   .to = t->event->user_id});
	turn_use_invitation(t);
	turn_set_phase(t, PHASE_NONE);
	next->rep_status = code->rep_status;
	next->rep_id = code->rep_id;
	next->rep_name = name;
	next->rep_email = code->email;
	next->rep_username = NULL; /* noticed with the next word */
	next->rep_available = true;
	bool pending = code->rep_status == REP_PENDING;
	struct message *done = turn_say(t, pending ? TEXT_REGISTERED_PENDING : TEXT_CLAIM_GRANTED,
	    ARGS({"name", prospect_quoted_name(t->a, name)}, {"email", code->email}));
	(void)tell(
	    t, code->rep_telegram_id, code->rep_locale, TEXT_ACCOUNT_LOST, code->rep_name, code);
	if (pending)
		turn_tell_admins(t);
	else
		turn_menu_buttons(t, done);
	tell_admins(t, code, TEXT_ADMIN_MOVED, name);
}

static void evict(struct turn *t, const struct code_view *code)
{
	turn_effect(
	    t, (struct effect){
		   .kind = EFFECT_EVICT, .rep_id = code->rep_id, .from = code->rep_telegram_id});
	(void)tell(
	    t, code->rep_telegram_id, code->rep_locale, TEXT_ACCOUNT_LOST, code->rep_name, code);
	tell_admins(t, code, TEXT_ADMIN_EVICTED, t->state->rep_name);
}

static void proven(struct turn *t, const struct code_view *code)
{
	bool newcomer = t->state->rep_status != REP_ACTIVE;
	const char *uninvited = newcomer ? turn_uninvited(t, code->email_key) : NULL;
	if (uninvited) {
		say_with_buttons(t, uninvited);
		return;
	}
	turn_effect(t, (struct effect){.kind = EFFECT_CODE_DONE});
	/* an account that an admin has stopped is not started by opening another one */
	if (code->rep_id && code->rep_status == REP_SUSPENDED) {
		turn_set_phase(t, PHASE_NONE);
		if (newcomer)
			(void)turn_say(t, TEXT_SUSPENDED, NO_ARGS);
		else
			turn_menu_buttons(t,
			    turn_say(t, TEXT_EMAIL_OF_SUSPENDED,
				ARGS({"email", echo(t, code->email)},
				    {"own", quote_email(t->a, t->state->rep_email, ECHO_UNITS)})));
		return;
	}
	if (newcomer && code->rep_id) {
		take_over(t, code);
		return;
	}
	if (newcomer) {
		turn_register(t, code->email, code->email_key);
		return;
	}
	if (code->rep_id)
		evict(t, code);
	turn_change_email(t, code->email, code->email_key);
}

static void try_code(struct turn *t)
{
	const struct code_view *code = t->state->code;
	if (!code || useless(code) != TEXT_COUNT) {
		turn_question_of_code(t, NULL);
		return;
	}
	if (code->matches) {
		proven(t, code);
		return;
	}
	turn_effect(t, (struct effect){.kind = EFFECT_WRONG_CODE, .code_id = code->id});
	int64_t left = tries_of(code) - code->wrong - 1;
	if (left > 0)
		say_with_buttons(
		    t, turn_text(t, TEXT_CODE_WRONG,
			   ARGS({"left", arena_printf(t->a, "%lld", (long long)left)})));
	else
		say(t, TEXT_CODE_USED_UP, code->email);
}

bool turn_late_code(struct turn *t)
{
	const char *name = t->out->next.draft_name;
	bool rep = t->state->rep_status == REP_ACTIVE;
	if (!t->state->rules->proves_email || !t->state->code || (!rep && !name) ||
	    !conversation_code(t->event->text, t->a))
		return false;
	turn_set_phase(t, PHASE_CODE);
	t->out->next.draft_name = name;
	try_code(t);
	return true;
}

bool turn_code_answered(struct turn *t)
{
	if (email_key(t->event->text, t->a))
		return false;
	if (conversation_code(t->event->text, t->a))
		try_code(t);
	else
		turn_question_of_code(t, turn_text(t, TEXT_CODE_EXPECTED, NO_ARGS));
	return true;
}

static void press_of_code(struct turn *t)
{
	const struct code_view *code = t->state->code;
	if (t->out->next.phase != PHASE_CODE) {
		turn_answer(t, false, TEXT_ANSWER_STALE, NO_ARGS);
		return;
	}
	if (!code)
		ask_address(t);
	else if ((code->state == CODE_QUEUED || code->state == CODE_SENDING) &&
		 code->wrong < tries_of(code))
		say(t, TEXT_CODE_ON_ITS_WAY, code->email);
	else
		turn_prove_email(t, code->email, code->email_key);
}

static const struct button_row buttons[] = {
    {PRESS_CODE_AGAIN, PERSON_UNKNOWN | PERSON_REP, 0, 0, press_of_code},
};
const struct dialogue dialogue_codes = {BUTTONS(buttons)};
