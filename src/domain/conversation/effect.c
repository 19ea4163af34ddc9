#include "salesreg/domain/conversation/effect.h"

const char *effect_kind_name(enum effect_kind kind)
{
	static const char *const names[] = {
#define X(name, text) [EFFECT_##name] = text,
	    EFFECT_KIND_MAP(X)
#undef X
	};
	return names[kind];
}
