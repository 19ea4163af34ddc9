#include "salesreg/role/workers.h"
#include <string.h>

/* The column is_vital: reps and admins talk to the bot; what the others do waits for them. */
static const struct worker_kind kinds[] = {
    {"bot", .is_vital = true, .is_there = true},
    {"outreach", .is_vital = false, .is_there = true},
    {"oauth", .is_vital = false, .is_there = false},
};

const struct worker_kind *worker_kind_of(const char *name)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}
