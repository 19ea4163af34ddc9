#include "salesreg/app/bot/ask_telegram.h"
#include "salesreg/base/json.h"
#include "salesreg/base/text.h"
#include "salesreg/role/cli/text.h"
#include "salesreg/role/database.h"
#include "salesreg/role/role.h"
#include "salesreg/store/operators.h"
#include <stdio.h>
#include <string.h>

enum { ANSWER_MS = 10000 };

static const char *named(struct arena *a, int64_t bot_id, const char *username)
{
	return username && *username ? arena_printf(a, "@%s (%lld)", username, (long long)bot_id)
				     : arena_printf(a, "bot %lld", (long long)bot_id);
}

/* False: Telegram does not know the token, or cannot be asked; it is said. */
static bool ask_name(const struct config *config, struct arena *a, const char **username)
{
	char description[TELEGRAM_DESCRIPTION_BYTES];
	json_t *me;
	enum telegram_class class =
	    ask_telegram(config, "getMe", "{}", ANSWER_MS, &me, description);
	const char *name = json_string_value(json_object_get(me, "username"));
	*username = name ? text_for_terminal(arena_strdup(a, name)) : NULL;
	json_decref(me);
	if (class == TELEGRAM_OK)
		return true;
	cli_say(stderr,
	    "salesreg adopt-bot: Telegram cannot be asked for the new bot's name: %s%s\n",
	    description,
	    class == TELEGRAM_TOKEN ? "; copy REGISTRY_BOT_TOKEN again from @BotFather" : "");
	return false;
}

static int adopt(struct command_database *d, struct cli *c)
{
	struct arena *a = &c->arena;
	int64_t old_id, reps, messages, bot_id = telegram_token_bot_id(&d->config.bot_token);
	const char *old_name, *username;
	bool leads;
	if (!operators_bot(&d->session, a, &old_id, &old_name) ||
	    !operators_to_tell(&d->session, &reps, &messages) ||
	    !operators_leader(&d->session, a, NULL, &leads))
		return command_database_failed(d, "adopt-bot");
	if (old_id == 0 || old_id == bot_id) {
		(void)printf(old_id
				 ? "this database serves bot %lld already; nothing to do\n"
				 : "this database serves no bot yet: start `salesreg bot`, and it "
				   "serves bot %lld\n",
		    (long long)bot_id);
		return EXIT_CODE_OK;
	}
	if (leads) {
		(void)fputs(
		    "salesreg adopt-bot: a bot works with this database now; stop it first\n",
		    stderr);
		return EXIT_CODE_FAILED;
	}
	if (!ask_name(&d->config, a, &username))
		return EXIT_CODE_FAILED;
	/* what a table says, which others may write */
	if (old_name)
		old_name = text_for_terminal(arena_strdup(a, old_name));
	const char *new_bot = named(a, bot_id, username), *old_bot = named(a, old_id, old_name);
	(void)printf(
	    "%s takes the place of %s.\n"
	    "Reps stay registered and keep their prospects (%lld now), but %s may not write\n"
	    "to anyone yet: each rep has to open https://t.me/%s and press Start. Until then\n"
	    "messages wait (%lld now). Buttons of old messages do nothing any more;\n"
	    "\"my clients\" in the new chat shows them anew.\n",
	    new_bot, old_bot, (long long)reps, new_bot, username ? username : "",
	    (long long)messages);
	if (cli_has(c, "dry-run")) {
		(void)puts("Nothing was changed (--dry-run).");
		return EXIT_CODE_OK;
	}
	if (!cli_confirmed(c, "Go on?"))
		return EXIT_CODE_FAILED;
	const struct audit_entry entry = {.action = "adopt-bot",
	    .before = audit_json(a, json_pack("{sI}", "bot", (json_int_t)old_id)),
	    .after = audit_json(a, json_pack("{sI}", "bot", (json_int_t)bot_id))};
	if (!audit_begin(&d->session) || !operators_adopt(&d->session, a, bot_id) ||
	    !audit_by_operator(d, a, c->name, &entry) || !audit_commit(&d->session))
		return command_database_failed(d, "adopt-bot");
	(void)printf(
	    "Done: this database serves %s now. Start `salesreg bot`, and send the reps the link "
	    "above.\n",
	    new_bot);
	return EXIT_CODE_OK;
}

static int run(struct cli *c)
{
	struct command_database d = {0};
	int code =
	    command_database_open_for(&d, "adopt-bot", CONFIG_NEEDS_DATABASE | CONFIG_NEEDS_TOKEN);
	if (code == EXIT_CODE_OK)
		code = adopt(&d, c);
	command_database_close(&d);
	return code;
}

static const struct cli_option options[] = {
    CLI_YES_OPTION,
    CLI_DRY_RUN_OPTION,
    {.name = NULL},
};

const struct cli_command command_adopt_bot = {
    .name = "adopt-bot",
    .brief = "makes another bot take the place of the one served so far",
    .help = "Makes the bot of REGISTRY_BOT_TOKEN take the place of the one that the database has "
	    "served so far. The "
	    "bot must not be running. Everything is kept; but a bot can write only to people who "
	    "have opened it, so "
	    "every rep has to do that once.",
    .options = options,
    .run = run,
};
