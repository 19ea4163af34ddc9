#include "salesreg/domain/event/person.h"
#include <stddef.h>
#include <string.h>

static const struct {
	enum person_kind kind;
	const char *name;
} names[] = {
#define X(name, text, bit) {PERSON_##name, text},
    PERSON_KIND_MAP(X)
#undef X
};

const char *person_kind_name(enum person_kind kind)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].kind == kind)
			return names[i].name;
	return names[0].name;
}

enum person_kind person_kind_from_name(const char *name)
{
	for (size_t i = 0; name && i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i].name, name) == 0)
			return names[i].kind;
	return PERSON_UNKNOWN;
}
