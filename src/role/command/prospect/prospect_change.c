/*
 * salesreg prospect assign, reassign, unassign, status, note, edit, remove, forget: one transaction each, of the change and the row in
 * salesreg.audit. What reps hear follows from the table, as of any change by hand.
 */
#include "prospect_private.h"
#include "salesreg/base/text.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/role/command/rep/find_rep.h"
#include "salesreg/role/role.h"
#include "salesreg/store/audit.h"
#include "salesreg/store/prospect_changes.h"
#include <string.h>

enum { NOTE_BYTES = 4000 };

struct change {
	struct cli *c;
	struct command_database *d;
	struct prospect_now now;
	const char *who;        /* "Anna (p17)" */
	struct managed_rep rep; /* whom it goes to */
	struct prospect_fields fields;
	const char *text;           /* a status, or words */
	const char *said;           /* what was done, or would be, behind `who` */
	const char *before, *after; /* of salesreg.audit */
	int64_t messages;           /* that forget has blanked */
};

struct deed {
	const char *name;
	const char *missing;             /* what the second argument is; NULL: there is none */
	bool asks;                       /* before it is done */
	bool gives;                      /* to a rep: the rest of the arguments */
	int (*read)(struct change *ch);  /* the arguments, before anything is asked; may be NULL */
	int (*apply)(struct change *ch); /* the prospect is locked; an exit code */
};

static const char *or_nobody(const char *name)
{
	return name ? name : "nobody";
}

static bool is_open(const char *status)
{
	return status && (strcmp(status, "unreached") == 0 || strcmp(status, "contacted") == 0 ||
			     strcmp(status, "in_conversation") == 0);
}

static int failed(const struct change *ch)
{
	return command_database_failed(ch->d, "prospect");
}

/* What the arguments from the second on say, as one text. */
static const char *rest_of(struct cli *c)
{
	const char *text = c->words[1];
	for (size_t i = 2; i < c->count; i++)
		text = arena_printf(&c->arena, "%s %s", text, c->words[i]);
	return text;
}

/* Who has it --------------------------------------------------------------------------------------------------------------*/

static int give(struct change *ch, const char *rep, const char *name)
{
	struct arena *a = &ch->c->arena;
	if (!is_open(ch->now.status)) {
		cli_say(stderr,
		    "salesreg prospect: %s is %s; salesreg prospect status %s in_conversation "
		    "opens "
		    "it again\n",
		    ch->who, ch->now.status ? ch->now.status : "without a status", ch->now.id);
		return EXIT_CODE_FAILED;
	}
	if (rep ? ch->now.rep && strcmp(ch->now.rep, rep) == 0 : !ch->now.rep) {
		cli_say(
		    stderr, "salesreg prospect: %s is with %s already\n", ch->who, or_nobody(name));
		return EXIT_CODE_FAILED;
	}
	ch->before =
	    audit_json(a, json_pack("{ss? ss?}", "rep", ch->now.rep, "name", ch->now.rep_name));
	ch->after = audit_json(a, json_pack("{ss? ss?}", "rep", rep, "name", name));
	const char *from = ch->now.rep_name ? arena_printf(a, " from %s", ch->now.rep_name) : "";
	ch->said = rep ? arena_printf(a, "goes%s to %s", from, or_nobody(name))
		       : arena_printf(a, "goes back%s, and to whose turn it is", from);
	return prospect_changes_give(&ch->d->session, &ch->c->arena, ch->now.id, rep) ? EXIT_CODE_OK
										      : failed(ch);
}

static int assign(struct change *ch)
{
	return give(ch, ch->rep.id, ch->rep.name);
}

static int reassign(struct change *ch)
{
	if (ch->now.rep)
		return assign(ch);
	cli_say(stderr,
	    "salesreg prospect: %s is with nobody; salesreg prospect assign gives it to somebody\n",
	    ch->who);
	return EXIT_CODE_FAILED;
}

static int unassign(struct change *ch)
{
	return give(ch, NULL, NULL);
}

/* Status and notes --------------------------------------------------------------------------------------------------------*/

static const char *const statuses[] = {
    "unreached", "contacted", "in_conversation", "converted", "archived", NULL};

static int read_status(struct change *ch)
{
	ch->text = rest_of(ch->c);
	for (size_t i = 0; statuses[i]; i++)
		if (strcmp(statuses[i], ch->text) == 0)
			return EXIT_CODE_OK;
	return cli_wrong(ch->c, "%s is no status%s; there are %s", ch->text,
	    cli_guess(&ch->c->arena, ch->text, "", statuses),
	    cli_alternatives(&ch->c->arena, statuses));
}

static int set_status(struct change *ch)
{
	struct arena *a = &ch->c->arena;
	const char *why = cli_value(ch->c, "reason", NULL);
	const char *was = ch->now.status ? ch->now.status : "(none)";
	if (strcmp(was, ch->text) == 0) {
		cli_say(stderr, "salesreg prospect: %s is %s already\n", ch->who, was);
		return EXIT_CODE_FAILED;
	}
	bool opens = is_open(ch->text);
	const char *event = !opens ? ch->text : is_open(ch->now.status) ? "status" : "reopened";
	ch->before = audit_json(a, json_pack("{ss?}", "status", ch->now.status));
	ch->after = audit_json(a, json_pack("{ss ss*}", "status", ch->text, "reason", why));
	ch->said = arena_printf(a, "is %s from now on, and was %s", ch->text, was);
	const char *detail = strcmp(event, "status") == 0 ? ch->text : why;
	return prospect_changes_status(
		   &ch->d->session, &ch->c->arena, ch->now.id, ch->text, event, detail)
		   ? EXIT_CODE_OK
		   : failed(ch);
}

static int read_note(struct change *ch)
{
	const char *text = rest_of(ch->c);
	if (!*text_tidy(&ch->c->arena, text))
		return cli_wrong(ch->c, "the note is empty");
	if (strlen(text) > NOTE_BYTES)
		return cli_wrong(ch->c, "the note is longer than %d bytes", NOTE_BYTES);
	ch->text = text;
	return EXIT_CODE_OK;
}

static int note(struct change *ch)
{
	ch->after = audit_json(&ch->c->arena, json_pack("{ss}", "note", ch->text));
	ch->said = "has another note, which stands on the card";
	return prospect_changes_note(&ch->d->session, &ch->c->arena, ch->now.id, ch->text)
		   ? EXIT_CODE_OK
		   : failed(ch);
}

static int read_fields(struct change *ch)
{
	return prospect_read_fields(ch->c, &ch->fields);
}

static int edit(struct change *ch)
{
	const struct prospect_fields fields = ch->fields;
	json_t *before = json_object(), *after = json_object();
	const struct {
		const char *key, *was, *is;
	} rows[] = {{"name", ch->now.name, fields.name},
	    {"telegram", ch->now.telegram, fields.telegram}, {"email", ch->now.email, fields.email},
	    {"context", ch->now.context, fields.context}, {"notes", ch->now.notes, fields.notes}};
	const char *changed = "";
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!rows[i].is || strcmp(rows[i].is, rows[i].was ? rows[i].was : "") == 0)
			continue;
		(void)json_object_set_new(
		    before, rows[i].key, rows[i].was ? json_string(rows[i].was) : json_null());
		(void)json_object_set_new(after, rows[i].key, json_string(rows[i].is));
		changed = arena_printf(
		    &ch->c->arena, "%s%s%s", changed, *changed ? ", " : "", rows[i].key);
	}
	ch->before = audit_json(&ch->c->arena, before);
	ch->after = audit_json(&ch->c->arena, after);
	if (!*changed) {
		cli_say(stderr, "salesreg prospect: %s is so already\n", ch->who);
		return EXIT_CODE_FAILED;
	}
	ch->said = arena_printf(&ch->c->arena, "is changed: %s", changed);
	return prospect_changes_edit(&ch->d->session, ch->now.id, &fields) ? EXIT_CODE_OK
									   : failed(ch);
}

static int take_away(struct change *ch)
{
	const struct prospect_now *now = &ch->now;
	/* what is kept is that it was done; who they were goes with the row */
	ch->before = audit_json(
	    &ch->c->arena, json_pack("{ss? ss?}", "status", now->status, "rep", now->rep));
	ch->said =
	    "is removed, with answers, words and notes; what was sent and done before stays in "
	    "the history and the audit for as long as these are kept";
	return prospect_changes_remove(&ch->d->session, now->id) ? EXIT_CODE_OK : failed(ch);
}

static int forget(struct change *ch)
{
	struct arena *a = &ch->c->arena;
	const char *anew, *alike;
	if (!prospect_forget(&ch->d->session, a, ch->now.id, &anew, &alike, &ch->messages))
		return failed(ch);
	ch->now.id = anew; /* of the audit's row: who they were stands nowhere */
	ch->said = arena_printf(a,
	    "is forgotten: row, contacts, answers, words and notes, and %lld message%s; what is "
	    "counted stays as %s%s%s",
	    (long long)ch->messages, ch->messages == 1 ? "" : "s", anew,
	    alike ? ". The same person by their contacts, and not forgotten: " : "",
	    alike ? alike : "");
	return EXIT_CODE_OK;
}

/* One of them -------------------------------------------------------------------------------------------------------------*/

static const struct deed deeds[] = {
    {"assign", "REP", false, true, NULL, assign},
    {"reassign", "REP", false, true, NULL, reassign},
    {"unassign", NULL, false, false, NULL, unassign},
    {"status", "STATUS", false, false, read_status, set_status},
    {"note", "TEXT", false, false, read_note, note},
    {"edit", NULL, false, false, read_fields, edit},
    {"remove", NULL, true, false, NULL, take_away},
    {"forget", NULL, true, false, NULL, forget},
};

static bool write_audit(struct change *ch, const struct deed *deed)
{
	struct arena *a = &ch->c->arena;
	const struct audit_actor me = command_operator(a, ch->c->name);
	const struct audit_entry entry = {.action = deed->name,
	    .rep = ch->rep.id,
	    .prospect = ch->now.id,
	    .before = ch->before,
	    .after = ch->after};
	return audit_write(&ch->d->session, a, &me, &entry);
}

static void say_done(const struct change *ch)
{
	cli_say(stdout, "%s %s.\n", ch->who, ch->said);
	const char *name = ch->c->command->name;
	if (strcmp(name, "forget") == 0)
		cli_say(stdout, "What Telegram has shown to them and to the representative stays "
				"in these chats, "
				"without buttons. That they said STOP is kept, if they did.\n");
	else if ((ch->now.rep || ch->rep.id) && strcmp(name, "note") != 0)
		cli_say(stdout, "The representative is told by salesreg outreach.\n");
}

static int do_it(struct change *ch, const struct deed *deed, const struct listed_prospect *found)
{
	bool is_there, may = true, forgets = strcmp(deed->name, "forget") == 0;
	struct db_session *s = &ch->d->session;
	if (deed->asks && !prospect_changes_may_delete(s, &may))
		return failed(ch);
	if (!may) {
		cli_say(stderr, "salesreg prospect: this role may not delete from "
				"public.test_prospects; run it "
				"with the DATABASE_URL of the tables' owner\n");
		return EXIT_CODE_FAILED;
	}
	/* a long look, with nobody waiting for it; what it does need not be undone */
	if (forgets && !cli_has(ch->c, "dry-run") &&
	    !prospect_forget_history(s, found->id, &ch->messages))
		return failed(ch);
	if (!audit_begin(s) || (forgets && !prospect_forget_hold(s, found->id)) ||
	    !prospect_changes_lock(&ch->d->session, &ch->c->arena, found->id, &is_there, &ch->now))
		return failed(ch);
	if (!is_there) {
		cli_say(stderr, "salesreg prospect: %s was deleted just now\n", found->id);
		return EXIT_CODE_FAILED;
	}
	ch->who =
	    arena_printf(&ch->c->arena, "%s (%s)", ch->now.name ? ch->now.name : "-", ch->now.id);
	int code = deed->apply(ch);
	if (code != EXIT_CODE_OK)
		return code;
	if (!write_audit(ch, deed))
		return failed(ch);
	if (cli_has(ch->c, "dry-run")) { /* which the end of the session undoes */
		cli_say(stdout, "dry run: %s %s. Nothing was changed.\n", ch->who, ch->said);
		return EXIT_CODE_OK;
	}
	if (!audit_commit(&ch->d->session))
		return failed(ch);
	say_done(ch);
	return EXIT_CODE_OK;
}

static int change(struct change *ch, const struct deed *deed)
{
	struct arena *a = &ch->c->arena;
	struct listed_prospect found = {0};
	int code =
	    deed->gives ? prospect_find_rep(ch->c, ch->d, rest_of(ch->c), &ch->rep) : EXIT_CODE_OK;
	if (code == EXIT_CODE_OK)
		code = prospect_find(ch->c, ch->d, deed->missing ? 1 : ch->c->count, &found);
	if (code != EXIT_CODE_OK)
		return code;
	const char *question = arena_printf(a, "%s %s (%s), with answers, words and notes?",
	    strcmp(deed->name, "forget") == 0 ? "Forget" : "Remove", found.name ? found.name : "-",
	    found.id);
	if (deed->asks && !cli_has(ch->c, "dry-run") && !cli_confirmed(ch->c, question))
		return EXIT_CODE_FAILED;
	return do_it(ch, deed, &found);
}

int prospect_run_change(struct cli *c)
{
	const struct deed *deed = deeds;
	while (strcmp(deed->name, c->command->name) != 0)
		deed++;
	if (c->count == 0)
		return cli_wrong(c, "which prospect? WHO is missing");
	if (deed->missing && c->count == 1)
		return cli_wrong(c, "%s is missing", deed->missing);
	struct command_database d = {0};
	struct change ch = {.c = c, .d = &d};
	int code = deed->read ? deed->read(&ch) : EXIT_CODE_OK;
	if (code == EXIT_CODE_OK)
		code = command_database_open(&d, "prospect");
	if (code == EXIT_CODE_OK)
		code = change(&ch, deed);
	command_database_close(&d);
	return code;
}

const struct cli_option prospect_change_options[] = {
    CLI_DRY_RUN_OPTION,
    {.name = NULL},
};
const struct cli_option prospect_status_options[] = {
    {.name = "reason", .value = "TEXT", .help = "why; it stands in the history and on the card"},
    CLI_DRY_RUN_OPTION,
    {.name = NULL},
};
const struct cli_option prospect_remove_options[] = {
    CLI_YES_OPTION,
    CLI_DRY_RUN_OPTION,
    {.name = NULL},
};
