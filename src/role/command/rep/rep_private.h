/*
 * The subcommands of `salesreg rep`; of these files only.
 * Ownership: as in role/cli/cli.h. Errors: an exit code, and it has been said why.
 */
#pragma once
#include "salesreg/app/rules.h"
#include "salesreg/domain/conversation/rep_change.h"
#include "salesreg/role/cli/cli.h"
#include "salesreg/role/command/rep/find_rep.h"
#include "salesreg/role/database.h"
#include "salesreg/store/hours.h"
#include "salesreg/store/rep_changes.h"

#define TEXT_OF_(x) #x
#define TEXT_OF(x) TEXT_OF_(x)

/* Whose e-mail the first argument is. */

extern const struct cli_option rep_hours_options[], rep_slots_options[];
int rep_run_set_hours(struct cli *c);
int rep_run_slots(struct cli *c);

/*
 * The one whom the arguments from words[0] on name, so many of them. An exit code; else it has been said that nobody is, or who may be
 * meant.
 */
int rep_find(struct command_database *d, struct cli *c, size_t words, struct managed_rep *found);
/* NULL, or what is wrong with it as an address of a rep's; *address as it is to be stored, *key as it is compared. */
const char *rep_email_fault(const struct config *config, struct arena *a, const char *email,
    const char **address, const char **key);
/* What reps are told with: rep_news_close() also after a failure. */
struct rep_news {
	struct conversation_rules rules;
	struct texts texts;
};
int rep_news_open(struct rep_news *news, struct command_database *d, struct arena *a);
void rep_news_close(struct rep_news *news);
/* A message, in the caller's transaction; detail as in domain/conversation/rep_change.h. */
bool rep_news_tell(const struct rep_news *news, struct command_database *d, struct arena *a,
    const struct rep_now *rep, enum text_id told, const char *detail);
/* The same of a decision about an application; admins who were shown it read who decided, and why. */
bool rep_news_decided(const struct rep_news *news, struct command_database *d, struct arena *a,
    const struct rep_now *rep, struct application_verdict verdict, const char *by,
    struct reject_why why);
/* Says that there is one. */
void rep_news_say(struct command_database *d, struct arena *a, const struct rep_now *rep);

bool rep_is_configured_admin(const struct config *config, int64_t account);
/* Whether somebody is an admin still when this rep, who is locked, is one no more; else it has been said what to do first. An exit code. */
int rep_leaves_an_admin(struct command_database *d, const struct rep_now *rep, const char *who);

int rep_run_resend_code(struct cli *c);
extern const struct cli_option rep_add_options[];
int rep_run_add(struct cli *c);
int rep_run_merge(struct cli *c);
/* Those that change a rep, by their names. */
extern const struct cli_option rep_change_options[], rep_change_sure_options[], rep_pause_options[],
    rep_reject_options[];
int rep_run_change(struct cli *c);
extern const struct cli_option rep_list_options[], rep_show_options[];
int rep_run_list(struct cli *c);
int rep_run_show(struct cli *c);
#define REP_WHO_HELP                                                                               \
	"WHO is an e-mail address, an @name, a Telegram account, an id or a part of the name; "    \
	"where that is several people, they are listed, and the exit code is 1."
