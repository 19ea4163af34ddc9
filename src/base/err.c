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

int exit_code_of_start(enum err err)
{
	if (err == ERR_OK || err == ERR_CANCELLED)
		return EXIT_CODE_OK;
	return err == ERR_BUSY ? EXIT_CODE_BUSY : EXIT_CODE_CONFIG;
}
