#include "salesreg/sandbox/telegram/method.h"

const char *method_name(enum method method)
{
	static const char *const names[METHOD_COUNT] = {
#define X(name, text, function) [METHOD_##name] = text,
	    SANDBOX_METHOD_MAP(X)
#undef X
		[METHOD_UNKNOWN] = "unknown",
	};
	return names[method];
}
