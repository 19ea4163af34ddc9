#include "../conversation_private.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/contact/email.h"
#include "salesreg/domain/text/shorten.h"
#include <string.h>

enum { ECHO_UNITS = 254, WRONG_MOST = 3, DOUBLINGS_MOST = 8 };
static const int64_t MINUTE_US = 60 * 1000000LL;
static const int64_t PAUSE_FIRST_US = 10 * 60 * 1000000LL, PAUSE_LONGEST_US = 24 * 3600 * 1000000LL;

static struct turn_email read_email(const struct turn *t, bool *guess)
{
	const struct conversation_rules *rules = t->state->rules;
	struct turn_email email = {0};
	const char *letter = NULL, *marked = NULL;
	*guess = strchr(t->event->text, '@') && !rules->proves_email;
	bool stranger = t->state->rep_status == REP_ABSENT || t->state->rep_status == REP_REMOVED;
	switch (email_check(t->event->text, rules->domains, rules->domain_count, t->a,
	    &email.address, &email.key)) {
	case EMAIL_MALFORMED:
		email.problem = turn_text(t, TEXT_EMAIL_MALFORMED, NO_ARGS);
		break;
	case EMAIL_FOREIGN_LETTER:
		marked = email_foreign_letter(t->event->text, t->a, &letter);
		email.problem = turn_text(t, TEXT_EMAIL_FOREIGN_LETTER,
		    ARGS({"letter", letter}, {"marked", shorten(t->a, marked, ECHO_UNITS)}));
		break;
	case EMAIL_TOO_LONG:
		email.problem = turn_text(t, TEXT_EMAIL_TOO_LONG, NO_ARGS);
		break;
	case EMAIL_WRONG_DOMAIN:
		email.problem = turn_text(t, TEXT_EMAIL_WRONG_DOMAIN, NO_ARGS);
		break;
	case EMAIL_OK:
		/* the same whether it is taken or not, and counted the same */
		*guess = true;
		email.problem = stranger ? turn_uninvited(t, email.key) : NULL;
		if (email.problem)
			email.address = email.key = NULL;
		else if (t->state->email_taken && !rules->proves_email)
			email.problem = turn_text(t, TEXT_EMAIL_TAKEN,
			    ARGS({"email", shorten(t->a, email.address, ECHO_UNITS)}));
		break;
	}
	return email;
}

/* After the third wrong one 10 minutes, after the sixth 20, and so on up to a day. */
static int64_t pause_after(int64_t wrong)
{
	if (wrong % WRONG_MOST != 0)
		return 0;
	int64_t doublings = wrong / WRONG_MOST - 1;
	if (doublings >= DOUBLINGS_MOST)
		return PAUSE_LONGEST_US;
	int64_t pause = PAUSE_FIRST_US << doublings;
	return pause < PAUSE_LONGEST_US ? pause : PAUSE_LONGEST_US;
}

static const char *say_pause(const struct turn *t, int64_t pause_us)
{
	int64_t minutes = (pause_us + MINUTE_US - 1) / MINUTE_US;
	if (minutes <= 60)
		return turn_text(t, TEXT_EMAIL_PAUSED,
		    ARGS({"minutes", arena_printf(t->a, "%lld", (long long)minutes)}));
	return turn_text(t, TEXT_EMAIL_PAUSED_HOURS,
	    ARGS({"hours", arena_printf(t->a, "%lld", (long long)(minutes + 59) / 60)}));
}

/* The address of somebody else that was given just before: giving it again tells nothing new. */
static bool is_said_again(const struct turn *t, const struct turn_email *email)
{
	const char *before = t->out->next.claim_email;
	return before && email->key && strcmp(email_key(before, t->a), email->key) == 0;
}

struct turn_email turn_read_email(struct turn *t)
{
	struct conversation_state *next = &t->out->next;
	if (next->pause_us > 0)
		return (struct turn_email){.problem = say_pause(t, next->pause_us), .paused = true};
	bool guess;
	struct turn_email email = read_email(t, &guess);
	if (!email.problem || !guess || is_said_again(t, &email))
		return email;
	next->wrong_emails++;
	next->looked_emails += email.address != NULL;
	next->pause_us = pause_after(next->wrong_emails);
	/* who has it is asked about, pause or not: it may be the same person with a new account */
	if (next->pause_us > 0 && !email.address) {
		email.problem = turn_join(t, email.problem, say_pause(t, next->pause_us));
		email.paused = true;
	}
	return email;
}

/*
 * Taken or free: each answer tells something, and an address that is free is soon given up for the next one. So a right one
 * ends what was typed wrong, and not the count of these.
 */
void turn_right_email(struct turn *t)
{
	struct conversation_state *next = &t->out->next;
	if (t->state->rules->proves_email) {
		turn_end_pause(t);
		return;
	}
	next->wrong_emails = next->looked_emails++;
	next->pause_us = next->wrong_emails > 0 ? pause_after(next->wrong_emails) : 0;
}

void turn_end_pause(struct turn *t)
{
	t->out->next.wrong_emails = t->out->next.looked_emails = 0;
	t->out->next.pause_us = 0;
}
