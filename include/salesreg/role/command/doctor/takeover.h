/*
 * salesreg doctor --takeover: what an older system left in the database, what migrating will touch, and what will not be as before.
 * Reads only. Returns an exit code; what went wrong has been said.
 */
#pragma once
#include "salesreg/role/cli/cli.h"

int doctor_takeover(struct cli *c);
