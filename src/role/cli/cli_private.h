/* What the files of the command line share. */
#pragma once
#include "salesreg/role/cli/cli.h"

struct cli_given {
	const struct cli_option *option;
	const char *value; /* NULL: it takes none */
};

/* Reads argv[1]… into c; what is wrong has been said then. Returns an exit code. */
int cli_read(struct cli *c, int argc, char **argv);
