#include "salesreg/sandbox/telegram/errors.h"

static const struct {
	int code;
	const char *text;
} table[] = {[SANDBOX_OK] = {200, ""},
#define X(name, code, text) [SANDBOX_##name] = {code, text},
    SANDBOX_ERROR_MAP(X)
#undef X
};

int sandbox_error_code(enum sandbox_error error)
{
	return table[error].code;
}

const char *sandbox_error_text(enum sandbox_error error)
{
	return table[error].text;
}
