/* What the files of `salesreg prospect` share. */
#pragma once
#include "salesreg/role/cli/cli.h"
#include "salesreg/role/database.h"
#include "salesreg/store/managed_reps.h"
#include "salesreg/store/managers.h"
#include "salesreg/store/prospect_changes.h"
#include <jansson.h>

enum { PROSPECTS_LISTED = 50 };

json_t *prospect_to_json(const struct listed_prospect *p);
extern const struct cli_option prospect_list_options[];
int prospect_list(struct cli *c);
int prospect_why(struct cli *c, struct command_database *d, const struct listed_prospect *found);

/* The one whom the first `words` arguments name. An exit code; what is wrong has been said. */
int prospect_find(
    struct cli *c, struct command_database *d, size_t words, struct listed_prospect *found);
/* The one whom these words name. The same. */
int prospect_find_words(
    struct cli *c, struct command_database *d, const char *words, struct listed_prospect *found);
/* A rep who may have prospects. The same. */
int prospect_find_rep(
    struct cli *c, struct command_database *d, const char *who, struct managed_rep *rep);
/* What --name, --telegram, --email, --context and --notes say, checked. The same. */
int prospect_read_fields(struct cli *c, struct prospect_fields *fields);

extern const struct cli_option prospect_add_options[], prospect_edit_options[],
    prospect_change_options[], prospect_status_options[], prospect_remove_options[];
int prospect_run_add(struct cli *c);
int prospect_run_merge(struct cli *c);
/* The others that change one, by their names. */
int prospect_run_change(struct cli *c);
