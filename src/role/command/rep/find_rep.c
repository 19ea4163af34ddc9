#include "salesreg/role/command/rep/find_rep.h"
#include "salesreg/domain/contact/email.h"
#include "salesreg/role/cli/cli.h"
#include "salesreg/role/cli/text.h"
#include <strings.h>

enum { ALIKE_SHOWN = 10 };

const char *rep_telegram(struct arena *a, const struct managed_rep *rep)
{
	const char *name = rep->username;
	while (name && *name == '@')
		name++;
	return name && *name ? arena_printf(a, "@%s", name)
			     : arena_printf(a, "%lld", (long long)rep->telegram_id);
}

int find_rep(struct command_database *d, struct arena *a, const char *command, const char *who,
    struct managed_rep *found)
{
	struct managed_rep *rows;
	size_t count;
	if (!managed_reps_list(&d->session, a, NULL, who, "name", ALIKE_SHOWN + 1, &rows, &count))
		return command_database_failed(d, command);
	size_t named = 0; /* "Anna" is hers, although there is an Anna Maria */
	for (size_t i = 0; i < count; i++)
		if (rows[i].name && strcasecmp(rows[i].name, who) == 0 && named++ == 0)
			*found = rows[i];
	if (named == 1)
		return EXIT_CODE_OK;
	if (count == 1) {
		*found = rows[0];
		return EXIT_CODE_OK;
	}
	if (count == 0)
		cli_say(stderr,
		    "salesreg %s: no rep is known as %s; give an e-mail address, an @name, a "
		    "Telegram account, an id or a part of the name, or see salesreg rep list\n",
		    command, who);
	else
		cli_say(stderr, "salesreg %s: which of these? Give the id:\n", command);
	for (size_t i = 0; i < count && i < ALIKE_SHOWN; i++)
		cli_say(stderr, "  %s  %s, %s, %s, %s\n", rows[i].id,
		    rows[i].name ? rows[i].name : "-", rows[i].email ? rows[i].email : "-",
		    rep_telegram(a, &rows[i]), rows[i].status ? rows[i].status : "no status");
	if (count > ALIKE_SHOWN)
		cli_say(stderr, "  … and more\n");
	return EXIT_CODE_FAILED;
}

int find_rep_owner(struct command_database *d, struct arena *a, const char *command,
    const char *who, struct hours_owner *owner)
{
	const char *key = email_key(who, a);
	struct managed_rep found = {.id = NULL};
	*owner = (struct hours_owner){.id = NULL};
	if (key && !hours_owner(&d->session, a, key, owner))
		return command_database_failed(d, command);
	if (owner->id)
		return EXIT_CODE_OK;
	int code = find_rep(d, a, command, who, &found);
	if (code == EXIT_CODE_OK)
		*owner = (struct hours_owner){found.id, found.name ? found.name : "",
		    found.email ? found.email : "", found.status ? found.status : ""};
	return code;
}
