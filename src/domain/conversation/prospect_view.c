#include "salesreg/domain/conversation/prospect_view.h"
#include <string.h>

static const char *const owner_names[] = {
#define X(name, text) [OWNER_##name] = text,
    CONVERSATION_OWNER_MAP(X)
#undef X
};

const char *conversation_owner_name(enum conversation_owner owner)
{
	return owner_names[owner];
}

enum conversation_owner conversation_owner_from_name(const char *name)
{
	for (size_t i = 0; name && i < sizeof owner_names / sizeof owner_names[0]; i++)
		if (strcmp(name, owner_names[i]) == 0)
			return (enum conversation_owner)i;
	return OWNER_REP;
}
