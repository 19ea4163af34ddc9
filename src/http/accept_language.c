#include "salesreg/http/accept_language.h"
#include <string.h>
#include <strings.h>

enum { WEIGHT_WHOLE = 1000 };

/* Of a language, in thousandths; s: what follows its tag. */
static unsigned weight_of(const char *s)
{
	s += strspn(s, " \t;");
	if ((*s != 'q' && *s != 'Q') || s[1] != '=' || s[2] != '0')
		return WEIGHT_WHOLE;
	unsigned weight = 0, unit = WEIGHT_WHOLE / 10;
	if (s[3] == '.')
		for (s += 4; unit > 0 && *s >= '0' && *s <= '9'; s++, unit /= 10)
			weight += unit * (unsigned)(*s - '0');
	return weight;
}

static size_t place_of(
    const char *language, size_t size, const char *const *languages, size_t count)
{
	size_t i = 0;
	while (i < count &&
	       (strlen(languages[i]) != size || strncasecmp(language, languages[i], size) != 0))
		i++;
	return i;
}

size_t accept_language(const char *list, const char *const *languages, size_t count)
{
	size_t best = count;
	unsigned best_weight = 0;
	for (const char *s = list; s && *s; s += strcspn(s, ",")) {
		s += strspn(s, " \t,");
		size_t place = place_of(s, strcspn(s, "-;, \t"), languages, count);
		s += strcspn(s, ";,");
		unsigned weight = weight_of(s);
		if (place < count && weight > best_weight) {
			best = place;
			best_weight = weight;
		}
	}
	return best;
}
