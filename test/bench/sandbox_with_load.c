/* `sandbox_with_load sandbox …` is `salesreg sandbox …` with the benchmark's load generator. */
#include "load.h"
#include "salesreg/base/err.h"
#include "salesreg/base/json_memory.h"
#include "salesreg/base/pieces.h"
#include "salesreg/role/role.h"
#include <stdio.h>

int main(int argc, char **argv)
{
	static const struct cli_command *const commands[] = {&command_sandbox, NULL};
	if (argc < 2) {
		(void)fprintf(stderr, "usage: %s sandbox [--help]\n", argv[0]);
		return EXIT_CODE_USAGE;
	}
	pieces_start();
	json_memory_start();
	sandbox_extend(&load_extension);
	return cli_run(commands, "", argc - 1, argv + 1);
}
