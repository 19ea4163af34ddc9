#include "salesreg/base/err.h"

const char *err_sentence(enum err err)
{
	switch (err) {
#define X(name, sentence)                                                                          \
	case ERR_##name:                                                                           \
		return sentence;
		ERR_MAP(X)
#undef X
	}
	return "?";
}
