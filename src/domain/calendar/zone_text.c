#include "salesreg/domain/calendar/zone_text.h"
#include "salesreg/base/text.h"
#include "zone_names.h"
#include <stdbool.h>
#include <string.h>

enum { TEXT_BYTES = 80, NAME_BYTES = 40, HOURS_BEHIND = 12, HOURS_AHEAD = 14, MOSCOW = 3 };

/* Cities that give no zone its name, and those that people call otherwise: small letters, spaces for hyphens, е for ё. */
static const struct {
	const char *text, *zone;
} others[] = {
    {"москва", "Europe/Moscow"},
    {"мск", "Europe/Moscow"},
    {"петербург", "Europe/Moscow"},
    {"санкт петербург", "Europe/Moscow"},
    {"спб", "Europe/Moscow"},
    {"питер", "Europe/Moscow"},
    {"казань", "Europe/Moscow"},
    {"сочи", "Europe/Moscow"},
    {"краснодар", "Europe/Moscow"},
    {"ростов на дону", "Europe/Moscow"},
    {"нижний новгород", "Europe/Moscow"},
    {"воронеж", "Europe/Moscow"},
    {"калининград", "Europe/Kaliningrad"},
    {"самара", "Europe/Samara"},
    {"ижевск", "Europe/Samara"},
    {"саратов", "Europe/Saratov"},
    {"волгоград", "Europe/Volgograd"},
    {"астрахань", "Europe/Astrakhan"},
    {"ульяновск", "Europe/Ulyanovsk"},
    {"екатеринбург", "Asia/Yekaterinburg"},
    {"челябинск", "Asia/Yekaterinburg"},
    {"уфа", "Asia/Yekaterinburg"},
    {"пермь", "Asia/Yekaterinburg"},
    {"тюмень", "Asia/Yekaterinburg"},
    {"омск", "Asia/Omsk"},
    {"новосибирск", "Asia/Novosibirsk"},
    {"томск", "Asia/Tomsk"},
    {"барнаул", "Asia/Barnaul"},
    {"красноярск", "Asia/Krasnoyarsk"},
    {"иркутск", "Asia/Irkutsk"},
    {"улан удэ", "Asia/Irkutsk"},
    {"чита", "Asia/Chita"},
    {"якутск", "Asia/Yakutsk"},
    {"благовещенск", "Asia/Yakutsk"},
    {"владивосток", "Asia/Vladivostok"},
    {"хабаровск", "Asia/Vladivostok"},
    {"сахалин", "Asia/Sakhalin"},
    {"магадан", "Asia/Magadan"},
    {"камчатка", "Asia/Kamchatka"},
    {"петропавловск камчатский", "Asia/Kamchatka"},
    {"минск", "Europe/Minsk"},
    {"киев", "Europe/Kyiv"},
    {"одесса", "Europe/Kyiv"},
    {"кишинев", "Europe/Chisinau"},
    {"тбилиси", "Asia/Tbilisi"},
    {"батуми", "Asia/Tbilisi"},
    {"ереван", "Asia/Yerevan"},
    {"баку", "Asia/Baku"},
    {"алматы", "Asia/Almaty"},
    {"алма ата", "Asia/Almaty"},
    {"астана", "Asia/Almaty"},
    {"ташкент", "Asia/Tashkent"},
    {"самарканд", "Asia/Samarkand"},
    {"бишкек", "Asia/Bishkek"},
    {"душанбе", "Asia/Dushanbe"},
    {"ашхабад", "Asia/Ashgabat"},
    {"дубай", "Asia/Dubai"},
    {"оаэ", "Asia/Dubai"},
    {"абу даби", "Asia/Dubai"},
    {"доха", "Asia/Qatar"},
    {"эр рияд", "Asia/Riyadh"},
    {"стамбул", "Europe/Istanbul"},
    {"анталья", "Europe/Istanbul"},
    {"анкара", "Europe/Istanbul"},
    {"тель авив", "Asia/Jerusalem"},
    {"иерусалим", "Asia/Jerusalem"},
    {"хайфа", "Asia/Jerusalem"},
    {"каир", "Africa/Cairo"},
    {"бали", "Asia/Makassar"},
    {"денпасар", "Asia/Makassar"},
    {"убуд", "Asia/Makassar"},
    {"чангу", "Asia/Makassar"},
    {"макасар", "Asia/Makassar"},
    {"джакарта", "Asia/Jakarta"},
    {"бангкок", "Asia/Bangkok"},
    {"пхукет", "Asia/Bangkok"},
    {"паттайя", "Asia/Bangkok"},
    {"самуи", "Asia/Bangkok"},
    {"куала лумпур", "Asia/Kuala_Lumpur"},
    {"сингапур", "Asia/Singapore"},
    {"манила", "Asia/Manila"},
    {"хошимин", "Asia/Ho_Chi_Minh"},
    {"ханой", "Asia/Bangkok"},
    {"нячанг", "Asia/Ho_Chi_Minh"},
    {"гонконг", "Asia/Hong_Kong"},
    {"пекин", "Asia/Shanghai"},
    {"шанхай", "Asia/Shanghai"},
    {"шэньчжэнь", "Asia/Shanghai"},
    {"токио", "Asia/Tokyo"},
    {"сеул", "Asia/Seoul"},
    {"дели", "Asia/Kolkata"},
    {"мумбаи", "Asia/Kolkata"},
    {"гоа", "Asia/Kolkata"},
    {"коломбо", "Asia/Colombo"},
    {"шри ланка", "Asia/Colombo"},
    {"катманду", "Asia/Kathmandu"},
    {"мальдивы", "Indian/Maldives"},
    {"белград", "Europe/Belgrade"},
    {"подгорица", "Europe/Podgorica"},
    {"будва", "Europe/Podgorica"},
    {"никосия", "Asia/Nicosia"},
    {"кипр", "Asia/Nicosia"},
    {"лимассол", "Asia/Nicosia"},
    {"афины", "Europe/Athens"},
    {"рига", "Europe/Riga"},
    {"вильнюс", "Europe/Vilnius"},
    {"таллин", "Europe/Tallinn"},
    {"хельсинки", "Europe/Helsinki"},
    {"варшава", "Europe/Warsaw"},
    {"прага", "Europe/Prague"},
    {"вена", "Europe/Vienna"},
    {"берлин", "Europe/Berlin"},
    {"мюнхен", "Europe/Berlin"},
    {"франкфурт", "Europe/Berlin"},
    {"париж", "Europe/Paris"},
    {"ницца", "Europe/Paris"},
    {"рим", "Europe/Rome"},
    {"милан", "Europe/Rome"},
    {"мадрид", "Europe/Madrid"},
    {"барселона", "Europe/Madrid"},
    {"лиссабон", "Europe/Lisbon"},
    {"лондон", "Europe/London"},
    {"женева", "Europe/Zurich"},
    {"цюрих", "Europe/Zurich"},
    {"амстердам", "Europe/Amsterdam"},
    {"нью йорк", "America/New_York"},
    {"майами", "America/New_York"},
    {"вашингтон", "America/New_York"},
    {"чикаго", "America/Chicago"},
    {"лос анджелес", "America/Los_Angeles"},
    {"сан франциско", "America/Los_Angeles"},
    {"торонто", "America/Toronto"},
    {"мехико", "America/Mexico_City"},
    {"буэнос айрес", "America/Argentina/Buenos_Aires"},
    {"сан паулу", "America/Sao_Paulo"},
    {"сидней", "Australia/Sydney"},
    {"мельбурн", "Australia/Melbourne"},
    {"перт", "Australia/Perth"},
    {"msk", "Europe/Moscow"},
    {"saint petersburg", "Europe/Moscow"},
    {"st petersburg", "Europe/Moscow"},
    {"sochi", "Europe/Moscow"},
    {"kazan", "Europe/Moscow"},
    {"kiev", "Europe/Kyiv"},
    {"odessa", "Europe/Kyiv"},
    {"batumi", "Asia/Tbilisi"},
    {"astana", "Asia/Almaty"},
    {"abu dhabi", "Asia/Dubai"},
    {"uae", "Asia/Dubai"},
    {"sharjah", "Asia/Dubai"},
    {"doha", "Asia/Qatar"},
    {"antalya", "Europe/Istanbul"},
    {"ankara", "Europe/Istanbul"},
    {"tel aviv", "Asia/Jerusalem"},
    {"haifa", "Asia/Jerusalem"},
    {"bali", "Asia/Makassar"},
    {"denpasar", "Asia/Makassar"},
    {"ubud", "Asia/Makassar"},
    {"canggu", "Asia/Makassar"},
    {"seminyak", "Asia/Makassar"},
    {"lombok", "Asia/Makassar"},
    {"surabaya", "Asia/Jakarta"},
    {"phuket", "Asia/Bangkok"},
    {"pattaya", "Asia/Bangkok"},
    {"samui", "Asia/Bangkok"},
    {"koh samui", "Asia/Bangkok"},
    {"saigon", "Asia/Ho_Chi_Minh"},
    {"hanoi", "Asia/Bangkok"},
    {"nha trang", "Asia/Ho_Chi_Minh"},
    {"beijing", "Asia/Shanghai"},
    {"shenzhen", "Asia/Shanghai"},
    {"delhi", "Asia/Kolkata"},
    {"new delhi", "Asia/Kolkata"},
    {"mumbai", "Asia/Kolkata"},
    {"goa", "Asia/Kolkata"},
    {"bangalore", "Asia/Kolkata"},
    {"sri lanka", "Asia/Colombo"},
    {"cyprus", "Asia/Nicosia"},
    {"limassol", "Asia/Nicosia"},
    {"munich", "Europe/Berlin"},
    {"frankfurt", "Europe/Berlin"},
    {"hamburg", "Europe/Berlin"},
    {"milan", "Europe/Rome"},
    {"barcelona", "Europe/Madrid"},
    {"geneva", "Europe/Zurich"},
    {"manchester", "Europe/London"},
    {"edinburgh", "Europe/London"},
    {"miami", "America/New_York"},
    {"boston", "America/New_York"},
    {"washington", "America/New_York"},
    {"nyc", "America/New_York"},
    {"san francisco", "America/Los_Angeles"},
    {"seattle", "America/Los_Angeles"},
    {"la", "America/Los_Angeles"},
    {"dallas", "America/Chicago"},
    {"houston", "America/Chicago"},
    {"montreal", "America/Toronto"},
};

/* Small letters, е for ё, spaces for hyphens and underscores; without "г." before a city, and marks behind it. */
static char *plain(struct arena *a, const char *text)
{
	static const char *const before[] = {"г. ", "г.", "город ", "гор. ", "city of "};
	char *folded = text_fold(a, text);
	for (char *s = folded; *s; s++)
		if (*s == '-' || *s == '_')
			*s = ' ';
	for (size_t n = strlen(folded); n > 0 && strchr(".!?, ", folded[n - 1]); n--)
		folded[n - 1] = '\0';
	for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
		size_t n = strlen(before[i]);
		if (strncmp(folded, before[i], n) == 0 && folded[n])
			return folded + n;
	}
	return folded;
}

/* Whether the name is this text; without memory, as everybody's every text comes by here. */
static bool is_plain(const char *name, const char *text)
{
	for (; *name && *text; name++, text++) {
		char c = *name;
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		else if (c == '_' || c == '-')
			c = ' ';
		if (c != *text)
			return false;
	}
	return !*name && !*text;
}

static const char *find_name(const char *text)
{
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (strcmp(others[i].text, text) == 0)
			return others[i].zone;
	for (size_t i = 0; i < zone_name_count; i++)
		if (is_plain(zone_names[i], text) ||
		    is_plain(strrchr(zone_names[i], '/') + 1, text))
			return zone_names[i];
	return NULL;
}

/* "Europe/Kiev": nothing that PostgreSQL could take for a rule, which has digits. */
static const char *shaped(const char *text, struct arena *a)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/_-";
	const char *tidy = text_tidy(a, text), *slash = strchr(tidy, '/');
	size_t size = strlen(tidy);
	bool fits = slash && slash != tidy && slash[1] && size <= NAME_BYTES &&
		    strspn(tidy, letters) == size;
	return fits ? tidy : NULL;
}

static const char *after(const char *text, const char *word)
{
	size_t n = strlen(word);
	return strncmp(text, word, n) == 0 ? text + n : NULL;
}

static const char *blanks(const char *s)
{
	return s + strspn(s, " ");
}

/* What stands before the sign; *hours: that it is ahead of UTC. */
static const char *base_of(const char *text, int *hours)
{
	static const struct {
		const char *word;
		int hours;
	} bases[] = {{"utc", 0}, {"gmt", 0}, {"мск", MOSCOW}, {"msk", MOSCOW}};
	*hours = 0;
	for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
		const char *rest = after(text, bases[i].word);
		if (rest) {
			*hours = bases[i].hours;
			return blanks(rest);
		}
	}
	return text;
}

static const char *sign_of(const char *s, int *sign)
{
	static const struct {
		const char *text;
		int sign;
	} signs[] = {{"+", 1}, {"-", -1}, {"–", -1}, {"−", -1}};
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		const char *rest = after(s, signs[i].text);
		if (rest) {
			*sign = signs[i].sign;
			return blanks(rest);
		}
	}
	return NULL;
}

static const char *of_hours(struct arena *a, int hours)
{
	if (hours == 0)
		return "Etc/UTC";
	return arena_printf(a, "Etc/GMT%+d", -hours);
}

/* False: the text is no difference. way -1: what is ahead of UTC is written as behind it. */
static bool read_difference(
    const char *text, int way, struct arena *a, const char **zone, enum zone_problem *problem)
{
	static const char digits[] = "0123456789";
	int base, sign = 0;
	const char *rest = base_of(text, &base);
	*zone = NULL;
	if (rest != text && *rest == '\0' && base == 0) {
		*zone = of_hours(a, 0);
		return true;
	}
	const char *number = sign_of(rest, &sign);
	size_t n = number ? strspn(number, digits) : 0;
	if (n < 1 || n > 2)
		return false;
	int hours = 0;
	for (size_t i = 0; i < n; i++)
		hours = hours * 10 + number[i] - '0';
	hours = base + way * sign * hours;
	const char *minutes = number + n;
	bool whole = *minutes == '\0' || strcmp(minutes, ":00") == 0;
	if (!whole && !(*minutes == ':' && strspn(minutes + 1, digits) == 2 && !minutes[3]))
		return false;
	if (!whole)
		*problem = ZONE_PART_HOUR;
	else if (hours < -HOURS_BEHIND || hours > HOURS_AHEAD)
		*problem = ZONE_TOO_FAR;
	else
		*zone = of_hours(a, hours);
	return true;
}

const char *zone_read_text(const char *text, struct arena *a, enum zone_problem *problem)
{
	enum zone_problem ignored = ZONE_NONE, *why = problem ? problem : &ignored;
	const char *zone;
	*why = ZONE_NONE;
	if (strlen(text) <= TEXT_BYTES) {
		const char *folded = text_fold(a, text);
		const char *etc = after(folded, "etc/gmt");
		if (read_difference(etc ? etc : folded, etc ? -1 : 1, a, &zone, why))
			return zone;
		zone = find_name(plain(a, text));
		if (!zone)
			zone = shaped(text, a);
		if (zone)
			return zone;
	}
	*why = ZONE_UNKNOWN;
	return NULL;
}

const char *zone_print(struct arena *a, const char *zone)
{
	const char *etc = after(zone, "Etc/GMT");
	if (strcmp(zone, "Etc/UTC") == 0)
		return "UTC";
	if (!etc || (*etc != '+' && *etc != '-'))
		return zone;
	return arena_printf(a, "UTC%c%s", *etc == '-' ? '+' : '-', etc + 1);
}
