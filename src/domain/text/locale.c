#include "salesreg/domain/text/locale.h"
#include <stddef.h>
#include <strings.h>

static const char *const codes[LOCALE_COUNT] = {
#define X(name, code) [LOCALE_##name] = code,
    LOCALE_MAP(X)
#undef X
};

const char *locale_code(enum locale locale)
{
	return codes[locale];
}

bool locale_parse(const char *code, enum locale *locale)
{
	if (!code)
		return false;
	for (unsigned i = 0; i < LOCALE_COUNT; i++) {
		/* all of ours have two letters; what follows names a region or a script */
		char after = code[0] && code[1] ? code[2] : 'x';
		if (strncasecmp(code, codes[i], 2) == 0 &&
		    (after == '\0' || after == '-' || after == '_')) {
			*locale = (enum locale)i;
			return true;
		}
	}
	return false;
}

enum locale locale_choose(const char *language_code, enum locale fallback)
{
	enum locale locale = fallback;
	(void)locale_parse(language_code, &locale);
	return locale;
}

enum locale locale_chosen_by(
    const struct chosen_locale *chosen, size_t count, int64_t user_id, enum locale fallback)
{
	for (size_t i = 0; i < count; i++)
		if (chosen[i].user_id == user_id)
			return chosen[i].locale;
	return fallback;
}
