#include "salesreg/domain/event.h"

const char *event_kind_name(enum event_kind kind)
{
	static const char *const names[] = {
#define X(name, text) [EVENT_##name] = text,
	    EVENT_KIND_MAP(X)
#undef X
	};
	return names[kind];
}
