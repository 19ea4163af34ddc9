#include "salesreg/domain/text/shorten.h"
#include "salesreg/base/text.h"
#include <string.h>

const char *shorten(struct arena *a, const char *text, size_t units)
{
	size_t size = strlen(text);
	if (size <= units || text_prefix_utf16(text, units) == size)
		return text;
	size_t n = text_prefix_utf16(text, units - 1);
	while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\n'))
		n--;
	return arena_printf(a, "%.*s…", (int)n, text);
}
