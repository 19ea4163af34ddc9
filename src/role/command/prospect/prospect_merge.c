/*
 * salesreg prospect merge: two rows of one person become one, in one transaction with the row in salesreg.audit.
 */
#include "prospect_private.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/role/role.h"
#include "salesreg/store/audit.h"
#include <stdio.h>
#include <string.h>

enum { FROM, INTO, BOTH };

static int failed(struct command_database *d)
{
	return command_database_failed(d, "prospect");
}

static const char *named(struct arena *a, const char *name, const char *id)
{
	return arena_printf(a, "%s (%s)", name && *name ? name : "-", id);
}

/* Both of them, the lesser id first, so that two who merge the same at once do not wait for each other. */
static int lock_both(struct cli *c, struct command_database *d,
    const struct listed_prospect found[BOTH], struct prospect_now now[BOTH])
{
	size_t first = strcmp(found[FROM].id, found[INTO].id) > 0 ? INTO : FROM;
	for (size_t n = 0; n < BOTH; n++) {
		size_t i = n == 0 ? first : BOTH - 1 - first;
		bool is_there;
		if (!prospect_changes_lock(&d->session, &c->arena, found[i].id, &is_there, &now[i]))
			return failed(d);
		if (!is_there) {
			cli_say(
			    stderr, "salesreg prospect: %s was deleted just now\n", found[i].id);
			return EXIT_CODE_FAILED;
		}
	}
	return EXIT_CODE_OK;
}

static bool write_audit(
    struct cli *c, struct command_database *d, const struct prospect_now now[BOTH])
{
	struct arena *a = &c->arena;
	const struct audit_actor me = command_operator(a, c->name);
	const struct audit_entry entries[BOTH] = {
	    /* by it whoever forgets the second finds what was sent about the first */
	    {.action = "merge",
		.rep = now[FROM].rep,
		.prospect = now[FROM].id,
		.before = audit_json(a,
		    json_pack("{ss? ss? ss? ss?}", "name", now[FROM].name, "telegram",
			now[FROM].telegram, "email", now[FROM].email, "status", now[FROM].status)),
		.after = audit_json(a, json_pack("{ss}", "into", now[INTO].id))},
	    {.action = "merge",
		.rep = now[INTO].rep,
		.prospect = now[INTO].id,
		.after = audit_json(a, json_pack("{ss}", "from", now[FROM].id))},
	};
	return audit_write(&d->session, a, &me, &entries[FROM]) &&
	       audit_write(&d->session, a, &me, &entries[INTO]);
}

/* In the transaction. An exit code. */
static int write_all(struct cli *c, struct command_database *d, const struct prospect_now now[BOTH])
{
	int64_t accounts;
	if (!prospect_merge_accounts(&d->session, now[FROM].id, now[INTO].id, &accounts))
		return failed(d);
	if (accounts > 1) {
		cli_say(stderr,
		    "salesreg prospect: both have written to the bot, from two Telegram accounts; "
		    "what is said to one account must not be shown in the other, so they stay "
		    "apart\n");
		return EXIT_CODE_FAILED;
	}
	return prospect_merge(&d->session, now[FROM].id, now[INTO].id) && write_audit(c, d, now)
		   ? EXIT_CODE_OK
		   : failed(d);
}

static int merge(struct cli *c, struct command_database *d)
{
	struct arena *a = &c->arena;
	struct listed_prospect found[BOTH] = {{0}, {0}};
	struct prospect_now now[BOTH];
	bool may, dry_run = cli_has(c, "dry-run");
	for (size_t i = FROM; i < BOTH; i++) {
		int code = prospect_find_words(c, d, c->words[i], &found[i]);
		if (code != EXIT_CODE_OK)
			return code;
	}
	if (strcmp(found[FROM].id, found[INTO].id) == 0) {
		cli_say(stderr, "salesreg prospect: that is one prospect, %s, and not two\n",
		    found[FROM].id);
		return EXIT_CODE_FAILED;
	}
	if (!prospect_changes_may_delete(&d->session, &may))
		return failed(d);
	if (!may) {
		cli_say(stderr,
		    "salesreg prospect: this role may not delete from "
		    "public.test_prospects; run it with the DATABASE_URL of the tables' "
		    "owner\n");
		return EXIT_CODE_FAILED;
	}
	const char *both = arena_printf(a, "%s into %s", named(a, found[FROM].name, found[FROM].id),
	    named(a, found[INTO].name, found[INTO].id));
	if (!dry_run && !cli_confirmed(c, arena_printf(a, "Merge %s?", both)))
		return EXIT_CODE_FAILED;
	if (!audit_begin(&d->session) || !prospect_forget_hold(&d->session, found[FROM].id) ||
	    !prospect_forget_hold(&d->session, found[INTO].id))
		return failed(d);
	int code = lock_both(c, d, found, now);
	if (code == EXIT_CODE_OK)
		code = write_all(c, d, now);
	if (code != EXIT_CODE_OK)
		return code;
	if (dry_run) { /* which the end of the session undoes */
		cli_say(stdout, "Would merge %s. Nothing was changed (--dry-run).\n", both);
		return EXIT_CODE_OK;
	}
	if (!audit_commit(&d->session))
		return failed(d);
	cli_say(stdout,
	    "Merged %s: contacts, words, answers, notes and history are the second's, and the row "
	    "of the first is gone.\n",
	    both);
	if (now[FROM].rep || now[INTO].rep)
		(void)puts("Who had one of them is told by salesreg outreach.");
	return EXIT_CODE_OK;
}

int prospect_run_merge(struct cli *c)
{
	if (c->count < BOTH)
		return cli_wrong(c, "which two prospects? FROM and INTO are needed");
	struct command_database d = {0};
	int code = command_database_open(&d, "prospect");
	if (code == EXIT_CODE_OK)
		code = merge(c, &d);
	command_database_close(&d);
	return code;
}
