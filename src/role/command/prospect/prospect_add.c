/* salesreg prospect add; and the fields of a prospect as options, which edit takes as well. */
#include "prospect_private.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/contact/contact.h"
#include "salesreg/domain/contact/email.h"
#include "salesreg/domain/contact/name.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/role/command/rep/find_rep.h"
#include "salesreg/role/role.h"
#include "salesreg/store/audit.h"
#include <string.h>

enum { TEXT_BYTES = 4000 };

/* NULL: it is good, or not given; "" takes a value away. */
static const char *name_fault(struct cli *c, const char **name)
{
	if (!*name || !**name)
		return NULL;
	const char *checked;
	enum name_verdict verdict = name_check(*name, &c->arena, &checked);
	if (!checked)
		return name_verdict_name(verdict);
	*name = checked;
	return NULL;
}

static int wrong(const char *what, const char *why)
{
	cli_say(stderr, "salesreg prospect: %s: %s\n", what, why);
	return EXIT_CODE_FAILED;
}

int prospect_read_fields(struct cli *c, struct prospect_fields *fields)
{
	*fields = (struct prospect_fields){.name = cli_value(c, "name", NULL),
	    .telegram = cli_value(c, "telegram", NULL),
	    .email = cli_value(c, "email", NULL),
	    .context = cli_value(c, "context", NULL),
	    .notes = cli_value(c, "notes", NULL)};
	if (!fields->name && !fields->telegram && !fields->email && !fields->context &&
	    !fields->notes)
		return cli_wrong(
		    c, "nothing is given: --name, --telegram, --email, --context, --notes");
	const char *fault = name_fault(c, &fields->name);
	if (fault)
		return wrong("the name", fault);
	struct contact contact;
	if (fields->telegram && *fields->telegram) {
		if (contact_parse(fields->telegram, &c->arena, &contact) != CONTACT_NO_PROBLEM)
			return wrong(fields->telegram,
			    "that is no @name, Telegram id or phone number with its country");
		fields->telegram = contact.shown;
	}
	if (fields->email && *fields->email) {
		if (!email_key(fields->email, &c->arena))
			return wrong(fields->email, "that is no e-mail address");
		fields->email = text_tidy(&c->arena, fields->email);
	}
	if ((fields->context && strlen(fields->context) > TEXT_BYTES) ||
	    (fields->notes && strlen(fields->notes) > TEXT_BYTES))
		return wrong("context and notes", "4,000 bytes each at most");
	return EXIT_CODE_OK;
}

int prospect_find_rep(
    struct cli *c, struct command_database *d, const char *who, struct managed_rep *rep)
{
	int code = find_rep(d, &c->arena, "prospect", who, rep);
	if (code != EXIT_CODE_OK || (rep->status && strcmp(rep->status, "active") == 0))
		return code;
	cli_say(stderr, "salesreg prospect: %s has the status %s, and gets no prospects\n",
	    rep->name ? rep->name : rep->id, rep->status ? rep->status : "(none)");
	return EXIT_CODE_FAILED;
}

/* Who is there already by the same contact, which is said then. An exit code. */
static int look_for(struct cli *c, struct command_database *d, const struct prospect_fields *fields,
    const struct contact *contact)
{
	struct prospect_now found;
	bool any;
	bool has = contact->kind != CONTACT_NONE;
	if (!prospect_changes_alike(&d->session, &c->arena,
		has ? contact_kind_name(contact->kind) : NULL, has ? contact->value : NULL,
		fields->email ? email_key(fields->email, &c->arena) : NULL, &any, &found))
		return command_database_failed(d, "prospect");
	if (!any || cli_has(c, "anyway"))
		return EXIT_CODE_OK;
	cli_say(stderr,
	    "salesreg prospect: this is %s (%s) already, status %s, with %s; --anyway adds one "
	    "more\n",
	    found.name ? found.name : "-", found.id, found.status ? found.status : "(none)",
	    found.rep_name ? found.rep_name : "nobody");
	return EXIT_CODE_FAILED;
}

static int write_one(struct cli *c, struct command_database *d,
    const struct prospect_fields *fields, const struct managed_rep *rep)
{
	struct arena *a = &c->arena;
	const char *id;
	const struct audit_actor me = command_operator(a, c->name);
	struct contact contact;
	(void)contact_parse(fields->telegram, a, &contact);
	if (!audit_begin(&d->session))
		return command_database_failed(d, "prospect");
	int code = look_for(c, d, fields, &contact);
	if (code != EXIT_CODE_OK)
		return code;
	if (!prospect_changes_add(&d->session, a, fields, rep->id, &id))
		return command_database_failed(d, "prospect");
	const struct audit_entry entry = {.action = "add",
	    .prospect = id,
	    .rep = rep->id,
	    .after = audit_json(a, json_pack("{ss* ss* ss* ss*}", "name", fields->name, "telegram",
				       fields->telegram, "email", fields->email, "contact",
				       contact.kind == CONTACT_NONE
					   ? NULL
					   : arena_printf(a, "%s %s",
						 contact_kind_name(contact.kind), contact.value)))};
	if (!audit_write(&d->session, a, &me, &entry))
		return command_database_failed(d, "prospect");
	if (cli_has(c, "dry-run")) {
		cli_say(stdout, "It would be added. Nothing was changed (--dry-run).\n");
		return EXIT_CODE_OK;
	}
	if (!audit_commit(&d->session))
		return command_database_failed(d, "prospect");
	cli_say(stdout, "%s is added as %s, and goes to %s.\n", fields->name, id,
	    rep->name ? rep->name : "whose turn it is");
	return EXIT_CODE_OK;
}

static int add(struct cli *c, struct command_database *d, const struct prospect_fields *fields)
{
	struct managed_rep rep = {0};
	const char *wanted = cli_value(c, "rep", NULL);
	int code = wanted ? prospect_find_rep(c, d, wanted, &rep) : EXIT_CODE_OK;
	return code == EXIT_CODE_OK ? write_one(c, d, fields, &rep) : code;
}

int prospect_run_add(struct cli *c)
{
	struct command_database d = {0};
	struct prospect_fields fields;
	int code = prospect_read_fields(c, &fields);
	if (code == EXIT_CODE_OK && !(fields.name && *fields.name) &&
	    !(fields.telegram && *fields.telegram) && !(fields.email && *fields.email))
		code = cli_wrong(c, "nobody is given: --name, --telegram or --email");
	if (!fields.name || !*fields.name) /* as an import does */
		fields.name = fields.telegram && *fields.telegram ? fields.telegram : fields.email;
	if (code == EXIT_CODE_OK)
		code = command_database_open(&d, "prospect");
	if (code == EXIT_CODE_OK)
		code = add(c, &d, &fields);
	command_database_close(&d);
	return code;
}

#define FIELDS                                                                                     \
	{.name = "name", .value = "NAME", .help = "the name"},                                     \
	    {.name = "telegram",                                                                   \
		.value = "CONTACT",                                                                \
		.help = "an @name, a Telegram id, or a phone number with its country"},            \
	    {.name = "email", .value = "ADDRESS", .help = "the e-mail address"},                   \
	    {.name = "context", .value = "TEXT", .help = "what they look for"},                    \
	{                                                                                          \
		.name = "notes", .value = "TEXT", .help = "what else is known of them"             \
	}

const struct cli_option prospect_add_options[] = {
    FIELDS,
    {.name = "rep", .value = "REP", .help = "who gets it, instead of whose turn it is"},
    {.name = "anyway", .help = "also if somebody with this contact is there already"},
    CLI_DRY_RUN_OPTION,
    {.name = NULL},
};
const struct cli_option prospect_edit_options[] = {
    FIELDS,
    CLI_DRY_RUN_OPTION,
    {.name = NULL},
};
