#include "salesreg/role/cli/cli.h"
#include "salesreg/role/cli/text.h"
#include <stdio.h>
#include <unistd.h>

bool cli_confirmed(const struct cli *c, const char *question)
{
	char answer[16];
	if (cli_has(c, "yes"))
		return true;
	if (!isatty(STDIN_FILENO)) {
		cli_say(stderr, "salesreg %s: there is no terminal to ask; repeat it with --yes\n",
		    c->name);
		return false;
	}
	cli_say(stdout, "%s [y/N] ", question);
	(void)fflush(stdout);
	return fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}
