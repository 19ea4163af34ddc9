#include "salesreg/domain/conversation/views.h"
#include <string.h>

static const char *const status_names[] = {
#define X(name, text) [REP_##name] = text,
    REP_STATUS_MAP(X)
#undef X
};

const char *rep_status_name(enum rep_status status)
{
	return status_names[status];
}

bool rep_status_from_name(const char *name, enum rep_status *status)
{
	*status = REP_SUSPENDED;
	for (size_t i = 0; name && i < sizeof status_names / sizeof status_names[0]; i++)
		if (strcmp(name, status_names[i]) == 0) {
			*status = (enum rep_status)i;
			return true;
		}
	return false;
}

enum broadcast_state broadcast_state_from_name(const char *name)
{
	static const char *const names[] = {
#define X(name, text) [BROADCAST_##name] = text,
	    BROADCAST_STATE_MAP(X)
#undef X
	};
	for (size_t i = 0; name && i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0)
			return (enum broadcast_state)i;
	return BROADCAST_DONE;
}
