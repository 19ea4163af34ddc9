#include "salesreg/app/bot/invite.h"
#include "salesreg/base/buf.h"
#include "salesreg/domain/contact/email.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/role/database.h"
#include "salesreg/role/qr.h"
#include "salesreg/role/role.h"
#include "salesreg/role/usage.h"
#include "salesreg/store/invites.h"
#include "salesreg/store/operators.h"
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ARENA_MAXIMUM = 1024 * 1024, QR_BYTES = 256 * 1024, APPROVAL_BY_INVITATION = 2 };

static const char usage[] =
    "usage: salesreg rep invite [--email ADDRESS] [--days N] [--qr] [--json]\n"
    "Makes a link with which one person can register as a rep (REGISTRATION_APPROVAL=invite), and "
    "prints it,\n"
    "on a terminal with a QR code. The first who opens it has it; it cannot be shown again.\n"
    "  --email  good for this address only\n"
    "  --days   how long it is good, 7 unless given, 90 at most\n"
    "  --qr     the QR code where there is no terminal, too\n";

struct wish {
	const char *email;
	int64_t days;
	bool qr, json;
};

static bool read_days(const char *word, int64_t *days)
{
	char *end;
	errno = 0;
	*days = strtoll(word, &end, 10);
	return errno == 0 && end != word && !*end && *days >= 1 && *days <= INVITE_DAYS_MAX;
}

/* NULL, or what is wrong with it. */
static const char *email_fault(
    const struct config *config, struct arena *a, const char *email, const char **key)
{
	const char *const *domains;
	const char *address;
	size_t count;
	if (email_domains_parse(config->email_domains, a, &domains, &count) != ERR_OK)
		return "CORPORATE_EMAIL_DOMAIN is not usable; see salesreg doctor";
	switch (email_check(email, domains, count, a, &address, key)) {
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

static void print(const struct wish *wish, const char *link, int64_t ends_us)
{
	char ends[64];
	cli_time(ends, sizeof ends, ends_us);
	if (wish->json) {
		json_t *out = json_pack("{s:s, s:f, s:s*}", "link", link, "ends_at",
		    (double)ends_us / 1e6, "email", wish->email);
		cli_json(out);
		return;
	}
	cli_say(stdout, "%s\n", link);
	struct buf code;
	buf_init(&code, QR_BYTES);
	if ((wish->qr || isatty(STDOUT_FILENO)) && qr_draw(link, &code))
		(void)fputs(buf_text(&code), stdout);
	buf_finish(&code);
	cli_say(stdout, "One person can register with it%s%s, until %s.\n",
	    wish->email ? ", as " : "", wish->email ? wish->email : "", ends);
}

static int invite(struct command_database *d, struct arena *a, const struct wish *wish)
{
	const char *key = NULL, *username;
	int64_t bot_id, ends_us;
	const char *fault = wish->email ? email_fault(&d->config, a, wish->email, &key) : NULL;
	if (fault) {
		cli_say(stderr, "salesreg rep: %s\n", fault);
		return EXIT_CODE_FAILED;
	}
	if (!operators_bot(&d->session, a, &bot_id, &username))
		return command_database_failed(d, "rep");
	if (!username || !*username) {
		(void)fputs("salesreg rep: the bot's name is not known yet; start `salesreg bot` "
			    "once, then repeat this\n",
		    stderr);
		return EXIT_CODE_FAILED;
	}
	const char *payload = invite_make(a);
	const struct invite_new fresh = {
	    .hash = invite_hash(a, payload), .email_key = key, .days = wish->days};
	if (!invites_create_now(&d->session, a, &fresh, &ends_us))
		return command_database_failed(d, "rep");
	print(wish, invite_link(a, username, payload), ends_us);
	if (d->config.registration_approval != APPROVAL_BY_INVITATION)
		(void)fputs("Nobody needs it: REGISTRATION_APPROVAL is not invite here.\n", stderr);
	return EXIT_CODE_OK;
}

int role_rep(int argc, char **argv)
{
	static const struct option options[] = {{"email", required_argument, NULL, 'e'},
	    {"days", required_argument, NULL, 'd'}, {"qr", no_argument, NULL, 'q'},
	    {"json", no_argument, NULL, 'j'}, {NULL, 0, NULL, 0}};
	struct wish wish = {.days = INVITE_DAYS};
	if (usage_asked(argc, argv, usage))
		return EXIT_CODE_OK;
	opterr = 0;
	for (int option; (option = getopt_long(argc, argv, ":", options, NULL)) != -1;) {
		if (option == '?' || option == ':')
			return usage_wrong_option("rep invite", option, argv);
		if (option == 'd' && !read_days(optarg, &wish.days))
			return usage_wrong("rep invite", "--days %s: it is a number from 1 to %d",
			    optarg, INVITE_DAYS_MAX);
		if (option == 'e')
			wish.email = optarg;
		wish.qr |= option == 'q';
		wish.json |= option == 'j';
	}
	if (argc == optind)
		return usage_wrong("rep", "what shall it do? invite");
	if (strcmp(argv[optind], "invite") != 0)
		return usage_wrong("rep", "unknown command %s: it is invite", argv[optind]);
	if (argc > optind + 1)
		return usage_unexpected("rep invite", argv[optind + 1]);
	struct command_database d = {0};
	struct arena a;
	arena_init(&a, ARENA_MAXIMUM);
	int code = command_database_open(&d, "rep");
	if (code == EXIT_CODE_OK)
		code = invite(&d, &a, &wish);
	command_database_close(&d);
	arena_finish(&a);
	return code;
}
