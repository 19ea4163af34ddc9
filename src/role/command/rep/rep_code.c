/*
 * salesreg rep resend-code: another mail with a code to who waits for one, in one transaction with what they read and the row in salesreg.audit.
 */
#include "rep_private.h"
#include "salesreg/app/bot/delivery/telegram_message.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/store/codes.h"
#include <stdio.h>

enum { ALIKE_SHOWN = 10 };

/* An exit code; whom is meant, or it has been said why nobody is. */
static int find(struct cli *c, struct command_database *d, struct code_waiting *found)
{
	struct code_waiting *rows;
	size_t count;
	if (!codes_waiting_now(&d->session, &c->arena, c->words[0], ALIKE_SHOWN, &rows, &count))
		return command_database_failed(d, "rep");
	if (count == 1) {
		*found = rows[0];
		return EXIT_CODE_OK;
	}
	cli_say(stderr,
	    count == 0
		? "salesreg rep: nobody waits for a mail with a code as %s; give the e-mail "
		  "address it goes to, or a Telegram account\n"
		: "salesreg rep: several wait for a mail to %s; give the Telegram account:\n",
	    c->words[0]);
	for (size_t i = 0; i < count; i++)
		cli_say(stderr, "  %lld  %s\n", (long long)rows[i].user_id,
		    rows[i].name ? rows[i].name : "-");
	return EXIT_CODE_FAILED;
}

static bool tell(const struct rep_news *news, struct command_database *d, struct arena *a,
    const struct code_waiting *code)
{
	struct db_plan *plan = ARENA_NEW(a, struct db_plan);
	enum locale locale;
	if (!code->locale || !locale_parse(code->locale, &locale))
		locale = news->rules.default_locale;
	struct message *m = conversation_code_news(
	    news->rules.catalog, locale, code->user_id, CODE_NEWS_AGAIN, code->email, a);
	const struct message_list list = {.first = m, .last = m, .count = 1};
	plan->count = 0;
	outgoing_insert(plan, a, &list);
	return rep_changes_run(&d->session, plan);
}

static int resend(struct cli *c, struct command_database *d, const struct rep_news *news)
{
	struct arena *a = &c->arena;
	struct code_waiting code = {0};
	bool is_there, dry_run = cli_has(c, "dry-run");
	if (!news->rules.proves_email) {
		cli_say(stderr, "salesreg rep: SMTP_URL is not set, so no codes are mailed\n");
		return EXIT_CODE_FAILED;
	}
	int exit_code = find(c, d, &code);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	const struct audit_actor me = command_operator(a, c->name);
	const struct audit_entry entry = {.action = "resend-code",
	    .after = audit_json(a, json_pack("{sI ss}", "telegram_id", (json_int_t)code.user_id,
				       "email", code.email))};
	if (!audit_begin(&d->session) || !codes_again(&d->session, a, &code, &is_there))
		return command_database_failed(d, "rep");
	if (!is_there) {
		cli_say(stderr, "salesreg rep: the code for %s is not asked for any more\n",
		    code.email);
		return EXIT_CODE_FAILED;
	}
	if (!tell(news, d, a, &code) || !audit_write(&d->session, a, &me, &entry))
		return command_database_failed(d, "rep");
	if (dry_run) { /* which the end of the session undoes */
		cli_say(stdout, "Would mail another code to %s. Nothing was changed (--dry-run).\n",
		    code.email);
		return EXIT_CODE_OK;
	}
	if (!audit_commit(&d->session))
		return command_database_failed(d, "rep");
	cli_say(
	    stdout, "Another code is mailed to %s; the one before is good no more.\n", code.email);
	rep_news_say(d, a, &(struct rep_now){.telegram_id = code.user_id, .available = true});
	return EXIT_CODE_OK;
}

int rep_run_resend_code(struct cli *c)
{
	struct command_database d = {0};
	struct rep_news news = {0};
	if (c->count == 0)
		return cli_wrong(c, "which rep? WHO is missing");
	int code = command_database_open(&d, "rep");
	if (code == EXIT_CODE_OK)
		code = rep_news_open(&news, &d, &c->arena);
	if (code == EXIT_CODE_OK)
		code = resend(c, &d, &news);
	rep_news_close(&news);
	command_database_close(&d);
	return code;
}
