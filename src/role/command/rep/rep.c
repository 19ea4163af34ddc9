#include "rep_private.h"
#include "salesreg/app/bot/invite.h"
#include "salesreg/app/link_token.h"
#include "salesreg/domain/contact/email.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/role/command/qr.h"
#include "salesreg/role/database.h"
#include "salesreg/role/role.h"
#include "salesreg/store/invites.h"
#include <stdio.h>
#include <string.h>

enum { APPROVAL_BY_INVITATION = 2 };

struct wish {
	const char *email;
	int64_t days;
	bool qr, json, dry_run;
};

const char *rep_email_fault(const struct config *config, struct arena *a, const char *email,
    const char **address, const char **key)
{
	const char *const *domains;
	size_t count;
	if (email_domains_parse(config->email_domains, a, &domains, &count) != ERR_OK)
		return "CORPORATE_EMAIL_DOMAIN is not usable; see salesreg doctor";
	switch (email_check(email, domains, count, a, address, key)) {
	case EMAIL_OK:
		return NULL;
	case EMAIL_WRONG_DOMAIN:
		return "the address is in none of the domains of CORPORATE_EMAIL_DOMAIN, so nobody "
		       "could register with it";
	case EMAIL_MALFORMED:
	case EMAIL_FOREIGN_LETTER:
	case EMAIL_TOO_LONG:
		break;
	}
	return "that is no e-mail address";
}

/* link NULL: there would be one. */
static void print(const struct wish *wish, const char *link, int64_t ends_us)
{
	char ends[64];
	cli_time(ends, sizeof ends, ends_us);
	if (wish->json) {
		json_t *out = json_pack("{s:s?, s:f, s:s*}", "link", link, "ends_at",
		    (double)ends_us / 1e6, "email", wish->email);
		cli_json(out);
		return;
	}
	if (!link) {
		cli_say(stdout,
		    "Would make a link with which one person can register%s%s, until %s. Nothing "
		    "was changed (--dry-run).\n",
		    wish->email ? " as " : "", wish->email ? wish->email : "", ends);
		return;
	}
	cli_say(stdout, "%s\n", link);
	qr_print(link, wish->qr);
	cli_say(stdout, "One person can register with it%s%s, until %s.\n",
	    wish->email ? ", as " : "", wish->email ? wish->email : "", ends);
}

static int invite(struct command_database *d, struct arena *a, const struct wish *wish)
{
	const char *key = NULL, *address, *username;
	int64_t ends_us;
	const char *fault =
	    wish->email ? rep_email_fault(&d->config, a, wish->email, &address, &key) : NULL;
	if (fault) {
		cli_say(stderr, "salesreg rep: %s\n", fault);
		return EXIT_CODE_FAILED;
	}
	int code = command_bot_username(d, a, "rep", &username);
	if (code != EXIT_CODE_OK)
		return code;
	const char *payload = invite_make(a);
	const struct invite_new fresh = {
	    .hash = link_token_hash(a, payload), .email_key = key, .days = wish->days};
	const struct audit_actor me = command_operator(a, "rep invite");
	const struct audit_entry entry = {
	    .action = "invite", .after = audit_json(a, json_pack("{ss?}", "email", key))};
	if (!audit_begin(&d->session) || !invites_create_now(&d->session, a, &fresh, &ends_us) ||
	    !audit_write(&d->session, a, &me, &entry) ||
	    /* a dry run is undone by the end of the session */
	    (!wish->dry_run && !audit_commit(&d->session)))
		return command_database_failed(d, "rep");
	print(wish, wish->dry_run ? NULL : invite_link(a, username, payload), ends_us);
	if (d->config.registration_approval != APPROVAL_BY_INVITATION)
		(void)fputs("Nobody needs it: REGISTRATION_APPROVAL is not invite here.\n", stderr);
	return EXIT_CODE_OK;
}

static int run_invite(struct cli *c)
{
	const struct wish wish = {.email = cli_value(c, "email", NULL),
	    .days = cli_number(c, "days", INVITE_DAYS),
	    .qr = cli_has(c, "qr"),
	    .json = cli_has(c, "json"),
	    .dry_run = cli_has(c, "dry-run")};
	struct command_database d = {0};
	int code = command_database_open(&d, "rep");
	if (code == EXIT_CODE_OK)
		code = invite(&d, &c->arena, &wish);
	command_database_close(&d);
	return code;
}

static const struct cli_option invite_options[] = {
    {.name = "email", .value = "ADDRESS", .help = "good for this address only"},
    {.name = "days",
	.value = "N",
	.help = "how long it is good, 7 unless given, 90 at most",
	.least = 1,
	.most = INVITE_DAYS_MAX},
    {.name = "qr", .help = "the QR code where there is no terminal, too"},
    {.name = "dry-run", .help = "says what would be made, and changes nothing"},
    {.name = "json", .help = "as JSON, for programs"},
    {.name = NULL},
};

static const struct cli_command commands[] = {
    {.name = "list",
	.brief = "reps: with how many prospects, reached or not, with which calendar",
	.help = "Lists reps: who they are, how many open prospects they have of how many they may "
		"have, whether they can be reached, whether a calendar is connected, and when "
		"their conversation with the bot last changed.",
	.options = rep_list_options,
	.run = rep_run_list},
    {.name = "show",
	.arguments = "WHO",
	.arguments_most = CLI_ANY_NUMBER,
	.brief = "all that is known of one",
	.help = "All that is known of one rep. " REP_WHO_HELP,
	.options = rep_show_options,
	.run = rep_run_show},
    {.name = "approve",
	.arguments = "WHO",
	.arguments_most = CLI_ANY_NUMBER,
	.brief = "takes the application of one who waits for it",
	.help = "Takes the application of one who waits for approval. Where e-mail is proven by a "
		"code (SMTP_URL) and theirs is not, they are asked to register once more, as by "
		"the button in the chat, and the exit code is 1. " REP_WHO_HELP,
	.options = rep_change_options,
	.run = rep_run_change},
    {.name = "reject",
	.arguments = "WHO",
	.arguments_most = CLI_ANY_NUMBER,
	.brief = "declines the application of one who waits",
	.help = "Declines the application of one who waits for approval. The admins who were shown "
		"it in the chat see that it is decided. " REP_WHO_HELP,
	.options = rep_reject_options,
	.run = rep_run_change},
    {.name = "suspend",
	.arguments = "WHO",
	.arguments_most = CLI_ANY_NUMBER,
	.brief = "nothing new for one, and open prospects go to others",
	.help = "Suspends a rep: they get no prospects, and their open ones go on to others. The "
		"calendar stays connected, the e-mail address stays theirs. " REP_WHO_HELP,
	.options = rep_change_sure_options,
	.run = rep_run_change},
    {.name = "reactivate",
	.arguments = "WHO",
	.arguments_most = CLI_ANY_NUMBER,
	.brief = "ends a suspension",
	.help = "Ends a suspension: the rep gets prospects again. " REP_WHO_HELP,
	.options = rep_change_options,
	.run = rep_run_change},
    {.name = "remove",
	.arguments = "WHO",
	.arguments_most = CLI_ANY_NUMBER,
	.brief = "unregisters one, and open prospects go to others",
	.help = "Unregisters a rep, as they could themselves: open prospects go on to others, the "
		"calendar is disconnected, the e-mail address is free. The row stays in the "
		"table, and so does what happened. " REP_WHO_HELP,
	.options = rep_change_sure_options,
	.run = rep_run_change},
    {.name = "set-name",
	.arguments = "WHO NAME",
	.arguments_most = CLI_ANY_NUMBER,
	.brief = "changes a name",
	.help = "Changes the name of a rep. WHO is one word: an e-mail address, an @name, a "
		"Telegram account, an id or a part of the name; all behind it is the new name.",
	.options = rep_change_options,
	.run = rep_run_change},
    {.name = "set-email",
	.arguments = "WHO ADDRESS",
	.arguments_most = 2,
	.brief = "changes an e-mail address",
	.help = "Changes the e-mail address of a rep, to one of CORPORATE_EMAIL_DOMAIN that nobody "
		"else has. No code is asked for.",
	.options = rep_change_options,
	.run = rep_run_change},
    {.name = "set-capacity",
	.arguments = "WHO N | WHO default",
	.arguments_most = 2,
	.brief = "how many open prospects one may have",
	.help =
	    "Sets how many open prospects a rep may have, instead of MAX_PROSPECTS_PER_REP. Who "
	    "has more keeps them, and gets new ones when there are fewer.",
	.options = rep_change_options,
	.run = rep_run_change},
    {.name = "set-admin",
	.arguments = "WHO on|off",
	.arguments_most = 2,
	.brief = "makes an admin of a rep, or takes the rights away",
	.help =
	    "An admin approves reps, sees all reps and prospects, and changes them, in the "
	    "chat with the bot. Only an active rep is one; who has another Telegram account, or "
	    "is unregistered and comes back, is none until made one again. Accounts in "
	    "ADMIN_TELEGRAM_IDS are admins in any case. The only admin keeps the rights.",
	.options = rep_change_options,
	.run = rep_run_change},
    {.name = "pause",
	.arguments = "WHO",
	.arguments_most = CLI_ANY_NUMBER,
	.brief = "nothing new for one, for a time or until resume",
	.help = "A rep who is paused gets no new prospects, but for people who are theirs already, "
		"and keeps all there are. " REP_WHO_HELP,
	.options = rep_pause_options,
	.run = rep_run_change},
    {.name = "resume",
	.arguments = "WHO",
	.arguments_most = CLI_ANY_NUMBER,
	.brief = "ends a pause",
	.help = "Ends a pause: the rep gets new prospects again. " REP_WHO_HELP,
	.options = rep_change_options,
	.run = rep_run_change},
    {.name = "add",
	.arguments = "ACCOUNT ADDRESS NAME",
	.arguments_most = CLI_ANY_NUMBER,
	.brief = "registers one without the chat",
	.help =
	    "Registers a rep without the chat: the Telegram account (a number), an e-mail address "
	    "of CORPORATE_EMAIL_DOMAIN, and the name. A bot cannot write first: who has not "
	    "opened it yet gets nothing until they do. Who was removed comes back.",
	.options = rep_add_options,
	.run = rep_run_add},
    {.name = "merge",
	.arguments = "FROM INTO",
	.arguments_most = 2,
	.brief = "makes one of two rows that are one person",
	.help =
	    "All prospects of the first are the second's, and the first is unregistered. For one "
	    "person who is in the table twice. FROM and INTO are one word each: an id, an "
	    "e-mail address, an @name, a Telegram account.",
	.options = rep_change_sure_options,
	.run = rep_run_merge},
    {.name = "invite",
	.brief = "makes a link with which one person can register",
	.help = "Makes a link with which one person can register as a rep "
		"(REGISTRATION_APPROVAL=invite), "
		"and prints it, on a terminal with a QR code. The first who opens it has it; it "
		"cannot be "
		"shown again.",
	.options = invite_options,
	.run = run_invite},
    {.name = "resend-code",
	.arguments = "WHO",
	.arguments_most = 1,
	.brief = "another mail with a code, for one who waits for it",
	.help = "Mails another code to one who registers, or changes an e-mail address, and waits "
		"for it (SMTP_URL); the code before is good no more. The limits of what people ask "
		"for themselves do not count. WHO is the e-mail address that it goes to, or a "
		"Telegram account.",
	.options = rep_change_options,
	.run = rep_run_resend_code},
    {.name = "set-hours",
	.arguments = "WHO [HOURS…]",
	.arguments_most = CLI_ANY_NUMBER,
	.brief = "when a rep can be met: mon-fri 10-13 14-19, off 2026-12-31",
	.help = "Sets when a rep can be met, and shows what is set. HOURS are as a person would "
		"write them, in English or Russian: \"mon-fri 10-13 14-19, sat 11-15\", "
		"\"weekdays 9am-5pm\"; they replace those there were. Days off are added by \"off "
		"2026-12-31\" or \"vacation dec 28 to jan 10\", and taken back by \"working "
		"2026-12-31\". With nothing to be set it only shows.",
	.options = rep_hours_options,
	.run = rep_run_set_hours},
    {.name = "slots",
	.arguments = "WHO",
	.arguments_most = 1,
	.brief = "when a rep is free to be met",
	.help =
	    "Shows when a rep can be met: working hours, without days off, what calendars are "
	    "known to have, buffers, notice and horizon (see set-hours), each time in the rep's "
	    "time zone. Of a calendar that could not be read, or not within the last hour, nothing "
	    "is known, so nothing is free.",
	.options = rep_slots_options,
	.run = rep_run_slots},
    {.name = NULL},
};

const struct cli_command command_rep = {
    .name = "rep",
    .brief = "reps: who they are, what they may, when they can be met",
    .help =
	"Shows who the reps are, changes what they may, invites people to register as reps, where "
	"REGISTRATION_APPROVAL is invite, and sets when reps can be met.",
    .commands = commands,
};
