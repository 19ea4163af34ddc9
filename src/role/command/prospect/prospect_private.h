/* What the files of `salesreg prospect` share. */
#pragma once
#include "salesreg/role/cli/cli.h"
#include "salesreg/role/database.h"
#include "salesreg/store/managers.h"
#include <jansson.h>

enum { PROSPECTS_LISTED = 50 };

json_t *prospect_to_json(const struct listed_prospect *p);
extern const struct cli_option prospect_list_options[];
int prospect_list(struct cli *c);
int prospect_why(struct cli *c, struct command_database *d, const struct listed_prospect *found);
