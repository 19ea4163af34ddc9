#include "salesreg/role/workers.h"
#include <string.h>

/* The column is_vital: reps and admins talk to the bot; what the others do waits for them. */
static const struct worker_kind kinds[] = {
    {"bot", .is_vital = true, .is_of_calendar = false},
    {"outreach", .is_vital = false, .is_of_calendar = false},
    {"oauth", .is_vital = false, .is_of_calendar = true},
};

const struct worker_kind *worker_kind_of(const char *name)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}
