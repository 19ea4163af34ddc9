/*
 * salesreg rep add, merge: one transaction each, with what the rep is told and the rows in salesreg.audit.
 */
#include "rep_private.h"
#include "salesreg/domain/contact/name.h"
#include "salesreg/role/cli/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ACCOUNT_DIGITS = 16, ARGUMENTS_OF_ADD = 3 };
static const char NO_REP[] = "00000000-0000-0000-0000-000000000000";

struct job {
	struct cli *c;
	struct command_database *d;
	struct rep_news news;
};

static int64_t account_of(const char *typed)
{
	size_t digits = strspn(typed, "0123456789");
	return digits > 0 && digits <= ACCOUNT_DIGITS && !typed[digits] ? strtoll(typed, NULL, 10)
									: 0;
}

static int read_new(struct job *j, struct rep_now *rep, const char **key)
{
	struct cli *c = j->c;
	const char *typed = c->words[2];
	const char *fault =
	    rep_email_fault(&j->d->config, &c->arena, c->words[1], &rep->email, key);
	if (fault) {
		cli_say(stderr, "salesreg rep: %s\n", fault);
		return EXIT_CODE_FAILED;
	}
	for (size_t i = ARGUMENTS_OF_ADD; i < c->count; i++)
		typed = arena_printf(&c->arena, "%s %s", typed, c->words[i]);
	enum name_verdict verdict = name_check(typed, &c->arena, &rep->name);
	if (rep->name)
		return EXIT_CODE_OK;
	cli_say(
	    stderr, "salesreg rep: that is no name of a person: %s\n", name_verdict_name(verdict));
	return EXIT_CODE_FAILED;
}

/* In the transaction: whether nobody has the account or the address; else it has been said who. */
static bool is_free(
    struct job *j, const struct rep_now *rep, const char *key, struct rep_account *account)
{
	struct db_session *s = &j->d->session;
	struct arena *a = &j->c->arena;
	const char *holder, *status;
	if (!rep_changes_account(s, a, rep->telegram_id, account) ||
	    !rep_changes_holder(s, a, key, account->id ? account->id : NO_REP, &holder, &status)) {
		(void)command_database_failed(j->d, "rep");
		return false;
	}
	if (account->id && (!account->status || strcmp(account->status, "removed") != 0))
		cli_say(stderr,
		    "salesreg rep: the account %lld is that of %s, whose status is %s\n",
		    (long long)rep->telegram_id, account->name ? account->name : "-",
		    account->status ? account->status : "(none)");
	else if (holder)
		cli_say(stderr,
		    "salesreg rep: %s is the e-mail address of %s, whose status is %s\n",
		    rep->email, holder, status ? status : "(none)");
	else
		return true;
	return false;
}

static bool write_new(
    struct job *j, const struct rep_account *account, const struct rep_now *rep, const char *key)
{
	struct arena *a = &j->c->arena;
	struct db_session *s = &j->d->session;
	struct rep_account added;
	if (!rep_changes_add(s, a, account, rep, key) ||
	    !rep_changes_account(s, a, rep->telegram_id, &added))
		return false;
	const struct audit_actor me = command_operator(a, j->c->name);
	const struct audit_entry entry = {.action = "add",
	    .rep = added.id,
	    .before = account->id ? audit_json(a, json_pack("{ss}", "status", "removed")) : NULL,
	    .after = audit_json(
		a, json_pack("{ss ss ss sI}", "status", "active", "name", rep->name, "email",
		       rep->email, "telegram_id", (json_int_t)rep->telegram_id))};
	return audit_write(s, a, &me, &entry) &&
	       (!account->met || rep_news_tell(&j->news, j->d, a, rep, TEXT_REP_ADDED, NULL));
}

static int add(struct job *j, struct rep_now *rep)
{
	struct rep_account account;
	const char *key;
	int code = read_new(j, rep, &key);
	if (code != EXIT_CODE_OK)
		return code;
	if (!audit_begin(&j->d->session))
		return command_database_failed(j->d, "rep");
	if (!is_free(j, rep, key, &account))
		return EXIT_CODE_FAILED;
	rep->locale = account.locale;
	if (!write_new(j, &account, rep, key))
		return command_database_failed(j->d, "rep");
	if (cli_has(j->c, "dry-run")) {
		cli_say(stdout, "Would register %s (%s, %lld). Nothing was changed (--dry-run).\n",
		    rep->name, rep->email, (long long)rep->telegram_id);
		return EXIT_CODE_OK;
	}
	if (!audit_commit(&j->d->session))
		return command_database_failed(j->d, "rep");
	cli_say(stdout, "%s (%s, %lld) is a rep%s.\n", rep->name, rep->email,
	    (long long)rep->telegram_id, account.met ? ", and gets prospects from now on" : "");
	if (account.met)
		rep_news_say(j->d, &j->c->arena, rep);
	else
		(void)puts(
		    "They get prospects when they have opened the bot: a bot cannot write first.");
	return EXIT_CODE_OK;
}

/* Both are locked. The rows of salesreg.audit are of both. */
static bool write_merge(
    struct job *j, const struct rep_now *from, const struct rep_now *into, int64_t *open)
{
	struct arena *a = &j->c->arena;
	struct db_session *s = &j->d->session;
	struct db_plan *plan = ARENA_NEW(a, struct db_plan);
	bool leaves = !from->status || strcmp(from->status, "removed") != 0;
	plan->count = 0;
	if (!rep_changes_take_over(s, from->id, into->id, open))
		return false;
	/* not as one who is declined: what "pending" would mean */
	if (leaves)
		rep_changes_plan(
		    plan, a, &(struct rep_change){.rep = from->id, .from = "", .to = "removed"});
	int64_t total = into->open + *open;
	const struct audit_actor me = command_operator(a, j->c->name);
	const struct audit_entry entries[] = {
	    {.action = "merge",
		.rep = from->id,
		.before = audit_json(a, json_pack("{ss?}", "status", from->status)),
		.after =
		    audit_json(a, json_pack("{ss ss}", "status", "removed", "into", into->id))},
	    {.action = "merge",
		.rep = into->id,
		.before = audit_json(a, json_pack("{sI}", "open", (json_int_t)into->open)),
		.after = audit_json(
		    a, json_pack("{sI ss}", "open", (json_int_t)total, "from", from->id))},
	};
	return rep_changes_run(s, plan) && audit_write(s, a, &me, &entries[0]) &&
	       audit_write(s, a, &me, &entries[1]) &&
	       (!leaves || from->telegram_id == into->telegram_id ||
		   rep_news_tell(&j->news, j->d, a, from, TEXT_REP_REMOVED_NOW, NULL));
}

/* Who of two was meant, both found and locked, the lesser id first, as the bot does. */
static int lock_both(struct job *j, const struct managed_rep found[2], struct rep_now now[2])
{
	size_t first = strcmp(found[0].id, found[1].id) > 0;
	for (size_t n = 0; n < 2; n++) {
		size_t i = n == 0 ? first : 1 - first;
		bool is_there;
		if (!rep_changes_lock(
			&j->d->session, &j->c->arena, found[i].id, &is_there, &now[i]))
			return command_database_failed(j->d, "rep");
		if (!is_there) {
			cli_say(stderr, "salesreg rep: %s was deleted just now\n", found[i].id);
			return EXIT_CODE_FAILED;
		}
	}
	if (now[1].status && strcmp(now[1].status, "active") == 0)
		return EXIT_CODE_OK;
	cli_say(stderr,
	    "salesreg rep: %s has the status %s, and only who is active takes prospects over\n",
	    now[1].name ? now[1].name : "-", now[1].status ? now[1].status : "(none)");
	return EXIT_CODE_FAILED;
}

static int merge(struct job *j)
{
	struct arena *a = &j->c->arena;
	struct managed_rep found[2] = {{0}, {0}};
	struct rep_now now[2];
	int64_t open;
	bool dry_run = cli_has(j->c, "dry-run");
	for (size_t i = 0; i < 2; i++) {
		int code = find_rep(j->d, a, "rep", j->c->words[i], &found[i]);
		if (code != EXIT_CODE_OK)
			return code;
	}
	if (strcmp(found[0].id, found[1].id) == 0) {
		cli_say(stderr, "salesreg rep: that is one rep, %s, and not two\n", found[0].id);
		return EXIT_CODE_FAILED;
	}
	const char *both = arena_printf(a, "%s (%s, %s) into %s (%s, %s)",
	    found[0].name ? found[0].name : "-", found[0].email ? found[0].email : "-",
	    rep_telegram(a, &found[0]), found[1].name ? found[1].name : "-",
	    found[1].email ? found[1].email : "-", rep_telegram(a, &found[1]));
	if (!dry_run && !cli_confirmed(j->c, arena_printf(a, "Merge %s?", both)))
		return EXIT_CODE_FAILED;
	if (!audit_begin(&j->d->session))
		return command_database_failed(j->d, "rep");
	int code = lock_both(j, found, now);
	/* who takes over may be one */
	if (code == EXIT_CODE_OK && !now[1].is_admin)
		code = rep_leaves_an_admin(j->d, &now[0], found[0].name ? found[0].name : "-");
	if (code != EXIT_CODE_OK)
		return code;
	if (!write_merge(j, &now[0], &now[1], &open))
		return command_database_failed(j->d, "rep");
	if (dry_run) {
		cli_say(stdout,
		    "Would merge %s, with %lld open prospect%s. Nothing was changed (--dry-run).\n",
		    both, (long long)open, open == 1 ? "" : "s");
		return EXIT_CODE_OK;
	}
	if (!audit_commit(&j->d->session))
		return command_database_failed(j->d, "rep");
	cli_say(stdout, "Merged %s.\n", both);
	cli_say(stdout,
	    "%lld open prospect%s on to the second, who is told by salesreg outreach; the first is "
	    "unregistered.\n",
	    (long long)open, open == 1 ? " goes" : "s go");
	return EXIT_CODE_OK;
}

static int with_database(struct cli *c, struct rep_now *rep)
{
	struct command_database d = {0};
	struct job j = {.c = c, .d = &d};
	int code = command_database_open(&d, "rep");
	if (code == EXIT_CODE_OK)
		code = rep_news_open(&j.news, &d, &c->arena);
	if (code == EXIT_CODE_OK)
		code = rep ? add(&j, rep) : merge(&j);
	rep_news_close(&j.news);
	command_database_close(&d);
	return code;
}

int rep_run_add(struct cli *c)
{
	struct rep_now rep = {.available = true};
	if (c->count < ARGUMENTS_OF_ADD)
		return cli_wrong(
		    c, "it needs the ACCOUNT, the ADDRESS and the NAME of the new rep");
	rep.telegram_id = account_of(c->words[0]);
	if (rep.telegram_id == 0)
		return cli_wrong(c, "%s is no Telegram account: it is a number", c->words[0]);
	return with_database(c, &rep);
}

int rep_run_merge(struct cli *c)
{
	if (c->count < 2)
		return cli_wrong(c, "which two reps? FROM and INTO are needed");
	return with_database(c, NULL);
}

const struct cli_option rep_add_options[] = {
    CLI_DRY_RUN_OPTION,
    {.name = NULL},
};
