#include "salesreg/domain/prospect/person_zone.h"
#include <stddef.h>
#include <string.h>

static const struct {
	const char *language, *zone;
} of_languages[] = {
    {"ru", "Europe/Moscow"},
    {"uk", "Europe/Kyiv"},
    {"be", "Europe/Minsk"},
    {"kk", "Asia/Almaty"},
    {"uz", "Asia/Tashkent"},
    {"ka", "Asia/Tbilisi"},
    {"hy", "Asia/Yerevan"},
    {"az", "Asia/Baku"},
    {"id", "Asia/Jakarta"},
    {"ms", "Asia/Kuala_Lumpur"},
    {"th", "Asia/Bangkok"},
    {"vi", "Asia/Ho_Chi_Minh"},
    {"hi", "Asia/Kolkata"},
    {"zh", "Asia/Shanghai"},
    {"ja", "Asia/Tokyo"},
    {"ko", "Asia/Seoul"},
    {"ar", "Asia/Dubai"},
    {"he", "Asia/Jerusalem"},
    {"tr", "Europe/Istanbul"},
    {"de", "Europe/Berlin"},
    {"fr", "Europe/Paris"},
    {"it", "Europe/Rome"},
    {"es", "Europe/Madrid"},
    {"pl", "Europe/Warsaw"},
    {"sr", "Europe/Belgrade"},
};

/* No code begins with another one but 77, Kazakhstan's part of +7: the rest of that is Russia, with its eleven zones. */
static const struct {
	const char *code, *zone;
} of_codes[] = {
    {"20", "Africa/Cairo"},
    {"27", "Africa/Johannesburg"},
    {"30", "Europe/Athens"},
    {"31", "Europe/Amsterdam"},
    {"32", "Europe/Brussels"},
    {"33", "Europe/Paris"},
    {"353", "Europe/Dublin"},
    {"357", "Asia/Nicosia"},
    {"358", "Europe/Helsinki"},
    {"359", "Europe/Sofia"},
    {"36", "Europe/Budapest"},
    {"370", "Europe/Vilnius"},
    {"371", "Europe/Riga"},
    {"372", "Europe/Tallinn"},
    {"373", "Europe/Chisinau"},
    {"374", "Asia/Yerevan"},
    {"375", "Europe/Minsk"},
    {"380", "Europe/Kyiv"},
    {"381", "Europe/Belgrade"},
    {"382", "Europe/Podgorica"},
    {"385", "Europe/Zagreb"},
    {"386", "Europe/Ljubljana"},
    {"39", "Europe/Rome"},
    {"40", "Europe/Bucharest"},
    {"41", "Europe/Zurich"},
    {"420", "Europe/Prague"},
    {"421", "Europe/Bratislava"},
    {"43", "Europe/Vienna"},
    {"44", "Europe/London"},
    {"45", "Europe/Copenhagen"},
    {"46", "Europe/Stockholm"},
    {"47", "Europe/Oslo"},
    {"48", "Europe/Warsaw"},
    {"49", "Europe/Berlin"},
    {"60", "Asia/Kuala_Lumpur"},
    {"63", "Asia/Manila"},
    {"65", "Asia/Singapore"},
    {"66", "Asia/Bangkok"},
    {"77", "Asia/Almaty"},
    {"81", "Asia/Tokyo"},
    {"82", "Asia/Seoul"},
    {"84", "Asia/Ho_Chi_Minh"},
    {"852", "Asia/Hong_Kong"},
    {"853", "Asia/Macau"},
    {"86", "Asia/Shanghai"},
    {"886", "Asia/Taipei"},
    {"90", "Europe/Istanbul"},
    {"91", "Asia/Kolkata"},
    {"92", "Asia/Karachi"},
    {"94", "Asia/Colombo"},
    {"965", "Asia/Kuwait"},
    {"966", "Asia/Riyadh"},
    {"968", "Asia/Muscat"},
    {"971", "Asia/Dubai"},
    {"972", "Asia/Jerusalem"},
    {"973", "Asia/Bahrain"},
    {"974", "Asia/Qatar"},
    {"992", "Asia/Dushanbe"},
    {"993", "Asia/Ashgabat"},
    {"994", "Asia/Baku"},
    {"995", "Asia/Tbilisi"},
    {"996", "Asia/Bishkek"},
    {"998", "Asia/Tashkent"},
};

const char *zone_of_phone(const char *phone)
{
	if (!phone || *phone != '+')
		return NULL;
	for (size_t i = 0; i < sizeof of_codes / sizeof *of_codes; i++)
		if (strncmp(phone + 1, of_codes[i].code, strlen(of_codes[i].code)) == 0)
			return of_codes[i].zone;
	return NULL;
}

const char *zone_of_language(const char *code)
{
	if (!code)
		return NULL;
	size_t n = strcspn(code, "-_");
	for (size_t i = 0; i < sizeof of_languages / sizeof *of_languages; i++)
		if (strlen(of_languages[i].language) == n &&
		    strncmp(of_languages[i].language, code, n) == 0)
			return of_languages[i].zone;
	return NULL;
}
