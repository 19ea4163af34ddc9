#include "salesreg/domain/prospect/reach.h"
#include <stddef.h>
#include <string.h>

static const char *const names[] = {
#define X(name, text) [REACH_##name] = text,
    REACH_MAP(X)
#undef X
};
enum { REACHES = sizeof names / sizeof *names };

const char *reach_name(enum reach reach)
{
	return names[reach];
}

enum reach reach_from_name(const char *name)
{
	for (unsigned i = 0; name && i < REACHES; i++)
		if (strcmp(name, names[i]) == 0)
			return (enum reach)i;
	return REACH_OPEN;
}

enum reach reach_of_refusal(const char *description)
{
	static const struct {
		const char *phrase;
		enum reach reach;
	} phrases[] = {
	    {"blocked by the user", REACH_BLOCKED},
	    {"user_is_blocked", REACH_BLOCKED},
	    {"deactivated", REACH_DEACTIVATED},
	    {"initiate conversation", REACH_NEVER_MET},
	    {"peer_id_invalid", REACH_NEVER_MET},
	    {"chat not found", REACH_NEVER_MET},
	    {"user not found", REACH_NEVER_MET},
	};
	for (size_t i = 0; description && i < sizeof phrases / sizeof *phrases; i++)
		if (strcasestr(description, phrases[i].phrase))
			return phrases[i].reach;
	return REACH_PRIVACY;
}
