/*
 * What a command has the bot tell a rep.
 */
#include "rep_private.h"
#include "salesreg/app/bot/delivery/telegram_message.h"
#include "salesreg/domain/conversation/rep_change.h"
#include "salesreg/domain/text/quote.h"
#include "salesreg/store/desk.h"
#include "salesreg/store/operators.h"
#include <stdio.h>

enum { PROBLEMS_MAXIMUM = 16 * 1024 };

int rep_news_open(struct rep_news *news, struct command_database *d, struct arena *a)
{
	struct buf problems;
	buf_init(&problems, PROBLEMS_MAXIMUM);
	enum err err = rules_load(&news->rules, &d->config, &news->texts, a, &problems);
	if (err != ERR_OK)
		(void)fputs(buf_text(&problems), stderr);
	buf_finish(&problems);
	return err == ERR_OK ? EXIT_CODE_OK : EXIT_CODE_CONFIG;
}

void rep_news_close(struct rep_news *news)
{
	texts_finish(&news->texts);
}

bool rep_news_tell(const struct rep_news *news, struct command_database *d, struct arena *a,
    const struct rep_now *rep, enum text_id told, const char *detail)
{
	struct db_plan *plan = ARENA_NEW(a, struct db_plan);
	struct message_list messages = {0};
	struct subject_view subject = {.rep_id = rep->id,
	    .name = rep->name,
	    .email = rep->email,
	    .telegram_id = rep->telegram_id,
	    .is_admin = rep->is_admin};
	if (rep->telegram_id <= 0)
		return true;
	if (!rep->locale || !locale_parse(rep->locale, &subject.locale))
		subject.locale = news->rules.default_locale;
	plan->count = 0;
	rep_change_tell(&news->rules, &subject, told, detail, a, &messages);
	outgoing_insert(plan, a, &messages);
	return rep_changes_run(&d->session, plan);
}

bool rep_news_decided(const struct rep_news *news, struct command_database *d, struct arena *a,
    const struct rep_now *rep, struct application_verdict verdict, const char *by,
    struct reject_why why)
{
	const struct conversation_rules *rules = &news->rules;
	struct db_plan *plan = ARENA_NEW(a, struct db_plan);
	const struct subject_view subject = {.rep_id = rep->id, .telegram_id = rep->telegram_id};
	const struct application_news *said =
	    application_news(rules, &subject, verdict, by, why, a);
	struct decided_row rows[LOCALE_COUNT];
	for (unsigned l = 0; l < LOCALE_COUNT; l++)
		rows[l] = (struct decided_row){.rep = said->rep_id,
		    .button = said->button,
		    .locale = locale_code((enum locale)l),
		    .line = said->lines[l]};
	const char *reason = verdict.told == TEXT_REP_REJECTED
				 ? reject_why_text(rules, rules->default_locale, why, a)
				 : NULL;
	plan->count = 0;
	desk_decided(plan, a, rows, LOCALE_COUNT, locale_code(rules->default_locale),
	    rules->admin_ids, rules->admin_count);
	return rep_news_tell(news, d, a, rep, reason ? TEXT_REP_REJECTED_WHY : verdict.told,
		   reason ? quote_block(a, reason, REJECT_REASON_UNITS) : NULL) &&
	       rep_changes_run(&d->session, plan);
}

void rep_news_say(struct command_database *d, struct arena *a, const struct rep_now *rep)
{
	bool leads = true;
	if (rep->telegram_id <= 0)
		return;
	(void)puts("They are told in the chat.");
	if (!rep->available)
		(void)puts(
		    "Telegram does not reach them now; the message waits for as long as that "
		    "may end.");
	if (operators_leader(&d->session, a, NULL, &leads) && !leads)
		(void)puts("No bot runs now; it is sent when one does.");
}
