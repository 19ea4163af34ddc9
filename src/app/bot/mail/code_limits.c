#include "salesreg/app/bot/mail/code_limits.h"
#include <string.h>

#define HOUR_US (3600 * 1000000LL)
#define DAY_US (24 * HOUR_US)

enum counted { MAILS, WRONG_CODES };
enum whose { OF_ALL, OF_MAILBOX, OF_PERSON, OF_PAIR };

struct rule {
	int64_t span_us;
	int64_t most, most_seldom; /* the latter for who has asked seldom; 0: the same */
	enum whose whose;
	enum counted counted;
	enum code_limit limit;
};
static const struct rule rules[] = {
    {HOUR_US, MAILS_TO_PAIR_HOUR, 0, OF_PAIR, MAILS, CODE_LIMIT_PAIR},
    {DAY_US, MAILS_TO_PAIR_DAY, 0, OF_PAIR, MAILS, CODE_LIMIT_PAIR},
    {HOUR_US, MAILS_TO_PERSON_HOUR, 0, OF_PERSON, MAILS, CODE_LIMIT_PERSON},
    {DAY_US, MAILS_TO_PERSON_DAY, 0, OF_PERSON, MAILS, CODE_LIMIT_PERSON},
    {HOUR_US, MAILS_TO_MAILBOX_HOUR, MAILS_TO_MAILBOX_HOUR_MOST, OF_MAILBOX, MAILS,
	CODE_LIMIT_MAILBOX},
    {HOUR_US, MAILS_IN_ALL_HOUR, MAILS_IN_ALL_HOUR_MOST, OF_ALL, MAILS, CODE_LIMIT_ALL},
    {DAY_US, WRONG_OF_PAIR_DAY, 0, OF_PAIR, WRONG_CODES, CODE_LIMIT_WRONG_PAIR},
    {7 * DAY_US, WRONG_OF_PERSON_WEEK, 0, OF_PERSON, WRONG_CODES, CODE_LIMIT_WRONG_PERSON},
};

const char *code_limit_sentence(enum code_limit limit)
{
	static const char *const sentences[CODE_LIMIT_COUNT] = {
	    [CODE_LIMIT_NONE] = "none",
	    [CODE_LIMIT_PAIR] = "3 mails an hour, 6 a day, to one person for one mailbox",
	    [CODE_LIMIT_PERSON] = "5 mails an hour, 10 a day, to one person",
	    [CODE_LIMIT_MAILBOX] = "15 mails an hour to one mailbox",
	    [CODE_LIMIT_ALL] = "200 mails an hour in all",
	    [CODE_LIMIT_WRONG_PAIR] = "10 wrong codes a day of one person for one mailbox",
	    [CODE_LIMIT_WRONG_PERSON] = "20 wrong codes a week of one person",
	};
	return sentences[limit];
}

static bool concerns(
    const struct rule *rule, const struct code_mail *mail, int64_t person, const char *mailbox)
{
	bool of_all = mail->user_id == 0;
	bool there = !of_all && mailbox && strcmp(mail->mailbox, mailbox) == 0;
	switch (rule->whose) {
	case OF_ALL:
		return of_all;
	case OF_MAILBOX:
		return there;
	case OF_PERSON:
		return mail->user_id == person;
	case OF_PAIR:
		return there && mail->user_id == person;
	}
	return false;
}

static bool asks_seldom(const struct code_mail *mails, size_t count, int64_t person)
{
	size_t asked = 0;
	for (size_t i = 0; i < count; i++)
		asked += mails[i].user_id == person && mails[i].age_us < DAY_US;
	return asked < MAILS_SELDOM_DAY;
}

/* Until what counts is fewer than the rule allows: the mail that reaches the limit, counted from the newest, has to grow old. */
static int64_t wait_of(const struct rule *rule, const struct code_mail *mails, size_t count,
    int64_t person, const char *mailbox, int64_t most, size_t asked)
{
	int64_t sum = rule->whose == OF_ALL ? (int64_t)asked : 0;
	if (sum >= most)
		return rule->span_us;
	for (size_t i = 0; i < count; i++) {
		const struct code_mail *mail = &mails[i];
		if (mail->age_us >= rule->span_us || !concerns(rule, mail, person, mailbox))
			continue;
		sum += rule->counted == WRONG_CODES ? mail->wrong : 1;
		if (sum >= most)
			return rule->span_us - mail->age_us;
	}
	return 0;
}

struct code_wait code_limits(
    const struct code_mail *mails, size_t count, int64_t person, const char *mailbox, size_t asked)
{
	struct code_wait wait = {0};
	bool seldom = asks_seldom(mails, count, person);
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		const struct rule *rule = &rules[i];
		int64_t us = wait_of(rule, mails, count, person, mailbox,
		    seldom && rule->most_seldom ? rule->most_seldom : rule->most, asked);
		if (us > wait.us)
			wait = (struct code_wait){rule->limit, us};
	}
	return wait;
}
