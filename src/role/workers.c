#include "salesreg/role/workers.h"
#include <string.h>

/* The column is_vital: reps and admins talk to the bot; what the others do waits for them. */
static const struct worker_kind kinds[] = {
    {"bot",
	"Receives the updates of Telegram, holds the conversations with reps and admins, and "
	"delivers "
	"the outbox. Of several, one leads; the others take over when it ends.\n",
	true, true},
    {"outreach", "Assigns new prospects to reps and notifies them. Several share the work.\n",
	false, true},
    {"oauth", "Connects each rep's Google calendar.\n", false, false},
};

const struct worker_kind *worker_kind_of(const char *name)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}
