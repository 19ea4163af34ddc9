#include "salesreg/sandbox/telegram/update_kind.h"
#include <string.h>

static const struct {
	const char *name;
} kinds[UPDATE_KIND_COUNT] = {
#define X(name, text, by_default) [UPDATE_##name] = {text},
    UPDATE_KIND_MAP(X)
#undef X
};

const char *update_kind_name(enum update_kind kind)
{
	return kinds[kind].name;
}

enum update_kind update_kind_of(const char *name)
{
	for (int k = 0; k < UPDATE_KIND_COUNT; k++)
		if (strcmp(kinds[k].name, name) == 0)
			return (enum update_kind)k;
	return UPDATE_OTHER;
}
